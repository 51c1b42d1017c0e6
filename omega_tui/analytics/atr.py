"""Average true range after Wilder, fed one closed candle at a time.

True range and its smoothing are those of J. Welles Wilder, "New Concepts in Technical Trading Systems"
(1978): the first average is the plain mean, later ones are ((n - 1) x previous + newest) / n.
"""


class AverageTrueRange:
    """The running average over `period` candles; `value` is None until there are as many."""

    __slots__ = ("_close", "_count", "_period", "_sum", "value")

    def __init__(self, period: int = 14) -> None:
        if period < 1:
            raise ValueError(f"a period needs at least one candle, got {period}")
        self._period = period
        self._close: float | None = None
        self._count = 0
        self._sum = 0.0
        self.value: float | None = None

    def push(self, high: float, low: float, close: float) -> float | None:
        """Take the next closed candle; returns the average including it."""
        true_range = high - low
        if self._close is not None:
            true_range = max(true_range, abs(high - self._close), abs(low - self._close))
        self._close = close
        if self.value is not None:
            self.value += (true_range - self.value) / self._period
            return self.value
        self._count += 1
        self._sum += true_range
        if self._count == self._period:
            self.value = self._sum / self._period
        return self.value
