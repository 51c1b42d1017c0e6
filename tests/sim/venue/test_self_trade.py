"""What happens when a taker meets the trader's own resting order: Bitget's four stpModes."""

from decimal import Decimal

import pytest

from omega_tui.sim.facts import Force, OrderStatus, PositionMode, PublicTrade, SelfTrade
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, Scene

D = Decimal


def test_by_default_both_trade_and_the_public_hears_of_it_once() -> None:
    """A second public trade for the maker's half would double the volume of every candle."""
    scene = Scene()
    told: list[PublicTrade] = []
    scene.venue.listen_trades(told.append)
    maker = scene.sell("1", "100.2")
    taker = scene.buy("5", "100.2")
    assert [(fill.price, fill.size, fill.maker) for fill in scene.fills] == [
        (D("100.1"), D(1), False),
        (D("100.2"), D(2), False),
        (D("100.2"), D(1), False),
        (D("100.2"), D(1), True),
    ]
    assert [(trade.price, trade.size, trade.side) for trade in told] == [
        ("100.1", "1", BUY),
        ("100.2", "2", BUY),
        ("100.2", "1", BUY),
    ]
    assert scene.state_of(maker).status is OrderStatus.FILLED
    assert (taker.status, taker.filled) == (OrderStatus.PARTIALLY_FILLED, D(4))
    assert scene.levels(BUY, 1) == [("100.2", "1")]
    assert scene.levels(SELL, 1) == [("100.3", "3")]


def test_a_trade_with_himself_moves_no_money_but_the_fees() -> None:
    scene = Scene()
    scene.snapshot((("99", "1"),), (("101", "1"),))
    scene.sell("2", "100")
    scene.buy("2", "100")
    assert scene.venue.positions() == []
    fees = D("200") * (D("0.0002") + D("0.0006"))
    assert scene.venue.account().balance == 10_000 - fees
    assert len({fill.trade_id for fill in scene.fills}) == 2


def test_in_hedge_mode_a_trade_with_himself_opens_both_sides() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.snapshot((("99", "1"),), (("101", "1"),))
    scene.open(SHORT, "2", "100")
    scene.open(LONG, "2", "100")
    held = {position.hold_side: position.size for position in scene.venue.positions()}
    assert held == {LONG: D(2), SHORT: D(2)}


@pytest.mark.parametrize(
    ("mode", "filled", "taker", "maker"),
    [
        (SelfTrade.CANCEL_TAKER, "2.5", OrderStatus.CANCELED, OrderStatus.LIVE),
        (SelfTrade.CANCEL_MAKER, "4.5", OrderStatus.PARTIALLY_FILLED, OrderStatus.CANCELED),
        (SelfTrade.CANCEL_BOTH, "2.5", OrderStatus.CANCELED, OrderStatus.CANCELED),
    ],
)
def test_who_leaves_when_they_must_not_trade(
    mode: SelfTrade, filled: str, taker: OrderStatus, maker: OrderStatus
) -> None:
    """One lies at 100.1; of the 3.5 at 100.2 the own order has 1.5 before it and the rest behind."""
    scene = Scene()
    resting = scene.sell("1", "100.2")
    scene.trade("100.2", "0.5", BUY)
    scene.delta(asks=(("100.2", "3.5"),))
    order = scene.place(scene.spec(BUY, "5", "100.2", self_trade=mode))
    left = scene.state_of(resting)
    assert (order.filled, order.status) == (D(filled), taker)
    assert (left.filled, left.status) == (D(0), maker)
    for each in (order, left):
        assert each.cancel_reason == ("stp_cancel" if each.status is OrderStatus.CANCELED else "")


def test_the_takers_mode_decides_and_not_the_makers() -> None:
    scene = Scene()
    scene.snapshot((("99", "1"),), (("101", "1"),))
    scene.place(scene.spec(SELL, "1", "100", self_trade=SelfTrade.CANCEL_BOTH))
    assert scene.buy("1", "100").status is OrderStatus.FILLED


@pytest.mark.parametrize(
    ("mode", "filled"),
    [
        (SelfTrade.NONE, "4"),
        (SelfTrade.CANCEL_MAKER, "0"),
        (SelfTrade.CANCEL_TAKER, "0"),
        (SelfTrade.CANCEL_BOTH, "0"),
    ],
)
def test_fill_or_kill_counts_own_orders_only_when_it_may_trade_with_them(
    mode: SelfTrade, filled: str
) -> None:
    scene = Scene()
    scene.sell("1", "100.2")
    order = scene.place(scene.spec(BUY, "4", "100.2", force=Force.FOK, self_trade=mode))
    assert order.filled == D(filled)


def test_fill_or_kill_passes_own_orders_that_give_way() -> None:
    """1 + 2 public, the own order leaves, 1 more at the next level."""
    scene = Scene()
    scene.sell("1", "100.2")
    spec = scene.spec(BUY, "4", "100.3", force=Force.FOK, self_trade=SelfTrade.CANCEL_MAKER)
    assert scene.place(spec).status is OrderStatus.FILLED
    assert scene.venue.pending() == []


def test_a_reduce_only_taker_that_meets_himself_never_flips() -> None:
    scene = Scene()
    scene.buy("1")
    scene.snapshot((("98", "1"),), (("101", "9"),))
    scene.buy("3", "99")
    order = scene.place(scene.spec(SELL, "5", "99", reduce_only=True))
    assert (order.size, order.status) == (D(1), OrderStatus.FILLED)
    assert [(each.hold_side, each.size) for each in scene.venue.positions()] == [(LONG, D(1))]
