"""Modify-order: what stays, what goes, what is born later, and every way it is refused."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Force, MarginMode, OrderStatus, PositionMode
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import LedgerOrder, Presets
from omega_tui.sim.venue.modifying import Modification
from tests.sim.venue.scene import ASKS, BUY, LONG, SELL, SYMBOL, Scene

D = Decimal
DELAY = Choices().modify_delay_ms


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


def modify(
    scene: Scene, order: LedgerOrder, size: str | None, price: str | None, client_oid: str | None = "new"
) -> LedgerOrder | None:
    numbers = [None if text is None else D(text) for text in (size, price)]
    return scene.venue.modifier.modify(scene.state_of(order), Modification(client_oid, *numbers))


def found(scene: Scene, client_oid: str = "new") -> LedgerOrder | None:
    return scene.venue.order(SYMBOL, None, client_oid)


def test_the_old_order_goes_at_once_and_the_new_one_comes_later() -> None:
    """Whoever looks for the new order right after the reply must not find it, nor the old one alive."""
    scene = Scene()
    old = scene.place(scene.spec(BUY, "1", "99", force=Force.POST_ONLY))
    assert modify(scene, old, "2", "98") is None
    assert scene.state_of(old).status is OrderStatus.CANCELED
    assert found(scene) is None
    scene.wait(DELAY - 1)
    assert found(scene) is None
    scene.wait(1)
    new = found(scene)
    assert new is not None
    assert new.order_id != old.order_id
    assert (new.size, new.price, new.force, new.status) == (D(2), D(98), Force.POST_ONLY, OrderStatus.LIVE)
    assert new.order_source == "modify_order_limit"
    assert new.created_ms == old.created_ms + DELAY


def test_a_new_order_refused_at_birth_leaves_nothing_behind() -> None:
    """The old one is gone all the same: a trader who believes he still rests there is wrong."""
    scene = Scene(balance="100")
    old = scene.buy("1", "99")
    modify(scene, old, "90", "98")
    scene.wait(DELAY)
    assert found(scene) is None
    assert scene.venue.pending() == []


def test_a_new_order_refused_at_birth_may_show_as_cancelled() -> None:
    scene = Scene(balance="100", choices=Choices(refused_modify_leaves_order=True))
    old = scene.buy("1", "99")
    modify(scene, old, "90", "98")
    scene.wait(DELAY)
    new = found(scene)
    assert new is not None
    assert (new.status, new.size, new.filled) == (OrderStatus.CANCELED, D(90), D(0))
    assert new.order_id != old.order_id
    assert scene.venue.account().locked == 0


@pytest.mark.parametrize(
    ("size", "price", "client_oid", "code"),
    [
        ("2", None, "new", "40925"),
        (None, "98", "new", "40925"),
        ("2", "98", None, "22003"),
        ("1", "99", "new", "40923"),
        (None, None, "new", "40923"),
        ("2", "98", "mine", "45034"),
        ("2", "98", "x" * 51, "40304"),
        ("0.0005", "98", "new", "40808"),
        ("2", "98.05", "new", "45115"),
        ("2", "105.1", "new", "40815"),
        ("101", "98", "new", "45112"),
    ],
)
def test_what_is_refused_leaves_the_order_alone(
    size: str | None, price: str | None, client_oid: str | None, code: str
) -> None:
    scene = Scene()
    order = scene.place(scene.spec(BUY, "1", "99", client_oid="mine"))
    assert code_of(lambda: modify(scene, order, size, price, client_oid)) == code
    assert scene.state_of(order).status is OrderStatus.LIVE


def test_only_live_unfilled_limit_orders() -> None:
    scene = Scene()
    partial, filled, gone = scene.buy("2", "100.1"), scene.buy("0.1"), scene.buy("1", "99")
    scene.venue.cancel(SYMBOL, gone.order_id, None)
    assert partial.status is OrderStatus.PARTIALLY_FILLED
    for order in (partial, filled, gone):
        assert code_of(lambda order=order: modify(scene, order, "3", "98")) == "40922"


def test_two_orders_on_their_way_cannot_share_a_client_id() -> None:
    scene = Scene()
    first, second = scene.buy("1", "99"), scene.buy("1", "98")
    modify(scene, first, "2", "97")
    assert code_of(lambda: modify(scene, second, "2", "96")) == "45034"
    assert scene.state_of(second).status is OrderStatus.LIVE
    assert code_of(lambda: scene.place(scene.spec(BUY, "1", "97", client_oid="new"))) == "45034"
    scene.wait(DELAY)
    assert found(scene) is not None


def test_presets_alone_stay_with_the_order_and_one_alone_deletes_the_other() -> None:
    """A trader who moves only his take profit loses his stop."""
    scene = Scene()
    order = scene.buy("1", "99")
    both = Modification(None, take_profit=D(110), stop_loss=D(90))
    kept = scene.venue.modifier.modify(order, both)
    assert kept is not None
    assert (kept.order_id, kept.presets) == (order.order_id, Presets(D(110), D(90)))
    one = scene.venue.modifier.modify(kept, Modification(None, take_profit=D(111)))
    assert one is not None
    assert one.presets == Presets(take_profit=D(111))
    none = scene.venue.modifier.modify(one, Modification(None, take_profit=D(0)))
    assert none is not None
    assert not none.presets


def test_presets_sent_with_size_and_price_are_ignored() -> None:
    scene = Scene()
    order = scene.buy("1", "99")
    kept = scene.venue.modifier.modify(order, Modification(None, take_profit=D(110), stop_loss=D(90)))
    assert kept is not None
    scene.venue.modifier.modify(kept, Modification("new", D(2), D(98), stop_loss=D(80)))
    scene.wait(DELAY)
    new = found(scene)
    assert new is not None
    assert new.presets == Presets(D(110), D(90))


def test_a_hedge_close_is_still_a_close_afterwards() -> None:
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    order = scene.close(LONG, "1", "101")
    modify(scene, order, "0.5", "102")
    scene.wait(DELAY)
    new = found(scene)
    assert new is not None
    assert (new.trade_side, new.direction, new.hold_side, new.size) == ("close", SELL, LONG, D("0.5"))
    assert scene.venue.positions()[0].locked == D("0.5")


def test_a_close_born_in_another_position_mode_does_not_open() -> None:
    """In one-way mode the same order would sell into nothing and open a short."""
    scene = Scene(PositionMode.HEDGE)
    scene.open(LONG, "1")
    order = scene.close(LONG, "1", "101")
    modify(scene, order, "1", "102")
    scene.venue.closer.close(None, None)
    scene.venue.settings.set_position_mode(PositionMode.ONE_WAY)
    scene.wait(DELAY)
    assert scene.venue.pending() == []


def test_the_new_order_takes_what_it_crosses() -> None:
    scene = Scene()
    modify(scene, scene.buy("1", "99"), "1", "100.1")
    scene.wait(DELAY)
    assert [fill.price for fill in scene.fills] == [D(ASKS[0][0])]


def test_presets_on_the_wrong_side_change_nothing() -> None:
    """Neither a stop above a long's price, nor a price below the stop that the order keeps."""
    scene = Scene()
    order = scene.buy("1", "99")
    wrong = Modification(None, stop_loss=D(101))
    assert code_of(lambda: scene.venue.modifier.modify(order, wrong)) == "45066"
    kept = scene.venue.modifier.modify(order, Modification(None, stop_loss=D(98)))
    assert kept is not None
    assert code_of(lambda: modify(scene, kept, "1", "97")) == "45066"
    assert scene.state_of(order).status is OrderStatus.LIVE


def test_a_margin_mode_set_meanwhile_stays() -> None:
    """The new order turned the symbol back to the mode of the old one, behind the trader's back."""
    scene = Scene()
    order = scene.buy("1", "99")
    modify(scene, order, "1", "98")
    scene.venue.settings.set_margin_mode(SYMBOL, MarginMode.ISOLATED)
    scene.wait(DELAY)
    assert scene.venue.leverage(SYMBOL).margin_mode is MarginMode.ISOLATED
    assert scene.venue.pending() == []
