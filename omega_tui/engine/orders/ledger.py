"""Every order and execution that is known, keyed so that nothing counts twice. No I/O, no clock.

What a piece of news does to an order is `domain.order_lifecycle`'s rule; when to ask the exchange again is
the order manager's. Here lives the rule that UNKNOWN is left on evidence only, and that every such exit is
told to whoever keeps the record.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.domain.evidence import Evidence, EvidenceSource
from omega_tui.domain.order_lifecycle import (
    build_intent_order,
    conclude,
    leave_unknown,
    merge_fills,
    merge_report,
)
from omega_tui.domain.orders import Fill, Order, OrderRequest, OrderState
from omega_tui.engine.orders.executions import Executions
from omega_tui.exchange.port import Outcome

CLIENT_ID_PREFIX = "omg"
"""Marks client order ids of this cockpit."""

_ZERO = Decimal(0)
_FINISHED_KEPT = 500
_VAIN_QUESTIONS = 5
_NEVER_WAS = frozenset({OrderState.REJECTED, OrderState.NOT_SENT, OrderState.NEVER_ACCEPTED})


@dataclass(slots=True)
class Tracked:
    """An order and what we did about it.

    `opened_at` is the intent's monotonic time, None for an order not sent by this cockpit; `sent_here` is
    False for one that an earlier run sent. `parent` is the row key of the plan that gave birth to it,
    `replaces` that of the order whose place it takes, `replaced_by` the other way. `overfilled` is a claim
    beyond the order's size that nobody has taken back. `cancels` counts the answers to cancels, the last at
    `cancel_answered_at`. `listed_at` is when the exchange was last asked and listed it as open; `asked_at`
    and `missed_at` are when it was last asked for and last cleanly not found. All monotonic. `vain_questions`
    counts how often that did not explain the order's end. `restored_at` is when an order of an earlier run
    was taken up: how old it was by then is only as true as the wall clock. `changed` is how the newest change
    in place ended, None while it is under way. `touch` is the best price that a market order saw when it was
    made, until how far from it it filled has been noted.
    """

    order: Order
    opened_at: float | None = None
    cancel_requested: bool = False
    clean_misses: int = 0
    sent_here: bool = False
    parent: str | None = None
    replaces: str | None = None
    replaced_by: str | None = None
    cancels: int = 0
    cancel_answered_at: float | None = None
    overfilled: Decimal | None = None
    touch: Decimal | None = None
    listed_at: float | None = None
    asked_at: float | None = None
    missed_at: float | None = None
    vain_questions: int = 0
    restored_at: float | None = None
    changed: Outcome | None = None

    @property
    def is_unexplained(self) -> bool:
        """Whether its end leaves a question that the exchange has not been asked too often."""
        childless = self.order.state is OrderState.TRIGGERED and self.order.child_order_id is None
        asks = childless or (self.overfilled is not None and self.order.state.terminal)
        return asks and self.vain_questions < _VAIN_QUESTIONS

    @property
    def key(self) -> str:
        """How faces and intents name the order; never changes once given."""
        return self.order.client_order_id or self.order.order_id or ""

    @property
    def state(self) -> OrderState:
        """The state to show: a live order whose cancellation was asked for is PENDING_CANCEL until proof."""
        state = self.order.state
        live = {OrderState.ACK, OrderState.WORKING, OrderState.PARTIALLY_FILLED}
        return OrderState.PENDING_CANCEL if self.cancel_requested and state in live else state


_ANSWERS = frozenset({EvidenceSource.OPEN_ORDERS, EvidenceSource.ORDER_DETAIL, EvidenceSource.HISTORY})
"""What the exchange says when it is asked, as against what it pushes."""


class OrderLedger:
    """Orders by client id and by exchange id, executions by identity, sums of the session."""

    def __init__(self) -> None:
        self._orders: dict[str, Tracked] = {}
        self._unfinished: dict[str, Tracked] = {}
        self._by_order_id: dict[str, Tracked] = {}
        self._plan_of_child: dict[str, Tracked] = {}
        self._executions = Executions()
        self._listeners: list[Callable[[Tracked], None]] = []
        self._witnesses: list[Callable[[Evidence], None]] = []

    @property
    def realized(self) -> Decimal:
        """Profit of the session's executions, fees not taken off, in the quote coin."""
        return self._executions.realized

    def fees(self, coin: str) -> Decimal:
        """Fees of the session's executions in `coin`, or in a coin that nobody named; negative when paid."""
        return self._executions.fees.get(coin, _ZERO) + self._executions.fees.get("", _ZERO)

    def fees_elsewhere(self, coin: str) -> tuple[tuple[str, Decimal], ...]:
        """Fees of the session's executions in other coins than `coin`, each coin by itself."""
        known = self._executions.fees
        return tuple((each, known[each]) for each in sorted(known) if each not in ("", coin) and known[each])

    def listen(self, listener: Callable[[Tracked], None]) -> None:
        """Have `listener` told of every order whose knowledge was renewed."""
        self._listeners.append(listener)

    def listen_for_evidence(self, listener: Callable[[Evidence], None]) -> None:
        """Have `listener` told what settled an order, before anybody else learns that it is settled."""
        self._witnesses.append(listener)

    def open(self, request: OrderRequest, now: float | None) -> Tracked:
        """Start tracking an order of ours. Raises ValueError for a client id used before."""
        if self.is_used(request.client_order_id):
            raise ValueError(f"client order id {request.client_order_id} was used before")
        tracked = Tracked(build_intent_order(request), opened_at=now, sent_here=True)
        self._orders[request.client_order_id] = self._unfinished[request.client_order_id] = tracked
        return tracked

    def is_used(self, client_order_id: str) -> bool:
        """Whether a known order has this client id; the journal refuses one of an earlier run."""
        return client_order_id in self._orders

    def restore(self, order: Order, opened_at: float, now: float) -> None:
        """Track an order that an earlier run sent."""
        tracked = Tracked(order, opened_at=opened_at, restored_at=now)
        self._orders[tracked.key] = tracked
        self._store(tracked, order, None)

    def conclude(
        self, tracked: Tracked, state: OrderState, reason: str = "", order_id: str | None = None
    ) -> bool:
        """Apply our own step, which proves nothing: UNKNOWN stays; True when the order changed."""
        return self._conclude(tracked, state, reason, order_id, None)

    def evidence(
        self,
        tracked: Tracked,
        source: EvidenceSource,
        state: OrderState,
        reason: str = "",
        order_id: str | None = None,
    ) -> bool:
        """Apply what `source` proves when it is no report: an answer to the request, or absence."""
        return self._conclude(tracked, state, reason, order_id, source)

    def _conclude(
        self,
        tracked: Tracked,
        state: OrderState,
        reason: str,
        order_id: str | None,
        source: EvidenceSource | None,
    ) -> bool:
        before = tracked.order
        order = conclude(before, state, reason)
        if order_id is not None and order.order_id is None:
            order = replace(order, order_id=order_id)
        self._store(tracked, order, source)
        return tracked.order != before

    def restate(self, tracked: Tracked, order: Order) -> None:
        """Take over terms that were read back whole; what is known of its execution stays the ledger's."""
        self._store(tracked, order, None)

    def report(self, report: Order, source: EvidenceSource = EvidenceSource.STREAM) -> tuple[Tracked, bool]:
        """Apply the exchange's statement, adopting an order not sent here; True when something changed."""
        tracked = self.find(report.client_order_id, report.order_id)
        before = tracked.order if tracked is not None else None
        if tracked is None:
            tracked = self._adopt(report)
        tracked.clean_misses = 0
        self._store(tracked, merge_report(tracked.order, report), source)
        self._judge_fill(tracked, report.filled, source)
        return tracked, tracked.order != before

    def claim(self, tracked: Tracked) -> None:
        """An adopted order turned out to be ours: sent by an earlier run, or come with an entry of ours."""
        self._store(tracked, replace(tracked.order, foreign=False), None)

    def confirm_open(self, orders: Iterable[Order], asked_at: float) -> None:
        """The exchange listed `orders` as open when asked at `asked_at`, monotonic: they live."""
        for order in orders:
            tracked = self.find(order.client_order_id, order.order_id)
            if tracked is not None and not tracked.order.state.terminal:
                tracked.listed_at = asked_at
                self._announce(tracked)

    def fill(self, fill: Fill, *, counts: bool = True) -> bool:
        """Take an execution; True when it was new. `counts` is False for one from before the session."""
        taken = self._executions.take(fill, counts=counts)
        if taken is None:
            return False
        merged, is_new = taken
        tracked = self.find(merged.client_order_id or "", merged.order_id)
        if tracked is not None:
            order_id = tracked.order.order_id or merged.order_id
            self._store(tracked, replace(tracked.order, order_id=order_id), EvidenceSource.FILL)
            self._judge_fill(tracked, _ZERO, EvidenceSource.FILL)
        return is_new

    def find(self, client_order_id: str | None, order_id: str | None) -> Tracked | None:
        """The order of either id. One id of ours is one order: who has it under another id of the exchange is
        somebody else, a duplicate that should not be or the child of a plan."""
        named = self._orders.get(client_order_id) if client_order_id else None
        if named is not None and (not order_id or named.order.order_id in (None, order_id)):
            return named
        if order_id:
            return self._by_order_id.get(order_id) or self._orders.get(order_id)
        return None

    def get(self, key: str) -> Tracked | None:
        """The order of a row key."""
        return self._orders.get(key)

    def unfinished(self) -> list[Tracked]:
        """Every order that is not at its end, oldest first."""
        return list(self._unfinished.values())

    def opened_since(self, monotonic: float) -> Iterator[Tracked]:
        """Every order of ours whose intent is as young, unless it is proven that it never reached the
        exchange or was refused there."""
        for tracked in self._orders.values():
            young = tracked.opened_at is not None and tracked.opened_at >= monotonic
            if young and tracked.order.state not in _NEVER_WAS:
                yield tracked

    def unknown(self, symbol: str | None = None) -> list[Tracked]:
        """Orders whose fate is not known."""
        return [
            tracked
            for tracked in self.unfinished()
            if tracked.order.state is OrderState.UNKNOWN and symbol in (None, tracked.order.symbol)
        ]

    def overfilled(self, symbol: str | None = None) -> list[Tracked]:
        """Orders of which more is claimed to have traded than was ordered, finished ones included."""
        return [
            tracked
            for tracked in self._orders.values()
            if tracked.overfilled is not None and symbol in (None, tracked.order.symbol)
        ]

    def unexplained(self) -> list[Tracked]:
        """Finished orders about which the exchange has to be asked: overfilled, or fired without a child."""
        return [tracked for tracked in self._orders.values() if tracked.is_unexplained]

    def fills_of(self, order: Order) -> tuple[Fill, ...]:
        """The distinct executions of an order."""
        return self._executions.of_order(order.order_id)

    def fills(self) -> Iterator[Fill]:
        """Every distinct execution, in order of arrival."""
        return self._executions.all()

    def newest_fill_ms(self, symbol: str) -> int | None:
        """Exchange time of a symbol's newest known execution."""
        return self._executions.newest_ms(symbol)

    def forget_old(self) -> None:
        """Drop finished orders beyond the newest few hundred; their executions stay, they prevent doubles."""
        finished = [key for key, tracked in self._orders.items() if tracked.order.state.terminal]
        for key in finished[:-_FINISHED_KEPT]:
            order = self._orders.pop(key).order
            self._by_order_id.pop(order.order_id or "", None)
            self._plan_of_child.pop(order.child_order_id or "", None)

    def _store(self, tracked: Tracked, order: Order, source: EvidenceSource | None) -> None:
        before = tracked.order
        if order.order_id is not None:
            self._by_order_id.setdefault(order.order_id, tracked)
            order = merge_fills(order, self.fills_of(order))
        if before.state is OrderState.UNKNOWN and source is None:
            order = replace(order, state=before.state)
        elif before.state is OrderState.UNKNOWN:
            order = leave_unknown(before, order)
        tracked.order = order
        if not order.state.terminal:
            self._unfinished[tracked.key] = tracked
        else:
            self._unfinished.pop(tracked.key, None)
        if source is not None and order.state is not before.state:
            self._testify(tracked, source, before.state)
        if order.child_order_id is not None:
            self._take_child(tracked, order.child_order_id)
        self._announce(tracked)

    def _announce(self, tracked: Tracked) -> None:
        for listener in self._listeners:
            listener(tracked)

    def _adopt(self, report: Order) -> Tracked:
        """Track an order that was not sent from here; one that a plan gave birth to belongs to the plan."""
        plan = self._plan_of_child.get(report.order_id or "")
        # Our id names the order that was sent under it; a second one with that id goes by the exchange's.
        name = "" if self.is_used(report.client_order_id) else report.client_order_id
        tracked = Tracked(replace(report, client_order_id=name, foreign=True))
        self._orders[tracked.key] = tracked
        if plan is not None:
            _make_child(tracked, plan)
        return tracked

    def _take_child(self, plan: Tracked, child_order_id: str) -> None:
        self._plan_of_child[child_order_id] = plan
        child = self.find(None, child_order_id)
        if child is not None and child.parent is None:
            _make_child(child, plan)
            self._announce(child)

    def _judge_fill(self, tracked: Tracked, reported: Decimal, source: EvidenceSource) -> None:
        """Hold whoever claims more executed than was ordered to it; only an answer takes a claim back."""
        told = self._executions.size_of(tracked.order.order_id)
        claimed, size = max(reported, told), tracked.order.size
        if size > _ZERO and claimed > size:
            if claimed > (tracked.overfilled or _ZERO):
                tracked.overfilled, tracked.vain_questions = claimed, 0
        elif source in _ANSWERS:
            tracked.overfilled = None

    def _testify(self, tracked: Tracked, source: EvidenceSource, before: OrderState) -> None:
        if before is not OrderState.UNKNOWN and source is not EvidenceSource.NOT_FOUND:
            return
        order = tracked.order
        evidence = Evidence(tracked.key, source, before, order.state, order.reason)
        for witness in self._witnesses:
            witness(evidence)


def _make_child(child: Tracked, plan: Tracked) -> None:
    child.parent, child.sent_here = plan.key, plan.sent_here
    child.order = replace(child.order, foreign=plan.order.foreign)


def is_marked(client_order_id: str) -> bool:
    """Whether a cockpit like this one gave the id."""
    return client_order_id.startswith(CLIENT_ID_PREFIX)
