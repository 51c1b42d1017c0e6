"""Which candles the chart shows, and the candle under its crosshair. Pure; it draws nothing.

Everything is held by a candle's start, so that a view of the past stands still while new candles arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from omega_tui.domain.market import Candle

MERGES = (1, 2, 4, 8, 16)
"""Candles in one column, from near to far."""


@dataclass(frozen=True, slots=True)
class ChartWindow:
    """`until_ms` is the start of the last candle in sight, None to follow the newest; `cursor_ms` is the
    start of the column under the crosshair, None without one; `merge` is how many candles a column holds."""

    until_ms: int | None = None
    cursor_ms: int | None = None
    merge: int = 1

    def moved(self, columns: int, shown: Sequence[Candle], *, newest: bool) -> "ChartWindow":
        """The crosshair by columns, older below zero; it starts at the newest and pulls the window along.

        `shown` are the columns in sight and `newest` whether the last of them is the newest there is.
        """
        if not shown:
            return self
        starts = [candle.start_ms for candle in shown]
        at = len(starts) - 1
        if self.cursor_ms is not None:
            at = max((i for i, start in enumerate(starts) if start <= self.cursor_ms), default=0) + columns
        if 0 <= at < len(starts):
            return replace(self, cursor_ms=starts[at])
        if at >= len(starts) and newest:
            return replace(self, until_ms=None, cursor_ms=starts[-1])
        step = starts[1] - starts[0] if len(starts) > 1 else 0
        beyond = at if at < 0 else at - len(starts) + 1
        return self.scrolled(beyond * step, starts[-1])

    def scrolled(self, milliseconds: int, last_ms: int) -> "ChartWindow":
        """The window and its crosshair moved in time; `last_ms` is the start of the last column in sight."""
        cursor = None if self.cursor_ms is None else self.cursor_ms + milliseconds
        return replace(self, until_ms=last_ms + milliseconds, cursor_ms=cursor)

    def zoomed(self, step: int) -> "ChartWindow":
        """More candles a column (`step` 1) or fewer (-1)."""
        at = MERGES.index(self.merge) + step
        return replace(self, merge=MERGES[min(max(at, 0), len(MERGES) - 1)])

    def following(self) -> "ChartWindow":
        """Back at the newest candle, without a crosshair."""
        return replace(self, until_ms=None, cursor_ms=None)


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
