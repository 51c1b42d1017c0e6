"""Takers get the size shown, level by level, each at its price, and no more."""

from decimal import Decimal

import pytest

from omega_tui.sim.facts import Force, OrderStatus
from omega_tui.sim.refusals import Refused
from tests.sim.venue.scene import BUY, SELL, SYMBOL, Scene

D = Decimal


def prices_and_sizes(scene: Scene) -> list[tuple[Decimal, Decimal]]:
    return [(fill.price, fill.size) for fill in scene.fills]


def test_a_market_order_walks_the_book_with_one_fill_a_level() -> None:
    scene = Scene()
    order = scene.buy("2.5")
    assert prices_and_sizes(scene) == [(D("100.1"), D(1)), (D("100.2"), D("1.5"))]
    assert order.status is OrderStatus.FILLED
    assert order.average_price == D("100.16")
    assert scene.levels(SELL) == [("100.2", "0.5"), ("100.3", "3")]
    assert not any(fill.maker for fill in scene.fills)


def test_a_market_order_larger_than_the_book_is_cut_off() -> None:
    scene = Scene()
    order = scene.sell("7")
    assert order.filled == 6
    assert order.status is OrderStatus.CANCELED
    assert scene.levels(BUY) == []


def test_what_was_consumed_is_not_sold_twice_until_the_source_says_it_anew() -> None:
    scene = Scene()
    scene.buy("1")
    scene.buy("1")
    assert prices_and_sizes(scene)[1][0] == D("100.2")
    scene.delta(asks=(("100.1", "4"),))
    scene.buy("1")
    assert prices_and_sizes(scene)[2][0] == D("100.1")
    assert scene.levels(SELL, 1) == [("100.1", "3")]


def test_an_empty_side_refuses_market_orders() -> None:
    scene = Scene()
    scene.snapshot((), (("100.1", "1"),))
    with pytest.raises(Refused) as refused:
        scene.sell("1")
    assert refused.value.code == "22045"


def test_a_marketable_limit_takes_to_its_price_and_rests_there() -> None:
    scene = Scene()
    order = scene.buy("5", "100.2")
    assert order.filled == 3
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert scene.levels(BUY, 1) == [("100.2", "2")]
    assert scene.levels(SELL, 1) == [("100.3", "3")]


def test_immediate_or_cancel_never_rests() -> None:
    scene = Scene()
    order = scene.buy("5", "100.2", Force.IOC)
    assert (order.filled, order.status, order.cancel_reason) == (
        D(3),
        OrderStatus.CANCELED,
        "ioc_not_full_cancel",
    )
    assert scene.venue.pending() == []


@pytest.mark.parametrize(("size", "filled"), [("3", "3"), ("3.001", "0")])
def test_fill_or_kill_is_all_or_nothing(size: str, filled: str) -> None:
    scene = Scene()
    order = scene.buy(size, "100.2", Force.FOK)
    assert order.filled == D(filled)
    assert order.status is (OrderStatus.FILLED if filled == size else OrderStatus.CANCELED)
    assert scene.levels(SELL, 1) == ([("100.3", "3")] if filled == size else [("100.1", "1")])


def test_post_only_that_would_take_is_accepted_and_cancelled() -> None:
    scene = Scene()
    order = scene.buy("1", "100.1", Force.POST_ONLY)
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELED, "post_only_fill_cancel")
    assert scene.fills == []
    assert scene.buy("1", "100", Force.POST_ONLY).status is OrderStatus.LIVE


def test_post_only_respects_own_orders_on_the_other_side() -> None:
    scene = Scene()
    scene.snapshot((("100", "1"),), ())
    scene.sell("1", "100.1")
    assert scene.buy("1", "100.1", Force.POST_ONLY).cancel_reason == "post_only_fill_cancel"


def test_the_acceptance_comes_before_the_fills_and_money_last() -> None:
    scene = Scene()
    scene.venue.place(scene.spec(BUY, "2"))
    kinds = [type(event).__name__ for event in scene.events]
    assert kinds == ["OrderChanged", "OrderChanged", "OrderChanged", "PositionsChanged", "AccountChanged"]
    statuses = [event.order.status for event in scene.events[:3]]  # type: ignore[union-attr]
    assert statuses == [OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED]


def test_place_returns_the_order_as_accepted() -> None:
    scene = Scene()
    order = scene.venue.place(scene.spec(BUY, "2"))
    assert (order.status, order.filled) == (OrderStatus.LIVE, D(0))
    assert scene.venue.order(SYMBOL, None, order.client_oid) == scene.state_of(order)
