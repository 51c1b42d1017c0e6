"""What a crash says: its kind and place and where the report is; never a local variable, never the message.

A message or a local may hold a key or a signature, so the terminal gets neither. The report file is readable
by its owner alone and passes through the caller's redaction.
"""

import os
import traceback
from collections.abc import Callable
from pathlib import Path


def crash_line(error: BaseException, report: Path | None) -> str:
    """One plain line: the error's type, the innermost place of ours, and the report's path."""
    where = _place(error)
    tail = f" Report: {report}" if report is not None else ""
    return f"omega-tui stopped on an internal error: {type(error).__name__} in {where}.{tail}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "omega_tui" in frame.filename]
    if not (ours or frames):
        return "an unknown place"
    frame = (ours or frames)[-1]
    name = frame.filename.rpartition("omega_tui")[2].lstrip("/") or Path(frame.filename).name
    return f"{name}:{frame.lineno}"


def write_report(error: BaseException, report: Path, redact: Callable[[str], str]) -> bool:
    """The traceback without locals, to a file of mode 0600; False when it cannot be written."""
    text = redact("".join(traceback.format_exception(error)))
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return False
    return True
