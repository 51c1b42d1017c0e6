"""Who listens to what: topics, their subscribers, and when each topic's publisher is asked for news.

One publisher per topic, whose frames are encoded once and sent to all. The account's topics have no
publisher: their frames come from `streams_account` when the ledger changes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from omega_tui.exchange.bitget.wire import PRIVATE_CHANNELS, Channel
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import PublicTrade
from omega_tui.sim.streams.connection import Connection
from omega_tui.sim.streams.market import Publisher, TradePublisher, build_publisher
from omega_tui.sim.streams.topics import Topic

_TICK_SECONDS = 0.02
_UNREAD_CHANGES = 2_000


class Feeds:
    """The subscriptions of all connections.

    `first_push` gives what a new subscriber of a private topic gets at once, None for nothing.
    """

    def __init__(self, exchange: SimulatedExchange) -> None:
        self._exchange = exchange
        self._subscribers: defaultdict[Topic, set[Connection]] = defaultdict(set)
        self._publishers: dict[Topic, Publisher] = {}
        self._due: dict[Topic, float] = {}
        self._traded: set[Topic] = set()
        self.first_push: Callable[[Topic], bytes | None] = lambda _: None
        exchange.venue.listen_trades(self._on_trade)

    def subscribe(self, connection: Connection, topic: Topic, ack: bytes) -> None:
        """Acknowledge and, unless it listens already, let `connection` listen, its first push before all."""
        connection.send(ack)
        if connection in self._subscribers[topic]:
            return
        first = self._first(topic)
        if first is not None:
            connection.send(first)
        self._subscribers[topic].add(connection)

    def unsubscribe(self, connection: Connection, topic: Topic) -> None:
        """`connection` listens no longer; a topic without listeners costs nothing."""
        listeners = self._subscribers.get(topic, set())
        listeners.discard(connection)
        if not listeners:
            for known in (self._subscribers, self._publishers, self._due):
                known.pop(topic, None)

    def topics(self, channel: Channel) -> list[Topic]:
        """The topics of a channel that somebody listens to."""
        return [topic for topic, heard in self._subscribers.items() if topic.channel == channel and heard]

    def send(self, topic: Topic, frame: bytes) -> None:
        """Send a frame to every listener of a topic."""
        for connection in tuple(self._subscribers.get(topic, ())):
            connection.send(frame)

    async def run(self) -> None:
        """Publish what is due, for ever."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self.publish_due(self._exchange.clock.monotonic())

    def publish_due(self, now: float) -> None:
        """Publish the topics whose interval has passed at `now` (monotonic seconds)."""
        for topic, publisher in tuple(self._publishers.items()):
            if self._due[topic] <= now and publisher.interval:
                self._due[topic] = now + publisher.interval
                self._publish(topic, publisher)
        self._forget_unread()

    def _first(self, topic: Topic) -> bytes | None:
        """The first push: whatever others still have to hear goes out before, so that all continue alike."""
        if topic.channel in PRIVATE_CHANNELS:
            return self.first_push(topic)
        publisher = self._publishers.get(topic)
        if publisher is None:
            publisher = self._publishers[topic] = build_publisher(self._exchange, topic)
            self._due[topic] = self._exchange.clock.monotonic() + publisher.interval
        self._publish(topic, publisher)
        return publisher.snapshot()

    def _publish(self, topic: Topic, publisher: Publisher) -> None:
        for frame in publisher.changes():
            self.send(topic, frame)

    def _on_trade(self, trade: PublicTrade) -> None:
        topic = Topic(Channel.TRADE, "instId", trade.symbol)
        publisher = self._publishers.get(topic)
        if isinstance(publisher, TradePublisher):
            publisher.add(trade)
            if not self._traded:
                asyncio.get_running_loop().call_soon(self._publish_trades)
            self._traded.add(topic)

    def _publish_trades(self) -> None:
        """Send the trades of this turn of the loop, one frame for each symbol."""
        traded, self._traded = self._traded, set()
        for topic in traded:
            publisher = self._publishers.get(topic)
            if publisher is not None:
                self._publish(topic, publisher)

    def _forget_unread(self) -> None:
        """Drop the changes of books that nobody follows before they pile up."""
        for symbol in self._exchange.symbols:
            if Topic(Channel.BOOKS, "instId", symbol) not in self._publishers:
                book = self._exchange.venue.book(symbol)
                if book.bids.changed_count + book.asks.changed_count > _UNREAD_CHANGES:
                    book.drain_changes()
