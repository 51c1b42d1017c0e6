"""The store of record: one writer thread that commits in groups and acknowledges what is on disk.

It keeps rows in the order they were handed in and knows nothing of what they mean. A row that could not be
written is reported to whoever handed it in; later rows are tried again.
"""

import queue
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Protocol, TypeVar

import msgspec

from omega_tui.clock import Clock
from omega_tui.journal import files, schema
from omega_tui.journal.files import JournalRefused
from omega_tui.journal.schema import Head, JournalDamaged, JournalRow

_GROUP = 256
_encode = msgspec.json.Encoder().encode
_Body = TypeVar("_Body")


class JournalFailed(Exception):
    """A row is not on disk; the message says why."""


class JournalPort(Protocol):
    """What the engine needs of a store of record."""

    def append(self, kind: str, body: object) -> Future[int]:
        """Hand in a row; the future yields its sequence once it is durable, or raises JournalFailed."""
        ...

    def read(self, *kinds: str, after: int = 0) -> Future[list[JournalRow]]:
        """Rows of `kinds`, oldest first; or raises JournalFailed."""
        ...


def read_body(row: JournalRow, kind: type[_Body]) -> _Body:
    """The value of type `kind` that was handed in as the row's body. Raises JournalDamaged for another."""
    try:
        return msgspec.json.decode(row.body, type=kind)
    except msgspec.DecodeError as error:
        raise JournalDamaged(f"row {row.sequence} ({row.kind}) holds something else: {error}") from error


class NoJournal:
    """Stands in for a journal that could not be opened: refuses every row with the reason.

    The engine then lets no new risk through, shows the reason, and goes on reading.
    """

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def append(self, kind: str, body: object) -> Future[int]:
        return self._refuse()

    def read(self, *kinds: str, after: int = 0) -> Future[list[JournalRow]]:
        return self._refuse()

    def _refuse(self) -> Future[Any]:
        future = _future()
        future.set_exception(JournalFailed(self._reason))
        return future


@dataclass(slots=True)
class _Append:
    kind: str
    body: bytes
    done: Future[int]


@dataclass(slots=True)
class _Query:
    run: Callable[[sqlite3.Connection], Any]
    done: Future[Any]


class Journal:
    """An open journal. `append` and the reads return futures of the writer thread; none blocks the caller."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open `path`, making or checking it. Raises JournalRefused (in use, newer, damaged)."""
        self.path = path
        self._clock = clock
        files.prepare(path)
        self._lock = files.lock(path)
        try:
            self._connection = schema.connect(path)
            self._head = self._verified()
        except JournalRefused:
            files.unlock(self._lock)
            raise
        self._work: queue.SimpleQueue[_Append | _Query | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, kind: str, body: object) -> Future[int]:
        """Hand in a row; the future yields its sequence once it is durable, or raises JournalFailed.

        `body` is anything msgspec can write as JSON: dataclasses, Decimals (as text), enums, mappings.
        """
        done: Future[int] = _future()
        if self._closed:
            done.set_exception(JournalFailed("the journal is closed"))
        else:
            self._work.put(_Append(kind, _encode(body), done))
        return done

    def read(self, *kinds: str, after: int = 0) -> Future[list[JournalRow]]:
        """Rows of `kinds` (all when none is named) beyond sequence `after`, all handed in before included."""
        return self._ask(lambda connection: list(schema.read_rows(connection, kinds, after)))

    def verify(self) -> Future[Head]:
        """Recompute the chain; yields the newest row's place in it, or raises JournalDamaged."""
        return self._ask(schema.verify)

    def close(self) -> None:
        """Write what was handed in, then close. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._work.put(None)
        self._thread.join()
        self._connection.close()
        files.unlock(self._lock)

    def _ask(self, run: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        done: Future[Any] = _future()
        if self._closed:
            done.set_exception(JournalFailed("the journal is closed"))
        else:
            self._work.put(_Query(run, done))
        return done

    def _verified(self) -> Head:
        try:
            return schema.verify(self._connection)
        except JournalRefused:
            self._connection.close()
            raise

    def _run(self) -> None:
        """The writer: takes what has piled up, writes it in one transaction, then answers."""
        while True:
            item = self._work.get()
            group: list[_Append] = []
            while isinstance(item, _Append):
                group.append(item)
                if len(group) == _GROUP or self._work.empty():
                    break
                item = self._work.get()
            if group:
                self._commit(group)
            if item is None:
                return
            if isinstance(item, _Query):
                self._answer(item)

    def _commit(self, group: list[_Append]) -> None:
        try:
            first = self._head.sequence + 1
            self._head = self._write(group)
        except sqlite3.Error as error:
            self._roll_back()
            for item in group:
                item.done.set_exception(JournalFailed(str(error)))
            return
        for offset, item in enumerate(group):
            item.done.set_result(first + offset)

    def _write(self, group: list[_Append]) -> Head:
        head = self._head
        self._connection.execute("BEGIN IMMEDIATE")
        for item in group:
            head = schema.insert(self._connection, head, self._clock.wall_ms(), item.kind, item.body)
        self._connection.execute("COMMIT")
        return head

    def _roll_back(self) -> None:
        # A commit that failed may still have reached the disk: the file says where the chain ends.
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._head = schema.read_head(self._connection)
        except sqlite3.Error:
            return

    def _answer(self, item: _Query) -> None:
        try:
            item.done.set_result(item.run(self._connection))
        except (sqlite3.Error, JournalRefused) as error:
            item.done.set_exception(error)


def _future() -> Future[Any]:
    # Running from the start: what was handed in is written even when nobody waits for it any more.
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future
