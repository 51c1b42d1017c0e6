"""The order manager: intent, write-ahead, send, outcome; cancels. It never sends an order twice.

No order leaves before its intent is durable, with one exception: an order that can only reduce a position
does not wait for a journal that fails. It leaves under its own client id, which the exchange remembers, and
the log says that it stands nowhere else.

Evidence that arrives by stream or query is applied by `apply` and `reconciler`; what may be sent is judged
by `preview` and `guards`.
"""

from collections.abc import Callable, Iterable
from functools import partial

from omega_tui.clock import Ids
from omega_tui.domain.events import Surface
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import OrderRequest, OrderState, Side
from omega_tui.domain.values import decimal_text
from omega_tui.engine.apply import ORDER_PANELS
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    Doors,
    PlaceBatch,
    PlaceOrder,
    Receipt,
)
from omega_tui.engine.ledger import Tracked
from omega_tui.engine.preview import build_preview, differs
from omega_tui.engine.recorder import CANCEL, INTENT, CancelRow, IntentRow, Recorder
from omega_tui.engine.requests import build_request
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import Accepted, Gateway, NotSent, Outcome, Rejected, Unknown
from omega_tui.journal import JournalFailed

CLIENT_ID_PREFIX = "omg"
"""Marks client order ids of this cockpit."""

_TOKEN_LENGTH = 24
_LATENCIES = 101


class OrderManager:
    """Sends orders and cancels for one account. `look_again` asks for a reconciliation soon."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        recorder: Recorder,
        ids: Ids,
        supervisor: Supervisor,
        look_again: Callable[[], None],
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._ids = ids
        self._supervisor = supervisor
        self._look_again = look_again
        self._used_tickets: set[str] = set()

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {
            PlaceOrder: self.place,
            PlaceBatch: self.place_batch,
            AmendOrder: self.amend,
            CancelOrder: lambda intent: self.cancel(intent.key),
            CancelAll: self.cancel_all,
        }

    def new_client_order_id(self) -> str:
        """An id that nobody used: our prefix and a token, letters and digits only, below Bitget's 50."""
        return CLIENT_ID_PREFIX + self._ids.token(_TOKEN_LENGTH)

    def place(self, intent: PlaceOrder) -> Receipt:
        """Take up a ticket once, exactly as it was shown; refuse with the reasons otherwise."""
        draft = intent.draft
        if draft.ticket_id in self._used_tickets:
            return Receipt(False, "this ticket was sent already; open a new one")
        fresh = build_preview(self._state, draft)
        if fresh.problems:
            return Receipt(False, "; ".join(fresh.problems))
        change = differs(intent.preview, fresh)
        if change is not None:
            return Receipt(False, f"not sent: {change}; look again and press once more")
        request = build_request(self._state, draft, fresh, self.new_client_order_id())
        self._used_tickets.add(draft.ticket_id)
        tracked = self.open(request)
        self._supervisor.once(
            "sending an order", partial(self.send, tracked, request, fresh.effect), Surface.ACTIONS
        )
        return Receipt(True, fresh.effect, (tracked.key,))

    def place_batch(self, intent: PlaceBatch) -> Receipt:
        """Take up several tickets in as few requests as the exchange allows."""
        return Receipt(False, "batches are not possible yet")

    def amend(self, intent: AmendOrder) -> Receipt:
        """Give an order other terms."""
        return Receipt(False, "amending is not possible yet")

    def open(self, request: OrderRequest) -> Tracked:
        """Start tracking an order that `send` will send; it shows and counts from now on."""
        tracked = self._state.ledger.open(request, self._state.clock.monotonic())
        self._state.touch(*ORDER_PANELS)
        return tracked

    async def send(self, tracked: Tracked, request: OrderRequest, why: str) -> None:
        """Make the intent durable, then send it, once. What is known afterwards stands in `tracked`."""
        self._state.diary.write(f"sending: {why}")
        unwritten = await self._write_ahead(request, why)
        stopped = self._stopped_meanwhile(tracked, request) or unwritten
        if stopped:
            self._conclude(tracked, OrderState.NOT_SENT, stopped, why)
            return
        self._state.ledger.conclude(tracked, OrderState.SENT)
        self._state.touch(*ORDER_PANELS)
        started = self._state.clock.monotonic()
        outcome: Outcome = Unknown("the answer was not waited for")
        try:
            outcome = await self._gateway.actions.place(request)
        finally:
            self._settle(tracked, outcome, why, started)
        if tracked.cancel_requested and not tracked.order.state.terminal:
            # A cancel that was asked for while the order travelled may have reached the exchange first.
            self._start_cancel(tracked)

    async def _write_ahead(self, request: OrderRequest, why: str) -> str:
        """Make the intent durable; why the order must not leave when that failed, else empty."""
        row = IntentRow(request, why)
        if request.reduce_only and self._state.journal_fault:
            self._recorder.note(INTENT, row)
            self._state.diary.error(f"leaves without a record in the journal: {why}")
            return ""
        try:
            await self._recorder.write(INTENT, row)
        except JournalFailed as error:
            if not request.reduce_only:
                return f"the journal failed: {error}"
            self._recorder.note(INTENT, row)
            self._state.diary.error(f"leaves without a record in the journal ({error}): {why}")
        return ""

    def _stopped_meanwhile(self, tracked: Tracked, request: OrderRequest) -> str:
        """Why an order must not leave although its intent was taken up; empty when it may."""
        if tracked.cancel_requested:
            return "cancelled before it left"
        halted = self._state.is_halted(request.symbol) and not request.reduce_only
        return "halted before it left" if halted else ""

    def _settle(self, tracked: Tracked, outcome: Outcome, why: str, started: float) -> None:
        match outcome:
            case Accepted(order_id=order_id):
                self._note_latency(started)
                self._conclude(tracked, OrderState.ACK, "", why, order_id, answered=True)
            case Rejected(code=code, message=message, advice=advice):
                self._note_latency(started)
                words = f"{message} ({code})" + (f": {advice}" if advice else "")
                self._conclude(tracked, OrderState.REJECTED, words, why, answered=True)
            case NotSent(reason=reason):
                self._conclude(tracked, OrderState.NOT_SENT, reason, why)
            case Unknown(reason=reason):
                self._conclude(tracked, OrderState.UNKNOWN, reason, why)
                self._look_again()

    def _conclude(
        self,
        tracked: Tracked,
        state: OrderState,
        reason: str,
        why: str,
        order_id: str | None = None,
        *,
        answered: bool = False,
    ) -> None:
        ledger = self._state.ledger
        if answered:
            ledger.evidence(tracked, EvidenceSource.ANSWER, state, reason, order_id)
        else:
            ledger.conclude(tracked, state, reason, order_id)
        self._recorder.note_order(tracked.order)
        self._state.touch(*ORDER_PANELS)
        diary = self._state.diary
        match tracked.order.state:
            case OrderState.REJECTED:
                diary.error(f"refused: {why}: {reason}")
            case OrderState.NOT_SENT:
                diary.error(f"not sent: {why}: {reason}")
            case OrderState.UNKNOWN:
                diary.warn(f"fate unknown: {why}: {reason}; it counts as live until the exchange tells")
            case _:
                latency = self._state.ack_latencies_ms
                diary.good(f"acknowledged{f' in {latency[-1]} ms' if latency else ''}: {why}")

    def _note_latency(self, started: float) -> None:
        latencies = self._state.ack_latencies_ms
        latencies.append(round((self._state.clock.monotonic() - started) * 1000))
        del latencies[:-_LATENCIES]

    def cancel(self, key: str) -> Receipt:
        """Ask for the cancellation of one order."""
        tracked = self._state.ledger.get(key)
        if tracked is None:
            return Receipt(False, "that order is not known any more")
        if tracked.order.state.terminal:
            return Receipt(False, f"that order is {tracked.order.state} already")
        if self._state.options.read_only:
            return Receipt(False, "read-only: this venue only looks")
        self._start_cancel(tracked)
        return Receipt(True, f"cancelling {_name(tracked)}")

    def cancel_many(self, orders: Iterable[Tracked]) -> int:
        """Ask for the cancellation of each order by itself; returns how many."""
        chosen = [tracked for tracked in orders if not tracked.order.state.terminal]
        for tracked in chosen:
            self._start_cancel(tracked)
        return len(chosen)

    def cancel_all(self, intent: CancelAll) -> Receipt:
        """Ask for the cancellation of everything in the scope."""
        scope = intent.scope
        if self._state.options.read_only:
            return Receipt(False, "read-only: this venue only looks")
        symbol = intent.symbol or self._state.market.symbol
        if scope in (CancelScope.BUYS, CancelScope.SELLS):
            side = Side.BUY if scope is CancelScope.BUYS else Side.SELL
            chosen = [each for each in self._plain(symbol) if each.order.side is side]
            count = self.cancel_many(chosen)
            return Receipt(bool(count), f"cancelling {count} {side} orders of {symbol}")
        where = None if scope is CancelScope.ACCOUNT else symbol
        self._supervisor.once("cancelling all", partial(self.sweep, where), Surface.ACTIONS)
        return Receipt(True, f"cancelling every order of {where or 'the account'}")

    async def sweep(self, symbol: str | None) -> None:
        """Have the exchange cancel every plain order of a symbol, or of the account."""
        chosen = self._plain(symbol)
        for tracked in chosen:
            tracked.cancel_requested = True
        self._state.touch(*ORDER_PANELS)
        where = symbol or "the account"
        self._recorder.note(CANCEL, CancelRow("", where))
        outcome: Outcome = Unknown("the answer was not waited for")
        try:
            outcome = await self._gateway.actions.cancel_all(symbol)
        finally:
            self._settle_cancel(chosen, outcome, f"every order of {where}")

    def _plain(self, symbol: str | None) -> list[Tracked]:
        return [each for each in self._state.ledger.unfinished() if symbol in (None, each.order.symbol)]

    def _start_cancel(self, tracked: Tracked) -> None:
        tracked.cancel_requested = True
        self._state.touch(*ORDER_PANELS)
        if tracked.order.state is OrderState.INTENT:
            return
        self._supervisor.once("cancelling an order", partial(self._cancel, tracked), Surface.ACTIONS)

    async def _cancel(self, tracked: Tracked) -> None:
        order = tracked.order
        self._recorder.note(CANCEL, CancelRow(tracked.key, ""))
        outcome: Outcome = Unknown("the answer was not waited for")
        try:
            outcome = await self._gateway.actions.cancel(order.ref)
        finally:
            self._settle_cancel([tracked], outcome, _name(tracked))

    def _settle_cancel(self, orders: list[Tracked], outcome: Outcome, what: str) -> None:
        """An answer to a cancel proves nothing about the order: only a report of its end does."""
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
        if isinstance(outcome, Rejected | NotSent):
            for tracked in orders:
                # One that is still being written down has not left, and must not: nobody refused that.
                tracked.cancel_requested = tracked.order.state is OrderState.INTENT
        self._state.touch(*ORDER_PANELS)
        self._look_again()


def _name(tracked: Tracked) -> str:
    order = tracked.order
    price = decimal_text(order.price) if order.price is not None else "market"
    return f"{order.side} {decimal_text(order.remaining)} {order.symbol} at {price}"
