"""From one layout of the file to the next: a copy first, then everything in one transaction or nothing.

An empty file goes the same way as an old one. A migration that fails leaves the file as it was.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from omega_tui.journal import files, projections, schema
from omega_tui.journal.files import JournalRefused


def _to_layout_1(connection: sqlite3.Connection) -> None:
    for statement in schema.LAYOUT_1:
        connection.execute(statement)


STEPS: tuple[Callable[[sqlite3.Connection], object], ...] = (_to_layout_1, projections.rebuild)
"""How each layout is reached from the one before it."""


def bring_up(connection: sqlite3.Connection, path: Path, wall_ms: int) -> None:
    """Bring the file to the newest layout. Raises JournalRefused; a file that fails stays as it was."""
    version = schema.layout(connection)
    if version == schema.VERSION:
        return
    copy = None
    try:
        if version:
            schema.verify(connection)
            copy = back_up(connection, path, wall_ms)
        connection.execute("BEGIN EXCLUSIVE")
        for step in STEPS[version:]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute("COMMIT")
    except (*schema.SQLITE_ERRORS, OSError) as error:
        _roll_back(connection)
        kept = f"; a copy is {copy.name}" if copy is not None else ""
        raise JournalRefused(
            f"{path.name} could not be brought to layout {schema.VERSION} ({error}): it is as it was{kept}"
        ) from error
    except JournalRefused:
        _roll_back(connection)
        raise


def back_up(connection: sqlite3.Connection, path: Path, wall_ms: int) -> Path:
    """A private copy beside the file, named with its layout and the time, checked before it is relied on.

    Raises sqlite3.Error, OSError and JournalDamaged.
    """
    when = datetime.fromtimestamp(wall_ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.v{schema.layout(connection)}-{when}.backup")
    files.make_private(copy, new=True)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
        # The copy is one file: no log of its own may stay beside it.
        target.execute("PRAGMA journal_mode = DELETE")
        schema.verify(target)
    _sync(copy)
    _sync(copy.parent)
    return copy


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
