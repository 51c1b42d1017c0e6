"""The candles of the watched market and the swing on them: merging, gaps, what counts as closed.

A candle is closed once a later one exists; until then it may still change and no swing rests on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from omega_tui.analytics.swings import Bar, Swing, ZigZag, lookback_swing, manual_swing
from omega_tui.domain.market import Candle, Timeframe

_KEPT = 10_000
_MOST_LOOKBACK = 1000


@dataclass(frozen=True, slots=True)
class SwingChoice:
    """Where the swing comes from: the extremes of `lookback` closed candles, two prices, or price itself."""

    lookback: int | None = None
    points: tuple[float, float] | None = None

    @property
    def words(self) -> str:
        """What it is called: `auto`, `last 100`, `picked`."""
        if self.points is not None:
            return "picked"
        return "auto" if self.lookback is None else f"last {self.lookback}"

    @property
    def problem(self) -> str:
        """Why it cannot be taken; empty when it can."""
        if self.points is not None and (self.points[0] == self.points[1] or min(self.points) <= 0):
            return "a swing runs between two different prices"
        if self.lookback is not None and not 2 <= self.lookback <= _MOST_LOOKBACK:
            return f"a swing looks back over 2 to {_MOST_LOOKBACK} candles, not {self.lookback}"
        return ""


class CandleSeries:
    """Candles oldest first without doubles, and the automatic swing over the closed ones."""

    def __init__(self, timeframe: Timeframe) -> None:
        self.timeframe = timeframe
        self.candles: list[Candle] = []
        self.choice = SwingChoice()
        self.loading = False
        """Whether older candles are on their way."""
        self.complete = False
        """Whether there is nothing older than what is known."""
        self._zigzag = ZigZag()
        self._swung_ms: int | None = None

    @property
    def swing(self) -> Swing | None:
        """The chosen swing: of the newest confirmed leg unless the trader chose otherwise."""
        if self.choice.points is not None:
            return manual_swing(*self.choice.points)
        if self.choice.lookback is not None:
            window = self.candles[-1 - self.choice.lookback : -1]
            bars = (Bar(each.start_ms, each.high, each.low, each.close) for each in window)
            return lookback_swing(bars, self.choice.lookback)
        return self._zigzag.swing

    def add_history(self, candles: Sequence[Candle]) -> None:
        """Put older candles before those known; the swing is found anew because its past changed."""
        known = {candle.start_ms: candle for candle in candles}
        known.update((candle.start_ms, candle) for candle in self.candles)
        self._keep([known[start] for start in sorted(known)])
        self._zigzag, self._swung_ms = ZigZag(), None
        self._swing_on()

    def prepend(self, candles: Sequence[Candle]) -> int:
        """Put a page of older candles before the oldest; how many were new. The swing stays what it was: a
        look into the past must not move the levels under resting orders."""
        oldest = self.candles[0].start_ms if self.candles else None
        older = [candle for candle in candles if oldest is None or candle.start_ms < oldest]
        room = max(0, _KEPT - len(self.candles))
        older = older[-room:] if room else []
        self.candles[:0] = older
        self.complete = not older
        return len(older)

    def update(self, candles: Sequence[Candle]) -> bool:
        """Merge pushed candles, oldest first. True when a gap before them leaves the older ones unjoined.

        After such a gap only the new ones are kept: the missing history has to be fetched.
        """
        if not candles:
            return False
        joins_at = self.candles[-1].start_ms + self.timeframe.milliseconds if self.candles else None
        gap = joins_at is not None and candles[0].start_ms > joins_at
        if gap:
            self.candles, self._zigzag, self._swung_ms = [], ZigZag(), None
        for candle in candles:
            self._put(candle)
        self._keep(self.candles)
        self._swing_on()
        return gap

    def _put(self, candle: Candle) -> None:
        index = len(self.candles)
        while index and self.candles[index - 1].start_ms > candle.start_ms:
            index -= 1
        if index and self.candles[index - 1].start_ms == candle.start_ms:
            self.candles[index - 1] = candle
        else:
            self.candles.insert(index, candle)

    def _keep(self, candles: list[Candle]) -> None:
        self.candles = candles[-_KEPT:]

    def _swing_on(self) -> None:
        for candle in self._newly_closed():
            self._zigzag.push(Bar(candle.start_ms, candle.high, candle.low, candle.close))
            self._swung_ms = candle.start_ms

    def _newly_closed(self) -> list[Candle]:
        closed = self.candles[:-1]
        if self._swung_ms is None:
            return closed
        first = len(closed)
        while first and closed[first - 1].start_ms > self._swung_ms:
            first -= 1
        return closed[first:]
