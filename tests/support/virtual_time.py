"""Hours of asyncio in milliseconds: a loop whose time jumps to the next timer, and a clock that reads it."""

import asyncio
import heapq
import random
import selectors
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

_Result = TypeVar("_Result")

WALL_MS = 1_700_000_000_000
"""What the wall clock says when the loop begins."""

_INSTANT = 1e-9


class NothingLeftToDo(AssertionError):
    """Everybody waits for something that nobody will do."""


class _JumpingLoop(asyncio.SelectorEventLoop):
    """No thread and no socket may take part. With a `seed` it draws the order of what is ready together.

    It leans on private members of Python 3.11's loop; a changed one shows in every test that uses it.
    """

    def __init__(self, seed: int | None) -> None:
        super().__init__(selectors.SelectSelector())
        self._now = 0.0
        self._order = None if seed is None else random.Random(f"order {seed}")

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        # Time never stands quite still: who waits for a moment that rounds to now would be called for ever.
        self._now += _INSTANT
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            # The loop drops cancelled timers only after it has taken the first one's time for its pause.
            heapq.heappop(scheduled)._scheduled = False
            self._timer_cancelled_count -= 1  # type: ignore[attr-defined]
        if not ready and scheduled:
            self._now = max(self._now, scheduled[0]._when) + _INSTANT
        elif not ready and not self._stopping:  # type: ignore[attr-defined]
            raise NothingLeftToDo
        elif self._order is not None and len(ready) > 1:
            shuffled = list(ready)
            self._order.shuffle(shuffled)
            ready.clear()
            ready.extend(shuffled)
        super()._run_once()  # type: ignore[misc]


class LoopClock:
    """The clock of the running loop; `step_wall` is a correction of the machine's clock."""

    def __init__(self) -> None:
        self._step_ms = 0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def wall_ms(self) -> int:
        return WALL_MS + self._step_ms + round(self.monotonic() * 1000)

    def step_wall(self, milliseconds: int) -> None:
        """Move the wall clock only."""
        self._step_ms += milliseconds


def virtual_runner(seed: int | None = None) -> asyncio.Runner:
    """Runs one coroutine after the other in one virtual time; the same `seed` is the same order of events."""
    if seed is not None:
        # The library that repeats failed reads draws its jitter from the process's own generator.
        random.seed(seed)
    return asyncio.Runner(loop_factory=partial(_JumpingLoop, seed))


def run_virtually(main: Coroutine[Any, Any, _Result], seed: int | None = None) -> _Result:
    """Run `main` to its end in virtual time; the same `seed` is the same run, another one another order."""
    with virtual_runner(seed) as runner:
        return runner.run(main)
