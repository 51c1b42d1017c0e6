"""The private channels: tells subscribers of orders, fills, positions and money as the ledger changes.

As on Bitget every push is a snapshot: one order, one fill, all open positions, the whole account. Orders and
fills are not told on subscribing, positions and account are.
"""

from omega_tui.exchange.bitget.wire import DEFAULT_INSTRUMENT, SNAPSHOT, Channel
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.account import account_push, position_push
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.orders import fill_push, order_push
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.market import frame
from omega_tui.sim.streams.topics import Topic
from omega_tui.sim.venue.ledger import AccountChanged, LedgerEvent, OrderChanged, PositionsChanged


class AccountFeed:
    """Turns ledger events into pushes for whoever listens; nothing is built when nobody does."""

    def __init__(self, exchange: SimulatedExchange, feeds: Feeds) -> None:
        self._exchange = exchange
        self._feeds = feeds
        feeds.first_push = self._first_push
        exchange.venue.listen(self._on_ledger)

    def _on_ledger(self, event: LedgerEvent) -> None:
        match event:
            case OrderChanged():
                self._on_order(event)
            case PositionsChanged():
                self._send_state(Channel.POSITIONS)
            case AccountChanged():
                self._send_state(Channel.ACCOUNT)

    def _on_order(self, event: OrderChanged) -> None:
        order, fill = event.order, event.fill
        for topic in self._concerned(Channel.ORDERS, order.symbol):
            state = self._exchange.venue.ticker(order.symbol)
            self._push(topic, [order_push(order, fill, state.mark or state.last)])
        if fill is None:
            return
        for topic in self._concerned(Channel.FILL, fill.symbol):
            self._push(topic, [fill_push(fill)])

    def _concerned(self, channel: Channel, symbol: str) -> list[Topic]:
        return [topic for topic in self._feeds.topics(channel) if topic.name in (DEFAULT_INSTRUMENT, symbol)]

    def _send_state(self, channel: Channel) -> None:
        for topic in self._feeds.topics(channel):
            self._push(topic, self._state(channel))

    def _state(self, channel: str) -> list[Row]:
        venue = self._exchange.venue
        if channel == Channel.POSITIONS:
            return [position_push(position) for position in venue.positions()]
        return [account_push(venue.account())]

    def _first_push(self, topic: Topic) -> bytes | None:
        if topic.channel not in (Channel.POSITIONS, Channel.ACCOUNT):
            return None
        return frame(topic, SNAPSHOT, self._state(topic.channel), self._exchange.clock.now_ms())

    def _push(self, topic: Topic, data: list[Row]) -> None:
        self._feeds.send(topic, frame(topic, SNAPSHOT, data, self._exchange.clock.now_ms()))
