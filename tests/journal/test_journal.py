"""The store of record: what was acknowledged is there, what was changed shows, the foreign is refused."""

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import wait
from decimal import Decimal
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock
from omega_tui.journal import (
    Journal,
    JournalDamaged,
    JournalFailed,
    JournalInUse,
    JournalRefused,
    NoJournal,
    journal_path,
)
from omega_tui.journal.chain import GENESIS, link

TIMEOUT = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal_path(tmp_path / "data", "SIM")


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path, ManualClock(wall_ms=42))
    yield opened
    opened.close()


def _pragma(journal: Journal, name: str) -> object:
    return journal._ask(lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0]).result(TIMEOUT)


def _copy(path: Path, to: Path) -> Path:
    to.mkdir()
    for each in path.parent.glob(path.name + "*"):
        if not each.name.endswith(".lock"):
            shutil.copy(each, to)
    return to / path.name


def _reopen(path: Path) -> list[bytes]:
    opened = Journal(path, ManualClock())
    try:
        return [row.body for row in opened.read().result(TIMEOUT)]
    finally:
        opened.close()


def test_rows_come_back_in_the_order_they_were_handed_in(journal: Journal) -> None:
    futures = [journal.append("k" if number % 2 else "other", {"n": number}) for number in range(700)]
    assert [future.result(TIMEOUT) for future in futures] == list(range(1, 701))
    rows = journal.read("k", after=600).result(TIMEOUT)
    assert [json.loads(row.body)["n"] for row in rows] == list(range(601, 700, 2))
    assert {row.wall_ms for row in rows} == {42}
    assert journal.verify().result(TIMEOUT).sequence == 700


def test_an_acknowledged_row_is_visible_to_another_connection_at_once(journal: Journal, path: Path) -> None:
    """An acknowledgement before the commit would lie to the order manager."""
    for number in range(20):
        sequence = journal.append("k", number).result(TIMEOUT)
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT max(sequence) FROM event").fetchone()[0] >= sequence
        other.close()


def test_durability_is_full_and_kept_in_a_write_ahead_log(journal: Journal) -> None:
    journal.append("k", 1).result(TIMEOUT)
    pragmas = [_pragma(journal, name) for name in ("synchronous", "journal_mode", "user_version")]
    assert pragmas == [2, "wal", 2]


def test_money_keeps_every_digit(journal: Journal) -> None:
    journal.append("k", {"price": Decimal("0.1"), "size": Decimal("1000000000000.00000001")}).result(TIMEOUT)
    [row] = journal.read().result(TIMEOUT)
    assert json.loads(row.body) == {"price": "0.1", "size": "1000000000000.00000001"}


def test_files_are_private_even_in_a_wider_folder(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    os.umask(0)
    try:
        opened = Journal(path, ManualClock())
        opened.append("k", 1).result(TIMEOUT)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        opened.close()
    finally:
        os.umask(0o022)
    assert len(modes) == 4
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_rows_can_be_neither_changed_nor_deleted(journal: Journal, path: Path) -> None:
    journal.append("k", 1).result(TIMEOUT)
    other = sqlite3.connect(path)
    for statement in ("UPDATE event SET body = x'00'", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
    other.close()


def test_a_second_writer_is_refused_with_the_reason(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalInUse, match="another cockpit trades"):
        Journal(path, ManualClock())
    journal.close()
    Journal(path, ManualClock()).close()


def test_the_chain_goes_on_after_reopening(path: Path) -> None:
    for number in range(3):
        opened = Journal(path, ManualClock())
        assert opened.append("k", number).result(TIMEOUT) == number + 1
        opened.close()
    assert _reopen(path) == [b"0", b"1", b"2"]


def test_a_changed_row_is_detected_although_sqlite_finds_nothing(path: Path) -> None:
    """A flipped bit in a page passes SQLite's own integrity check."""
    opened = Journal(path, ManualClock())
    wait([opened.append("k", {"price": "60000", "n": number}) for number in range(50)])
    opened.close()
    raw = path.read_bytes()
    at = raw.index(b'{"price":"60000","n":17}')
    path.write_bytes(raw[: at + 10] + b"7" + raw[at + 11 :])
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    check.close()
    with pytest.raises(JournalDamaged, match="row 18 is not as it was written"):
        Journal(path, ManualClock())


def test_every_flipped_bit_is_either_harmless_or_refused_by_name(path: Path, tmp_path: Path) -> None:
    opened = Journal(path, ManualClock())
    wait([opened.append("k", number) for number in range(40)])
    opened.close()
    raw, expected = path.read_bytes(), [str(number).encode() for number in range(40)]
    for step in range(100, len(raw), len(raw) // 60):
        copy = tmp_path / f"flip{step}" / path.name
        copy.parent.mkdir()
        copy.write_bytes(raw[:step] + bytes([raw[step] ^ 1 << step % 8]) + raw[step + 1 :])
        try:
            assert _reopen(copy) == expected
        except JournalRefused:
            continue


def test_a_log_cut_at_any_byte_leaves_a_clean_prefix(journal: Journal, path: Path, tmp_path: Path) -> None:
    for number in range(30):
        journal.append("k", number).result(TIMEOUT)
    copy = _copy(path, tmp_path / "whole")
    log = copy.with_name(copy.name + "-wal").read_bytes()
    main = copy.read_bytes()
    seen = set()
    for number, cut in enumerate(range(0, len(log) + 1, max(1, len(log) // 50))):
        folder = tmp_path / f"cut{number}"
        folder.mkdir()
        (folder / path.name).write_bytes(main)
        (folder / f"{path.name}-wal").write_bytes(log[:cut])
        rows = _reopen(folder / path.name)
        assert rows == [str(each).encode() for each in range(len(rows))]
        seen.add(len(rows))
    assert min(seen) == 0
    assert max(seen) >= 29


def test_a_killed_writer_loses_nothing_it_acknowledged(path: Path) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from omega_tui.clock import SystemClock\n"
        "from omega_tui.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), SystemClock())\n"
        "for number in range(25):\n"
        "    print(journal.append('k', number).result(), flush=True)\n"
        "for number in range(500):\n"
        "    journal.append('k', 25 + number)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=20
    )
    acknowledged = len(done.stdout.split())
    rows = _reopen(path)
    assert acknowledged == 25
    assert len(rows) >= acknowledged
    assert rows == [str(number).encode() for number in range(len(rows))]


def test_a_full_disk_fails_the_row_and_later_rows_go_on(journal: Journal) -> None:
    journal.append("k", "before").result(TIMEOUT)
    pages = journal._ask(lambda c: c.execute("PRAGMA page_count").fetchone()[0]).result(TIMEOUT)
    journal._ask(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone()).result(TIMEOUT)
    with pytest.raises(JournalFailed, match="full"):
        journal.append("k", "x" * 100_000).result(TIMEOUT)
    journal._ask(lambda c: c.execute("PRAGMA max_page_count = 100000").fetchone()).result(TIMEOUT)
    assert journal.append("k", "after").result(TIMEOUT) == 2
    assert journal.verify().result(TIMEOUT).sequence == 2


def test_closing_writes_what_was_handed_in_and_refuses_the_rest(path: Path) -> None:
    opened = Journal(path, ManualClock())
    futures = [opened.append("k", number) for number in range(300)]
    opened.close()
    opened.close()
    assert futures[-1].result(TIMEOUT) == 300
    for refused in (opened.append("k", 1), opened.read()):
        with pytest.raises(JournalFailed, match="closed"):
            refused.result(TIMEOUT)


def test_a_journal_that_could_not_be_opened_refuses_every_row_with_the_reason() -> None:
    for refused in (NoJournal("disk gone").append("k", 1), NoJournal("disk gone").read()):
        with pytest.raises(JournalFailed, match="disk gone"):
            refused.result(0)


def test_a_link_covers_every_field_and_their_borders() -> None:
    """Without length prefixes ("ab", "c") and ("a", "bc") would have one digest."""
    digests = {
        link(GENESIS, 1, 1, "ab", b"c"),
        link(GENESIS, 1, 1, "a", b"bc"),
        link(GENESIS, 11, 1, "ab", b"c"),
        link(GENESIS, 1, 11, "ab", b"c"),
        link(hashlib.sha256(b"").digest(), 1, 1, "ab", b"c"),
    }
    assert len(digests) == 5
