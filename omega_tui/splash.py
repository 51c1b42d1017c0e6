"""The first picture: a plain mode line that stands while the rest is imported.

Standard library only and a few hundred bytes, so that it is there within milliseconds. The cockpit paints
over it; when the cockpit cannot open, or is ended before it is open, the terminal is given back as it was.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENTER = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l"
_LEAVE = "\x1b[?25h\x1b[?1049l"


@contextmanager
def splash(venue: str, symbol: str) -> Iterator[None]:
    """Show the venue's word and the market; an error inside takes the picture away again."""
    if not _can_paint():
        yield
        return
    line = f" {venue}  {symbol}  opening"
    width = os.get_terminal_size(sys.stderr.fileno()).columns or len(line)
    _write(f"{_ENTER}\x1b[7m{line[:width]:<{width}}\x1b[0m")
    # Until the cockpit listens itself, a hang-up or a termination must not leave its colours behind.
    for ending in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, _leave)
    opened = False
    try:
        yield
        opened = True
    finally:
        if not opened:
            _write(_LEAVE)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _can_paint() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
