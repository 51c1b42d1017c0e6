"""The engine's hand on the journal: what is written before sending, what after, what is read at the start.

A journal that fails, or does not answer in time, is a posture: no new risk, said with the reason, until a row
can be written again.
"""

import asyncio
from dataclasses import dataclass, replace

from omega_tui.domain.account import Bill
from omega_tui.domain.evidence import Evidence
from omega_tui.domain.orders import Fill, Order, OrderState
from omega_tui.engine.day import DayOpening
from omega_tui.engine.ledger import build_intent_order
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.journal import (
    JournalDamaged,
    JournalFailed,
    JournalPort,
    JournalRow,
    Recollection,
    read_body,
)
from omega_tui.journal.records import (
    BILL,
    CANCEL,
    DAY,
    EVIDENCE,
    FILL,
    INTENT,
    ORDER,
    POSTURE,
    PROBE,
    SESSION,
    CancelRow,
    IntentRow,
    OrderRow,
    PostureRow,
)

__all__ = [
    "BILL",
    "CANCEL",
    "DAY",
    "FILL",
    "INTENT",
    "POSTURE",
    "SESSION",
    "CancelRow",
    "IntentRow",
    "PostureRow",
    "Recorder",
    "Remembered",
    "as_unknown",
]

_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier run left: orders without a proven end, each with the age of its intent in
    milliseconds, the executions of those orders and the newest ones of each symbol, the bills of the last two
    days that had any, the newest opening of a day, and what was halted."""

    orders: tuple[tuple[Order, int], ...]
    fills: tuple[Fill, ...]
    bills: tuple[Bill, ...] = ()
    day: DayOpening | None = None
    posture: PostureRow | None = None


class Recorder:
    """Writes rows and keeps the journal's fault, if any, in the state."""

    def __init__(self, journal: JournalPort, state: State) -> None:
        self._journal = journal
        self._state = state
        self._unreadable = False

    async def write(self, kind: str, body: object) -> None:
        """Return once the row is durable. Raises JournalFailed, and the posture then shows it.

        A disk that hangs counts as a failure after two seconds: an order must not leave late at an old price.
        """
        future = asyncio.wrap_future(self._journal.append(kind, body))
        done, _ = await asyncio.wait({future}, timeout=_PATIENCE_SECONDS)
        if not done:
            future.add_done_callback(self._noted)
            reason = f"no answer within {_PATIENCE_SECONDS:g} s"
            self._fail(reason)
            raise JournalFailed(reason)
        self._noted(future)
        future.result()

    def note(self, kind: str, body: object) -> None:
        """Write a row without waiting; a failure shows in the posture."""
        asyncio.wrap_future(self._journal.append(kind, body)).add_done_callback(self._noted)

    def note_order(self, order: Order) -> None:
        """Write the newest knowledge of an order without waiting."""
        self.note(ORDER, OrderRow(order))

    def note_evidence(self, evidence: Evidence) -> None:
        """Write down what settled an order, without waiting."""
        self.note(EVIDENCE, evidence)

    async def probe(self) -> None:
        """While the journal fails, find out whether it works again."""
        if self._state.journal_fault:
            try:
                await self.write(PROBE, {})
            except JournalFailed:
                return

    async def recall(self) -> Remembered:
        """What an earlier run left. A journal that cannot be read leaves nothing and says so."""
        try:
            recollection = await asyncio.wrap_future(self._journal.recall(DAY, POSTURE))
            return understand(recollection, self._state.clock.wall_ms())
        except (JournalFailed, JournalDamaged) as error:
            self._give_up_past(error)
            return Remembered((), ())

    async def inspect(self) -> None:
        """Recheck everything that was ever written; damage shuts new risk for the rest of the run."""
        try:
            await asyncio.wrap_future(self._journal.inspect())
        except JournalDamaged as error:
            self._give_up_past(error)
        except JournalFailed as error:
            self._state.diary.warn(f"the journal could not be rechecked: {error}")

    def _give_up_past(self, error: Exception) -> None:
        self._fail(str(error))
        self._unreadable |= isinstance(error, JournalDamaged)

    def _noted(self, future: "asyncio.Future[int]") -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self._work()
        else:
            self._fail(str(error))

    def _fail(self, reason: str) -> None:
        if not self._state.journal_fault:
            self._state.diary.error(f"the journal cannot be used ({reason}): no new orders until it can")
        self._state.journal_fault = reason
        self._state.touch(Panel.STATUS)

    def _work(self) -> None:
        # Rows can be added to a journal whose past cannot be read, yet open orders may hide in it.
        if self._state.journal_fault and not self._unreadable:
            self._state.journal_fault = ""
            self._state.diary.good("the journal works again")
            self._state.touch(Panel.STATUS)


def understand(recollection: Recollection, now_ms: int) -> Remembered:
    """The orders and executions that the rows tell of. Raises JournalDamaged."""
    orders = tuple(
        (_order_of(newest), max(0, now_ms - intent.wall_ms)) for intent, newest in recollection.orders
    )
    fills = tuple(read_body(row, Fill) for row in recollection.fills)
    bills = tuple(read_body(row, Bill) for row in recollection.bills)
    days = [read_body(row, DayOpening) for row in recollection.newest if row.kind == DAY]
    halts = [read_body(row, PostureRow) for row in recollection.newest if row.kind == POSTURE]
    return Remembered(orders, fills, bills, days[0] if days else None, halts[0] if halts else None)


def _order_of(row: JournalRow) -> Order:
    if row.kind == INTENT:
        return build_intent_order(read_body(row, IntentRow).request)
    return read_body(row, OrderRow).order


def as_unknown(order: Order) -> Order:
    """An order of an earlier run: one without an answer may or may not have left."""
    if order.state not in (OrderState.INTENT, OrderState.SENT):
        return order
    return replace(order, state=OrderState.UNKNOWN, reason="the cockpit ended before the answer came")
