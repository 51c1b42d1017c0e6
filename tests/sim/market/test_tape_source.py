"""Playing recordings: the rules of each format on small recordings, times, laps, errors."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from omega_tui.sim.facts import (
    BookDelta,
    BookSnapshot,
    Direction,
    MarketEvent,
    MarketFacts,
    PublicTrade,
    TapeEnded,
)
from omega_tui.sim.market.tape import TapeSource
from omega_tui.sim.market.tape_lines import TapeUnreadable
from tests.sim.market.books import ClientBook, book_events
from tests.support.shared import needs_shared, shared_path

START_MS = 1_795_000_000_123
RECORDED_MS = 1_700_000_000_000
BITGET = "bitget_mix_v1_20220407_DASH_UNI_perp.ws.gz"
BYBIT = "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz"


def _depth(first: int, last: int, previous: int, bids: list[list[str]], at: int = 0) -> dict[str, Any]:
    event = {"e": "depthUpdate", "E": RECORDED_MS + at, "T": RECORDED_MS + at, "s": "BTCUSDT"}
    return {"data": {**event, "U": first, "u": last, "pu": previous, "b": bids, "a": []}}


def _trade(price: str, kind: str = "MARKET", at: int = 0) -> dict[str, Any]:
    event = {"e": "trade", "E": RECORDED_MS + at, "T": RECORDED_MS + at, "s": "BTCUSDT", "t": 1}
    return {"data": {**event, "p": price, "q": "0.010", "X": kind, "m": True}}


SNAPSHOT = {
    "lastUpdateId": 100,
    "E": RECORDED_MS,
    "T": RECORDED_MS,
    "bids": [["99.90", "1.000"], ["99.80", "2.000"]],
    "asks": [["100.00", "1.500"]],
}


CUT_SHORT = gzip.compress(
    b"".join(b'17000000000%08d {"data": {"e": "other", "s": "BTCUSDT"}}\n' % (n * n) for n in range(3000))
)[:9000]


def _binance(folder: Path, frames: Iterable[dict[str, Any]]) -> Path:
    path = folder / "binance.txt"
    path.write_text("".join(f"1700000000000000{0:03d} {json.dumps(frame)}\n" for frame in frames))
    return path


def _events(path: Path) -> list[MarketEvent]:
    return list(TapeSource([path], START_MS).events())


def _final_book(path: Path) -> ClientBook:
    book = ClientBook()
    for event in book_events(_events(path), "BTCUSDT"):
        book.apply(event)
    return book


def test_depth_before_the_snapshot_waits_and_stale_depth_is_dropped(tmp_path: Path) -> None:
    """An event that ends before the snapshot would put an old size back; a straddling one must count."""
    frames = [
        _depth(80, 90, 79, [["99.90", "7.000"]]),
        _depth(95, 105, 90, [["99.80", "0.000"]]),
        SNAPSHOT,
        _depth(106, 110, 105, [["99.70", "3.000"]], at=50),
    ]
    assert _final_book(_binance(tmp_path, frames)).bids == {"99.9": "1", "99.7": "3"}


def test_a_lost_depth_event_is_named_with_its_line(tmp_path: Path) -> None:
    """A book that lost an update is wrong for ever, so playing on would be a lie."""
    path = _binance(tmp_path, [SNAPSHOT, _depth(95, 105, 90, []), _depth(120, 130, 119, [["1.00", "1.000"]])])
    with pytest.raises(TapeUnreadable, match=r"binance\.txt, line 3: depth updates between 105 and 120"):
        _events(path)


def test_trades_away_from_the_market_do_not_print(tmp_path: Path) -> None:
    """An insurance-fund trade far from the market would put a spike into every candle."""
    frames = [
        SNAPSHOT,
        _depth(95, 101, 90, []),
        _trade("99.90", at=1),
        _trade("150.00", "INSURANCE_FUND", at=2),
    ]
    trades = [event for event in _events(_binance(tmp_path, frames)) if isinstance(event, PublicTrade)]
    assert [(trade.price, trade.size, trade.side) for trade in trades] == [("99.9", "0.01", Direction.SELL)]


def test_times_begin_at_the_start_and_never_step_back(tmp_path: Path) -> None:
    """Trades and depth come from streams whose stamps overlap; the pump would wait on a clock gone back."""
    frames = [
        SNAPSHOT,
        _depth(95, 101, 90, [["99.70", "1.000"]], at=40),
        _trade("99.90", at=30),
        _depth(102, 103, 101, [["99.70", "2.000"]], at=60),
    ]
    events = _events(_binance(tmp_path, frames))
    assert [event.ts - START_MS for event in events] == [0, 0, 40, 40, 60, 60]
    assert isinstance(events[0], BookSnapshot)
    assert isinstance(events[1], MarketFacts)


def test_mark_price_is_the_middle_of_the_book_when_nothing_else_says(tmp_path: Path) -> None:
    """Without a mark price no position could be valued."""
    touch = {**SNAPSHOT, "bids": [["99.60", "1.000"]]}
    events = _events(_binance(tmp_path, [touch, _trade("99.60")]))
    facts = [event for event in events if isinstance(event, MarketFacts)]
    assert facts[0].mark_price == "99.8"
    assert facts[0].open_24h is not None
    assert facts[0].next_funding_ms is not None
    assert facts[0].next_funding_ms % (8 * 3_600_000) == 0
    assert facts[0].next_funding_ms > START_MS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"hello\n", "not a recording of a known format"),
        (b"\x28\xb5\x2f\xfd....", "compressed with zstd"),
        (b'1700000000000000000 {"data": {"e": "trade"\n', "not JSON"),
        (b'1700000000000000000 {"data": {"e": "trade"}}\n', "a frame of an unknown shape"),
        (CUT_SHORT, "cut or damaged"),
    ],
)
def test_an_unreadable_file_says_where_and_what_to_do(tmp_path: Path, content: bytes, problem: str) -> None:
    """A traceback tells a trader nothing; the message names file, problem and remedy."""
    path = tmp_path / "tape"
    path.write_bytes(content)
    with pytest.raises(TapeUnreadable, match=problem) as caught:
        TapeSource([path], START_MS)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_a_missing_file_and_a_missing_snapshot_are_named(tmp_path: Path) -> None:
    """Part two of a recording cannot be played alone."""
    with pytest.raises(TapeUnreadable, match="check the path"):
        TapeSource([tmp_path / "nowhere"], START_MS)
    with pytest.raises(TapeUnreadable, match="no order book snapshot"):
        TapeSource([_binance(tmp_path, [_depth(1, 2, 0, []), _trade("99.90")])], START_MS)


def test_a_tape_that_does_not_loop_ends_with_its_end(tmp_path: Path) -> None:
    """Without the announcement the cockpit would show a frozen market as live."""
    events = _events(_binance(tmp_path, [SNAPSHOT, _trade("99.90", at=500)]))
    assert events[-1] == TapeEnded(START_MS + 500, 1, looping=False)
    assert sum(isinstance(event, TapeEnded) for event in events) == 1


def test_looping_returns_to_the_first_book_by_one_delta(tmp_path: Path) -> None:
    """A second snapshot would break clients that only know deltas; a missing delta leaves a wrong book."""
    frames = [SNAPSHOT, _depth(95, 101, 90, [["99.90", "0.000"], ["99.50", "4.000"]], at=100)]
    book, snapshots, states = ClientBook(), 0, []
    previous = START_MS
    for event in TapeSource([_binance(tmp_path, frames)], START_MS, loop=True).events():
        assert event.ts >= previous
        previous = event.ts
        if isinstance(event, BookSnapshot | BookDelta):
            snapshots += isinstance(event, BookSnapshot)
            book.apply(event)
            states.append(dict(book.bids))
        if isinstance(event, TapeEnded):
            assert event.looping
            if event.lap == 3:
                break
    first, last = {"99.9": "1", "99.8": "2"}, {"99.8": "2", "99.5": "4"}
    assert states == [first, last, first, last, first, last]
    assert snapshots == 1


@needs_shared
@pytest.mark.parametrize("name", [BITGET, BYBIT])
def test_every_symbol_opens_with_a_snapshot_and_facts(name: str) -> None:
    """Deltas or trades before the snapshot of their symbol cannot be applied by anyone."""
    source = TapeSource([shared_path("tapes", "ws", name)], START_MS)
    symbols = [contract.symbol for contract in source.contracts]
    opening = list(source.events())[: 2 * len(symbols)]
    assert [type(event) for event in opening] == [BookSnapshot, MarketFacts] * len(symbols)
    assert sorted(event.symbol for event in opening[::2] if isinstance(event, BookSnapshot)) == sorted(
        symbols
    )
    for facts in opening[1::2]:
        assert isinstance(facts, MarketFacts)
        assert None not in (facts.mark_price, facts.index_price, facts.funding_rate, facts.open_24h)
        assert facts.ts == START_MS


@needs_shared
@pytest.mark.parametrize("name", [BITGET, BYBIT, "binance_usdm_ETHUSDT_20240718_part1.gz"])
def test_prices_and_sizes_fit_their_contract(name: str) -> None:
    """A price off the tick could not be traded."""
    source = TapeSource([shared_path("tapes", "ws", name)], START_MS, loop=True)
    contracts = {contract.symbol: contract for contract in source.contracts}
    trades = 0
    for event in source.events():
        if isinstance(event, TapeEnded) and event.lap == 2:
            break
        if isinstance(event, PublicTrade):
            contract = contracts[event.symbol]
            assert len(event.price.partition(".")[2]) <= contract.price_place
            assert len(event.size.partition(".")[2]) <= contract.volume_place
            trades += 1
    assert trades > 20


@needs_shared
def test_bitget_past_trades_are_not_replayed_and_its_candles_are_the_past() -> None:
    """The 50 trades sent on subscribing happened before and are in the recorded candles already."""
    source = TapeSource([shared_path("tapes", "ws", BITGET)], START_MS)
    trades = [event for event in source.events() if isinstance(event, PublicTrade)]
    assert len(trades) == 25
    minutes = source.past_candles("DASHUSDT", "1m", START_MS, 1000)
    starts = [row[0] for row in minutes]
    assert starts == list(range(starts[0], START_MS - 60_000, 60_000))
    assert START_MS - starts[-1] < 120_000
    assert minutes[1][1:6] == ("125.77", "125.8", "125.69", "125.8", "27.57")
    assert "synthetic" in source.label


@needs_shared
def test_only_the_chosen_symbols_are_played() -> None:
    """A filter that is ignored would trade contracts the trader did not ask for."""
    path = shared_path("tapes", "ws", BYBIT)
    source = TapeSource([path], START_MS, symbols=["SOLUSDT"])
    assert [contract.symbol for contract in source.contracts] == ["SOLUSDT"]
    assert {event.symbol for event in source.events() if not isinstance(event, TapeEnded)} == {"SOLUSDT"}
    with pytest.raises(TapeUnreadable, match="PEPEUSDT is not in the recording"):
        TapeSource([path], START_MS, symbols=["PEPEUSDT"])


@needs_shared
def test_parts_play_as_one_recording() -> None:
    """The second file has no snapshot of its own: its first update must follow the first file's last."""
    names = ("binance_usdm_BTCUSDT_20230404_part1.gz", "binance_usdm_BTCUSDT_20230405_part2.gz")
    source = TapeSource([shared_path("tapes", "ws", name) for name in names], START_MS)
    events = list(source.events())
    assert events[-1].ts - START_MS > 500_000
    assert sum(isinstance(event, BookSnapshot) for event in events) == 1
    assert all(float(event.price) < 28_500 for event in events if isinstance(event, PublicTrade))
