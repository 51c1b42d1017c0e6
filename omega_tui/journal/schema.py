"""The list of events in SQLite: how a file is opened, how rows get in and out, how their chain is checked.

WAL with synchronous=FULL: an acknowledged row is on disk. A newer file is refused, never touched.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omega_tui.journal.chain import GENESIS, link
from omega_tui.journal.files import JournalRefused

VERSION = 2
"""`PRAGMA user_version` of the newest layout; `migrations` brings older files there."""

LAYOUT_1 = (
    """CREATE TABLE event (
        sequence INTEGER PRIMARY KEY,
        wall_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        body BLOB NOT NULL,
        digest BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX event_kind ON event (kind, sequence)",
    """CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)
"""The events, unchanged since the first layout."""

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second for a broken schema, whose text its own error cannot quote."""

_BUSY_SECONDS = 1.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class JournalDamaged(JournalRefused):
    """The file is not what was written: a broken page, a changed or a missing row."""


class TablesDamaged(JournalDamaged):
    """The rows are what was written; the tables beside them do not fit."""


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


def connect(path: Path, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open the file for writing, whatever its layout. Raises JournalRefused; a newer file stays as it is."""
    connect_reading(path).close()
    connection = _opened(path, path, factory=kind)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Elsewhere without effect: on macOS a plain fsync stops at the drive's own memory.
        connection.execute("PRAGMA fullfsync = ON")
    except SQLITE_ERRORS as error:
        connection.close()
        raise refusal(path, error) from error
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open the file for looking only; no row is made or changed. Raises JournalRefused."""
    connection = _opened(path, f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("PRAGMA query_only = ON")
        version = layout(connection)
    except SQLITE_ERRORS as error:
        connection.close()
        raise refusal(path, error) from error
    if version > VERSION:
        connection.close()
        raise JournalRefused(
            f"{path.name} was written by a newer version (layout {version}): update to read it"
        )
    return connection


def _opened(path: Path, where: Path | str, **how: Any) -> sqlite3.Connection:
    how |= {"isolation_level": None, "check_same_thread": False, "timeout": _BUSY_SECONDS}
    try:
        connection: sqlite3.Connection = sqlite3.connect(where, **how)
    except SQLITE_ERRORS as error:
        raise refusal(path, error) from error
    return connection


def layout(connection: sqlite3.Connection) -> int:
    """The file's layout, 0 for an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def refusal(path: Path, error: Exception) -> JournalRefused:
    """What to tell the trader of a file that SQLite will not open."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
        return JournalRefused(f"{path.name} is held by another program (a backup?): let it end, start again")
    if isinstance(error, sqlite3.OperationalError):
        return JournalRefused(f"{path.name} cannot be used ({error}): check its disk and start again")
    return JournalDamaged(f"{path.name} cannot be read ({error}): move it away and keep it")


def damage(path: Path, error: Exception) -> JournalDamaged:
    """What to tell the trader of a file whose rows are not what was written."""
    return JournalDamaged(
        f"{path.name}: {error}; move it away and keep it, and compare its orders with the exchange"
    )


def insert(connection: sqlite3.Connection, head: Head, row: JournalRow) -> Head:
    """Append the row that follows `head` inside the caller's transaction; returns the new head."""
    digest = link(head.digest, row.sequence, row.wall_ms, row.kind, row.body)
    values = (row.sequence, row.wall_ms, row.kind, row.body, digest)
    connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", values)
    return Head(row.sequence, digest)


def read_head(connection: sqlite3.Connection) -> Head:
    """The newest row's place in the chain."""
    row = connection.execute("SELECT sequence, digest FROM event ORDER BY sequence DESC LIMIT 1").fetchone()
    return Head(row[0], row[1]) if row is not None else Head()


def verify(connection: sqlite3.Connection, after: Head | None = None, most: int = -1) -> Head:
    """Recompute the chain beyond the row of `after`, at most `most` rows of it; returns the last one's place.

    Raises JournalDamaged naming the first bad row. Rows up to `after` are taken for granted.
    """
    head = after or Head()
    rows = connection.execute(
        "SELECT sequence, wall_ms, kind, body, digest FROM event"
        " WHERE sequence > ? ORDER BY sequence LIMIT ?",
        (head.sequence, most),
    )
    try:
        for sequence, wall_ms, kind, body, digest in rows:
            if sequence != head.sequence + 1:
                raise JournalDamaged(f"row {head.sequence + 1} is missing")
            if link(head.digest, sequence, wall_ms, kind, body) != digest:
                raise JournalDamaged(f"row {sequence} is not as it was written")
            head = Head(sequence, digest)
    except (*SQLITE_ERRORS, ValueError, AttributeError, TypeError) as error:
        raise JournalDamaged(f"row {head.sequence + 1} cannot be read ({error})") from error
    return head


def trusted_row(connection: sqlite3.Connection, sequence: int) -> JournalRow:
    """One row, checked against its place in the chain. Raises JournalDamaged."""
    before = connection.execute("SELECT digest FROM event WHERE sequence = ?", (sequence - 1,)).fetchone()
    digest = before[0] if before is not None else GENESIS
    if verify(connection, Head(sequence - 1, digest), 1).sequence != sequence:
        raise JournalDamaged(f"row {sequence} is missing")
    row = connection.execute(
        "SELECT sequence, wall_ms, kind, body FROM event WHERE sequence = ?", (sequence,)
    ).fetchone()
    return JournalRow(*row)


def read_rows(
    connection: sqlite3.Connection, kinds: tuple[str, ...], after: int, newest: int | None = None
) -> Iterator[JournalRow]:
    """Rows of `kinds` (of every kind when empty) beyond sequence `after`, only the `newest`; oldest first."""
    return _rows(connection, kinds, [("sequence > ?", after)], newest)


def every_row(connection: sqlite3.Connection) -> Iterator[JournalRow]:
    """Every row, oldest first, read from the table itself: an index may have rotted."""
    query = "SELECT sequence, wall_ms, kind, body FROM event NOT INDEXED ORDER BY sequence"
    return (JournalRow(*row) for row in connection.execute(query))


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
