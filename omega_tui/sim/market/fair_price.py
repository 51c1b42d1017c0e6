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
_SEVERAL_MOVES = 0.5
_TAILED_MOVES = 4
_HALF_VARIANCE = (_SLOW_STDEV**2 + _FAST_STDEV**2) / 2


class FairPrice:
    """A price in ticks, not rounded, that moves every `seconds`; `pace` is its liveliness, 1 on average."""

    def __init__(self, rng: Random, ticks: float, second_volatility: float, seconds: float) -> None:
        self._rng = rng
        self._volatility = second_volatility / math.sqrt(_MOVES_PER_SECOND)
        self._slow_step = _ou_step(seconds / _SLOW_SECONDS, _SLOW_STDEV)
        self._fast_step = _ou_step(seconds / _FAST_SECONDS, _FAST_STDEV)
        self._moves = _MOVES_PER_SECOND * seconds
        self._slow = rng.gauss(0, _SLOW_STDEV)
        self._fast = 0.0
        self.ticks = ticks
        self.pace = 1.0

    def step(self) -> None:
        """Lets one step of time pass."""
        rng = self._rng
        keep, noise = self._slow_step
        self._slow = self._slow * keep + rng.gauss(0, noise)
        keep, noise = self._fast_step
        self._fast = self._fast * keep + rng.gauss(0, noise)
        self.pace = math.exp(self._slow + self._fast - _HALF_VARIANCE)
        expected = self._moves * self.pace
        if self._moves > _SEVERAL_MOVES:
            self._move(self._sum_of_moves(expected))
        elif rng.random() < expected:
            self._move(self._one_move())

    def _move(self, moves: float) -> None:
        size = self._volatility * math.sqrt(self.pace)
        self.ticks = max(_LOWEST_TICKS, self.ticks * math.exp(size * moves))

    def _one_move(self) -> float:
        student = self._rng.gauss(0, 1) / math.sqrt(self._rng.gammavariate(1.5, 2))
        return max(-_LARGEST_MOVE, min(_LARGEST_MOVE, student))

    def _sum_of_moves(self, expected: float) -> float:
        """Many moves at once: their number varies by its root, their sum is all but normal."""
        count = max(0, round(self._rng.gauss(expected, math.sqrt(expected))))
        tails = sum(self._one_move() for _ in range(min(count, _TAILED_MOVES)))
        rest = max(0, count - _TAILED_MOVES)
        return tails + self._rng.gauss(0, math.sqrt(rest)) if rest else tails


def _ou_step(part: float, stdev: float) -> tuple[float, float]:
    """What an Ornstein-Uhlenbeck process with long-run deviation `stdev` keeps of itself, and its noise."""
    keep = math.exp(-part)
    return keep, stdev * math.sqrt(1 - keep * keep)
