"""Past candles: seeded, without gaps, the same market at every granularity."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.facts import CandleRow
from omega_tui.sim.market.bars import Bar, fold
from omega_tui.sim.market.contracts import contract_for
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.granularity import GRANULARITIES, HOUR_MS, granularity
from omega_tui.sim.market.past import PastCandles
from omega_tui.sim.market.randomness import seeded
from omega_tui.sim.market.shapes import SHAPES
from omega_tui.sim.market.synthetic_past import split_hour

START_MS = 1_795_000_000_123
DAY_MS = 24 * HOUR_MS


def _past(seed: str = "one", symbol: str = "BTCUSDT") -> PastCandles:
    contract, shape = contract_for(symbol), SHAPES[symbol]
    return PastCandles(contract, seed, shape.past(float(contract.size_multiplier)), START_MS, shape.price)


def _folded(rows: list[CandleRow]) -> tuple[str, Decimal, Decimal, str, Decimal, Decimal]:
    """Open, high, low, close, base and quote volume of several rows together."""
    high, low = max(Decimal(row[2]) for row in rows), min(Decimal(row[3]) for row in rows)
    base, quote = sum(Decimal(row[5]) for row in rows), sum(Decimal(row[6]) for row in rows)
    return rows[0][1], high, low, rows[-1][4], Decimal(base), Decimal(quote)


@pytest.mark.parametrize("name", [name for name in GRANULARITIES if name not in {"1m", "1M", "1Mutc"}])
def test_every_granularity_is_the_fold_of_its_minutes(name: str) -> None:
    """Charts that disagree when the timeframe changes make every level on them worthless."""
    past, into = _past(), granularity(name)
    newest = past.rows(name, START_MS, 2)
    assert len(newest) == 2
    for row in newest:
        end = into.end_of(row[0])
        minutes = past.rows("1m", end, (end - row[0]) // 60_000)
        assert minutes[0][0] == row[0]
        assert _folded(minutes) == _folded([row])


def test_a_month_is_the_fold_of_its_days() -> None:
    """Months have no fixed length, so they take another path than the rest."""
    past = _past()
    month = past.rows("1Mutc", START_MS, 1)[0]
    end = granularity("1Mutc").end_of(month[0])
    days = past.rows("1Dutc", end, (end - month[0]) // DAY_MS)
    assert days[0][0] == month[0]
    assert _folded(days) == _folded([month])


def test_minutes_have_no_gaps_and_end_at_the_market_s_price() -> None:
    """A jump between the last candle and the first trade looks like a crash."""
    rows = _past().rows("1m", START_MS, 1000)
    assert len(rows) == 1000
    assert [row[0] for row in rows] == list(range(rows[0][0], START_MS - 60_000, 60_000))
    assert rows[-1][4] == SHAPES["BTCUSDT"].price
    assert all(before[4] == after[1] for before, after in itertools.pairwise(rows))


def test_only_finished_candles_before_the_moment_asked_for() -> None:
    """The forming candle belongs to the live book; twice the same candle confuses every chart."""
    past = _past()
    for name in ("1m", "1H", "1D", "1W", "1M"):
        into = granularity(name)
        rows = past.rows(name, START_MS, 3)
        assert into.end_of(rows[-1][0]) <= START_MS
        earlier = past.rows(name, rows[1][0], 5)
        assert earlier[-1] == rows[0]
    assert past.rows("1m", START_MS, 0) == []


def test_half_a_year_exists_at_once() -> None:
    """Swings and Fibonacci levels need a past of months on the first screen."""
    past = _past()
    assert len(past.rows("1D", START_MS, 400)) > 180
    assert len(past.rows("1W", START_MS, 400)) > 26
    old = past.rows("1m", START_MS - 180 * DAY_MS, 10)
    assert len(old) == 10
    assert len(past.rows("1m", START_MS - 5000 * DAY_MS, 10)) == 0


def test_the_past_depends_on_the_seed_alone_not_on_the_order_of_questions() -> None:
    """Lazily made candles must not remember who asked first."""
    first, second = _past(), _past()
    days, minutes = first.rows("1D", START_MS, 100), first.rows("1m", START_MS - 3 * DAY_MS, 200)
    assert second.rows("1m", START_MS - 3 * DAY_MS, 200) == minutes
    assert second.rows("1D", START_MS, 100) == days
    assert _past("another").rows("1D", START_MS, 100) != days


@pytest.mark.parametrize("symbol", list(SHAPES))
def test_days_move_as_markets_do(symbol: str) -> None:
    """A past that is flat or explodes gives no usable swing: daily ranges stay within sane bounds."""
    rows = GeneratedSource(3, START_MS).past_candles(symbol, "1D", START_MS, 180)
    ranges = sorted(float(row[2]) / float(row[3]) - 1 for row in rows)
    assert 0.01 < ranges[90] < 0.12
    assert ranges[-1] < 0.8
    assert all(float(row[3]) <= min(float(row[1]), float(row[4])) for row in rows)
    assert all(float(row[2]) >= max(float(row[1]), float(row[4])) for row in rows)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 60),
    st.tuples(st.integers(500, 10**6), st.integers(0, 4000), st.integers(0, 4000)),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(60, 10**7), st.integers(0, 10**6)),
)
def test_any_hour_splits_into_minutes_that_fold_back(
    count: int, span: tuple[int, int, int], rest: tuple[float, float, int, int]
) -> None:
    """Flat hours, hours that close at their high and hours of one minute are where rounding goes wrong."""
    low, body, tail = span
    high = low + body + tail
    opened, close = low + round(rest[0] * (high - low)), low + round(rest[1] * (high - low))
    base = rest[2]
    hour = Bar(0, opened, high, low, close, base, base * (opened + high + low + close) // 4)
    minutes = split_hour(seeded(rest[3]), hour, count)
    assert list(fold(minutes, granularity("1H"))) == [hour]
    assert len(minutes) == count
    for bar in minutes:
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert bar.base > 0
