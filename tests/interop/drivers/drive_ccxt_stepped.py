"""Drives ccxt on an exchange whose time is stepped: what takes hours happens between two requests."""

import asyncio

import ccxt.async_support
from ccxt_trader import AMOUNT, PAIR, Trader, refusal
from control import Control
from steps import Steps, read_task

step = Steps()

HOUR = 3_600_000
LONGEST = 400
"""Hours after which a market that moves has reached every price that the steps wait for."""


class TimeTraveller(Trader):
    """A trader that also moves the exchange's clock."""

    def __init__(self, module, task):
        super().__init__(module, task)
        self.control = Control(task)

    async def pass_time(self, milliseconds: int) -> None:
        """Return when everything within that time has happened."""
        await self.control.pass_time(milliseconds)

    async def pass_hours(self, good) -> None:
        """Let hours pass until `good`."""
        for _ in range(LONGEST):
            if await good():
                return
            await self.pass_time(HOUR)
        raise AssertionError(f"not within {LONGEST} hours")

    async def to_funding(self) -> dict:
        """Pass the next settlement; returns what was announced of it."""
        announced = await self.client.fetch_funding_rate(PAIR)
        await self.pass_time(announced["fundingTimestamp"] - await self.client.fetch_time() + 1_000)
        return announced


@step("fetch_time")
async def fetch_time(t):
    before = await t.client.fetch_time()
    await t.pass_time(HOUR)
    assert await t.client.fetch_time() == before + HOUR


@step("fetch_ohlcv")
async def fetch_ohlcv(t):
    await t.pass_time(24 * HOUR)
    now = await t.client.fetch_time()
    rows = await t.client.fetch_ohlcv(PAIR, "1h", limit=24)
    assert [row[0] for row in rows] == [now // HOUR * HOUR - hours * HOUR for hours in range(23, -1, -1)]
    assert all(row[5] > 0 for row in rows[:-1]), "every hour that passed was traded"


@step("fetch_funding_history")
async def fetch_funding_history(t):
    await t.enter(amount=0.1)
    before = (await t.client.fetch_balance())["USDT"]["total"]
    announced = await t.to_funding()
    (row,) = await t.client.fetch_funding_history(PAIR)
    assert row["timestamp"] == announced["fundingTimestamp"]
    assert (row["amount"] < 0) == (announced["fundingRate"] > 0), "a long position pays a positive rate"
    assert before != (await t.client.fetch_balance())["USDT"]["total"]
    await t.leave()


@step("fetch_funding_rate_history")
async def fetch_funding_rate_history(t):
    announced = await t.to_funding()
    newest = (await t.client.fetch_funding_rate_history(PAIR, limit=5))[-1]
    assert newest["timestamp"] == announced["fundingTimestamp"]


@step("fetch_ledger (funding)")
async def fetch_ledger(t):
    rows = await t.client.fetch_ledger("USDT", limit=100)
    kinds = [row["info"]["businessType"] for row in rows]
    assert kinds.count("contract_settle_fee") == 1 and len(kinds) >= 3, kinds


@step("fetch_position_history (funding)")
async def fetch_position_history(t):
    closed = (await t.client.fetch_position_history(PAIR))[-1]
    assert float(closed["info"]["totalFunding"]) != 0


@step("create_order (resting, then filled)")
async def create_resting(t):
    placed = await t.rest(away=-0.002)

    async def filled():
        return (await t.client.fetch_order(placed["id"], PAIR))["status"] == "closed"

    await t.pass_hours(filled)
    (trade,) = [one for one in await t.client.fetch_my_trades(PAIR, limit=5) if one["order"] == placed["id"]]
    assert trade["takerOrMaker"] == "maker"
    await t.leave()


@step("create_order (stop loss or take profit, then executed)")
async def create_protected(t):
    words = {
        "stopLoss": {"triggerPrice": await t.price(-0.004)},
        "takeProfit": {"triggerPrice": await t.price(0.004)},
    }
    await t.enter(**words)

    async def gone():
        return await t.position() is None

    await t.pass_hours(gone)
    closing = (await t.client.fetch_my_trades(PAIR, limit=5))[-1]
    assert closing["amount"] == AMOUNT and closing["info"]["profit"] != "0"
    assert await t.plans("profit_loss") == [], "the other leg went with the position"


@step("create_order (liquidated)")
async def create_liquidated(t):
    client = t.client
    await client.set_margin_mode("isolated", PAIR)
    side = {"holdSide": "long"} if t.hedge else {}
    await client.set_leverage(125, PAIR, side)
    before = await t.enter(marginMode="isolated")

    async def gone():
        return await t.position() is None

    await t.pass_hours(gone)
    closing = (await client.fetch_my_trades(PAIR, limit=5))[-1]
    assert closing["info"]["tradeSide"].startswith("burst_"), closing["info"]
    assert closing["price"] <= before["entryPrice"]
    order = await client.fetch_order(closing["order"], PAIR)
    assert order["info"]["enterPointSource"].upper() == "SYS"
    await client.set_margin_mode("cross", PAIR)


async def main() -> None:
    task = read_task()
    trader = TimeTraveller(ccxt.async_support, task)
    try:
        await step.run(trader, task["mode"], refusal, trader.tidy)
    finally:
        await trader.client.close()


asyncio.run(main())
