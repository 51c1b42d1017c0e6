"""Swings: the automatic one never repaints, the others say what they see."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.analytics.swings import (
    Bar,
    Direction,
    Swing,
    ZigZag,
    lookback_swing,
    manual_swing,
)
from tests.analytics.bars import bars, read_bars, walk
from tests.support.shared import needs_shared, shared_path

RECORDED = [
    ("BTC-PERP_1m_20211231_20220123.csv.gz", 5_000),
    ("BTCUSD_1m_20260131.csv", 0),
    ("binance_spot_BTCUSDT_1d_20170816_20210112.csv", 0),
    ("coinbase_BTCUSD_1h_20170701_20180930.csv.gz", 2_000),
]


def _newest_swing(these: list[Bar]) -> Swing | None:
    zigzag = ZigZag()
    for bar in these:
        zigzag.push(bar)
    return zigzag.swing


def _pivots(these: list[Bar]) -> list[tuple[int, float, bool]]:
    zigzag = ZigZag()
    for bar in these:
        zigzag.push(bar)
    return [(pivot.start_ms, pivot.price, pivot.is_high) for pivot in zigzag.pivots]


@needs_shared
@pytest.mark.parametrize(("name", "skip"), RECORDED)
def test_confirmed_pivots_of_real_candles_never_repaint(name: str, skip: int) -> None:
    """A zigzag that moves a pivot when more candles arrive draws levels nobody could have traded."""
    recorded = read_bars(shared_path("tapes", "candles", name), skip, 1_500)
    whole = _pivots(recorded)
    assert len(whole) >= 4
    for cut in range(50, len(recorded), 97):
        seen = _pivots(recorded[:cut])
        assert seen == whole[: len(seen)]


@needs_shared
@pytest.mark.parametrize(("name", "skip"), RECORDED)
def test_pivots_of_real_candles_alternate_and_end_their_legs_at_the_extreme(name: str, skip: int) -> None:
    recorded = read_bars(shared_path("tapes", "candles", name), skip, 1_500)
    by_start = {bar.start_ms: index for index, bar in enumerate(recorded)}
    for before, after in pairwise(_pivots(recorded)):
        assert before[2] is not after[2]
        leg = recorded[by_start[before[0]] + 1 : by_start[after[0]] + 1]
        assert after[1] == (max(bar.high for bar in leg) if after[2] else min(bar.low for bar in leg))


_closes = st.lists(st.integers(50, 150), min_size=20, max_size=80)


@settings(max_examples=60, deadline=None)
@given(closes=_closes, more=_closes)
def test_more_candles_never_change_confirmed_pivots(closes: list[int], more: list[int]) -> None:
    early = _pivots(walk(*closes))
    assert _pivots(walk(*closes, *more))[: len(early)] == early


def test_a_rise_and_a_fall_make_an_up_swing() -> None:
    rise = [100.0] * 15 + [100.0 + 2 * step for step in range(1, 21)]
    fall = [140.0 - 3 * step for step in range(1, 8)]
    flat_low = 99.5
    swing = _newest_swing(walk(*([110.0, 104.0, 100.0]), *rise, *fall))
    assert swing == Swing(flat_low, 140.5, Direction.UP)


def test_the_next_leg_starts_at_its_far_end_and_not_at_the_bar_that_confirmed() -> None:
    """The 108 came between the low of 80 and the bar that confirmed it: the next leg ends there."""
    zigzag = ZigZag(factor=3.0, period=2)
    quiet = [(100.5, 99.5, 100.0)] * 3
    spike_down = [(110.0, 109.0, 109.5), (109.5, 80.0, 108.0), (108.0, 100.0, 101.0)]
    for bar in bars(*quiet, *spike_down, *[(101.0, 100.0, 100.5)] * 6, (130.0, 100.0, 129.0)):
        zigzag.push(bar)
    assert [pivot.price for pivot in zigzag.pivots] == [80.0, 108.0]


def test_nothing_is_confirmed_before_there_is_an_average() -> None:
    assert _newest_swing(walk(*range(100, 112))) is None


def test_a_dead_market_has_no_swing() -> None:
    assert _newest_swing(bars(*[(100.0, 100.0, 100.0)] * 50)) is None


def test_lookback_takes_the_extremes_of_its_window_only() -> None:
    made = walk(500, 100, 120, 110, 130, 125)
    assert lookback_swing(made, 4) == Swing(109.5, 130.5, Direction.UP)
    assert lookback_swing(made, 6) == Swing(99.5, 500.5, Direction.DOWN)
    assert lookback_swing([], 4) is None
    assert lookback_swing(bars((1.0, 1.0, 1.0))) is None


def test_one_bar_that_made_both_extremes_is_judged_by_its_close() -> None:
    assert lookback_swing(bars((110.0, 90.0, 108.0))) == Swing(90.0, 110.0, Direction.UP)
    assert lookback_swing(bars((110.0, 90.0, 92.0))) == Swing(90.0, 110.0, Direction.DOWN)


def test_two_picked_prices_make_a_swing_in_the_order_they_were_picked() -> None:
    assert manual_swing(61200.0, 64850.0) == Swing(61200.0, 64850.0, Direction.UP)
    assert manual_swing(64850.0, 61200.0) == Swing(61200.0, 64850.0, Direction.DOWN)
    assert manual_swing(1.0, 1.0) is None


def test_the_average_true_range_counts_gaps_and_smooths_as_wilder_does() -> None:
    zigzag, averages = ZigZag(period=3), []
    # The gap from a close of 9 to a low of 14 makes a range of 6.
    for bar in bars((10, 8, 9), (15, 14, 15), (16, 15, 15), (20, 15, 18)):
        zigzag.push(bar)
        averages.append(zigzag.average)
    assert averages[:2] == [None, None]
    assert averages[2:] == [pytest.approx((2 + 6 + 1) / 3), pytest.approx((3 * 2 + 5) / 3)]
    with pytest.raises(ValueError):
        ZigZag(period=0)
