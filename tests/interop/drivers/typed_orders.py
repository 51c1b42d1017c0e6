"""typed-bitget's calls about orders."""

import time

from steps import Steps
from typed_bitget.core.exc import ApiError
from typed_trader import ACCOUNT, PAIR, PRODUCT

step = Steps()


@step("mix.order.place")
async def order_place(t):
    order_id = await t.rest()
    await t.mix.order.cancel(**PAIR, order_id=order_id)


@step("mix.order.place (market)")
async def order_place_market(t):
    await t.enter()
    await t.leave()


@step("mix.order.batch_place")
async def batch_place(t):
    wanted = {
        "size": "0.01",
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
        "price": await t.price(-0.02),
    }
    if t.hedge:
        wanted["tradeSide"] = "open"
    batch = [wanted, {**wanted, "size": "0"}]
    placed = await t.mix.order.batch_place(**ACCOUNT, margin_mode="crossed", order_list=batch)
    assert (len(placed["successList"]), len(placed["failureList"])) == (1, 1)
    await t.mix.order.cancel(**PAIR, order_id=placed["successList"][0]["orderId"])


@step("mix.order.detail")
async def detail(t):
    order_id = await t.rest(presetStopLossPrice=await t.price(-0.06))
    try:
        order = await t.mix.order.detail(**PAIR, order_id=order_id)
        assert order["state"] == "live"
    finally:
        await t.mix.order.cancel(**PAIR, order_id=order_id)


@step("mix.order.open")
async def order_open(t):
    order_id = await t.rest()
    page = await t.mix.order.open(product_type=PRODUCT)
    assert [row["orderId"] for row in page["entrustedList"]] == [order_id]
    await t.mix.order.cancel(**PAIR, order_id=order_id)


@step("mix.order.modify")
async def modify(t):
    order_id = await t.rest()
    name = f"judge-{time.time_ns()}"
    new = {"new_client_oid": name, "new_price": await t.price(-0.03), "new_size": "0.02"}
    await t.mix.order.modify(order_id=order_id, **PAIR, **new)

    async def opened():
        rows = (await t.mix.order.open(product_type=PRODUCT, validate=False))["entrustedList"] or []
        return [row["clientOid"] for row in rows]

    await t.until(opened, lambda names: names == [name])
    await t.mix.order.cancel_all(product_type=PRODUCT)


@step("mix.order.cancel")
async def cancel(t):
    order_id = await t.rest(clientOid=f"judge-{time.time_ns()}")
    assert (await t.mix.order.cancel(**PAIR, order_id=order_id))["orderId"] == order_id


@step("mix.order.batch_cancel")
async def batch_cancel(t):
    order_id = await t.rest()
    ids = [{"orderId": order_id}, {"orderId": "1100000000000000001"}]
    cancelled = await t.mix.order.batch_cancel(ids, **PAIR)
    assert (len(cancelled["successList"]), len(cancelled["failureList"])) == (1, 1)


@step("mix.order.cancel_all")
async def cancel_all(t):
    await t.rest()
    assert (await t.mix.order.cancel_all(product_type=PRODUCT))["successList"]


@step("mix.order.open (none)")
async def order_open_none(t):
    assert not (await t.mix.order.open(product_type=PRODUCT))["entrustedList"]


@step("mix.order.history")
async def order_history(t):
    assert (await t.mix.order.history(product_type=PRODUCT))["entrustedList"]


@step("mix.order.fills")
async def fills(t):
    assert (await t.mix.order.fills(product_type=PRODUCT))["fillList"]


@step("mix.order.fill_history")
async def fill_history(t):
    assert (await t.mix.order.fill_history(product_type=PRODUCT))["fillList"]


@step("mix.order.place (refused)")
async def order_refused(t):
    try:
        await t.rest(size="900")
    except ApiError as error:
        assert error.args[0] == "40762", error.args
    else:
        raise AssertionError("not refused")
