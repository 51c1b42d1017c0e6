"""Unmodified ccxt against REST: every route, values compared with the venue's own ledger."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.sim.facts import Direction, HoldSide, PositionMode
from omega_tui.sim.server import SimServer
from omega_tui.sim.venue.ledger import LedgerOrder
from tests.sim.protocol.scripted import BTC, BTC_ASKS, BTC_BIDS, trade

PAIR, OTHER = "BTC/USDT:USDT", "ETH/USDT:USDT"
Connect = Callable[..., Any]


@pytest.fixture
def trader(connected: Connect, ccxt_async: Any, moded_server: SimServer) -> Any:
    return connected(ccxt_async, moded_server)


@pytest.fixture
def reader(connected: Connect, ccxt_async: Any, server: SimServer) -> Any:
    return connected(ccxt_async, server)


def hedge_words(mode: PositionMode, **words: object) -> dict[str, object]:
    """The parameters that ccxt needs to speak to an account of this mode."""
    return {**words, "hedged": True} if mode is PositionMode.HEDGE else words


def same(given: Any, expected: Decimal | None) -> bool:
    """Whether ccxt's float is the ledger's exact number."""
    return given == (None if expected is None else float(expected))


async def test_the_probe_keeps_ccxt_classic(connected: Connect, ccxt_async: Any, server: SimServer) -> None:
    """Left to itself ccxt asks whether the account is unified; any success would send it elsewhere."""
    client = connected(ccxt_async, server, uta=None)
    balance = await client.fetch_balance()
    assert client.options["uta"] is False
    assert balance["USDT"]["total"] == 1_000_000


async def test_markets(reader: Any, server: SimServer) -> None:
    await reader.load_markets()
    assert set(reader.markets) == {PAIR, OTHER}
    market, contract = reader.market(PAIR), server.exchange.venue.contract(BTC)
    assert (market["id"], market["active"], market["swap"], market["linear"]) == (BTC, True, True, True)
    assert (market["precision"]["price"], market["precision"]["amount"]) == (0.1, 0.0001)
    assert same(market["maker"], contract.maker_fee_rate)
    assert same(market["taker"], contract.taker_fee_rate)
    assert same(market["limits"]["amount"]["min"], contract.min_trade_num)
    assert same(market["limits"]["cost"]["min"], contract.min_trade_usdt)
    assert market["limits"]["leverage"] == {"min": 1, "max": 125}


async def test_time_and_tickers(reader: Any, server: SimServer) -> None:
    exchange, state = server.exchange, server.exchange.venue.ticker(BTC)
    assert abs(await reader.fetch_time() - exchange.clock.now_ms()) < 2_000
    tickers = await reader.fetch_tickers([PAIR, OTHER])
    for ticker in (await reader.fetch_ticker(PAIR), tickers[PAIR]):
        assert same(ticker["last"], state.last)
        assert same(ticker["bid"], state.bid)
        assert same(ticker["askVolume"], state.ask_size)
        assert same(ticker["high"], state.high_24h)
        assert same(ticker["baseVolume"], state.base_volume_24h)
        assert same(ticker["markPrice"], state.mark)
        assert same(ticker["indexPrice"], state.index)
        assert ticker["timestamp"] == state.ts
        assert ticker["percentage"] == pytest.approx(float(state.change or 0) * 100, abs=0.001)
    assert same((await reader.fetch_mark_price(PAIR))["markPrice"], state.mark)


async def test_book_trades_and_candles(reader: Any, server: SimServer) -> None:
    exchange = server.exchange
    book = await reader.fetch_order_book(PAIR, 100)
    assert book["bids"] == [[float(price), float(size)] for price, size in BTC_BIDS]
    assert book["asks"] == [[float(price), float(size)] for price, size in BTC_ASKS]
    exchange.apply(trade(BTC, exchange.clock.now_ms(), "60123.5", "0.125", 1, Direction.SELL))
    newest = (await reader.fetch_trades(PAIR, limit=10))[-1]
    assert (newest["price"], newest["amount"], newest["side"]) == (60123.5, 0.125, "sell")
    assert newest["id"] == exchange.recent_trades(BTC)[0].trade_id
    for timeframe, granularity in (
        ("1m", "1m"),
        ("1h", "1H"),
        ("6h", "6Hutc"),
        ("1d", "1Dutc"),
        ("1w", "1Wutc"),
    ):
        rows = exchange.candles.rows(BTC, granularity, 1 << 53, 20)
        candles = await reader.fetch_ohlcv(PAIR, timeframe, limit=20)
        expected = [[row[0], *map(float, row[1:6])] for row in rows]
        assert candles == (expected if timeframe != "1w" else expected[-13:]), "ccxt asks for 90 days at most"
    since = exchange.candles.rows(BTC, "1m", 1 << 53, 30)[0][0]
    assert len(await reader.fetch_ohlcv(PAIR, "1m", since=since, limit=5)) == 5


async def test_candles_of_other_prices_and_the_past_of_funding(reader: Any, server: SimServer) -> None:
    """ccxt asks the same route by kLineType, or its own history route once a span is given."""
    since = server.exchange.clock.now_ms() - 600_000
    for kind, price in (("mark", 60001.5), ("index", 60002.2)):
        forming = (await reader.fetch_ohlcv(PAIR, "1m", limit=5, params={"price": kind}))[-1]
        assert forming[4] == price
        assert forming[5] == 0
        span = {"price": kind, "until": since + 300_000}
        past = await reader.fetch_ohlcv(PAIR, "1m", since=since, params=span)
        assert past
        assert all(since <= candle[0] <= since + 300_000 and candle[5] == 0 for candle in past)
    rates = await reader.fetch_funding_rate_history(PAIR, limit=30)
    assert len(rates) == 30
    assert [rate["timestamp"] for rate in rates] == sorted(rate["timestamp"] for rate in rates)
    assert rates[-1]["fundingRate"] == 0.000001


async def test_funding_interest_tiers_and_fees(reader: Any, server: SimServer) -> None:
    venue = server.exchange.venue
    state, contract = venue.ticker(BTC), venue.contract(BTC)
    funding = await reader.fetch_funding_rate(PAIR)
    assert same(funding["fundingRate"], state.funding_rate)
    assert funding["fundingTimestamp"] == state.next_funding_ms
    assert (await reader.fetch_funding_interval(PAIR))["interval"] == "8h"
    assert same((await reader.fetch_open_interest(PAIR))["openInterestAmount"], state.open_interest)
    tiers = await reader.fetch_market_leverage_tiers(PAIR)
    assert [(tier["maxLeverage"], tier["maxNotional"]) for tier in tiers] == [
        (tier.leverage, float(tier.end_unit)) for tier in contract.tiers
    ]
    fee = await reader.fetch_trading_fee(PAIR)
    assert (same(fee["maker"], contract.maker_fee_rate), same(fee["taker"], contract.taker_fee_rate)) == (
        True,
        True,
    )


def check_order(told: Any, order: LedgerOrder) -> None:
    """ccxt's reading of an order equals the ledger's record."""
    statuses = {"live": "open", "partially_filled": "open", "filled": "closed", "canceled": "canceled"}
    assert (told["id"], told["clientOrderId"]) == (order.order_id, order.client_oid)
    assert told["status"] == statuses[order.status]
    assert told["type"] == order.order_type
    assert told["side"] == order.direction
    assert same(told["amount"], order.size)
    assert same(told["filled"], order.filled)
    assert same(told["remaining"], order.size - order.filled)
    assert told["timestamp"] == order.created_ms
    if order.price is not None:
        assert same(told["price"], order.price)
    if order.average_price is not None:
        assert same(told["average"], order.average_price)
        assert told["fee"]["cost"] == pytest.approx(float(-order.fee), abs=1e-8)


async def test_an_order_is_placed_shown_and_cancelled(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    venue = moded_server.exchange.venue
    words = hedge_words(mode, clientOrderId="mine-1", postOnly=True)
    placed = await trader.create_order(PAIR, "limit", "buy", 0.01, 59_000, words)
    order = venue.pending(BTC)[0]
    assert (placed["id"], placed["clientOrderId"]) == (order.order_id, "mine-1")
    check_order((await trader.fetch_open_orders(PAIR))[0], order)
    check_order((await trader.fetch_open_orders())[0], order)
    check_order(await trader.fetch_order(placed["id"], PAIR), order)
    assert (await trader.fetch_order(placed["id"], PAIR))["postOnly"] is True
    await trader.cancel_order(placed["id"], PAIR)
    assert venue.pending() == []
    check_order((await trader.fetch_canceled_orders(PAIR))[0], venue.finished(BTC)[0])
    assert await trader.fetch_open_orders(PAIR) == []


async def test_a_market_order_fills_through_the_book(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    """2 at 60000.5, 2.25 at 60001, 0.75 at 60001.5: hand-computed average, fee and cost."""
    venue = moded_server.exchange.venue
    placed = await trader.create_order(PAIR, "market", "buy", 5, None, hedge_words(mode))
    order = venue.order(BTC, placed["id"], None)
    assert order is not None
    quote = Decimal("2") * Decimal("60000.5") + Decimal("2.25") * 60001 + Decimal("0.75") * Decimal("60001.5")
    assert order.filled_quote == quote
    check_order(await trader.fetch_order(placed["id"], PAIR), order)
    check_order((await trader.fetch_closed_orders(PAIR))[0], order)
    trades = await trader.fetch_my_trades(PAIR)
    fills = venue.fills(BTC)
    assert len(trades) == len(fills) == 3
    for told, fill in zip(trades, reversed(fills), strict=True):
        assert (told["id"], told["order"], told["side"]) == (fill.trade_id, fill.order_id, "buy")
        assert same(told["price"], fill.price)
        assert same(told["amount"], fill.size)
        assert told["takerOrMaker"] == "taker"
        assert told["fee"]["cost"] == pytest.approx(float(-fill.fee), abs=1e-8)
    assert sum(told["fee"]["cost"] for told in trades) == pytest.approx(float(quote * Decimal("0.0006")))


async def test_positions_and_money_are_the_ledgers(
    trader: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    venue = moded_server.exchange.venue
    await trader.create_order(PAIR, "market", "sell", 1.5, None, hedge_words(mode))
    await trader.create_order(PAIR, "limit", "buy", 0.5, 58_000, hedge_words(mode))
    held = venue.positions(BTC)[0]
    (listed,) = await trader.fetch_positions()
    for told in (listed, await trader.fetch_position(PAIR)):
        assert (told["symbol"], told["side"], told["marginMode"]) == (PAIR, "short", "cross")
        assert told["hedged"] is (mode is PositionMode.HEDGE)
        assert same(told["contracts"], held.size)
        assert same(told["entryPrice"], held.open_price_average)
        assert same(told["markPrice"], held.mark_price)
        assert same(told["unrealizedPnl"], held.unrealized)
        assert same(told["leverage"], Decimal(held.leverage))
        assert same(told["initialMargin"], held.margin)
        assert same(told["maintenanceMarginPercentage"], held.keep_margin_rate)
        assert told["liquidationPrice"] == pytest.approx(float(held.liquidation_price or 0))
        assert told["timestamp"] == held.created_ms
    account = venue.account()
    balance = (await trader.fetch_balance())["USDT"]
    assert balance["total"] == pytest.approx(float(account.equity), abs=1e-8)
    assert balance["free"] == pytest.approx(float(account.transferable), abs=1e-8)
    assert account.equity == account.balance + held.unrealized


async def test_positions_close(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    """Selling a long: in hedge mode the wire says buy and close, and ccxt must still read a sale."""
    venue = moded_server.exchange.venue
    await trader.create_order(PAIR, "market", "buy", 1, None, hedge_words(mode))
    closing = await trader.create_order(
        PAIR, "market", "sell", 0.25, None, hedge_words(mode, reduceOnly=True)
    )
    order = venue.order(BTC, closing["id"], None)
    assert order is not None
    assert (order.direction, order.profit) == (Direction.SELL, Decimal("-0.125"))
    assert venue.positions(BTC)[0].size == Decimal("0.75")
    check_order(await trader.fetch_order(closing["id"], PAIR), order)
    assert (await trader.fetch_order(closing["id"], PAIR))["reduceOnly"] is True
    told = (await trader.fetch_my_trades(PAIR))[-1]
    assert told["order"] == closing["id"]
    flattened = await trader.close_position(PAIR)
    assert flattened["id"] == venue.finished(BTC)[0].order_id
    assert venue.positions() == []
    assert await trader.fetch_positions() == []


async def test_hedge_sides_live_side_by_side(connected: Connect, ccxt_async: Any, server: SimServer) -> None:
    client, venue = connected(ccxt_async, server), server.exchange.venue
    await client.set_position_mode(True)
    assert venue.position_mode is PositionMode.HEDGE
    await client.create_order(PAIR, "market", "buy", 1, None, {"hedged": True})
    await client.create_order(PAIR, "market", "sell", 0.5, None, {"hedged": True})
    told = {position["side"]: position["contracts"] for position in await client.fetch_positions()}
    assert told == {"long": 1.0, "short": 0.5}
    await client.create_order(PAIR, "market", "buy", 0.5, None, {"hedged": True, "reduceOnly": True})
    assert [position.hold_side for position in venue.positions(BTC)] == [HoldSide.LONG]
    await client.close_position(PAIR, "long")
    assert venue.positions() == []
    await client.set_position_mode(False)
    assert venue.position_mode is PositionMode.ONE_WAY


async def test_orders_of_the_wrong_mode_are_refused(
    trader: Any, ccxt_async: Any, moded_server: SimServer, mode: PositionMode
) -> None:
    """The most common mistake of clients, and one that would trade the wrong way."""
    wrong = {} if mode is PositionMode.HEDGE else {"hedged": True}
    with pytest.raises(ccxt_async.InvalidOrder, match="40774"):
        await trader.create_order(PAIR, "limit", "buy", 0.01, 59_000, wrong)
    assert moded_server.exchange.venue.pending() == []


async def test_settings(reader: Any, ccxt_async: Any, server: SimServer) -> None:
    venue = server.exchange.venue
    await reader.set_leverage(20, PAIR)
    assert venue.leverage(BTC).crossed_leverage == 20
    assert (await reader.fetch_leverage(PAIR))["longLeverage"] == 20
    await reader.set_margin_mode("isolated", PAIR)
    assert (await reader.fetch_margin_mode(PAIR))["marginMode"] == "isolated"
    await reader.set_leverage(7, PAIR)
    assert venue.leverage(BTC).long_leverage == 7
    await reader.create_order(PAIR, "market", "buy", 0.1, None, {"marginMode": "isolated"})
    assert (await reader.fetch_position(PAIR))["marginMode"] == "isolated"
    with pytest.raises(ccxt_async.ExchangeError, match="45117"):
        await reader.set_margin_mode("cross", PAIR)
    with pytest.raises(ccxt_async.ExchangeError, match="40920"):
        await reader.set_position_mode(True)
    with pytest.raises(ccxt_async.ExchangeError, match="45045"):
        await reader.set_leverage(126, PAIR)


async def test_batches(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    one = {"symbol": PAIR, "type": "limit", "side": "buy", "amount": 0.01, "params": hedge_words(mode)}
    placed = await trader.create_orders([{**one, "price": 58_000 + n} for n in range(4)])
    assert {order["id"] for order in placed} == {order.order_id for order in venue.pending()}
    await trader.cancel_orders([placed[0]["id"], placed[2]["id"]], PAIR)
    assert {order.price for order in venue.pending()} == {Decimal(58_001), Decimal(58_003)}
    cancelled = await trader.cancel_all_orders(PAIR)
    assert len(cancelled) == 2
    assert venue.pending() == []


async def test_close_all_positions(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    await trader.create_order(PAIR, "market", "buy", 0.1, None, hedge_words(mode))
    await trader.create_order(OTHER, "market", "sell", 0.1, None, hedge_words(mode))
    closed = await trader.close_all_positions()
    assert len(closed) == 2
    assert venue.positions() == []


async def test_refusals_reach_ccxt_as_its_own_errors(reader: Any, ccxt_async: Any) -> None:
    """A bot acts on these classes."""
    cases: list[tuple[type[Exception], tuple[Any, ...]]] = [
        (ccxt_async.InsufficientFunds, (PAIR, "limit", "buy", 1000, 59_000)),
        (ccxt_async.InvalidOrder, (OTHER, "limit", "buy", 0.001, 2_900)),
        (ccxt_async.ExchangeError, (PAIR, "limit", "buy", 0.01, 90_000)),
    ]
    for error, order in cases:
        with pytest.raises(error):
            await reader.create_order(*order)
    with pytest.raises(ccxt_async.OrderNotFound):
        await reader.fetch_order("1", PAIR)
    with pytest.raises(ccxt_async.OrderNotFound):
        await reader.cancel_order("1", PAIR)
    reader.secret = "wrong"
    with pytest.raises(ccxt_async.AuthenticationError):
        await reader.fetch_balance()


async def test_time_in_force(reader: Any, server: SimServer) -> None:
    venue = server.exchange.venue
    for force, price, filled in (("IOC", 60_000.5, "2"), ("FOK", 60_001, "0"), ("PO", 60_001, "0")):
        placed = await reader.create_order(PAIR, "limit", "buy", 3, price, {"timeInForce": force})
        order = venue.order(BTC, placed["id"], None)
        assert order is not None
        assert (order.status, order.filled) == ("canceled", Decimal(filled))
        check_order(await reader.fetch_order(placed["id"], PAIR), order)
