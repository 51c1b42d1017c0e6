"""The dialogs' lines: help, leaving, choosing a market."""

from collections.abc import Sequence

from omega_tui.ui.actions import ACTIONS, Group
from omega_tui.ui.rows.account import counted
from omega_tui.ui.rows.spans import Line, Span, filled, fit, on, padded, title_line, wrapped

PANEL_WORDS = {
    "ladder": "LADDER  bids left, asks right; your orders: B, S, ? unknown, ~ in flight; marks: entry, "
    "b/e (break-even after fees), LIQ, Fibonacci.",
    "positions": "POSITIONS  uPnL is at the newest mark price; `to liq` is the way to liquidation.",
    "orders": "ORDERS  UNKNOWN: sent, fate not known yet; it counts as exposure until evidence settles it.",
    "chart": "CHART  candles to half a row; lines are your entry, your orders and the swing's levels.",
    "tape": "TAPE  the taker's side; ◆ marks the largest percent of recent prints.",
    "fibonacci": "FIBONACCI  the newest confirmed swing of the chart; ▸ is the level nearest to last.",
    "fills": "FILLS  a fee below zero was paid.",
    "log": "LOG  what happened, in plain words.",
}
"""What the focused panel shows, in prose."""


def build_help(focus: str, width: int, height: int) -> list[Line]:
    """Every action of the table by group, and what the focused panel shows."""
    prose = wrapped(PANEL_WORDS.get(focus, PANEL_WORDS["ladder"]), width - 2, 3)
    lines = [title_line("HELP", [("any key closes", "muted")], width, True)]
    lines += [filled([(f" {text}", "muted")], width) for text in prose]
    entries = _help_entries()
    room = height - len(lines)
    if len(entries) <= room:
        return padded([*lines, *[filled(entry, width) for entry in entries]], width, height)
    half = (len(entries) + 1) // 2
    left = width // 2
    pairs = zip(entries[:half], [*entries[half:], ()], strict=False)
    lines += [(*filled(first, left), *filled(second, width - left)) for first, second in pairs]
    return padded(lines, width, height)


def _help_entries() -> list[tuple[Span, ...]]:
    entries: list[tuple[Span, ...]] = []
    for group in Group:
        entries.append(((f" {group.value}", "fib bold"),))
        for action in ACTIONS:
            if action.group is group:
                entries.append(((f" {fit(action.shown, 6)}", "accent bold"), (f" {action.help}", "ink")))
    return entries


def build_quit(what_stays: str, width: int, height: int) -> list[Line]:
    """What stays behind, and the two ways out."""
    lines = [title_line("LEAVE", [], width, True), ((" " * width, "ink"),)]
    lines += [filled([(f" {text}", "ink bold")], width) for text in wrapped(what_stays, width - 2, 3)]
    keys: list[Span] = [
        (" ENTER ", "accent bold"),
        ("leaves  ", "ink"),
        ("ESC ", "accent bold"),
        ("stays", "ink"),
    ]
    return [*padded(lines, width, height - 1), on(filled(keys, width), "raised")]


def build_chooser(query: str, matches: Sequence[str], chosen: int, width: int, height: int) -> list[Line]:
    """What was typed and the markets that match it, best first."""
    count = counted(len(matches), "market") if matches else "no market matches"
    lines = [title_line("MARKET", [(count, "muted")], width, True)]
    lines.append(filled([(" ", "ink"), (f"{query}▏", "ink bold")], width))
    room = height - 3
    first = max(0, chosen - room + 1)
    for index, symbol in enumerate(matches[first : first + room], first):
        line = filled([("▸ " if index == chosen else "  ", "accent bold"), (symbol, "ink bold")], width)
        lines.append(on(line, "cursor") if index == chosen else line)
    keys: list[Span] = [
        (" ENTER ", "accent bold"),
        ("selects  ", "muted"),
        ("ESC ", "accent bold"),
        ("keeps", "muted"),
    ]
    return [*padded(lines, width, height - 1), on(filled(keys, width), "raised")]


def fuzzy_matches(query: str, names: Sequence[str]) -> list[str]:
    """Names that contain the letters of `query` in order: names that begin with it first, then tight
    matches."""
    wanted = query.upper()
    ranked = [(rank, name) for name in names if (rank := _rank(wanted, name.upper())) is not None]
    return [name for _, name in sorted(ranked)]


def _rank(wanted: str, name: str) -> tuple[int, int] | None:
    """How well a name matches: where the match begins and how far it spreads; None when it does not."""
    at = name.find(wanted)
    if at >= 0:
        return at, 0
    position, first = -1, -1
    for letter in wanted:
        position = name.find(letter, position + 1)
        if position < 0:
            return None
        first = position if first < 0 else first
    return len(name) + first, position - first
