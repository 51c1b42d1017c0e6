"""Frames to a correct book: our session, decoder, book and checksum beside those of ccxt.pro.

Both are fed the same texts in one process, without sockets, so that the figure is the work on a frame and not
the kernel's. Every checksum is verified by both, and both books must be the right one at the end.
"""

import asyncio
import gc
import statistics
import time

from bench.frames import SYMBOL, Frames, build_frames
from omega_tui.domain.events import BookChanged, Event
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import Side
from omega_tui.exchange.bitget.frames import Push
from omega_tui.exchange.bitget.market_feed import MarketFeed
from omega_tui.exchange.bitget.session import Session

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
    ]


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
