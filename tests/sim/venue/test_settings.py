"""Leverage, margin mode and position mode change when Bitget lets them, with its words when it does not."""

from collections.abc import Callable

import pytest

from omega_tui.sim.facts import MarginMode, PositionMode
from omega_tui.sim.refusals import Refused
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, SYMBOL, Scene

ISOLATED, CROSSED = MarginMode.ISOLATED, MarginMode.CROSSED


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


def leverages(scene: Scene) -> tuple[int, int, int]:
    settings = scene.venue.leverage(SYMBOL)
    return settings.crossed_leverage, settings.long_leverage, settings.short_leverage


def test_crossed_leverage() -> None:
    scene = Scene()
    scene.venue.set_leverage(SYMBOL, 25, None, None, None)
    assert leverages(scene) == (25, 10, 10)
    scene.venue.set_leverage(SYMBOL, 5, None, 30, 40)
    assert leverages(scene) == (30, 10, 10)
    assert scene.buy("1", "99").leverage == 30


def test_isolated_leverage_in_one_way_mode_is_one_number() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.venue.set_leverage(SYMBOL, 25, None, None, None)
    assert leverages(scene) == (10, 25, 25)


def test_isolated_leverage_in_hedge_mode_needs_a_side() -> None:
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    assert code_of(lambda: scene.venue.set_leverage(SYMBOL, 25, None, None, None)) == "40808"
    scene.venue.set_leverage(SYMBOL, 25, LONG, None, None)
    assert leverages(scene) == (10, 25, 10)
    scene.venue.set_leverage(SYMBOL, None, None, 3, 4)
    assert leverages(scene) == (10, 3, 4)
    assert scene.open(SHORT, "1", "101").leverage == 4


@pytest.mark.parametrize(("leverage", "code"), [(126, "45045"), (-1, "45044"), (None, "40019")])
def test_leverage_out_of_range(leverage: int | None, code: str) -> None:
    scene = Scene()
    assert code_of(lambda: scene.venue.set_leverage(SYMBOL, leverage, None, None, None)) == code
    assert leverages(scene) == (10, 10, 10)


def test_leverage_that_the_money_cannot_carry() -> None:
    scene = Scene(balance="50")
    scene.buy("1")
    assert code_of(lambda: scene.venue.set_leverage(SYMBOL, 1, None, None, None)) == "40893"
    assert leverages(scene)[0] == 10
    scene.venue.set_leverage(SYMBOL, 20, None, None, None)
    assert scene.venue.positions()[0].leverage == 20


def test_changing_leverage_under_a_position_is_announced() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    scene.events.clear()
    scene.venue.set_leverage(SYMBOL, 20, None, None, None)
    assert [type(event).__name__ for event in scene.events] == ["PositionsChanged", "AccountChanged"]
    assert scene.venue.positions()[0].margin * 20 == scene.venue.positions()[0].open_price_average


def test_margin_mode_is_frozen_by_orders_and_positions() -> None:
    scene = Scene()
    scene.buy("1", "99")
    assert code_of(lambda: scene.venue.set_margin_mode(SYMBOL, ISOLATED)) == "45117"
    scene.venue.set_margin_mode(SYMBOL, CROSSED)
    scene.venue.cancel_many()
    scene.venue.set_margin_mode(SYMBOL, ISOLATED)
    assert scene.venue.leverage(SYMBOL).margin_mode is ISOLATED


def test_position_mode_is_frozen_by_orders_and_positions() -> None:
    scene = Scene()
    scene.buy("1")
    assert code_of(lambda: scene.venue.set_position_mode(PositionMode.HEDGE)) == "40920"
    scene.venue.close_positions(None, None)
    scene.venue.set_position_mode(PositionMode.HEDGE)
    assert scene.venue.position_mode is PositionMode.HEDGE
    assert scene.venue.account().position_mode is PositionMode.HEDGE


def test_an_idle_symbol_takes_the_margin_mode_of_the_order() -> None:
    scene = Scene()
    scene.place(scene.spec(BUY, "1", margin_mode=ISOLATED))
    assert scene.venue.positions()[0].margin_mode is ISOLATED
    assert scene.venue.leverage(SYMBOL).margin_mode is ISOLATED


def test_a_held_symbol_keeps_its_margin_mode() -> None:
    """A close may name either mode; an order that opens must name the one in force."""
    scene = Scene()
    scene.place(scene.spec(BUY, "1", margin_mode=ISOLATED))
    assert code_of(lambda: scene.place(scene.spec(BUY, "1", margin_mode=CROSSED))) == "45117"
    closed = scene.place(scene.spec(SELL, "1", margin_mode=CROSSED, reduce_only=True))
    assert closed.margin_mode is ISOLATED


def test_a_refused_order_leaves_the_margin_mode_alone() -> None:
    scene = Scene(balance="1")
    assert code_of(lambda: scene.place(scene.spec(BUY, "1", margin_mode=ISOLATED))) == "40762"
    assert scene.venue.leverage(SYMBOL).margin_mode is CROSSED
