"""`omega-tui --plain`: the cockpit line by line on standard input and output, without one escape byte."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

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
            async for line in _lines():
                mode.take(line)
                if mode.ended:
                    break
                _prompt(person)
        finally:
            ticking.cancel()
    return ExitCode.OK


async def _tick(mode: "LineMode") -> None:
    while True:
        mode.tick()
        await asyncio.sleep(_TICK_SECONDS)


async def _lines() -> AsyncIterator[str]:
    """Lines of standard input as they come; the last one may lack its end."""
    arrived: asyncio.Queue[bytes] = asyncio.Queue()
    descriptor, loop = sys.stdin.fileno(), asyncio.get_running_loop()
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        for line in sys.stdin:
            yield line
        return
    loop.add_reader(descriptor, lambda: arrived.put_nowait(os.read(descriptor, _LARGEST_READ)))
    try:
        rest = b""
        while chunk := await arrived.get():
            *lines, rest = (rest + chunk).split(b"\n")
            for each in lines:
                yield each.decode("utf-8", "replace")
        if rest:
            yield rest.decode("utf-8", "replace")
    finally:
        loop.remove_reader(descriptor)


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _prompt(person: bool) -> None:
    if person:
        sys.stdout.write(_PROMPT)
        sys.stdout.flush()
