"""The private channels: tells subscribers of orders, fills, positions and money as the ledger changes.

As on Bitget every push but that of a deleveraging is a snapshot: one order, one plan, one fill, one closed
position, all open positions, the whole account. Open positions, the account and its equity are told on
subscribing.
"""

from omega_tui.exchange.bitget.wire import DEFAULT_INSTRUMENT, SNAPSHOT, UPDATE, Channel
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.account import account_push, equity_push, position_push
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.orders import fill_push, order_push
from omega_tui.sim.payloads.plans import plan_push
from omega_tui.sim.payloads.risk import closed_position_push, deleveraged_push
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.market import frame
from omega_tui.sim.streams.topics import Topic
from omega_tui.sim.venue.ledger import (
    AccountChanged,
    Deleveraged,
    LedgerEvent,
    LedgerPlan,
    OrderChanged,
    PlanChanged,
    PositionClosed,
    PositionsChanged,
)

_STATES = (Channel.POSITIONS, Channel.ACCOUNT, Channel.EQUITY)


class AccountFeed:
    """Turns ledger events into pushes for whoever listens; nothing is built when nobody does."""

    def __init__(self, exchange: SimulatedExchange, feeds: Feeds) -> None:
        self._exchange = exchange
        self._feeds = feeds
        self._order_changed = self._filled = False
        self._told_balance = exchange.venue.wallet.balance
        feeds.first_push = self._first_push
        exchange.venue.listen(self._on_ledger)

    def _on_ledger(self, event: LedgerEvent) -> None:
        match event:
            case OrderChanged():
                self._on_order(event)
            case PlanChanged():
                self._on_plan(event.plan)
            case PositionClosed():
                self._tell(Channel.POSITIONS_HISTORY, [closed_position_push(event.position)])
            case Deleveraged():
                self._tell(Channel.ADL_NOTICE, [deleveraged_push(event)], UPDATE)
            case PositionsChanged():
                self._order_changed = False
                self._send_state(Channel.POSITIONS)
            case AccountChanged():
                self._on_action_end()

    def _on_action_end(self) -> None:
        """Tell of positions for orders that left them alone, and of money if it moved."""
        if self._order_changed:
            self._send_state(Channel.POSITIONS)
        balance = self._exchange.venue.wallet.balance
        always = self._exchange.venue.choices.account_told_of_orders
        if always or self._filled or balance != self._told_balance:
            self._send_state(Channel.ACCOUNT)
            self._send_state(Channel.EQUITY)
        self._order_changed = self._filled = False
        self._told_balance = balance

    def _on_order(self, event: OrderChanged) -> None:
        order, fill = event.order, event.fill
        self._order_changed = True
        self._filled = self._filled or fill is not None
        for topic in self._concerned(Channel.ORDERS, order.symbol):
            state = self._exchange.venue.ticker(order.symbol)
            self._push(topic, [order_push(order, fill, state.mark or state.last)])
        if fill is None:
            return
        for topic in self._concerned(Channel.FILL, fill.symbol):
            self._push(topic, [fill_push(fill)])

    def _on_plan(self, plan: LedgerPlan) -> None:
        for topic in self._concerned(Channel.ORDERS_ALGO, plan.order.symbol):
            self._push(topic, [plan_push(plan, self._exchange.venue.plans.executed_order(plan))])

    def _concerned(self, channel: Channel, symbol: str) -> list[Topic]:
        return [topic for topic in self._feeds.topics(channel) if topic.name in (DEFAULT_INSTRUMENT, symbol)]

    def _send_state(self, channel: Channel) -> None:
        for topic in self._feeds.topics(channel):
            self._push(topic, self._state(channel))

    def _state(self, channel: str) -> list[Row]:
        venue = self._exchange.venue
        if channel == Channel.POSITIONS:
            return [position_push(position) for position in venue.positions()]
        if channel == Channel.EQUITY:
            return [equity_push(venue.account(), self._exchange.bitcoin_price())]
        return [account_push(venue.account())]

    def _first_push(self, topic: Topic) -> bytes | None:
        if topic.channel not in _STATES:
            return None
        return frame(topic, SNAPSHOT, self._state(topic.channel), self._exchange.clock.now_ms())

    def _tell(self, channel: Channel, data: list[Row], action: str = SNAPSHOT) -> None:
        for topic in self._feeds.topics(channel):
            self._push(topic, data, action)

    def _push(self, topic: Topic, data: list[Row], action: str = SNAPSHOT) -> None:
        self._feeds.send(topic, frame(topic, action, data, self._exchange.clock.now_ms()))
