"""Whatever kills the writer or harms the file: a clean prefix with every acknowledged row, or a refusal.

Long searches run under HYPOTHESIS_PROFILE=ci; the short ones sample the same space.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import encode

from omega_tui.clock import ManualClock
from omega_tui.domain.orders import OrderState
from omega_tui.journal import (
    Journal,
    JournalFailed,
    JournalRefused,
    Recollection,
    inspection,
    projections,
    read_journal,
    schema,
)
from omega_tui.journal.journal import _Append
from tests.journal.rows import WAIT, bill_row, dump, fill_row, intent_row, order_row

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
S = OrderState
pytestmark = pytest.mark.timeout(240)

HISTORY = tuple(
    row
    for number in range(6)
    for row in (
        intent_row(f"o{number}"),
        order_row(f"o{number}", S.WORKING, order_id=str(number)),
        fill_row(f"t{number}", order_id=str(number)),
        bill_row(f"b{number}", number),
        order_row(f"o{number}", S.FILLED if number % 2 else S.PARTIALLY_FILLED, order_id=str(number)),
    )
)


def _bodies(rows: tuple[tuple[str, object], ...]) -> list[bytes]:
    return [encode(body) for _, body in rows]


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> list[Recollection]:
    """What a start has to recall after each number of rows of HISTORY."""
    path = tmp_path_factory.mktemp("model") / "j" / "sim.journal"
    journal = Journal(path, ManualClock())
    found = [journal.recall().result(WAIT)]
    for row in HISTORY:
        journal.append(*row).result(WAIT)
        found.append(journal.recall().result(WAIT))
    journal.close()
    return found


def _recover(path: Path, after: list[Recollection]) -> int:
    """Open what a crash left: a prefix of HISTORY, its tables, twice the same; returns the number of rows."""
    counts = []
    for _ in range(2):
        journal = Journal(path, ManualClock())
        try:
            rows = journal.read().result(WAIT)
            assert [row.body for row in rows] == _bodies(HISTORY)[: len(rows)]
            assert journal.recall().result(WAIT) == after[len(rows)]
            journal.inspect().result(WAIT)
            made = dump(journal)
            journal.rebuild().result(WAIT)
            assert dump(journal) == made
        finally:
            journal.close()
        counts.append(len(rows))
    assert counts[0] == counts[1], "recovering what was recovered changes nothing"
    return counts[0]


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, list[int]]:
    """A file whose writer was killed with everything still in its log, and the log's size at each ack."""
    path = tmp_path / "alive" / "sim.journal"
    journal = Journal(path, ManualClock())
    log = path.with_name(path.name + "-wal")
    sizes = [log.stat().st_size]
    for row in HISTORY:
        journal.append(*row).result(WAIT)
        sizes.append(log.stat().st_size)
    copy = tmp_path / "killed" / path.name
    copy.parent.mkdir(mode=0o700)
    shutil.copy(path, copy)
    shutil.copy(log, copy.with_name(log.name))
    journal.close()
    return copy, sizes


def _variant(path: Path, number: int, log: bytes) -> Path:
    """The killed file with another log, in a folder of its own."""
    copy = path.parent.parent / f"variant{number}" / path.name
    copy.parent.mkdir(mode=0o700)
    shutil.copy(path, copy)
    copy.with_name(copy.name + "-wal").write_bytes(log)
    return copy


def test_a_log_cut_anywhere_leaves_a_prefix_with_every_row_acknowledged_by_then(
    killed: tuple[Path, list[int]], after: list[Recollection]
) -> None:
    """Invariant 7, S10. Kills: ack before commit (the row would not be in the log yet)."""
    path, sizes = killed
    log = path.with_name(path.name + "-wal").read_bytes()
    frame = 4096 + 24
    edges = {32 + frame * each + off for each in range(len(log) // frame + 1) for off in (-1, 0, 1, 24)}
    chance = random.Random(7)
    cuts = sorted({0, 1, 31, 32, len(log), *sizes, *chance.sample(sorted(edges), 200 if THOROUGH else 20)})
    cuts += chance.sample(range(len(log)), 200 if THOROUGH else 10)
    seen = set()
    for number, cut in enumerate(each for each in cuts if 0 <= each <= len(log)):
        rows = _recover(_variant(path, number, log[:cut]), after)
        assert rows >= sum(size <= cut for size in sizes[1:]), (
            f"acknowledged rows are gone after a cut at {cut}"
        )
        seen.add(rows)
        shutil.rmtree(path.parent.parent / f"variant{number}")
    assert {0, len(HISTORY)} <= seen


def test_flipped_bits_in_the_log_leave_a_prefix_or_a_refusal_that_names_the_file(
    killed: tuple[Path, list[int]], after: list[Recollection]
) -> None:
    path, _ = killed
    log = path.with_name(path.name + "-wal").read_bytes()
    chance = random.Random(11)
    for number in range(250 if THOROUGH else 25):
        at = chance.randrange(len(log))
        flipped = log[:at] + bytes([log[at] ^ 1 << chance.randrange(8)]) + log[at + 1 :]
        copy = _variant(path, number, flipped)
        _recover_or_refuse(copy, after)
        shutil.rmtree(copy.parent)


def _recover_or_refuse(path: Path, after: list[Recollection]) -> int | None:
    refused = ""
    try:
        return _recover(path, after)
    except (JournalRefused, JournalFailed) as error:
        refused = str(error)
    assert path.name in refused
    return None


def test_flipped_bits_in_the_file_change_nothing_or_are_refused_by_name(
    killed: tuple[Path, list[int]], after: list[Recollection]
) -> None:
    """S11: SQLite's own check passes many of these. Kills: chain not verified, tables believed blindly."""
    path, _ = killed
    Journal(path, ManualClock()).close()
    raw = path.read_bytes()
    chance = random.Random(13)
    harmless = refused = 0
    for number in range(400 if THOROUGH else 60):
        at = chance.randrange(len(raw))
        copy = path.parent.parent / "flipped" / path.name
        copy.parent.mkdir(mode=0o700)
        copy.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :])
        rows = _recover_or_refuse(copy, after)
        assert rows in (None, len(HISTORY)), f"a flip at {at} (try {number}) lost rows without a word"
        harmless, refused = harmless + (rows is not None), refused + (rows is None)
        shutil.rmtree(copy.parent)
    assert harmless
    assert refused


class _Failing(sqlite3.Connection):
    """Fails the k-th statement that writes, before it is done or after; `k` counts down."""

    k = 0
    late = False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        writes = sql.startswith(("BEGIN", "INSERT", "COMMIT"))
        type(self).k -= writes
        fails = writes and type(self).k == 0
        if fails and not type(self).late:
            raise sqlite3.OperationalError("disk I/O error")
        done = super().execute(sql, *parameters)
        if fails:
            raise sqlite3.OperationalError("disk I/O error")
        return done


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_write_that_fails_fails_its_rows_and_nothing_else(tmp_path: Path, late: bool) -> None:
    """The k-th write, for every k: acknowledged rows are there, later rows go on, the chain is whole."""
    rows, failing, failures = HISTORY[:5], 1, 1
    while failures:
        path = tmp_path / f"{failing}" / "sim.journal"
        _Failing.k = 0
        journal = Journal(path, ManualClock(), _Failing)
        _Failing.k, _Failing.late = failing, late
        futures = [journal.append(*row) for row in rows]
        acknowledged = [future.result(WAIT) for future in futures if future.exception(WAIT) is None]
        failures = len(rows) - len(acknowledged)
        _Failing.k = 0
        last = journal.append("k", "after").result(WAIT)
        journal.verify().result(WAIT)
        journal.close()
        with read_journal(path) as reader:
            there = {row.sequence for row in reader.rows()}
            assert there >= {*acknowledged, last}
            reader.verify()
        failing += 1
    assert failing > 10


_SMALL_DISK = """
import json, resource, sys
from pathlib import Path
from omega_tui.clock import ManualClock
from omega_tui.journal import Journal, JournalFailed, JournalRefused
from tests.journal.test_crashes import HISTORY

path, start, step = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
found = []
for number in range(start, 200, step):
    file = path / str(number) / "sim.journal"
    acknowledged, failed = [], 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096 * number + 100, hard))
    try:
        journal = Journal(file, ManualClock())
        for future in [journal.append(*row) for row in HISTORY]:
            try:
                acknowledged.append(future.result(10))
            except JournalFailed:
                failed += 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        journal.close()
    except JournalRefused as error:
        failed += 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    found.append((number, acknowledged, failed))
print(json.dumps(found))
"""


def test_a_disk_that_is_full_at_any_page_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """A real limit on file sizes, in a process of its own: the kernel itself refuses the write."""
    arguments = [str(tmp_path), "1", "1" if THOROUGH else "17"]
    ran = subprocess.run(
        [sys.executable, "-c", _SMALL_DISK, *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    outcomes = json.loads(ran.stdout)
    assert any(failed for _, _, failed in outcomes)
    assert any(not failed for _, _, failed in outcomes)
    for number, acknowledged, _ in outcomes:
        journal = Journal(tmp_path / str(number) / "sim.journal", ManualClock())
        try:
            there = [row.sequence for row in journal.read().result(WAIT)]
            assert set(there) >= set(acknowledged)
            assert journal.append("k", "room again").result(WAIT) == len(there) + 1
            journal.verify().result(WAIT)
        finally:
            journal.close()


_LIVES = """
import json, os, random, signal, sys
from pathlib import Path
from omega_tui.clock import SystemClock
from omega_tui.journal import Journal
from tests.journal.rows import fill_row, intent_row, order_row
from omega_tui.domain.orders import OrderState

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
path, lives, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))

def live(out, life):
    journal = Journal(path, SystemClock())
    number = 0
    while True:
        futures = []
        for _ in range(chance.randrange(1, 9)):
            number += 1
            row = (intent_row, order_row, fill_row)[number % 3](f"{life}-{number}")
            futures.append(journal.append(*row))
        for future in futures:
            os.write(out, b"%d\\n" % future.result())

found = []
for life in range(lives):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        live(write, life)
    os.close(write)
    head = os.read(read, 1)  # the first acknowledgement: the writer is at work
    signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0005, 0.03))
    signal.sigwait({signal.SIGALRM})
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rest = b""
    while more := os.read(read, 65536):
        rest += more
    os.close(read)
    whole = [int(line) for line in (head + rest).split(b"\\n")[:-1]]
    journal = Journal(path, SystemClock())
    rows = [row.sequence for row in journal.read().result()]
    assert set(whole) <= set(rows), (life, max(whole), len(rows))
    journal.verify().result()
    recalled = journal.recall().result()
    journal.rebuild().result()
    assert journal.recall().result() == recalled
    found.append((len(whole), len(rows)))
    journal.close()
print(json.dumps(found))
"""


def test_a_writer_killed_over_and_over_on_one_file_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """S02: SIGKILL at random moments, every life on the file that the last one left."""
    lives = 40 if THOROUGH else 8
    arguments = [str(tmp_path / "j" / "sim.journal"), str(lives), "3"]
    ran = subprocess.run(
        [sys.executable, "-c", _LIVES, *arguments], capture_output=True, text=True, timeout=200, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert len(found) == lives, "every kill is accounted for"
    assert all(acknowledged for acknowledged, _ in found)


class _AckFirst(Journal):
    """The planted bug: rows are acknowledged before their transaction is committed."""

    def _commit(self, group: list[_Append]) -> None:
        for offset, item in enumerate(group, self._place.head.sequence + 1):
            item.done.set_result(offset)
        self._wait_for_the_disk()
        self._place, _ = self._write(group)

    def _wait_for_the_disk(self) -> None:
        self.disk.result(WAIT)

    disk: "Future[None]"


def test_the_proof_sees_an_acknowledgement_before_the_commit(tmp_path: Path) -> None:
    """The planted bug shows as an acknowledged row that another connection does not find."""
    assert _acknowledged_is_there(Journal(tmp_path / "a" / "sim.journal", ManualClock()))
    hasty = _AckFirst(tmp_path / "b" / "sim.journal", ManualClock())
    hasty.disk = Future()
    assert not _acknowledged_is_there(hasty)
    hasty.disk.set_result(None)


def _acknowledged_is_there(journal: Journal) -> bool:
    sequence = journal.append("k", 1).result(WAIT)
    with closing(sqlite3.connect(journal.path)) as other:
        return bool(other.execute("SELECT max(sequence) FROM event").fetchone()[0] == sequence)


@pytest.mark.parametrize(
    ("place", "planted"),
    [
        (schema, {"link": lambda *_: b"\0" * 32}),
        (inspection, {"check_start": lambda c: projections.read_place(c)}),
    ],
    ids=["a digest that covers nothing", "a chain that is not verified"],
)
def test_the_proof_sees_a_chain_that_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, planted: dict[str, Callable[..., Any]]
) -> None:
    """With the bug planted a changed row goes unnoticed; without it the start refuses it."""

    def changed_row_is_refused(folder: Path) -> bool:
        path = folder / "sim.journal"
        journal = Journal(path, ManualClock())
        for row in HISTORY[:3]:
            journal.append(*row).result(WAIT)
        journal.close()
        path.write_bytes(path.read_bytes().replace(b'"size":"0.010"', b'"size":"9.010"'))
        try:
            Journal(path, ManualClock()).close()
        except JournalRefused:
            return True
        return False

    assert changed_row_is_refused(tmp_path / "whole")
    for name, bug in planted.items():
        monkeypatch.setattr(place, name, bug)
    assert not changed_row_is_refused(tmp_path / "planted")


def test_a_clock_that_steps_neither_breaks_the_chain_nor_the_order_of_rows(tmp_path: Path) -> None:
    """C02: the wall clock only stamps; sequence and recall do not look at it."""
    clock = ManualClock(wall_ms=1_700_000_000_000)
    path = tmp_path / "j" / "sim.journal"
    for step in (-3_600_000, 0, 7_200_000, -1):
        journal = Journal(path, clock)
        journal.append(*intent_row(f"o{step}")).result(WAIT)
        clock.step_wall(step)
        journal.append(*order_row(f"o{step}", S.WORKING)).result(WAIT)
        journal.close()
    journal = Journal(path, clock)
    try:
        assert [row.sequence for row in journal.read().result(WAIT)] == list(range(1, 9))
        assert [newest.sequence for _, newest in journal.recall().result(WAIT).orders] == [2, 4, 6, 8]
        assert journal.verify().result(WAIT).sequence == 8
    finally:
        journal.close()
