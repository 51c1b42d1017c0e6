"""From the command to the first byte, the first paint and live data, beside a bare Textual app."""

import statistics
import sys

from bench.terminal import Terminal

_BARE = """
from textual.app import App
from textual.widgets import Label
class Bare(App):
    def compose(self):
        yield Label("READY")
Bare().run()
"""
_ROUNDS = 5


def rows() -> list[tuple[str, str, str]]:
    bare, splash, paint, live = [], [], [], []
    for _ in range(_ROUNDS + 1):
        terminal = Terminal([sys.executable, "-c", _BARE])
        bare.append(terminal.wait_for(b"READY"))
        terminal.close()
        terminal = Terminal([sys.executable, "-m", "omega_tui", "--seed", "7"])
        splash.append(terminal.wait_for(b"SIM", b"opening"))
        paint.append(terminal.wait_for(b"LADDER", b"POSITIONS"))
        live.append(terminal.wait_for(b"LIVE"))
        terminal.close()
    # the first round warms the page cache and is not counted
    bare_ms, splash_ms, paint_ms, live_ms = (
        1000 * statistics.median(figures[1:]) for figures in (bare, splash, paint, live)
    )
    return [
        ("bare Textual app, first paint", f"{bare_ms:.0f} ms", "the floor"),
        ("cockpit, first picture (mode line)", f"{splash_ms:.0f} ms", f"{splash_ms / bare_ms:.2f} x bare"),
        ("cockpit, every panel painted", f"{paint_ms:.0f} ms", f"{paint_ms / bare_ms:.2f} x bare"),
        ("cockpit, live data on screen", f"{live_ms:.0f} ms", "budget 1500 ms"),
    ]
