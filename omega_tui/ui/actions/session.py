"""Keys about the session itself."""

from omega_tui.ui.actions.table import Action, Group, always

ACTIONS: tuple[Action, ...] = (
    Action("help", ("question_mark", "f1"), "?", "help", "Help: the panel's keys first", Group.SESSION,
           always, footer=11),
    Action("palette", ("ctrl+p",), "^P", "actions", "Find an action by its words", Group.SESSION, always,
           footer=20),
    Action("suspend", ("ctrl+z",), "^Z", "shell", "To the shell; fg comes back", Group.SESSION, always),
    Action("quit", ("q",), "q", "quit", "Leave; says what stays behind", Group.SESSION, always,
           footer=19),
    Action("quit.asked", ("ctrl+c", "ctrl+q"), "^C", "quit", "Leave, from anywhere",
           Group.SESSION, always, anywhere=True),
)  # fmt: skip
