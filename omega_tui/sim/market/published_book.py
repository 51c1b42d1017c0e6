"""A book as an exchange publishes it: about 500 levels a side of however many there are.

Recordings know levels thousands of ticks away; Bitget's `books` channel shows at most 500 a side. The edge
of what is published stays where it is until too many or too few levels lie inside it, so that a level's
coming and going far away does not become traffic.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from math import inf

from omega_tui.sim.facts import Level

PUBLISHED_LEVELS = 500
_MOST_LEVELS = 600
_FEWEST_LEVELS = 400


class PublishedSide:
    """One side of a published book; `sign` is 1 for asks and -1 for bids, which makes the best key least.

    Keys are floats: prices of one contract have far fewer digits than a float, so equal prices are equal
    keys and order is exact.
    """

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._levels: dict[float, Level] = {}
        self._keys: list[float] = []
        self._edge = inf

    def apply(self, changes: Iterable[Level]) -> tuple[Level, ...]:
        """Takes changed levels, gives back what changes in the published part (size "0" removes)."""
        published: dict[float, Level] = {}
        for level in changes:
            key = self._sign * float(level[0])
            if level[1] != "0":
                if key not in self._levels:
                    insort(self._keys, key)
                self._levels[key] = level
            elif self._levels.pop(key, None) is not None:
                del self._keys[bisect_left(self._keys, key)]
            else:
                continue
            if key <= self._edge:
                published[key] = level
        self._move_edge(published)
        return tuple(published.values())

    def replace(self, levels: Iterable[Level]) -> tuple[Level, ...]:
        """Takes a whole new side, gives back the changes that turn the published part into it."""
        wanted = {self._sign * float(level[0]): level for level in levels}
        gone = [(level[0], "0") for key, level in self._levels.items() if key not in wanted]
        changed = [level for key, level in wanted.items() if self._levels.get(key) != level]
        return self.apply([*gone, *changed])

    def published(self) -> tuple[Level, ...]:
        """The published levels, best first."""
        return tuple(self._levels[key] for key in self._keys[: bisect_right(self._keys, self._edge)])

    @property
    def best(self) -> str | None:
        """Price text of the best level."""
        return self._levels[self._keys[0]][0] if self._keys else None

    def _move_edge(self, published: dict[float, Level]) -> None:
        """Shrinks or widens the published part when it holds too many or too few levels."""
        inside = bisect_right(self._keys, self._edge)
        if inside > _MOST_LEVELS:
            for key in self._keys[PUBLISHED_LEVELS:inside]:
                published[key] = (self._levels[key][0], "0")
            self._edge = self._keys[PUBLISHED_LEVELS - 1]
        elif inside < _FEWEST_LEVELS and inside < len(self._keys):
            for key in self._keys[inside:PUBLISHED_LEVELS]:
                published[key] = self._levels[key]
            self._edge = self._keys[min(PUBLISHED_LEVELS, len(self._keys)) - 1]


class PublishedBook:
    """Both sides of a symbol's published book."""

    def __init__(self) -> None:
        self.bids = PublishedSide(-1)
        self.asks = PublishedSide(1)
