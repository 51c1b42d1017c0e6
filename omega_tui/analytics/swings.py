"""Swings: the low and the high that Fibonacci levels hang on, found three ways.

`ZigZag` confirms pivots on closed candles and never takes one back; `lookback_swing` looks at a window;
`manual_swing` takes two prices. Candles come in as numbers; where from is not known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

REVERSAL_FACTOR = 3.0
"""How many average true ranges price must turn back before a pivot counts."""

ATR_PERIOD = 14
"""Candles in the average true range that measures a reversal."""

FRACTAL_SPAN = 2
"""Bars on either side that a fractal stands out from."""

LOOKBACK = 100
"""Closed candles that a lookback swing covers by default."""


class Direction(StrEnum):
    """Which end of a swing came last: UP ends at the high, DOWN at the low."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a swing needs of a closed candle; prices in quote units."""

    start_ms: int
    high: float
    low: float
    close: float


@dataclass(frozen=True, slots=True)
class Pivot:
    """A confirmed turning point: the bar that made the extreme and its price."""

    start_ms: int
    price: float
    is_high: bool


@dataclass(frozen=True, slots=True)
class Swing:
    """A low, a high, and which came last."""

    low: float
    high: float
    direction: Direction

    @property
    def rose(self) -> bool:
        """Whether its high came last."""
        return self.direction is Direction.UP


class ZigZag:
    """Pivots confirmed by a reversal, one closed bar after the other.

    A leg has turned once price came back from its extreme by `factor` average true ranges of `period` bars,
    or by `share` of the extreme's price when that is given. A bar can extend the running leg or confirm its
    end, never both, so the result depends only on the bars taken so far and a confirmed pivot stays what it
    was.

    The true range and its smoothing are those of J. Welles Wilder, "New Concepts in Technical Trading
    Systems" (1978): the first average is the plain mean, later ones are ((n - 1) x previous + newest) / n.
    """

    __slots__ = ("_close", "_factor", "_period", "_ranges", "_rising", "_share", "_tail", "average", "pivots")

    def __init__(
        self, factor: float = REVERSAL_FACTOR, period: int = ATR_PERIOD, share: float | None = None
    ) -> None:
        if period < 1:
            raise ValueError(f"a period needs at least one candle, got {period}")
        self._factor = factor
        self._period = period
        self._share = share
        self._close: float | None = None
        self._ranges: list[float] = []
        self._rising: bool | None = None
        # The bar of the running extreme and every bar after it; all bars before the first pivot.
        self._tail: list[Bar] = []
        self.average: float | None = None
        self.pivots: list[Pivot] = []

    def push(self, bar: Bar) -> Pivot | None:
        """Take the next closed bar; returns the pivot that it confirms, if any."""
        known = len(self.pivots)
        self.extend((bar,))
        return self.pivots[-1] if len(self.pivots) > known else None

    def extend(self, bars: Iterable[Bar]) -> None:
        """Take closed bars, oldest first. For a year of minutes: no call in a bar that decides nothing."""
        average, before, period = self.average, self._close, self._period
        factor, share = self._factor, self._share
        for bar in bars:
            high, low = bar.high, bar.low
            if before is not None and average is not None:
                top, bottom = high if high > before else before, low if low < before else before
                average += (top - bottom - average) / period
            else:
                average = self._warm_up(bar, before)
            before = bar.close
            rising, tail = self._rising, self._tail
            if rising is None:
                tail.append(bar)
                self._look_for_a_first(average)
                continue
            extreme = tail[0].high if rising else tail[0].low
            if high > extreme if rising else low < extreme:
                self._tail = [bar]
                continue
            tail.append(bar)
            back = extreme - low if rising else high - extreme
            needed = factor * average if share is None and average else (share or 0.0) * extreme
            if needed > 0 and back >= needed:
                self._confirm(0, is_high=rising)
        self.average, self._close = average, before

    def _warm_up(self, bar: Bar, before: float | None) -> float | None:
        """The first average once `period` true ranges are known."""
        top, bottom = (bar.high, bar.low) if before is None else (max(bar.high, before), min(bar.low, before))
        self._ranges.append(top - bottom)
        if len(self._ranges) < self._period:
            return None
        average = sum(self._ranges) / self._period
        self._ranges = []
        return average

    def _look_for_a_first(self, average: float | None) -> None:
        """Whether the newest bar confirms a first pivot: any earlier extreme, of either kind."""
        tail, bar = self._tail, self._tail[-1]
        top = max(range(len(tail)), key=lambda index: tail[index].high)
        bottom = min(range(len(tail)), key=lambda index: tail[index].low)
        for at, back, extreme in (
            (top, tail[top].high - bar.low, tail[top].high),
            (bottom, bar.high - tail[bottom].low, tail[bottom].low),
        ):
            needed = (self._factor * (average or 0.0)) if self._share is None else self._share * extreme
            if tail[at] is not bar and 0 < needed <= back:
                self._confirm(at, is_high=at == top)
                return

    def _confirm(self, at: int, *, is_high: bool) -> None:
        extreme, rest = self._tail[at], self._tail[at + 1 :]
        self.pivots.append(Pivot(extreme.start_ms, extreme.high if is_high else extreme.low, is_high))
        # The next leg runs to the far end of what came since, which need not be the bar that confirmed.
        ends = [bar.low if is_high else -bar.high for bar in rest]
        self._tail = rest[ends.index(min(ends)) :]
        self._rising = not is_high

    @property
    def swing(self) -> Swing | None:
        """The newest confirmed leg, or None before two pivots are confirmed."""
        if len(self.pivots) < 2:
            return None
        before, last = self.pivots[-2:]
        if last.is_high:
            return Swing(before.price, last.price, Direction.UP)
        return Swing(last.price, before.price, Direction.DOWN)


def fractals(bars: Sequence[Bar], span: int = FRACTAL_SPAN) -> list[Pivot]:
    """Turning points by shape: bars that reach strictly further than `span` bars on either side do.

    Oldest first; a bar that is both gives its high first (Bill Williams, "Trading Chaos", 1995).
    """
    found = []
    for index in range(span, len(bars) - span):
        bar = bars[index]
        around = (*bars[index - span : index], *bars[index + 1 : index + span + 1])
        if all(bar.high > other.high for other in around):
            found.append(Pivot(bar.start_ms, bar.high, is_high=True))
        if all(bar.low < other.low for other in around):
            found.append(Pivot(bar.start_ms, bar.low, is_high=False))
    return found


def lookback_swing(bars: Iterable[Bar], count: int = LOOKBACK) -> Swing | None:
    """Highest high and lowest low of the last `count` closed bars; None when they do not span a range.

    Of equal extremes the newest counts. When one bar made both, its close tells which came last.
    """
    window = tuple(bars)[-count:] if count > 0 else ()
    if not window:
        return None
    top = max(range(len(window)), key=lambda index: (window[index].high, index))
    bottom = min(range(len(window)), key=lambda index: (window[index].low, -index))
    high, low = window[top], window[bottom]
    if high.high <= low.low:
        return None
    rose = high.close > (high.high + low.low) / 2 if top == bottom else top > bottom
    return Swing(low.low, high.high, Direction.UP if rose else Direction.DOWN)


def manual_swing(first: float, second: float) -> Swing | None:
    """The swing from the price picked first to the one picked second; None when they are equal."""
    if first == second:
        return None
    return Swing(min(first, second), max(first, second), Direction.UP if second > first else Direction.DOWN)
