"""When takers come to a generated market, on which side and with how much.

Orders excite further orders (a Hawkes process: each brings 0.6 more on average, within about a second), their
sides persist, sizes are log-normal with a Pareto tail, and one order often meets several makers.
"""

import math
from dataclasses import dataclass
from random import Random

from omega_tui.sim.market.shapes import MarketShape

_BRANCHING = 0.6
_EXCITED_SECONDS = 0.8
_SAME_SIDE = 0.64
_TAIL_SHARE = 0.12
_BODY_STDEV = 1.5
_MOST_ORDERS = 30
_MOST_PARTS = 40
_MAKERS_TAIL = 1.15


@dataclass(frozen=True, slots=True)
class TakerOrder:
    """A market order: `sign` 1 buys; `lots` it wants; `levels` it may walk through."""

    sign: int
    lots: int
    levels: int


class TakerFlow:
    """The takers of one symbol."""

    def __init__(self, rng: Random, shape: MarketShape, lot: float) -> None:
        self._rng = rng
        self._hourly_lots = shape.hourly_volume / lot
        self._base_rate = shape.order_rate * (1 - _BRANCHING)
        self._median = shape.order_size / lot
        self._tail = shape.order_tail
        self._excited = 0.0
        self._sign = 1

    def orders(self, seconds: float, pace: float) -> list[TakerOrder]:
        """The orders of the next `seconds` of a market as lively as `pace`."""
        count = 0
        expected = (self._base_rate * pace + self._excited) * seconds
        threshold = math.exp(-min(expected, 20.0))
        product = self._rng.random()
        while product > threshold and count < _MOST_ORDERS:
            count += 1
            product *= self._rng.random()
        self._excited *= math.exp(-seconds / _EXCITED_SECONDS)
        self._excited += count * _BRANCHING / _EXCITED_SECONDS
        return [self._order() for _ in range(count)]

    def bundled(self, seconds: float, pace: float, count: int) -> list[tuple[int, int]]:
        """The signed volume of a long time in `count` parts: sign and lots of each."""
        rng = self._rng
        volume = self._hourly_lots / 3600 * seconds * pace * rng.gammavariate(2, 0.5)
        shares = [rng.expovariate(1) for _ in range(count)]
        whole = sum(shares)
        return [(self._next_sign(), max(1, round(volume * share / whole))) for share in shares]

    def _next_sign(self) -> int:
        if self._rng.random() > _SAME_SIDE:
            self._sign = -self._sign
        return self._sign

    def _order(self) -> TakerOrder:
        sign = self._next_sign()
        levels = 1 if self._rng.random() < 0.85 else 1 + int(self._rng.expovariate(0.5))
        return TakerOrder(sign, self.lots(), levels)

    def lots(self) -> int:
        """The size of an order."""
        if self._rng.random() < _TAIL_SHARE:
            factor = 4 * self._rng.paretovariate(self._tail)
        else:
            factor = math.exp(self._rng.gauss(0, _BODY_STDEV))
        return max(1, round(self._median * factor))

    def parts(self, lots: int) -> list[int]:
        """What each maker at one price gives, `lots` in all: one maker as a rule, now and then many."""
        rng = self._rng
        count = min(lots, _MOST_PARTS, int(rng.paretovariate(_MAKERS_TAIL)))
        cuts = sorted(1 + int(rng.random() * (lots - 1)) for _ in range(count - 1))
        ends = [*dict.fromkeys(cuts), lots]
        return [end - begin for begin, end in zip([0, *ends], ends, strict=False) if end > begin]
