"""Keys that move a cursor or the focus, and the one that steps back."""

from omega_tui.ui.actions.table import Action, Group, always, has_cursor, has_something_to_leave

ACTIONS: tuple[Action, ...] = (
    Action("dismiss", ("escape",), "ESC", "back", "Withdraw question; unzoom; seen",
           Group.MOVE, has_something_to_leave, footer=2),
    Action("cursor.up", ("up", "k"), "↑ k", "up", "Cursor up, held at its price",
           Group.MOVE, has_cursor),
    Action("cursor.down", ("down", "j"), "↓ j", "down", "Cursor down", Group.MOVE, has_cursor),
    Action("page.up", ("pageup",), "PgUp", "page up", "Ten rows up", Group.MOVE, has_cursor),
    Action("page.down", ("pagedown",), "PgDn", "page down", "Ten rows down", Group.MOVE, has_cursor),
    Action("focus.next", ("tab",), "TAB", "panel", "Next panel", Group.MOVE, always, footer=15),
    Action("focus.previous", ("shift+tab",), "⇧TAB", "panel", "Previous panel", Group.MOVE, always),
)  # fmt: skip
