"""The dialogs' lines: help, leaving, choosing a market."""

from collections.abc import Sequence

from omega_tui.ui.actions import ACTIONS, Group
from omega_tui.ui.rows.account import counted
from omega_tui.ui.rows.spans import Line, Span, filled, fit, on, padded, title_line, wrapped

PANEL_WORDS = {
    "ladder": "LADDER  bids left, asks right; your orders: B, S, ? unknown, ~ in flight; marks: entry, "
    "b/e (break-even after fees), LIQ, STOP, TP, Fibonacci.",
    "positions": "POSITIONS  protected: what stops that the exchange shows would close, NAKED the rest; uPnL "
    "is at the newest mark price.",
    "orders": "ORDERS  UNKNOWN: sent, fate not known yet, counts until evidence settles it; trigger: the "
    "price it waits for, last or mark; not ours: of another client.",
    "chart": "CHART  candles to half a row; lines are your entry, your orders and the swing's levels.",
    "tape": "TAPE  the taker's side; ◆ marks the largest percent of recent prints.",
    "fibonacci": "FIBONACCI  the newest confirmed swing of the chart; ▸ is the level nearest to last.",
    "fills": "FILLS  a fee below zero was paid.",
    "log": "LOG  what happened, in plain words.",
}
"""What the focused panel shows, in prose."""


_GROUP_OF = {"ladder": Group.LADDER, "ticket": Group.TICKET, "command": Group.COMMAND}


def build_help(focus: str, width: int, height: int, page: int = 0) -> list[Line]:
    """One page of every action of the table by group, and what the focused panel shows."""
    prose = wrapped(PANEL_WORDS.get(focus, PANEL_WORDS["ladder"]), width - 2, 3)
    pages = help_pages(focus, width, height)
    turns = "any key closes" if page >= pages - 1 else f"page {page + 1} of {pages}: any key turns"
    lines = [title_line("HELP", [(turns, "muted")], width, True)]
    lines += [filled([(f" {text}", "muted")], width) for text in prose]
    room = max(1, height - len(lines))
    columns = _help_columns(width)
    entries = _help_entries(focus)[page * room * columns : (page + 1) * room * columns]
    rows = -(-len(entries) // columns)
    for index in range(rows):
        parts = [entries[column * rows + index : column * rows + index + 1] for column in range(columns)]
        cells = [filled(part[0] if part else (), width // columns) for part in parts]
        lines.append(filled([span for cell in cells for span in cell], width))
    return padded(lines, width, height)


def help_pages(focus: str, width: int, height: int) -> int:
    """How many pages the actions take."""
    prose = wrapped(PANEL_WORDS.get(focus, PANEL_WORDS["ladder"]), width - 2, 3)
    room = max(1, height - 1 - len(prose)) * _help_columns(width)
    return -(-len(_help_entries(focus)) // room)


def _help_columns(width: int) -> int:
    return 2 if width >= 80 else 1


def _help_entries(focus: str) -> list[tuple[Span, ...]]:
    """Every action under its heading, those of the focused panel first."""
    first = _GROUP_OF.get(focus)
    entries: list[tuple[Span, ...]] = []
    for group in sorted(Group, key=lambda group: group is not first):
        entries.append(((f" {group.value}", "fib bold"),))
        for action in ACTIONS:
            if action.group is group and action.help:
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


def build_chooser(
    query: str, matches: Sequence[str], chosen: int, width: int, height: int, *, noun: str = "market"
) -> list[Line]:
    """What was typed and the names that match it, best first; `noun` is what they are."""
    count = counted(len(matches), noun) if matches else f"no {noun} matches"
    lines = [title_line(noun.upper(), [(count, "muted")], width, True)]
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
