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
from omega_tui.journal.port import as_failure, new_future
from omega_tui.journal.schema import Head

_BREATH_SECONDS = 0.01


def ask_aside(path: Path, run: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
    """Run a question in a thread; the future yields its answer, or raises JournalFailed or JournalDamaged."""
    future = new_future()

    def answer() -> None:
        try:
            with closing(schema.connect_reading(path)) as connection:
                future.set_result(run(connection))
        except JournalRefused as error:
            future.set_exception(error)
        except sqlite3.Error as error:
            future.set_exception(as_failure(error))

    Thread(target=answer, name="journal-aside", daemon=True).start()
    return future


def inspect_aside(path: Path, closing_down: Event) -> Future[Head]:
    """Recheck the whole file, pausing between a few hundred rows so that nobody waits for the processor."""

    def may_go_on() -> bool:
        return not closing_down.wait(_BREATH_SECONDS)

    return ask_aside(path, lambda connection: inspection.inspect(connection, may_go_on))
