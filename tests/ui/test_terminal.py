"""The cockpit in a real pseudo-terminal: bytes in, bytes out, signals, and what is left behind."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.in_terminal import SECRET
from tests.ui.pty_session import ESCAPES, LEAVE_ALTERNATE_SCREEN, SHOW_CURSOR, Session


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
    """FAULTS S01: Textual's own crash screen prints local variables, a key among them (X11)."""
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


def test_without_colours_a_terminal_of_sixteen_still_tells_words_from_their_ground(
    sessions: list[Session], tmp_path: Path
) -> None:
    """Bug: NO_COLOR turned the console's own colours into black on black."""
    session = start(sessions, tmp_path, NO_COLOR="1", TERM="linux", COLORTERM="")
    session.wait_for("data LIVE")
    session.read(0.3)
    hidden = re.findall(rb"\x1b\[(?:1;)?(?:7;)?30;40m([^\x1b]+)", session.output)
    assert not [text for text in hidden if re.search(rb"[A-Za-z]{2}", text)]


@pytest.mark.parametrize(
    "environment",
    [{"LC_ALL": "C"}, {"TERM": "linux"}, {"LC_ALL": "", "LC_CTYPE": "", "LANG": "de_DE.ISO-8859-1"}],
)
def test_a_terminal_without_utf8_gets_ascii_and_every_word(
    sessions: list[Session], tmp_path: Path, environment: dict[str, str]
) -> None:
    """FAULTS S08: bars and arrows have stand-ins, and nothing else changes."""
    session = start(sessions, tmp_path, **environment)
    for word in ("SIM", "REPLAY", "LONG", "BUY", "SELL", "UNKNOWN", "data LIVE", "64,123.4 ^"):
        session.wait_for(word)
    session.read(0.3)
    assert session.output.isascii()


@pytest.mark.parametrize(
    ("environment", "colour"),
    [
        ({"COLORTERM": "truecolor"}, rb"\x1b\[[\d;]*38;2;\d+"),
        ({"COLORTERM": "", "TERM": "xterm-256color"}, rb"\x1b\[[\d;]*38;5;\d+"),
        ({"COLORTERM": "", "TERM": "xterm"}, rb"\x1b\[(?:\d;)*(?:3|9)\d[;m]"),
        ({"COLORTERM": "", "TERM": "screen.xterm-256color", "TMUX": "x,1,0"}, rb"\x1b\[[\d;]*38;5;\d+"),
    ],
)
def test_colours_are_those_that_the_terminal_has(
    sessions: list[Session], tmp_path: Path, environment: dict[str, str], colour: bytes
) -> None:
    """Bug: a terminal of 16 or 256 colours is sent sequences that it shows as rubbish or not at all."""
    session = start(sessions, tmp_path, **environment)
    session.wait_for("data LIVE")
    assert re.search(colour, session.output)
    if b"38;2" not in colour:
        assert b"38;2;" not in session.output
    if b"38" not in colour:
        assert not re.search(rb"\x1b\[[\d;]*[34]8;[25];", session.output)


def test_interrupting_again_and_again_asks_once_and_leaves_nothing_half_done(
    sessions: list[Session], tmp_path: Path
) -> None:
    """FAULTS S05: twenty times ^C is one question."""
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    for _ in range(20):
        session.type(b"\x03")
        session.read(0.02)
    session.wait_for("stay on the exchange")
    session.type(b"\x1b")
    session.read(0.5)
    before = len(session.output)
    session.type(b"?")
    session.wait_for("Withdraw")
    assert session.status is None
    assert len(session.output) > before
    assert session.intents == []


@pytest.mark.parametrize("sizes", [[(0, 0), (1, 1), (20, 5), (500, 200), (120, 36)]])
def test_any_size_is_survived_and_halts(
    sessions: list[Session], tmp_path: Path, sizes: list[tuple[int, int]]
) -> None:
    """FAULTS S07: a storm of sizes, and F12 still halts in the smallest."""
    session = start(sessions, tmp_path)
    session.wait_for("quit")
    for columns, rows in sizes * 3:
        session.resize(columns, rows)
        session.read(0.05)
    session.resize(20, 5)
    session.wait_for("too small")
    session.type(b"\x1b[24~")
    session.wait_for_intents(1)
    assert session.intents == ["Halt"]


def test_s06_a_stopped_cockpit_comes_back_with_nothing_armed(sessions: list[Session], tmp_path: Path) -> None:
    """FAULTS S06: Ctrl-Z gives the terminal back; after `fg` the screen stands and no late key fires."""
    session = Session(tmp_path / "record")
    sessions.append(session)
    session.wait_for("LADDER")
    session.type(b"F")
    session.wait_for("ENTER: flatten")
    session.type(b"\x1a")
    session.wait_stopped()
    assert session.output.rfind(LEAVE_ALTERNATE_SCREEN) > 0
    session.output = b""
    os.kill(session.pid, signal.SIGCONT)
    session.wait_for("LADDER")
    session.wait_for("old until newer news")
    session.type(b"\r")
    session.read(0.5)
    assert session.intents == []
    session.type(b"q")
    session.wait_for("LEAVE")
