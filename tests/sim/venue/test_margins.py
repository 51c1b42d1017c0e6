"""Margin of an isolated position moves when its trader says so, or in need; the wallet stays as it is."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from omega_tui.sim.facts import MarginMode, PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import LedgerPosition
from tests.sim.venue.scene import BUY, LONG, SHORT, SYMBOL, Scene

D = Decimal
ISOLATED = MarginMode.ISOLATED


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


def held(scene: Scene) -> LedgerPosition:
    (position,) = scene.venue.positions()
    return position


def test_added_margin_moves_the_liquidation_price_away() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    before, money = held(scene), scene.venue.account()
    scene.venue.margins.move(SYMBOL, LONG, D(20))
    after = held(scene)
    assert after.margin == before.margin + 20
    assert before.liquidation_price is not None
    assert after.liquidation_price is not None
    assert after.liquidation_price < before.liquidation_price
    assert scene.venue.account().balance == money.balance
    assert scene.venue.account().isolated_available == money.isolated_available - 20
    bill = next(scene.venue.wallet.bills())
    assert (bill.business, bill.amount, bill.balance) == ("append_margin", D(20), money.balance)


def test_what_was_added_can_be_taken_out_and_no_more() -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    scene.facts("100.1")
    scene.venue.margins.move(SYMBOL, LONG, D(20))
    assert code_of(lambda: scene.venue.margins.move(SYMBOL, LONG, D("-20.00000001"))) == "40800"
    scene.venue.margins.move(SYMBOL, LONG, D(-20))
    assert held(scene).margin == D("10.01")
    assert next(scene.venue.wallet.bills()).business == "reduce_margin"


def test_a_loss_holds_margin_back() -> None:
    """Otherwise a trader would take out the money that his open loss already needs."""
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    scene.venue.margins.move(SYMBOL, LONG, D(20))
    scene.facts("95.1")
    assert code_of(lambda: scene.venue.margins.move(SYMBOL, LONG, D("-15.1"))) == "40800"
    scene.venue.margins.move(SYMBOL, LONG, D(-15))


@pytest.mark.parametrize(("amount", "code"), [("0", "40020"), ("0.000000001", "40020"), ("100000", "40800")])
def test_amounts_that_cannot_be_moved(amount: str, code: str) -> None:
    scene = Scene(margin_mode=ISOLATED)
    scene.buy("1")
    assert code_of(lambda: scene.venue.margins.move(SYMBOL, LONG, D(amount))) == code


def test_margin_of_what_is_not_isolated_or_not_there() -> None:
    assert code_of(lambda: Scene().venue.margins.move(SYMBOL, LONG, D(1))) == "40875"
    scene = Scene(margin_mode=ISOLATED)
    assert code_of(lambda: scene.venue.margins.move(SYMBOL, LONG, D(1))) == "40802"
    assert code_of(lambda: scene.venue.margins.set_auto(SYMBOL, LONG, on=True)) == "40838"
    assert code_of(lambda: Scene().venue.margins.set_auto(SYMBOL, LONG, on=True)) == "22011"


def test_automatic_margin_saves_a_position_from_liquidation() -> None:
    """The numbers of Bitget's article "Automatic margin call in isolated margin mode"."""
    scene = Scene(balance="601.63497", margin_mode=ISOLATED)
    scene.snapshot((("27249", "1"),), (("27249.5", "1"),))
    scene.facts("27249.5")
    scene.buy("0.1")
    scene.venue.margins.set_auto(SYMBOL, LONG, on=True)
    opened, money = held(scene), scene.venue.account()
    assert (opened.auto_margin, opened.margin) == (True, D("272.495"))
    assert money.isolated_available == D("327.505")
    assert opened.liquidation_price is not None
    assert round(opened.liquidation_price, 1) == D("24637.9")
    scene.facts("24637.8")
    saved = held(scene)
    assert saved.margin == D("544.99")
    assert saved.liquidation_price is not None
    assert abs(saved.liquidation_price - D("21900.4")) < D("0.1")
    assert scene.venue.account().isolated_available == D("55.01")
    assert scene.venue.account().balance == money.balance
    bill = next(scene.venue.wallet.bills())
    assert (bill.business, bill.amount) == ("auto_append_margin", D("272.495"))


def test_automatic_margin_adds_all_there_is_when_that_is_less() -> None:
    scene = Scene(balance="15", margin_mode=ISOLATED)
    scene.buy("1")
    scene.venue.margins.set_auto(SYMBOL, LONG, on=True)
    scene.facts("90.3")
    saved = held(scene)
    assert saved.margin == D("15") - D("0.06006")
    assert saved.margin_ratio < 1


def test_automatic_margin_can_cost_everything() -> None:
    """Bitget warns of it: money follows the position until there is none, and then it is liquidated."""
    scene = Scene(balance="35", margin_mode=ISOLATED)
    scene.buy("1")
    scene.venue.margins.set_auto(SYMBOL, LONG, on=True)
    scene.facts("60")
    assert scene.venue.positions() == []
    assert scene.venue.account().balance == 0
    added = [each.amount for each in scene.venue.wallet.bills() if each.business == "auto_append_margin"]
    assert added == [D("4.90994"), D("10.01"), D("10.01")]


def test_each_side_of_a_hedge_has_its_own_switch() -> None:
    scene = Scene(PositionMode.HEDGE, margin_mode=ISOLATED)
    scene.open(LONG, "0.5")
    scene.open(SHORT, "0.5")
    scene.venue.margins.set_auto(SYMBOL, SHORT, on=True)
    assert [position.auto_margin for position in scene.venue.positions()] == [False, True]
    scene.events.clear()
    scene.venue.margins.set_auto(SYMBOL, SHORT, on=True)
    assert scene.events == []
    scene.place(scene.spec(BUY, "0.5", hold=SHORT, closes=True))
    scene.open(SHORT, "0.5")
    assert [position.auto_margin for position in scene.venue.positions()] == [False, False]


def test_maintenance_margin_cannot_be_taken_out() -> None:
    """A short whose price has trebled needs more than its first margin: taking that out liquidated it."""
    scene = Scene(balance="1000", leverage=125, margin_mode=ISOLATED)
    scene.sell("1")
    scene.venue.margins.move(SYMBOL, SHORT, D(500))
    scene.facts("300")
    assert code_of(lambda: scene.venue.margins.move(SYMBOL, SHORT, D(-300))) == "40800"
    scene.venue.margins.move(SYMBOL, SHORT, D(-299))
    assert held(scene).margin_ratio < 1
