"""Many bars of one length in little memory: a column of whole numbers for each member.

A week of minutes of fifty symbols would be half a gigabyte as objects. It knows nothing of where bars come
from.
"""

from array import array
from bisect import bisect_left

from omega_tui.sim.market.bars import Bar


class BarColumn:
    """Bars in ascending order of time; the newest may still change. At most `kept` of them, about."""

    _FORGOTTEN_PART = 16

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._prices = tuple(array("q") for _ in range(5))
        self._base: list[int] = []
        self._quote: list[int] = []
        self.newest: Bar | None = None
        """The last bar, None before the first."""

    def append(self, bar: Bar) -> None:
        """Begin a new bar; the oldest ones may be forgotten."""
        if self.newest is not None:
            for column, value in zip(self._prices, self.newest, strict=False):
                column.append(value)
            self._base.append(self.newest.base)
            self._quote.append(self.newest.quote)
        self.newest = bar
        if len(self._base) > self._kept:
            gone = self._kept // self._FORGOTTEN_PART
            for each in (*self._prices, self._base, self._quote):
                del each[:gone]

    def between(self, start_ms: int, end_ms: int) -> list[Bar]:
        """The bars that begin in [start_ms, end_ms)."""
        starts = self._prices[0]
        begin, end = bisect_left(starts, start_ms), bisect_left(starts, end_ms)
        columns = (
            *(column[begin:end] for column in self._prices),
            self._base[begin:end],
            self._quote[begin:end],
        )
        bars = [Bar(*values) for values in zip(*columns, strict=True)]
        if self.newest is not None and start_ms <= self.newest.start < end_ms:
            bars.append(self.newest)
        return bars
