"""Looking into a journal: beside its writer, between two times, out as lines a spreadsheet may open."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock
from omega_tui.journal import (
    Journal,
    JournalDamaged,
    JournalRefused,
    export_csv,
    export_json_lines,
    journal_path,
    list_journals,
    read_journal,
)

WAIT = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal_path(tmp_path / "data", "DEMO", "0123")


def _fill(path: Path, *bodies: object, kind: str = "k", every_ms: int = 1000) -> None:
    clock = ManualClock(wall_ms=1_700_000_000_000)
    opened = Journal(path, clock)
    for body in bodies:
        opened.append(kind, body).result(WAIT)
        clock.step_wall(every_ms)
    opened.close()


def test_a_journal_is_read_while_its_writer_goes_on(path: Path) -> None:
    """A reader that took the writer's lock, or needed it, would stop the trading or see nothing."""
    writer = Journal(path, ManualClock())
    try:
        writer.append("k", 1).result(WAIT)
        with read_journal(path) as reader:
            assert [row.body for row in reader.rows()] == [b"1"]
            writer.append("k", 2).result(WAIT)
            assert reader.verify().rows == 2
            assert reader.verify().digest == writer.verify().result(WAIT).digest.hex()
    finally:
        writer.close()


def test_reading_changes_no_byte_and_cannot(path: Path) -> None:
    _fill(path, 1, 2)
    before = path.read_bytes()
    with read_journal(path) as reader:
        reader.verify()
        with pytest.raises(sqlite3.OperationalError):
            reader._connection.execute("INSERT INTO event VALUES (9, 1, 'k', x'00', x'00')")
    assert path.read_bytes() == before


def test_a_missing_journal_is_said_and_not_made(path: Path) -> None:
    with pytest.raises(JournalRefused, match="does not exist"), read_journal(path):
        pass
    assert not path.parent.exists()


def test_a_changed_row_is_named(path: Path) -> None:
    _fill(path, *({"price": "60000", "n": number} for number in range(20)))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'{"price":"60000","n":7}', b'{"price":"70000","n":7}'))
    with read_journal(path) as reader, pytest.raises(JournalDamaged, match="row 8 is not as it was written"):
        reader.verify()


def test_rows_between_two_times_of_some_kinds_and_only_the_newest(path: Path) -> None:
    _fill(path, *range(10))
    start = 1_700_000_000_000
    with read_journal(path) as reader:
        chosen = reader.rows("k", since_ms=start + 2000, until_ms=start + 5000)
        assert [row.body for row in chosen] == [b"2", b"3", b"4"]
        assert [row.sequence for row in reader.rows(newest=3)] == [8, 9, 10]
        assert [row.sequence for row in reader.rows(since_ms=start, until_ms=start + 5000, newest=2)] == [
            4,
            5,
        ]
        assert list(reader.rows("other")) == []


def test_a_clock_that_stepped_back_hides_no_row(path: Path) -> None:
    """C02: rows are in the order of writing; their times may fall."""
    _fill(path, *range(4), every_ms=-1000)
    with read_journal(path) as reader:
        assert [row.body for row in reader.rows()] == [b"0", b"1", b"2", b"3"]
        assert [row.body for row in reader.rows(since_ms=1_699_999_999_000)] == [b"0", b"1"]
        assert reader.verify().rows == 4


def test_json_lines_keep_every_digit(path: Path) -> None:
    _fill(path, {"price": "0.10000000000000000001"})
    with read_journal(path) as reader:
        [line] = export_json_lines(reader.rows())
    assert json.loads(line) == {
        "sequence": 1,
        "time": "2023-11-14T22:13:20.000Z",
        "wall_ms": 1_700_000_000_000,
        "kind": "k",
        "body": {"price": "0.10000000000000000001"},
    }


def test_a_spreadsheet_runs_nothing_of_an_export_and_reads_numbers_as_such(path: Path) -> None:
    """FAULTS I18: a reason that an exchange or another client worded reaches Excel as text, no formula."""
    evil = ["=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(A1)", "\t=1+1", " =1", "|calc", "a\n=1;=2"]
    _fill(path, {"order": {"fee": "-0.14", "symbol": "BTCUSDT"}}, *({"reason": text} for text in evil))
    with read_journal(path) as reader:
        text = "\n".join(export_csv(reader.rows()))
    table = list(csv.DictReader(io.StringIO(text)))
    assert (table[0]["fee"], table[0]["symbol"]) == ("-0.14", "BTCUSDT")
    assert [row["reason"] for row in table[1:]] == ["'" + each for each in evil[:-1]] + [evil[-1]]
    assert all(line.startswith('"') for line in text.splitlines()[:3]), "cells are quoted, all of them"


def test_journals_of_a_folder_are_listed(path: Path) -> None:
    _fill(path, 1)
    _fill(path.parent / "sim" / "sim-1.journal", 1)
    assert {each.path.name for each in list_journals(path.parent)} == {"demo-0123.journal", "sim-1.journal"}


def test_a_file_that_sqlite_cannot_read_is_refused_by_name_and_not_by_a_traceback(path: Path) -> None:
    _fill(path, *({"text": "x" * 500} for _ in range(40)))
    raw = bytearray(path.read_bytes())
    for page in range(1, len(raw) // 4096):
        raw[page * 4096] ^= 0xFF
    path.write_bytes(bytes(raw))
    for look in (lambda reader: reader.verify(), lambda reader: list(reader.rows())):
        with read_journal(path) as reader, pytest.raises(JournalDamaged, match=r"demo-0123\.journal"):
            look(reader)
