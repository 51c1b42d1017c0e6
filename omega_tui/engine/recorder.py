"""The engine's hand on the journal: what is written before sending, what after, what is read at the start.

A journal that fails, or does not answer in time, is a posture: no new risk, said with the reason, until a row
can be written again.
"""

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from omega_tui.domain.account import Bill
from omega_tui.domain.evidence import Evidence
from omega_tui.domain.order_lifecycle import build_intent_order
from omega_tui.domain.orders import Fill, Order, OrderState
from omega_tui.engine.account.day import DayOpening
from omega_tui.engine.backlog import Backlog
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.history.records import CONTEXT, ContextRow
from omega_tui.journal import (
    Fold,
    Folded,
    JournalDamaged,
    JournalFailed,
    JournalPort,
    JournalRow,
    Recollection,
    RowRefused,
    read_body,
)
from omega_tui.journal.records import (
    AMEND,
    BILL,
    CANCEL,
    DAY,
    EVIDENCE,
    FILL,
    INTENT,
    NOTE,
    ORDER,
    POSTURE,
    PROBE,
    RISK,
    SESSION,
    SETTING,
    AmendRow,
    CancelRow,
    IntentRow,
    NoteRow,
    OrderRow,
    PostureRow,
    RiskRow,
    SettingRow,
)

__all__ = [
    "AMEND",
    "BILL",
    "CANCEL",
    "DAY",
    "FILL",
    "INTENT",
    "NOTE",
    "POSTURE",
    "RISK",
    "SESSION",
    "SETTING",
    "AmendRow",
    "CancelRow",
    "IntentRow",
    "NoteRow",
    "PostureRow",
    "Recorder",
    "Remembered",
    "RiskRow",
    "SettingRow",
    "as_unknown",
]

_PATIENCE_SECONDS = 2.0
_NEWEST_CONTEXTS = 500
_NEWEST_INTENTS = 2000
"""As far back as limits on the rate of entries look: more than any of them lets through."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier run left: orders without a proven end, each with the age of its intent in
    milliseconds, the executions of those orders and the newest ones of each symbol, the bills of the last two
    days that had any, the newest opening of a day, what was halted, which day its loss had closed, and the
    row keys of those orders whose cancellation was asked for and not refused."""

    orders: tuple[tuple[Order, int], ...]
    fills: tuple[Fill, ...]
    bills: tuple[Bill, ...] = ()
    day: DayOpening | None = None
    posture: PostureRow | None = None
    risk: RiskRow | None = None
    cancelled: frozenset[str] = frozenset()


class Recorder:
    """Writes rows and keeps the journal's fault, if any, in the state."""

    def __init__(self, journal: JournalPort, state: State) -> None:
        self._journal = journal
        self._state = state
        self._unreadable = False
        self._backlog = Backlog()

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
        """Write a row without waiting. One that fails shows in the posture and is written when it can be.

        A session that only looks has nothing to record.
        """
        if self._state.options.hands_off:
            return
        number = self._backlog.handed_in(kind, body)
        future = asyncio.wrap_future(self._journal.append(kind, body))
        future.add_done_callback(partial(self._settle, kind, body, number))

    def note_order(self, order: Order) -> None:
        """Write the newest knowledge of an order without waiting."""
        self.note(ORDER, OrderRow(order))

    def note_evidence(self, evidence: Evidence) -> None:
        """Write down what settled an order, without waiting."""
        self.note(EVIDENCE, evidence)

    async def probe(self) -> None:
        """While the journal fails, find out whether it works again."""
        if self._state.journal_fault and not self._state.options.hands_off:
            try:
                await self.write(PROBE, {})
            except JournalFailed:
                return

    async def recall(self) -> Remembered:
        """What an earlier run left. A journal that cannot be read leaves nothing and says so."""
        try:
            recollection = await asyncio.wrap_future(self._journal.recall(DAY, POSTURE, RISK))
            return understand(recollection, self._state.clock.wall_ms())
        except (JournalFailed, JournalDamaged) as error:
            # Whatever made it fail: an order that may be open was not recalled.
            self._give_up_past(error)
            return Remembered((), ())

    async def intended(self, *client_order_ids: str) -> frozenset[str]:
        """Which of these client ids an intent was ever written for. Raises JournalFailed, JournalDamaged."""
        return await asyncio.wrap_future(self._journal.intended(*client_order_ids))

    async def entries_since(self, wall_ms: int) -> tuple[tuple[str, int], ...]:
        """Client id and wall time of the newest orders intended since `wall_ms` that could add risk; none
        when unreadable."""
        try:
            rows = await asyncio.wrap_future(self._journal.read(INTENT, newest=_NEWEST_INTENTS))
            young = [
                (row.wall_ms, read_body(row, IntentRow).request) for row in rows if row.wall_ms >= wall_ms
            ]
        except (JournalFailed, JournalDamaged):
            return ()
        return tuple((request.client_order_id, at) for at, request in young if not request.reduce_only)

    async def replay(self, fold: Fold[Folded], *kinds: str) -> tuple[Folded, list[JournalRow]]:
        """What `fold` makes of every execution in the journal, and the rows of `kinds`, all handed in before
        included. Raises JournalFailed, JournalDamaged."""
        # The writer answers in turn: once it has, nothing handed in waits any more.
        await asyncio.wrap_future(self._journal.read(SESSION, newest=1))
        return await asyncio.wrap_future(self._journal.replay(fold, *kinds))

    async def contexts(self) -> list[ContextRow]:
        """What earlier runs wrote of positions; nothing when unreadable. Newest last."""
        try:
            rows = await asyncio.wrap_future(self._journal.read(CONTEXT, newest=_NEWEST_CONTEXTS))
            return [read_body(row, ContextRow) for row in rows]
        except (JournalFailed, JournalDamaged):
            return []

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
        self._unreadable = True

    def _noted(self, future: "asyncio.Future[int]") -> None:
        error = _error_of(future)
        if error is None:
            self._work()
        elif isinstance(error, RowRefused):
            self._state.diary.error(f"not written to the journal: {error}")
        else:
            self._fail(str(error))

    def _settle(self, kind: str, body: object, number: int, future: "asyncio.Future[int]") -> None:
        error = _error_of(future)
        # What the journal refuses for good would be refused again; an intent it has already is there.
        kept = error is not None and not isinstance(error, RowRefused)
        self._backlog.settled(kind, body, number, kept=kept)
        self._noted(future)

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
        if not self._state.journal_fault or self._unreadable:
            for kind, body in self._backlog.take():
                self.note(kind, body)


def _error_of(future: "asyncio.Future[int]") -> BaseException | None:
    """Why a row is not on disk; None when it is, or when nobody waited for it."""
    return None if future.cancelled() else future.exception()


def understand(recollection: Recollection, now_ms: int) -> Remembered:
    """The orders and executions that the rows tell of. Raises JournalDamaged."""
    orders = tuple(
        (_order_of(newest), max(0, now_ms - intent.wall_ms)) for intent, newest in recollection.orders
    )
    fills = tuple(read_body(row, Fill) for row in recollection.fills)
    bills = tuple(read_body(row, Bill) for row in recollection.bills)
    days = [read_body(row, DayOpening) for row in recollection.newest if row.kind == DAY]
    halts = [read_body(row, PostureRow) for row in recollection.newest if row.kind == POSTURE]
    risks = [read_body(row, RiskRow) for row in recollection.newest if row.kind == RISK]
    cancels = [read_body(row, CancelRow) for row in recollection.cancels]
    return Remembered(
        orders,
        fills,
        bills,
        days[0] if days else None,
        halts[0] if halts else None,
        risks[0] if risks else None,
        frozenset(cancel.key for cancel in cancels if cancel.stands),
    )


def _order_of(row: JournalRow) -> Order:
    if row.kind == INTENT:
        return build_intent_order(read_body(row, IntentRow).request)
    return read_body(row, OrderRow).order


def as_unknown(order: Order) -> Order:
    """An order of an earlier run: one without an answer may or may not have left."""
    if order.state not in (OrderState.INTENT, OrderState.SENT):
        return order
    return replace(order, state=OrderState.UNKNOWN, reason="the cockpit ended before the answer came")
