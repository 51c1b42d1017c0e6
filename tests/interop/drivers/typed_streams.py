"""typed-bitget's streams, orders among them."""

import asyncio

from steps import Steps
from typed_trader import PAIR, PRODUCT, SYMBOL

step = Steps()

STREAM_PAUSE = 0.3
"""Subscribing and leaving are two of the ten messages a second that a connection may send."""


async def heard(stream, act=None, good=bool):
    """The first push that is as expected; `act` makes it happen once subscribed."""
    await asyncio.sleep(STREAM_PAUSE)
    async with stream as pushes:
        if act is not None:
            await act()
        async for push in pushes:
            if good(push["data"]):
                return push
    raise AssertionError("the stream ended")


@step("streams.ticker")
async def stream_ticker(t):
    await heard(t.streams.ticker(PRODUCT, inst_id=SYMBOL))


@step("streams.trade")
async def stream_trade(t):
    await heard(t.streams.trade(PRODUCT, inst_id=SYMBOL))


@step("streams.candle")
async def stream_candle(t):
    await heard(t.streams.candle(PRODUCT, inst_id=SYMBOL, interval="1m"))


for depth in ("", "1", "5", "15"):

    @step(f"streams.orderbook (books{depth})")
    async def stream_orderbook(t, depth=depth):
        await heard(t.streams.orderbook(PRODUCT, inst_id=SYMBOL, depth=depth))


@step("streams.account")
async def stream_account(t):
    await heard(t.streams.account(PRODUCT, coin="default"))


@step("streams.equity")
async def stream_equity(t):
    await heard(t.streams.equity(PRODUCT))


@step("streams.orders")
async def stream_orders(t):
    await heard(t.streams.orders(PRODUCT, inst_id="default"), t.rest)
    await t.mix.order.cancel_all(product_type=PRODUCT)


@step("streams.orders (of fills)")
async def stream_filled_orders(t):
    stream = t.streams.orders(PRODUCT, inst_id="default")
    await heard(stream, t.enter, lambda rows: rows[0]["status"] == "filled")
    await t.leave()


@step("streams.fill")
async def stream_fill(t):
    await heard(t.streams.fill(PRODUCT, inst_id="default"), t.enter)
    await t.leave()


@step("streams.position.updates")
async def stream_positions(t):
    await heard(t.streams.position.updates(PRODUCT, inst_id="default"), t.enter)
    await t.leave()


@step("streams.position.history")
async def stream_position_history(t):
    async def act():
        await t.enter()
        await t.leave()

    await heard(t.streams.position.history(PRODUCT, inst_id="default"), act)


@step("streams.adl_notification")
async def stream_adl(t):
    """Acknowledged; a push would need somebody to be deleveraged."""
    await asyncio.sleep(STREAM_PAUSE)
    async with t.streams.adl_notification(PRODUCT, inst_id="default"):
        pass


async def place_by_stream(t) -> str:
    order = {**t.opening(), "orderType": "limit", "force": "gtc", "price": await t.price(-0.02)}
    params = {name: value for name, value in order.items() if name not in ("symbol", "productType")}
    reply = await t.streams.order.place(PRODUCT, inst_id=SYMBOL, params=params)
    return reply["arg"][0]["params"]["orderId"]


@step("streams.order.place")
async def stream_place(t):
    await t.mix.order.cancel(**PAIR, order_id=await place_by_stream(t))


@step("streams.order.cancel")
async def stream_cancel(t):
    order_id = await place_by_stream(t)
    await t.streams.order.cancel(PRODUCT, inst_id=SYMBOL, params={"orderId": order_id})
    order = await t.mix.order.detail(**PAIR, order_id=order_id, validate=False)
    assert order["state"] == "canceled"


@step("streams.plan_orders")
async def stream_plan_orders(t):
    await heard(t.streams.plan_orders(PRODUCT, inst_id="default"), t.plan)
    await t.drop_plans()
