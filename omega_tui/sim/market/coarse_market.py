"""One symbol of a generated market that moves rarely, for stepping through hours and days.

Price, volume and ticker facts wander as in the fine market; what is lost is what happens between two moves.
A move is: takers trade at the touch, the book goes to where the price went, takers trade there. So whoever
acts on a trade or a mark price of this market meets a book that stands at that price.
"""

import math
from collections.abc import Iterator

from omega_tui.sim.facts import MarketEvent
from omega_tui.sim.market.generated_market import GeneratedMarket

COARSE_FROM_MS = 1000
"""From this step on a market is coarse."""
LONGEST_STEP_MS = 60_000

_BUNDLES = 2
_VISITS = 4


class CoarseMarket(GeneratedMarket):
    """As `GeneratedMarket`, in steps of a second to a minute and with a shallower book."""

    levels = 25

    def step(self, since: int, now: int) -> Iterator[MarketEvent]:
        """What happens until `now`: half of the trades before the move, half after it."""
        middle = (since + now) // 2
        yield from self._trades(self._prints(), since, middle)
        self._fair.step()
        bid = math.floor(self._fair.ticks)
        self._asks.settle(bid + 1)
        self._bids.settle(bid)
        self._bids.stir(_VISITS)
        self._asks.stir(_VISITS)
        yield from self._changes(middle)
        yield from self._trades(self._prints(), middle, now)
        yield self._facts(now)

    def _prints(self) -> list[tuple[int, int, int]]:
        """Half a step's takers; makers come back between them, so that the touch serves them all."""
        bundles = self._takers.bundled(self._seconds / 2, self._fair.pace, _BUNDLES)
        return [(sign, self._asks.best if sign > 0 else self._bids.best, lots) for sign, lots in bundles]

    def _makers(self, lots: int) -> list[int]:
        """One maker serves a whole bundle: who had which part of it is lost with the rest."""
        return [lots]
