"""Unmodified ccxt.pro against the streams: every channel, in both position modes, values as in the ledger."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from omega_tui.exchange.bitget.wire import Channel
from omega_tui.sim.facts import Direction, PositionMode
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PATIENCE, until
from tests.sim.protocol.scripted import BTC, BTC_ASKS, BTC_BIDS, delta, trade
from tests.sim.protocol.test_ccxt_rest import OTHER, PAIR, Connect, hedge_words, same


@pytest.fixture
def watcher(connected: Connect, ccxt_pro: Any, server: SimServer) -> Any:
    return connected(ccxt_pro, server)


@pytest.fixture
def trader(connected: Connect, ccxt_pro: Any, moded_server: SimServer) -> Any:
    return connected(ccxt_pro, moded_server)


async def heard(watch: Awaitable[Any]) -> Any:
    """What a watch call returns, within patience."""
    return await asyncio.wait_for(watch, PATIENCE)


async def heard_when(
    server: SimServer, channel: str, watch: Awaitable[Any], act: Callable[[], Awaitable[Any]]
) -> Any:
    """What a watch call returns after `act`, which runs once the channel is subscribed."""
    waiting = asyncio.ensure_future(watch)
    await until(
        lambda: any(topic.channel == channel for topic in server.streams.feeds.topics(Channel(channel)))
    )
    await act()
    return await heard(waiting)


async def test_ticker(watcher: Any, server: SimServer) -> None:
    state = server.exchange.venue.ticker(BTC)
    told = await heard(watcher.watch_ticker(PAIR))
    assert same(told["last"], state.last)
    assert same(told["bid"], state.bid)
    assert same(told["askVolume"], state.ask_size)
    assert same(float(told["info"]["markPrice"]), state.mark)
    assert same(float(told["info"]["indexPrice"]), state.index)
    assert same(told["quoteVolume"], state.quote_volume_24h)
    assert told["timestamp"] == state.ts
    tickers = await heard(watcher.watch_tickers([PAIR, OTHER]))
    assert set(tickers) <= {PAIR, OTHER}


async def test_trades(watcher: Any, server: SimServer) -> None:
    exchange = server.exchange
    told = await heard(watcher.watch_trades(PAIR))
    assert [each["id"] for each in told] == [each.trade_id for each in reversed(exchange.recent_trades(BTC))]
    waiting = asyncio.ensure_future(watcher.watch_trades(PAIR))
    await asyncio.sleep(0)
    exchange.apply(trade(BTC, exchange.clock.now_ms(), "60111.5", "0.125", 5, Direction.SELL))
    newest = (await heard(waiting))[-1]
    assert (newest["price"], newest["amount"], newest["side"]) == (60111.5, 0.125, "sell")


@pytest.mark.parametrize(("timeframe", "granularity"), [("1m", "1m"), ("1h", "1H"), ("1d", "1D")])
async def test_candles(watcher: Any, server: SimServer, timeframe: str, granularity: str) -> None:
    exchange = server.exchange
    rows = exchange.candles.rows(BTC, granularity, 1 << 53, 1000)
    told = await heard(watcher.watch_ohlcv(PAIR, timeframe))
    assert told == [[row[0], *map(float, row[1:6])] for row in rows]
    waiting = asyncio.ensure_future(watcher.watch_ohlcv(PAIR, timeframe))
    await asyncio.sleep(0)
    exchange.apply(trade(BTC, exchange.clock.now_ms(), "61000", "0.5", 6))
    newest = (await heard(waiting))[-1]
    row = exchange.candles.current(BTC, granularity)
    assert row is not None
    assert newest == [row[0], *map(float, row[1:6])]


async def test_book_with_checksums(watcher: Any, server: SimServer) -> None:
    """ccxt verifies every update itself and gives the book up when one is wrong."""
    exchange, random_source = server.exchange, random.Random(3)
    book = await heard(watcher.watch_order_book(PAIR))
    assert [level[:2] for level in book["bids"]] == [[float(price), float(size)] for price, size in BTC_BIDS]
    for turn in range(30):
        waiting = asyncio.ensure_future(watcher.watch_order_book(PAIR))
        await asyncio.sleep(0)
        chosen = random_source.sample(range(40), 8)
        bids = tuple((BTC_BIDS[n][0], random_source.choice(("0", "0.5", "1.25"))) for n in chosen)
        asks = tuple((BTC_ASKS[n][0], random_source.choice(("0", "0.5", "1.25"))) for n in chosen)
        now = exchange.clock.now_ms()
        exchange.apply(delta(BTC, now, (*bids, ("100", str(turn + 1))), asks))
        server.streams.feeds.publish_due(exchange.clock.monotonic() + 10 * (turn + 1))
        book = await heard(waiting)
    shown = exchange.venue.book(BTC)
    assert [level[:2] for level in book["bids"]] == [
        [float(price), float(size)] for price, size in shown.levels(Direction.BUY, 1000)
    ]
    assert [level[:2] for level in book["asks"]] == [
        [float(price), float(size)] for price, size in shown.levels(Direction.SELL, 1000)
    ]


@pytest.mark.parametrize("depth", [1, 5, 15])
async def test_shallow_books(watcher: Any, depth: int) -> None:
    book = await heard(watcher.watch_order_book(PAIR, depth))
    assert [level[:2] for level in book["asks"]] == [
        [float(price), float(size)] for price, size in BTC_ASKS[:depth]
    ]


async def test_orders_and_fills(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    await trader.load_markets()

    async def rest_order() -> None:
        await trader.create_order(PAIR, "limit", "buy", 0.5, 59_000, hedge_words(mode))

    (told,) = await heard_when(moded_server, Channel.ORDERS, trader.watch_orders(), rest_order)
    order = venue.pending()[0]
    assert (told["id"], told["clientOrderId"], told["status"]) == (order.order_id, order.client_oid, "open")
    assert (told["side"], told["price"], told["amount"], told["remaining"]) == ("buy", 59_000, 0.5, 0.5)

    async def buy() -> None:
        await trader.create_order(PAIR, "market", "buy", 1, None, hedge_words(mode))

    (fill,) = await heard_when(moded_server, Channel.FILL, trader.watch_my_trades(), buy)
    ledger = venue.fills()[0]
    assert (fill["id"], fill["order"], fill["side"]) == (ledger.trade_id, ledger.order_id, "buy")
    assert same(fill["price"], ledger.price)
    assert same(fill["amount"], ledger.size)
    assert fill["fee"]["cost"] == pytest.approx(float(-ledger.fee), abs=1e-8)
    last = trader.orders.hashmap[PAIR][ledger.order_id]
    assert (last["status"], last["filled"], last["average"]) == ("closed", 1.0, float(ledger.price))

    async def sell() -> None:
        await trader.create_order(PAIR, "market", "sell", 0.4, None, hedge_words(mode, reduceOnly=True))

    sold = (await heard_when(moded_server, Channel.FILL, trader.watch_my_trades(), sell))[-1]
    assert sold["side"] == "sell", "the fill channel names the true direction in hedge mode too"
    assert same(sold["amount"], venue.fills()[0].size)


async def test_money_and_positions(trader: Any, moded_server: SimServer, mode: PositionMode) -> None:
    venue = moded_server.exchange.venue
    await trader.load_markets()
    flat = await heard(trader.watch_balance())
    assert flat["USDT"]["total"] == 1_000_000
    assert await heard(trader.watch_positions()) == [], "the first push of a flat account is empty"

    async def sell() -> None:
        await trader.create_order(PAIR, "market", "sell", 1.5, None, hedge_words(mode))

    (told,) = await heard_when(moded_server, Channel.POSITIONS, trader.watch_positions(), sell)
    held = venue.positions()[0]
    assert (told["symbol"], told["side"], told["id"]) == (PAIR, "short", held.position_id)
    assert told["hedged"] is (mode is PositionMode.HEDGE)
    assert same(told["contracts"], held.size)
    assert same(told["entryPrice"], held.open_price_average)
    assert same(told["unrealizedPnl"], held.unrealized)
    balance = await heard_when(moded_server, Channel.ACCOUNT, trader.watch_balance(), sell)
    account = venue.account()
    assert balance["USDT"]["total"] == pytest.approx(float(account.equity), abs=1e-8)
    assert balance["USDT"]["free"] == pytest.approx(float(account.transferable), abs=1e-8)

    async def flatten() -> None:
        await trader.close_position(PAIR)

    gone = await heard_when(moded_server, Channel.POSITIONS, trader.watch_positions(), flatten)
    assert venue.positions() == gone == []


async def test_unwatching(watcher: Any, server: SimServer) -> None:
    await heard(watcher.watch_ohlcv(PAIR, "1m"))
    await heard(watcher.un_watch_ohlcv(PAIR, "1m"))
    assert server.streams.feeds.topics(Channel.CANDLE) == []
    await heard(watcher.watch_ticker(PAIR))
    await heard(watcher.un_watch_ticker(PAIR))
    assert server.streams.feeds.topics(Channel.TICKER) == []


async def test_heartbeat(connected: Connect, ccxt_pro: Any, server: SimServer) -> None:
    """ccxt's text ping must be answered, or it drops the connection after two intervals."""
    client = connected(ccxt_pro, server)
    client.streaming = {**client.streaming, "keepAlive": 100}
    await heard(client.watch_ticker(PAIR))
    (connection,) = client.clients.values()
    first = connection.lastPong
    await until(lambda: connection.lastPong is not None and connection.lastPong != first)
    assert connection.connected


async def test_a_wrong_key_is_told(connected: Connect, ccxt_pro: Any, server: SimServer) -> None:
    client = connected(ccxt_pro, server)
    client.secret = "wrong"
    with pytest.raises(ccxt_pro.AuthenticationError):
        await heard(client.watch_balance())
