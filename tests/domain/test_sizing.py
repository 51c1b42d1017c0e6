"""Sizes from money, share and risk: worked by hand, and the promises that hold for every number."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.instruments import Tier
from omega_tui.domain.market import Candle
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.profiles import BUILT_IN
from omega_tui.domain.risk import position_risk, relative_volatility, unit_risk
from omega_tui.domain.sizing import (
    largest_notional,
    legal_exit,
    legal_size,
    opening_loss,
    size_by_balance,
    size_by_notional,
    size_by_position,
    size_by_risk,
    target_legs,
    unit_cost,
)
from omega_tui.domain.values import is_multiple
from tests.engine.fake_gateway import BTC

D = Decimal
LONG, SHORT = HoldSide.LONG, HoldSide.SHORT
MINUTE = 60_000


def test_sizes_worked_by_hand() -> None:
    assert size_by_notional(D(500), D(50000)) == D("0.01")
    assert size_by_position(D("0.4"), D("0.5")) == D("0.2")
    # 2 % of 10,000 over 2,000 of stop, 12 and 34.8 of fees at 0.02 % and 0.06 %.
    assert size_by_risk(D(10000), D("0.02"), D(60000), D(58000), D("0.0002"), D("0.0006")) == D(200) / D(
        "2046.8"
    )
    assert size_by_risk(D(-5), D("0.02"), D(60000), D(58000), D(0), D(0)) == 0
    marked = replace(BTC, open_cost_markup=D("0.01"), fee_markup=D("0.005"))
    # At 10x: 6,060 of margin and 36.18 of fee, each with its markup.
    assert unit_cost(D(60000), 10, marked) == D("6096.18")
    assert size_by_balance(D(1000), D("0.5"), D("6096.18")) == D(500) / D("6096.18")


def test_an_opening_loss_is_only_paid_on_the_wrong_side_of_the_mark() -> None:
    assert (opening_loss(Side.BUY, D(101), D(100)), opening_loss(Side.BUY, D(99), D(100))) == (1, 0)
    assert (opening_loss(Side.SELL, D(101), D(100)), opening_loss(Side.SELL, D(99), D(100))) == (0, 1)


def test_what_a_stop_costs_counts_fees_both_ways() -> None:
    assert unit_risk(D(100), D(96), D("0.001"), D("0.002")) == 4 + D("0.1") + D("0.192")
    assert position_risk(LONG, D(2), D(100), D(96), D("0.01")) == 2 * (4 + D("0.96"))
    assert position_risk(SHORT, D(2), D(100), D(104), D("0.01")) == 2 * (4 + D("1.04"))
    assert position_risk(LONG, D(2), D(100), D(120), D("0.01")) == 0, "locked profit is no risk"


def test_a_tier_carries_what_its_leverage_may() -> None:
    tiers = (
        Tier(D(0), D(100), 50, D("0.01")),
        Tier(D(100), D(200), 20, D("0.02")),
        Tier(D(200), None, 5, D("0.1")),
    )
    assert [largest_notional(tiers, leverage) for leverage in (50, 20, 5, 51)] == [100, 200, None, 0]


@pytest.mark.parametrize(
    ("hold_side", "stops", "expected"),
    [(LONG, True, "58000.1"), (LONG, False, "58000"), (SHORT, True, "58000"), (SHORT, False, "58000.1")],
)
def test_an_exit_is_never_rounded_away_from_the_entry(
    hold_side: HoldSide, stops: bool, expected: str
) -> None:
    assert legal_exit(D("58000.04"), hold_side, BTC, stops=stops) == D(expected)


def test_the_legs_of_the_strategic_profile() -> None:
    """40 % at 1.5, 40 % at 2.5 and 20 % at 3.5 times the stop's distance."""
    legs = target_legs(BUILT_IN["strategic"].targets, LONG, D(60000), D(57600), D("0.1"), BTC)
    assert legs == ((D(63600), D("0.04")), (D(66000), D("0.04")), (D(68400), D("0.02")))
    short = target_legs(BUILT_IN["newbie"].targets, SHORT, D(60000), D(61200), D("0.1"), BTC)
    assert short == ((D(57600), D("0.1")),)


@given(
    st.sampled_from(sorted(BUILT_IN)),
    st.sampled_from(HoldSide),
    st.decimals(D("0.001"), D(50), places=3),
    st.integers(1, 30),
)
def test_legs_make_the_whole_position_in_whole_lots(
    name: str, hold_side: HoldSide, size: Decimal, percent: int
) -> None:
    """Bug: a rest of the position that no target ever takes, or a leg that the exchange refuses."""
    entry = D(60000)
    stop = entry * (1 - D(percent) / 1000 if hold_side is LONG else 1 + D(percent) / 1000)
    legs = target_legs(BUILT_IN[name].targets, hold_side, entry, stop, size, BTC)
    assert sum(part for _, part in legs) == size
    assert all(part >= BTC.min_size and is_multiple(part, BTC.lot) for _, part in legs)
    assert all((price > entry) is (hold_side is LONG) for price, _ in legs)


@given(
    st.decimals(D(1), D(10**7), places=2),
    st.decimals(D("0.0001"), D("0.5"), places=4),
    st.decimals(D(1), D(10**5), places=1),
    st.decimals(D("0.001"), D("0.3"), places=4),
    st.sampled_from([-1, 1]),
)
def test_a_size_from_risk_never_risks_more_than_was_asked(
    equity: Decimal, risk: Decimal, entry: Decimal, distance: Decimal, way: int
) -> None:
    stop = entry * (1 + way * distance)
    fees = (D("0.0002"), D("0.0006"))
    size = legal_size(size_by_risk(equity, risk, entry, stop, *fees), BTC)
    assert size * unit_risk(entry, stop, *fees) <= equity * risk
    assert (size + BTC.lot) * unit_risk(entry, stop, *fees) > equity * risk * (1 - D("1e-20"))


def a_day(newest_range: float, minutes: int = 1440) -> list[Candle]:
    calm = [Candle(number * MINUTE, 100.0, 101.0, 100.0, 100.5, 1.0) for number in range(minutes - 1)]
    return [*calm, Candle((minutes - 1) * MINUTE, 100.0, 100.0 + newest_range, 100.0, 100.0, 1.0)]


def test_volatility_is_the_newest_minute_over_the_days_median() -> None:
    now = 1440 * MINUTE
    assert relative_volatility(a_day(1.0), now) == 1
    assert relative_volatility(a_day(2.5), now) == D("2.5")


@pytest.mark.parametrize(
    ("candles", "now_minute"),
    [(a_day(2.0, 1000), 1000), ([], 1440), (a_day(2.0), 1444), ([*a_day(2.0)[:700]], 1440)],
)
def test_volatility_is_unknown_without_the_day_or_the_newest_minute(
    candles: list[Candle], now_minute: int
) -> None:
    """Bug: leverage scaled by an hour of data, or by a minute that is long past."""
    assert relative_volatility(candles, now_minute * MINUTE) is None


def test_a_market_that_stands_still_has_no_volatility() -> None:
    still = [Candle(number * MINUTE, 100.0, 100.0, 100.0, 100.0, 0.0) for number in range(1440)]
    assert relative_volatility(still, 1440 * MINUTE) is None
