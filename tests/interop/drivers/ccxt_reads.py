"""ccxt's methods that read orders and trades."""

from ccxt_trader import AMOUNT, PAIR, refused
from steps import Steps

step = Steps()


@step("fetch_order")
async def fetch_order(t):
    placed = await t.rest()
    order = await t.client.fetch_order(placed["id"], PAIR)
    assert order["id"] == placed["id"] and order["symbol"] == PAIR and order["timestamp"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("fetch_order (clientOrderId)")
async def fetch_order_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    assert (await t.client.fetch_order("", PAIR, {"clientOrderId": name}))["id"] == placed["id"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("fetch_order (unknown)")
async def fetch_unknown_order(t):
    await refused("40109", t.client.fetch_order("1100000000000000001", PAIR))


@step("fetch_open_orders")
async def fetch_open_orders(t):
    assert await t.client.fetch_open_orders(PAIR) == []
    placed = await t.rest()
    for symbol in (PAIR, None):
        assert [order["id"] for order in await t.client.fetch_open_orders(symbol)] == [placed["id"]]
    await t.client.cancel_order(placed["id"], PAIR)


@step("fetch_open_orders (trigger)")
async def fetch_open_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    (plan,) = await t.client.fetch_open_orders(PAIR, params={"trigger": True})
    assert plan["id"] == placed["id"] and plan["status"] == "open", plan["status"]
    await t.client.cancel_order(placed["id"], PAIR, {"trigger": True})


@step("fetch_open_orders (trailing)")
async def fetch_open_trailing_orders(t):
    assert await t.client.fetch_open_orders(PAIR, params={"trailing": True}) == []


@step("fetch_open_orders (profit_loss)")
async def fetch_open_profit_loss(t):
    assert await t.client.fetch_open_orders(PAIR, params={"planType": "profit_loss"}) == []


@step("fetch_closed_orders")
async def fetch_closed_orders(t):
    orders = await t.client.fetch_closed_orders(PAIR, limit=100)
    assert orders and {order["status"] for order in orders} == {"closed"}


@step("fetch_closed_orders (since, until)")
async def fetch_closed_orders_span(t):
    now = t.client.milliseconds()
    orders = await t.client.fetch_closed_orders(PAIR, now - 3_600_000, 5, {"until": now})
    assert 0 < len(orders) <= 5
    assert await t.client.fetch_closed_orders(PAIR, now - 7_200_000, 5, {"until": now - 3_600_000}) == []


@step("fetch_canceled_orders")
async def fetch_canceled_orders(t):
    orders = await t.client.fetch_canceled_orders(PAIR, limit=100)
    assert orders and {order["status"] for order in orders} == {"canceled"}


@step("fetch_canceled_and_closed_orders")
async def fetch_canceled_and_closed_orders(t):
    orders = await t.client.fetch_canceled_and_closed_orders(PAIR, limit=100)
    assert {order["status"] for order in orders} >= {"canceled", "closed"}


@step("fetch_canceled_and_closed_orders (idLessThan)")
async def fetch_second_page(t):
    """ccxt's own `paginate` looks for `endId` in each row, where none is, and stops after one page."""
    first = await t.client.fetch_canceled_and_closed_orders(PAIR, limit=5)
    oldest = min(first, key=lambda order: int(order["id"]))["id"]
    second = await t.client.fetch_canceled_and_closed_orders(PAIR, limit=5, params={"idLessThan": oldest})
    assert len(first) == len(second) == 5
    assert all(int(order["id"]) < int(oldest) for order in second)


@step("fetch_canceled_and_closed_orders (trigger)")
async def fetch_trigger_history(t):
    orders = await t.client.fetch_canceled_and_closed_orders(PAIR, params={"trigger": True})
    assert {order["status"] for order in orders} >= {"canceled", "closed"}, {
        order["status"] for order in orders
    }


@step("fetch_canceled_and_closed_orders (trailing)")
async def fetch_trailing_history(t):
    assert await t.client.fetch_canceled_and_closed_orders(PAIR, params={"trailing": True})


@step("fetch_canceled_and_closed_orders (profit_loss)")
async def fetch_profit_loss_history(t):
    params = {"trigger": True, "planType": "profit_loss"}
    assert await t.client.fetch_canceled_and_closed_orders(PAIR, params=params)


@step("fetch_my_trades")
async def fetch_my_trades(t):
    trades = await t.client.fetch_my_trades(PAIR, limit=100)
    assert trades and all(trade["fee"]["cost"] > 0 and trade["order"] for trade in trades)
    assert {trade["takerOrMaker"] for trade in trades} <= {"taker", "maker"}


@step("fetch_my_trades (since)")
async def fetch_my_trades_since(t):
    now = t.client.milliseconds()
    assert await t.client.fetch_my_trades(PAIR, now - 3_600_000, 10, {"until": now})


@step("fetch_my_trades (history)")
async def fetch_my_trades_history(t):
    params = {"productType": "USDT-FUTURES", "symbol": "BTCUSDT"}
    reply = await t.client.privateMixGetV2MixOrderFillHistory(params)
    assert reply["data"]["fillList"]
