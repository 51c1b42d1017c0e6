"""Every refusal carries the code that Bitget gives, so that the cockpit's words fit both."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Force, MarginMode, PositionMode, SymbolStatus
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue import order_store
from omega_tui.sim.venue.order_rules import check_size
from tests.sim.venue.scene import ASKS, BIDS, BUY, CONTRACT, ETH, LONG, SELL, SHORT, SYMBOL, Scene


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


@pytest.mark.parametrize(
    ("size", "price", "code"),
    [
        ("0", None, "40808"),
        ("-1", None, "40808"),
        ("1.0005", None, "40808"),
        ("50.001", None, "45112"),
        ("100.001", "90.1", "45112"),
        ("0.04", "100", "45110"),
        ("0.04", None, "45110"),
        ("1", "100.05", "45115"),
        ("1", "0", "45115"),
        ("1", "-100", "45115"),
        ("1", "105.1", "40815"),
    ],
)
def test_a_bad_buy_order(size: str, price: str | None, code: str) -> None:
    scene = Scene()
    assert code_of(lambda: scene.buy(size, price)) == code
    assert scene.events == []


def test_the_words_for_a_bad_size_step_are_bitgets() -> None:
    scene = Scene()
    with pytest.raises(Refused, match=r"size checkBDScale error value=1\.0005 checkScale=3"):
        scene.buy("1.0005")


def test_a_sell_far_below_the_market_is_refused() -> None:
    scene = Scene()
    assert code_of(lambda: scene.sell("1", "94.9")) == "40816"
    assert scene.sell("1", "95").filled == 1


def test_below_the_minimum_quantity() -> None:
    contract = replace(CONTRACT, min_trade_num=Decimal("0.01"))
    spec = Scene().spec(BUY, "0.009")
    assert code_of(lambda: check_size(spec, contract)) == "45111"


def test_an_unknown_symbol() -> None:
    scene = Scene()
    assert code_of(lambda: scene.place(scene.spec(BUY, "1", symbol="NOPEUSDT"))) == "40034"
    assert code_of(lambda: scene.venue.ticker("NOPEUSDT")) == "40034"
    assert code_of(lambda: scene.venue.cancel("NOPEUSDT", "1", None)) == "40034"


def test_a_client_id_is_used_once_even_after_its_order_is_gone() -> None:
    scene = Scene()
    order = scene.place(scene.spec(BUY, "1", "99", client_oid="mine"))
    scene.venue.cancel(SYMBOL, None, "mine")
    assert order.client_oid == "mine"
    assert code_of(lambda: scene.place(scene.spec(BUY, "1", "99", client_oid="mine"))) == "45034"
    assert code_of(lambda: scene.place(scene.spec(BUY, "1", "99", client_oid="m" * 51))) == "40304"


def test_an_order_that_costs_more_than_there_is() -> None:
    scene = Scene(balance="100")
    assert code_of(lambda: scene.buy("10", "100")) == "40762"
    scene.buy("5.1", "98")
    assert code_of(lambda: scene.buy("5.1", "98")) == "40762"
    scene.venue.cancel_many()
    scene.buy("5.1", "98")


def test_value_beyond_what_the_leverage_may_carry() -> None:
    scene = Scene(balance="1000000", leverage=125)
    scene.snapshot((("4000", "100"),), (("4000.1", "100"),))
    scene.facts("4000")
    assert code_of(lambda: scene.buy("51", "4000")) == "40921"
    scene.buy("49", "4000")


def test_cancelling() -> None:
    scene = Scene()
    order = scene.buy("1", "99")
    assert code_of(lambda: scene.venue.cancel(SYMBOL, "123", None)) == "40768"
    assert code_of(lambda: scene.venue.cancel("ETHUSDT", order.order_id, None)) == "40768"
    gone = scene.venue.cancel(SYMBOL, order.order_id, "ignored when there is an order id")
    assert gone.cancel_reason == "normal_cancel"
    assert code_of(lambda: scene.venue.cancel(SYMBOL, order.order_id, None)) == "45055"
    assert code_of(scene.venue.cancel_many) == "22001"


def test_cancelling_everything_of_one_symbol() -> None:
    scene = Scene()
    scene.buy("1", "99")
    scene.sell("1", "101")
    scene.snapshot((("100", "1"),), (("100.1", "1"),), "ETHUSDT")
    scene.place(scene.spec(BUY, "1", "99", symbol="ETHUSDT"))
    assert len(scene.venue.cancel_many(SYMBOL)) == 2
    assert [order.symbol for order in scene.venue.pending()] == ["ETHUSDT"]


def test_lists_are_newest_first() -> None:
    scene = Scene()
    first, second, third = scene.buy("1", "99"), scene.buy("1", "98"), scene.buy("1", "97")
    assert [order.order_id for order in scene.venue.pending()] == [
        third.order_id,
        second.order_id,
        first.order_id,
    ]
    scene.venue.cancel(SYMBOL, first.order_id, None)
    scene.venue.cancel(SYMBOL, third.order_id, None)
    finished = [order.order_id for order in scene.venue.finished()]
    assert finished == [third.order_id, first.order_id]
    scene.buy("2")
    assert scene.venue.fills()[0].price > scene.venue.fills()[1].price
    assert scene.venue.fills(order_id=first.order_id) == []


def test_ids_are_nineteen_digits_and_grow() -> None:
    scene = Scene()
    scene.sell("1")
    orders = [scene.buy("1", "99"), scene.buy("1"), scene.buy("1")]
    ids = [int(order.order_id) for order in orders]
    assert ids == sorted(ids)
    texts = [fill.trade_id for fill in scene.fills] + [order.order_id for order in orders]
    texts += [position.position_id for position in scene.venue.positions()]
    assert all(len(text) == 19 and text.isdigit() for text in texts)
    assert all(0 < int(order.client_oid) - int(order.order_id) < 10 for order in orders)


def test_a_market_order_has_no_price_and_the_force_that_bitget_shows() -> None:
    scene = Scene()
    order = scene.buy("1", None, Force.IOC)
    assert (order.price, order.force, order.order_source) == (None, Force.GTC, "market")
    assert order.trade_side == "buy_single"
    assert scene.sell("1", "101").trade_side == "sell_single"
    assert SELL in {order.direction for order in scene.venue.pending()}


def test_a_price_beyond_all_reason_is_refused() -> None:
    """Such a price, resting, made every figure that multiplies it overflow: the account could not close."""
    scene = Scene()
    scene.buy("1")
    assert code_of(lambda: scene.sell("0.5", "1" + "0" * 25)) == "22006"
    far = scene.spec(SELL, "0.5", "1" + "0" * 25, reduce_only=True)
    assert code_of(lambda: scene.venue.place(far)) == "22006"
    assert scene.sell("0.5", "200").status == "live"


def test_no_more_live_orders_than_the_contract_announces() -> None:
    """An order loop that never cancels must meet the limit here, not on the real exchange."""
    scene = Scene(balance="1000000")
    for _ in range(200):
        scene.buy("0.1", "99")
    assert code_of(lambda: scene.buy("0.1", "99")) == "45118"
    scene.venue.cancel_many(SYMBOL)
    scene.buy("0.1", "99")


def test_the_words_for_a_long_client_id_are_bitgets() -> None:
    scene = Scene()
    with pytest.raises(Refused, match="length cannot greater than 50"):
        scene.place(scene.spec(BUY, "1", client_oid="x" * 51))


def test_no_more_live_orders_in_all_than_the_product_allows() -> None:
    contracts = [replace(CONTRACT, max_product_orders=2), replace(ETH, max_product_orders=2)]
    scene = Scene(contracts=contracts)
    scene.snapshot(BIDS, ASKS, "ETHUSDT")
    scene.buy("1", "99")
    scene.place(scene.spec(BUY, "1", "99", symbol="ETHUSDT"))
    assert code_of(lambda: scene.buy("1", "99")) == "40723"


@pytest.mark.parametrize(
    ("status", "opens", "closes"),
    [
        (SymbolStatus.NORMAL, None, None),
        (SymbolStatus.LISTED, "43115", "43115"),
        (SymbolStatus.MAINTAIN, "41114", "41114"),
        (SymbolStatus.LIMIT_OPEN, "45119", None),
        (SymbolStatus.RESTRICTED_API, "22004", "22004"),
        (SymbolStatus.OFF, "40309", "40309"),
    ],
)
def test_a_symbol_takes_only_what_its_status_allows(
    status: SymbolStatus, opens: str | None, closes: str | None
) -> None:
    """A bot that cannot close during a restriction must learn it here; orders that rest can always go."""
    scene = Scene()
    scene.buy("1")
    resting = scene.buy("1", "99")
    scene.venue.listings.change(SYMBOL, status)
    for spec, code in (
        (scene.spec(BUY, "1", "99"), opens),
        (scene.spec(SELL, "0.5", reduce_only=True), closes),
    ):
        if code is None:
            scene.venue.place(spec)
        else:
            assert code_of(lambda spec=spec: scene.venue.place(spec)) == code
    scene.venue.cancel(SYMBOL, resting.order_id, None)


def test_the_exchange_itself_may_always_trade() -> None:
    """A liquidation cannot wait for the end of a maintenance."""
    scene = Scene()
    scene.buy("1")
    scene.venue.listings.change(SYMBOL, SymbolStatus.MAINTAIN)
    forced = replace(scene.spec(SELL, "1", reduce_only=True), enter_point="SYS")
    assert scene.place(forced).filled == 1


@pytest.mark.parametrize(("mark", "code"), [("95", "22008"), ("106", "22009")])
def test_a_market_order_far_from_the_mark_opens_nothing_but_closes(mark: str, code: str) -> None:
    """The book stands 5 % off the mark: buying into it is refused, getting out is not."""
    scene = Scene()
    act, undo = (scene.buy, SELL) if code == "22008" else (scene.sell, BUY)
    act("1")
    scene.facts(mark)
    assert code_of(lambda: act("1")) == code
    assert scene.place(scene.spec(undo, "1", reduce_only=True)).filled == 1


def test_an_order_of_another_margin_mode_may_be_refused() -> None:
    isolated = {"margin_mode": MarginMode.ISOLATED}
    lenient, strict = Scene(), Scene(choices=Choices(order_sets_margin_mode=False))
    assert lenient.place(lenient.spec(BUY, "1", **isolated)).margin_mode is MarginMode.ISOLATED
    assert lenient.venue.leverage(SYMBOL).margin_mode is MarginMode.ISOLATED
    assert code_of(lambda: strict.place(strict.spec(BUY, "1", **isolated))) == "45117"
    assert code_of(lambda: lenient.buy("1")) == "45117"


def test_the_reply_to_a_reduce_only_order_that_displaces_others_has_no_id() -> None:
    """It is found by its client id only; a client that reads `orderId` must see that there is none."""
    scene = Scene()
    scene.buy("1")
    first = scene.venue.place(scene.spec(SELL, "0.6", "101", reduce_only=True))
    second = scene.venue.place(scene.spec(SELL, "0.6", "102", reduce_only=True))
    third = scene.venue.place(scene.spec(SELL, "0.4", "103", reduce_only=True))
    assert [order.id_withheld for order in (first, second, third)] == [False, True, False]
    assert scene.state_of(first).status == "canceled"


def test_an_order_remembers_the_entry_of_what_it_closed() -> None:
    scene = Scene()
    scene.buy("1")
    assert scene.buy("1", "100.2").position_average is None
    closing = scene.place(scene.spec(SELL, "0.5", reduce_only=True))
    assert closing.position_average == Decimal("100.15")


def test_orders_that_share_a_client_id_are_forgotten_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that takes a client id twice must still find the newer order, and not stumble over it."""
    monkeypatch.setattr(order_store, "_REMEMBERED", 2)
    scene = Scene()
    scene.venue.quirks.dedupes_client_oids = False
    twice = [scene.place(scene.spec(BUY, "0.1", "99", client_oid="same")) for _ in range(2)]
    for order in twice:
        scene.venue.cancel(SYMBOL, order.order_id, None)
    scene.buy("0.1")
    newer = scene.venue.order(SYMBOL, None, "same")
    assert newer is not None
    assert newer.order_id == twice[1].order_id
    for _ in range(2):
        scene.buy("0.1")
    assert scene.venue.order(SYMBOL, None, "same") is None


@pytest.mark.parametrize("mode", list(PositionMode))
def test_resting_orders_count_in_the_tier(mode: PositionMode) -> None:
    """Many orders, each small enough, must not add up to a position that its leverage cannot carry."""
    scene = Scene(mode, balance="1000000", leverage=125)
    scene.snapshot((), (("99999", "1"),))
    scene.facts("99999")
    hold = LONG if mode is PositionMode.HEDGE else None
    for _ in range(2):
        scene.place(scene.spec(BUY, "1", "99000", hold=hold))
    room = scene.venue.forecasts.largest_order(SYMBOL, LONG, Decimal(99000))
    assert room == Decimal("0.020")
    assert code_of(lambda: scene.place(scene.spec(BUY, "0.021", "99000", hold=hold))) == "40921"
    scene.place(scene.spec(BUY, str(room), "99000", hold=hold))
    other = scene.spec(SELL, "2", "99500", hold=SHORT if hold else None)
    assert scene.place(other).status == "live"
