"""A ccxt client pointed at the simulator, and the words that an account in its position mode needs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

PAIR, OTHER = "BTC/USDT:USDT", "ETH/USDT:USDT"
AMOUNT = 0.01
_PAUSE = 0.1


class Trader:
    """One client with one account. `hedge` tells whether the account holds long and short apart."""

    def __init__(self, module: Any, task: dict[str, Any], **options: object) -> None:
        self.hedge = task["mode"] == "hedge"
        self.client = module.bitget({"options": {"defaultType": "swap", **options}})
        streams = {"public": task["ws_public"], "private": task["ws_private"]}
        apis = {name: task["rest"] for name, url in self.client.urls["api"].items() if isinstance(url, str)}
        self.client.urls["api"] = {**apis, "ws": streams, "demo": streams}
        self.client.apiKey, self.client.secret = task["api_key"], task["secret"]
        self.client.password = task["passphrase"]

    def words(self, **params: object) -> dict[str, object]:
        """An order's parameters, with ccxt's word for an account in hedge mode."""
        return {**params, "hedged": True} if self.hedge else params

    async def price(self, away: float = 0.0) -> float:
        """The last price, moved by a fraction of itself and rounded to the contract's tick."""
        last = (await self.client.fetch_ticker(PAIR))["last"]
        return float(self.client.price_to_precision(PAIR, last * (1 + away)))

    async def rest(self, side: str = "buy", away: float = -0.02, **params: object) -> dict[str, Any]:
        """A limit order that stays in the book."""
        price = await self.price(away)
        return await self.client.create_order(PAIR, "limit", side, AMOUNT, price, self.words(**params))

    async def enter(self, side: str = "buy", amount: float = AMOUNT, **params: object) -> dict[str, Any]:
        """A position by a market order; returns when it is there."""
        await self.client.create_order(PAIR, "market", side, amount, None, self.words(**params))
        return await self.until(self.position, lambda position: position is not None)

    async def position(self) -> dict[str, Any] | None:
        """The open position of the pair, None when flat."""
        open_ones = [one for one in await self.client.fetch_positions([PAIR]) if one["contracts"]]
        return open_ones[0] if open_ones else None

    async def flat(self) -> None:
        """Wait until the pair's position is gone."""
        await self.until(self.position, lambda position: position is None)

    async def leave(self) -> None:
        """Close the pair's position by a market order."""
        position = await self.position()
        words = self.words(reduceOnly=True, marginMode=position["marginMode"])
        side = "sell" if position["side"] == "long" else "buy"
        await self.client.create_order(PAIR, "market", side, position["contracts"], None, words)
        await self.flat()

    async def order(self, order_id: str, *statuses: str) -> dict[str, Any]:
        """The order once it has one of the unified statuses."""
        return await self.until(
            lambda: self.client.fetch_order(order_id, PAIR), lambda order: order["status"] in statuses
        )

    async def plans(self, plan_type: str = "normal_plan") -> list[dict[str, Any]]:
        """The waiting conditional orders of one kind."""
        return await self.client.fetch_open_orders(PAIR, params={"trigger": True, "planType": plan_type})

    async def until(self, read: Callable[[], Awaitable[Any]], good: Callable[[Any], bool]) -> Any:
        """Read again until it is as expected; the step's patience ends it."""
        while not good(value := await read()):
            await asyncio.sleep(_PAUSE)
        return value

    async def tidy(self) -> None:
        """No order, no plan, no position."""
        for params in ({}, *({"trigger": True, "planType": kind} for kind in PLANS)):
            try:
                await self.client.cancel_all_orders(PAIR, params)
            except self.errors:
                continue
        for symbol in (PAIR, OTHER):
            try:
                await self.client.close_position(symbol)
            except (*self.errors, IndexError):
                continue

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What ccxt raises."""
        import ccxt

        return (ccxt.BaseError,)


PLANS = ("normal_plan", "track_plan", "profit_plan", "loss_plan", "pos_profit", "pos_loss", "moving_plan")
"""The types of conditional orders; each is cancelled by its own name."""


def refusal(error: BaseException) -> str | None:
    """Bitget's code out of ccxt's error, whose text ends in the reply; None when there was no reply."""
    import json

    import ccxt

    text = str(error)
    if not isinstance(error, ccxt.BaseError) or "{" not in text:
        return None
    try:
        reply = json.loads(text[text.index("{") :])
    except ValueError:
        return None
    return f"{reply['code']} {reply['msg']}" if isinstance(reply, dict) and reply.get("code") else None


async def refused(code: str, attempt: Awaitable[object]) -> None:
    """The attempt must be refused by the exchange with this code."""
    try:
        await attempt
    except Exception as error:
        said = refusal(error)
        if said is None:
            raise
        assert said.startswith(code), said
    else:
        raise AssertionError(f"not refused with {code}")
