"""A typed-bitget client pointed at the simulator, paced, and what traders do with it."""

import asyncio

from typed_bitget import Bitget
from typed_bitget.core.exc import ApiError

PRODUCT, SYMBOL, COIN = "USDT-FUTURES", "BTCUSDT", "USDT"
PAIR = {"symbol": SYMBOL, "product_type": PRODUCT}
ACCOUNT = {**PAIR, "margin_coin": COIN}
WIRE = {"symbol": SYMBOL, "productType": PRODUCT, "marginCoin": COIN}
_PAUSE = 0.11


class Paced:
    """Calls of one part of the client, none sooner than the strictest route allows."""

    def __init__(self, part):
        self._part = part

    def __getattr__(self, name):
        value = getattr(self._part, name)
        if not asyncio.iscoroutinefunction(value):
            return Paced(value)

        async def call(*arguments, **words):
            await asyncio.sleep(_PAUSE)
            return await value(*arguments, **words)

        return call


class Trader:
    """One client with one account."""

    def __init__(self, client: Bitget, task: dict) -> None:
        self.hedge = task["mode"] == "hedge"
        self.common = Paced(client.classic.common)
        self.mix = Paced(client.classic.mix)
        self.streams = client.classic_streams

    async def price(self, away: float = 0.0) -> str:
        (ticker,) = await self.mix.market.ticker(SYMBOL, product_type=PRODUCT)
        return f"{float(ticker['lastPr']) * (1 + away):.1f}"

    def opening(self, side: str = "buy") -> dict:
        words = {"tradeSide": "open"} if self.hedge else {}
        return {**WIRE, "marginMode": "crossed", "side": side, "size": "0.01", **words}

    async def rest(self, **more) -> str:
        """A resting limit order's id."""
        order = {**self.opening(), "orderType": "limit", "force": "gtc", "price": await self.price(-0.02)}
        return (await self.mix.order.place({**order, **more}))["orderId"]

    async def enter(self, side: str = "buy", **more) -> dict:
        await self.mix.order.place({**self.opening(side), "orderType": "market", **more})
        return await self.until(self.position, bool)

    async def position(self) -> dict | None:
        """The open position as it came; only the steps about positions have it checked."""
        words = {"symbol": SYMBOL, "margin_coin": COIN}
        rows = await self.mix.position.get(PRODUCT, **words, validate=False)
        return rows[0] if rows else None

    async def leave(self) -> None:
        position = await self.position()
        long = position["holdSide"] == "long"
        if self.hedge:
            words = {"side": "buy" if long else "sell", "tradeSide": "close"}
        else:
            words = {"side": "sell" if long else "buy", "reduceOnly": "YES"}
        size, mode = str(position["total"]), position["marginMode"]
        await self.mix.order.place({**WIRE, "marginMode": mode, "orderType": "market", "size": size, **words})
        await self.until(self.position, lambda left: left is None)

    async def plan(self, **more) -> str:
        order = {
            **self.opening(),
            "planType": "normal_plan",
            "orderType": "market",
            "triggerType": "mark_price",
        }
        return (await self.mix.order.plan.place({**order, "triggerPrice": await self.price(-0.03), **more}))[
            "orderId"
        ]

    async def plans(self, plan_type: str) -> list:
        """The waiting plans as they came; only the step about them has them checked."""
        words = {"plan_type": plan_type, "product_type": PRODUCT}
        return (await self.mix.order.plan.open(**words, validate=False))["entrustedList"] or []

    async def drop_plans(self, plan_type: str = "normal_plan") -> None:
        await self.mix.order.plan.cancel(product_type=PRODUCT, symbol=SYMBOL, plan_type=plan_type)

    @property
    def holder(self) -> str:
        """How conditional orders of a position name its side."""
        return "long" if self.hedge else "buy"

    async def until(self, read, good):
        while not good(value := await read()):
            await asyncio.sleep(0.05)
        return value

    async def tidy(self) -> None:
        order = self.mix.order
        for attempt in (
            lambda: order.cancel_all(product_type=PRODUCT),
            lambda: self.drop_plans(),
            lambda: self.drop_plans("track_plan"),
            lambda: self.mix.position.close(product_type=PRODUCT),
        ):
            try:
                await attempt()
            except ApiError:
                continue


def refusal(error: BaseException) -> str | None:
    """Bitget's code and words out of the client's error; None for any other."""
    if not isinstance(error, ApiError):
        return None
    if len(error.args) >= 2 and isinstance(error.args[0], str):
        return f"{error.args[0]} {error.args[1]}"
    reply = error.args[0]
    return f"{reply['code']} {reply['msg']}" if isinstance(reply, dict) and "code" in reply else str(error)
