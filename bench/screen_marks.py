"""What a screen program notes of itself while it is measured: keys seen, frames drawn, bytes handed over.

Times are monotonic seconds, which every process of a machine shares. They are written as one JSON object to
the file that the benchmark named, when the program ends.
"""

import json
import time
from pathlib import Path


class Marks:
    """`frames` are seconds from the start of a repaint to its bytes being handed to the terminal."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._frame_at: float | None = None
        self._key_waits = False
        self.handled: list[float] = []
        self.answered: list[float] = []
        self.frames: list[float] = []

    def key(self) -> None:
        """A key has reached its handler."""
        self.handled.append(time.monotonic())
        self._key_waits = True

    def frame(self) -> None:
        """A repaint begins."""
        self._frame_at = time.monotonic()

    def nothing_changed(self) -> None:
        """The repaint had nothing to draw, so no bytes follow it."""
        self._frame_at = None

    def written(self) -> None:
        """What was drawn has been handed to the terminal."""
        now = time.monotonic()
        if self._frame_at is not None:
            self.frames.append(now - self._frame_at)
            self._frame_at = None
        if self._key_waits:
            self.answered.append(now)
            self._key_waits = False

    def save(self) -> None:
        """Write everything down."""
        found = {"handled": self.handled, "answered": self.answered, "frames": self.frames}
        self._file.write_text(json.dumps(found), encoding="utf-8")
