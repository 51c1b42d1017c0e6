"""Frames to a correct book: our session, decoder, book and checksum beside those of ccxt.pro.

Both are fed the same texts in one process, without sockets, so that the figure is the work on a frame and not
the kernel's. Every checksum is verified by both, and both books must be the right one at the end.
"""

import asyncio
import gc
import statistics
import time
from collections.abc import Callable

from bench.frames import SYMBOL, Frames, build_frames
from omega_tui.domain.events import BookChanged, Event
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import Side
from omega_tui.exchange.bitget.streams.frames import FlatRow, Push
from omega_tui.exchange.bitget.streams.market_feed import MarketFeed
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.translation.market import parse_ticker, parse_trades

_UPDATES = 4_000
_ROUNDS = 9


def rows() -> list[tuple[str, str, str]]:
    frames = build_frames(_UPDATES)
    import ccxt.pro  # noqa: F401

    # As the cockpit does once its imports are over; both sides gain.
    gc.collect()
    gc.freeze()
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        # The first run of each pays for what the other left in the caches.
        _ours(frames)
        ours.append(_ours(frames))
        asyncio.run(_ccxt(frames))
        theirs.append(asyncio.run(_ccxt(frames)))
    our_us, their_us = (1e6 * statistics.median(seconds) / _UPDATES for seconds in (ours, theirs))
    ratio = statistics.median(their / our for our, their in zip(ours, theirs, strict=True))
    return [
        ("frame to verified book, ours", f"{our_us:.1f} us", "budget 25 us with the socket"),
        ("frame to verified book, ccxt.pro", f"{their_us:.1f} us", "the peer"),
        ("throughput", f"{ratio:.2f} x ccxt.pro", "budget 3 x"),
        ("ticker row to ticker", f"{_row_us(_ticker_row, _parse_ticker):.1f} us", "budget 5 us"),
        ("trade row to trade", f"{_row_us(_trade_row, _parse_trade):.1f} us", "budget 4 us"),
    ]


def _row_us(build: Callable[[int], FlatRow], parse: Callable[[FlatRow], object]) -> float:
    """Microseconds a row, each with prices and sizes that were not seen shortly before."""
    figures = []
    for turn in range(_ROUNDS):
        rows = [build(turn * _UPDATES + number) for number in range(_UPDATES)]
        started = time.perf_counter()
        for row in rows:
            parse(row)
        figures.append(time.perf_counter() - started)
    return 1e6 * statistics.median(figures) / _UPDATES


def _parse_ticker(row: FlatRow) -> object:
    return parse_ticker(row, SYMBOL, 0)


def _parse_trade(row: FlatRow) -> object:
    return parse_trades([row])


def _ticker_row(number: int) -> FlatRow:
    """The day's figures stand still, prices and sizes move, as between two pushes of a real market."""
    price, size = 60_000 + number * 0.1, number * 0.001
    moving = dict.fromkeys(("lastPr", "bidPr", "askPr", "markPrice", "indexPrice"), f"{price:.1f}")
    volumes = dict.fromkeys(("holdingAmount", "baseVolume", "quoteVolume"), f"{90000.0 + size:.3f}")
    day = {"high24h": "66000.0", "low24h": "58000.5", "open24h": "59000.1", "change24h": "0.0213"}
    fixed = {"fundingRate": "0.0001", "nextFundingTime": "1700006400000", "symbolType": "1"}
    return {"instId": SYMBOL, **moving, **volumes, **day, **fixed, "ts": str(1_700_000_000_000 + number)}


def _trade_row(number: int) -> FlatRow:
    price, size, at = 60_000 + number * 0.1, 0.001 + number * 0.001, 1_700_000_000_000 + number
    return {"ts": str(at), "price": f"{price:.1f}", "size": f"{size:.3f}", "side": "buy", "tradeId": str(at)}


def _ours(frames: Frames) -> float:
    seen: list[Event] = []

    def keep_last(event: Event) -> None:
        seen[:] = [event]

    session, market = Session(), MarketFeed(keep_last, lambda topic, delay: None)
    market.watch(SYMBOL, Timeframe.M1)
    session.want(market.topics, 0.0)
    epoch = session.connected(0.0)
    texts = [text.encode() for text in (frames.snapshot, *frames.updates)]
    started = time.perf_counter()
    for text in texts:
        push = session.receive(text, 0.0, epoch)
        assert isinstance(push, Push)
        market.push(push, 0.0)
        session.understood()
    elapsed = time.perf_counter() - started
    last = seen[0]
    assert isinstance(last, BookChanged)
    assert dict(last.book.levels(Side.BUY, 10_000)) == frames.bids
    assert dict(last.book.levels(Side.SELL, 10_000)) == frames.asks
    return elapsed


async def _ccxt(frames: Frames) -> float:
    import ccxt.pro

    exchange = ccxt.pro.bitget({"options": {"uta": False}})
    market = {"id": SYMBOL, "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT", "settle": "USDT"}
    kind = {"type": "swap", "swap": True, "contract": True, "linear": True}
    exchange.set_markets([exchange.safe_market_structure({**market, **kind})])
    client = exchange.client("ws://127.0.0.1:1/never-opened")
    started = time.perf_counter()
    for text in (frames.snapshot, *frames.updates):
        client.handle_text_or_binary_message(text)
    elapsed = time.perf_counter() - started
    book = exchange.orderbooks["BTC/USDT:USDT"]
    assert {level[2][0]: level[2][1] for level in book["bids"]} == frames.bids
    await exchange.close()
    return elapsed
