"""What a command of the cockpit is, and what decides whether it works right now."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

TABLES = frozenset({"positions", "orders", "history"})
"""Panels with rows that a cursor can stand on, beside the ladder."""

READ_ONLY = "this session is read-only: it looks and never trades"
"""What a trading key answers in a read-only session."""


class Group(Enum):
    """Sections of the help screen."""

    TRADE = "Trade"
    LADDER = "On the ladder"
    CHART = "On the chart"
    TICKET = "In the ticket"
    COMMAND = "In the command line"
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
    line_waits: bool = False
    touring: bool = False


_Predicate = Callable[[Situation], bool]


@dataclass(frozen=True, slots=True)
class Action:
    """One command: `id` is stable for keymaps, `keys` are Textual's names, `footer` ranks it (0: not there).

    Without keys it is a key of the panel it belongs to, listed here so that help and footer know it; without
    `help` it stands in the line of another one.
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


_ELSEWHERE = {
    Group.LADDER: "only on the ladder: TAB gets there",
    Group.CHART: "only on the chart: TAB gets there",
    Group.TICKET: "a key of the open ticket",
    Group.COMMAND: "a key of the open command line",
}


def why_not(action: Action, now: Situation) -> str:
    """Why an action cannot be done by its name right now; empty when it can."""
    if not action.keys and action.shown:
        return _ELSEWHERE.get(action.group, "a key of its panel")
    if action.enabled(now):
        return ""
    if now.read_only and action.trades:
        return READ_ONLY
    return action.otherwise or _ELSEWHERE.get(action.group, "there is nothing for it to do now")


def always(_: Situation) -> bool:
    """Works at any time."""
    return True


def writable(now: Situation) -> bool:
    """Works unless the session only looks."""
    return not now.read_only


def on_ladder(now: Situation) -> bool:
    """Works while the ladder has the keys."""
    return now.focus == "ladder"


def on_chart(now: Situation) -> bool:
    """Works while the chart has the keys."""
    return now.focus == "chart"


def digits_free(now: Situation) -> bool:
    """Works where a digit is neither a size nor typed."""
    return now.focus not in ("ladder", "ticket", "command")


def in_ticket(now: Situation) -> bool:
    """Works while the ticket has the keys."""
    return now.focus == "ticket"


def in_command(now: Situation) -> bool:
    """Works while the command line has the keys."""
    return now.focus == "command"


def has_something_to_leave(now: Situation) -> bool:
    """Works while something stands that can be stepped back from."""
    return now.armed or now.zoomed or now.alarm_waits or now.line_waits or now.touring


def has_cursor(now: Situation) -> bool:
    """Works where a cursor stands on rows."""
    return now.focus == "ladder" or now.focus in TABLES
