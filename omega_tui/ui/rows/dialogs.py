"""The dialogs' lines: help, leaving, choosing a market."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from omega_tui.ui import format as text_of
from omega_tui.ui.actions import Action, Group
from omega_tui.ui.keymaps.names import SHOWN_WIDTH
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
    "history": "HISTORY  net is after fees and funding; ✓ the exchange says so too, ≠ differs, · not asked.",
    "account": "ACCOUNT  open risk: what would be lost if every entry executed and every stop was reached; "
    "day PnL: since 0:00 UTC, against your profile's limit.",
    "ticket": "TICKET  nothing leaves while you type; below the fields stands what would be sent, what "
    "rounding changed and which limit binds.",
    "command": "COMMAND LINE  above the text stands what it would do; the wrong word is underlined.",
    "log": "LOG  what happened, in plain words.",
}
"""What the focused panel shows, in prose."""


_TWO_COLUMNS = 80

_GROUP_OF = {"ladder": Group.LADDER, "chart": Group.CHART, "ticket": Group.TICKET, "command": Group.COMMAND}


def build_help(focus: str, actions: Sequence[Action], width: int, height: int, top: int = 0) -> list[Line]:
    """What the focused panel shows, its keys, then every other action by group; `top` lines scrolled off."""
    body = _help_body(focus, actions, width)
    room = max(1, height - 1)
    top = min(top, max(0, len(body) - room))
    last = min(top + room, len(body))
    where = f"{top + 1}-{last} of {len(body)} · ↑ ↓ PgDn scroll · " if len(body) > room else ""
    title = title_line("HELP", [(f"{where}ESC closes", "muted")], width, True)
    return padded([title, *body[top:last]], width, height)


def help_scroll(focus: str, actions: Sequence[Action], width: int, height: int) -> int:
    """How many lines the help can scroll at most."""
    return max(0, len(_help_body(focus, actions, width)) - max(1, height - 1))


def _help_body(focus: str, actions: Sequence[Action], width: int) -> list[Line]:
    """All of the help; the groups of the focused panel come first."""
    prose = wrapped(PANEL_WORDS.get(focus, ""), width - 2, 3)
    lines = [filled([(f" {text}", "muted")], width) for text in prose]
    first = _GROUP_OF.get(focus)
    for group in sorted(Group, key=lambda group: group is not first):
        entries = [_help_entry(action) for action in actions if action.group is group and action.help]
        if entries:
            lines.append(filled([(f" {group.value}", "fib bold")], width))
            lines += _in_columns(entries, width)
    return lines


def _help_entry(action: Action) -> tuple[Span, ...]:
    keys = fit(action.shown or text_of.NOTHING, SHOWN_WIDTH)
    return (f" {keys}", "accent bold"), (f" {action.help}", "ink")


def _in_columns(entries: Sequence[tuple[Span, ...]], width: int) -> Iterator[Line]:
    """Entries read down a column, then down the next."""
    columns = 2 if width >= _TWO_COLUMNS else 1
    rows = -(-len(entries) // columns)
    for row in range(rows):
        cells = [filled(entry, width // columns) for entry in entries[row::rows]]
        yield filled([span for cell in cells for span in cell], width)


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
    query: str,
    matches: Sequence[str],
    chosen: int,
    width: int,
    height: int,
    *,
    noun: str = "market",
    notes: Mapping[str, str] = MappingProxyType({}),
) -> list[Line]:
    """What was typed and the names that match it, best first, with their `notes`; `noun` is what they are."""
    count = counted(len(matches), noun) if matches else f"no {noun} matches"
    lines = [title_line(noun.upper(), [(count, "muted")], width, True)]
    lines.append(filled([(" ", "ink"), (f"{query}▏", "ink bold")], width))
    room = height - 3
    first = max(0, chosen - room + 1)
    column = max((len(name) for name in notes), default=0)
    for index, name in enumerate(matches[first : first + room], first):
        mark: Span = ("▸ " if index == chosen else "  ", "accent bold")
        note: Span = (f"  {notes[name]}" if name in notes else "", "muted")
        line = filled([mark, (name.ljust(column), "ink bold"), note], width)
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
