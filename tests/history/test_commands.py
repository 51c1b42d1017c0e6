"""`omega-tui history` and `omega-tui report` as a person and a program use them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omega_tui.cli import main
from omega_tui.clock import SystemClock
from omega_tui.commands.exit_codes import ExitCode
from omega_tui.history.export import COLUMNS
from omega_tui.journal import Journal
from omega_tui.journal.records import FILL
from tests.exchange.test_translate_closed import ROW
from tests.history.fills import fill
from tests.support.shared import needs_shared, shared_path

Run = Callable[..., tuple[int, str, str]]
HOUR = 3_600_000
START = 1_722_470_400_000  # 2024-08-01 00:00 UTC


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Three closed positions: won, lost, won."""
    path = tmp_path / "j" / "sim.journal"
    made = Journal(path, SystemClock())
    for number, (entry, left) in enumerate((("100", "110"), ("100", "95"), ("200", "201"))):
        at = START + number * 24 * HOUR
        made.append(FILL, fill("buy", "1", entry, at, "long", fee="-0.1"))
        made.append(FILL, fill("sell", "1", left, at + HOUR, "long", fee="-0.1"))
    made.close()
    return path


@pytest.fixture
def run(
    journal: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs a command on the journal; returns its code and what it wrote."""
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def go(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--file", str(journal)])
        out, err = capsys.readouterr()
        return code, out, err

    return go


def told(run: Run, *arguments: str) -> Any:
    """The document of a command that worked."""
    code, out, err = run(*arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_report_has_tables_charts_and_no_escape_byte(run: Run) -> None:
    code, out, _ = run("report")
    assert code == 0
    assert "win rate                   66.7 % (2 won, 1 lost)" in out
    assert "profit factor                               2.038" in out
    assert "net result, 2024-08-01 to 2024-08-03" in out
    assert "Thursday" in out
    assert "the swing of no entry is known" in out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 120


@pytest.mark.parametrize(
    ("period", "count"),
    [("all", 3), ("2024-08-02", 1), ("2024-08", 3), ("2024-07", 0), ("2024", 3), ("today", 0), ("7d", 0)],
)
def test_a_period_holds_what_was_closed_in_it(run: Run, period: str, count: int) -> None:
    assert told(run, "report", "--period", period)["positions"] == count


@pytest.mark.parametrize("period", ["", "7", "0d", "2024-13", "yesterday", "2024-08-32", "-3d"])
def test_a_period_that_is_none_is_refused_with_the_forms_there_are(run: Run, period: str) -> None:
    code, out, err = run("report", f"--period={period}")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "write today, 7d" in err


def test_a_period_without_positions_says_so(run: Run) -> None:
    code, out, _ = run("report", "--period", "2023")
    assert (code, out) == (0, "Closed positions, 2023: 0\n\nNo position was closed then.\n")


def test_lines_and_cells_hold_every_column_and_exact_money(run: Run) -> None:
    code, out, _ = run("history", "export")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [list(row) for row in rows] == [list(COLUMNS)] * 3
    assert (rows[0]["net"], rows[0]["closed"], rows[0]["funding"]) == (
        "9.8",
        "2024-08-01T01:00:00.000Z",
        None,
    )
    _, table, _ = run("history", "export", "--csv")
    assert table.splitlines()[0] == ",".join(f'"{name}"' for name in COLUMNS)
    assert '"9.8"' in table


def test_a_note_that_is_a_formula_is_exported_as_text(run: Run) -> None:
    """Bug: a spreadsheet that runs what somebody wrote into a note."""
    newest = told(run, "history", "list", "--limit", "1")["newest"][0]["id"]
    assert told(run, "history", "note", newest, '=HYPERLINK("evil")')["id"] == newest
    _, table, _ = run("history", "export", "--csv")
    assert "\"'=HYPERLINK" in table


def test_tags_tell_results_apart(run: Run) -> None:
    rows = told(run, "history", "list")["newest"]
    for row in rows[:2]:
        told(run, "history", "tag", row["id"], "breakout")
    (group,) = told(run, "report")["groups"]["tag"]
    assert (group["tag"], group["trades"], group["net"]) == ("breakout", "2", "-4.40")
    assert run("history", "tag", rows[0]["id"], "two", "words")[0] == ExitCode.USAGE
    code, _, err = run("history", "tag", "nobody", "x")
    assert code == ExitCode.NOT_FOUND
    assert "history list names them" in err


def test_a_position_is_added_by_hand_once_and_marked(run: Run) -> None:
    flags = ("--entry", "100", "--exit", "101.5", "--opened", "2024-01-01T00:00", "--closed", "2024-01-02")
    added = told(run, "history", "add", "ETHUSDT", "short", "2", *flags, "--fees=-0.5")
    assert added["net"] == "-3.5"
    rows = [json.loads(line) for line in run("history", "export")[1].splitlines()]
    assert (rows[0]["id"], rows[0]["origin"], rows[0]["symbol"]) == (added["id"], "manual", "ETHUSDT")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("BTCUSD", "long", "1"), "did you mean"),
        (("BTCUSDT", "buy", "1"), "long or short"),
        (("BTCUSDT", "long", "0"), "above 0"),
        (("BTCUSDT", "long", "1e999999999"), "the size"),
        (("BTCUSDT", "long"), "write add SYMBOL"),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_is_written(
    run: Run, change: tuple[str, ...], words: str
) -> None:
    flags = ("--entry", "1", "--exit", "2", "--opened", "2024-01-01", "--closed", "2024-01-02")
    code, _, err = run("history", "add", *change, *flags)
    assert code == ExitCode.USAGE
    assert words in err
    assert told(run, "history", "list")["positions"] == 3


def test_exported_rows_are_imported_once(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "rows.json"
    source.write_text(json.dumps([ROW]))
    first = told(run, "history", "import", str(source))
    assert (first["positions_read"], first["new"]) == (1, 1)
    assert told(run, "history", "import", str(source))["new"] == 0
    assert told(run, "history", "list")["positions"] == 4


def test_a_file_that_cannot_be_read_loses_nothing(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "rows.json"
    source.write_text(json.dumps([ROW, {"openAvgPrice": "1"}]))
    code, _, err = run("history", "import", str(source))
    assert code == ExitCode.USAGE
    assert "row 2" in err
    assert "nothing was imported" in err
    assert run("history", "import", str(tmp_path / "none"))[0] == ExitCode.USAGE
    assert told(run, "history", "list")["positions"] == 3


def test_a_journal_that_a_cockpit_writes_is_read_and_not_written(run: Run, journal: Path) -> None:
    held = Journal(journal, SystemClock())
    try:
        rows = told(run, "history", "list")["newest"]
        assert told(run, "report")["positions"] == 3
        code, _, err = run("history", "note", rows[0]["id"], "later")
        assert code == ExitCode.READ_ONLY
        assert "a cockpit writes this journal now" in err
    finally:
        held.close()


def test_without_a_journal_it_says_where_it_looked(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    assert main(["report"]) == ExitCode.NOT_FOUND
    assert "no journal of sim lies in" in capsys.readouterr().err
    assert main(["report", "--file", str(tmp_path / "none.journal")]) == ExitCode.NOT_FOUND


@needs_shared
def test_a_real_accounts_orders_become_its_positions(run: Run) -> None:
    source = shared_path("tapes", "trades", "bitget_umcbl_BTCUSDT_orders_20230412_20230426.json")
    found = told(run, "history", "import", str(source))
    assert (found["new"], found["still_open_in_it"], found["closes_of_older_positions"]) == (38, 1, 0)
    report = told(run, "report", "--period", "2023-04")
    assert report["positions"] == 38
    assert report["figures"]["fees (38)"] == "-123.65"
