"""The store of record: one writer thread that commits in groups and acknowledges what is on disk.

It keeps rows in the order they were handed in; what they add up to is the business of `projections`. A row
that could not be written is reported to whoever handed it in; later rows are tried again.
"""

import queue
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec

from omega_tui.clock import Clock
from omega_tui.journal import files, inspection, migrations, projections, schema
from omega_tui.journal.aside import ask_aside, inspect_aside
from omega_tui.journal.files import JournalRefused
from omega_tui.journal.port import JournalFailed, RowRefused, as_failure, new_future
from omega_tui.journal.projections import Place, Recollection, UsedBefore
from omega_tui.journal.replay import Fold, Folded, replay
from omega_tui.journal.schema import Head, JournalDamaged, JournalRow

_GROUP = 256
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Append:
    kind: str
    body: bytes
    done: Future[int]

    def fail(self, reason: str) -> None:
        """Report the row as not written, once."""
        if not self.done.done():
            self.done.set_exception(JournalFailed(reason))


@dataclass(slots=True)
class _Query:
    run: Callable[[sqlite3.Connection], Any]
    done: Future[Any]


class Journal:
    """An open journal. `append` and the reads return futures of the writer thread; none blocks the caller."""

    def __init__(
        self, path: Path, clock: Clock, connection: type[sqlite3.Connection] = sqlite3.Connection
    ) -> None:
        """Open `path`, making, migrating or checking it. Raises JournalRefused (in use, newer, damaged).

        `connection` lets a test stand in for a disk that fails.
        """
        self.path = path
        self._clock = clock
        files.prepare(path)
        self._lock = files.lock(path)
        try:
            self._connection, self._place = _open(path, clock, connection)
        except JournalRefused:
            files.unlock(self._lock)
            raise
        self._closing = Event()
        self._work: queue.SimpleQueue[_Append | _Query | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, kind: str, body: object) -> Future[int]:
        """Hand in a row; the future yields its sequence once it is durable, or raises JournalFailed.

        `body` is anything msgspec can write as JSON: dataclasses, Decimals (as text), enums, mappings.
        """
        done: Future[int] = new_future()
        if self._closed:
            done.set_exception(JournalFailed("the journal is closed"))
        else:
            self._work.put(_Append(kind, _encode(body), done))
        return done

    def read(self, *kinds: str, after: int = 0, newest: int | None = None) -> Future[list[JournalRow]]:
        """Rows of `kinds` (all when none is named) beyond sequence `after`, all handed in before included."""
        return self._ask(lambda connection: list(schema.read_rows(connection, kinds, after, newest)))

    def recall(self, *kinds: str) -> Future[Recollection]:
        return self._ask(lambda connection: self._recalled(connection, kinds))

    def intended(self, *client_order_ids: str) -> Future[frozenset[str]]:
        return self._ask(lambda connection: projections.intended(connection, client_order_ids))

    def replay(self, fold: Fold[Folded], *kinds: str) -> Future[tuple[Folded, list[JournalRow]]]:
        return ask_aside(self.path, lambda connection: replay(connection, fold, kinds))

    def verify(self) -> Future[Head]:
        """Recompute everything at once; yields the newest row's place, or raises JournalDamaged."""
        return self._ask(inspection.inspect)

    def inspect(self) -> Future[Head]:
        return inspect_aside(self.path, self._closing, self._mended)

    def rebuild(self) -> Future[Head]:
        """Make the tables beside the rows anew; yields the newest row's place, or raises JournalDamaged."""
        return self._ask(self._rebuilt)

    def close(self) -> None:
        """Write what was handed in, then close. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._closing.set()
        self._work.put(None)
        self._thread.join()
        self._connection.close()
        files.unlock(self._lock)

    def _ask(self, run: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        done: Future[Any] = new_future()
        if self._closed:
            done.set_exception(JournalFailed("the journal is closed"))
        else:
            self._work.put(_Query(run, done))
        return done

    def _recalled(self, connection: sqlite3.Connection, kinds: tuple[str, ...]) -> Recollection:
        with suppress(JournalDamaged, *schema.SQLITE_ERRORS):
            return projections.recall(connection, kinds)
        self._rebuilt(connection)
        return projections.recall(connection, kinds)

    def _mended(self) -> None:
        self.rebuild().result()

    def _rebuilt(self, connection: sqlite3.Connection) -> Head:
        self._place = inspection.rebuild_tables(connection)
        return self._place.head

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
            place, written = self._write(group)
        except (*schema.SQLITE_ERRORS, JournalRefused) as error:
            self._roll_back()
            for item in group:
                item.fail(str(error))
            return
        self._place = place
        for item, sequence in written:
            item.done.set_result(sequence)

    def _write(self, group: list[_Append]) -> tuple[Place, list[tuple[_Append, int]]]:
        """The group in one transaction. A row that contradicts what stands there fails alone."""
        head, in_force = self._place.head, self._place.in_force
        written = []
        self._connection.execute("BEGIN IMMEDIATE")
        for item in group:
            row = JournalRow(head.sequence + 1, self._clock.wall_ms(), item.kind, item.body)
            try:
                in_force = projections.take(self._connection, row, in_force)
            except (UsedBefore, JournalDamaged, OverflowError) as error:
                item.done.set_exception(RowRefused(str(error)))
                continue
            head = schema.insert(self._connection, head, row)
            written.append((item, head.sequence))
        place = projections.mark(self._connection, Place(head, in_force, self._place.sealed))
        self._connection.execute("COMMIT")
        return place, written

    def _roll_back(self) -> None:
        # A commit that failed may still have reached the disk: the file says where the chain ends.
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._place = projections.read_place(self._connection)
        except schema.SQLITE_ERRORS:
            return

    def _answer(self, item: _Query) -> None:
        try:
            item.done.set_result(item.run(self._connection))
        except schema.SQLITE_ERRORS as error:
            item.done.set_exception(as_failure(self.path, error))
        except JournalDamaged as error:
            item.done.set_exception(schema.damage(self.path, error))


def append_at_once(path: Path, clock: Clock, rows: Iterable[tuple[str, object]]) -> None:
    """Write rows of (kind, body) into a journal that nobody writes now, and let go of it.

    Raises JournalRefused (JournalInUse when somebody does) and JournalFailed.
    """
    journal = Journal(path, clock)
    try:
        for future in [journal.append(kind, body) for kind, body in rows]:
            future.result()
    finally:
        journal.close()


def _open(path: Path, clock: Clock, kind: type[sqlite3.Connection]) -> tuple[sqlite3.Connection, Place]:
    connection = schema.connect(path, kind)
    try:
        migrations.bring_up(connection, path, clock.wall_ms())
        return connection, inspection.open_checked(connection)
    except schema.SQLITE_ERRORS as error:
        connection.close()
        raise schema.refusal(path, error) from error
    except JournalDamaged as error:
        connection.close()
        raise schema.damage(path, error) from error
    except JournalRefused:
        connection.close()
        raise
