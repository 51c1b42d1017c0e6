"""Unmodified ccxt with conditional orders: create, show, edit and cancel them, in both position modes."""

from decimal import Decimal
from typing import Any

import pytest

from omega_tui.sim.facts import Direction, PlanStatus, PlanType, PositionMode, TriggerType
from omega_tui.sim.server import SimServer
from omega_tui.sim.venue.ledger import LedgerPlan
from tests.sim.protocol.scripted import BTC, trade
from tests.sim.protocol.test_ccxt_rest import PAIR, Connect, hedge_words, same
from tests.sim.protocol.test_ccxt_streams import heard_when

GUARDS = {"trigger": True, "planType": "profit_loss"}


@pytest.fixture
def trader(connected: Connect, ccxt_async: Any, moded_server: SimServer) -> Any:
    return connected(ccxt_async, moded_server)


def pay(server: SimServer, price: str) -> None:
    exchange = server.exchange
    exchange.apply(trade(BTC, exchange.clock.now_ms(), price, "0.001", 7, Direction.BUY))


def only_plan(server: SimServer) -> LedgerPlan:
    (plan,) = server.exchange.venue.plans.pending(BTC)
    return plan


async def hold(trader: Any, mode: PositionMode) -> None:
    await trader.create_order(PAIR, "market", "buy", 0.5, None, hedge_words(mode))


async def test_a_trigger_order_is_placed_shown_and_cancelled(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    """The client sends the trigger price as a JSON number, and the limit price twice."""
    words = hedge_words(mode, triggerPrice=61000, clientOrderId="mine-1")
    placed = await trader.create_order(PAIR, "limit", "buy", 0.01, 60500, words)
    plan = only_plan(moded_server)
    assert (placed["id"], placed["clientOrderId"]) == (plan.plan_id, "mine-1")
    assert (plan.plan_type, plan.trigger_type, plan.order.price) == (PlanType.NORMAL, TriggerType.MARK, 60500)
    (shown,) = await trader.fetch_open_orders(PAIR, None, None, {"trigger": True})
    assert (shown["id"], shown["status"], shown["side"]) == (plan.plan_id, "open", "buy")
    assert same(shown["triggerPrice"], plan.trigger_price)
    assert same(shown["price"], plan.order.price)
    assert same(shown["amount"], plan.order.size)
    assert shown["timestamp"] == plan.created_ms
    assert await trader.fetch_open_orders(PAIR) == [], "it is no order yet"
    await trader.cancel_order(plan.plan_id, PAIR, {"trigger": True})
    assert moded_server.exchange.venue.plans.pending() == []
    (gone,) = await trader.fetch_canceled_and_closed_orders(PAIR, None, None, {"trigger": True})
    assert (gone["id"], gone["status"]) == (plan.plan_id, "canceled")


async def test_a_triggered_order_is_found_through_its_plan(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    words = hedge_words(mode, triggerPrice=61000, triggerType="fill_price")
    placed = await trader.create_order(PAIR, "market", "buy", 0.01, None, words)
    pay(moded_server, "61000")
    (shown,) = await trader.fetch_canceled_and_closed_orders(PAIR, None, None, {"trigger": True})
    assert (shown["id"], shown["status"], shown["filled"]) == (placed["id"], "closed", 0.01)
    order = await trader.fetch_order(shown["info"]["executeOrderId"], PAIR)
    assert (order["status"], order["info"]["orderSource"]) == ("closed", "plan_market")


async def test_stop_loss_and_take_profit_guard_the_position(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    await hold(trader, mode)
    stop = await trader.create_order(
        PAIR, "market", "sell", 0.5, None, hedge_words(mode, stopLossPrice=58000)
    )
    take = await trader.create_order(
        PAIR, "limit", "sell", 0.5, 65100, hedge_words(mode, takeProfitPrice=65000)
    )
    shown = await trader.fetch_open_orders(PAIR, None, None, GUARDS)
    assert {each["id"]: each["triggerPrice"] for each in shown} == {stop["id"]: 58000, take["id"]: 65000}
    (position,) = await trader.fetch_positions([PAIR])
    told = position["info"]
    assert (told["stopLoss"], told["takeProfit"], told["stopLossId"]) == ("58000", "65000", stop["id"])
    await trader.cancel_order(take["id"], PAIR, {"trigger": True, "planType": "pos_profit"})
    assert only_plan(moded_server).plan_id == stop["id"]


async def test_a_cancel_without_the_plan_type_misses_a_stop(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    """The trap that crashed clients: the default type is the plain trigger, nothing succeeds."""
    await hold(trader, mode)
    stop = await trader.create_order(
        PAIR, "market", "sell", 0.5, None, hedge_words(mode, stopLossPrice=58000)
    )
    reply = await trader.private_mix_post_v2_mix_order_cancel_plan_order(
        {"symbol": BTC, "productType": "USDT-FUTURES", "orderIdList": [{"orderId": stop["id"]}]}
    )
    assert reply["data"]["successList"] == []
    assert reply["data"]["failureList"][0]["errorCode"] == "43025"
    assert only_plan(moded_server).plan_id == stop["id"]


async def test_a_stop_is_edited_in_place(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    await hold(trader, mode)
    words = hedge_words(mode, stopLossPrice=58000)
    stop = await trader.create_order(PAIR, "market", "sell", 0.5, None, words)
    edited = await trader.edit_order(stop["id"], PAIR, "market", "sell", 0.5, None, {"stopLossPrice": 57000})
    assert edited["id"] == stop["id"]
    assert only_plan(moded_server).trigger_price == 57000


async def test_a_trigger_is_edited_in_place(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    placed = await trader.create_order(
        PAIR, "limit", "buy", 0.01, 60500, hedge_words(mode, triggerPrice=61000)
    )
    await trader.edit_order(placed["id"], PAIR, "limit", "buy", 0.02, 60600, {"triggerPrice": 61500})
    plan = only_plan(moded_server)
    assert (plan.plan_id, plan.trigger_price) == (placed["id"], 61500)
    assert (plan.order.size, plan.order.price) == (Decimal("0.02"), 60600)


async def test_a_trailing_order(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    await hold(trader, mode)
    trailing = {"trailingPercent": "1.5", "trailingTriggerPrice": 61000, "triggerType": "fill_price"}
    words = hedge_words(mode, reduceOnly=True, **trailing)
    placed = await trader.create_order(PAIR, "market", "sell", 0.5, None, words)
    (shown,) = await trader.fetch_open_orders(PAIR, None, None, {"trailing": True})
    assert (shown["id"], shown["info"]["callbackRatio"]) == (placed["id"], "1.5")
    edit = {"trailingPercent": "2", "newTriggerPrice": 60900}
    await trader.edit_order(placed["id"], PAIR, "market", "sell", 0.4, None, edit)
    plan = only_plan(moded_server)
    assert (plan.callback, plan.trigger_price, plan.order.size) == (2, 60900, Decimal("0.4"))
    for price in ("60900", "62000", "60760"):
        pay(moded_server, price)
    venue = moded_server.exchange.venue
    assert venue.plans.find(plan.plan_id, None, {PlanType.TRACK}).status is PlanStatus.EXECUTED
    (position,) = venue.positions(BTC)
    assert position.size == Decimal("0.1")


async def test_all_triggers_are_cancelled_and_the_stop_stays(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    await hold(trader, mode)
    stop = await trader.create_order(
        PAIR, "market", "sell", 0.5, None, hedge_words(mode, stopLossPrice=58000)
    )
    for at in (61000, 62000):
        await trader.create_order(PAIR, "market", "buy", 0.01, None, hedge_words(mode, triggerPrice=at))
    gone = await trader.cancel_all_orders(PAIR, {"trigger": True})
    assert len(gone) == 2
    assert only_plan(moded_server).plan_id == stop["id"]


async def test_presets_become_the_positions_guards(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    legs = {"stopLoss": {"triggerPrice": 58000}, "takeProfit": {"triggerPrice": 65000, "price": 65100}}
    await trader.create_order(PAIR, "market", "buy", 0.5, None, hedge_words(mode, **legs))
    shown = await trader.fetch_open_orders(PAIR, None, None, GUARDS)
    assert {each["info"]["planType"] for each in shown} == {"pos_profit", "pos_loss"}
    pay(moded_server, "57999")
    assert moded_server.exchange.venue.positions() == []
    assert await trader.fetch_open_orders(PAIR, None, None, GUARDS) == []


async def test_watching_trigger_orders(
    connected: Connect, ccxt_pro: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    trader = connected(ccxt_pro, moded_server)
    words = hedge_words(mode, triggerPrice=61000, triggerType="fill_price")

    async def place() -> None:
        await trader.create_order(PAIR, "market", "buy", 0.01, None, words)

    watching = trader.watch_orders(PAIR, None, None, {"trigger": True})
    told = await heard_when(moded_server, "orders-algo", watching, place)
    plan = only_plan(moded_server)
    assert (told[-1]["id"], told[-1]["info"]["planType"], told[-1]["status"]) == (plan.plan_id, "pl", "open")
    assert same(told[-1]["triggerPrice"], plan.trigger_price)
