"""The cockpit in a real pseudo-terminal: bytes in, bytes out, signals, and what is left behind."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ui.in_terminal import SECRET

ROOT = Path(__file__).parents[2]
ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=$]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[@-_]")
LEAVE_ALTERNATE_SCREEN, SHOW_CURSOR = b"\x1b[?1049l", b"\x1b[?25h"


class Session:
    """A child on a pseudo-terminal of 120x36."""

    def __init__(
        self, record: Path, scenario: str = "", *, program: Sequence[str] = (), **environment: str
    ) -> None:
        self.record = record
        self.output = b""
        self.status: int | None = None
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
            env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment}
            os.chdir(ROOT)
            module = program or ("tests.ui.in_terminal", str(record), scenario)
            os.execvpe(sys.executable, [sys.executable, "-m", *module], env)

    def read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.descriptor], [], [], left)
            if not ready:
                return
            try:
                self.output += os.read(self.descriptor, 65536)
            except OSError:
                return

    def wait_for(self, text: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while text.encode() not in ESCAPES.sub(b"", self.output):
            assert time.monotonic() < end, f"{text!r} never appeared: {self.output[-400:]!r}"
            self.read(0.1)

    def type(self, data: bytes) -> None:
        os.write(self.descriptor, data)

    def ended(self, seconds: float = 5.0) -> int:
        """Exit code of the child, which must end within this time."""
        end = time.monotonic() + seconds
        while self.status is None:
            assert time.monotonic() < end, "the cockpit did not end"
            with suppress(OSError, ValueError):
                self.read(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    @property
    def intents(self) -> list[str]:
        return self.record.read_text().split() if self.record.exists() else []

    def close(self) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with suppress(OSError):
            os.close(self.descriptor)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[list[Session]]:
    opened: list[Session] = []
    yield opened
    for session in opened:
        session.close()


def start(sessions: list[Session], tmp_path: Path, scenario: str = "", **environment: str) -> Session:
    session = Session(tmp_path / "intents", scenario, **environment)
    sessions.append(session)
    return session


def test_a_crash_restores_the_terminal_and_shows_no_secret(sessions: list[Session], tmp_path: Path) -> None:
    """Textual's own crash screen prints local variables, a key among them (FAULTS X11)."""
    session = start(sessions, tmp_path, "crash")
    assert session.ended(20) == 1
    text = ESCAPES.sub(b"", session.output)
    assert b"stopped on an internal error: ValueError in" in text
    assert SECRET.encode() not in session.output
    assert b"api_secret" not in session.output
    assert LEAVE_ALTERNATE_SCREEN in session.output
    assert SHOW_CURSOR in session.output
    report = tmp_path / "intents.crash"
    assert str(report).encode() in text.replace(b"\r\n", b"")
    assert report.stat().st_mode & 0o777 == 0o600
    assert "in version" in report.read_text()


def test_hostile_text_reaches_the_terminal_as_visible_characters(
    sessions: list[Session], tmp_path: Path
) -> None:
    """FAULTS I13 to I15: no escape, C1, bidi or zero-width byte from outside, and markup stays text."""
    session = start(sessions, tmp_path, "hostile")
    session.wait_for("evil")
    session.wait_for("[/red]")
    session.read(0.3)
    assert b"52;c;aGk=\x07" not in session.output
    text = ESCAPES.sub(b"", session.output).decode()
    assert not [character for character in text if not character.isprintable() and character not in "\r\n"]


def test_pasted_letters_with_and_without_brackets_trade_nothing(
    sessions: list[Session], tmp_path: Path
) -> None:
    """FAULTS I09, I10: raw bytes, a bracketed paste, and one that contains its own terminator."""
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    for data in (b"B0.01\r\r", b"F\r", b"\x1b[200~F\r\r\x1b[201~", b"\x1b[200~x\x1b[201~H\x1b[201~"):
        session.type(data)
        session.read(0.4)
    assert session.intents == []


def test_a_person_can_flatten(sessions: list[Session], tmp_path: Path) -> None:
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    session.type(b"F")
    session.wait_for("flatten BTCUSDT: cancel 3 orders")
    time.sleep(0.2)
    session.type(b"\r")
    session.wait_for("taken: Flatten")
    assert session.intents == ["Flatten"]


def test_quitting_says_what_stays(sessions: list[Session], tmp_path: Path) -> None:
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    session.type(b"q")
    session.wait_for("stay on the exchange")
    time.sleep(0.2)
    session.type(b"\r")
    assert session.ended() == 0
    after = session.output.rpartition(LEAVE_ALTERNATE_SCREEN)[2]
    assert b"1 position stay on the exchange" in after


def test_termination_leaves_a_clean_terminal(sessions: list[Session], tmp_path: Path) -> None:
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    os.kill(session.pid, signal.SIGTERM)
    assert session.ended() == 128 + signal.SIGTERM
    assert LEAVE_ALTERNATE_SCREEN in session.output
    assert SHOW_CURSOR in session.output


def test_a_closed_terminal_ends_the_cockpit(sessions: list[Session], tmp_path: Path) -> None:
    """FAULTS S03: an SSH drop must leave neither a process nor a busy loop."""
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    os.close(session.descriptor)
    session.ended(8)


def test_without_colours_the_words_remain(sessions: list[Session], tmp_path: Path) -> None:
    """NO_COLOR: environment, side and sign are words before they are colours."""
    session = start(sessions, tmp_path, NO_COLOR="1")
    for word in ("SIM", "REPLAY", "LONG", "BUY", "SELL", "UNKNOWN", "-0.01", "data LIVE"):
        session.wait_for(word)
