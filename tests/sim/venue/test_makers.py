"""Makers wait for their turn, fill at their own price, and never see the market pass them by."""

from decimal import Decimal

from omega_tui.sim.facts import OrderStatus
from tests.sim.venue.scene import BUY, SELL, SYMBOL, Scene

D = Decimal


def test_a_trade_at_the_price_serves_the_queue_first() -> None:
    scene = Scene()
    order = scene.buy("1", "100")
    scene.trade("100", "0.6", SELL)
    assert scene.state_of(order).filled == 0
    scene.trade("100", "0.6", SELL)
    assert scene.state_of(order).filled == D("0.2")
    scene.trade("100", "5", SELL)
    assert scene.state_of(order).status is OrderStatus.FILLED
    assert [(fill.price, fill.maker) for fill in scene.fills] == [(D(100), True), (D(100), True)]


def test_a_trade_by_takers_of_the_other_side_serves_nobody_here() -> None:
    scene = Scene()
    order = scene.buy("1", "100")
    scene.trade("100", "50", BUY)
    assert scene.state_of(order).filled == 0


def test_the_queue_shrinks_with_the_book_but_never_grows() -> None:
    scene = Scene()
    order = scene.buy("1", "100")
    scene.delta(bids=(("100", "0.25"),))
    scene.delta(bids=(("100", "9"),))
    scene.trade("100", "0.5", SELL)
    assert scene.state_of(order).filled == D("0.25")


def test_a_trade_and_the_book_that_shows_it_are_not_counted_twice() -> None:
    scene = Scene()
    order = scene.buy("1", "100")
    scene.trade("100", "0.4", SELL)
    scene.delta(bids=(("100", "0.6"),))
    scene.trade("100", "0.6", SELL)
    assert scene.state_of(order).filled == 0
    scene.trade("100", "0.1", SELL)
    assert scene.state_of(order).filled == D("0.1")


def test_a_trade_through_the_price_fills_up_to_its_size_at_the_own_price() -> None:
    scene = Scene()
    order = scene.buy("1", "100")
    scene.trade("99.9", "0.3", SELL)
    scene.trade("99.5", "0.2", SELL)
    assert scene.state_of(order).filled == D("0.5")
    assert {fill.price for fill in scene.fills} == {D(100)}


def test_one_trade_is_shared_by_all_own_orders_it_reached() -> None:
    scene = Scene()
    best, worse = scene.buy("1", "100"), scene.buy("1", "99.9")
    scene.trade("99.8", "1.5", SELL)
    assert scene.state_of(best).filled == 1
    assert scene.state_of(worse).filled == D("0.5")


def test_own_orders_at_one_price_fill_in_time_order() -> None:
    scene = Scene()
    first, second = scene.buy("1", "100"), scene.buy("1", "100")
    scene.trade("100", "2.5", SELL)
    assert scene.state_of(first).filled == 1
    assert scene.state_of(second).filled == D("0.5")


def test_a_book_that_moves_through_the_price_fills_what_it_shows() -> None:
    scene = Scene()
    order = scene.sell("2", "100.2")
    scene.delta(bids=(("100.3", "0.5"), ("100.2", "0.7")), asks=(("100.1", "0"), ("100.2", "0")))
    assert scene.state_of(order).filled == D("1.2")
    assert {fill.price for fill in scene.fills} == {D("100.2")}
    assert scene.levels(BUY, 1) == [("100", "1")]
    assert scene.levels(SELL, 1) == [("100.2", "0.8")]


def test_own_size_is_shown_in_the_book_and_leaves_with_the_order() -> None:
    scene = Scene()
    scene.venue.book(SYMBOL).drain_changes()
    order = scene.buy("0.5", "100")
    assert scene.levels(BUY, 1) == [("100", "1.5")]
    assert scene.venue.book(SYMBOL).drain_changes() == ([("100", "1.5")], [])
    scene.venue.cancel(SYMBOL, order.order_id, None)
    assert scene.venue.book(SYMBOL).drain_changes() == ([("100", "1")], [])


def test_an_own_level_survives_the_source_dropping_it() -> None:
    scene = Scene()
    scene.buy("0.5", "100")
    scene.snapshot((("99.9", "2"),), (("100.1", "1"),))
    assert scene.levels(BUY) == [("100", "0.5"), ("99.9", "2")]


def test_makers_pay_the_maker_fee() -> None:
    scene = Scene()
    scene.buy("1", "100")
    scene.trade("99", "1", SELL)
    assert [fill.fee for fill in scene.fills] == [D("-0.02")]
