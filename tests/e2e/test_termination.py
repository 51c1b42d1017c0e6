"""FAULTS S04: a termination: no more input, everything written down, gone within three seconds."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from omega_tui.journal.reading import read_journal
from tests.ui.pty_session import LEAVE_ALTERNATE_SCREEN, Session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    folders = {f"OMEGA_PATHS_{name.upper()}": str(tmp_path / name) for name in ("data", "state", "cache")}
    child = Session(
        tmp_path / "unused",
        program=("omega_tui", "--seed", "7"),
        OMEGA_NO_BOOTSTRAP="1",
        OMEGA_SESSION_CANCEL_ENTRIES_AT_END="true",
        XDG_CONFIG_HOME=str(tmp_path),
        **folders,
    )
    yield child
    child.close()


def resting(session: Session, path: Path) -> None:
    """Wait until the order is known to rest at the exchange."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        session.read(0.2)
        with read_journal(path) as journal:
            if any(b'"working"' in row.body for row in journal.rows("order.state")):
                return
    raise AssertionError("no order came to rest")


def test_s04_termination_takes_entries_back_and_ends_within_three_seconds(
    session: Session, tmp_path: Path
) -> None:
    session.wait_for("data LIVE", 30)
    session.wait_for("NORMAL", 30)
    for keys in (b"B", *(b"0", b".", b"0", b"1"), b"\x1b[Z", b"\x15", *(b"6", b"4", b"0", b"0", b"0")):
        session.type(keys)
        session.read(0.2)
    for _ in range(2):
        session.read(0.4)
        session.type(b"\r")
    [path] = (tmp_path / "data" / "sim").glob("*.journal")
    resting(session, path)
    told = time.monotonic()
    os.kill(session.pid, signal.SIGTERM)
    session.type(b"F\r")
    assert session.ended() == 128 + signal.SIGTERM
    assert time.monotonic() - told < 3
    assert LEAVE_ALTERNATE_SCREEN in session.output
    with read_journal(path) as journal:
        journal.verify()
        rows = list(journal.rows())
    assert [row.kind for row in rows].count("order.intent") == 1, "keys after the signal trade nothing"
    assert b'"canceled"' in [row for row in rows if row.kind == "order.state"][-1].body
