"""Keys of the command line: its panel reads them, help and footer list them."""

from omega_tui.ui.actions.table import Action, Group, always, in_command

ACTIONS: tuple[Action, ...] = (
    Action("command", ("colon", "slash"), ":", "command", "Type a command", Group.LOOK, always, footer=8),
    Action("command.send", (), "ENTER", "do it", "Asks by risk; again to send", Group.COMMAND, in_command,
           footer=1),
    Action("command.close", (), "ESC", "close", "Back; once more closes", Group.COMMAND, in_command,
           footer=2),
    Action("command.complete", (), "TAB", "complete", "What could stand here", Group.COMMAND, in_command,
           footer=3),
    Action("command.recall", (), "↑ ↓", "history", "Earlier lines with this text", Group.COMMAND, in_command,
           footer=4),
    Action("command.edit", (), "^U ^K", "edit", "Cut to start, to end", Group.COMMAND, in_command),
)  # fmt: skip
