"""Drives ccxt.pro through every stream that it has, with the book's checksum verified by ccxt itself."""

import asyncio

import ccxt.pro
from ccxt_trader import AMOUNT, OTHER, PAIR, Trader, refusal
from steps import Steps, read_task, tell

step = Steps()


async def after(t, waiting, act):
    """What a watch returns once `act` has happened; the watch is under way before."""
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0.7)
    await act()
    return await task


@step("load_markets")
async def load_markets(t):
    await t.client.load_markets()
    assert PAIR in t.client.markets


@step("watch_ticker")
async def watch_ticker(t):
    ticker = await t.client.watch_ticker(PAIR)
    assert 0 < ticker["bid"] < ticker["ask"] and ticker["symbol"] == PAIR


@step("watch_tickers")
async def watch_tickers(t):
    seen = set()
    while seen < {PAIR, OTHER}:
        seen |= set(await t.client.watch_tickers([PAIR, OTHER]))


@step("watch_bids_asks")
async def watch_bids_asks(t):
    quotes = await t.client.watch_bids_asks([PAIR])
    assert quotes[PAIR]["bid"] < quotes[PAIR]["ask"]


@step("watch_order_book")
async def watch_order_book(t):
    assert t.client.handle_option("watchOrderBook", "checksum", True), "ccxt verifies every update"
    for _ in range(25):
        book = await t.client.watch_order_book(PAIR)
        assert book["bids"][0][0] < book["asks"][0][0]
    assert len(book["bids"]) > 15


@step("watch_order_book (5)")
async def watch_order_book_5(t):
    book = await t.client.watch_order_book(OTHER, 5)
    assert len(book["bids"]) == len(book["asks"]) == 5


@step("watch_order_book_for_symbols")
async def watch_order_book_for_symbols(t):
    seen = set()
    while seen < {PAIR, OTHER}:
        seen.add((await t.client.watch_order_book_for_symbols([PAIR, OTHER]))["symbol"])


@step("watch_trades")
async def watch_trades(t):
    trades = await t.client.watch_trades(PAIR)
    assert trades and trades[-1]["symbol"] == PAIR and trades[-1]["side"] in ("buy", "sell")


@step("watch_trades_for_symbols")
async def watch_trades_for_symbols(t):
    assert await t.client.watch_trades_for_symbols([PAIR, OTHER])


@step("watch_ohlcv")
async def watch_ohlcv(t):
    for timeframe in ("1m", "1h", "1d"):
        rows = await t.client.watch_ohlcv(PAIR, timeframe)
        assert rows[-1][3] <= rows[-1][4] <= rows[-1][2]


@step("watch_balance")
async def watch_balance(t):
    balance = await t.client.watch_balance({"type": "swap"})
    assert balance["USDT"]["total"] > 900_000


@step("watch_orders")
async def watch_orders(t):
    placed = {}

    async def act():
        placed.update(await t.rest())

    orders = await after(t, t.client.watch_orders(PAIR), act)
    assert (orders[-1]["id"], orders[-1]["status"], orders[-1]["amount"]) == (placed["id"], "open", AMOUNT)
    orders = await after(t, t.client.watch_orders(PAIR), lambda: t.client.cancel_order(placed["id"], PAIR))
    assert (orders[-1]["id"], orders[-1]["status"]) == (placed["id"], "canceled")


@step("watch_orders (all symbols)")
async def watch_all_orders(t):
    orders = await after(t, t.client.watch_orders(), t.rest)
    assert orders[-1]["symbol"] == PAIR
    await t.client.cancel_all_orders(PAIR)


@step("watch_orders (trigger)")
async def watch_trigger_orders(t):
    trigger = await t.price(-0.03)
    words = t.words(triggerPrice=trigger)

    async def act():
        await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)

    orders = await after(t, t.client.watch_orders(PAIR, params={"trigger": True}), act)
    assert orders[-1]["triggerPrice"] == trigger
    await t.client.cancel_all_orders(PAIR, {"trigger": True})


@step("watch_orders (trigger, all symbols)")
async def watch_all_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))

    async def act():
        await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)

    watching = asyncio.wait_for(t.client.watch_orders(params={"trigger": True}), 3)
    await after(t, watching, act)


@step("watch_positions")
async def watch_positions(t):
    assert not await t.client.watch_positions(), "the snapshot of a flat account"
    position = (await after(t, t.client.watch_positions(), t.enter))[-1]
    assert (position["symbol"], position["side"], position["contracts"]) == (PAIR, "long", AMOUNT)
    await t.leave()


@step("watch_my_trades")
async def watch_my_trades(t):
    trades = await after(t, t.client.watch_my_trades(PAIR), t.enter)
    assert (trades[-1]["side"], trades[-1]["amount"]) == ("buy", AMOUNT) and trades[-1]["fee"]["cost"] > 0
    trades = await after(t, t.client.watch_my_trades(PAIR), t.leave)
    assert trades[-1]["side"] == "sell", "the true direction, also in hedge mode"


@step("un_watch_ticker")
async def un_watch_ticker(t):
    await t.client.un_watch_ticker(PAIR)


@step("un_watch_trades")
async def un_watch_trades(t):
    await t.client.un_watch_trades(PAIR)


@step("un_watch_ohlcv (1m)")
async def un_watch_ohlcv(t):
    await t.client.un_watch_ohlcv(PAIR, "1m")


@step("un_watch_ohlcv (1h)")
async def un_watch_long_ohlcv(t):
    await asyncio.wait_for(t.client.un_watch_ohlcv(PAIR, "1h"), 3)


@step("un_watch_order_book")
async def un_watch_order_book(t):
    await t.client.un_watch_order_book(PAIR)


@step("watch_order_book (again after un_watch)")
async def watch_again(t):
    for _ in range(5):
        assert (await t.client.watch_order_book(PAIR))["bids"]


async def main() -> None:
    task = read_task()
    trader = Trader(ccxt.pro, task, watchOrderBook={"checksum": True})
    watching = [name for name, offered in trader.client.has.items() if offered and name.startswith("watch")]
    tell({"surface": sorted(watching)})
    try:
        await step.run(trader, task["mode"], refusal, trader.tidy)
    finally:
        await trader.client.close()


asyncio.run(main())
