"""Moves a clock that stands still: a day of the market in a second, the same one every time.

Between two steps no time passes. Within one the market and the agenda are played in order, each at its own
moment of exchange time, and every public topic is pushed when its interval in exchange time is over. When a
step ends, everything that has changed has been pushed, so that whoever steps sees one consistent picture.
What clients send within a step is answered at its end, pings at once.
"""

import asyncio
from collections.abc import Iterator
from typing import Final, Protocol

from omega_tui.sim.clock import SteppedClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.market.tape_lines import TapeUnreadable
from omega_tui.sim.pump import TURN_SECONDS, Timeline

_LOOK_AGAIN_SECONDS: Final = 0.001
_PATIENT_LOOKS: Final = 5_000
_MOST_UNREAD_FRAMES: Final = 1_000


class Pushes(Protocol):
    """What a step needs of the streams."""

    def next_due_ms(self) -> int | None:
        """When the next topic is due (exchange ms), None when nobody listens."""
        ...

    def publish_at(self, now_ms: int, skip_to_ms: int) -> None:
        """Publish what is due at `now_ms`; nothing will change before `skip_to_ms`."""
        ...

    def publish_trades(self) -> None:
        """Publish the trades of this moment."""
        ...

    def forget_unread(self) -> None:
        """Drop what nobody listens to."""
        ...

    def publish_all(self) -> None:
        """Publish every change, due or not."""
        ...

    def most_unread(self) -> int:
        """How many frames the slowest client has not been sent yet."""
        ...


class Stepper:
    """Moves `clock`, which must be the exchange's own, along a timeline."""

    def __init__(
        self, exchange: SimulatedExchange, clock: SteppedClock, timeline: Timeline, pushes: Pushes
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._timeline = timeline
        self._pushes = pushes
        self._one_at_a_time = asyncio.Lock()
        self._broken = asyncio.Event()
        self._failure: TapeUnreadable | None = None

    def turns(self, until_ms: int) -> Iterator[None]:
        """Move time to `until_ms` (exchange ms), pausing after each short turn of work.

        Raises ValueError when that is past, TapeUnreadable when the market cannot be played on.
        """
        if until_ms < self._clock.now_ms():
            raise ValueError(
                f"exchange time is {self._clock.now_ms()} already and cannot go back to {until_ms}"
            )
        turn_ends = self._clock.monotonic() + TURN_SECONDS
        while (due := self._timeline.next_ms) is not None and due <= until_ms:
            self._move_to(due)
            self._timeline.play(due)
            self._pushes.publish_trades()
            if self._clock.monotonic() > turn_ends:
                self._pushes.forget_unread()
                yield
                turn_ends = self._clock.monotonic() + TURN_SECONDS
        self._move_to(until_ms)
        self._exchange.candles.on_time(until_ms)
        self._pushes.publish_all()

    async def step_to(self, until_ms: int) -> None:
        """Move time to `until_ms` while others get to run, and wait for clients to take their frames.

        A client that reads nothing for five seconds holds nobody up any longer. Raises as `turns` does.
        """
        async with self._one_at_a_time:
            try:
                for _ in self.turns(until_ms):
                    await self._let_clients_read(_MOST_UNREAD_FRAMES)
            except TapeUnreadable as failure:
                self._failure = failure
                self._broken.set()
                raise
            await self._let_clients_read(0)

    async def standstill(self) -> None:
        """Wait until no step is being made: what a client asks in the middle of one would meet any moment."""
        async with self._one_at_a_time:
            return

    async def run(self) -> None:
        """Last as long as the market can be played; raises what ended it."""
        await self._broken.wait()
        if self._failure is not None:
            raise self._failure

    def _move_to(self, moment_ms: int) -> None:
        """Let time pass until `moment_ms`, and the topics that are due before it be published on the way."""
        while (due := self._pushes.next_due_ms()) is not None and due < moment_ms:
            self._clock.move_to(due)
            self._pushes.publish_at(due, moment_ms)
        self._clock.move_to(moment_ms)

    async def _let_clients_read(self, most_unread: int) -> None:
        await asyncio.sleep(0)
        for _ in range(_PATIENT_LOOKS):
            if self._pushes.most_unread() <= most_unread:
                return
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
