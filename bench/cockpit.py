"""The cockpit at 120x36 on five live markets: processor time, bytes, frames and keys, at 1x and 10x data.

Beside it, in the same run and on the same market, the floor: a program that writes the bare difference of
three uncoloured panels; and the same through curses. The budgets were set beside floors that are known, so
they are told as ratios to the floor: machines differ, and so do their hours.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.order_rest import _process
from bench.terminal import Terminal

_SETTLE_SECONDS = 8.0
_WATCH_SECONDS = 20.0
_KEY_EVERY_SECONDS = 0.23
_COLUMNS, _ROWS = 120, 36


@dataclass(frozen=True, slots=True)
class Load:
    """What a program cost while it was watched; times are milliseconds."""

    core_percent: float
    bytes_a_second: float
    frame_p99: float
    handler: tuple[float, float]
    echo: tuple[float, float]


def rows() -> list[tuple[str, str, str]]:
    return asyncio.run(_measure())


async def _measure() -> list[tuple[str, str, str]]:
    table: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for speed in ("1", "10"):
            marks = Path(folder) / "marks"
            cockpit = _watch(["bench.cockpit_child", str(marks), speed], marks)
            async with _process("omega_tui", "sim", "--seed", "7", "--speed", speed) as (_, address):
                raw = _watch(["bench.raw_screen", str(marks), address["ws_public"]], marks)
                library = _watch(["bench.raw_screen", str(marks), address["ws_public"], "curses"], marks)
            table += _table(speed, cockpit, raw, library)
    return table


def _watch(module: list[str], marks: Path) -> Load:
    terminal = Terminal([sys.executable, "-m", *module], columns=_COLUMNS, rows=_ROWS)
    terminal.wait_for(b"LADDER")
    terminal.drain(_SETTLE_SECONDS)
    process = psutil.Process(terminal.pid)
    before, received, started = process.cpu_times(), terminal.received, time.monotonic()
    pressed = []
    while time.monotonic() - started < _WATCH_SECONDS:
        pressed.append(terminal.type(b"j" if len(pressed) % 2 else b"k"))
        terminal.drain(_KEY_EVERY_SECONDS)
    elapsed, after = time.monotonic() - started, process.cpu_times()
    written = terminal.received - received
    terminal.close()
    noted = json.loads(marks.read_text(encoding="utf-8"))
    busy = (after.user + after.system) - (before.user + before.system)
    return Load(
        core_percent=100 * busy / elapsed,
        bytes_a_second=written / elapsed,
        frame_p99=1000 * _percentile(noted["frames"], 99),
        handler=_waits(pressed, noted["handled"]),
        echo=_waits(pressed, noted["answered"]),
    )


def _waits(pressed: list[float], seen: list[float]) -> tuple[float, float]:
    """Median and 99th percentile from a key to what it caused. Every key was alone, so they pair up."""
    assert len(pressed) == len(seen), f"{len(pressed)} keys pressed, {len(seen)} seen"
    waits = [after - before for before, after in zip(pressed, seen, strict=True)]
    return 1000 * statistics.median(waits), 1000 * _percentile(waits, 99)


def _percentile(values: list[Any], percent: int) -> float:
    return float(sorted(values)[min(len(values) - 1, len(values) * percent // 100)])


def _table(speed: str, cockpit: Load, raw: Load, library: Load) -> list[tuple[str, str, str]]:
    head = f"cockpit {_COLUMNS}x{_ROWS}, {speed}x data"
    core, (p50, p99) = cockpit.core_percent / raw.core_percent, _ratios(cockpit.echo, raw.echo)
    core_words, echo_words = f"{core:.1f} x floor; ", f"{p50:.0f} / {p99:.0f} x floor; "
    if speed == "1":
        core_words += "budget 4.6 x (6 % beside 1.3 %); "
        echo_words += "budget 25 / 30 x (2.5 / 15 ms beside 0.1 / 0.5); "
    sent_budget = "budget 120; " if speed == "1" else ""

    def beside(name: str) -> str:
        values = (getattr(raw, name), getattr(library, name))
        texts = [_pair(each) if isinstance(each, tuple) else f"{each:.1f}" for each in values]
        return f"floor {texts[0]}, curses {texts[1]}"

    return [
        (
            f"{head}: processor",
            f"{cockpit.core_percent:.1f} % of a core",
            core_words + beside("core_percent"),
        ),
        (
            "  bytes to the terminal",
            f"{cockpit.bytes_a_second / 1000:.0f} kB/s",
            f"{sent_budget}floor {raw.bytes_a_second / 1000:.0f}, curses {library.bytes_a_second / 1000:.0f}",
        ),
        ("  frame, p99", f"{cockpit.frame_p99:.1f} ms", beside("frame_p99")),
        ("  key to handler, p50 / p99", f"{_pair(cockpit.handler)} ms", beside("handler")),
        (
            "  key to screen, p50 / p99",
            f"{_pair(cockpit.echo)} ms",
            echo_words + beside("echo"),
        ),
    ]


def _ratios(figures: tuple[float, float], floor: tuple[float, float]) -> tuple[float, float]:
    return figures[0] / floor[0], figures[1] / floor[1]


def _pair(figures: tuple[float, float]) -> str:
    return f"{figures[0]:.1f} / {figures[1]:.1f}"
