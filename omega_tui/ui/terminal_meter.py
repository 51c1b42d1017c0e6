"""How much is written to the terminal: over SSH every byte of it crosses the network."""

from collections import deque
from collections.abc import Callable
from typing import Any

from textual.driver import Driver

_WINDOW_SECONDS = 5.0


def _nowhere(_: str) -> None:
    pass


class TerminalMeter:
    """Counts bytes; the rate is that of the last seconds."""

    def __init__(self) -> None:
        self.written = 0
        self.send: Callable[[str], None] = _nowhere
        """Writes to the terminal in between what is painted; nowhere while there is none."""
        self._marks: deque[tuple[float, int]] = deque()

    def rate(self, now: float) -> int | None:
        """Bytes a second up to `now` (monotonic seconds); None before anything was written."""
        self._marks.append((now, self.written))
        while len(self._marks) > 2 and now - self._marks[0][0] > _WINDOW_SECONDS:
            self._marks.popleft()
        (since, before), (until, after) = self._marks[0], self._marks[-1]
        return round((after - before) / (until - since)) if self.written and until > since else None


def counting_driver(driver: type[Driver], meter: TerminalMeter) -> type[Driver]:
    """The same driver, which tells `meter` what it writes."""

    class CountingDriver(driver):  # type: ignore[valid-type, misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            meter.send = self.write

        def write(self, data: str) -> None:
            meter.written += len(data.encode("utf-8", "replace"))
            super().write(data)

    return CountingDriver
