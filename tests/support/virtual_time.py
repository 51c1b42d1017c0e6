"""Hours of asyncio in milliseconds: a loop whose time jumps to the next timer, and a clock that reads it."""

import asyncio
import heapq
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_WALL_MS = 1_700_000_000_000
_LATE = 1e-9


class _JumpingLoop(asyncio.SelectorEventLoop):
    """No thread and no socket may take part."""

    def __init__(self) -> None:
        super().__init__(selectors.SelectSelector())
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            # The loop drops cancelled timers only after it has taken the first one's time for its pause.
            heapq.heappop(scheduled)._scheduled = False
            self._timer_cancelled_count -= 1  # type: ignore[attr-defined]
        if not ready and scheduled:
            # A little late, as every timer is: who waits for a figure that rounding keeps from being reached
            # would else be called for ever.
            self._now = max(self._now, scheduled[0]._when) + _LATE
        super()._run_once()  # type: ignore[misc]


class LoopClock:
    """The clock of the running loop; `step_wall` is a correction of the machine's clock."""

    def __init__(self) -> None:
        self._step_ms = 0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def wall_ms(self) -> int:
        return _WALL_MS + self._step_ms + round(self.monotonic() * 1000)

    def step_wall(self, milliseconds: int) -> None:
        """Move the wall clock only."""
        self._step_ms += milliseconds


def run_virtually(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run `main` to its end in virtual time."""
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        return runner.run(main)
