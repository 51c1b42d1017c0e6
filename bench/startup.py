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
    bare, byte, paint, live = [], [], [], []
    for _ in range(_ROUNDS + 1):
        terminal = Terminal([sys.executable, "-c", _BARE])
        bare.append(terminal.wait_for(b"READY"))
        terminal.close()
        terminal = Terminal([sys.executable, "-m", "omega_tui", "--seed", "7"])
        paint.append(terminal.wait_for(b"SIM", b"CONNECTING"))
        byte.append(terminal.first_byte or 0.0)
        live.append(terminal.wait_for(b"LIVE"))
        terminal.close()
    # the first round warms the page cache and is not counted
    bare_ms, byte_ms, paint_ms, live_ms = (
        1000 * statistics.median(figures[1:]) for figures in (bare, byte, paint, live)
    )
    return [
        ("bare Textual app, first paint", f"{bare_ms:.0f} ms", "the floor"),
        ("cockpit, first byte", f"{byte_ms:.0f} ms", "budget 50 ms"),
        ("cockpit, first paint", f"{paint_ms:.0f} ms", f"{paint_ms / bare_ms:.2f} x bare, budget 1.3"),
        ("cockpit, live data on screen", f"{live_ms:.0f} ms", "budget 1500 ms"),
    ]
