"""The first picture must leave the terminal as it was when the cockpit cannot open."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

_FAILING = """
from omega_tui.splash import splash
with splash("SIM", "BTCUSDT"):
    raise SystemExit("no screen")
"""


def _on_a_terminal(program: str, **environment: str) -> bytes:
    master, slave = pty.openpty()
    command = [sys.executable, "-c", program]
    subprocess.run(
        command, cwd=ROOT, stderr=slave, env={**os.environ, **environment}, timeout=30, check=False
    )
    os.close(slave)
    written = b""
    while True:
        try:
            chunk = os.read(master, 4096)
        except OSError:
            break
        if not chunk:
            break
        written += chunk
    os.close(master)
    return written


def test_a_cockpit_that_cannot_open_gives_the_terminal_back() -> None:
    """Bug: an error message that is written to the alternate screen and vanishes with it."""
    written = _on_a_terminal(_FAILING, TERM="xterm")
    assert written.index(b"SIM  BTCUSDT") < written.index(b"\x1b[?1049l") < written.index(b"no screen")
    assert b"\x1b[?25h" in written


def test_a_dumb_terminal_gets_no_escape_sequence() -> None:
    """Bug: escape codes in the log of a job that has a terminal without a screen."""
    assert b"\x1b" not in _on_a_terminal(_FAILING, TERM="dumb")


_ENDED = """
import os, signal
from omega_tui.splash import splash
with splash("SIM", "BTCUSDT"):
    os.kill(os.getpid(), signal.{name})
    raise SystemExit("it went on")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_cockpit_ended_while_it_opens_gives_the_terminal_back(name: str) -> None:
    """Bug: a session cut in the first half second leaves a shell without a cursor on the alternate screen."""
    written = _on_a_terminal(_ENDED.format(name=name), TERM="xterm")
    assert b"\x1b[?1049h" in written
    assert written.endswith(b"\x1b[?25h\x1b[?1049l")
    assert b"it went on" not in written
