"""Drives ccxt.pro while the simulator does harm: each fault must reach it as a real one does."""

import asyncio

import ccxt
import ccxt.pro
from ccxt_trader import AMOUNT, PAIR, Trader, refusal
from control import Control
from steps import Steps, read_task

step = Steps()

DISTRUST = (ccxt.ChecksumError, ccxt.UnsubscribeError)
"""Whichever comes first: ccxt reports the checksum, and leaves the book by itself."""


async def meets(error, attempt):
    """The attempt must end in this error of ccxt's."""
    try:
        await attempt
    except error:
        return
    raise AssertionError(f"no {error}")


async def named_order(t, name):
    """Place an order of that client id."""
    return await t.rest(clientOrderId=name)


async def exists(t, name):
    """Whether the exchange has an order of that client id."""
    try:
        await t.client.fetch_order("", PAIR, {"clientOrderId": name})
    except ccxt.OrderNotFound:
        return False
    return True


@step("html_answer: ExchangeNotAvailable")
async def html_answer(t):
    async with t.control.fault("html_answer", route="ticker"):
        await meets(ccxt.ExchangeNotAvailable, t.client.fetch_ticker(PAIR))
    await t.client.fetch_ticker(PAIR)


@step("too_many_requests: DDoSProtection")
async def too_many_requests(t):
    async with t.control.fault("too_many_requests", route="ticker"):
        await meets(ccxt.DDoSProtection, t.client.fetch_ticker(PAIR))


@step("too_many_requests (html): RateLimitExceeded")
async def too_many_requests_html(t):
    async with t.control.fault("too_many_requests", route="ticker", html=True):
        await meets(ccxt.RateLimitExceeded, t.client.fetch_ticker(PAIR))


@step("maintenance: OnMaintenance")
async def maintenance(t):
    async with t.control.fault("maintenance", route="ticker"):
        await meets(ccxt.OnMaintenance, t.client.fetch_ticker(PAIR))


@step("cut_body: ExchangeError")
async def cut_body(t):
    async with t.control.fault("cut_body", route="ticker"):
        await meets(ccxt.ExchangeError, t.client.fetch_ticker(PAIR))


@step("lost_answer: RequestTimeout, and the order is there")
async def lost_answer(t):
    name = f"judge-{t.client.milliseconds()}"
    t.client.timeout = 1_500
    try:
        async with t.control.fault("lost_answer", route="place-order"):
            await meets(ccxt.RequestTimeout, named_order(t, name))
    finally:
        t.client.timeout = 10_000
    assert await exists(t, name)
    await t.client.cancel_order("", PAIR, {"clientOrderId": name})


@step("lost_request: NetworkError, and no order is there")
async def lost_request(t):
    name = f"judge-{t.client.milliseconds()}"
    async with t.control.fault("lost_request", route="place-order"):
        await meets(ccxt.NetworkError, named_order(t, name))
    assert not await exists(t, name)


@step("external_fill: seen as a trade and a position of one's own")
async def external_fill(t):
    watching = asyncio.ensure_future(t.client.watch_my_trades(PAIR))
    await asyncio.sleep(1)
    await t.control.ask(
        "POST", "faults", {"name": "external_fill", "symbol": "BTCUSDT", "side": "buy", "size": "0.01"}
    )
    trade = (await watching)[-1]
    assert (trade["side"], trade["amount"]) == ("buy", AMOUNT)
    assert (await t.position())["contracts"] == AMOUNT
    await t.control.ask("DELETE", "faults")
    await t.leave()


@step("bad_checksum: ChecksumError or UnsubscribeError, and a good book afterwards")
async def bad_checksum(t):
    await t.client.watch_order_book(PAIR)

    async def follow():
        while True:
            await t.client.watch_order_book(PAIR)

    async with t.control.fault("bad_checksum", channel="books"):
        await meets(DISTRUST, follow())
    book = await t.until(lambda: book_again(t), lambda book: book is not None)
    assert book["bids"][0][0] < book["asks"][0][0]


async def book_again(t):
    """The next book; None while ccxt is still leaving the one that it no longer trusts."""
    try:
        return await t.client.watch_order_book(PAIR)
    except DISTRUST:
        return None


@step("disconnect: NetworkError, and the stream comes back")
async def disconnect(t):
    waiting = asyncio.ensure_future(t.client.watch_orders(PAIR))
    await asyncio.sleep(1)
    await t.control.ask("POST", "faults", {"name": "disconnect"})
    await meets(ccxt.NetworkError, waiting)
    await t.control.ask("DELETE", "faults")
    waiting = asyncio.ensure_future(t.client.watch_orders(PAIR))
    await asyncio.sleep(1)
    placed = await t.rest()
    assert (await waiting)[-1]["id"] == placed["id"]
    await t.client.cancel_order(placed["id"], PAIR)


async def main() -> None:
    task = read_task()
    trader = Trader(ccxt.pro, task, watchOrderBook={"checksum": True})
    trader.control = Control(task)
    try:
        await step.run(trader, task["mode"], refusal, trader.tidy)
    finally:
        await trader.client.close()


asyncio.run(main())
