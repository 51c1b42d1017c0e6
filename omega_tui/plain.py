"""`omega-tui --plain`: the cockpit line by line on standard input and output, without one escape byte."""

import asyncio
import os
import select
import stat
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from omega_tui.clock import Clock
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.settings import Settings

if TYPE_CHECKING:
    from omega_tui.ui.line_mode import LineMode

_PROMPT = "omega> "
_TICK_SECONDS = 0.2
_LARGEST_READ = 65_536


def run_plain(settings: Settings) -> int:
    """Serve lines until `quit` or the end of the input; returns the exit code."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    from omega_tui.logs import log_to_file
    from omega_tui.ui.kept import Kept
    from omega_tui.ui.line_mode import LineMode
    from omega_tui.wiring import open_desk

    person = sys.stdin.isatty()
    async with open_desk(settings) as desk:
        log_to_file(settings.paths.state, desk.redact)
        kept = Kept(settings.paths.state / "screen")
        mode = LineMode(desk.engine, desk.clock, desk.ids, kept, _say, sends=person)
        await desk.start()
        mode.greet()
        ticking = asyncio.create_task(_tick(mode))
        try:
            _prompt(person)
            typed = Typed(sys.stdin.fileno(), desk.clock)
            async for line, at in typed.lines():
                mode.take(line, at)
                if mode.ended:
                    break
                typed.read()
                _prompt(person)
        finally:
            ticking.cancel()
    return ExitCode.OK


async def _tick(mode: "LineMode") -> None:
    while True:
        mode.tick()
        await asyncio.sleep(_TICK_SECONDS)


class Typed:
    """The lines of a descriptor as they come, each with the moment on the clock when its end was read.

    What was typed while a line was worked on is read by `read` before the next is waited for: whoever sent it
    had not seen the answer yet, however long the work took.
    """

    def __init__(self, descriptor: int, clock: Clock) -> None:
        self._descriptor = descriptor
        self._clock = clock
        self._arrived: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()

    async def lines(self) -> AsyncIterator[tuple[str, float]]:
        """Until the end of the input; the last line may lack its end."""
        loop = asyncio.get_running_loop()
        # The selector takes no regular file; one is always ready to be read.
        waits = not stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        if waits:
            loop.add_reader(self._descriptor, self._take)
        try:
            rest, chunk = b"", b"\n"
            while chunk:
                if not waits:
                    self._take()
                chunk, at = await self._arrived.get()
                *lines, rest = (rest + chunk).split(b"\n")
                for each in lines:
                    yield each.decode("utf-8", "replace"), at
            if rest:
                yield rest.decode("utf-8", "replace"), at
        finally:
            if waits:
                loop.remove_reader(self._descriptor)

    def read(self) -> None:
        """Take what is there now, without waiting."""
        if select.select([self._descriptor], [], [], 0)[0]:
            self._take()

    def _take(self) -> None:
        self._arrived.put_nowait((os.read(self._descriptor, _LARGEST_READ), self._clock.monotonic()))


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _prompt(person: bool) -> None:
    if person:
        sys.stdout.write(_PROMPT)
        sys.stdout.flush()
