"""Is the file what was written? At the start as much as an order relies on, the rest while trading goes on.

A start recomputes the chain from the newest seal on and checks every row that it recalls against its own
place. What else lies before the seal is rechecked in the background and on demand: no order relies on it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress

from omega_tui.journal import projections, schema
from omega_tui.journal.projections import Place
from omega_tui.journal.schema import Head, JournalDamaged, TablesDamaged

_ROWS_AT_ONCE = 512


def check_start(connection: sqlite3.Connection) -> Place:
    """How far the file goes, after the checks of a start; changes nothing. Raises JournalDamaged."""
    seal = projections.read_mark(connection, "seal")
    if seal.sequence:
        row = connection.execute("SELECT digest FROM event WHERE sequence = ?", (seal.sequence,)).fetchone()
        if row is None or row[0] != seal.digest:
            raise JournalDamaged(f"the seal on row {seal.sequence} is broken")
    head = schema.verify(connection, seal)
    return Place(head, projections.check(connection, head), seal.sequence)


def open_checked(connection: sqlite3.Connection) -> Place:
    """`check_start`, and the tables made anew where only they were at fault. Raises JournalDamaged."""
    with suppress(JournalDamaged, *schema.SQLITE_ERRORS):
        return check_start(connection)
    return rebuild_tables(connection)


def rebuild_tables(connection: sqlite3.Connection) -> Place:
    """Make the tables anew from the rows, once their whole chain held: everything else follows from them.

    Raises JournalDamaged naming the first bad row, with nothing changed.
    """
    schema.verify(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("REINDEX event")
        place = projections.rebuild(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return place


def inspect(connection: sqlite3.Connection, may_go_on: Callable[[], bool] = lambda: True) -> Head:
    """Have SQLite check its pages, recompute the whole chain, look whether the tables know every row.

    Returns the last row's place. Reads a few hundred rows at a time and asks `may_go_on` between them.
    Raises JournalDamaged.
    """
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise JournalDamaged(f"SQLite finds the file damaged ({' '.join(found.split())})")
    head = Head()
    while may_go_on():
        reached = schema.verify(connection, head, _ROWS_AT_ONCE)
        if reached.sequence == head.sequence:
            break
        if schema.layout(connection) > 1:
            _compare_tables(connection, head.sequence, reached.sequence)
        head = reached
    return head


def _compare_tables(connection: sqlite3.Connection, after: int, upto: int) -> None:
    for row in schema.read_rows(connection, (), after):
        if row.sequence > upto:
            return
        if not projections.reflects(connection, row):
            raise TablesDamaged(
                f"row {row.sequence} ({row.kind}) is missing in the tables beside the rows: "
                "the account's cockpit makes them anew by itself"
            )
