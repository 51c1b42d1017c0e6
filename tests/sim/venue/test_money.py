"""The account's figures: what is bound, what is free, what it is worth. Every number is worked by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import MarginMode, PositionMode
from omega_tui.sim.refusals import Refused
from tests.sim.venue.scene import BUY, CONTRACT, LONG, SELL, SHORT, SYMBOL, Scene

D = Decimal


def test_an_idle_account() -> None:
    account = Scene().venue.account()
    assert account.balance == account.equity == account.available == account.transferable == 10_000
    assert account.crossed_risk_rate == 0


def test_a_crossed_position() -> None:
    scene = Scene()
    scene.buy("1")
    scene.facts("110")
    account, position = scene.venue.account(), scene.venue.positions()[0]
    assert account.balance == D("10000") - D("0.06006")
    assert account.unrealized == account.crossed_unrealized == position.unrealized == D("9.9")
    assert account.equity == account.balance + D("9.9")
    assert account.crossed_margin == position.margin == D("11")
    assert account.available == account.balance
    assert account.crossed_available == account.balance - D("11") + D("9.9")
    assert account.transferable == account.balance - D("11")
    assert account.crossed_risk_rate == D("110") * D("0.0046") / account.equity


def test_a_crossed_position_bound_its_cost_until_2025() -> None:
    scene = Scene(choices=Choices(crossed_margin_by_entry=True))
    scene.buy("1")
    scene.facts("110")
    account = scene.venue.account()
    assert account.crossed_margin == scene.venue.positions()[0].margin == D("10.01")
    assert account.transferable == account.balance - D("10.01")


def test_an_isolated_position_binds_its_own_margin() -> None:
    scene = Scene(margin_mode=MarginMode.ISOLATED, leverage=20)
    scene.sell("1")
    scene.facts("90")
    account, position = scene.venue.account(), scene.venue.positions()[0]
    assert position.margin == account.isolated_margin == D(5)
    assert account.available == account.balance - 5
    assert account.isolated_unrealized == D(10)
    assert account.crossed_available == account.balance - 5
    assert position.margin_ratio == D("90") * D("0.0046") / 15
    assert position.liquidation_price == D(105) / D("1.0046")


def test_closing_half_frees_half_of_the_isolated_margin() -> None:
    scene = Scene(margin_mode=MarginMode.ISOLATED)
    scene.buy("1")
    scene.sell("0.5")
    assert scene.venue.positions()[0].margin == D("5.005")


def test_an_open_order_binds_margin_and_fee_until_it_goes() -> None:
    scene = Scene()
    scene.buy("2", "99")
    account = scene.venue.account()
    assert account.locked == D("19.8") + D("0.1188")
    assert account.crossed_available == 10_000 - account.locked
    scene.venue.cancel_many()
    assert scene.venue.account().locked == 0


def test_orders_that_would_close_bind_nothing() -> None:
    scene = Scene()
    scene.buy("1")
    scene.sell("0.6", "101")
    assert scene.venue.account().locked == 0
    scene.sell("0.6", "101")
    assert scene.venue.account().locked == D("2.02") + D("0.01212")


def test_a_hedged_pair_has_no_liquidation_price() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    scene.open(SHORT, "1")
    assert [position.liquidation_price for position in scene.venue.positions()] == [None, None]


def test_a_small_position_in_a_large_account_has_no_liquidation_price() -> None:
    scene = Scene()
    scene.buy("1")
    assert scene.venue.positions()[0].liquidation_price is None


def test_break_even_brings_back_the_fees() -> None:
    scene = Scene()
    scene.buy("1")
    position = scene.venue.positions()[0]
    price = position.break_even_price
    closing_fee = price * D("0.0006")
    assert abs(price - D("100.1") - closing_fee + position.fees) < D("1e-20")


def test_closing_at_a_profit_pays_it_out_and_frees_the_margin() -> None:
    scene = Scene()
    scene.buy("1")
    scene.snapshot((("110", "5"),), (("110.1", "5"),))
    scene.facts("110")
    order = scene.sell("1")
    account = scene.venue.account()
    assert order.profit == D("9.9")
    assert (
        account.balance
        == account.equity
        == account.transferable
        == 10_000 + D("9.9") - D("0.06006") - D("0.066")
    )


def test_marks_fall_back_on_the_middle_of_the_book() -> None:
    scene = Scene()
    scene.snapshot((("50", "5"),), (("50.2", "5"),), "ETHUSDT")
    scene.place(scene.spec(BUY, "1", symbol="ETHUSDT"))
    assert scene.venue.positions("ETHUSDT")[0].mark_price == D("50.1")


def test_an_order_must_carry_the_loss_it_opens_with() -> None:
    """Bought above the mark a position begins with a loss; without money for it it might be liquidated."""
    scene = Scene(balance="10.2")
    scene.snapshot((("100", "9"),), (("104", "9"),))
    with pytest.raises(Refused) as refused:
        scene.buy("0.8")
    assert refused.value.code == "40762"
    assert scene.buy("0.7").filled == D("0.7")
    assert scene.venue.account().equity == D("10.2") - D("2.8") - D("0.04368")


def test_open_orders_bind_what_the_contract_adds_to_their_cost() -> None:
    contract = replace(CONTRACT, open_cost_up_ratio=D("0.01"), fee_rate_up_ratio=D("0.005"))
    scene = Scene(contracts=(contract,))
    scene.buy("1", "99")
    assert scene.venue.account().locked == D("9.9") * D("1.01") + D("0.0594") * D("1.005")
    scene.facts("90")
    scene.trade("98", "5", SELL)
    account = scene.venue.account()
    assert (account.locked, account.crossed_margin) == (D(0), D(9))


def test_changed_fees_leave_nothing_locked_behind() -> None:
    """What an order bound when it came must be what it gives back when it goes."""
    scene = Scene()
    order = scene.buy("1", "99")
    dearer = replace(scene.venue.contract(SYMBOL), taker_fee_rate=D("0.002"))
    scene.venue.incidents.change_contract(dearer)
    other = scene.buy("1", "98")
    for gone in (order, other):
        scene.venue.cancel(SYMBOL, gone.order_id, None)
    assert scene.venue.account().locked == 0
