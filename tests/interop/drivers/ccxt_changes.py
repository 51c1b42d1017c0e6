"""ccxt's methods that change, cancel and close."""

import ccxt.async_support
from ccxt_plans import planned
from ccxt_trader import AMOUNT, OTHER, PAIR, refused
from steps import Steps

step = Steps()


@step("create_orders")
async def create_orders(t):
    price = await t.price(-0.02)
    wanted = {"symbol": PAIR, "type": "limit", "side": "buy", "amount": AMOUNT, "params": t.words()}
    placed = await t.client.create_orders([{**wanted, "price": price}, {**wanted, "price": price - 10}])
    assert len({order["id"] for order in placed}) == 2
    await t.client.cancel_orders([order["id"] for order in placed], PAIR)


async def edited(t, placed, new, **expected):
    """The order that took the old one's place; the reply knows its client id only."""
    order = await t.until(
        lambda: successor(t, new["clientOrderId"]),
        lambda order: order is not None and order["status"] == "open",
    )
    assert (await t.order(placed["id"], "canceled"))["id"] != order["id"]
    for name, value in expected.items():
        assert order[name] == value, (name, order[name], value)
    await t.client.cancel_order(order["id"], PAIR)


async def successor(t, client_id):
    """The order of that client id, None while there is none."""
    try:
        return await t.client.fetch_order("", PAIR, {"clientOrderId": client_id})
    except ccxt.async_support.OrderNotFound:
        return None


@step("edit_order")
async def edit_order(t):
    placed = await t.rest()
    price = await t.price(-0.03)
    new = await t.client.edit_order(placed["id"], PAIR, "limit", "buy", 0.02, price)
    await edited(t, placed, new, price=price, amount=0.02)


@step("edit_order (clientOrderId)")
async def edit_by_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    price = await t.price(-0.03)
    new = await t.client.edit_order("", PAIR, "limit", "buy", 0.02, price, {"clientOrderId": name})
    await edited(t, placed, new, price=price)


@step("edit_order (stop loss)")
async def edit_stop_loss(t):
    placed = await t.rest()
    stop = await t.price(-0.06)
    await t.client.edit_order(
        placed["id"], PAIR, "limit", "buy", None, None, {"stopLoss": {"triggerPrice": stop}}
    )
    order = await t.until(
        lambda: t.client.fetch_order(placed["id"], PAIR), lambda order: order["stopLossPrice"] == stop
    )
    await t.client.cancel_order(order["id"], PAIR)


@step("edit_order (trigger)")
async def edit_trigger(t):
    placed = await t.client.create_order(
        PAIR, "market", "buy", AMOUNT, None, t.words(triggerPrice=await t.price(-0.03))
    )
    trigger = await t.price(-0.04)
    await t.client.edit_order(placed["id"], PAIR, "market", "buy", 0.02, None, {"triggerPrice": trigger})
    plan = await planned(t, placed)
    assert (plan["triggerPrice"], plan["amount"]) == (trigger, 0.02)


@step("edit_order (stopLossPrice)")
async def edit_stop_loss_price(t):
    await t.enter()
    words = t.words(stopLossPrice=await t.price(-0.03), planType="loss_plan")
    placed = await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, words)
    trigger = await t.price(-0.04)
    await t.client.edit_order(placed["id"], PAIR, "market", "sell", AMOUNT, None, {"stopLossPrice": trigger})
    assert (await planned(t, placed, "profit_loss"))["triggerPrice"] == trigger
    await t.leave()


@step("edit_order (trailing)")
async def edit_trailing(t):
    words = t.words(trailingPercent="1.5", trailingTriggerPrice=await t.price(-0.02))
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    trigger = await t.price(-0.03)
    words = {"trailingPercent": "2", "trailingTriggerPrice": trigger}
    await t.client.edit_order(placed["id"], PAIR, "market", "buy", 0.02, None, words)
    plan = await planned(t, placed, "track_plan")
    assert (float(plan["info"]["triggerPrice"]), float(plan["info"]["callbackRatio"])) == (trigger, 2.0)


@step("cancel_order")
async def cancel_order(t):
    placed = await t.rest()
    await t.client.cancel_order(placed["id"], PAIR)
    assert (await t.order(placed["id"], "canceled"))["filled"] == 0


@step("cancel_order (clientOrderId)")
async def cancel_by_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    await t.client.cancel_order("", PAIR, {"clientOrderId": name})
    await t.order(placed["id"], "canceled")


@step("cancel_order (unknown)")
async def cancel_unknown(t):
    await refused("40768", t.client.cancel_order("1100000000000000001", PAIR))


@step("cancel_orders")
async def cancel_orders(t):
    placed = [(await t.rest())["id"] for _ in range(2)]
    cancelled = await t.client.cancel_orders(placed, PAIR)
    assert {order["id"] for order in cancelled} == set(placed)


@step("cancel_orders (trigger)")
async def cancel_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))
    placed = [
        (await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words))["id"] for _ in range(2)
    ]
    cancelled = await t.client.cancel_orders(placed, PAIR, {"trigger": True})
    assert {order["id"] for order in cancelled} == set(placed)


@step("cancel_all_orders")
async def cancel_all_orders(t):
    placed = {(await t.rest())["id"] for _ in range(3)}
    assert {order["id"] for order in await t.client.cancel_all_orders(PAIR)} == placed
    assert await t.client.fetch_open_orders(PAIR) == []


@step("cancel_all_orders (trigger)")
async def cancel_all_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))
    for _ in range(2):
        await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    assert len(await t.client.cancel_all_orders(PAIR, {"trigger": True})) == 2
    assert await t.plans() == []


@step("close_position")
async def close_position(t):
    await t.enter()
    closed = await t.client.close_position(PAIR)
    assert closed["id"]
    await t.flat()


@step("close_position (side)")
async def close_position_side(t):
    await t.enter("sell")
    await t.client.close_position(PAIR, "short" if t.hedge else "sell")
    await t.flat()


@step("close_all_positions")
async def close_all_positions(t):
    await t.enter()
    await t.client.create_order(OTHER, "market", "sell", 0.5, None, t.words())
    await t.until(t.client.fetch_positions, lambda rows: len(rows) == 2)
    assert len(await t.client.close_all_positions()) == 2
    await t.until(t.client.fetch_positions, lambda rows: rows == [])
