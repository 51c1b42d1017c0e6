"""Lines that were sent before, the newest first, kept from one run to the next; each stands there once."""

from omega_tui.language.parser import LONGEST
from omega_tui.ui.kept import Kept

_NAME = "history"
_MOST = 500


class History:
    """The command line's memory."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        found = kept.load(_NAME).get("lines")
        lines = found if isinstance(found, list) else []
        self._lines = [line for line in lines if isinstance(line, str) and len(line) <= LONGEST][-_MOST:]

    def add(self, line: str) -> None:
        """Remember a line; it moves to the end when it was there already."""
        line = line.strip()
        self._lines = [*(each for each in self._lines if each != line), line][-_MOST:]
        self._kept.save(_NAME, {"lines": self._lines})

    def recall(self, typed: str, back: int) -> str | None:
        """The line `back` steps (1 is the newest) among those that hold what was typed; None beyond them."""
        fitting = [line for line in reversed(self._lines) if typed.lower() in line.lower()]
        return fitting[back - 1] if 0 < back <= len(fitting) else None
