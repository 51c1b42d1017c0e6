"""Drives ccxt's asynchronous REST client through every unified method that futures trading has."""

import asyncio
import time
from itertools import pairwise

import ccxt.async_support
from ccxt_trader import AMOUNT, OTHER, PAIR, Trader, refusal, refused
from steps import Steps, read_task, tell

step = Steps()


# The market


@step("fetch_time")
async def fetch_time(t):
    assert abs(await t.client.fetch_time() - time.time() * 1000) < 5_000


@step("fetch_currencies")
async def fetch_currencies(t):
    assert await t.client.fetch_currencies() is not None


@step("fetch_markets")
async def fetch_markets(t):
    markets = {market["symbol"]: market for market in await t.client.fetch_markets()}
    assert {PAIR, OTHER} <= set(markets)
    assert markets[PAIR]["active"] and markets[PAIR]["swap"] and markets[PAIR]["linear"]


@step("load_markets")
async def load_markets(t):
    await t.client.load_markets(True)
    assert t.client.market(PAIR)["precision"]["price"] == 0.1
    assert t.client.options["uta"] is False, "the account is classic"


@step("fetch_ticker")
async def fetch_ticker(t):
    ticker = await t.client.fetch_ticker(PAIR)
    assert 0 < ticker["bid"] < ticker["ask"]
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert ticker["markPrice"] and ticker["indexPrice"] and ticker["baseVolume"]


@step("fetch_tickers")
async def fetch_tickers(t):
    tickers = await t.client.fetch_tickers([PAIR, OTHER])
    assert tickers[PAIR]["last"] > tickers[OTHER]["last"] > 0


@step("fetch_tickers (coin-margined)")
async def fetch_coin_tickers(t):
    assert await t.client.fetch_tickers(params={"productType": "COIN-FUTURES"}) == {}


@step("fetch_mark_price")
async def fetch_mark_price(t):
    assert (await t.client.fetch_mark_price(PAIR))["markPrice"] > 0


@step("fetch_order_book")
async def fetch_order_book(t):
    book = await t.client.fetch_order_book(PAIR)
    assert book["bids"][0][0] < book["asks"][0][0]
    assert book["bids"] == sorted(book["bids"], reverse=True) and book["asks"] == sorted(book["asks"])


@step("fetch_order_book (limit 5)")
async def fetch_order_book_limit(t):
    book = await t.client.fetch_order_book(PAIR, 5)
    assert len(book["bids"]) == len(book["asks"]) == 5


@step("fetch_l2_order_book")
async def fetch_l2_order_book(t):
    assert (await t.client.fetch_l2_order_book(PAIR, 15))["bids"]


@step("fetch_trades")
async def fetch_trades(t):
    async def trades():
        return await t.client.fetch_trades(PAIR, limit=50)

    rows = await t.until(trades, bool)
    assert rows == sorted(rows, key=lambda row: row["timestamp"])
    assert {row["side"] for row in rows} <= {"buy", "sell"} and rows[-1]["price"] > 0


@step("fetch_trades (recent)")
async def fetch_recent_trades(t):
    assert await t.client.fetch_trades(PAIR, params={"method": "publicMixGetV2MixMarketFills"})


async def candles(read, length):
    rows = await read
    assert len(rows) == length, len(rows)
    assert all(later[0] - row[0] == rows[1][0] - rows[0][0] for row, later in pairwise(rows))
    assert all(row[3] <= min(row[1], row[4]) and row[2] >= max(row[1], row[4]) for row in rows)


@step("fetch_ohlcv")
async def fetch_ohlcv(t):
    for timeframe in ("1m", "1h", "6h", "1d"):
        await candles(t.client.fetch_ohlcv(PAIR, timeframe, limit=20), 20)


@step("fetch_ohlcv (since)")
async def fetch_ohlcv_since(t):
    since = t.client.milliseconds() // 60_000 * 60_000 - 30 * 60_000
    rows = await t.client.fetch_ohlcv(PAIR, "1m", since=since, limit=10)
    assert rows[0][0] == since and len(rows) == 10


@step("fetch_ohlcv (history)")
async def fetch_ohlcv_history(t):
    since = t.client.milliseconds() - 200 * 86_400_000
    rows = await t.client.fetch_ohlcv(PAIR, "1h", since=since, limit=100)
    assert rows and 0 <= rows[0][0] - since <= 3_600_000


@step("fetch_mark_ohlcv")
async def fetch_mark_ohlcv(t):
    await candles(t.client.fetch_mark_ohlcv(PAIR, "1m", limit=10), 10)


@step("fetch_index_ohlcv")
async def fetch_index_ohlcv(t):
    await candles(t.client.fetch_index_ohlcv(PAIR, "1m", limit=10), 10)


def sane_funding(rate):
    assert rate["symbol"] == PAIR and abs(rate["fundingRate"]) < 0.03
    assert rate["interval"] in ("1h", "2h", "4h", "8h"), rate["interval"]


@step("fetch_funding_rate")
async def fetch_funding_rate(t):
    rate = await t.client.fetch_funding_rate(PAIR)
    sane_funding(rate)
    assert rate["fundingTimestamp"] > t.client.milliseconds()


@step("fetch_funding_rate (funding-time)")
async def fetch_funding_time(t):
    rate = await t.client.fetch_funding_rate(PAIR, {"method": "publicMixGetV2MixMarketFundingTime"})
    assert rate["fundingTimestamp"] > t.client.milliseconds()


@step("fetch_funding_rates")
async def fetch_funding_rates(t):
    rates = await t.client.fetch_funding_rates([PAIR, OTHER])
    assert {PAIR, OTHER} == set(rates)


@step("fetch_funding_rate_history")
async def fetch_funding_rate_history(t):
    rows = await t.client.fetch_funding_rate_history(PAIR, limit=20)
    assert len(rows) == 20
    assert all(row["timestamp"] % 3_600_000 == 0 for row in rows)


@step("fetch_funding_interval")
async def fetch_funding_interval(t):
    rate = await t.client.fetch_funding_interval(PAIR)
    assert rate["interval"] in ("1h", "2h", "4h", "8h") and rate["fundingTimestamp"] > t.client.milliseconds()


@step("fetch_funding_intervals")
async def fetch_funding_intervals(t):
    assert {PAIR, OTHER} <= set(await t.client.fetch_funding_intervals())


@step("fetch_open_interest")
async def fetch_open_interest(t):
    assert (await t.client.fetch_open_interest(PAIR))["openInterestAmount"] > 0


@step("fetch_market_leverage_tiers")
async def fetch_market_leverage_tiers(t):
    tiers = await t.client.fetch_market_leverage_tiers(PAIR)
    assert tiers[0]["minNotional"] == 0 and tiers[0]["maxLeverage"] >= tiers[-1]["maxLeverage"]
    assert all(low["maxNotional"] == high["minNotional"] for low, high in pairwise(tiers))


@step("fetch_long_short_ratio_history")
async def fetch_long_short_ratio_history(t):
    assert await t.client.fetch_long_short_ratio_history(PAIR, "5m")


@step("fetch_trading_fee")
async def fetch_trading_fee(t):
    fee = await t.client.fetch_trading_fee(PAIR)
    assert 0 < fee["maker"] < fee["taker"] < 0.01


@step("fetch_trading_fees")
async def fetch_trading_fees(t):
    fees = await t.client.fetch_trading_fees({"productType": "USDT-FUTURES"})
    assert 0 < fees[PAIR]["maker"] < fees[PAIR]["taker"]


# The account


@step("fetch_balance")
async def fetch_balance(t):
    balance = (await t.client.fetch_balance())["USDT"]
    assert balance["total"] > 900_000 and 0 < balance["free"] <= balance["total"]


@step("fetch_position")
async def fetch_position(t):
    await t.enter()
    try:
        position = await t.client.fetch_position(PAIR)
        assert (position["contracts"], position["side"], position["hedged"]) == (AMOUNT, "long", t.hedge)
        assert position["entryPrice"] > 0
        assert position["marginMode"] == "cross" and position["initialMargin"] > 0
    finally:
        await t.leave()


@step("fetch_positions")
async def fetch_positions(t):
    assert await t.client.fetch_positions() == []
    await t.enter("sell")
    try:
        (position,) = await t.client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (PAIR, "short", AMOUNT)
    finally:
        await t.leave()


@step("fetch_position_history")
async def fetch_position_history(t):
    rows = await t.client.fetch_position_history(PAIR, limit=20)
    assert len(rows) >= 2 and all(row["symbol"] == PAIR for row in rows)
    assert rows[-1]["side"] in ("long", "short") and rows[-1]["entryPrice"] > 0


@step("fetch_positions_history")
async def fetch_positions_history(t):
    assert len(await t.client.fetch_positions_history(limit=20)) >= 2


@step("fetch_ledger")
async def fetch_ledger(t):
    await t.client.fetch_currencies()
    rows = await t.client.fetch_ledger(None, limit=50)
    assert any(row["type"] == "trade" or row["info"]["businessType"] for row in rows)
    assert all(row["currency"] == "USDT" for row in rows)


@step("fetch_funding_history")
async def fetch_funding_history(t):
    assert await t.client.fetch_funding_history(PAIR) == []


@step("fetch_leverage")
async def fetch_leverage(t):
    leverage = await t.client.fetch_leverage(PAIR)
    assert leverage["longLeverage"] >= 1 and leverage["marginMode"] == "cross"


@step("set_leverage")
async def set_leverage(t):
    await t.client.set_leverage(7, PAIR)
    assert (await t.client.fetch_leverage(PAIR))["longLeverage"] == 7
    await t.client.set_leverage(20, PAIR)
    await refused("4", t.client.set_leverage(1000, PAIR))


@step("fetch_margin_mode")
async def fetch_margin_mode(t):
    assert (await t.client.fetch_margin_mode(PAIR))["marginMode"] == "cross"


@step("set_margin_mode")
async def set_margin_mode(t):
    for mode in ("isolated", "cross"):
        await t.client.set_margin_mode(mode, PAIR)
        assert (await t.client.fetch_margin_mode(PAIR))["marginMode"] == mode


@step("set_margin_mode (locked)")
async def set_margin_mode_locked(t):
    order = await t.rest()
    await refused("45117", t.client.set_margin_mode("isolated", PAIR))
    await t.client.cancel_order(order["id"], PAIR)


@step("set_leverage (isolated)")
async def set_leverage_isolated(t):
    await t.client.set_margin_mode("isolated", PAIR)
    sides = ("long", "short") if t.hedge else (None,)
    for side in sides:
        await t.client.set_leverage(11, PAIR, {"holdSide": side} if side else {})
    leverage = await t.client.fetch_leverage(PAIR)
    assert (leverage["longLeverage"], leverage["shortLeverage"]) == (11, 11), leverage
    await t.client.set_margin_mode("cross", PAIR)


@step("set_position_mode")
async def set_position_mode(t):
    for hedged in (not t.hedge, t.hedge):
        await t.client.set_position_mode(hedged, PAIR)


@step("set_position_mode (locked)")
async def set_position_mode_locked(t):
    order = await t.rest()
    await refused("40920", t.client.set_position_mode(not t.hedge, PAIR))
    await t.client.cancel_order(order["id"], PAIR)


async def isolated_margin(t, act, grows):
    """Add to or take from an isolated position's margin; ccxt leaves the amount and side to `params`."""
    await t.client.set_margin_mode("isolated", PAIR)
    try:
        before = await t.enter(marginMode="isolated")
        result = await act()
        assert result["status"] == "ok"
        after = await t.position()
        assert (after["collateral"] > before["collateral"]) is grows, (
            before["collateral"],
            after["collateral"],
        )
    finally:
        await t.leave()
        await t.client.set_margin_mode("cross", PAIR)


@step("add_margin")
async def add_margin(t):
    side = {"holdSide": "long", "amount": "5"}
    client = t.client
    # ccxt omits the side that it asks for; the exchange wants it in hedge mode only.
    await isolated_margin(t, lambda: client.add_margin(PAIR, 5, side), True)


@step("reduce_margin")
async def reduce_margin(t):
    client = t.client

    async def act():
        await client.add_margin(PAIR, 50, {"holdSide": "long", "amount": "50"})
        return await client.reduce_margin(PAIR, -20, {"holdSide": "long", "amount": "-20"})

    await isolated_margin(t, act, True)


# Orders


@step("create_order (limit)")
async def create_limit(t):
    placed = await t.rest()
    order = await t.order(placed["id"], "open")
    assert (order["side"], order["amount"], order["filled"], order["type"]) == ("buy", AMOUNT, 0, "limit")
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (limit sell)")
async def create_limit_sell(t):
    placed = await t.rest("sell", 0.02)
    assert (await t.order(placed["id"], "open"))["side"] == "sell"
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_limit_order")
async def create_limit_order(t):
    placed = await t.client.create_limit_order(PAIR, "buy", AMOUNT, await t.price(-0.02), t.words())
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (market)")
async def create_market(t):
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, t.words())
    order = await t.order(placed["id"], "closed")
    assert (order["filled"], order["remaining"]) == (AMOUNT, 0) and order["average"] > 0
    assert order["fee"]["cost"] > 0
    await t.leave()


@step("create_market_order")
async def create_market_order(t):
    placed = await t.client.create_market_order(PAIR, "sell", AMOUNT, None, t.words())
    assert (await t.order(placed["id"], "closed"))["filled"] == AMOUNT
    await t.leave()


@step("create_order (clientOrderId)")
async def create_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    assert placed["clientOrderId"] == name
    await refused("45034", t.rest(clientOrderId=name))
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (post only)")
async def create_post_only(t):
    placed = await t.rest(postOnly=True)
    assert (await t.order(placed["id"], "open"))["postOnly"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (post only that would take)")
async def create_post_only_taker(t):
    placed = await t.rest(away=0.005, postOnly=True)
    order = await t.order(placed["id"], "canceled", "rejected")
    assert order["filled"] == 0


@step("create_post_only_order")
async def create_post_only_order(t):
    price = await t.price(-0.02)
    placed = await t.client.create_post_only_order(PAIR, "limit", "buy", AMOUNT, price, t.words())
    await t.client.cancel_order(placed["id"], PAIR)


@step("create_order (immediate or cancel)")
async def create_ioc(t):
    placed = await t.rest(timeInForce="IOC")
    order = await t.order(placed["id"], "canceled")
    assert order["filled"] == 0 and order["timeInForce"] == "IOC"


@step("create_order (fill or kill)")
async def create_fok(t):
    placed = await t.rest(away=0.005, timeInForce="FOK")
    assert (await t.order(placed["id"], "closed"))["filled"] == AMOUNT
    await t.leave()


@step("create_order (reduce only)")
async def create_reduce_only(t):
    await t.enter()
    await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, t.words(reduceOnly=True))
    await t.flat()


@step("create_order (reduce only, limit)")
async def create_reduce_only_limit(t):
    await t.enter()
    placed = await t.rest("sell", 0.02, reduceOnly=True)
    order = await t.order(placed["id"], "open")
    assert order["reduceOnly"] and order["side"] == "sell", (order["reduceOnly"], order["side"])
    await t.client.cancel_order(placed["id"], PAIR)
    await t.leave()


@step("create_order (reduce only without a position)")
async def create_reduce_only_flat(t):
    await refused("2", t.rest("sell", 0.02, reduceOnly=True))


@step("create_order (shaped for the other position mode)")
async def create_other_mode(t):
    words = {} if t.hedge else {"hedged": True}
    await refused("40774", t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words))


@step("create_order (too small)")
async def create_too_small(t):
    price = await t.price(-0.02)
    small = {"size": "0.000001", **t.words()}
    await refused("4", t.client.create_order(PAIR, "limit", "buy", AMOUNT, price, small))


@step("create_order (more than the balance)")
async def create_too_large(t):
    await refused("40762", t.client.create_order(PAIR, "limit", "buy", 900, await t.price(-0.02), t.words()))


@step("create_order (isolated)")
async def create_isolated(t):
    await t.client.set_margin_mode("isolated", PAIR)
    position = await t.enter(marginMode="isolated")
    assert position["marginMode"] == "isolated"
    assert 0 < position["liquidationPrice"] < position["entryPrice"]
    await t.leave()
    await t.client.set_margin_mode("cross", PAIR)


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


@step("create_orders")
async def create_orders(t):
    price = await t.price(-0.02)
    wanted = {"symbol": PAIR, "type": "limit", "side": "buy", "amount": AMOUNT, "params": t.words()}
    placed = await t.client.create_orders([{**wanted, "price": price}, {**wanted, "price": price - 10}])
    assert len({order["id"] for order in placed}) == 2
    await t.client.cancel_orders([order["id"] for order in placed], PAIR)


async def edited(t, placed, new, **expected):
    """The order that took the old one's place; the reply knows its client id only."""
    order = await t.until(
        lambda: successor(t, new["clientOrderId"]),
        lambda order: order is not None and order["status"] == "open",
    )
    assert (await t.order(placed["id"], "canceled"))["id"] != order["id"]
    for name, value in expected.items():
        assert order[name] == value, (name, order[name], value)
    await t.client.cancel_order(order["id"], PAIR)


async def successor(t, client_id):
    """The order of that client id, None while there is none."""
    try:
        return await t.client.fetch_order("", PAIR, {"clientOrderId": client_id})
    except ccxt.async_support.OrderNotFound:
        return None


@step("edit_order")
async def edit_order(t):
    placed = await t.rest()
    price = await t.price(-0.03)
    new = await t.client.edit_order(placed["id"], PAIR, "limit", "buy", 0.02, price)
    await edited(t, placed, new, price=price, amount=0.02)


@step("edit_order (clientOrderId)")
async def edit_by_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    price = await t.price(-0.03)
    new = await t.client.edit_order("", PAIR, "limit", "buy", 0.02, price, {"clientOrderId": name})
    await edited(t, placed, new, price=price)


@step("edit_order (stop loss)")
async def edit_stop_loss(t):
    placed = await t.rest()
    stop = await t.price(-0.06)
    await t.client.edit_order(
        placed["id"], PAIR, "limit", "buy", None, None, {"stopLoss": {"triggerPrice": stop}}
    )
    order = await t.until(
        lambda: t.client.fetch_order(placed["id"], PAIR), lambda order: order["stopLossPrice"] == stop
    )
    await t.client.cancel_order(order["id"], PAIR)


@step("edit_order (trigger)")
async def edit_trigger(t):
    placed = await t.client.create_order(
        PAIR, "market", "buy", AMOUNT, None, t.words(triggerPrice=await t.price(-0.03))
    )
    trigger = await t.price(-0.04)
    await t.client.edit_order(placed["id"], PAIR, "market", "buy", 0.02, None, {"triggerPrice": trigger})
    plan = await planned(t, placed)
    assert (plan["triggerPrice"], plan["amount"]) == (trigger, 0.02)


@step("edit_order (stopLossPrice)")
async def edit_stop_loss_price(t):
    await t.enter()
    words = t.words(stopLossPrice=await t.price(-0.03), planType="loss_plan")
    placed = await t.client.create_order(PAIR, "market", "sell", AMOUNT, None, words)
    trigger = await t.price(-0.04)
    await t.client.edit_order(placed["id"], PAIR, "market", "sell", AMOUNT, None, {"stopLossPrice": trigger})
    assert (await planned(t, placed, "profit_loss"))["triggerPrice"] == trigger
    await t.leave()


@step("edit_order (trailing)")
async def edit_trailing(t):
    words = t.words(trailingPercent="1.5", trailingTriggerPrice=await t.price(-0.02))
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    trigger = await t.price(-0.03)
    words = {"trailingPercent": "2", "trailingTriggerPrice": trigger}
    await t.client.edit_order(placed["id"], PAIR, "market", "buy", 0.02, None, words)
    plan = await planned(t, placed, "track_plan")
    assert (float(plan["info"]["triggerPrice"]), float(plan["info"]["callbackRatio"])) == (trigger, 2.0)


@step("cancel_order")
async def cancel_order(t):
    placed = await t.rest()
    await t.client.cancel_order(placed["id"], PAIR)
    assert (await t.order(placed["id"], "canceled"))["filled"] == 0


@step("cancel_order (clientOrderId)")
async def cancel_by_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    await t.client.cancel_order("", PAIR, {"clientOrderId": name})
    await t.order(placed["id"], "canceled")


@step("cancel_order (unknown)")
async def cancel_unknown(t):
    await refused("40768", t.client.cancel_order("1100000000000000001", PAIR))


@step("cancel_orders")
async def cancel_orders(t):
    placed = [(await t.rest())["id"] for _ in range(2)]
    cancelled = await t.client.cancel_orders(placed, PAIR)
    assert {order["id"] for order in cancelled} == set(placed)


@step("cancel_orders (trigger)")
async def cancel_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))
    placed = [
        (await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words))["id"] for _ in range(2)
    ]
    cancelled = await t.client.cancel_orders(placed, PAIR, {"trigger": True})
    assert {order["id"] for order in cancelled} == set(placed)


@step("cancel_all_orders")
async def cancel_all_orders(t):
    placed = {(await t.rest())["id"] for _ in range(3)}
    assert {order["id"] for order in await t.client.cancel_all_orders(PAIR)} == placed
    assert await t.client.fetch_open_orders(PAIR) == []


@step("cancel_all_orders (trigger)")
async def cancel_all_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))
    for _ in range(2):
        await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    assert len(await t.client.cancel_all_orders(PAIR, {"trigger": True})) == 2
    assert await t.plans() == []


@step("close_position")
async def close_position(t):
    await t.enter()
    closed = await t.client.close_position(PAIR)
    assert closed["id"]
    await t.flat()


@step("close_position (side)")
async def close_position_side(t):
    await t.enter("sell")
    await t.client.close_position(PAIR, "short" if t.hedge else "sell")
    await t.flat()


@step("close_all_positions")
async def close_all_positions(t):
    await t.enter()
    await t.client.create_order(OTHER, "market", "sell", 0.5, None, t.words())
    await t.until(t.client.fetch_positions, lambda rows: len(rows) == 2)
    assert len(await t.client.close_all_positions()) == 2
    await t.until(t.client.fetch_positions, lambda rows: rows == [])


@step("fetch_order")
async def fetch_order(t):
    placed = await t.rest()
    order = await t.client.fetch_order(placed["id"], PAIR)
    assert order["id"] == placed["id"] and order["symbol"] == PAIR and order["timestamp"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("fetch_order (clientOrderId)")
async def fetch_order_client_id(t):
    name = f"judge-{t.client.milliseconds()}"
    placed = await t.rest(clientOrderId=name)
    assert (await t.client.fetch_order("", PAIR, {"clientOrderId": name}))["id"] == placed["id"]
    await t.client.cancel_order(placed["id"], PAIR)


@step("fetch_order (unknown)")
async def fetch_unknown_order(t):
    await refused("40109", t.client.fetch_order("1100000000000000001", PAIR))


@step("fetch_open_orders")
async def fetch_open_orders(t):
    assert await t.client.fetch_open_orders(PAIR) == []
    placed = await t.rest()
    for symbol in (PAIR, None):
        assert [order["id"] for order in await t.client.fetch_open_orders(symbol)] == [placed["id"]]
    await t.client.cancel_order(placed["id"], PAIR)


@step("fetch_open_orders (trigger)")
async def fetch_open_trigger_orders(t):
    words = t.words(triggerPrice=await t.price(-0.03))
    placed = await t.client.create_order(PAIR, "market", "buy", AMOUNT, None, words)
    (plan,) = await t.client.fetch_open_orders(PAIR, params={"trigger": True})
    assert plan["id"] == placed["id"] and plan["status"] == "open", plan["status"]
    await t.client.cancel_order(placed["id"], PAIR, {"trigger": True})


@step("fetch_open_orders (trailing)")
async def fetch_open_trailing_orders(t):
    assert await t.client.fetch_open_orders(PAIR, params={"trailing": True}) == []


@step("fetch_open_orders (profit_loss)")
async def fetch_open_profit_loss(t):
    assert await t.client.fetch_open_orders(PAIR, params={"planType": "profit_loss"}) == []


@step("fetch_closed_orders")
async def fetch_closed_orders(t):
    orders = await t.client.fetch_closed_orders(PAIR, limit=100)
    assert orders and {order["status"] for order in orders} == {"closed"}


@step("fetch_closed_orders (since, until)")
async def fetch_closed_orders_span(t):
    now = t.client.milliseconds()
    orders = await t.client.fetch_closed_orders(PAIR, now - 3_600_000, 5, {"until": now})
    assert 0 < len(orders) <= 5
    assert await t.client.fetch_closed_orders(PAIR, now - 7_200_000, 5, {"until": now - 3_600_000}) == []


@step("fetch_canceled_orders")
async def fetch_canceled_orders(t):
    orders = await t.client.fetch_canceled_orders(PAIR, limit=100)
    assert orders and {order["status"] for order in orders} == {"canceled"}


@step("fetch_canceled_and_closed_orders")
async def fetch_canceled_and_closed_orders(t):
    orders = await t.client.fetch_canceled_and_closed_orders(PAIR, limit=100)
    assert {order["status"] for order in orders} >= {"canceled", "closed"}


@step("fetch_canceled_and_closed_orders (idLessThan)")
async def fetch_second_page(t):
    """ccxt's own `paginate` looks for `endId` in each row, where none is, and stops after one page."""
    first = await t.client.fetch_canceled_and_closed_orders(PAIR, limit=5)
    oldest = min(first, key=lambda order: int(order["id"]))["id"]
    second = await t.client.fetch_canceled_and_closed_orders(PAIR, limit=5, params={"idLessThan": oldest})
    assert len(first) == len(second) == 5
    assert all(int(order["id"]) < int(oldest) for order in second)


@step("fetch_canceled_and_closed_orders (trigger)")
async def fetch_trigger_history(t):
    orders = await t.client.fetch_canceled_and_closed_orders(PAIR, params={"trigger": True})
    assert {order["status"] for order in orders} >= {"canceled", "closed"}, {
        order["status"] for order in orders
    }


@step("fetch_canceled_and_closed_orders (trailing)")
async def fetch_trailing_history(t):
    assert await t.client.fetch_canceled_and_closed_orders(PAIR, params={"trailing": True})


@step("fetch_canceled_and_closed_orders (profit_loss)")
async def fetch_profit_loss_history(t):
    params = {"trigger": True, "planType": "profit_loss"}
    assert await t.client.fetch_canceled_and_closed_orders(PAIR, params=params)


@step("fetch_my_trades")
async def fetch_my_trades(t):
    trades = await t.client.fetch_my_trades(PAIR, limit=100)
    assert trades and all(trade["fee"]["cost"] > 0 and trade["order"] for trade in trades)
    assert {trade["takerOrMaker"] for trade in trades} <= {"taker", "maker"}


@step("fetch_my_trades (since)")
async def fetch_my_trades_since(t):
    now = t.client.milliseconds()
    assert await t.client.fetch_my_trades(PAIR, now - 3_600_000, 10, {"until": now})


@step("fetch_my_trades (history)")
async def fetch_my_trades_history(t):
    params = {"productType": "USDT-FUTURES", "symbol": "BTCUSDT"}
    reply = await t.client.privateMixGetV2MixOrderFillHistory(params)
    assert reply["data"]["fillList"]


async def main() -> None:
    task = read_task()
    trader = Trader(ccxt.async_support, task)
    tell({"surface": sorted(name for name, offered in trader.client.has.items() if offered)})
    try:
        await step.run(trader, task["mode"], refusal, trader.tidy)
    finally:
        await trader.client.close()


asyncio.run(main())
