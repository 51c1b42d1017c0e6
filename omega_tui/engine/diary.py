"""The log a trader reads: the newest lines in plain words. What is kept for good is in the journal."""

from collections import deque

from omega_tui.clock import Clock
from omega_tui.domain.text import safe_text
from omega_tui.engine.views import LogLevel, LogRow, LogView

_KEPT = 1000
_LONGEST = 300


class Diary:
    """The newest lines; `version` grows with each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: deque[LogRow] = deque(maxlen=_KEPT)
        self.version = 0

    def write(self, text: str, level: LogLevel = LogLevel.INFO) -> None:
        """Add a line; whatever it quotes is made harmless and short."""
        self._rows.append(LogRow(self._clock.wall_ms(), level, safe_text(text, _LONGEST)))
        self.version += 1

    def good(self, text: str) -> None:
        """Something succeeded."""
        self.write(text, LogLevel.GOOD)

    def warn(self, text: str) -> None:
        """Something the trader should look at."""
        self.write(text, LogLevel.WARNING)

    def error(self, text: str) -> None:
        """Something failed."""
        self.write(text, LogLevel.ERROR)

    def view(self, limit: int) -> LogView:
        """The newest `limit` lines, newest last."""
        return LogView(tuple(self._rows)[-limit:] if limit > 0 else ())
