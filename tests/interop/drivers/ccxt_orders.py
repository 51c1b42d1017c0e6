"""ccxt's ways of placing an order."""

from ccxt_trader import AMOUNT, PAIR, refused
from steps import Steps

step = Steps()


@step("create_order (limit)")
async def create_limit(t):
    placed = await t.rest()
    order = await t.order(placed["id"], "open")
    assert (order["side"], order["amount"], order["filled"], order["type"]) == ("buy", AMOUNT, 0, "limit")
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (limit sell)")
async def create_limit_sell(t):
    placed = await t.rest("sell", 0.02)
    assert (await t.order(placed["id"], "open"))["side"] == "sell"
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_limit_order")
async def create_limit_order(t):
    placed = await t.client.create_limit_order(PAIR, "buy", AMOUNT, await t.price(-0.02), t.words())
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (market)")
async def create_market(t):
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, t.words())
    order = await t.order(placed["id"], "closed")
    assert (order["filled"], order["remaining"]) == (AMOUNT, 0) and order["average"] > 0
    assert order["fee"]["cost"] > 0
    await t.leave()


@step("create_market_order")
async def create_market_order(t):
    placed = await t.client.create_market_order(PAIR, "sell", AMOUNT, None, t.words())
    assert (await t.order(placed["id"], "closed"))["filled"] == AMOUNT
    await t.leave()


@step("create_order (clientOrderId)")
async def create_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    assert placed["clientOrderId"] == name
    await refused("45034", t.rest(clientOrderId=name))
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (post only)")
async def create_post_only(t):
    placed = await t.rest(postOnly=True)
    assert (await t.order(placed["id"], "open"))["postOnly"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (post only that would take)")
async def create_post_only_taker(t):
    placed = await t.rest(away=0.005, postOnly=True)
    order = await t.order(placed["id"], "canceled", "rejected")
    assert order["filled"] == 0


@step("create_post_only_order")
async def create_post_only_order(t):
    price = await t.price(-0.02)
    placed = await t.client.create_post_only_order(PAIR, "limit", "buy", AMOUNT, price, t.words())
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (immediate or cancel)")
async def create_ioc(t):
    placed = await t.rest(timeInForce="IOC")
    order = await t.order(placed["id"], "canceled")
    assert order["filled"] == 0 and order["timeInForce"] == "IOC"


@step("create_order (fill or kill)")
async def create_fok(t):
    placed = await t.rest(away=0.005, timeInForce="FOK")
    assert (await t.order(placed["id"], "closed"))["filled"] == AMOUNT
    await t.leave()


@step("create_order (reduce only)")
async def create_reduce_only(t):
    await t.enter()
    await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, t.words(reduceOnly=True))
    await t.flat()


@step("create_order (reduce only, limit)")
async def create_reduce_only_limit(t):
    await t.enter()
    placed = await t.rest("sell", 0.02, reduceOnly=True)
    order = await t.order(placed["id"], "open")
    assert order["reduceOnly"] and order["side"] == "sell", (order["reduceOnly"], order["side"])
    await t.client.cancel_order(placed["id"], PAIR)
    await t.leave()


@step("create_order (reduce only without a position)")
async def create_reduce_only_flat(t):
    await refused("2", t.rest("sell", 0.02, reduceOnly=True))


@step("create_order (shaped for the other position mode)")
async def create_other_mode(t):
    words = {} if t.hedge else {"hedged": True}
    await refused("40774", t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words))


@step("create_order (too small)")
async def create_too_small(t):
    price = await t.price(-0.02)
    small = {"size": "0.000001", **t.words()}
    await refused("4", t.client.create_order(PAIR, "limit", "buy", AMOUNT, price, small))


@step("create_order (more than the balance)")
async def create_too_large(t):
    await refused("40762", t.client.create_order(PAIR, "limit", "buy", 900, await t.price(-0.02), t.words()))


@step("create_order (isolated)")
async def create_isolated(t):
    await t.client.set_margin_mode("isolated", PAIR)
    position = await t.enter(marginMode="isolated")
    assert position["marginMode"] == "isolated"
    assert 0 < position["liquidationPrice"] < position["entryPrice"]
    await t.leave()
    await t.client.set_margin_mode("cross", PAIR)
