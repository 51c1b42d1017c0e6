"""Keys about the session itself."""

from omega_tui.ui.actions.table import Action, Group, always

ACTIONS: tuple[Action, ...] = (
    Action("help", ("question_mark", "f1"), "?", "help", "This page", Group.SESSION, always, footer=11),
    Action("quit", ("q",), "q", "quit", "Leave; says what stays behind", Group.SESSION, always,
           footer=19),
    Action("quit.asked", ("ctrl+c", "ctrl+q"), "^C", "quit", "Leave, from anywhere",
           Group.SESSION, always, anywhere=True),
)  # fmt: skip
