"""Where the libraries' and our own warnings go: a private file, never the terminal.

Without a handler Python prints warnings to standard error, which would tear the screen. Every record passes
through a redaction before it is written.
"""

import logging
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_BYTES: Final = 1_000_000
_KEPT: Final = 3


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
