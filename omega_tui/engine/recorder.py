"""The engine's hand on the journal: what is written before sending, what after, what is read at the start.

A journal that fails, or does not answer in time, is a posture: no new risk, said with the reason, until a row
can be written again.
"""

import asyncio
from dataclasses import dataclass, replace

from omega_tui.domain.account import Bill
from omega_tui.domain.evidence import Evidence
from omega_tui.domain.orders import Fill, Order, OrderRequest, OrderState
from omega_tui.engine.day import DayOpening
from omega_tui.engine.ledger import build_intent_order
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.journal import JournalDamaged, JournalFailed, JournalPort, JournalRow, read_body

INTENT, ORDER, EVIDENCE, FILL, CANCEL, SESSION, PROBE, BILL, DAY, POSTURE = (
    "order.intent",
    "order.state",
    "order.evidence",
    "fill",
    "order.cancel",
    "session.start",
    "journal.probe",
    "bill",
    "day.opening",
    "posture",
)
"""Kinds of rows."""

_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class IntentRow:
    """An order about to be sent; durable before a byte leaves."""

    request: OrderRequest
    why: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """The newest knowledge of an order."""

    order: Order


@dataclass(frozen=True, slots=True)
class CancelRow:
    """A cancellation that was asked for; `key` names the order, `scope` a whole group."""

    key: str
    scope: str


@dataclass(frozen=True, slots=True)
class PostureRow:
    """What the trader, or the engine for one symbol, has halted: it outlives a crash."""

    halted: bool
    symbols: dict[str, str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier run left: orders without a proven end, each with the age of its intent in
    milliseconds, every execution and bill written down, the newest opening of a day, and what was halted."""

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
            rows = await asyncio.wrap_future(self._journal.read(INTENT, ORDER, FILL, BILL, DAY, POSTURE))
            return fold_rows(rows, self._state.clock.wall_ms())
        except (JournalFailed, JournalDamaged) as error:
            self._fail(str(error))
            self._unreadable = isinstance(error, JournalDamaged)
            return Remembered((), ())

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


def fold_rows(rows: list[JournalRow], now_ms: int) -> Remembered:
    """What the rows that `recall` reads, oldest first, leave behind. Raises JournalDamaged."""
    orders: dict[str, Order] = {}
    begun: dict[str, int] = {}
    fills: list[Fill] = []
    bills: list[Bill] = []
    day: DayOpening | None = None
    posture: PostureRow | None = None
    for row in rows:
        if row.kind == INTENT:
            request = read_body(row, IntentRow).request
            orders[request.client_order_id] = build_intent_order(request)
            begun[request.client_order_id] = row.wall_ms
        elif row.kind == ORDER:
            order = read_body(row, OrderRow).order
            orders[order.client_order_id] = order
        elif row.kind == FILL:
            fills.append(read_body(row, Fill))
        elif row.kind == BILL:
            bills.append(read_body(row, Bill))
        elif row.kind == DAY:
            day = read_body(row, DayOpening)
        elif row.kind == POSTURE:
            posture = read_body(row, PostureRow)
    left = tuple(
        (order, max(0, now_ms - begun[key]))
        for key, order in orders.items()
        if key in begun and not order.state.terminal
    )
    return Remembered(left, tuple(fills), tuple(bills), day, posture)


def as_unknown(order: Order) -> Order:
    """An order of an earlier run: one without an answer may or may not have left."""
    if order.state not in (OrderState.INTENT, OrderState.SENT):
        return order
    return replace(order, state=OrderState.UNKNOWN, reason="the cockpit ended before the answer came")
