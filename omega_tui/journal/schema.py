"""The journal's tables in SQLite: one append-only list of events, and how a file is opened and checked.

WAL with synchronous=FULL: an acknowledged row is on disk. A newer file is refused, never touched.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from omega_tui.journal.chain import GENESIS, link
from omega_tui.journal.files import JournalRefused

VERSION = 1
"""`PRAGMA user_version` of the layout below."""

_LAYOUT = """
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    wall_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    digest BLOB NOT NULL
) STRICT;
CREATE INDEX event_kind ON event (kind, sequence);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""


class JournalDamaged(JournalRefused):
    """The file is not what was written: a broken page, a changed or a missing row."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One event: `body` is JSON text as bytes, `wall_ms` the local wall time of writing."""

    sequence: int
    wall_ms: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row's place in the chain."""

    sequence: int = 0
    digest: bytes = GENESIS


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing, making the layout in an empty one. Raises JournalRefused."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        version = _refuse_newer(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if version < VERSION:
            _lay_out(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise JournalDamaged(f"{path.name} cannot be read ({error}): move it away and keep it") from error
    except JournalRefused:
        connection.close()
        raise
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open the file for looking only; nothing is made or changed. Raises JournalRefused."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = ON")
        _refuse_newer(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise JournalDamaged(f"{path.name} cannot be read ({error}): move it away and keep it") from error
    except JournalRefused:
        connection.close()
        raise
    return connection


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> int:
    """The layout of the file. Raises JournalRefused for one that this version does not know."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise JournalRefused(
            f"{path.name} was written by a newer version (layout {version}): update to read it"
        )
    return version


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.executescript(f"BEGIN IMMEDIATE; {_LAYOUT} PRAGMA user_version = {VERSION}; COMMIT;")


def insert(connection: sqlite3.Connection, head: Head, wall_ms: int, kind: str, body: bytes) -> Head:
    """Append one row inside the caller's transaction; returns the new head."""
    sequence = head.sequence + 1
    digest = link(head.digest, sequence, wall_ms, kind, body)
    connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", (sequence, wall_ms, kind, body, digest))
    return Head(sequence, digest)


def read_head(connection: sqlite3.Connection) -> Head:
    """The newest row's place in the chain."""
    row = connection.execute("SELECT sequence, digest FROM event ORDER BY sequence DESC LIMIT 1").fetchone()
    return Head(row[0], row[1]) if row is not None else Head()


def verify(connection: sqlite3.Connection) -> Head:
    """Recompute the whole chain; returns its head. Raises JournalDamaged naming the first bad row."""
    head = Head()
    rows = connection.execute("SELECT sequence, wall_ms, kind, body, digest FROM event ORDER BY sequence")
    try:
        for sequence, wall_ms, kind, body, digest in rows:
            if sequence != head.sequence + 1:
                raise JournalDamaged(f"row {head.sequence + 1} is missing")
            if link(head.digest, sequence, wall_ms, kind, body) != digest:
                raise JournalDamaged(f"row {sequence} is not as it was written")
            head = Head(sequence, digest)
    except (sqlite3.DatabaseError, ValueError, AttributeError, TypeError) as error:
        raise JournalDamaged(f"row {head.sequence + 1} cannot be read ({error})") from error
    return head


def read_rows(connection: sqlite3.Connection, kinds: tuple[str, ...], after: int) -> Iterator[JournalRow]:
    """Rows of `kinds` (of every kind when empty) beyond sequence `after`, oldest first."""
    return _rows(connection, kinds, [("sequence > ?", after)], None)


def select_rows(
    connection: sqlite3.Connection,
    kinds: tuple[str, ...],
    since_ms: int | None,
    until_ms: int | None,
    newest: int | None,
) -> Iterator[JournalRow]:
    """Rows of `kinds` written from `since_ms` on and before `until_ms`, only the `newest`; oldest first."""
    conditions = [("wall_ms >= ?", since_ms), ("wall_ms < ?", until_ms)]
    return _rows(connection, kinds, [(text, at) for text, at in conditions if at is not None], newest)


def _rows(
    connection: sqlite3.Connection,
    kinds: tuple[str, ...],
    conditions: list[tuple[str, int]],
    newest: int | None,
) -> Iterator[JournalRow]:
    where = [text for text, _ in conditions]
    values: list[object] = [value for _, value in conditions]
    if kinds:
        where.append(f"kind IN ({','.join('?' * len(kinds))})")
        values += kinds
    query = "SELECT sequence, wall_ms, kind, body FROM event"
    query += f" WHERE {' AND '.join(where)}" if where else ""
    if newest is None:
        query += " ORDER BY sequence"
    else:
        query = f"SELECT * FROM ({query} ORDER BY sequence DESC LIMIT ?) ORDER BY sequence"  # noqa: S608
        values.append(newest)
    return (JournalRow(*row) for row in connection.execute(query, values))
