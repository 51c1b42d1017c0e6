"""Publishers of the public channels: what a new subscriber gets first, and what has changed since.

One publisher serves all subscribers of its topic. When it is asked, and who gets its frames, is decided by
`streams_feeds`.
"""

import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain, islice, zip_longest
from typing import Final, Protocol

import orjson

from omega_tui.exchange.bitget.wire import (
    BOOK_DEPTHS,
    CHECKSUM_LEVELS,
    GRANULARITIES,
    SNAPSHOT,
    UPDATE,
    Channel,
)
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import CandleRow, Direction, Level, PublicTrade
from omega_tui.sim.payloads.market import Row, candle_push, ticker_push, trade_row
from omega_tui.sim.streams.topics import Topic
from omega_tui.sim.venue.book import BookSide, price_key

_WHOLE_BOOK: Final = 1_000_000
_MOST_MISSED: Final = 1000
"""Candles that are told one by one after a long pause; a client that wants more asks for them."""
_END_OF_TIME: Final = 1 << 53
_FAST_TOP: Final = frozenset(
    f"{coin}USDT" for coin in ("BTC", "ETH", "XRP", "SOL", "SUI", "DOGE", "ADA", "PEPE", "LINK", "HBAR")
)


class Publisher(Protocol):
    """One topic's frames; `interval` is the least time between two of them, in seconds."""

    interval: float

    def snapshot(self) -> bytes:
        """What a new subscriber gets."""
        ...

    def changes(self) -> list[bytes]:
        """What subscribers get now, nothing when nothing changed since the last call."""
        ...


def frame(topic: Topic, action: str, data: object, now_ms: int) -> bytes:
    """One push; `now_ms` is the moment of sending."""
    return orjson.dumps({"action": action, "arg": topic.argument, "data": data, "ts": now_ms})


def checksum(bids: Sequence[Level], asks: Sequence[Level]) -> int:
    """The signed CRC-32 of the best levels, bid and ask in turn ("Order-Book-Channel", checksum)."""
    pairs = zip_longest(bids[:CHECKSUM_LEVELS], asks[:CHECKSUM_LEVELS])
    levels = (level for level in chain.from_iterable(pairs) if level is not None)
    unsigned = zlib.crc32(":".join(chain.from_iterable(levels)).encode())
    return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned


class TickerPublisher:
    """`ticker`: the whole ticker again whenever anything but its time changed."""

    interval = 0.3

    def __init__(self, exchange: SimulatedExchange, topic: Topic) -> None:
        self._exchange = exchange
        self._topic = topic
        self._sent = self._timeless(self._row())

    def snapshot(self) -> bytes:
        return self._frame(self._row())

    def changes(self) -> list[bytes]:
        row = self._row()
        timeless = self._timeless(row)
        if timeless == self._sent:
            return []
        self._sent = timeless
        return [self._frame(row)]

    def _row(self) -> Row:
        symbol = self._topic.name
        return ticker_push(self._exchange.venue.ticker(symbol), self._exchange.day_open(symbol))

    def _timeless(self, row: Row) -> Row:
        return {**row, "ts": None}

    def _frame(self, row: Row) -> bytes:
        return frame(self._topic, SNAPSHOT, [row], self._exchange.clock.now_ms())


class CandlePublisher:
    """`candle…`: recent candles first, then one at a time, each finished candle in its last state."""

    interval = 1.0

    def __init__(self, exchange: SimulatedExchange, topic: Topic) -> None:
        self._exchange = exchange
        self._topic = topic
        self._width = GRANULARITIES[topic.granularity]
        self._first_rows = exchange.venue.choices.candle_snapshot_rows
        self._sent = self._newest()

    def snapshot(self) -> bytes:
        rows = self._rows(self._first_rows)
        return frame(self._topic, SNAPSHOT, [candle_push(row) for row in rows], self._exchange.clock.now_ms())

    def changes(self) -> list[bytes]:
        newest = self._newest()
        if newest is None or newest == self._sent:
            return []
        rows = self._since(newest)
        self._sent = newest
        now = self._exchange.clock.now_ms()
        return [frame(self._topic, UPDATE, [candle_push(row)], now) for row in rows]

    def _since(self, newest: CandleRow) -> list[CandleRow]:
        """The candle last sent, when it has changed since, and all after it."""
        sent = self._sent
        if sent is None or sent[0] == newest[0]:
            return [newest]
        count = min((newest[0] - sent[0]) // self._width + 2, _MOST_MISSED)
        return [row for row in self._rows(count) if row[0] >= sent[0] and row != sent]

    def _newest(self) -> CandleRow | None:
        self._exchange.candles.on_time(self._exchange.market_ms())
        return self._exchange.candles.current(self._topic.name, self._topic.granularity)

    def _rows(self, limit: int) -> list[CandleRow]:
        return self._exchange.candles.rows(self._topic.name, self._topic.granularity, _END_OF_TIME, limit)


class TradePublisher:
    """`trade`: recent trades first, then each as it happens; newest first."""

    interval = 0.0

    def __init__(self, exchange: SimulatedExchange, topic: Topic) -> None:
        self._exchange = exchange
        self._topic = topic
        self._new: deque[PublicTrade] = deque()

    def add(self, trade: PublicTrade) -> None:
        """A trade happened."""
        self._new.appendleft(trade)

    def snapshot(self) -> bytes:
        recent = self._exchange.recent_trades(self._topic.name)
        return self._frame(SNAPSHOT, islice(recent, self._exchange.venue.choices.trade_snapshot_rows))

    def changes(self) -> list[bytes]:
        if not self._new:
            return []
        new, self._new = self._new, deque()
        return [self._frame(UPDATE, new)]

    def _frame(self, action: str, trades: Iterable[PublicTrade]) -> bytes:
        rows = [trade_row(trade) for trade in trades]
        return frame(self._topic, action, rows, self._exchange.clock.now_ms())


class _ShownSide:
    """What the subscribers of `books` know of one side: its best levels, so many at most."""

    def __init__(self, side: BookSide, most: int) -> None:
        self._side = side
        self._most = most
        self._known = dict(side.top(most))

    def levels(self, most: int = _WHOLE_BOOK) -> list[Level]:
        """The known levels or the best of them, best first."""
        return self._side.top(min(most, self._most))

    def told(self, changes: list[Level]) -> list[Level]:
        """What of these changes of the side to tell, best first, together with what they moved in and out."""
        if len(self._side.keys) <= self._most and len(self._known) < self._most:
            return [level for level in changes if self._is_news(level)]
        shown = dict(self.levels())
        gone = [(price, "0") for price in self._known if price not in shown]
        new = [level for level in shown.items() if self._known.get(level[0]) != level[1]]
        self._known = shown
        return sorted([*gone, *new], key=lambda level: self._side.sign * price_key(level[0]))

    def _is_news(self, level: Level) -> bool:
        """Take a level over; a level that came and went since the last push, or came back, is no news."""
        price, size = level
        if size == "0":
            return self._known.pop(price, None) is not None
        before, self._known[price] = self._known.get(price), size
        return before != size


class BookPublisher:
    """`books`: the best levels first, then their changes, chained by `seq` and proved by a checksum.

    Sequence numbers begin at the exchange's start time, so that they grow over restarts too.
    """

    interval = 0.15

    def __init__(self, exchange: SimulatedExchange, topic: Topic) -> None:
        self._exchange = exchange
        self._topic = topic
        self._book = exchange.venue.book(topic.name)
        self._base = exchange.clock.start_ms
        choices = exchange.venue.choices
        self._proves = choices.books_checksum
        self._book.drain_changes()
        self._bids = _ShownSide(self._book.bids, choices.books_levels)
        self._asks = _ShownSide(self._book.asks, choices.books_levels)
        self._sent = self._base + self._book.seq

    def snapshot(self) -> bytes:
        return self._frame(SNAPSHOT, self._bids.levels(), self._asks.levels(), 0)

    def changes(self) -> list[bytes]:
        changed = self._book.drain_changes()
        bids, asks = self._bids.told(changed[0]), self._asks.told(changed[1])
        if not bids and not asks:
            return []
        before, self._sent = self._sent, self._base + self._book.seq
        return [self._frame(UPDATE, bids, asks, before)]

    def _frame(self, action: str, bids: list[Level], asks: list[Level], before: int) -> bytes:
        data: dict[str, object] = {"asks": asks, "bids": bids}
        if self._proves:
            best = self._bids.levels(CHECKSUM_LEVELS), self._asks.levels(CHECKSUM_LEVELS)
            data["checksum"] = checksum(*best)
        data |= {"seq": self._sent, "pseq": before, "ts": str(self._book.ts)}
        return frame(self._topic, action, [data], self._exchange.clock.now_ms())


class TopPublisher:
    """`books1`, `books5`, `books15`: the best levels again whenever one of them changed."""

    def __init__(self, exchange: SimulatedExchange, topic: Topic) -> None:
        self._exchange = exchange
        self._topic = topic
        self._book = exchange.venue.book(topic.name)
        self._depth = BOOK_DEPTHS[Channel(topic.channel)]
        self.interval = _top_interval(topic)
        self._seen = self._book.seq
        self._sent = self._levels()

    def snapshot(self) -> bytes:
        return self._frame(*self._levels())

    def changes(self) -> list[bytes]:
        if self._book.seq == self._seen:
            return []
        self._seen = self._book.seq
        levels = self._levels()
        if levels == self._sent:
            return []
        self._sent = levels
        return [self._frame(*levels)]

    def _levels(self) -> tuple[list[Level], list[Level]]:
        return self._book.levels(Direction.BUY, self._depth), self._book.levels(Direction.SELL, self._depth)

    def _frame(self, bids: list[Level], asks: list[Level]) -> bytes:
        seq = self._exchange.clock.start_ms + self._book.seq
        data = {"asks": asks, "bids": bids, "ts": str(self._book.ts), "seq": seq, "pseq": 0}
        return frame(self._topic, SNAPSHOT, [data], self._exchange.clock.now_ms())


def _top_interval(topic: Topic) -> float:
    if topic.channel != Channel.BOOKS1:
        return 0.15
    return 0.02 if topic.name in _FAST_TOP else 0.1


def build_publisher(exchange: SimulatedExchange, topic: Topic) -> Publisher:
    """The publisher of a public topic."""
    if topic.channel == Channel.TICKER:
        return TickerPublisher(exchange, topic)
    if topic.channel == Channel.TRADE:
        return TradePublisher(exchange, topic)
    if topic.channel == Channel.BOOKS:
        return BookPublisher(exchange, topic)
    if topic.channel in BOOK_DEPTHS:
        return TopPublisher(exchange, topic)
    return CandlePublisher(exchange, topic)
