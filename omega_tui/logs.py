"""Where the libraries' and our own warnings go: a private file, never the terminal.

Without a handler Python prints warnings to standard error, which would tear the screen. Every record passes
through a redaction before it is written.
"""

import logging
from collections.abc import Callable
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


def log_to_file(folder: Path, redact: Callable[[str], str]) -> None:
    """Send warnings and worse to `folder`/omega-tui.log (mode 0600, rotating); to nowhere when that fails."""
    root = logging.getLogger()
    root.handlers.clear()
    handler: logging.Handler = logging.NullHandler()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "omega-tui.log"
        path.touch(mode=0o600)
        handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
    except OSError:
        root.addHandler(handler)
        return
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Redacting(redact))
    root.addHandler(handler)
