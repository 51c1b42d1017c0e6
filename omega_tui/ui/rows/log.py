"""The log's lines: what happened, in plain words, newest at the bottom."""

from omega_tui.engine.views import LogLevel, LogRow, LogView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.spans import Line, filled, notice, padded, title_line, wrapped

_TOKENS = {
    LogLevel.INFO: "ink",
    LogLevel.GOOD: "good",
    LogLevel.WARNING: "warn",
    LogLevel.ERROR: "error bold",
}
_MARKS = {LogLevel.INFO: " ", LogLevel.GOOD: "✓", LogLevel.WARNING: "!", LogLevel.ERROR: "✗"}
_MOST_LINES = 3


def build_log(view: LogView, width: int, height: int, *, focused: bool) -> list[Line]:
    """The whole panel; a long line is wrapped to three, and the newest line is always in sight."""
    head = title_line("LOG", [("UTC", "muted")], width, focused)
    if not view.rows:
        return [head, *notice("nothing happened yet", width, height - 1)]
    lines = [line for row in view.rows[-height:] for line in _entry(row, width)]
    return [head, *padded(lines[-(height - 1) :], width, height - 1)]


def _entry(row: LogRow, width: int) -> list[Line]:
    token = _TOKENS[row.level]
    time = text_of.clock_time(row.wall_ms)
    texts = wrapped(row.text, width - len(time) - 5, _MOST_LINES) or [""]
    first = filled([(f" {time} ", "muted"), (f"{_MARKS[row.level]} ", token), (texts[0], token)], width)
    return [first, *[filled([(" " * (len(time) + 4), "ink"), (text, token)], width) for text in texts[1:]]]
