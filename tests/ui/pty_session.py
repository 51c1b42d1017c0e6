"""A cockpit in a real pseudo-terminal: bytes in, bytes out, signals and sizes."""

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
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

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

    def wait_stopped(self, seconds: float = 5.0) -> None:
        """Until job control has stopped the child."""
        end = time.monotonic() + seconds
        while True:
            assert time.monotonic() < end, "the cockpit did not stop"
            self.read(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if done and os.WIFSTOPPED(status):
                return

    @property
    def intents(self) -> list[str]:
        return self.record.read_text().split() if self.record.exists() else []

    def close(self) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with suppress(OSError):
            os.close(self.descriptor)

    @property
    def text(self) -> str:
        """What it wrote, without the terminal's own sequences."""
        return ESCAPES.sub(b"", self.output).decode()

    def wait_for_intents(self, count: int, seconds: float = 10.0) -> None:
        """Read on until the engine was asked this often."""
        end = time.monotonic() + seconds
        while len(self.intents) < count:
            assert time.monotonic() < end, f"asked only for {self.intents}"
            self.read(0.05)

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the terminal, told as a terminal does."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, size)
