"""The candles of the watched market and the swing on them: merging, gaps, what counts as closed.

A candle is closed once a later one exists; until then it may still change and no swing rests on it.
"""

from collections.abc import Sequence

from omega_tui.analytics.swings import Bar, Swing, ZigZag
from omega_tui.domain.market import Candle, Timeframe

_KEPT = 2000


class CandleSeries:
    """Candles oldest first without doubles, and the automatic swing over the closed ones."""

    def __init__(self, timeframe: Timeframe) -> None:
        self.timeframe = timeframe
        self.candles: list[Candle] = []
        self._zigzag = ZigZag()
        self._swung_ms: int | None = None

    @property
    def swing(self) -> Swing | None:
        """The newest confirmed leg."""
        return self._zigzag.swing

    def add_history(self, candles: Sequence[Candle]) -> None:
        """Put older candles before those known; the swing is found anew because its past changed."""
        known = {candle.start_ms: candle for candle in candles}
        known.update((candle.start_ms, candle) for candle in self.candles)
        self._keep([known[start] for start in sorted(known)])
        self._zigzag, self._swung_ms = ZigZag(), None
        self._swing_on()

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
