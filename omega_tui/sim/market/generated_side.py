"""One side of a generated book: levels in whole ticks and lots behind a best price that others set.

Each visit to a tick redraws whether it carries a level and how much, so occupancy and sizes keep the
distribution of the symbol's shape however long the market runs. Levels exist from the best price out to a
window; beyond it there are none.
"""

import math
from random import Random

from omega_tui.sim.market.shapes import MarketShape

LEVELS = 150
"""Levels of a side that a market shows as a rule."""

_SLACK = 1.25
_NEAR_SHARE = 0.4
_RESIZE_SHARE = 0.6
_RESIZE_STDEV = 0.15
_PULL = 0.04


class GeneratedSide:
    """Asks (`sign` 1) or bids (`sign` -1); `best` is the tick of the best price."""

    def __init__(
        self, rng: Random, shape: MarketShape, lot: float, sign: int, best: int, levels: int = LEVELS
    ) -> None:
        self._rng = rng
        self._sign = sign
        self._fill_ratio = shape.fill_ratio
        self._touch = math.log(shape.touch_size / lot), shape.level_spread / 2
        self._behind = math.log(shape.level_size / lot), shape.level_spread
        self._window = round(levels / shape.fill_ratio)
        self._changed: dict[int, None] = {}
        self.levels: dict[int, int] = {}
        self.best = best
        self._far = best
        self.settle(best)

    def take(self, lots: int, limit: int, most_levels: int) -> list[tuple[int, int]]:
        """A taker's walk: what it takes at each level, from the best to `limit`, best first."""
        taken: list[tuple[int, int]] = []
        tick = self.best
        while lots > 0 and self._sign * (limit - tick) >= 0 and len(taken) < most_levels:
            shown = self.levels.get(tick, 0)
            if shown:
                part = min(shown, lots)
                self._put(tick, shown - part)
                taken.append((tick, part))
                lots -= part
            tick += self._sign
        return taken

    def settle(self, best: int) -> None:
        """Makes `best` the best price: clears what would be better, fills what is missing up to it."""
        if abs(best - self.best) >= self._window:
            self._start_anew(best)
        elif self._sign * (best - self.best) > 0:
            for tick in range(self.best, best, self._sign):
                self._put(tick, 0)
        else:
            for tick in range(best + self._sign, self.best, self._sign):
                self._redraw(tick)
        if best not in self.levels:
            self._put(best, self._draw(self._touch))
        self.best = best
        self._move_far()

    def stir(self, visits: int) -> None:
        """Visits some ticks, near ones more often, as makers come, change their minds and go."""
        rng = self._rng
        for _ in range(visits):
            if rng.random() < _NEAR_SHARE:
                distance = int(rng.expovariate(0.2))
            else:
                distance = int(rng.random() * self._window)
            tick = self.best + self._sign * min(distance, self._window - 1)
            shown = self.levels.get(tick)
            if shown and (rng.random() < _RESIZE_SHARE or distance == 0):
                self._put(tick, self._resized(shown, self._behind if distance else self._touch))
            elif distance:
                self._redraw(tick)

    def drain(self) -> list[tuple[int, int]]:
        """Ticks that changed since the last call and what they carry now (0: nothing), best first."""
        changed = sorted(self._changed, key=lambda tick: self._sign * tick)
        self._changed.clear()
        return [(tick, self.levels.get(tick, 0)) for tick in changed]

    def _start_anew(self, best: int) -> None:
        """The price jumped out of the window: nothing of the old levels stays."""
        for tick in tuple(self.levels):
            self._put(tick, 0)
        self._far = best

    def _move_far(self) -> None:
        """Keeps the window behind the best price filled and forgets what is far outside it."""
        far = self.best + self._sign * self._window
        if self._sign * (far - self._far) > 0:
            filled = max(self._sign * self._far, self._sign * self.best)
            for distance in range(filled + 1, self._sign * far + 1):
                self._redraw(self._sign * distance)
            self._far = far
        elif self._sign * (self._far - self.best) > self._window * _SLACK:
            for tick in range(far + self._sign, self._far + self._sign, self._sign):
                self._put(tick, 0)
            self._far = far

    def _redraw(self, tick: int) -> None:
        occupied = self._rng.random() < self._fill_ratio
        self._put(tick, self._draw(self._behind) if occupied else 0)

    def _resized(self, shown: int, of: tuple[float, float]) -> int:
        """A somewhat other size, pulled towards the median so that a touch that stays does not run away."""
        logged = math.log(shown)
        return max(1, round(math.exp(logged + _PULL * (of[0] - logged) + self._rng.gauss(0, _RESIZE_STDEV))))

    def _draw(self, of: tuple[float, float]) -> int:
        return max(1, round(math.exp(self._rng.gauss(*of))))

    def _put(self, tick: int, lots: int) -> None:
        shown = self.levels.get(tick, 0)
        if shown == lots:
            return
        if lots:
            self.levels[tick] = lots
        else:
            del self.levels[tick]
        self._changed[tick] = None
