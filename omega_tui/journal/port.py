"""What the engine needs of a store of record, and what stands in for one that could not be opened."""

import sqlite3
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from omega_tui.journal.projections import Recollection
from omega_tui.journal.replay import Fold, Folded
from omega_tui.journal.schema import Head, JournalRow, damage


class JournalFailed(Exception):
    """A row is not on disk; the message says why."""


class RowRefused(JournalFailed):
    """A row that will never be written: it contradicts one that is there, or cannot be read back."""


class JournalPort(Protocol):
    """What the engine needs of a store of record."""

    def append(self, kind: str, body: object) -> Future[int]:
        """Hand in a row; the future yields its sequence once it is durable, or raises JournalFailed."""
        ...

    def read(self, *kinds: str, after: int = 0, newest: int | None = None) -> Future[list[JournalRow]]:
        """Rows of `kinds` beyond sequence `after`, oldest first, only the `newest`. Raises JournalFailed."""
        ...

    def recall(self, *kinds: str) -> Future[Recollection]:
        """What a start has to know again, and the newest row of each of `kinds`.

        Raises JournalFailed, or JournalDamaged naming the row.
        """
        ...

    def intended(self, *client_order_ids: str) -> Future[frozenset[str]]:
        """Which of these client order ids are those of an intent written here, ever; raises as `recall`."""
        ...

    def replay(self, fold: Fold[Folded], *kinds: str) -> Future[tuple[Folded, list[JournalRow]]]:
        """What `fold` makes of every execution, oldest first, and the rows of `kinds`, from what is written.

        Raises JournalFailed, or JournalDamaged naming the row.
        """
        ...

    def inspect(self) -> Future[Head]:
        """Recheck everything that was ever written, slowly, beside the trading; raises as `recall` does."""
        ...


class NoJournal:
    """Stands in for a journal that could not be opened: refuses every row with the reason.

    The engine then lets no new risk through, shows the reason, and goes on reading.
    """

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def append(self, kind: str, body: object) -> Future[int]:
        return self._refuse()

    def read(self, *kinds: str, after: int = 0, newest: int | None = None) -> Future[list[JournalRow]]:
        return self._refuse()

    def recall(self, *kinds: str) -> Future[Recollection]:
        return self._refuse()

    def intended(self, *client_order_ids: str) -> Future[frozenset[str]]:
        return self._refuse()

    def replay(self, fold: Fold[Folded], *kinds: str) -> Future[tuple[Folded, list[JournalRow]]]:
        return self._refuse()

    def inspect(self) -> Future[Head]:
        return self._refuse()

    def _refuse(self) -> Future[Any]:
        future = new_future()
        future.set_exception(JournalFailed(self._reason))
        return future


def as_failure(path: Path, error: Exception) -> Exception:
    """What to tell whoever asked: JournalDamaged for a broken file, JournalFailed for a bad moment."""
    return JournalFailed(str(error)) if isinstance(error, sqlite3.OperationalError) else damage(path, error)


def new_future() -> Future[Any]:
    """A future that runs from the start: what was handed in is written even when nobody waits any more."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future
