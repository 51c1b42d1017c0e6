"""Memory and processor time of the cockpit process on the generated market."""

import sys
import time

import psutil

from bench.terminal import Terminal


def rows(minutes: float) -> list[tuple[str, str, str]]:
    terminal = Terminal([sys.executable, "-m", "omega_tui", "--seed", "7"])
    terminal.wait_for(b"LIVE")
    terminal.drain(5)
    process = psutil.Process(terminal.pid)
    children = process.children()
    before, received, started = process.cpu_times(), terminal.received, time.monotonic()
    early = process.memory_info().rss
    terminal.drain(minutes * 60)
    elapsed = time.monotonic() - started
    after = process.cpu_times()
    late = process.memory_info().rss
    busy = (after.user + after.system) - (before.user + before.system)
    child = sum(each.memory_info().rss for each in children)
    written = (terminal.received - received) / elapsed
    terminal.close()
    return [
        (f"cockpit process after {minutes:g} min", f"{late / 2**20:.0f} MiB", "budget 150 MiB"),
        ("  growth since 5 s after live data", f"{(late - early) / 2**20:+.1f} MiB", ""),
        ("  its processor time, 120x40 at 20 Hz", f"{100 * busy / elapsed:.1f} % of a core", ""),
        ("  bytes to the terminal", f"{written / 1000:.0f} kB/s", "budget 120 kB/s"),
        ("simulator child, memory", f"{child / 2**20:.0f} MiB", ""),
    ]
