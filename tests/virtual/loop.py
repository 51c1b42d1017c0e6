"""An event loop whose time jumps to the next timer; a seed draws the order of what is ready."""

import asyncio
import random
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_INSTANT = 1e-6
START_WALL_MS = 1_700_000_000_000


class NothingLeftToDo(AssertionError):
    """Everybody waits for something that nobody will do."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs asyncio code in virtual seconds; no thread and no socket may take part.

    It leans on two private members of Python 3.11's loop (`_ready`, `_scheduled`): `test_loop` holds them.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(selectors.SelectSelector())
        self._now = 0.0
        self._order = random.Random(f"order {seed}")

    def time(self) -> float:
        return self._now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        raise RuntimeError("a thread would not wait for virtual time")

    def _run_once(self) -> None:
        # Time never stands quite still: who waits for a moment that rounds to now must not wait for ever.
        self._now += _INSTANT
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            # The loop itself drops cancelled timers at its head only after it has looked at their time.
            handle = scheduled.pop(0) if len(scheduled) == 1 else _pop(scheduled)
            handle._scheduled = False
            self._timer_cancelled_count -= 1  # type: ignore[attr-defined]
        if not ready:
            if not scheduled and not self._stopping:  # type: ignore[attr-defined]
                raise NothingLeftToDo
            if scheduled:
                self._now = max(self._now, scheduled[0]._when)
        elif len(ready) > 1:
            shuffled = list(ready)
            self._order.shuffle(shuffled)
            ready.clear()
            ready.extend(shuffled)
        super()._run_once()  # type: ignore[misc]


def _pop(heap: list[Any]) -> Any:
    import heapq

    return heapq.heappop(heap)


def run_virtually(seed: int, work: Callable[[], Awaitable[_Result]]) -> _Result:
    """Run `work` to its end on a loop of its own."""
    loop = VirtualLoop(seed)
    # The library that repeats failed reads draws its jitter from the process's own generator.
    random.seed(seed)
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(_awaited(work))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _awaited(work: Callable[[], Awaitable[_Result]]) -> _Result:
    return await work()


class VirtualClock:
    """The clock seam over the running loop; `skew_ms` puts the wall clock wrong."""

    def __init__(self, skew_ms: int = 0) -> None:
        self.skew_ms = skew_ms

    def wall_ms(self) -> int:
        return START_WALL_MS + round(self.monotonic() * 1000) + self.skew_ms

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()
