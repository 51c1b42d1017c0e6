"""The account's past out of the rows: every execution once, oldest first, and the rows of some kinds."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from omega_tui.domain.orders import Fill
from omega_tui.journal import schema
from omega_tui.journal.schema import JournalDamaged, JournalRow

Folded = TypeVar("Folded")

Fold = Callable[[Iterable[Fill]], Folded]
"""What takes the executions as they are read, so that a million of them need not be held at once."""

_EXECUTIONS = (
    "SELECT event.sequence, event.body FROM execution JOIN event ON event.sequence = execution.sequence"
    " ORDER BY execution.exchange_ms, length(execution.trade_id), execution.trade_id"
)


def replay(
    connection: sqlite3.Connection, fold: Fold[Folded], kinds: tuple[str, ...]
) -> tuple[Folded, list[JournalRow]]:
    """What `fold` makes of every execution, by its fullest telling, and the rows of `kinds`, oldest first.

    Raises JournalDamaged for an execution that cannot be read.
    """
    if schema.layout(connection) < schema.VERSION:
        # It has no tables to look into yet; its own cockpit brings it up when it trades again.
        return fold(()), []
    connection.execute("BEGIN")
    try:
        folded = fold(_fills(connection))
        return folded, list(schema.read_rows(connection, kinds, 0))
    finally:
        connection.execute("ROLLBACK")


def _fills(connection: sqlite3.Connection) -> Iterator[Fill]:
    decode = msgspec.json.Decoder(Fill).decode
    for sequence, body in connection.execute(_EXECUTIONS):
        try:
            yield decode(body)
        except msgspec.DecodeError as error:
            raise JournalDamaged(f"row {sequence} (fill) holds something else: {error}") from error
