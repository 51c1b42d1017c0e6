"""The price around which a generated market quotes, and how lively that market is at the moment.

Volatility has a slow and a fast part, each a log volatility that reverts to its mean (half an hour, twenty
seconds). Moves are rare and heavy-tailed (Student t, 3 degrees of freedom), which gives second returns the
tails and the clusters that recordings show: a kurtosis between 10 and 30.
"""

import math
from random import Random

_SLOW_SECONDS = 1800.0
_FAST_SECONDS = 20.0
_SLOW_STDEV = 0.35
_FAST_STDEV = 0.45
_MOVES_PER_SECOND = 1.6
_LARGEST_MOVE = 12.0
_LOWEST_TICKS = 200.0


class FairPrice:
    """A price in ticks, not rounded; `pace` is the market's liveliness, 1 on average."""

    def __init__(self, rng: Random, ticks: float, second_volatility: float) -> None:
        self._rng = rng
        self._volatility = second_volatility / math.sqrt(_MOVES_PER_SECOND)
        self._slow = rng.gauss(0, _SLOW_STDEV)
        self._fast = 0.0
        self.ticks = ticks
        self.pace = 1.0

    def step(self, seconds: float) -> None:
        """Lets time pass."""
        rng = self._rng
        self._slow = _reverted(rng, self._slow, seconds / _SLOW_SECONDS, _SLOW_STDEV)
        self._fast = _reverted(rng, self._fast, seconds / _FAST_SECONDS, _FAST_STDEV)
        mean = (_SLOW_STDEV**2 + _FAST_STDEV**2) / 2
        self.pace = math.exp(self._slow + self._fast - mean)
        if rng.random() < _MOVES_PER_SECOND * seconds * self.pace:
            student = rng.gauss(0, 1) / math.sqrt(rng.gammavariate(1.5, 2))
            move = max(-_LARGEST_MOVE, min(_LARGEST_MOVE, student))
            size = self._volatility * math.sqrt(self.pace)
            self.ticks = max(_LOWEST_TICKS, self.ticks * math.exp(size * move))


def _reverted(rng: Random, value: float, part: float, stdev: float) -> float:
    """One step of an Ornstein-Uhlenbeck process whose long-run deviation is `stdev`."""
    return value * (1 - part) + rng.gauss(0, stdev * math.sqrt(2 * part))
