"""typed-bitget's calls about the market."""

import time

from steps import Steps
from typed_trader import PAIR, PRODUCT, SYMBOL

step = Steps()


@step("common.time")
async def common_time(t):
    server_time = (await t.common.time())["serverTime"]
    assert abs(server_time.timestamp() - time.time()) < 5


@step("mix.market.contracts")
async def contracts(t):
    assert len(await t.mix.market.contracts(PRODUCT)) == 2


@step("mix.market.ticker")
async def ticker(t):
    (row,) = await t.mix.market.ticker(SYMBOL, product_type=PRODUCT)
    assert row["bidPr"] < row["askPr"]


@step("mix.market.tickers")
async def tickers(t):
    assert len(await t.mix.market.tickers(PRODUCT)) == 2


@step("mix.market.orderbook")
async def orderbook(t):
    book = await t.mix.market.orderbook(SYMBOL, product_type=PRODUCT, limit="50")
    assert len(book["bids"]) == 50


@step("mix.market.symbol_price")
async def symbol_price(t):
    assert await t.mix.market.symbol_price(SYMBOL, product_type=PRODUCT)


@step("mix.market.position_tier")
async def position_tier(t):
    assert await t.mix.market.position_tier(PRODUCT, symbol=SYMBOL)


@step("mix.market.vip_fee_rate")
async def vip_fee_rate(t):
    assert await t.mix.market.vip_fee_rate()


@step("mix.market.discount_rate")
async def discount_rate(t):
    assert await t.mix.market.discount_rate() is not None


for name in ("recent", "history", "history_index", "history_mark"):

    @step(f"mix.market.candles.{name}")
    async def candles(t, name=name):
        read = getattr(t.mix.market.candles, name)
        assert len(await read(SYMBOL, product_type=PRODUCT, granularity="1m", limit=10)) == 10


@step("mix.market.funding.current_rate")
async def current_rate(t):
    assert len(await t.mix.market.funding.current_rate(SYMBOL, product_type=PRODUCT)) == 1


@step("mix.market.funding.current_rate (all)")
async def current_rates(t):
    assert len(await t.mix.market.funding.current_rate(product_type=PRODUCT)) == 2


@step("mix.market.funding.time")
async def funding_time(t):
    assert await t.mix.market.funding.time(SYMBOL, product_type=PRODUCT)


@step("mix.market.funding.rate_history")
async def rate_history(t):
    rows = await t.mix.market.funding.rate_history(SYMBOL, product_type=PRODUCT, page_size=10)
    assert len(rows) == 10


@step("mix.recent_trades")
async def recent_trades(t):
    assert await t.mix.recent_trades(SYMBOL, product_type=PRODUCT, limit=20)


@step("mix.historic_trades")
async def historic_trades(t):
    assert await t.mix.historic_trades(**PAIR, limit=20)


@step("mix.open_interest")
async def open_interest(t):
    assert (await t.mix.open_interest(SYMBOL, product_type=PRODUCT))["openInterestList"]


@step("mix.oi_limit")
async def oi_limit(t):
    assert await t.mix.oi_limit(PRODUCT, symbol=SYMBOL)


@step("mix.interest_exchange_rate")
async def interest_exchange_rate(t):
    assert await t.mix.interest_exchange_rate() is not None


@step("mix.union_interest_rate_history")
async def union_interest_rate_history(t):
    assert await t.mix.union_interest_rate_history("USDT")
