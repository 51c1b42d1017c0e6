"""Leverage, margin mode and position mode change when Bitget lets them, with its words when it does not."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import MarginMode, MarketFacts, PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.settings import AssetMode, LeverageRequest
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, SYMBOL, Scene

D = Decimal
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
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(25))
    assert leverages(scene) == (25, 10, 10)
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(5, long_leverage=30, short_leverage=40))
    assert leverages(scene) == (30, 10, 10)
    assert scene.buy("1", "99").leverage == 30


def test_isolated_leverage_in_one_way_mode_is_one_number() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(25))
    assert leverages(scene) == (10, 25, 25)


def test_isolated_leverage_in_hedge_mode_needs_a_side() -> None:
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(25))) == "40808"
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(25, hold_side=LONG))
    assert leverages(scene) == (10, 25, 10)
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(long_leverage=3, short_leverage=4))
    assert leverages(scene) == (10, 3, 4)
    assert scene.open(SHORT, "1", "101").leverage == 4


@pytest.mark.parametrize(("leverage", "code"), [(126, "45045"), (-1, "45044"), (None, "40019")])
def test_leverage_out_of_range(leverage: int | None, code: str) -> None:
    scene = Scene()
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(leverage))) == code
    assert leverages(scene) == (10, 10, 10)


def test_leverage_that_the_money_cannot_carry() -> None:
    scene = Scene(balance="50")
    scene.buy("1")
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(1))) == "40893"
    assert leverages(scene)[0] == 10
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(20))
    assert scene.venue.positions()[0].leverage == 20


def test_a_lower_leverage_takes_margin_from_the_wallet() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    before = scene.venue.account()
    scene.events.clear()
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(5))
    assert [type(event).__name__ for event in scene.events] == ["PositionsChanged", "AccountChanged"]
    (position,), after = scene.venue.positions(), scene.venue.account()
    assert (position.leverage, position.margin) == (5, D("20.02"))
    assert after.balance == before.balance
    assert before.isolated_available - after.isolated_available == D("10.01")
    bill = next(scene.venue.wallet.bills())
    assert (bill.business, bill.amount) == ("adjust_down_lever_append_margin", D("10.01"))


def test_a_higher_leverage_frees_no_margin() -> None:
    """A real isolated position kept its margin when its leverage went from 25 to 75."""
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    liquidation = scene.venue.positions()[0].liquidation_price
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(20))
    (position,) = scene.venue.positions()
    assert (position.leverage, position.margin) == (20, D("10.01"))
    assert position.liquidation_price == liquidation


def test_a_leverage_that_the_size_held_forbids() -> None:
    """More than a tier's value cannot be carried with the leverage of the tier below."""
    scene = Scene(balance="1000000", leverage=100)
    scene.snapshot((("100", "5000"),), (("100.1", "5000"),))
    for _ in range(25):
        scene.buy("100", "100.1")
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(125))) == "45045"
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(50))


def test_isolated_orders_freeze_the_leverage() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1", "99")
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(20))) == "45097"
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(10))
    scene.venue.cancel_many()
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(20))
    assert leverages(scene) == (10, 20, 20)


def test_the_leverage_in_force_may_be_refused() -> None:
    scene = Scene(choices=Choices(unchanged_leverage_refused=True))
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(10))) == "40814"


def test_one_leverage_for_all_that_is_held() -> None:
    """Only symbols with positions; and none of them when one of them may not."""
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    scene.snapshot((("100", "9"),), (("100.1", "9"),), symbol="ETHUSDT")
    scene.venue.on_market(MarketFacts("ETHUSDT", scene.now, mark_price="100"))
    scene.venue.settings.set_all_leverage(3)
    assert leverages(scene) == (10, 10, 10)
    scene.open(LONG, "1")
    scene.venue.settings.set_all_leverage(3)
    assert leverages(scene) == (10, 3, 3)
    assert scene.venue.leverage("ETHUSDT").long_leverage == 10
    assert code_of(lambda: scene.venue.settings.set_all_leverage(126)) == "45045"
    scene.place(scene.spec(BUY, "1", hold=LONG, symbol="ETHUSDT", margin_mode=CROSSED))
    scene.venue.settings.set_all_leverage(4)
    assert scene.venue.leverage("ETHUSDT").crossed_leverage == 4
    scene.place(scene.spec(BUY, "1", "99", hold=LONG))
    assert code_of(lambda: scene.venue.settings.set_all_leverage(5)) == "45097"
    assert scene.venue.leverage("ETHUSDT").crossed_leverage == 4


def test_the_account_has_one_asset() -> None:
    scene = Scene()
    scene.venue.settings.set_asset_mode(AssetMode.SINGLE)
    assert code_of(lambda: scene.venue.settings.set_asset_mode(AssetMode.UNION)) == "40919"


def test_margin_mode_is_frozen_by_orders_and_positions() -> None:
    scene = Scene()
    scene.buy("1", "99")
    assert code_of(lambda: scene.venue.settings.set_margin_mode(SYMBOL, ISOLATED)) == "45117"
    scene.venue.settings.set_margin_mode(SYMBOL, CROSSED)
    scene.venue.cancel_many()
    scene.venue.settings.set_margin_mode(SYMBOL, ISOLATED)
    assert scene.venue.leverage(SYMBOL).margin_mode is ISOLATED


def test_position_mode_is_frozen_by_orders_and_positions() -> None:
    scene = Scene()
    scene.buy("1")
    assert code_of(lambda: scene.venue.settings.set_position_mode(PositionMode.HEDGE)) == "40920"
    scene.venue.closer.close(None, None)
    scene.venue.settings.set_position_mode(PositionMode.HEDGE)
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


def test_only_the_side_whose_leverage_falls_gets_margin() -> None:
    """Funding ate of the long's margin; a change of the short's leverage must not move the trader's money."""
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    scene.open(LONG, "1")
    scene.venue.on_market(MarketFacts(SYMBOL, scene.now, funding_rate="0.001"))
    scene.wait(8 * 3_600_000)
    (position,) = scene.venue.positions()
    for side, leverage in ((SHORT, 5), (LONG, 11)):
        scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(leverage, side))
        assert scene.venue.positions()[0].margin == position.margin == D("9.91")


def test_open_orders_follow_a_crossed_leverage() -> None:
    """An order kept the margin of the leverage it was placed under, and its fill bound ten times as much."""
    scene = Scene(balance="100", leverage=100)
    order = scene.buy("1", "95")
    assert scene.venue.account().locked == D("1.007")
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(10))
    assert scene.venue.account().locked == D("9.557")
    assert scene.state_of(order).leverage == 10


def test_leverage_that_open_orders_cannot_follow() -> None:
    scene = Scene(balance="1000", leverage=100)
    scene.buy("90", "95")
    assert code_of(lambda: scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(5))) == "40893"
    rich = Scene(balance="1000000", leverage=10)
    rich.snapshot((), (("99999", "1"),))
    rich.facts("99999")
    rich.buy("3", "99000")
    assert code_of(lambda: rich.venue.settings.set_leverage(SYMBOL, LeverageRequest(125))) == "45045"
    assert [leverages(each)[0] for each in (scene, rich)] == [100, 10]


def test_an_order_that_only_closes_does_not_stand_against_a_leverage() -> None:
    scene = Scene(balance="12", leverage=10)
    scene.buy("1")
    scene.sell("1", "101")
    scene.venue.settings.set_leverage(SYMBOL, LeverageRequest(9))
    assert scene.venue.account().locked == 0
