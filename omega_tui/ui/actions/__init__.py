"""The one table of commands. Key bindings, footer, help, palette and keymap derive from it.

A key that is not here does nothing. Lower case looks, upper case trades. No key here is one that tmux, flow
control or SSH keeps for itself. One module a subject, in the order of the help screen.
"""

from collections.abc import Sequence

from textual.binding import Binding, BindingType

from omega_tui.ui.actions import chart, command, ladder, looking, moving, session, ticket, trading
from omega_tui.ui.actions.table import READ_ONLY, TABLES, Action, Group, Situation, why_not

__all__ = [
    "ACTIONS",
    "BY_ID",
    "FOOTER_KEYS",
    "READ_ONLY",
    "TABLES",
    "Action",
    "Group",
    "Situation",
    "bindings",
    "footer_actions",
    "why_not",
]

ACTIONS: tuple[Action, ...] = (
    *trading.ACTIONS,
    *ladder.ACTIONS,
    *chart.ACTIONS,
    *ticket.ACTIONS,
    *command.ACTIONS,
    *moving.ACTIONS,
    *looking.ACTIONS,
    *session.ACTIONS,
)
"""Every command. Of two on one key the one that works now is meant."""

BY_ID = {action.id: action for action in ACTIONS}
"""The same by id."""

FOOTER_KEYS = 8
"""More keys than this help nobody; the rest is behind `?`."""


_OWN_KEYS = {"ticket": Group.TICKET, "command": Group.COMMAND}
"""Panels that take every key, and where those keys stand."""


def bindings(actions: Sequence[Action] = ACTIONS) -> list[BindingType]:
    """Textual's bindings: one a key, each carrying its action's stable id. `actions` is the table under a
    keymap."""
    return [
        Binding(
            key,
            f"do('{action.id}')",
            action.label,
            show=False,
            priority=action.anywhere,
            id=f"{action.id}:{key}",
        )
        for action in actions
        for key in action.keys
    ]


def footer_actions(now: Situation, actions: Sequence[Action] = ACTIONS) -> list[Action]:
    """At most eight actions that work right now; help and quit always have a place outside the ticket."""
    working = [action for action in actions if action.footer and action.shown and action.enabled(now)]
    if now.focus in _OWN_KEYS:
        return [action for action in working if action.group is _OWN_KEYS[now.focus]]
    fixed = [action for action in working if action.id in ("help", "quit")]
    others = sorted((action for action in working if action not in fixed), key=lambda action: action.footer)
    return [*others[: FOOTER_KEYS - len(fixed)], *fixed]
