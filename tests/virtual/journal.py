"""A store of record on virtual time: the real tables in memory; a row is durable a moment after it was
handed in, or is refused."""

import asyncio
import random
import sqlite3
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from omega_tui.journal import Journal, JournalDamaged, JournalRow, inspection, migrations, projections, schema
from omega_tui.journal.journal import _Append
from omega_tui.journal.port import new_future
from omega_tui.journal.projections import Recollection
from omega_tui.journal.records import INTENT
from omega_tui.journal.schema import Head
from tests.support.virtual_time import WALL_MS, LoopClock


class VirtualJournal(Journal):
    """Keeps rows as the real one does, and outlives the engines that write to it.

    `generation` counts the lives of the cockpit: what a dead one handed in and was not told of may be lost.
    `acknowledged` is what it was told of: sequence and body of each row.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._clock = LoopClock()
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        migrations.bring_up(self._connection, Path("virtual"), WALL_MS)
        self._place = inspection.open_checked(self._connection)
        self._intents: set[str] = set()
        self.acknowledged: list[tuple[int, bytes]] = []
        self._newest = 0.0
        self._failing = False
        self.generation = 0

    @property
    def failing(self) -> bool:
        """Whether the disk takes nothing."""
        return self._failing

    @failing.setter
    def failing(self, failing: bool) -> None:
        self._failing = failing
        self._connection.execute(f"PRAGMA query_only = {'ON' if failing else 'OFF'}")

    def append(self, kind: str, body: object) -> Future[int]:
        done: Future[int] = new_future()
        encoded, loop = msgspec.json.encode(body), asyncio.get_running_loop()
        # Rows reach the disk in the order they were handed in.
        self._newest = max(self._newest + 1e-6, loop.time() + self._rng.uniform(0.0005, 0.004))
        loop.call_at(self._newest, self._arrive, _Append(kind, encoded, done), self.generation)
        return done

    def _arrive(self, item: _Append, generation: int) -> None:
        if generation != self.generation:
            return
        self._commit([item])
        if item.done.exception() is not None:
            return
        self.acknowledged.append((item.done.result(), item.body))
        if item.kind == INTENT:
            self._intents.add(msgspec.json.decode(item.body)["request"]["client_order_id"])

    def read(self, *kinds: str, after: int = 0, newest: int | None = None) -> Future[list[JournalRow]]:
        return _done(list(schema.read_rows(self._connection, kinds, after, newest)))

    def recall(self, *kinds: str) -> Future[Recollection]:
        return _done(projections.recall(self._connection, kinds))

    def intended(self, *client_order_ids: str) -> Future[frozenset[str]]:
        return _done(projections.intended(self._connection, client_order_ids))

    def inspect(self) -> Future[Head]:
        done: Future[Head] = new_future()
        try:
            done.set_result(inspection.inspect(self._connection))
        except JournalDamaged as error:
            done.set_exception(error)
        return done

    def forge(self, kind: str, old: bytes, new: bytes) -> None:
        """Somebody changes the newest row of a kind in the file."""
        row, file = self.rows(kind)[-1], self._connection
        guard = "event_is_never_changed"
        words = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", (guard,)).fetchone()[0]
        file.execute(f"DROP TRIGGER {guard}")
        changed = row.body.replace(old, new)
        file.execute("UPDATE event SET body = ? WHERE sequence = ?", (changed, row.sequence))
        file.execute(words)

    def rows(self, *kinds: str, after: int = 0) -> list[JournalRow]:
        """The durable rows of `kinds`, of all when none is named."""
        return list(schema.read_rows(self._connection, kinds, after))

    def holds(self, client_order_id: str) -> bool:
        """Whether the intent with this id is durable."""
        return client_order_id in self._intents


def _done(value: Any) -> Future[Any]:
    done: Future[Any] = new_future()
    done.set_result(value)
    return done


def body_of(row: JournalRow) -> Any:
    """The row's body as plain values."""
    return msgspec.json.decode(row.body)
