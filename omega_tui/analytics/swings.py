"""Swings: the low and the high that Fibonacci levels hang on, found three ways.

`ZigZag` confirms pivots on closed candles and never takes one back; `lookback_swing` looks at a window;
`manual_swing` takes two prices. Candles come in as numbers; where from is not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from omega_tui.analytics.atr import AverageTrueRange

REVERSAL_FACTOR = 3.0
"""How many average true ranges price must turn back before a pivot counts."""

ATR_PERIOD = 14
"""Candles in the average true range that measures a reversal."""

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


class ZigZag:
    """Pivots confirmed by a reversal of `factor` average true ranges, one closed bar at a time.

    A bar can extend the running leg or confirm its end, never both, so the result depends only on the bars
    pushed so far and a confirmed pivot stays what it was.
    """

    __slots__ = ("_atr", "_factor", "_rising", "_tail", "pivots")

    def __init__(self, factor: float = REVERSAL_FACTOR, period: int = ATR_PERIOD) -> None:
        self._factor = factor
        self._atr = AverageTrueRange(period)
        self._rising: bool | None = None
        # The bar of the running extreme and every bar after it; all bars before the first pivot.
        self._tail: list[Bar] = []
        self.pivots: list[Pivot] = []

    def push(self, bar: Bar) -> Pivot | None:
        """Take the next closed bar; returns the pivot that it confirms, if any."""
        average = self._atr.push(bar.high, bar.low, bar.close)
        if self._extends(bar):
            self._tail = [bar]
            return None
        self._tail.append(bar)
        if average is None or average <= 0:
            return None
        return self._turn(bar, self._factor * average)

    def _extends(self, bar: Bar) -> bool:
        if self._rising is None:
            return False
        return bar.high > self._tail[0].high if self._rising else bar.low < self._tail[0].low

    def _turn(self, bar: Bar, reversal: float) -> Pivot | None:
        tail = range(len(self._tail))
        if self._rising is not False:
            at = 0 if self._rising else max(tail, key=lambda index: self._tail[index].high)
            if self._tail[at] is not bar and self._tail[at].high - bar.low >= reversal:
                return self._confirm(at, is_high=True)
        if self._rising is not True:
            at = 0 if self._rising is False else min(tail, key=lambda index: self._tail[index].low)
            if self._tail[at] is not bar and bar.high - self._tail[at].low >= reversal:
                return self._confirm(at, is_high=False)
        return None

    def _confirm(self, at: int, *, is_high: bool) -> Pivot:
        extreme, rest = self._tail[at], self._tail[at + 1 :]
        pivot = Pivot(extreme.start_ms, extreme.high if is_high else extreme.low, is_high)
        # The next leg runs to the far end of what came since, which need not be the bar that confirmed.
        ends = [bar.low if is_high else -bar.high for bar in rest]
        self._tail = rest[ends.index(min(ends)) :]
        self._rising = not is_high
        self.pivots.append(pivot)
        return pivot

    @property
    def swing(self) -> Swing | None:
        """The newest confirmed leg, or None before two pivots are confirmed."""
        if len(self.pivots) < 2:
            return None
        before, last = self.pivots[-2:]
        if last.is_high:
            return Swing(before.price, last.price, Direction.UP)
        return Swing(last.price, before.price, Direction.DOWN)


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
