"""Watches open positions and writes down what nobody can find out afterwards: the swing that was current, the
first stop, the extremes of the mark.

A position that was open before the cockpit was has no entry swing and no extremes, unless an earlier run
wrote its opening down.
"""

from collections.abc import Iterable
from dataclasses import replace

from omega_tui.analytics.swings import Swing
from omega_tui.domain.account import Position
from omega_tui.domain.orders import HoldSide
from omega_tui.engine.protection.cover import position_cover
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.history.records import CONTEXT, ContextRow

LOOK_SECONDS = 1.0
"""How often marks and stops are looked at."""

_SAME_MS = 5_000
"""An earlier run's time of opening may be that of its report instead of the exchange's."""

_Key = tuple[str, HoldSide]


class Chronicle:
    """Keeps a `ContextRow` for every open position, and tells those that ended."""

    def __init__(self, state: State, recorder: Recorder) -> None:
        self._state = state
        self._recorder = recorder
        self._began = False
        self._unwatched: set[_Key] = set()

    def restore(self, rows: Iterable[ContextRow]) -> None:
        """Take up what an earlier run wrote of positions that may still be open."""
        contexts = self._state.contexts
        for row in rows:
            key = (row.symbol, row.hold_side)
            if row.closed_ms is None:
                contexts[key] = row
            elif key in contexts and contexts[key].opened_ms == row.opened_ms:
                del contexts[key]
        self._unwatched = set(contexts)

    async def step(self) -> None:
        """Look at the marks and the stops of what is open."""
        self.look()

    def look(self) -> list[ContextRow]:
        """Compare what is open with what was; returns the contexts of positions that ended."""
        if not self._state.positions_known:
            return []
        contexts = self._state.contexts
        held = {(each.symbol, each.hold_side): each for each in self._state.positions}
        ended = [self._end(key) for key, row in list(contexts.items()) if not _is_of(row, held.get(key))]
        for key, position in held.items():
            if key not in contexts:
                self._begin(key, position)
            self._watch(key, position)
        self._began = True
        return ended

    def _begin(self, key: _Key, position: Position) -> None:
        opened_ms = position.opened_ms or self._state.feeds.exchange_now_ms()
        profile = self._state.risk.profile
        row = ContextRow(position.symbol, position.hold_side, opened_ms, profile.name if profile else "")
        if self._began:
            row = replace(row, entry_swing=self._swing(position.symbol))
        else:
            self._unwatched.add(key)
        self._put(key, row)

    def _watch(self, key: _Key, position: Position) -> None:
        row, mark = self._state.contexts[key], self._state.mark(position.symbol)
        if row.stop is None:
            cover = position_cover(self._state, position)
            if cover is not None and cover.stop_price is not None:
                row = replace(row, stop=cover.stop_price)
                self._put(key, row)
        if mark is not None and key not in self._unwatched:
            lowest = mark if row.lowest is None else min(row.lowest, mark)
            highest = mark if row.highest is None else max(row.highest, mark)
            if (lowest, highest) != (row.lowest, row.highest):
                self._state.contexts[key] = replace(row, lowest=lowest, highest=highest)

    def _end(self, key: _Key) -> ContextRow:
        row = self._state.contexts.pop(key)
        self._unwatched.discard(key)
        now_ms = self._state.feeds.exchange_now_ms()
        row = replace(row, closed_ms=now_ms, exit_swing=self._swing(row.symbol) if self._began else None)
        self._recorder.note(CONTEXT, row)
        return row

    def _put(self, key: _Key, row: ContextRow) -> None:
        self._state.contexts[key] = row
        # Extremes are worth a row only when they are whole.
        self._recorder.note(CONTEXT, replace(row, lowest=None, highest=None))

    def _swing(self, symbol: str) -> Swing | None:
        market = self._state.market
        return market.series.swing if symbol == market.symbol else None


def _is_of(row: ContextRow, position: Position | None) -> bool:
    """Whether a context is that of the position that is open now, not of one before it."""
    if position is None:
        return False
    return position.opened_ms is None or abs(position.opened_ms - row.opened_ms) <= _SAME_MS
