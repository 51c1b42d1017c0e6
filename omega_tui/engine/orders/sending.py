"""The one way out for orders: intent, write-ahead, send, outcome. It never sends an order twice.

No order leaves before its intent is durable, with one exception: an order that can only reduce a position
does not wait for a journal that fails. It leaves under its own client id, which the exchange remembers, and
the log says that it stands nowhere else. What may be sent at all is judged elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from omega_tui.clock import Ids
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import OrderRequest, OrderState
from omega_tui.engine.apply import ORDER_PANELS
from omega_tui.engine.orders.ledger import CLIENT_ID_PREFIX, Tracked
from omega_tui.engine.orders.slippage import touch_of
from omega_tui.engine.recorder import INTENT, IntentRow, Recorder
from omega_tui.engine.state import State
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Stopped, Unknown
from omega_tui.journal import JournalFailed

LONGEST_CLIENT_ID = 50
"""Most characters of a client order id (Bitget, "Place-Order")."""

_TOKEN_LENGTH = 24
_LATENCIES = 101
_FRESH_SECONDS = 5.0
"""How long a new entry may be held up, by the disk or by orders before it, and still leave."""
_UNANSWERED = "the answer was not waited for"

Send = Callable[[Stopped], Awaitable[Outcome]]
SendMany = Callable[[Sequence[OrderRequest], Stopped], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True, slots=True)
class Leg:
    """One order about to leave: what is tracked, what is written down, and why, in plain words."""

    tracked: Tracked
    request: OrderRequest
    why: str


class Sender:
    """Sends orders of one account. `look_again` asks for a reconciliation soon, `cancel` for the cancellation
    of an order that was meant to be cancelled while it travelled."""

    def __init__(
        self,
        state: State,
        recorder: Recorder,
        ids: Ids,
        look_again: Callable[[], None],
        cancel: Callable[[Tracked], None],
    ) -> None:
        self._state = state
        self._recorder = recorder
        self._ids = ids
        self._look_again = look_again
        self._cancel = cancel

    def new_client_order_id(self) -> str:
        """An id that neither journal nor ledger knows: our prefix, the broker's code, and a token."""
        start = CLIENT_ID_PREFIX + self._state.options.broker_code
        while True:
            made = start + self._ids.token(min(_TOKEN_LENGTH, LONGEST_CLIENT_ID - len(start)))
            if not self._state.ledger.is_used(made):
                return made

    def open(self, request: OrderRequest) -> Tracked:
        """Start tracking an order that will be sent; it shows and counts from now on."""
        tracked = self._state.ledger.open(request, self._state.clock.monotonic())
        tracked.touch = touch_of(self._state, request)
        self._state.touch(*ORDER_PANELS)
        return tracked

    async def send(self, leg: Leg, action: Send) -> Outcome | None:
        """Make the intent durable, then have `action` send it, once; what became of it stands in the ledger.

        Returns how it ended, None when it was stopped before a byte left.
        """
        if not await self._prepare([leg]):
            return None
        started = self._state.clock.monotonic()
        outcome: Outcome = Unknown(_UNANSWERED)
        try:
            outcome = await action(partial(self._stopped, [leg]))
        finally:
            self.settle(leg, outcome, started)
        return outcome

    async def send_many(self, legs: Sequence[Leg], action: SendMany) -> None:
        """The same for orders that leave in one request; each ends by itself."""
        left = await self._prepare(legs)
        if not left:
            return
        started = self._state.clock.monotonic()
        outcomes: Sequence[Outcome] = ()
        try:
            outcomes = await action([leg.request for leg in left], partial(self._stopped, left))
        finally:
            missing = [Unknown(_UNANSWERED)] * (len(left) - len(outcomes))
            for leg, outcome in zip(left, [*outcomes, *missing], strict=False):
                self.settle(leg, outcome, started)

    async def _prepare(self, legs: Sequence[Leg]) -> list[Leg]:
        """Write the intents down; those that may leave, already marked as sent."""
        if len(legs) == 1:
            unwritten = [await self._write_ahead(legs[0])]
        else:
            unwritten = await asyncio.gather(*(self._write_ahead(leg) for leg in legs))
        left: list[Leg] = []
        for leg, reason in zip(legs, unwritten, strict=True):
            stopped = self._stopped_meanwhile(leg) or reason
            if stopped:
                self.conclude(leg, OrderState.NOT_SENT, stopped)
            else:
                self._state.ledger.conclude(leg.tracked, OrderState.SENT)
                left.append(leg)
        self._state.touch(*ORDER_PANELS)
        return left

    async def _write_ahead(self, leg: Leg) -> str:
        self._state.diary.write(f"sending: {leg.why}")
        row = IntentRow(leg.request, leg.why)
        return await self.write_ahead(INTENT, row, leg.why, reduces=leg.request.reduce_only)

    async def write_ahead(self, kind: str, row: object, why: str, *, reduces: bool) -> str:
        """Make a row durable before what it says is done; why it must not be done, else empty.

        What only `reduces` does not wait for a journal that fails.
        """
        if reduces and self._state.journal_fault:
            self._recorder.note(kind, row)
            self._state.diary.error(f"leaves without a record in the journal: {why}")
            return ""
        try:
            await self._recorder.write(kind, row)
        except JournalFailed as error:
            if not reduces:
                return f"the journal failed: {error}"
            self._recorder.note(kind, row)
            self._state.diary.error(f"leaves without a record in the journal ({error}): {why}")
        return ""

    def _stopped(self, legs: Sequence[Leg], client_order_id: str) -> str:
        return next(
            (self._stopped_meanwhile(leg) for leg in legs if leg.request.client_order_id == client_order_id),
            "",
        )

    def _stopped_meanwhile(self, leg: Leg) -> str:
        """Why an order must not leave although its intent was taken up; empty when it may."""
        if leg.tracked.cancel_requested:
            return "cancelled before it left"
        if leg.request.reduce_only:
            return ""
        if self._state.is_halted(leg.request.symbol):
            return "halted before it left"
        waited = self._state.clock.monotonic() - (leg.tracked.opened_at or 0.0)
        return f"held up for {waited:.0f} s: the price is old" if waited > _FRESH_SECONDS else ""

    def settle(self, leg: Leg, outcome: Outcome, started: float) -> None:
        """Take in how sending ended; `started` is the monotonic time at which it began."""
        match outcome:
            case Accepted(order_id=order_id):
                self._note_latency(started)
                self.conclude(leg, OrderState.ACK, "", order_id, answered=True)
            case Rejected(code=code, message=message, advice=advice):
                self._note_latency(started)
                words = f"{message} ({code})" + (f": {advice}" if advice else "")
                self.conclude(leg, OrderState.REJECTED, words, answered=True)
            case NotSent(reason=reason):
                self.conclude(leg, OrderState.NOT_SENT, reason)
            case Unknown(reason=reason):
                self.conclude(leg, OrderState.UNKNOWN, reason)
                self._look_again()
        tracked = leg.tracked
        if tracked.cancel_requested and tracked.state is OrderState.PENDING_CANCEL:
            # A cancel that was asked for while the order travelled may have reached the exchange first.
            self._cancel(tracked)

    def conclude(
        self, leg: Leg, state: OrderState, reason: str, order_id: str | None = None, *, answered: bool = False
    ) -> None:
        """Record and tell what sending came to; `answered` when the exchange itself said so."""
        ledger, tracked = self._state.ledger, leg.tracked
        if answered:
            ledger.evidence(tracked, EvidenceSource.ANSWER, state, reason, order_id)
        else:
            ledger.conclude(tracked, state, reason, order_id)
        self._recorder.note_order(tracked.order)
        self._state.touch(*ORDER_PANELS)
        self._tell(leg, reason)

    def _tell(self, leg: Leg, reason: str) -> None:
        diary, why = self._state.diary, leg.why
        match leg.tracked.order.state:
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
