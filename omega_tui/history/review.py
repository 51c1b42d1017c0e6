"""Everything that is known of the account's past, put together: each closed position once, with its context.

Pure. What was built from fills counts before what the exchange told alone, and both before what was added.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from omega_tui.analytics.trades import Trade
from omega_tui.domain.account import Bill
from omega_tui.domain.closed import ClosedPosition, ReportedPosition
from omega_tui.domain.orders import HoldSide
from omega_tui.history.funding import with_funding
from omega_tui.history.matching import SAME_TIME_MS, reconcile
from omega_tui.history.records import ContextRow, RemarkRow

_NEAR_MS = 5_000
"""How far the time of a context may lie from its position's: it was seen by report, not by execution."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the trader said at a moment (wall clock, ms) about a market; an empty `symbol` means all."""

    at_ms: int
    symbol: str
    text: str
    tag: bool


@dataclass(slots=True)
class Records:
    """What is known besides the executions, each in the order of writing."""

    bills: list[Bill] = field(default_factory=list)
    told: list[ReportedPosition] = field(default_factory=list)
    added: list[ClosedPosition] = field(default_factory=list)
    contexts: list[ContextRow] = field(default_factory=list)
    remarks: list[RemarkRow] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def copy(self) -> "Records":
        """The same lists, each its own: these may grow meanwhile."""
        return Records(
            bills=list(self.bills),
            told=list(self.told),
            added=list(self.added),
            contexts=list(self.contexts),
            remarks=list(self.remarks),
            words=list(self.words),
        )


def review(built: Sequence[ClosedPosition], records: Records) -> list[Trade]:
    """Every closed position with what stood around it, in the order of closing."""
    told = {each.position_id: each for each in records.told}
    known = reconcile(with_funding(built, records.bills), told.values())
    positions = [*known, *_new(records.added, known)]
    positions.sort(key=lambda each: (each.closed_ms, each.opened_ms, each.position_id))
    contexts = _Contexts(records.contexts)
    words = _Spoken(records)
    return [_trade(position, contexts.of(position), words) for position in positions]


def _new(added: Iterable[ClosedPosition], known: Iterable[ClosedPosition]) -> Iterable[ClosedPosition]:
    """Additions that no position stands for already: a file may hold what the journal has."""
    stand: dict[tuple[str, HoldSide], list[int]] = {}
    for each in known:
        stand.setdefault((each.symbol, each.hold_side), []).append(each.closed_ms)
    for position in added:
        times = stand.setdefault((position.symbol, position.hold_side), [])
        place = bisect_left(times, position.closed_ms - SAME_TIME_MS)
        if place < len(times) and times[place] <= position.closed_ms + SAME_TIME_MS:
            continue
        times.insert(bisect_right(times, position.closed_ms), position.closed_ms)
        yield position


def _trade(position: ClosedPosition, context: ContextRow | None, words: "_Spoken") -> Trade:
    tags, notes = words.about(position)
    if context is None:
        return Trade(position, tags=tags, notes=notes)
    return Trade(
        position,
        entry_swing=context.entry_swing,
        exit_swing=context.exit_swing,
        stop=context.stop,
        lowest=context.lowest,
        highest=context.highest,
        profile=context.profile,
        tags=tags,
        notes=notes,
    )


class _Contexts:
    """The newest context of each position, found by when it was opened."""

    def __init__(self, rows: Iterable[ContextRow]) -> None:
        newest = {(row.symbol, row.hold_side, row.opened_ms): row for row in rows}
        self._of: dict[tuple[str, HoldSide], list[ContextRow]] = {}
        for row in sorted(newest.values(), key=lambda each: each.opened_ms):
            self._of.setdefault((row.symbol, row.hold_side), []).append(row)

    def of(self, position: ClosedPosition) -> ContextRow | None:
        """The context that was opened nearest to the position, if any was near."""
        rows = self._of.get((position.symbol, position.hold_side), [])
        place = bisect_left(rows, position.opened_ms - _NEAR_MS, key=lambda row: row.opened_ms)
        last = bisect_right(rows, position.opened_ms + _NEAR_MS, key=lambda row: row.opened_ms)
        near = rows[place:last]
        return min(near, key=lambda row: abs(row.opened_ms - position.opened_ms), default=None)


class _Spoken:
    """Tags and notes by position: those said while it was open, and those written to it afterwards."""

    def __init__(self, records: Records) -> None:
        self._words = sorted(records.words, key=lambda each: each.at_ms)
        self._remarks: dict[str, list[RemarkRow]] = {}
        for remark in records.remarks:
            self._remarks.setdefault(remark.position_id, []).append(remark)

    def about(self, position: ClosedPosition) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Its tags, each once, and its notes."""
        first = bisect_left(self._words, position.opened_ms, key=lambda each: each.at_ms)
        last = bisect_right(self._words, position.closed_ms, key=lambda each: each.at_ms)
        said = [each for each in self._words[first:last] if each.symbol in ("", position.symbol)]
        found: list[Words | RemarkRow] = [*said, *self._remarks.get(position.position_id, [])]
        tags = dict.fromkeys(each.text for each in found if each.tag)
        return tuple(tags), tuple(each.text for each in found if not each.tag)
