"""ccxt's ways of placing conditional orders, and what orders bring along."""

from ccxt_trader import AMOUNT, PAIR, refused
from steps import Steps

step = Steps()


@step("create_order (attached stop loss and take profit)")
async def create_attached(t):
    low, high = await t.price(-0.05), await t.price(0.05)
    await t.enter(stopLoss={"triggerPrice": low}, takeProfit={"triggerPrice": high})
    plans = await t.until(lambda: t.plans("profit_loss"), lambda rows: len(rows) == 2)
    assert {row["triggerPrice"] for row in plans} == {low, high}
    await t.leave()
    await t.until(lambda: t.plans("profit_loss"), lambda rows: rows == [])


@step("create_order_with_take_profit_and_stop_loss")
async def create_with_both(t):
    low, high = await t.price(-0.05), await t.price(0.05)
    placed = await t.client.create_order_with_take_profit_and_stop_loss(
        PAIR, "limit", "buy", AMOUNT, await t.price(-0.02), high, low, t.words()
    )
    order = await t.order(placed["id"], "open")
    assert (order["stopLossPrice"], order["takeProfitPrice"]) == (low, high), order["info"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (attached to the wrong side)")
async def create_attached_wrong(t):
    high = await t.price(0.05)
    await refused("4", t.rest(stopLoss={"triggerPrice": high}))


async def planned(t, placed, plan_type="normal_plan"):
    """The plan of that id among those waiting, then cancelled by its own type."""
    rows = await t.plans(plan_type)
    (plan,) = [row for row in rows if row["id"] == placed["id"]]
    own_type = plan["info"]["planType"]
    await t.client.cancel_order(placed["id"], PAIR, {"trigger": True, "planType": own_type})
    assert placed["id"] not in {row["id"] for row in await t.plans(plan_type)}
    return plan


@step("create_order (trigger, market)")
async def create_trigger_market(t):
    trigger = await t.price(-0.03)
    placed = await t.client.create_order(
        PAIR, "market", "buy", AMOUNT, None, t.words(triggerPrice=trigger, triggerType="fill_price")
    )
    plan = await planned(t, placed)
    assert (plan["triggerPrice"], plan["type"], plan["side"]) == (trigger, "market", "buy")


@step("create_order (trigger, limit)")
async def create_trigger_limit(t):
    trigger, price = await t.price(-0.03), await t.price(-0.031)
    placed = await t.client.create_order(PAIR, "limit", "buy", AMOUNT, price, t.words(triggerPrice=trigger))
    plan = await planned(t, placed)
    assert (plan["triggerPrice"], plan["price"]) == (trigger, price)


@step("create_order (trigger with attached stop loss)")
async def create_trigger_attached(t):
    trigger, stop = await t.price(-0.03), await t.price(-0.06)
    words = t.words(triggerPrice=trigger, stopLoss={"triggerPrice": stop, "price": stop})
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    await planned(t, placed)


@step("create_order (trigger that is reached)")
async def create_trigger_reached(t):
    """One a little above and one a little below: the market reaches either soon."""
    for away in (0.00001, -0.00001):
        words = t.words(triggerPrice=await t.price(away), triggerType="fill_price")
        await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    await t.until(t.position, lambda position: position is not None)
    await t.tidy()


@step("create_trigger_order")
async def create_trigger_order(t):
    trigger = await t.price(0.03)
    placed = await t.client.create_trigger_order(PAIR, "market", "sell", AMOUNT, None, trigger, t.words())
    assert (await planned(t, placed))["triggerPrice"] == trigger


@step("create_stop_order")
async def create_stop_order(t):
    trigger = await t.price(0.03)
    placed = await t.client.create_stop_order(PAIR, "market", "buy", AMOUNT, None, trigger, t.words())
    await planned(t, placed)


@step("create_stop_limit_order")
async def create_stop_limit_order(t):
    trigger, price = await t.price(0.03), await t.price(0.031)
    placed = await t.client.create_stop_limit_order(PAIR, "buy", AMOUNT, price, trigger, t.words())
    assert (await planned(t, placed))["price"] == price


@step("create_stop_market_order")
async def create_stop_market_order(t):
    placed = await t.client.create_stop_market_order(PAIR, "buy", AMOUNT, await t.price(0.03), t.words())
    await planned(t, placed)


async def protected(t, away, word, plan_type):
    """A long position with a stop loss or take profit by ccxt's word for it."""
    await t.enter()
    trigger = await t.price(away)
    placed = await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, t.words(**{word: trigger}))
    plan = await planned(t, placed, plan_type)
    assert plan["triggerPrice"] == trigger
    await t.leave()


@step("create_order (stopLossPrice)")
async def create_stop_loss(t):
    await protected(t, -0.03, "stopLossPrice", "profit_loss")


@step("create_order (takeProfitPrice)")
async def create_take_profit(t):
    await protected(t, 0.03, "takeProfitPrice", "profit_loss")


@step("create_order (partial stop loss)")
async def create_partial_stop_loss(t):
    await t.enter(amount=0.02)
    trigger = await t.price(-0.03)
    words = t.words(stopLossPrice=trigger, planType="loss_plan")
    placed = await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, words)
    assert (await planned(t, placed, "profit_loss"))["amount"] == AMOUNT
    await t.leave()


@step("create_order (take profit on the wrong side)")
async def create_wrong_take_profit(t):
    await t.enter()
    words = t.words(takeProfitPrice=await t.price(-0.03))
    await refused("4", t.client.create_order(PAIR, "market", "sell", AMOUNT, None, words))
    await t.leave()


@step("create_stop_loss_order")
async def create_stop_loss_order(t):
    await t.enter("sell")
    placed = await t.client.create_stop_loss_order(
        PAIR, "market", "buy", AMOUNT, None, await t.price(0.03), t.words()
    )
    await planned(t, placed, "profit_loss")
    await t.leave()


@step("create_take_profit_order")
async def create_take_profit_order(t):
    await t.enter("sell")
    placed = await t.client.create_take_profit_order(
        PAIR, "market", "buy", AMOUNT, None, await t.price(-0.03), t.words()
    )
    await planned(t, placed, "profit_loss")
    await t.leave()


@step("create_order (trailing)")
async def create_trailing(t):
    await t.enter()
    words = t.words(trailingPercent="1.5", trailingTriggerPrice=await t.price(0.02), reduceOnly=True)
    placed = await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, words)
    await planned(t, placed, "track_plan")
    await t.leave()


@step("create_trailing_percent_order")
async def create_trailing_percent_order(t):
    trigger = await t.price(-0.02)
    placed = await t.client.create_trailing_percent_order(
        PAIR, "market", "buy", AMOUNT, None, "1", trigger, t.words()
    )
    (plan,) = await t.client.fetch_open_orders(PAIR, params={"trailing": True})
    assert plan["id"] == placed["id"]
    await t.client.cancel_order(placed["id"], PAIR, {"trailing": True})
