"""The routes and the channel of conditional orders on the wire: words, defaults, refusals, paging."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.facts import Direction, PositionMode
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, private_topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, trade

ORDERS = "/api/v2/mix/order"
PLAN = {
    "planType": "normal_plan",
    "symbol": BTC,
    "marginMode": "crossed",
    "marginCoin": "USDT",
    "size": "0.01",
    "triggerPrice": "61000",
    "triggerType": "fill_price",
    "side": "buy",
    "orderType": "market",
}
STOP = {
    "symbol": BTC,
    "marginCoin": "USDT",
    "planType": "pos_loss",
    "triggerPrice": "58000",
    "holdSide": "buy",
}
PART = {**STOP, "planType": "loss_plan", "size": "0.01"}
TRAIL = {**PLAN, "planType": "track_plan", "side": "sell", "callbackRatio": "1"}
CREEP = {**STOP, "planType": "moving_plan", "triggerPrice": "62000", "size": "0.01", "rangeRate": "1"}


@pytest.fixture
async def hedge() -> AsyncIterator[RestClient]:
    async with running(PositionMode.HEDGE) as server, aiohttp.ClientSession() as session:
        yield RestClient(server, session)


def pay(server: SimServer, price: str) -> None:
    exchange = server.exchange
    exchange.apply(trade(BTC, exchange.clock.now_ms(), price, "0.001", 7, Direction.BUY))


async def place(rest: RestClient, body: dict[str, str], route: str = "place-plan-order") -> str:
    return str((await rest.act(f"{ORDERS}/{route}", **body))["orderId"])


async def listed(rest: RestClient, group: str, route: str = "orders-plan-pending", **query: str) -> list[Any]:
    data = await rest.data(f"{ORDERS}/{route}", productType=PRODUCT, planType=group, **query)
    return data["entrustedList"] or []


@pytest.mark.parametrize(
    ("route", "body", "code"),
    [
        ("place-plan-order", {**PLAN, "planType": ""}, "40019"),
        ("place-plan-order", {**PLAN, "planType": "pos_loss"}, "40020"),
        ("place-plan-order", {**PLAN, "triggerType": ""}, "40019"),
        ("place-plan-order", {**PLAN, "triggerType": "index_price"}, "40020"),
        ("place-plan-order", {**PLAN, "triggerPrice": ""}, "40019"),
        ("place-plan-order", {**PLAN, "price": "60000"}, "40020"),
        ("place-plan-order", {**PLAN, "orderType": "limit"}, "40019"),
        ("place-plan-order", {**PLAN, "symbol": "NOPEUSDT"}, "40034"),
        ("place-plan-order", {**PLAN, "stopLossTriggerPrice": "59000"}, "40019"),
        ("place-plan-order", {**PLAN, "tradeSide": "open"}, "40774"),
        ("place-plan-order", {**PLAN, "clientOid": "no spaces"}, "40305"),
        ("place-plan-order", {**TRAIL, "orderType": "limit", "price": "60000"}, "40020"),
        ("place-plan-order", {**TRAIL, "callbackRatio": ""}, "40019"),
        (
            "place-plan-order",
            {**TRAIL, "stopLossTriggerPrice": "1", "stopLossTriggerType": "mark_price"},
            "40020",
        ),
        ("place-tpsl-order", {**STOP, "planType": "normal_plan"}, "40020"),
        ("place-tpsl-order", {**STOP, "holdSide": "long"}, "40020"),
        ("place-tpsl-order", {**STOP, "holdSide": ""}, "40019"),
        ("place-tpsl-order", {**STOP, "holdSide": "sell"}, "40837"),
        ("place-tpsl-order", {**STOP, "marginCoin": "BTC"}, "40020"),
        ("place-tpsl-order", {**PART, "size": ""}, "40019"),
        ("place-tpsl-order", {**PART, "size": "0"}, "40808"),
        ("place-tpsl-order", {**CREEP, "rangeRate": ""}, "40019"),
        ("place-tpsl-order", {**CREEP, "executePrice": "62000"}, "40020"),
        ("place-tpsl-order", {**STOP, "triggerType": "mark_price", "triggerPrice": "61000"}, "40917"),
        ("place-pos-tpsl", {**STOP}, "40019"),
        ("modify-plan-order", {"orderId": "7"}, "43025"),
        ("modify-plan-order", {}, "40924"),
        ("modify-tpsl-order", {**STOP, "orderId": "7"}, "43020"),
        ("cancel-plan-order", {"symbol": BTC, "planType": "profit_loss"}, "40020"),
        ("cancel-plan-order", {"symbol": BTC}, "22001"),
        ("cancel-plan-order", {"orderIdList": [{"orderId": "7"}]}, "40019"),
        ("cancel-plan-order", {"symbol": BTC, "orderIdList": [{"orderId": "7"}] * 51}, "40912"),
    ],
)
async def test_what_is_refused(rest: RestClient, route: str, body: dict[str, Any], code: str) -> None:
    await rest.order(size="0.5")
    status, envelope = await rest.post(f"{ORDERS}/{route}", {"productType": PRODUCT, **body})
    assert (status, envelope["code"], envelope["data"]) == (400, code, None), envelope


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("orders-plan-pending", {}, "40019"),
        ("orders-plan-pending", {"planType": "pos_loss"}, "40020"),
        ("orders-plan-history", {"planType": "normal_plan", "planStatus": "live"}, "40020"),
        (
            "orders-plan-history",
            {"planType": "normal_plan", "startTime": "1", "endTime": "8000000000"},
            "00001",
        ),
        ("orders-plan-history", {"planType": "normal_plan", "startTime": "2", "endTime": "1"}, "40707"),
        ("plan-sub-order", {"planType": "normal_plan"}, "40019"),
        ("plan-sub-order", {"planType": "normal_plan", "planOrderId": "7"}, "43025"),
        ("plan-sub-order", {"planType": "pos_loss", "planOrderId": "7"}, "40020"),
    ],
)
async def test_what_no_list_answers(rest: RestClient, path: str, query: dict[str, str], code: str) -> None:
    status, envelope = await rest.get(f"{ORDERS}/{path}", productType=PRODUCT, **query)
    assert (status, envelope["code"]) == (400, code), envelope


async def test_words_in_any_case_numbers_and_strangers_are_taken(rest: RestClient) -> None:
    body = {**PLAN, "triggerPrice": 61000.5, "planType": "NORMAL_PLAN", "triggerType": "Mark_Price"}
    extras = {"force": "GTC", "executePrice": "", "callbackRatio": "", "somethingNew": {"x": 1}}
    plan_id = (await rest.act(f"{ORDERS}/place-plan-order", **body, **extras))["orderId"]
    (row,) = await listed(rest, "normal_plan")
    assert (row["orderId"], row["triggerPrice"], row["triggerType"]) == (plan_id, "61000.5", "mark_price")


async def test_the_groups_do_not_mix_and_page(rest: RestClient) -> None:
    """Three questions are needed to see everything; a client that asks one misses the stops."""
    await rest.order(size="0.5")
    plans = [await place(rest, PLAN) for _ in range(3)]
    trail = await place(rest, TRAIL)
    guards = [await place(rest, body, "place-tpsl-order") for body in (STOP, PART, CREEP)]
    assert [row["orderId"] for row in await listed(rest, "normal_plan")] == plans[::-1]
    assert [row["orderId"] for row in await listed(rest, "track_plan")] == [trail]
    assert [row["orderId"] for row in await listed(rest, "profit_loss")] == guards[::-1]
    page = await rest.data(
        f"{ORDERS}/orders-plan-pending", productType=PRODUCT, planType="normal_plan", limit=2
    )
    assert (len(page["entrustedList"]), page["endId"]) == (2, plans[1])
    rest_of = await listed(rest, "normal_plan", idLessThan=page["endId"])
    assert [row["orderId"] for row in rest_of] == plans[:1]
    (named,) = await listed(rest, "profit_loss", orderId=guards[0])
    assert (named["planType"], named["size"], named["tradeSide"]) == ("pos_loss", "0", "sell_single")
    assert await listed(rest, "normal_plan", symbol="ETHUSDT") == []


async def test_history_filters_by_what_became_of_a_plan(rest: RestClient, server: SimServer) -> None:
    done = await place(rest, PLAN)
    failed = await place(rest, {**PLAN, "side": "sell", "reduceOnly": "yes", "triggerPrice": "60500"})
    dropped = await place(rest, {**PLAN, "triggerPrice": "70000"})
    pay(server, "60500")
    pay(server, "61000")
    await rest.act(f"{ORDERS}/cancel-plan-order", symbol=BTC, orderIdList=[{"orderId": dropped}])
    history = "orders-plan-history"
    for status, wanted in (("executed", done), ("fail_execute", failed), ("cancelled", dropped)):
        (row,) = await listed(rest, "normal_plan", history, planStatus=status)
        assert (row["orderId"], row["planStatus"]) == (wanted, status)
    (row,) = await listed(rest, "normal_plan", history, orderId=done)
    assert (row["baseVolume"], row["priceAvg"]) == ("0.01", "60000.5")
    order = await rest.data(
        f"{ORDERS}/detail", symbol=BTC, productType=PRODUCT, orderId=row["executeOrderId"]
    )
    assert (order["orderSource"], order["state"]) == ("plan_market", "filled")
    sub = {"productType": PRODUCT, "planType": "normal_plan"}
    assert await rest.data(f"{ORDERS}/plan-sub-order", **sub, planOrderId=done) == [
        {"orderId": row["executeOrderId"], "price": "", "type": "market", "status": "success"}
    ]
    assert (await rest.data(f"{ORDERS}/plan-sub-order", **sub, planOrderId=failed))[0]["status"] == "fail"
    assert await rest.data(f"{ORDERS}/plan-sub-order", **sub, planOrderId=dropped) == []


async def test_a_hedge_row_names_the_positions_side(hedge: RestClient) -> None:
    """`side` is buy for whatever concerns a long position, closing included."""
    await hedge.order(size="0.5", tradeSide="open")
    await place(hedge, {**PLAN, "tradeSide": "close"})
    await place(hedge, {**STOP, "holdSide": "long"}, "place-tpsl-order")
    for group in ("normal_plan", "profit_loss"):
        (row,) = await listed(hedge, group)
        assert (row["side"], row["tradeSide"], row["posSide"]) == ("buy", "close", "long")
    status, envelope = await hedge.post(
        f"{ORDERS}/place-tpsl-order", {"productType": PRODUCT, **STOP, "triggerPrice": "57000"}
    )
    assert (status, envelope["code"]) == (400, "40020"), "buy is no side of a hedge position"


async def test_place_pos_tpsl_answers_with_one_row_a_leg(rest: RestClient) -> None:
    await rest.order(size="0.5")
    legs = {
        "stopSurplusTriggerPrice": "65000",
        "stopSurplusSize": "0.2",
        "stopSurplusClientOid": "tp-1",
        "stopLossTriggerPrice": "58000",
        "stopLossTriggerType": "mark_price",
        "stopLossExecutePrice": "57900",
        "stopLossClientOid": "sl-1",
    }
    own = {"symbol": BTC, "marginCoin": "USDT", "holdSide": "buy"}
    take, stop = await rest.act(f"{ORDERS}/place-pos-tpsl", **own, **legs)
    assert (take["stopSurplusClientOid"], stop["stopLossClientOid"]) == ("tp-1", "sl-1")
    by_id = {row["orderId"]: row for row in await listed(rest, "profit_loss")}
    assert (by_id[take["orderId"]]["planType"], by_id[take["orderId"]]["size"]) == ("profit_plan", "0.2")
    whole = by_id[stop["orderId"]]
    assert (whole["planType"], whole["executePrice"], whole["triggerType"]) == (
        "pos_loss",
        "57900",
        "mark_price",
    )
    (position,) = await rest.data("/api/v2/mix/position/all-position", productType=PRODUCT)
    assert (position["stopLoss"], position["stopLossId"]) == ("58000", stop["orderId"])
    assert (position["takeProfit"], position["takeProfitId"]) == ("", ""), "a part is not the position's own"


async def test_the_channel_tells_of_every_step(rest: RestClient, server: SimServer, private: Stream) -> None:
    await private.subscribe(private_topic("orders-algo"))
    assert (await private.hear())["event"] == "subscribe"
    await rest.order(size="0.5")
    first = await place(rest, {**PLAN, "stopLossTriggerPrice": "59000", "stopLossTriggerType": "mark_price"})
    await rest.act(f"{ORDERS}/modify-plan-order", orderId=first, newTriggerPrice=60800)
    stop = await place(rest, PART, "place-tpsl-order")
    await rest.act(f"{ORDERS}/cancel-plan-order", symbol=BTC, planType="loss_plan")
    pay(server, "60800")
    told = [(await private.hear_push("orders-algo"))["data"][0] for _ in range(7)]
    steps = [(row["orderId"], row["status"]) for row in told[:6]]
    assert steps == [
        (first, "live"),
        (first, "live"),
        (stop, "live"),
        (stop, "cancelled"),
        (first, "executing"),
        (first, "executed"),
    ]
    assert [row["planType"] for row in told] == ["pl", "pl", "sl", "sl", "pl", "pl", "psl"]
    assert (told[1]["triggerPrice"], told[1]["stopLossTriggerPrice"]) == ("60800", "59000")
    assert (told[5]["actualSize"], told[5]["side"], told[6]["triggerType"]) == ("0.01", "buy", "mark_price")


async def test_one_symbols_plans_can_be_heard_alone(rest: RestClient, private: Stream) -> None:
    await private.subscribe({"instType": PRODUCT, "channel": "orders-algo", "instId": "ETHUSDT"})
    assert (await private.hear())["event"] == "subscribe"
    await place(rest, PLAN)
    assert await private.silent()
