"""Drives pybotters: requests that it signs, its stream login and its data store for Bitget's V2 streams.

pybotters knows by host how to sign, log in and ping; its tables get the simulator's host beside Bitget's.
"""

import asyncio
from typing import Any

import pybotters
from pybotters.auth import Hosts
from pybotters.ws import AuthHosts, HeartbeatHosts
from steps import Steps, read_task

step = Steps()

HOST = "127.0.0.1"
PRODUCT, SYMBOL = "USDT-FUTURES", "BTCUSDT"
PAIR = {"symbol": SYMBOL, "productType": PRODUCT}
PAUSE = 0.11

Hosts.items[HOST] = Hosts.items["api.bitget.com"]
HeartbeatHosts.items[HOST] = HeartbeatHosts.items["ws.bitget.com"]
AuthHosts.items[HOST] = AuthHosts.items["ws.bitget.com"]


class Refused(Exception):
    """The exchange said no."""


class Trader:
    """One client, its store, and its two streams."""

    def __init__(self, client: pybotters.Client, task: dict[str, Any]) -> None:
        self.client, self.task = client, task
        self.hedge = task["mode"] == "hedge"
        self.store = pybotters.BitgetV2DataStore()

    async def get(self, path: str, **query: str) -> Any:
        await asyncio.sleep(PAUSE)
        return await self._data(await self.client.get(path, params=query))

    async def post(self, path: str, **body: str) -> Any:
        await asyncio.sleep(PAUSE)
        return await self._data(await self.client.post(path, data={"productType": PRODUCT, **body}))

    async def _data(self, response: Any) -> Any:
        reply = await response.json()
        if reply["code"] != "00000":
            raise Refused(f"{reply['code']} {reply['msg']}")
        return reply["data"]

    async def watch(self, kind: str, *topics: dict[str, str]) -> None:
        """Connect and subscribe; what comes goes into the store."""
        await self.client.ws_connect(
            self.task[f"ws_{kind}"],
            send_json={"op": "subscribe", "args": [{"instType": PRODUCT, **topic} for topic in topics]},
            hdlr_json=self.store.onmessage,
        )

    async def until(self, read: Any) -> Any:
        """What `read` gives, once it gives something."""
        while not (found := read()):
            await asyncio.sleep(0.05)
        return found

    async def price(self, away: float) -> str:
        (ticker,) = await self.get("/api/v2/mix/market/ticker", **PAIR)
        return f"{float(ticker['lastPr']) * (1 + away):.1f}"

    async def order(self, side: str = "buy", **more: str) -> str:
        words = {"tradeSide": "open"} if self.hedge else {}
        standard = {"symbol": SYMBOL, "marginMode": "crossed", "marginCoin": "USDT", "size": "0.01"}
        kind = {"orderType": "limit", "force": "gtc"} if "price" in more else {"orderType": "market"}
        body = {**standard, "side": side, **words, **kind, **more}
        return (await self.post("/api/v2/mix/order/place-order", **body))["orderId"]

    async def leave(self) -> None:
        words = {"side": "buy", "tradeSide": "close"} if self.hedge else {"side": "sell", "reduceOnly": "YES"}
        await self.order(**words)

    async def tidy(self) -> None:
        for path in ("cancel-all-orders", "cancel-plan-order", "close-positions"):
            try:
                await self.post(f"/api/v2/mix/order/{path}")
            except Refused:
                continue


@step("GET public/time")
async def get_time(t):
    assert (await t.get("/api/v2/public/time"))["serverTime"]


@step("GET mix/account/accounts (signed)")
async def get_accounts(t):
    (account,) = await t.get("/api/v2/mix/account/accounts", productType=PRODUCT)
    assert float(account["available"]) > 900_000


@step("GET with characters to escape (signed)")
async def get_escaped(t):
    try:
        await t.get("/api/v2/mix/order/detail", **PAIR, clientOid="judge a+b#c")
    except Refused as refused:
        assert not str(refused).startswith("40009"), refused


@step("POST mix/order/place-order, cancel-order")
async def place_and_cancel(t):
    order_id = await t.order(price=await t.price(-0.02))
    reply = await t.post("/api/v2/mix/order/cancel-order", symbol=SYMBOL, orderId=order_id)
    assert reply["orderId"] == order_id


@step("store.ticker")
async def ticker(t):
    topics = [{"channel": channel, "instId": SYMBOL} for channel in ("ticker", "candle1m", "books", "trade")]
    await t.watch("public", *topics)
    row = await t.until(lambda: t.store.ticker.get({"instType": PRODUCT, "instId": SYMBOL}))
    assert float(row["bidPr"]) < float(row["askPr"])


@step("store.candle")
async def candle(t):
    rows = await t.until(lambda: t.store.candle.find({"granularity": "candle1m"}))
    assert len(rows) > 10 and all(float(row["lowPr"]) <= float(row["highPr"]) for row in rows)


@step("store.book")
async def book(t):
    """Deltas folded by pybotters; a deletion it does not see as one leaves a crossed book."""
    await t.until(lambda: len(t.store.book))
    for _ in range(20):
        await t.store.book.wait()
        asks = [float(row["price"]) for row in t.store.book.find({"side": "asks"})]
        bids = [float(row["price"]) for row in t.store.book.find({"side": "bids"})]
        assert max(bids) < min(asks), (max(bids), min(asks))


@step("store.trade")
async def trade(t):
    rows = await t.until(lambda: t.store.trade.find())
    assert {row["side"] for row in rows} <= {"buy", "sell"}


@step("store.account (after its login)")
async def account(t):
    private = ("positions", "fill", "orders", "orders-algo", "positions-history")
    topics = [{"channel": channel, "instId": "default"} for channel in private]
    await t.watch("private", {"channel": "account", "coin": "default"}, *topics)
    row = await t.until(lambda: t.store.account.get({"instType": PRODUCT}))
    assert float(row["equity"]) > 900_000


@step("store.orders")
async def orders(t):
    order_id = await t.order(price=await t.price(-0.02))
    (row,) = await t.until(lambda: t.store.orders.find({"orderId": order_id}))
    assert row["status"] == "live"
    await t.post("/api/v2/mix/order/cancel-order", symbol=SYMBOL, orderId=order_id)
    await t.until(lambda: not t.store.orders.find({"orderId": order_id}))


@step("store.fill, store.positions")
async def fills_and_positions(t):
    order_id = await t.order()
    (fill,) = await t.until(lambda: t.store.fill.find({"orderId": order_id}))
    assert (fill["side"], float(fill["baseVolume"])) == ("buy", 0.01)
    (position,) = await t.until(lambda: t.store.positions.find())
    assert (position["holdSide"], float(position["total"])) == ("long", 0.01)
    await t.leave()
    await t.until(lambda: not t.store.positions.find())


@step("store.positions_history")
async def positions_history(t):
    await t.order()
    await t.leave()
    rows = await t.until(lambda: t.store.positions_history.find())
    assert float(rows[-1]["closeSize"]) == 0.01


@step("store.orders_algo")
async def orders_algo(t):
    body = {"symbol": SYMBOL, "marginMode": "crossed", "marginCoin": "USDT", "size": "0.01", "side": "buy"}
    words = {"tradeSide": "open"} if t.hedge else {}
    plan = {"planType": "normal_plan", "orderType": "market", "triggerType": "mark_price"}
    trigger = {"triggerPrice": await t.price(-0.03)}
    placed = await t.post("/api/v2/mix/order/place-plan-order", **body, **words, **plan, **trigger)
    await t.until(lambda: t.store.orders_algo.find({"orderId": placed["orderId"]}))
    await t.post("/api/v2/mix/order/cancel-plan-order", symbol=SYMBOL, planType="normal_plan")
    await t.until(lambda: not t.store.orders_algo.find())


def refusal(error: BaseException) -> str | None:
    return str(error) if isinstance(error, Refused) else None


async def main() -> None:
    task = read_task()
    keys = {"bitget": [task["api_key"], task["secret"], task["passphrase"]]}
    async with pybotters.Client(apis=keys, base_url=task["rest"]) as client:
        trader = Trader(client, task)
        await step.run(trader, task["mode"], refusal, trader.tidy)


asyncio.run(main())
