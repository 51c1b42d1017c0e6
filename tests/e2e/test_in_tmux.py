"""The cockpit as a trader has it: in tmux, on its own simulated exchange, by keys alone."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BETWEEN_KEYS = 0.25

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
    pytest.mark.timeout(180),
]


class Tmux:
    """A tmux server of its own with one window, and a cockpit in it."""

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self._socket = str(folder / "tmux.sock")
        names = ("CONFIG", "STATE", "DATA", "CACHE")
        settings = [f"XDG_{name}_HOME={folder / name.lower()}" for name in names]
        program = ["env", *settings, sys.executable, "-m", "omega_tui", "--seed", "7"]
        size = ["-x", str(columns), "-y", str(rows)]
        self._run("-f", os.devnull, "new-session", "-d", *size, "-c", str(ROOT), *program)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "OMEGA_NO_BOOTSTRAP": "1", "TMUX": ""},
        )
        return done.stdout

    @property
    def picture(self) -> str:
        return self._run("capture-pane", "-p")

    def key(self, *keys: str) -> None:
        for key in keys:
            self._run("send-keys", key)
            time.sleep(BETWEEN_KEYS)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)
        time.sleep(BETWEEN_KEYS)

    def wait_for(self, *words: str, seconds: float = 45.0) -> str:
        end = time.monotonic() + seconds
        while not all(word in self.picture for word in words):
            assert time.monotonic() < end, f"{words} never stood on the screen:\n{self.picture}"
            time.sleep(0.1)
        return self.picture

    def resize(self, columns: int, rows: int) -> None:
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def ended(self, seconds: float = 20.0) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if subprocess.run(
                ["tmux", "-S", self._socket, "ls"], capture_output=True, check=False
            ).returncode:
                return True
            time.sleep(0.1)
        return False

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    started = Tmux(tmp_path, 120, 36)
    yield started
    started.close()


def test_a_trade_under_tmux_from_entry_to_flat(tmux: Tmux) -> None:
    """Bugs: a key that tmux eats, a position without its stop, a cockpit that cannot be left."""
    tmux.wait_for("account compared", "data LIVE")
    tmux.key("B")
    tmux.wait_for("BUY")
    tmux.type("200$")
    tmux.key("BTab", "BTab", "m")
    tmux.wait_for("market", "loss at stop")
    tmux.key("Enter")
    tmux.wait_for("ENTER: SIM buy")
    tmux.key("Enter")
    tmux.wait_for("LONG", "100%", "stop confirmed")
    tmux.key("F")
    tmux.wait_for("ENTER: flatten BTCUSDT")
    tmux.key("Enter")
    tmux.wait_for("no open position", "no open order")
    tmux.key("q")
    tmux.wait_for("Nothing stays on the exchange")
    tmux.key("Enter")
    assert tmux.ended()


def test_a_command_and_a_kill_switch_while_the_window_changes(tmux: Tmux) -> None:
    """Bugs: a layout that breaks on the way, an order lost on the way, a halt that is hidden."""
    tmux.wait_for("account compared", "data LIVE")
    tmux.key(":")
    tmux.wait_for("COMMAND")
    tmux.type("buy 200$ @ -1%")
    tmux.wait_for("limit")
    tmux.key("Enter")
    tmux.wait_for("ENTER: ")
    tmux.key("Enter")
    tmux.wait_for("ORDERS 1")
    for columns, rows in ((80, 24), (30, 8), (200, 50)):
        tmux.resize(columns, rows)
        time.sleep(0.5)
    tmux.wait_for("ORDERS 1", "FILLS")
    tmux.resize(30, 8)
    tmux.wait_for("F12 halts")
    tmux.key("F12")
    tmux.resize(120, 36)
    tmux.wait_for("HALT", "no open order")
