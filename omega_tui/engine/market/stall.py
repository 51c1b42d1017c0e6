"""Whether the program stands still: how late its own alarm clock rings. What was shown meanwhile is old.

It cannot say what held the program up; a machine that slept looks the same, only longer.
"""

from collections.abc import Callable

from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

BEAT_SECONDS = 0.25
_SLEPT_SECONDS = 5.0
_QUIET_SECONDS = 10.0


class StallWatch:
    """Measures the delay of its own steps; `compare_again` is called after one as long as a sleep."""

    def __init__(self, state: State, compare_again: Callable[[], None]) -> None:
        self._state = state
        self._compare_again = compare_again
        self._last: float | None = None
        self._told_at = self._told = 0.0

    async def step(self) -> None:
        """Call every `BEAT_SECONDS`."""
        now, last = self._state.clock.monotonic(), self._last
        self._last = now
        limit = self._state.options.stall_seconds
        if last is None or limit is None or now - last - BEAT_SECONDS <= limit:
            return
        late = now - last - BEAT_SECONDS
        self._state.feeds.stall(late)
        self._tell(now, late)
        if late >= _SLEPT_SECONDS:
            self._state.reconciled = False
            self._compare_again()
        self._state.touch(*Panel)

    def _tell(self, now: float, late: float) -> None:
        """A machine that is too slow stands still all the time: the log hears of the worst, and at times."""
        if now - self._told_at < _QUIET_SECONDS and late <= self._told * 2:
            return
        self._told_at, self._told = now, late
        self._state.diary.warn(f"the program stood still for {late:.1f} s: what it showed meanwhile was old")
