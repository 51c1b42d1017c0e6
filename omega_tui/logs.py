"""Where warnings and the lines about requests go: private files, never the terminal.

Without a handler Python prints warnings to standard error, which would tear the screen. Every record passes
through a redaction before it is written.
"""

import logging
import queue
import threading
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_BYTES: Final = 1_000_000
_KEPT: Final = 3
_REQUEST_BYTES: Final = 5_000_000
_WAITING: Final = 10_000
_CLOSING_SECONDS: Final = 1.0


class _Redacting(logging.Formatter):
    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _PrivateFile(RotatingFileHandler):
    """Each file of the rotation is the user's alone; a disk that fails costs lines, never the screen."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        Path(self.baseFilename).chmod(0o600)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing: the library would print a traceback over the screen."""


def log_to_file(folder: Path, redact: Callable[[str], str]) -> None:
    """Send warnings and worse to `folder`/omega-tui.log (mode 0600, rotating); to nowhere when that fails."""
    root = logging.getLogger()
    root.handlers.clear()
    handler: logging.Handler = logging.NullHandler()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "omega-tui.log"
        handler = _PrivateFile(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        root.addHandler(handler)
        return
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Redacting(redact))
    root.addHandler(handler)


class RequestLines:
    """`folder`/requests.jsonl (mode 0600, rotating), written by a thread of its own.

    `write` never blocks and never raises: a disk that is slow, full or read-only costs lines, not orders.
    """

    def __init__(self, folder: Path, redact: Callable[[str], str]) -> None:
        self._folder = folder
        self._redact = redact
        self._lines: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, name="request log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Have one line written; dropped when too many wait already."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            return

    def close(self) -> None:
        """Write what waits, for at most a second."""
        try:
            self._lines.put(None, timeout=_CLOSING_SECONDS)
        except queue.Full:
            return
        self._thread.join(_CLOSING_SECONDS)

    def _run(self) -> None:
        handler = self._open()
        while (line := self._lines.get()) is not None:
            record = logging.LogRecord("requests", logging.INFO, "", 0, self._redact(line), None, None)
            handler.handle(record)
        handler.close()

    def _open(self) -> logging.Handler:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / "requests.jsonl"
            return _PrivateFile(path, maxBytes=_REQUEST_BYTES, backupCount=_KEPT, encoding="utf-8")
        except OSError:
            return logging.NullHandler()
