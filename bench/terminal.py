"""Runs a program in a pseudo-terminal and says when which bytes came out."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b[@-_]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")


class Terminal:
    """A child process on a pseudo-terminal of a fixed size; times are seconds since its start."""

    def __init__(self, arguments: list[str], columns: int = 120, rows: int = 40) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("SSH_CONNECTION", "SSH_TTY", "NO_COLOR"):
            environment.pop(name, None)
        self.started = time.monotonic()
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execvpe(arguments[0], arguments, environment)
        self.received = 0
        self._text = b""

    def read(self, seconds: float) -> None:
        """Take in what the child writes for up to `seconds`."""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return
        with contextlib.suppress(OSError):
            chunk = os.read(self._descriptor, 65536)
            self.received += len(chunk)
            self._text += _ESCAPES.sub(b"", chunk)

    def type(self, data: bytes) -> float:
        """Press keys; the monotonic time at which they were handed over."""
        pressed_at = time.monotonic()
        os.write(self._descriptor, data)
        return pressed_at

    def wait_for(self, *words: bytes, seconds: float = 30.0) -> float:
        """Seconds until every word has been written. Raises TimeoutError."""
        while not all(word in self._text for word in words):
            if time.monotonic() - self.started > seconds:
                raise TimeoutError(f"{words!r} did not appear; last output: {self._text[-300:]!r}")
            self.read(0.2)
        return time.monotonic() - self.started

    def drain(self, seconds: float) -> None:
        """Keep reading for `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(max(0.0, end - time.monotonic()))

    def close(self) -> None:
        """End the child."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.read(0.05)
            done, _ = os.waitpid(self.pid, os.WNOHANG)
            if done:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._descriptor)
