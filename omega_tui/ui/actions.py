"""The one table of commands. Key bindings, footer, help and later the palette and keymap derive from it.

A key that is not here does nothing. Lower case looks, upper case trades. No key here is one that tmux, flow
control or SSH keeps for itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from textual.binding import Binding, BindingType

TABLES = frozenset({"positions", "orders"})
"""Panels with rows that a cursor can stand on, beside the ladder."""


READ_ONLY = "this session is read-only: it looks and never trades"
"""What a trading key answers in a read-only session."""


class Group(Enum):
    """Sections of the help screen."""

    TRADE = "Trade"
    TICKET = "In the ticket"
    MOVE = "Move"
    LOOK = "Look"
    SESSION = "Session"


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether an action works right now. `focus` is the focused panel's name."""

    focus: str
    small: bool
    armed: bool
    zoomed: bool
    read_only: bool
    has_orders: bool
    has_positions: bool
    order_at_cursor: bool
    locked: bool = False
    alarm_waits: bool = False


_Predicate = Callable[[Situation], bool]


@dataclass(frozen=True, slots=True)
class Action:
    """One command: `id` is stable for keymaps, `keys` are Textual's names, `footer` ranks it (0: not there).

    Without keys it is a key of the panel it belongs to, listed here so that help and footer know it.
    `trades` marks what may move money: it wants one deliberate key press. `anywhere` works in every dialog
    too. `otherwise` is what the key answers while the action does not work; without it the key is silent
    then.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    group: Group
    enabled: _Predicate
    footer: int = 0
    trades: bool = False
    anywhere: bool = False
    otherwise: str = ""


def _always(_: Situation) -> bool:
    return True


def _writable(now: Situation) -> bool:
    return not now.read_only


def _on_ladder(now: Situation) -> bool:
    return now.focus == "ladder"


def _in_ticket(now: Situation) -> bool:
    return now.focus == "ticket"


def _has_cursor(now: Situation) -> bool:
    return now.focus == "ladder" or now.focus in TABLES


ACTIONS: tuple[Action, ...] = (
    Action("confirm", ("enter",), "ENTER", "confirm", "Do what the bottom line asks",
           Group.TRADE, lambda now: now.armed, footer=1, trades=True),
    Action("dismiss", ("escape",), "ESC", "back", "Withdraw question; unzoom; seen",
           Group.MOVE, lambda now: now.armed or now.zoomed or now.alarm_waits, footer=2),
    Action("order.here", ("enter",), "ENTER", "limit", "Ladder: limit ticket at cursor",
           Group.TRADE, lambda now: _on_ladder(now) and _writable(now) and not now.armed, footer=5,
           trades=True),
    Action("ticket.buy", ("B",), "B", "buy", "Open a buy ticket", Group.TRADE, _writable, footer=3,
           trades=True, otherwise=READ_ONLY),
    Action("ticket.sell", ("S",), "S", "sell", "Open a sell ticket", Group.TRADE, _writable, footer=4,
           trades=True, otherwise=READ_ONLY),
    Action("cancel.cursor", ("C",), "C", "cancel", "Cancel the order at the cursor", Group.TRADE,
           lambda now: _writable(now) and now.order_at_cursor, footer=6, trades=True,
           otherwise="no order of yours at the cursor"),
    Action("cancel.all", ("X",), "X", "cancel all", "Cancel all; again: which ones",
           Group.TRADE, lambda now: _writable(now) and now.has_orders, footer=7, trades=True,
           otherwise="no open order to cancel"),
    Action("protect", ("P",), "P", "protect", "Stop and target of a position", Group.TRADE,
           lambda now: _writable(now) and now.has_positions, footer=8, trades=True,
           otherwise="no open position to protect"),
    Action("flatten", ("F",), "F", "flatten", "Cancel orders, close position", Group.TRADE,
           lambda now: _writable(now) and now.has_positions, footer=9, trades=True,
           otherwise="no open position to close"),
    Action("reverse", ("R",), "R", "reverse", "Turn the position round", Group.TRADE,
           lambda now: _writable(now) and now.has_positions, trades=True,
           otherwise="no open position to turn"),
    Action("leverage", ("L",), "L", "leverage", "Leverage, with what it does", Group.TRADE,
           _writable, trades=True, otherwise=READ_ONLY),
    Action("profile", ("W",), "W", "profile", "Whose limits: choose a profile", Group.TRADE,
           _writable, trades=True, otherwise=READ_ONLY),
    Action("unlock", ("exclamation_mark",), "!", "unlock", "Unlock LIVE, the day, a symbol",
           Group.TRADE, lambda now: now.locked, footer=3, trades=True, otherwise="nothing is locked"),
    Action("halt", ("H",), "H", "halt", "No new risk; again to resume", Group.TRADE,
           _always, footer=14, trades=True),
    Action("halt.now", ("f12",), "F12", "halt", "Halt from anywhere, any size", Group.TRADE,
           _always, trades=True, anywhere=True),
    Action("ticket.send", (), "ENTER", "send", "Arm; again within 3 s to send",
           Group.TICKET, _in_ticket, footer=1),
    Action("ticket.close", (), "ESC", "close", "Withdraw question, then close",
           Group.TICKET, _in_ticket, footer=2),
    Action("ticket.field", (), "TAB", "field", "Next field",
           Group.TICKET, _in_ticket, footer=3),
    Action("ticket.nudge", (), "↑ ↓", "a tick", "A price by a tick, in its field",
           Group.TICKET, _in_ticket, footer=4),
    Action("ticket.choose", (), "← →", "choose", "Next choice of type or reduce",
           Group.TICKET, _in_ticket, footer=5),
    Action("ticket.type", (), "lpmt", "type", "Limit, post, market, trigger",
           Group.TICKET, _in_ticket, footer=6),
    Action("ticket.reduce", (), "r", "reduce", "Only closes, or not", Group.TICKET, _in_ticket, footer=7),
    Action("cursor.up", ("up", "k"), "↑ k", "up", "Cursor up, held at its price",
           Group.MOVE, _has_cursor),
    Action("cursor.down", ("down", "j"), "↓ j", "down", "Cursor down", Group.MOVE, _has_cursor),
    Action("page.up", ("pageup",), "PgUp", "page up", "Ten rows up", Group.MOVE, _has_cursor),
    Action("page.down", ("pagedown",), "PgDn", "page down", "Ten rows down", Group.MOVE, _has_cursor),
    Action("focus.next", ("tab",), "TAB", "panel", "Next panel", Group.MOVE, _always, footer=15),
    Action("focus.previous", ("shift+tab",), "⇧TAB", "panel", "Previous panel", Group.MOVE, _always),
    Action("recentre", ("full_stop",), ".", "recentre", "Touch in the middle, no cursor", Group.LOOK,
           _on_ladder, footer=12),
    Action("group.coarser", ("plus", "equals_sign"), "+", "coarser", "More ticks a row, up to 100",
           Group.LOOK, _on_ladder, footer=13),
    Action("group.finer", ("minus",), "-", "finer", "Fewer ticks a row", Group.LOOK, _on_ladder, footer=13),
    Action("symbol", ("g",), "g", "market", "Choose a market", Group.LOOK, _always,
           footer=9),
    Action("timeframe", ("t",), "t", "timeframe", "Next candle length, 1m to 1D", Group.LOOK, _always,
           footer=16),
    Action("switch", ("o",), "o", "tables", "Next table in a shared place", Group.LOOK, _always,
           footer=10),
    Action("chart", ("c",), "c", "chart", "Ladder or chart in one place", Group.LOOK,
           lambda now: now.small, footer=9),
    Action("zoom", ("z",), "z", "zoom", "One panel alone; again for all", Group.LOOK, _always,
           footer=18),
    Action("copy", ("y",), "y", "copy", "Copy price at cursor, else last", Group.LOOK, _always),
    Action("privacy", ("p",), "p", "privacy", "Hide or show money", Group.LOOK, _always),
    Action("theme", ("v",), "v", "theme", "Dark, light, colour-blind", Group.LOOK, _always),
    Action("help", ("question_mark", "f1"), "?", "help", "This page", Group.SESSION, _always, footer=11),
    Action("quit", ("q",), "q", "quit", "Leave; says what stays behind", Group.SESSION, _always,
           footer=19),
    Action("quit.asked", ("ctrl+c", "ctrl+q"), "^C", "quit", "Leave, from anywhere",
           Group.SESSION, _always, anywhere=True),
)  # fmt: skip
"""Every command, in the order of the help screen's groups."""

BY_ID = {action.id: action for action in ACTIONS}
"""The same by id."""

FOOTER_KEYS = 8
"""More keys than this help nobody; the rest is behind `?`."""


def bindings() -> list[BindingType]:
    """Textual's bindings: one a key, each carrying its action's stable id."""
    return [
        Binding(
            key,
            f"do('{action.id}')",
            action.label,
            show=False,
            priority=action.anywhere,
            id=f"{action.id}:{key}",
        )
        for action in ACTIONS
        for key in action.keys
    ]


def footer_actions(now: Situation) -> list[Action]:
    """At most eight actions that work right now; help and quit always have a place outside the ticket."""
    working = [action for action in ACTIONS if action.footer and action.enabled(now)]
    if _in_ticket(now):
        return [action for action in working if action.group is Group.TICKET]
    fixed = [action for action in working if action.id in ("help", "quit")]
    others = sorted((action for action in working if action not in fixed), key=lambda action: action.footer)
    return [*others[: FOOTER_KEYS - len(fixed)], *fixed]
