"""Which candles the chart shows, and the candle under its crosshair. Pure; it draws nothing.

Everything is held by a candle's start, so that a view of the past stands still while new candles arrive. A
column is moved to by its place in the row of columns, never by adding time: recorded candles have gaps.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from omega_tui.domain.market import Candle

MERGES = (1, 2, 4, 8, 16)
"""Candles in one column, from near to far."""


@dataclass(frozen=True, slots=True)
class ChartWindow:
    """`until_ms` is the start of the last column in sight, None to follow the newest; `cursor_ms` is the
    start of the column under the crosshair, None without one; `merge` is how many candles a column holds.

    `starts` below are the starts of every column known, oldest first, and `width` the columns in sight.
    """

    until_ms: int | None = None
    cursor_ms: int | None = None
    merge: int = 1

    def settled(self, starts: Sequence[int], width: int) -> "ChartWindow":
        """The same window over these columns: it begins and ends on one, it is as full as can be, and the
        column under the crosshair is in it."""
        if not starts:
            return self
        newest = len(starts) - 1
        last = newest if self.until_ms is None else _column(starts, self.until_ms)
        last = max(last, min(width - 1, newest))
        if self.cursor_ms is None:
            return self._ending(last, starts)
        return self._held(_column(starts, self.cursor_ms), last, starts, width)

    def moved(self, columns: int, starts: Sequence[int], width: int) -> "ChartWindow":
        """The crosshair by columns, older below zero; it starts at the newest in sight, stops at either end
        of what is known, and pulls the window along."""
        if not starts:
            return self
        here = self.settled(starts, width)
        newest = len(starts) - 1
        last = newest if here.until_ms is None else _column(starts, here.until_ms)
        at = last if here.cursor_ms is None else _column(starts, here.cursor_ms) + columns
        moved = here._held(min(max(at, 0), newest), last, starts, width)
        return replace(moved, until_ms=None) if moved.until_ms == starts[-1] else moved

    def turned_to(self, start_ms: int, starts: Sequence[int], width: int) -> "ChartWindow":
        """The crosshair on the column that begins at `start_ms`."""
        here = self.moved(0, starts, width)
        if here.cursor_ms is None:
            return here
        return here.moved(_column(starts, start_ms) - _column(starts, here.cursor_ms), starts, width)

    def zoomed(self, step: int) -> "ChartWindow":
        """More candles a column (`step` 1) or fewer (-1)."""
        at = MERGES.index(self.merge) + step
        return replace(self, merge=MERGES[min(max(at, 0), len(MERGES) - 1)])

    def following(self) -> "ChartWindow":
        """Back at the newest candle, without a crosshair."""
        return replace(self, until_ms=None, cursor_ms=None)

    def _held(self, cursor: int, last: int, starts: Sequence[int], width: int) -> "ChartWindow":
        """Crosshair at a column, and the window no further from `last` than it takes to show it."""
        last = min(max(last, cursor), cursor + max(width, 1) - 1)
        return replace(self._ending(last, starts), cursor_ms=starts[cursor])

    def _ending(self, last: int, starts: Sequence[int]) -> "ChartWindow":
        follows = self.until_ms is None and last == len(starts) - 1
        return replace(self, until_ms=None if follows else starts[last])


def _column(starts: Sequence[int], moment_ms: int) -> int:
    """The column that a moment lies in; the oldest for what came before it."""
    return max(bisect_right(starts, moment_ms) - 1, 0)


def column_starts(candles: Sequence[Candle], merge: int, step_ms: int) -> list[int]:
    """Where the columns of `merged` begin."""
    span = merge * step_ms
    if merge == 1:
        return [candle.start_ms for candle in candles]
    return list(dict.fromkeys(candle.start_ms // span * span for candle in candles))


def merged(candles: Sequence[Candle], merge: int, step_ms: int) -> list[Candle]:
    """Columns of `merge` candles each, cut where the clock says, so that they stay what they are while more
    arrive; `step_ms` is the length of a candle."""
    if merge == 1:
        return list(candles)
    span = merge * step_ms
    columns: list[Candle] = []
    for candle in candles:
        start = candle.start_ms // span * span
        if columns and columns[-1].start_ms == start:
            before = columns[-1]
            columns[-1] = replace(
                before,
                high=max(before.high, candle.high),
                low=min(before.low, candle.low),
                close=candle.close,
                volume=before.volume + candle.volume,
            )
        else:
            columns.append(replace(candle, start_ms=start))
    return columns
