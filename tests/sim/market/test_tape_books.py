"""The books of recorded markets equal oracles that the recordings themselves carry."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from omega_tui.sim.facts import BookDelta, BookSnapshot
from omega_tui.sim.market.tape import TapeSource
from tests.sim.market.books import ClientBook, book_events
from tests.support.shared import needs_shared, shared_path

START_MS = 1_795_000_000_123

pytestmark = needs_shared


def _lines(*paths: Path) -> Iterator[str]:
    for path in paths:
        with gzip.open(path, "rt") as file:
            yield from file


def _tops(source: TapeSource, symbol: str) -> Iterator[tuple[float, float, float, float]]:
    """Best bid, its size, best ask, its size after every book event."""
    book = ClientBook()
    for event in book_events(source.events(), symbol):
        book.apply(event)
        bid, ask = book.touch()
        assert bid < ask
        sides = (
            {float(p): float(s) for p, s in book.bids.items()},
            {float(p): float(s) for p, s in book.asks.items()},
        )
        yield bid, sides[0][bid], ask, sides[1][ask]


@pytest.mark.parametrize(
    ("names", "symbol"),
    [
        (("binance_usdm_BTCUSDT_20230404_part1.gz",), "BTCUSDT"),
        (("binance_usdm_ETHUSDT_20240718_part1.gz",), "ETHUSDT"),
    ],
)
def test_binance_touch_equals_the_book_ticker_of_the_same_update(names: tuple[str, ...], symbol: str) -> None:
    """A wrong straddle, a kept stale event or a lost level shows as another best price or size."""
    paths = [shared_path("tapes", "ws", name) for name in names]
    tickers: dict[int, tuple[float, float, float, float]] = {}
    updates: list[int] = []
    snapshot = 0
    for line in _lines(*paths):
        frame = json.loads(line.partition(" ")[2])
        event = frame.get("data", {})
        if "lastUpdateId" in frame:
            snapshot = frame["lastUpdateId"]
        elif event["e"] == "bookTicker":
            tickers[event["u"]] = (float(event["b"]), float(event["B"]), float(event["a"]), float(event["A"]))
        elif event["e"] == "depthUpdate":
            updates.append(event["u"])
    wanted = [tickers[update] for update in updates if update in tickers and update > snapshot]
    assert len(wanted) > 10
    tops = _tops(TapeSource(paths, START_MS), symbol)
    missed = [top for top in wanted if not any(top == seen for seen in tops)]
    assert missed == []


def _signed_checksum(
    levels: tuple[list[tuple[str, str]], list[tuple[str, str]]], places: tuple[int, int]
) -> int:
    """Bitget V1: CRC32 over the first 25 levels of both sides, bid and ask by turns, as a signed integer."""
    texts = []
    for bid, ask in zip(levels[0][:25], levels[1][:25], strict=True):
        for price, size in (bid, ask):
            texts.append(f"{float(price):.{places[0]}f}:{float(size):.{places[1]}f}")
    value = zlib.crc32(":".join(texts).encode())
    return value - (1 << 32) if value >= 1 << 31 else value


@pytest.mark.parametrize(("symbol", "places"), [("DASHUSDT", (2, 2)), ("UNIUSDT", (3, 0))])
def test_bitget_book_reproduces_the_checksum_of_every_frame(symbol: str, places: tuple[int, int]) -> None:
    """The recorded exchange's own checksums prove each state of the replayed book."""
    path = shared_path("tapes", "ws", "bitget_mix_v1_20220407_DASH_UNI_perp.ws.gz")
    checksums = []
    for line in _lines(path):
        frame = json.loads(line.partition(": ")[2] or "{}")
        if "data" in frame and (frame["arg"]["channel"], frame["arg"]["instId"]) == ("books", symbol):
            checksums.append(frame["data"][0]["checksum"])
    book, seen = ClientBook(), []
    for event in book_events(TapeSource([path], START_MS).events(), symbol):
        book.apply(event)
        seen.append(_signed_checksum(book.levels(), places))
    assert len(seen) > 90
    assert seen == checksums[-len(seen) :]


def test_bybit_books_equal_a_plain_rebuild_of_the_linear_frames() -> None:
    """Frames of the spot connection under the same topic name would mix two markets."""
    path = shared_path("tapes", "ws", "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz")
    oracle: dict[str, dict[str, dict[float, float]]] = {}
    states = []
    linear = set()
    for line in _lines(path):
        entry = json.loads(line)
        if entry["t"] == "connect" and entry["addr"].endswith("/linear"):
            linear.add(entry["conn"])
        if entry["t"] != "recv" or entry["conn"] not in linear:
            continue
        frame = json.loads(entry["data"])
        if not frame.get("topic", "").startswith("orderbook"):
            continue
        book = oracle.setdefault(frame["data"]["s"], {"b": {}, "a": {}})
        for side in ("b", "a"):
            kept = {} if frame["type"] == "snapshot" else book[side]
            changed = {float(price): float(size) for price, size in frame["data"][side]}
            book[side] = {price: size for price, size in {**kept, **changed}.items() if size}
        if len(oracle) == 4 and (frame["data"]["b"] or frame["data"]["a"]):
            states.append((frame["data"]["s"], book["b"], book["a"]))
    books: dict[str, ClientBook] = {}
    deltas = []
    for event in TapeSource([path], START_MS).events():
        if isinstance(event, BookSnapshot):
            books[event.symbol] = ClientBook()
            books[event.symbol].apply(event)
        elif isinstance(event, BookDelta):
            books[event.symbol].apply(event)
            book_now = books[event.symbol]
            numbers = [
                {float(p): float(s) for p, s in side.items()} for side in (book_now.bids, book_now.asks)
            ]
            deltas.append((event.symbol, *numbers))
    assert len(deltas) > 1500
    assert deltas == states[-len(deltas) :]
