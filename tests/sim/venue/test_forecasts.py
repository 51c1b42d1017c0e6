"""What the exchange promises of an order is what the order then comes to."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.facts import Direction, HoldSide, MarginMode, PositionMode
from omega_tui.sim.refusals import Refused
from tests.sim.venue.scene import BUY, CONTRACT, LONG, SELL, SHORT, SYMBOL, Scene

D = Decimal
DEEP = (("100", "90000"),), (("100.1", "90000"),)
MARKED_UP = replace(CONTRACT, open_cost_up_ratio=D("0.01"), fee_rate_up_ratio=D("0.005"))
modes = st.sampled_from(MarginMode)
sides = st.sampled_from(HoldSide)


def direction_of(side: HoldSide) -> Direction:
    return BUY if side is LONG else SELL


def refused(scene: Scene, side: HoldSide, size: Decimal, price: str | None = None) -> str:
    spec = scene.spec(direction_of(side), str(size), price, hold=side)
    with pytest.raises(Refused) as reason:
        scene.place(spec)
    return reason.value.code


@given(modes, sides, st.integers(1, 100), st.integers(20, 4000))
@settings(max_examples=60, deadline=None)
def test_the_largest_order_is_accepted_and_one_lot_more_is_not(
    mode: MarginMode, side: HoldSide, leverage: int, balance: int
) -> None:
    scene = Scene(PositionMode.HEDGE, str(balance), leverage, mode, contracts=(MARKED_UP,))
    scene.snapshot(*DEEP)
    largest = scene.venue.forecasts.largest_order(SYMBOL, side, None)
    if largest > 50:
        return
    if largest * 100 >= 5:
        assert refused(scene, side, largest + D("0.001")) == "40762"
        assert scene.open(side, str(largest)).filled == largest
        assert scene.venue.forecasts.largest_order(SYMBOL, side, None) < largest


def test_the_largest_order_ends_with_the_tier() -> None:
    scene = Scene(PositionMode.HEDGE, balance="10000000", leverage=125)
    assert scene.venue.forecasts.largest_order(SYMBOL, LONG, D(100)) == D(2000)
    scene.snapshot(*DEEP)
    scene.open(LONG, "50", "100.1")
    assert scene.venue.forecasts.largest_order(SYMBOL, LONG, D(100)) == D("1949.95")
    assert scene.venue.forecasts.largest_order(SYMBOL, SHORT, D(100)) == D(2000)


def test_a_one_way_order_first_closes_the_other_side() -> None:
    scene = Scene(balance="1000")
    scene.buy("1")
    free = scene.venue.account().crossed_available
    opens = scene.venue.forecasts.size_for(SYMBOL, free, D(100), 10)
    assert scene.venue.forecasts.largest_order(SYMBOL, SHORT, D(100)) == opens + 1
    assert scene.venue.forecasts.largest_order(SYMBOL, LONG, D(100)) == opens


def test_an_amount_of_margin_pays_the_fee_too() -> None:
    size = Scene().venue.forecasts.size_for(SYMBOL, D(100), D(50), 20)
    assert size == D("39.525")
    assert size * 50 / 20 + size * 50 * D("0.0006") <= 100


@pytest.mark.parametrize("mode", MarginMode)
@pytest.mark.parametrize("side", HoldSide)
@pytest.mark.parametrize("before", [None, LONG, SHORT])
def test_the_promised_liquidation_price_is_the_positions(
    mode: MarginMode, side: HoldSide, before: HoldSide | None
) -> None:
    scene = Scene(PositionMode.HEDGE, balance="400", margin_mode=mode)
    scene.snapshot(*DEEP)
    if before is not None:
        scene.open(before, "3")
    promised = scene.venue.forecasts.liquidation_point(SYMBOL, side, D(20), None)
    scene.open(side, "20")
    position = next(each for each in scene.venue.positions() if each.hold_side is side)
    assert position.liquidation_price is not None
    assert abs(position.liquidation_price - promised) < D("1e-8")


def test_the_promised_liquidation_price_of_a_turned_position() -> None:
    scene = Scene(balance="400")
    scene.snapshot(*DEEP)
    scene.buy("5")
    promised = scene.venue.forecasts.liquidation_point(SYMBOL, SHORT, D(25), None)
    scene.sell("25")
    (position,) = scene.venue.positions()
    assert position.liquidation_price is not None
    assert abs(position.liquidation_price - promised) < D("1e-8")
    assert scene.venue.forecasts.liquidation_point(SYMBOL, LONG, D(20), None) == 0


def test_a_position_with_ample_money_is_liquidated_nowhere() -> None:
    scene = Scene()
    assert scene.venue.forecasts.liquidation_point(SYMBOL, LONG, D(1), D(100)) < 0


def test_no_forecast_at_market_without_a_market() -> None:
    scene = Scene()
    scene.snapshot((), ())
    with pytest.raises(Refused) as reason:
        scene.venue.forecasts.largest_order(SYMBOL, LONG, None)
    assert reason.value.code == "22045"
