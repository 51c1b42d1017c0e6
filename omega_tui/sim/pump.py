"""Plays the market and the exchange's own agenda together, in the order of their times.

`Timeline` is that order. `Pump` plays it at the pace of a running clock: what is due together is applied
together, and between two turns others get to run. A clock that stands still is moved by `stepping` instead.
Nothing here knows what an event means, except that a recording can end.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import MarketEvent, TapeEnded

TURN_SECONDS: Final = 0.02
"""How long the market may keep the processor from everybody else, in real seconds."""

_REST_SECONDS: Final = 0.004


class Timeline:
    """What happens next: an event of the market or something the exchange has on its agenda.

    `on_tape_end` is told of every end of a recording; the agenda goes on after it.
    """

    def __init__(self, exchange: SimulatedExchange, on_tape_end: Callable[[TapeEnded], None]) -> None:
        self._exchange = exchange
        self._agenda = exchange.venue.agenda
        self._on_tape_end = on_tape_end
        self._events = exchange.source.events()
        self._next: MarketEvent | None = None
        self._fetch()

    @property
    def next_ms(self) -> int | None:
        """When the next thing happens (exchange ms), None when nothing will."""
        planned = self._agenda.next_ms
        if self._next is None:
            return planned
        return self._next.ts if planned is None else min(self._next.ts, planned)

    def play(self, due_ms: int) -> None:
        """Do what the exchange planned up to `due_ms`, then the market's next event if it is due too.

        Raises what makes the market unreadable.
        """
        self._exchange.venue.on_time(due_ms)
        event = self._next
        if event is None or event.ts > due_ms:
            return
        if isinstance(event, TapeEnded):
            self._on_tape_end(event)
        else:
            self._exchange.apply(event)
        self._fetch()

    def _fetch(self) -> None:
        self._next = next(self._events, None)
        self._exchange.next_event_ms = None if self._next is None else self._next.ts


class Pump:
    """Plays a timeline as its exchange's running clock goes."""

    def __init__(self, exchange: SimulatedExchange, timeline: Timeline) -> None:
        self._exchange = exchange
        self._timeline = timeline
        self._woken = asyncio.Event()
        exchange.venue.agenda.on_sooner = self._woken.set

    def apply_due(self) -> float | None:
        """Apply what is due, for a short while at most; seconds until more is, None when nothing will be."""
        clock = self._exchange.clock
        turn_ends = clock.monotonic() + TURN_SECONDS
        while (due := self._timeline.next_ms) is not None:
            wait = clock.seconds_until(due)
            if wait > 0:
                break
            if clock.monotonic() > turn_ends:
                return 0.0
            self._timeline.play(due)
        self._exchange.candles.on_time(self._exchange.market_ms())
        return None if due is None else clock.seconds_until(due)

    async def run(self) -> None:
        """Play for ever; whatever makes the market unreadable is raised."""
        while True:
            self._woken.clear()
            wait = self.apply_due()
            await asyncio.sleep(_REST_SECONDS)
            if wait is None or wait > _REST_SECONDS:
                await self._sleep(None if wait is None else wait - _REST_SECONDS)

    async def _sleep(self, seconds: float | None) -> None:
        """Rest until the time has come or the exchange has planned something sooner."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
