"""One-way positions net and flip, hedge positions live side by side, and closing never opens."""

from decimal import Decimal

import pytest

from omega_tui.sim.facts import Force, MarketFacts, OrderStatus, PositionMode
from omega_tui.sim.refusals import Refused
from tests.sim.venue.scene import ASKS, BIDS, BUY, LONG, SELL, SHORT, SYMBOL, Scene

D = Decimal


def sizes(scene: Scene) -> dict[str, Decimal]:
    return {position.hold_side.value: position.size for position in scene.venue.positions()}


def test_an_order_against_the_position_flips_it() -> None:
    scene = Scene()
    scene.buy("1")
    first = scene.venue.positions()[0]
    scene.sell("3")
    flipped = scene.venue.positions()[0]
    assert sizes(scene) == {"short": D(2)}
    assert flipped.position_id != first.position_id
    assert flipped.open_price_average == D("99.9")
    assert sum(fill.profit for fill in scene.fills) == D("-0.1")


def test_reduce_only_never_flips() -> None:
    scene = Scene()
    scene.buy("1")
    order = scene.place(scene.spec(SELL, "3", reduce_only=True))
    assert (order.size, order.status) == (D(1), OrderStatus.FILLED)
    assert scene.venue.positions() == []


def test_reduce_only_without_a_position_is_refused() -> None:
    scene = Scene()
    with pytest.raises(Refused) as refused:
        scene.place(scene.spec(SELL, "3", reduce_only=True))
    assert refused.value.code == "22002"
    scene.buy("1")
    with pytest.raises(Refused) as refused:
        scene.place(scene.spec(BUY, "1", reduce_only=True))
    assert refused.value.code == "22002"


def test_older_reduce_only_orders_give_way_to_a_new_one() -> None:
    scene = Scene()
    scene.buy("1")
    oldest = scene.place(scene.spec(SELL, "0.4", "101", reduce_only=True))
    older = scene.place(scene.spec(SELL, "0.4", "102", reduce_only=True))
    scene.place(scene.spec(SELL, "0.5", "103", reduce_only=True))
    assert scene.state_of(oldest).status is OrderStatus.CANCELED
    assert scene.state_of(older).status is OrderStatus.LIVE


def test_resting_reduce_only_orders_go_when_the_position_shrinks_below_them() -> None:
    """Otherwise a later fill would open the other side."""
    scene = Scene()
    scene.buy("1")
    stale = scene.place(scene.spec(SELL, "1", "101", reduce_only=True))
    scene.sell("0.5")
    assert scene.state_of(stale).status is OrderStatus.CANCELED
    scene.trade("102", "9", BUY)
    assert sizes(scene) == {"long": D("0.5")}


def test_one_market_event_cannot_fill_reduce_only_beyond_the_position() -> None:
    scene = Scene()
    scene.buy("1")
    scene.sell("1", "101")
    stale = scene.place(scene.spec(SELL, "1", "101.5", reduce_only=True))
    scene.trade("103", "9", BUY)
    assert sizes(scene) == {}
    assert scene.state_of(stale).filled == 0


def test_hedge_sides_live_side_by_side() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    scene.open(SHORT, "2")
    assert sizes(scene) == {"long": D(1), "short": D(2)}
    assert {fill.trade_side for fill in scene.fills} == {"open"}
    order = scene.close(SHORT, "0.5")
    assert (order.trade_side, order.direction, order.reduce_only) == ("close", BUY, True)
    assert sizes(scene) == {"long": D(1), "short": D("1.5")}


def test_hedge_needs_to_know_the_side_and_one_way_ignores_it() -> None:
    hedge, one_way = Scene(PositionMode.HEDGE), Scene()
    with pytest.raises(Refused) as refused:
        hedge.buy("1")
    assert refused.value.code == "40774"
    order = one_way.place(one_way.spec(BUY, "1", hold=LONG))
    assert (order.hold_side, order.trade_side) == (None, "buy_single")


def test_a_direction_that_contradicts_the_side_is_a_bug_of_the_caller() -> None:
    scene = Scene(PositionMode.HEDGE)
    with pytest.raises(ValueError, match="cannot open"):
        scene.place(scene.spec(SELL, "1", hold=LONG))


def test_limit_closes_reserve_what_they_close() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    scene.close(LONG, "0.7", "101")
    position = scene.venue.positions()[0]
    assert (position.available, position.locked) == (D("0.3"), D("0.7"))
    with pytest.raises(Refused) as refused:
        scene.close(LONG, "0.4", "102")
    assert refused.value.code == "40757"
    with pytest.raises(Refused) as refused:
        scene.close(SHORT, "0.4", "99")
    assert refused.value.code == "22002"


def test_a_market_close_takes_what_is_free() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    resting = scene.close(LONG, "0.7", "101")
    assert scene.close(LONG, "1").filled == D("0.3")
    assert scene.state_of(resting).status is OrderStatus.LIVE


def test_a_market_close_displaces_limit_closes_that_reserve_everything() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    resting = scene.close(LONG, "1", "101")
    assert scene.close(LONG, "1").filled == D(1)
    assert scene.state_of(resting).status is OrderStatus.CANCELED
    assert scene.venue.positions() == []


def test_closing_everything() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    scene.open(SHORT, "1")
    scene.close(LONG, "0.5", "101")
    assert len(scene.venue.closer.close(SYMBOL, LONG).placed) == 1
    assert sizes(scene) == {"short": D(1)}
    assert len(scene.venue.closer.close(None, None).placed) == 1
    with pytest.raises(Refused) as refused:
        scene.venue.closer.close(None, None)
    assert refused.value.code == "22002"


def test_closing_in_one_way_mode_ignores_the_side() -> None:
    scene = Scene()
    scene.sell("1")
    scene.place(scene.spec(BUY, "1", "99", reduce_only=True))
    assert len(scene.venue.closer.close(SYMBOL, LONG).placed) == 1
    assert scene.venue.positions() == []
    assert scene.venue.pending() == []


def test_closing_without_a_market_is_refused_and_keeps_the_position() -> None:
    scene = Scene()
    scene.buy("1")
    scene.snapshot((), (("100.1", "1"),))
    with pytest.raises(Refused) as refused:
        scene.venue.closer.close(SYMBOL, None)
    assert refused.value.code == "22045"
    assert sizes(scene) == {"long": D(1)}


def test_a_close_may_be_smaller_than_the_minimum_value() -> None:
    scene = Scene()
    scene.buy("1")
    assert scene.place(scene.spec(SELL, "0.001", reduce_only=True)).filled == D("0.001")


def test_size_resting_to_open_is_shown_beside_the_position() -> None:
    scene = Scene()
    scene.buy("1")
    scene.buy("0.5", "99")
    scene.sell("0.2", "101")
    assert scene.venue.positions()[0].opening_size == D("0.5")


def test_a_maker_fill_opens_a_position_while_nobody_asks() -> None:
    scene = Scene()
    scene.buy("1", "100", Force.POST_ONLY)
    scene.events.clear()
    scene.trade("99", "3", SELL)
    assert [type(event).__name__ for event in scene.events] == [
        "OrderChanged",
        "PositionsChanged",
        "AccountChanged",
    ]
    assert sizes(scene) == {"long": D(1)}


def test_a_position_that_cannot_close_is_named_beside_those_that_did() -> None:
    """A flatten that silently leaves a position open is the worst of lies."""
    scene = Scene()
    scene.snapshot(BIDS, ASKS, "ETHUSDT")
    scene.venue.on_market(MarketFacts("ETHUSDT", scene.now, mark_price="100"))
    scene.buy("1")
    scene.place(scene.spec(BUY, "1", symbol="ETHUSDT"))
    scene.snapshot((), ASKS, "ETHUSDT")
    closing = scene.venue.closer.close(None, None)
    assert [order.symbol for order in closing.placed] == [SYMBOL]
    assert [(symbol, why.code) for symbol, why in closing.failed] == [("ETHUSDT", "22045")]


def test_a_small_market_close_displaces_no_more_than_it_needs() -> None:
    """Closing a tenth at market must not take every resting take profit along."""
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    resting = [scene.close(LONG, "0.25", f"10{tenth}") for tenth in (1, 2, 3, 4)]
    assert scene.close(LONG, "0.1").filled == Decimal("0.1")
    assert scene.venue.pending()[::-1] == resting[1:]
