"""Questions to a journal from beside its writer: a thread of its own, a connection that can only look."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

from omega_tui.journal import inspection, schema
from omega_tui.journal.files import JournalRefused
from omega_tui.journal.port import JournalFailed, as_failure, new_future
from omega_tui.journal.schema import Head, JournalDamaged, damage

_BREATH_SECONDS = 0.01


def ask_aside(path: Path, run: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
    """Run a question in a thread; the future yields its answer, or raises JournalFailed or JournalDamaged."""
    future = new_future()

    def answer() -> None:
        try:
            with closing(schema.connect_reading(path)) as connection:
                future.set_result(run(connection))
        except JournalDamaged as error:
            future.set_exception(damage(path, error))
        except (JournalRefused, JournalFailed) as error:
            future.set_exception(error)
        except schema.SQLITE_ERRORS as error:
            future.set_exception(as_failure(path, error))

    Thread(target=answer, name="journal-aside", daemon=True).start()
    return future


def inspect_aside(path: Path, closing_down: Event, mend: Callable[[], object] | None = None) -> Future[Head]:
    """Recheck the whole file, pausing between a few hundred rows so that nobody waits for the processor.

    `mend` makes the tables anew when something is wrong, and raises JournalDamaged when it is the rows; the
    recheck then has to succeed.
    """

    def may_go_on() -> bool:
        return not closing_down.wait(_BREATH_SECONDS)

    def run(connection: sqlite3.Connection) -> Head:
        try:
            return inspection.inspect(connection, may_go_on)
        except (JournalDamaged, *schema.SQLITE_ERRORS):
            if mend is None:
                raise
            mend()
        return inspection.inspect(connection, may_go_on)

    return ask_aside(path, run)
