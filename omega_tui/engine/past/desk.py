"""The account's closed positions, kept up to date: read from the journal, added to by fills, checked against
the exchange's own history.

It asks the exchange after a position closed and now and then; what it learns is written down, because the
exchange forgets after three months.
"""

import asyncio
from collections.abc import Iterable

from omega_tui.analytics.breakdown import Breakdown, break_down
from omega_tui.analytics.performance import Performance, performance
from omega_tui.analytics.trades import Trade
from omega_tui.domain.account import Bill
from omega_tui.domain.closed import Check, ClosedPosition, Origin
from omega_tui.domain.orders import Fill
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway, ReadFailed
from omega_tui.history.ledger import PositionLedger, close_positions
from omega_tui.history.reading import KINDS, records_of
from omega_tui.history.records import ADDED, TOLD, ContextRow
from omega_tui.history.review import Records, Words, review
from omega_tui.journal import JournalDamaged, JournalFailed

COMPARE_SECONDS = 600.0
"""How often the exchange is asked without a reason."""

SOON_SECONDS = 2.0
"""A closed position appears in the exchange's history a moment later."""

_PATIENCE_MS = 60_000
_NEWEST = 20

_KEPT_MS = 90 * 86_400_000
_OVERLAP_MS = 60_000


class PastDesk:
    """Keeps `state.past`. Everything belongs to the engine's loop but the putting together."""

    def __init__(self, state: State, gateway: Gateway, recorder: Recorder) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._built: list[ClosedPosition] = []
        self._ledger = PositionLedger()
        self._stale = True
        self.wake: asyncio.Event | None = None
        """Set to have the exchange asked soon; None while nobody keeps the history."""

    def pause_seconds(self) -> float:
        """How long until the exchange is asked again: soon while it has not told what closed a moment ago."""
        now = self._state.feeds.exchange_now_ms()
        young = (
            each.position
            for each in reversed(self._state.past.trades[-_NEWEST:])
            if now - each.position.closed_ms < _PATIENCE_MS
        )
        waits = any(each.check is Check.UNCHECKED and each.origin is Origin.FILLS for each in young)
        return SOON_SECONDS if waits else COMPARE_SECONDS

    async def run(self) -> None:
        """Bring the history up to date. What cannot be read is said in `Past.problem` and asked again."""
        past = self._state.past
        try:
            # Beside a cockpit that trades, the journal grows without us.
            if self._stale or self._state.options.hands_off:
                await self._load()
            if past.known:
                await self._compare()
                past.problem = ""
        except ReadFailed as error:
            past.problem = f"not compared with the exchange's own history: {error}"
        except (JournalFailed, JournalDamaged) as error:
            past.problem = f"the journal's past cannot be read: {error}"
        await self._put_together()

    async def _load(self) -> None:
        # What comes in while the journal is read may be in the answer or not: then it is read again.
        self._stale = False
        (self._built, self._ledger), rows = await self._recorder.replay(close_positions, *KINDS)
        self._state.past.records = records_of(rows)
        self._state.past.known = not self._stale
        if self._stale:
            self._soon()

    async def _compare(self) -> None:
        told = self._state.past.records.told
        now = self._state.feeds.exchange_now_ms()
        newest = max((each.closed_ms for each in told), default=0)
        known = {each.position_id for each in told}
        since = max(newest - _OVERLAP_MS, now - _KEPT_MS)
        for position in await self._gateway.reads.closed_positions(since):
            if position.position_id not in known:
                told.append(position)
                self._recorder.note(TOLD, position)

    async def _put_together(self) -> None:
        """In a thread of its own: ten thousand positions take half a second, which no key waits for."""
        past = self._state.past
        found = await asyncio.to_thread(_worked_out, list(self._built), past.records.copy())
        past.trades, past.performance, past.breakdown = found
        self._state.touch(Panel.HISTORY, Panel.FIBONACCI)

    def take_fills(self, fills: Iterable[Fill]) -> None:
        """Executions as they come; one that is older than what was taken makes the whole be read again."""
        for fill in fills:
            if not self._state.past.known or fill.exchange_ms < self._ledger.newest_ms:
                self.read_again()
                continue
            closed = self._ledger.push(fill)
            if closed is not None:
                self._built.append(closed)
                self._soon()

    def take_contexts(self, rows: Iterable[ContextRow]) -> None:
        """Contexts of positions that ended."""
        for row in rows:
            if self._state.past.known:
                self._state.past.records.contexts.append(row)
            else:
                self.read_again()

    def take_words(self, words: Words) -> None:
        """A note or a tag of the trader's."""
        if self._state.past.known:
            self._state.past.records.words.append(words)
            self._soon()
        else:
            self.read_again()

    def take_bill(self, bill: Bill) -> None:
        """A movement of money."""
        if self._state.past.known:
            self._state.past.records.bills.append(bill)
        else:
            self.read_again()

    async def add(self, position: ClosedPosition) -> None:
        """Add a position that was written down by hand; returns once it is durable. Raises JournalFailed."""
        await self._recorder.write(ADDED, position)
        self._state.past.records.added.append(position)
        self._soon()

    def read_again(self) -> None:
        """What is known is not whole: the journal is read anew."""
        self._stale, self._state.past.known = True, False
        self._soon()

    def _soon(self) -> None:
        if self.wake is not None:
            self.wake.set()


def _worked_out(
    built: list[ClosedPosition], records: Records
) -> tuple[tuple[Trade, ...], Performance, Breakdown]:
    trades = tuple(review(built, records))
    return trades, performance(trades), break_down(trades)
