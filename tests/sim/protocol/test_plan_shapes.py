"""Replies, lists and pushes about conditional orders have the members of Bitget's own payloads."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.facts import Direction, PositionMode
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, open_stream, private_topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, trade
from tests.sim.protocol.shapes import differences, shape_of
from tests.sim.protocol.test_shapes import Scene, get, order_body, post, theirs
from tests.support.shared import needs_shared

ORDERS = "mix/order"
MIRRORED = "null in a stop loss's row, as a take profit's row shows the other leg"
OWN = {"symbol": BTC, "marginCoin": "USDT"}


def plan_body(scene: Scene, **changes: object) -> dict[str, object]:
    trigger = {"planType": "normal_plan", "triggerPrice": "61000", "triggerType": "fill_price"}
    return {**order_body(scene), "price": "60500", **trigger, **changes}


def held(scene: Scene) -> str:
    return "long" if scene.mode is PositionMode.HEDGE else "buy"


def guard_body(scene: Scene, **changes: object) -> dict[str, object]:
    return {**OWN, "planType": "pos_loss", "triggerPrice": "50000", "holdSide": held(scene), **changes}


async def placed(scene: Scene, path: str, body: dict[str, object]) -> str:
    envelope = await post(f"{ORDERS}/{path}", **body)(scene)
    return str(envelope["data"]["orderId"])


@pytest.fixture
async def scene(mode: PositionMode) -> AsyncIterator[Scene]:
    async with running(mode) as server, aiohttp.ClientSession() as session:
        scene = Scene(server, RestClient(server, session), mode)
        body = order_body(scene, orderType="market", size="2.5")
        await scene.rest.act(f"/api/v2/{ORDERS}/place-order", **body)
        yield scene


async def place_plan(scene: Scene) -> Any:
    return await post(f"{ORDERS}/place-plan-order", **plan_body(scene))(scene)


async def modify_plan(scene: Scene) -> Any:
    plan = await placed(scene, "place-plan-order", plan_body(scene))
    return await post(f"{ORDERS}/modify-plan-order", orderId=plan, symbol=BTC, newSize="0.02")(scene)


async def place_tpsl(scene: Scene) -> Any:
    return await post(f"{ORDERS}/place-tpsl-order", **guard_body(scene))(scene)


async def modify_tpsl(scene: Scene) -> Any:
    guard = await placed(scene, "place-tpsl-order", guard_body(scene))
    change = {**OWN, "orderId": guard, "triggerPrice": "51000", "size": ""}
    return await post(f"{ORDERS}/modify-tpsl-order", **change)(scene)


async def pos_tpsl(scene: Scene) -> Any:
    legs = {"stopSurplusTriggerPrice": "70000", "stopLossTriggerPrice": "50000"}
    return await post(f"{ORDERS}/place-pos-tpsl", **OWN, holdSide=held(scene), **legs)(scene)


async def cancel_plan(scene: Scene) -> Any:
    plan = await placed(scene, "place-plan-order", plan_body(scene))
    wanted = [{"orderId": plan}, {"orderId": "7"}]
    return await post(f"{ORDERS}/cancel-plan-order", symbol=BTC, orderIdList=wanted)(scene)


async def pending(scene: Scene) -> Any:
    """An attached one and a bare one, and the whole position's guards."""
    legs = {"stopSurplusTriggerPrice": "65000", "stopSurplusTriggerType": "mark_price"}
    await placed(scene, "place-plan-order", plan_body(scene, **legs))
    await placed(scene, "place-plan-order", plan_body(scene, orderType="market", price=""))
    await pos_tpsl(scene)
    envelope = await get(f"{ORDERS}/orders-plan-pending", productType=PRODUCT, planType="normal_plan")(scene)
    guards = await get(f"{ORDERS}/orders-plan-pending", productType=PRODUCT, planType="profit_loss")(scene)
    envelope["data"]["entrustedList"] += guards["data"]["entrustedList"]
    return envelope


async def history(scene: Scene) -> Any:
    await placed(scene, "place-plan-order", plan_body(scene, orderType="market", price=""))
    await cancel_plan(scene)
    move(scene, "61000")
    return await get(f"{ORDERS}/orders-plan-history", productType=PRODUCT, planType="normal_plan")(scene)


async def sub_orders(scene: Scene) -> Any:
    plan = await placed(scene, "place-plan-order", plan_body(scene))
    move(scene, "61000")
    query = {"planType": "normal_plan", "planOrderId": plan}
    return await get(f"{ORDERS}/plan-sub-order", productType=PRODUCT, **query)(scene)


async def all_positions(scene: Scene) -> Any:
    await pos_tpsl(scene)
    return await get("mix/position/all-position", productType=PRODUCT)(scene)


def move(scene: Scene, price: str) -> None:
    exchange = scene.server.exchange
    exchange.apply(trade(BTC, exchange.clock.now_ms(), price, "0.001", 7, Direction.BUY))


SURFACES: dict[str, tuple[str, Any, dict[str, str]]] = {
    "place-plan-order": ("POST.mix.order.place-plan-order", place_plan, {}),
    "modify-plan-order": ("POST.mix.order.modify-plan-order", modify_plan, {}),
    "place-tpsl-order": ("POST.mix.order.place-tpsl-order", place_tpsl, {}),
    "modify-tpsl-order": ("POST.mix.order.modify-tpsl-order", modify_tpsl, {}),
    "place-pos-tpsl": ("POST.mix.order.place-pos-tpsl", pos_tpsl, {}),
    "cancel-plan-order": (
        "POST.mix.order.cancel-plan-order",
        cancel_plan,
        {"data.failureList[].errorCode": "in every other list of failures"},
    ),
    "orders-plan-pending": (
        "GET.mix.order.orders-plan-pending",
        pending,
        {
            "data.entrustedList[].stopSurplusTriggerPrice": MIRRORED,
            "data.entrustedList[].stopSurplusTriggerType": MIRRORED,
        },
    ),
    "orders-plan-history": ("GET.mix.order.orders-plan-history", history, {}),
    "plan-sub-order": ("GET.mix.order.plan-sub-order", sub_orders, {}),
    "all-position": ("GET.mix.position.all-position", all_positions, {}),
}


@needs_shared
@pytest.mark.parametrize("surface", SURFACES)
async def test_reply_has_bitgets_shape(surface: str, scene: Scene) -> None:
    fixture, fetch, allowed = SURFACES[surface]
    every, captured = theirs("rest", fixture)
    ours = shape_of([await fetch(scene)])
    assert differences(ours, shape_of(every), shape_of(captured or every), allowed) == []


@needs_shared
async def test_push_has_bitgets_shape(scene: Scene) -> None:
    async with open_stream(scene.server.address.ws_private) as socket:
        stream = Stream(socket)
        await stream.login(scene.server.api_key)
        await stream.subscribe(private_topic("orders-algo"))
        await stream.hear()
        await place_plan(scene)
        push = await stream.hear_push("orders-algo")
    every, _ = theirs("ws", "orders-algo")
    assert differences(shape_of([push]), shape_of(every), shape_of(every[:1]), {}) == []
