"""Notices that this machine stood still: suspended, or the whole process stopped for a while.

The monotonic clock does not count a suspension, so that everything seems as fresh as before. Whatever was
known is old then, connections are dead without saying so, and keys pressed before must not act after.
"""

import asyncio
from collections.abc import Callable

from omega_tui.clock import Clock

_TICK_SECONDS = 1.0
_STOOD_STILL_SECONDS = 5.0


class SleepWatch:
    """Calls `awake` with the seconds lost. `slept` tells how long the machine was ever suspended."""

    def __init__(self, clock: Clock, slept: Callable[[], float], awake: Callable[[float], None]) -> None:
        self._clock = clock
        self._slept = slept
        self._awake = awake
        self._known = slept()

    def look(self) -> bool:
        """True when the machine was suspended since the last look; `awake` has been called then."""
        lost, self._known = self._slept() - self._known, self._slept()
        if lost >= _STOOD_STILL_SECONDS:
            self._awake(lost)
            return True
        return False

    async def run(self) -> None:
        """Look every second, and at how long that second took."""
        while True:
            began = self._clock.monotonic()
            await asyncio.sleep(_TICK_SECONDS)
            stalled = self._clock.monotonic() - began - _TICK_SECONDS
            if not self.look() and stalled >= _STOOD_STILL_SECONDS:
                self._awake(stalled)
