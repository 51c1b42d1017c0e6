"""A journal for a cockpit that only looks: it reads what the trading cockpit writes, and writes nothing.

It takes no lock, so that looking never keeps anybody from trading. Every row that is handed in is refused:
who sends nothing has nothing to record, and an order that tried to leave would be stopped here.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import Any

from omega_tui.journal import projections, schema
from omega_tui.journal.aside import ask_aside, inspect_aside
from omega_tui.journal.port import JournalFailed, new_future
from omega_tui.journal.projections import Recollection
from omega_tui.journal.replay import Fold, Folded, replay
from omega_tui.journal.schema import Head, JournalRow


class Onlooker:
    """Implements `port.JournalPort`; a file that does not exist yet holds nothing.

    `reason` says why this cockpit only looks, empty when it was asked to.
    """

    def __init__(self, path: Path, reason: str = "") -> None:
        self._path = path
        self.reason = reason
        self._closing = Event()

    def append(self, kind: str, body: object) -> Future[int]:
        future = new_future()
        future.set_exception(JournalFailed("this cockpit only looks"))
        return future

    def read(self, *kinds: str, after: int = 0, newest: int | None = None) -> Future[list[JournalRow]]:
        return self._ask(lambda connection: list(schema.read_rows(connection, kinds, after, newest)), [])

    def recall(self, *kinds: str) -> Future[Recollection]:
        return self._ask(lambda connection: _recall(connection, kinds), Recollection())

    def intended(self, *client_order_ids: str) -> Future[frozenset[str]]:
        return self._ask(lambda connection: projections.intended(connection, client_order_ids), frozenset())

    def replay(self, fold: Fold[Folded], *kinds: str) -> Future[tuple[Folded, list[JournalRow]]]:
        if not self._path.exists():
            return _answered((fold(()), []))
        return ask_aside(self._path, lambda connection: replay(connection, fold, kinds))

    def inspect(self) -> Future[Head]:
        if self._path.exists():
            return inspect_aside(self._path, self._closing)
        return _answered(Head())

    def close(self) -> None:
        """End a recheck that is under way."""
        self._closing.set()

    def _ask(self, run: Callable[[sqlite3.Connection], Any], otherwise: Any) -> Future[Any]:
        return ask_aside(self._path, run) if self._path.exists() else _answered(otherwise)


def _answered(value: Any) -> Future[Any]:
    future = new_future()
    future.set_result(value)
    return future


def _recall(connection: sqlite3.Connection, kinds: tuple[str, ...]) -> Recollection:
    if schema.layout(connection) < schema.VERSION:
        # It has no tables to look into yet; its own cockpit brings it up when it trades again.
        return Recollection()
    connection.execute("BEGIN")
    return projections.recall(connection, kinds)
