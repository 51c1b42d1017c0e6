"""Copying from a terminal: which way a text goes, and what can be said of its arrival.

Nothing is copied unless the trader presses the key. OSC 52 asks the terminal, which may refuse in silence;
inside tmux its own command is surer, and it answers.
"""

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum

_TMUX_SECONDS = 1.0


class Route(Enum):
    """A way out of the terminal."""

    OFF = "off"
    OSC52 = "osc52"
    TMUX = "tmux"


def route_for(choice: str, environment: Mapping[str, str]) -> Route:
    """The route of a setting; `auto` goes through tmux where it runs and its command is there."""
    if choice != "auto":
        return Route(choice)
    inside = bool(environment.get("TMUX")) and shutil.which("tmux") is not None
    return Route.TMUX if inside else Route.OSC52


async def into_tmux(text: str) -> bool:
    """Into tmux's newest buffer, and from there to the terminal's clipboard; whether tmux took it."""
    try:
        process = await asyncio.create_subprocess_exec(
            *("tmux", "load-buffer", "-w", "-"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(_TMUX_SECONDS):
            await process.communicate(text.encode())
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        return False
    return process.returncode == 0


def words(text: str, route: Route) -> str:
    """What happened to a copied text."""
    if route is Route.OFF:
        return "copying is switched off: [screen] clipboard"
    if route is Route.TMUX:
        return f"copied {text} into tmux's buffer, and to the terminal if it allows that"
    return f"copied {text} by OSC 52, if the terminal allows it"
