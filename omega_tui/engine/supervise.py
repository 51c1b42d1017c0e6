"""Background work under one roof: repeated, retried with back-off, its failures made visible.

This is the engine's one place with a broad `except`: whatever breaks is logged once, shown as DOWN on the
surface that it serves, and tried again. No traceback reaches the terminal. What the work does is not known.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from omega_tui.domain.events import Surface
from omega_tui.domain.text import safe_text
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import ReadFailed

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0

POLL_PAUSE = 5.0
"""Longest pause after failures of what a trader waits for: the end of an outage must be noticed soon."""

Pause = Callable[[float], Awaitable[None]]
"""Sleeps for some seconds; `asyncio.sleep` outside tests."""

Step = Callable[[], Awaitable[None]]

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


class Supervisor:
    """Runs the engine's tasks and ends them together."""

    def __init__(self, state: State, pause: Pause) -> None:
        self._state = state
        self._pause = pause
        # In the order in which they began: a set would end them in another order each time.
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._named: dict[str, asyncio.Task[None]] = {}
        self._troubled: set[str] = set()

    def every(
        self,
        name: str,
        seconds: Callable[[], float],
        step: Step,
        surface: Surface,
        longest_pause: float = _LONGEST_PAUSE,
    ) -> asyncio.Event:
        """Repeat `step` for ever, `seconds()` apart, after failures at most `longest_pause`; setting the
        returned event runs it at once."""
        wake = asyncio.Event()
        self._start(name, self._repeat(name, seconds, step, surface, wake, longest_pause))
        return wake

    def until_done(self, name: str, step: Step, surface: Surface) -> None:
        """Try `step` until it succeeds once; replaces a running task of the same name."""
        previous = self._named.get(name)
        if previous is not None:
            previous.cancel()
        self._start(name, self._retry(name, step, surface))

    def once(self, name: str, step: Step, surface: Surface) -> None:
        """Run `step` once."""

        async def run() -> None:
            await self.attempt(name, step, surface)

        self._start("", run())

    async def begin(self, name: str, step: Step, surface: Surface, seconds: float) -> bool:
        """Run `step` once, but wait for `seconds` at most: it then goes on by itself. True when it ended."""
        ended = asyncio.Event()

        async def run() -> None:
            try:
                await self.attempt(name, step, surface)
            finally:
                ended.set()

        self._start("", run())
        await self._rest(seconds, ended)
        return ended.is_set()

    def call(
        self, name: str, step: Callable[[_Given], _Result], given: _Given, surface: Surface
    ) -> _Result | None:
        """Run `step` now, for a caller that must not break; None when it failed."""
        try:
            result = step(given)
        except Exception as error:
            self._break_down(name, surface, error)
            return None
        if name in self._troubled:
            self._recover(name)
        return result

    async def stop(self) -> None:
        """Cancel everything and wait for it."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def attempt(self, name: str, step: Step, surface: Surface) -> bool:
        """Run `step`; True when it succeeded."""
        try:
            await step()
        except ReadFailed as error:
            self._report_trouble(name, str(error))
            return False
        except Exception as error:
            self._break_down(name, surface, error)
            return False
        self._recover(name)
        return True

    def _break_down(self, name: str, surface: Surface, error: Exception) -> None:
        """A bug or an unforeseen condition in a task: logged once, visible until the task works again."""
        if name in self._troubled:
            return
        self._troubled.add(name)
        _LOG.error("%s failed", name, exc_info=error)
        words = safe_text(f"{name} failed: {type(error).__name__}")
        self._state.feeds.fault(name, surface, words)
        self._state.diary.error(f"{words}; it is tried again")
        self._state.touch(*Panel)

    def _report_trouble(self, name: str, words: str) -> None:
        if name not in self._troubled:
            self._troubled.add(name)
            self._state.diary.warn(f"{name}: {words}; it is tried again")

    def _recover(self, name: str) -> None:
        if name in self._troubled:
            self._troubled.discard(name)
            self._state.diary.good(f"{name} works again")
        if self._state.feeds.heal(name):
            self._state.touch(*Panel)

    async def _repeat(
        self,
        name: str,
        seconds: Callable[[], float],
        step: Step,
        surface: Surface,
        wake: asyncio.Event,
        longest_pause: float,
    ) -> None:
        failures = 0
        while True:
            wake.clear()
            failures = 0 if await self.attempt(name, step, surface) else failures + 1
            pause = min(longest_pause, _back_off(failures)) if failures else seconds()
            await self._rest(pause, wake)

    async def _retry(self, name: str, step: Step, surface: Surface) -> None:
        failures = 0
        while not await self.attempt(name, step, surface):
            failures += 1
            await self._pause(_back_off(failures))

    async def _rest(self, seconds: float, wake: asyncio.Event) -> None:
        sleeper = asyncio.ensure_future(self._pause(seconds))
        waker = asyncio.ensure_future(wake.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            waker.cancel()

    def _start(self, name: str, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)
        if name:
            self._named[name] = task


def _back_off(failures: int) -> float:
    """A quarter of a second after the first failure, doubling: most failures are the start's own."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
