"""A keymap as text that is both a table to read and a file to start from."""

import json

from omega_tui.ui.actions import Action, Group
from omega_tui.ui.keymaps.keymap import ARROWS, Keymap
from omega_tui.ui.keymaps.names import written_key


def as_toml(keymap: Keymap) -> str:
    """Every action with its keys and what it does, by group; keys of a panel's own stand in comments."""
    lines = [f"# Keymap {keymap.name}. A line that is left out keeps the keys of the base.", ""]
    lines += [f'base = "{ARROWS.name}"', "", "[keys]"]
    rows = {action.id: _row(action) for action in keymap.actions}
    width = max(map(len, rows.values()))
    for group in Group:
        lines += ["", f"# {group.value}"]
        for action in keymap.actions:
            if action.group is group:
                trades = " (trades)" if action.trades else ""
                lines.append(f"{rows[action.id]:{width}}  # {action.help or action.label}{trades}")
    return "\n".join(lines) + "\n"


def _row(action: Action) -> str:
    if not action.keys and action.shown:
        return f"# {action.id}: {action.shown}"
    keys = ", ".join(json.dumps(written_key(key)) for key in action.keys)
    return f'"{action.id}" = [{keys}]'
