"""Older files are brought up with a copy made first; a migration that fails leaves what was there."""

import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.orders import OrderState
from omega_tui.journal import (
    Journal,
    JournalDamaged,
    JournalRefused,
    journal_path,
    migrations,
    read_journal,
    schema,
)
from omega_tui.journal.schema import Head, JournalRow
from tests.journal.rows import WAIT, dump, fill_row, intent_row, order_row

ROWS = (
    intent_row("a"),
    order_row("a", OrderState.WORKING),
    intent_row("b"),
    order_row("b", OrderState.FILLED),
    fill_row("1"),
    ("session.start", {"venue": "SIM"}),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal_path(tmp_path / "data", "DEMO")


@pytest.fixture
def old(path: Path) -> Path:
    """A file of layout 1, as its cockpit left it."""
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in schema.LAYOUT_1:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        head = Head()
        for number, (kind, body) in enumerate(ROWS, 1):
            head = schema.insert(connection, head, JournalRow(number, 42, kind, msgspec.json.encode(body)))
    return path


def _bodies(path: Path) -> list[bytes]:
    with read_journal(path) as reader:
        return [row.body for row in reader.rows()]


def _backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.backup"))


def test_a_file_of_the_first_layout_keeps_every_row_and_gets_its_tables(old: Path) -> None:
    before = _bodies(old)
    journal = Journal(old, ManualClock())
    try:
        recollection = journal.recall().result(WAIT)
        assert [(intent.sequence, newest.sequence) for intent, newest in recollection.orders] == [(1, 2)]
        assert [row.sequence for row in recollection.fills] == [5]
        made = dump(journal)
        journal.rebuild().result(WAIT)
        assert dump(journal) == made
        assert journal.append("k", 1).result(WAIT) == 7
    finally:
        journal.close()
    assert _bodies(old) == [*before, b"1"]


def test_the_copy_is_private_named_with_layout_and_time_and_whole(old: Path) -> None:
    before = _bodies(old)
    os.umask(0)
    try:
        Journal(old, ManualClock(wall_ms=1_700_000_000_000)).close()
    finally:
        os.umask(0o022)
    [copy] = _backups(old)
    assert copy.name == "demo.journal.v1-20231114T221320Z.backup"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert schema.layout(connection) == 1
        assert schema.verify(connection).sequence == len(ROWS)
    assert _bodies(copy) == before


def test_a_new_file_needs_no_copy_and_neither_does_one_that_is_up_to_date(path: Path) -> None:
    for _ in range(2):
        Journal(path, ManualClock()).close()
    assert _backups(path) == []


class _Failing(sqlite3.Connection):
    """Fails the statement of which `when` is true, once it is armed."""

    left = 0

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if re.match("CREATE|INSERT|DROP|COMMIT|PRAGMA user_version =", sql):
            type(self).left -= 1
            if type(self).left == 0:
                raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *parameters)


def test_a_migration_that_fails_at_any_statement_leaves_the_file_as_it_was(old: Path) -> None:
    """Kills: a step outside the transaction, a version that is written before its tables."""
    before = _bodies(old)
    failing, failed = 1, "once"
    while failed:
        _Failing.left, failed = failing, ""
        try:
            Journal(old, ManualClock(wall_ms=failing * 1000), _Failing).close()
        except JournalRefused as error:
            failed = str(error)
        if failed:
            assert re.search(r"could not be brought to layout 2 .*as it was; a copy is demo", failed)
            with closing(sqlite3.connect(old)) as connection:
                tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                assert (tables, schema.layout(connection)) == ([("event",)], 1)
            assert _bodies(old) == before
            failing += 1
    assert failing > 20
    Journal(old, ManualClock()).close()


def test_without_room_for_a_copy_nothing_is_begun(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *, new: bool = False) -> None:
        raise OSError(28, "No space left on device")

    before = old.read_bytes()
    monkeypatch.setattr(migrations, "back_up", lambda *_: full(old))
    with pytest.raises(JournalRefused, match="No space left"):
        Journal(old, ManualClock())
    assert old.read_bytes() == before


def test_a_damaged_old_file_is_refused_by_name_before_anything_is_copied(old: Path) -> None:
    raw = old.read_bytes()
    old.write_bytes(raw.replace(b'"why":"buy"', b'"why":"sel"', 1))
    with pytest.raises(JournalDamaged, match=r"demo.journal: row \d is not as it was written; move it away"):
        Journal(old, ManualClock())
    assert _backups(old) == []


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_a_newer_file_is_refused_and_no_byte_of_it_or_its_log_changes(
    path: Path, tmp_path: Path, killed: bool
) -> None:
    """Opening it for writing alone would fold the log of a killed writer into the file."""
    Journal(path, ManualClock()).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 9")
    other.commit()
    if killed:
        left = tmp_path / "left" / path.name
        left.parent.mkdir(mode=0o700)
        for ending in ("", "-wal"):
            shutil.copy(path.with_name(path.name + ending), left.with_name(left.name + ending))
        path = left
    other.close()
    log = path.with_name(path.name + "-wal")
    before = (path.read_bytes(), log.read_bytes() if killed else None)
    with pytest.raises(JournalRefused, match=r"newer version \(layout 9\): update to read it"):
        Journal(path, ManualClock())
    with pytest.raises(JournalRefused, match="newer"), read_journal(path):
        pass
    assert (path.read_bytes(), log.read_bytes() if killed else None) == before
