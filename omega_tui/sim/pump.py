"""Feeds the market into the exchange at the pace of exchange time.

Events that are due together are applied together; between two turns others get to run. It knows nothing of
what an event means, except that a recording can end.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import MarketEvent, TapeEnded

_REST_SECONDS: Final = 0.004
_TURN_SECONDS: Final = 0.02


class Pump:
    """Plays the exchange's market. `on_tape_end` is told of every end of a recording."""

    def __init__(self, exchange: SimulatedExchange, on_tape_end: Callable[[TapeEnded], None]) -> None:
        self._exchange = exchange
        self._on_tape_end = on_tape_end
        self._events = exchange.source.events()
        self._next: MarketEvent | None = next(self._events, None)

    def apply_due(self) -> float | None:
        """Apply what is due, for a short while at most; seconds until the next event, None after the last."""
        clock = self._exchange.clock
        turn_ends = clock.monotonic() + _TURN_SECONDS
        self._exchange.candles.on_time(clock.now_ms())
        while (due := self._next_ms()) is not None:
            wait = clock.seconds_until(due)
            if wait > 0 or clock.monotonic() > turn_ends:
                return wait
            self._exchange.venue.on_time(due)
            if self._next is not None and self._next.ts <= due:
                self._apply(self._next)
                self._next = next(self._events, None)
        return None

    async def run(self) -> None:
        """Play until the market is over; whatever makes the market unreadable is raised."""
        wait = self.apply_due()
        while wait is not None:
            await asyncio.sleep(max(wait, _REST_SECONDS))
            wait = self.apply_due()

    def _next_ms(self) -> int | None:
        """When the market or the exchange itself does something next, None when neither will."""
        due = (self._next.ts if self._next else None, self._exchange.venue.agenda.next_ms)
        return min((moment for moment in due if moment is not None), default=None)

    def _apply(self, event: MarketEvent) -> None:
        if isinstance(event, TapeEnded):
            self._on_tape_end(event)
        else:
            self._exchange.apply(event)
