"""ccxt's methods about the market."""

import time
from itertools import pairwise

from ccxt_trader import OTHER, PAIR
from steps import Steps

step = Steps()


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
