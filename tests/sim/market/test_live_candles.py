"""Live candles join the past without a seam and agree with the trades."""

import itertools
from decimal import Decimal

import pytest

from omega_tui.sim.facts import Direction, PublicTrade
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.granularity import GRANULARITIES, granularity
from omega_tui.sim.market.live_candles import CandleBook
from tests.sim.market.books import events_for

START_MS = 1_795_000_000_123
MINUTE_MS = 60_000
FIRST_MINUTE = START_MS - START_MS % MINUTE_MS


def _trade(after_ms: int, price: str, size: str) -> PublicTrade:
    return PublicTrade("BTCUSDT", START_MS + after_ms, price, size, Direction.BUY, "1")


def _book() -> CandleBook:
    return CandleBook(GeneratedSource(7, START_MS, ["BTCUSDT"]))


def test_a_candle_opens_at_the_last_close_and_counts_its_trades() -> None:
    """Bitget's candles open where the one before closed; volumes are exact sums."""
    book = _book()
    before = book.rows("BTCUSDT", "1m", FIRST_MINUTE, 1)[0]
    book.on_trade(_trade(1, "65120.5", "0.0123"))
    book.on_trade(_trade(2, "65100", "0.5"))
    start, opened, high, low, close, base, quote = book.rows("BTCUSDT", "1m", START_MS + 10, 1)[0]
    assert start == FIRST_MINUTE
    assert opened == before[4] == "65114.2"
    assert (high, low, close, base) == ("65120.5", "65100", "65100", "0.5123")
    assert Decimal(quote) == Decimal("65120.5") * Decimal("0.0123") + Decimal("65100") * Decimal("0.5")


def test_minutes_without_trades_are_flat_candles() -> None:
    """A missing minute would shift every later candle of a chart by one place."""
    book = _book()
    book.on_trade(_trade(0, "65100", "1"))
    book.on_trade(_trade(3 * MINUTE_MS, "65200", "1"))
    rows = book.rows("BTCUSDT", "1m", START_MS + 10 * MINUTE_MS, 4)
    assert [row[0] for row in rows] == [FIRST_MINUTE + index * MINUTE_MS for index in range(4)]
    assert rows[1][1:] == rows[2][1:] == ("65100", "65100", "65100", "65100", "0", "0")
    assert rows[3][1:5] == ("65100", "65200", "65100", "65200")


def test_time_alone_begins_a_new_candle() -> None:
    """A quiet market still shows the minute that has begun."""
    book = _book()
    book.on_time(START_MS + 2 * MINUTE_MS)
    current = book.current("BTCUSDT", "1m")
    assert current is not None
    assert current[0] == FIRST_MINUTE + 2 * MINUTE_MS
    assert current[1:] == ("65114.2", "65114.2", "65114.2", "65114.2", "0", "0")


@pytest.mark.parametrize("name", list(GRANULARITIES))
def test_past_and_live_join_without_gap_or_repeat(name: str) -> None:
    """The candle in which the market started has a past and a live half; it must appear once and whole."""
    book, into = _book(), granularity(name)
    for index in range(40):
        book.on_trade(_trade(index * 7 * MINUTE_MS, str(65000 + index), "0.5"))
    now = START_MS + 40 * 7 * MINUTE_MS
    rows = book.rows("BTCUSDT", name, now, 9)
    assert len(rows) == 9
    for before, after in itertools.pairwise(rows):
        assert into.end_of(before[0]) == after[0]
        assert before[4] == after[1]
    assert rows[-1] == book.current("BTCUSDT", name)
    assert rows[-1][4] == "65039"


@pytest.mark.parametrize("name", ["1H", "6H", "1Dutc", "1W"])
def test_the_candle_of_the_start_holds_its_past_half(name: str) -> None:
    """Forgetting the hours before the start would show a day that opened when the simulator did."""
    book, into = _book(), granularity(name)
    start = into.start_of(START_MS)
    minutes = book.rows("BTCUSDT", "1m", FIRST_MINUTE, (FIRST_MINUTE - start) // MINUTE_MS)
    current = book.current("BTCUSDT", name)
    assert current is not None
    assert minutes[0][0] == current[0] == start
    assert current[1] == minutes[0][1]
    assert Decimal(current[2]) == max(Decimal(row[2]) for row in minutes)
    assert Decimal(current[3]) == min(Decimal(row[3]) for row in minutes)
    assert Decimal(current[5]) == sum(Decimal(row[5]) for row in minutes)
    assert Decimal(current[6]) == sum(Decimal(row[6]) for row in minutes)


def test_longer_candles_are_the_fold_of_live_minutes() -> None:
    """Two sums over the same trades that differ would show two volumes for one hour."""
    source = GeneratedSource(7, START_MS, ["BTCUSDT"])
    book = CandleBook(source)
    for event in events_for(source, START_MS, 400):
        if isinstance(event, PublicTrade):
            book.on_trade(event)
    for name in ("5m", "15m", "1H", "1D"):
        current = book.current("BTCUSDT", name)
        assert current is not None
        minutes = book.rows("BTCUSDT", "1m", 1 << 53, 1500)
        inside = [row for row in minutes if row[0] >= current[0]]
        assert current[5:] == tuple(
            format(sum(Decimal(row[column]) for row in inside).normalize(), "f") for column in (5, 6)
        )
        assert Decimal(current[2]) == max(Decimal(row[2]) for row in inside)


def test_rows_before_a_moment_and_small_limits() -> None:
    """Paging backwards through the joint must give every candle once."""
    book = _book()
    for index in range(5):
        book.on_trade(_trade(index * MINUTE_MS, "65100", "1"))
    whole = book.rows("BTCUSDT", "1m", 1 << 53, 12)
    paged: list[object] = []
    before = 1 << 53
    while len(paged) < 12:
        page = book.rows("BTCUSDT", "1m", before, 3)
        paged = [*page, *paged]
        before = page[0][0]
    assert paged == whole
    assert book.rows("BTCUSDT", "1m", START_MS, 0) == []
