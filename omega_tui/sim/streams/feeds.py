"""Who listens to what: topics, their subscribers, and when each topic's publisher is asked for news.

One publisher per topic, whose frames are encoded once and sent to all. The account's topics have no
publisher: their frames come from `streams.account` when the ledger changes. Intervals are counted in the
seconds of the exchange's clock, `push_seconds`: real ones while time runs, exchange time where it is stepped.
"""

import asyncio
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
        self._subscribers: dict[Topic, dict[Connection, None]] = {}
        self._publishers: dict[Topic, Publisher] = {}
        self._due_ms: dict[Topic, int] = {}
        self._traded: dict[Topic, None] = {}
        self.first_push: Callable[[Topic], bytes | None] = lambda _: None
        exchange.venue.listen_trades(self._on_trade)

    def subscribe(self, connection: Connection, topic: Topic, ack: bytes) -> None:
        """Acknowledge and, unless it listens already, let `connection` listen, its first push before all."""
        connection.send(ack)
        listeners = self._subscribers.setdefault(topic, {})
        if connection in listeners:
            return
        first = self._first(topic)
        if first is not None:
            connection.send(first)
        listeners[connection] = None

    def unsubscribe(self, connection: Connection, topic: Topic) -> None:
        """`connection` listens no longer; a topic without listeners costs nothing."""
        listeners = self._subscribers.get(topic, {})
        listeners.pop(connection, None)
        if not listeners:
            for known in (self._subscribers, self._publishers, self._due_ms):
                known.pop(topic, None)

    def topics(self, channel: Channel) -> list[Topic]:
        """The topics of a channel that somebody listens to."""
        return [topic for topic, heard in self._subscribers.items() if topic.channel == channel and heard]

    def send(self, topic: Topic, frame: bytes) -> None:
        """Send a frame to every listener of a topic."""
        for connection in tuple(self._subscribers.get(topic, ())):
            connection.send(frame)

    async def run(self) -> None:
        """Publish what is due while time runs, for ever."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self.publish_due(self._exchange.clock.push_seconds())

    def publish_due(self, now: float) -> None:
        """Publish the topics whose interval has passed at `now` (seconds of `push_seconds`)."""
        now_ms = round(now * 1000)
        self.publish_at(now_ms, now_ms + 1)

    def next_due_ms(self) -> int | None:
        """When the next topic is due, None when nobody listens to one that has an interval.

        In ms of `push_seconds`, which is exchange time for a stepped clock.
        """
        return min(self._due_ms.values(), default=None)

    def publish_at(self, now_ms: int, skip_to_ms: int) -> None:
        """Publish what is due at `now_ms`; topics keep their pace, but none is asked before `skip_to_ms`."""
        for topic, due_ms in tuple(self._due_ms.items()):
            if due_ms <= now_ms:
                publisher = self._publishers[topic]
                interval_ms = _milliseconds(publisher.interval)
                paces = max(1, -(-(skip_to_ms - due_ms) // interval_ms))
                self._due_ms[topic] = due_ms + paces * interval_ms
                self._publish(topic, publisher)
        self.forget_unread()

    def publish_all(self) -> None:
        """Publish every change there is, due or not."""
        for topic, publisher in tuple(self._publishers.items()):
            self._publish(topic, publisher)
        self.forget_unread()

    def publish_trades(self) -> None:
        """Send the trades since the last call, one frame for each symbol."""
        if not self._traded:
            return
        traded, self._traded = self._traded, {}
        for topic in traded:
            publisher = self._publishers.get(topic)
            if publisher is not None:
                self._publish(topic, publisher)

    def most_unread(self) -> int:
        """How many frames the slowest client has not been sent yet."""
        connections = {each for heard in self._subscribers.values() for each in heard}
        return max((each.unsent for each in connections if not each.finishing), default=0)

    def _first(self, topic: Topic) -> bytes | None:
        """The first push: whatever others still have to hear goes out before, so that all continue alike."""
        if topic.channel in PRIVATE_CHANNELS:
            return self.first_push(topic)
        publisher = self._publishers.get(topic)
        if publisher is None:
            publisher = self._publishers[topic] = build_publisher(self._exchange, topic)
            if publisher.interval:
                now = self._exchange.clock.push_seconds()
                self._due_ms[topic] = _milliseconds(now + publisher.interval)
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
                asyncio.get_running_loop().call_soon(self.publish_trades)
            self._traded[topic] = None

    def forget_unread(self) -> None:
        """Drop the changes of books that nobody follows before they pile up."""
        for symbol in self._exchange.symbols:
            if Topic(Channel.BOOKS, "instId", symbol) not in self._publishers:
                book = self._exchange.venue.book(symbol)
                if book.bids.changed_count + book.asks.changed_count > _UNREAD_CHANGES:
                    book.drain_changes()


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
