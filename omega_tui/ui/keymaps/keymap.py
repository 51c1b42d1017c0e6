"""A keymap: the table of actions with other keys, and the two that are shipped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from omega_tui.ui.actions import ACTIONS, Action
from omega_tui.ui.keymaps.names import is_text, shown_keys

Keys = Mapping[str, tuple[str, ...]]
"""Keys by the id of an action."""


_REACHING = ("help", "palette")


@dataclass(frozen=True, slots=True)
class Keymap:
    """`name` is what the trader calls it, `actions` every action with its keys here."""

    name: str
    actions: tuple[Action, ...] = ACTIONS

    def shown(self, action_id: str) -> str:
        """The key of an action as the screen names it; without one, the way to it."""
        action = next(action for action in self.actions if action.id == action_id)
        return action.shown or f"{self.shown('palette')} {action.label}"

    @property
    def passed_on(self) -> frozenset[str]:
        """Keys that reach the cockpit even while a panel takes text: help, palette, and what works
        anywhere."""
        reaching = [action for action in self.actions if action.id in _REACHING or action.anywhere]
        return frozenset(key for action in reaching for key in action.keys if not is_text(key))

    def changed(self, name: str, keys: Keys) -> "Keymap":
        """The same under another name, with these actions on other keys."""
        return Keymap(name, tuple(_moved(action, keys.get(action.id)) for action in self.actions))


def _moved(action: Action, keys: tuple[str, ...] | None) -> Action:
    if keys is None or keys == action.keys:
        return action
    return replace(action, keys=keys, shown=shown_keys(keys))


ARROWS = Keymap("arrows")
"""The table as it stands: arrows and j k move, letters look, capitals trade."""

VIM = ARROWS.changed(
    "vim",
    {
        "page.up": ("pageup", "ctrl+u"),
        "page.down": ("pagedown", "ctrl+d"),
        "symbol": ("g", "slash"),
        "command": ("colon",),
        "focus.next": ("tab", "ctrl+w"),
    },
)
"""The habits of vi on top: half a page on ctrl+d and ctrl+u, the next window on ctrl+w, `/` searches."""

SHIPPED = {keymap.name: keymap for keymap in (ARROWS, VIM)}
"""By name; the first is what a file is based on that names none."""
