"""Runs a judge: a fresh simulator as a process, the driver in the judge's environment, its verdicts read.

A driver gets the simulator's first line and the position mode as JSON on its standard input, and prints one
JSON line per method: `method`, `mode`, `verdict` (ok, refused, failed), `detail`. A line with `surface` lists
everything that the client offers.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.interop.environments import command_of
from tests.interop.judges import Judge

CHECKOUT: Final = Path(__file__).resolve().parents[2]
AT_ONCE: Final = 3
"""Runs side by side: each mostly waits for its client's own pacing."""
DRIVE_SECONDS: Final = 300
_MARKET: Final = ("--with-parent", "--seed", "7", "--symbols", "BTCUSDT,ETHUSDT", "--balance", "1000000")
_GOODBYE_SECONDS: Final = 20
_LINES_SHOWN: Final = 20


class DriverBroke(Exception):
    """The driver itself ended badly; the text shows its last words."""


@dataclass(frozen=True)
class Verdict:
    """What became of one method."""

    verdict: str
    detail: str


@dataclass
class Report:
    """What one driver told in one position mode."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    surface: list[str] = field(default_factory=list)


@cache
def report_of(judge: Judge, mode: str) -> Report:
    """Drive the judge once. Raises Unavailable, DriverBroke."""
    command = command_of(judge)
    with simulator(mode, *judge.flags) as facts:
        task = json.dumps({**facts, "mode": mode})
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        try:
            done = subprocess.run(
                command,
                input=task,
                capture_output=True,
                text=True,
                env={**environment, "NO_PROXY": "*"},
                timeout=DRIVE_SECONDS,
            )
        except subprocess.TimeoutExpired as expired:
            raise DriverBroke(f"no end after {DRIVE_SECONDS} s; last: {_last(expired.stdout)}") from None
    if done.returncode != 0:
        raise DriverBroke(f"exit {done.returncode}\n{_last(done.stdout)}\n{_last(done.stderr)}")
    return _read(done.stdout)


@contextmanager
def simulator(mode: str, *flags: str) -> Iterator[dict[str, Any]]:
    """A simulator with two generated markets and an account in `mode`; yields its first line."""
    child = subprocess.Popen(
        [sys.executable, "-m", "omega_tui", "sim", *_MARKET, "--position-mode", mode, *flags],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OMEGA_NO_BOOTSTRAP": "1"},
    )
    try:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())
    finally:
        child.terminate()
        child.wait(_GOODBYE_SECONDS)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _read(output: str) -> Report:
    report = Report()
    for line in output.splitlines():
        told = json.loads(line)
        if "surface" in told:
            report.surface = told["surface"]
        else:
            report.verdicts[told["method"]] = Verdict(told["verdict"], told["detail"])
    return report


def _last(text: str | bytes | None) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text or ""
    return "\n".join(words.strip().splitlines()[-_LINES_SHOWN:])
