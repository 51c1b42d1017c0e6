"""Cancels: one order, a group, a whole family; asked for again while an order is proven to live.

An answer to a cancel proves nothing about the order: only a report of its end does. Stops and targets of
positions are cancelled when they are named and never otherwise.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial

from omega_tui.domain.events import Surface
from omega_tui.domain.evidence import Evidence
from omega_tui.domain.orders import Order, OrderState, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.domain.values import decimal_text
from omega_tui.engine.apply import ORDER_PANELS
from omega_tui.engine.intents import CancelAll, CancelOrder, CancelScope, Doors, OrderFamily, Receipt
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.recorder import CANCEL, CancelRow, Recorder
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import BATCH_LIMIT, Accepted, Gateway, NotSent, Outcome, Rejected, Unknown

_UNANSWERED = Unknown("the answer was not waited for")
_ALARMING_TRIES = 3
_LONGEST_PAUSE_SECONDS = 30.0
_NOT_ARRIVED = (OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN)
_SEEN = (OrderState.WORKING, OrderState.PARTIALLY_FILLED, OrderState.FILLED)

_TRIGGERS = tuple(kind for kind in PlanKind if not kind.of_position)
_PROTECTION = tuple(kind for kind in PlanKind if kind.of_position)
_KINDS = {
    OrderFamily.RESTING: (),
    OrderFamily.TRIGGERS: _TRIGGERS,
    OrderFamily.PROTECTION: _PROTECTION,
    OrderFamily.ALL: (*_TRIGGERS, *_PROTECTION),
}
_PLAIN = (OrderFamily.RESTING, OrderFamily.ALL)
_WORDS = {
    OrderFamily.RESTING: "order",
    OrderFamily.TRIGGERS: "trigger",
    OrderFamily.PROTECTION: "stop and target",
    OrderFamily.ENTRIES: "entry",
    OrderFamily.ALL: "order, trigger, stop and target",
}


class CancelDesk:
    """Cancels orders of one account. `look_again` asks for a reconciliation soon."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        recorder: Recorder,
        supervisor: Supervisor,
        look_again: Callable[[], None],
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._supervisor = supervisor
        self._look_again = look_again
        self._asking: set[str] = set()
        state.ledger.listen(self._ask_again_while_it_lives)
        state.ledger.listen_for_evidence(self._cancel_what_turned_out_live)

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {CancelOrder: lambda intent: self.cancel(intent.key), CancelAll: self.cancel_all}

    def cancel(self, key: str) -> Receipt:
        """Ask for the cancellation of one order, whatever it is."""
        tracked = self._state.ledger.get(key)
        if tracked is None:
            return Receipt(False, "that order is not known any more")
        if tracked.order.state.terminal:
            return Receipt(False, f"that order is {tracked.order.state} already")
        # What is about to take its place is meant as well: it would rest instead.
        successor = self._state.ledger.get(tracked.replaced_by or "")
        self.cancel_many([tracked] if successor is None else [tracked, successor])
        return Receipt(True, f"cancelling {name_order(tracked.order)}", (key,))

    def cancel_many(self, orders: Iterable[Tracked]) -> int:
        """Ask for the cancellation of each, in as few requests as the exchange allows; returns how many."""
        if self._state.options.hands_off:
            return 0
        chosen = [tracked for tracked in orders if not tracked.order.state.terminal]
        for tracked in chosen:
            tracked.cancel_requested = True
        self._state.touch(*ORDER_PANELS)
        # One that is still being written down has not left: it will not, which needs no request.
        left = [tracked for tracked in chosen if tracked.order.state is not OrderState.INTENT]
        for group in _group(left):
            self._asking.update(tracked.key for tracked in group)
            self._supervisor.once("cancelling orders", partial(self._ask, group), Surface.ACTIONS)
        return len(chosen)

    def recall(self, keys: Iterable[str]) -> None:
        """An earlier run asked for these to be cancelled and never heard of their end: they are still to go.

        Only what could add to a position: a stop or a target is not taken away on old orders.
        """
        for tracked in filter(None, map(self._state.ledger.get, keys)):
            if tracked.order.may_add and not tracked.order.state.terminal:
                tracked.cancel_requested = True
                tracked.cancel_answered_at = self._state.clock.monotonic()

    def cancel_late(self, tracked: Tracked) -> None:
        """Ask again for one whose first cancel may have reached the exchange before the order did."""
        self.cancel_many([tracked])

    def cancel_all(self, intent: CancelAll) -> Receipt:
        """Ask for the cancellation of everything of the family in the scope."""
        scope, family = intent.scope, intent.family
        symbol = intent.symbol or self._state.market.symbol
        where = None if scope is CancelScope.ACCOUNT else symbol
        side = {CancelScope.BUYS: Side.BUY, CancelScope.SELLS: Side.SELL}.get(scope)
        if side is None and family is not OrderFamily.ENTRIES:
            self._sweep_family(where, family)
            return Receipt(True, f"cancelling every {_WORDS[family]} of {where or 'the account'}")
        chosen = [
            tracked
            for tracked in self._state.ledger.unfinished()
            if where in (None, tracked.order.symbol)
            and side in (None, tracked.order.side)
            and _is_of(tracked.order, family)
        ]
        count = self.cancel_many(chosen)
        what = f"{side} orders" if side is not None else "entries"
        text = f"cancelling {count} {what} of {where or 'the account'}"
        return Receipt(bool(count), text, tuple(tracked.key for tracked in chosen))

    def entry_triggers(self, symbol: str | None) -> list[Tracked]:
        """The known plans that could add to a position."""
        unfinished = self._state.ledger.unfinished()
        plans = [each for each in unfinished if _is_of(each.order, OrderFamily.TRIGGERS)]
        return [each for each in plans if symbol in (None, each.order.symbol) and not each.order.reduce_only]

    async def sweep(self, symbol: str | None) -> None:
        """Have the exchange cancel every plain order of a symbol, or of the account."""
        await self._sweep(symbol, None, partial(self._gateway.actions.cancel_all, symbol))

    def _sweep_family(self, symbol: str | None, family: OrderFamily) -> None:
        """Each kind by itself: an exchange that does not answer for one must not hold up the others."""
        steps = [
            partial(self._sweep, symbol, kind, partial(self._gateway.actions.cancel_plans, symbol, kind))
            for kind in _KINDS[family]
        ]
        for step in (partial(self.sweep, symbol), *steps) if family in _PLAIN else steps:
            self._supervisor.once("cancelling all", step, Surface.ACTIONS)

    async def _sweep(
        self, symbol: str | None, kind: PlanKind | None, action: Callable[[], Awaitable[Outcome]]
    ) -> None:
        """Ask once for everything of a kind: plain orders when `kind` is None."""
        unfinished = [each for each in self._state.ledger.unfinished() if each.order.ref.plan is kind]
        chosen = [each for each in unfinished if symbol in (None, each.order.symbol)]
        for tracked in chosen:
            tracked.cancel_requested = True
            self._recorder.note(CANCEL, CancelRow(tracked.key, ""))
        self._state.touch(*ORDER_PANELS)
        word = "order" if kind is None else kind.replace("_", " ")
        where = symbol or "the account"
        self._recorder.note(CANCEL, CancelRow("", where if kind is None else f"{where}: {kind}"))
        outcome: Outcome = _UNANSWERED
        try:
            outcome = await action()
        finally:
            if chosen or kind is None or isinstance(outcome, NotSent | Unknown):
                self._tell(outcome, chosen, f"every {word} of {where}")
            self._settle(chosen, [outcome] * len(chosen))

    async def _ask(self, group: Sequence[Tracked]) -> None:
        """Ask for the cancellation of a group that one request can name."""
        for tracked in group:
            self._recorder.note(CANCEL, CancelRow(tracked.key, ""))
        outcomes: Sequence[Outcome] = ()
        actions, refs = self._gateway.actions, [tracked.order.ref for tracked in group]
        try:
            outcomes = await actions.cancel_batch(refs) if len(refs) > 1 else (await actions.cancel(refs[0]),)
        finally:
            outcomes = [*outcomes, *[_UNANSWERED] * (len(group) - len(outcomes))]
            for tracked, outcome in zip(group, outcomes, strict=False):
                self._asking.discard(tracked.key)
                self._tell(outcome, [tracked], name_order(tracked.order))
            self._settle(group, outcomes)

    def _settle(self, orders: Sequence[Tracked], outcomes: Sequence[Outcome]) -> None:
        now = self._state.clock.monotonic()
        for tracked, outcome in zip(orders, outcomes, strict=False):
            tracked.cancels += 1
            tracked.cancel_answered_at = now
            if isinstance(outcome, Rejected | NotSent):
                # The refusal means what the exchange knew then. One that has not arrived there, or perhaps
                # has not, must still be cancelled when it does.
                tracked.cancel_requested = tracked.order.state in _NOT_ARRIVED
                if not tracked.cancel_requested:
                    self._recorder.note(CANCEL, CancelRow(tracked.key, "", stands=False))
        self._state.touch(*ORDER_PANELS)
        self._look_again()

    def _tell(self, outcome: Outcome, orders: Sequence[Tracked], what: str) -> None:
        diary = self._state.diary
        match outcome:
            case Accepted():
                diary.write(f"cancel taken, waiting for proof: {what}")
            case Rejected() if not orders:
                diary.write(f"nothing was resting: {what}")
            case Rejected(code=code, message=message):
                diary.warn(f"cancel refused: {what}: {message} ({code}); asking what became of it")
            case NotSent(reason=reason):
                diary.error(f"cancel not sent: {what}: {reason}")
            case Unknown(reason=reason):
                diary.warn(f"cancel unanswered: {what}: {reason}; asking what became of it")

    def _cancel_what_turned_out_live(self, evidence: Evidence) -> None:
        """An order whose fate was unknown lives after all, and its cancellation was asked for meanwhile."""
        tracked = self._state.ledger.get(evidence.key)
        if tracked is None or evidence.before is not OrderState.UNKNOWN or tracked.key in self._asking:
            return
        if tracked.state is OrderState.PENDING_CANCEL:
            self._state.diary.warn(f"it lives after all: cancelling {name_order(tracked.order)}")
            self.cancel_many([tracked])

    def _ask_again_while_it_lives(self, tracked: Tracked) -> None:
        """The exchange lists an order as open although it was asked, before that, to cancel it."""
        answered, listed = tracked.cancel_answered_at, tracked.listed_at
        if tracked.state is not OrderState.PENDING_CANCEL or tracked.key in self._asking:
            return
        if answered is None or listed is None or listed <= answered or not self._may_go(tracked):
            return
        if self._state.clock.monotonic() - answered < min(_LONGEST_PAUSE_SECONDS, 2.0**tracked.cancels):
            return
        words = f"still open after {tracked.cancels} cancel(s): {name_order(tracked.order)}"
        if tracked.cancels >= _ALARMING_TRIES:
            self._state.diary.error(f"{words}; cancel it on the exchange's own page if this goes on")
        else:
            self._state.diary.warn(f"{words}; asking again")
        self.cancel_many([tracked])

    def _may_go(self, tracked: Tracked) -> bool:
        """An order that an amendment replaces goes only when the one in its place has been seen."""
        successor = self._state.ledger.get(tracked.replaced_by or "")
        return tracked.replaced_by is None or (successor is not None and successor.order.state in _SEEN)


def name_order(order: Order) -> str:
    """An order in the words of the log."""
    if order.plan is not None:
        kind, at = order.plan.kind.replace("_", " "), decimal_text(order.plan.trigger_price)
        size = f" {decimal_text(order.size)}" if order.size else ""
        return f"{kind} {order.side}{size} {order.symbol} at {at}"
    price = decimal_text(order.price) if order.price is not None else "market"
    return f"{order.side} {decimal_text(order.remaining)} {order.symbol} at {price}"


def _is_of(order: Order, family: OrderFamily) -> bool:
    match family:
        case OrderFamily.RESTING:
            return order.plan is None
        case OrderFamily.TRIGGERS:
            return order.plan is not None and not order.plan.kind.of_position
        case OrderFamily.PROTECTION:
            return order.plan is not None and order.plan.kind.of_position
        case OrderFamily.ENTRIES:
            return not order.reduce_only
        case OrderFamily.ALL:
            return True


def _group(orders: Iterable[Tracked]) -> Iterator[list[Tracked]]:
    """What one cancel request can name: orders of one symbol, all plain or all plans of one kind."""
    groups: dict[tuple[str, PlanKind | None], list[Tracked]] = {}
    for tracked in orders:
        groups.setdefault((tracked.order.symbol, tracked.order.ref.plan), []).append(tracked)
    for group in groups.values():
        yield from (group[start : start + BATCH_LIMIT] for start in range(0, len(group), BATCH_LIMIT))
