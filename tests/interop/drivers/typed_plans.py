"""typed-bitget's calls about conditional orders."""

from steps import Steps
from typed_trader import COIN, PAIR, PRODUCT, SYMBOL

step = Steps()


@step("mix.order.plan.place")
async def plan_place(t):
    await t.plan()
    await t.drop_plans()


@step("mix.order.plan.open")
async def plan_open(t):
    await t.plan()
    page = await t.mix.order.plan.open(plan_type="normal_plan", product_type=PRODUCT)
    assert len(page["entrustedList"]) == 1
    await t.drop_plans()


@step("mix.order.plan.modify")
async def plan_modify(t):
    words = {"order_id": await t.plan(), "new_size": "0.02", "new_trigger_price": await t.price(-0.04)}
    await t.mix.order.plan.modify("normal_plan", **words, **PAIR)
    await t.drop_plans()


@step("mix.order.plan.cancel")
async def plan_cancel(t):
    ids = [{"orderId": await t.plan()}]
    cancelled = await t.mix.order.plan.cancel(ids, **PAIR, plan_type="normal_plan")
    assert len(cancelled["successList"]) == 1


@step("mix.order.plan.open (none)")
async def plan_open_none(t):
    page = await t.mix.order.plan.open(plan_type="track_plan", product_type=PRODUCT)
    assert not page["entrustedList"]


@step("mix.order.plan.place (track_plan)")
async def plan_track(t):
    await t.plan(planType="track_plan", callbackRatio="1")
    assert len(await t.plans("track_plan")) == 1
    await t.drop_plans("track_plan")


@step("mix.order.plan.trigger_sub_orders")
async def sub_orders(t):
    """Of one plan a little above the market and one a little below; it reaches either soon."""
    plans = [
        await t.plan(triggerPrice=await t.price(away), triggerType="fill_price") for away in (1e-5, -1e-5)
    ]
    await t.until(t.position, bool)
    read = t.mix.order.plan.trigger_sub_orders
    assert any([await read("normal_plan", plan_order_id=plan, product_type=PRODUCT) for plan in plans])
    await t.tidy()


@step("mix.order.plan.history")
async def plan_history(t):
    page = await t.mix.order.plan.history(plan_type="normal_plan", product_type=PRODUCT)
    assert page["entrustedList"]


TPSL = {"margin_coin": COIN, "product_type": PRODUCT, "symbol": SYMBOL}


@step("mix.order.tpsl.place")
async def tpsl_place(t):
    await t.enter()
    words = {"plan_type": "loss_plan", "trigger_price": await t.price(-0.04), "trigger_type": "mark_price"}
    await t.mix.order.tpsl.place(**TPSL, **words, hold_side=t.holder, size="0.01")
    await t.leave()


@step("mix.order.tpsl.modify")
async def tpsl_modify(t):
    await t.enter()
    words = {"plan_type": "loss_plan", "trigger_price": await t.price(-0.04), "trigger_type": "mark_price"}
    placed = await t.mix.order.tpsl.place(**TPSL, **words, hold_side=t.holder, size="0.01")
    words = {"trigger_price": await t.price(-0.05), "trigger_type": "mark_price", "size": "0.01"}
    await t.mix.order.tpsl.modify(order_id=placed["orderId"], **TPSL, **words)
    await t.leave()


@step("mix.order.tpsl.place_for_position")
async def tpsl_position(t):
    await t.enter()
    placed = await t.mix.order.tpsl.place_for_position(
        **TPSL,
        stop_surplus_trigger_price=await t.price(0.05),
        stop_surplus_trigger_type="mark_price",
        stop_loss_trigger_price=await t.price(-0.05),
        stop_loss_trigger_type="mark_price",
        hold_side=t.holder,
    )
    assert placed
    assert len(await t.plans("profit_loss")) == 2
    await t.leave()
