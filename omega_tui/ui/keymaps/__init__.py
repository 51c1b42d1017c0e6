"""Which keys do what: the shipped keymaps, and files that change them by the actions' stable ids.

A keymap never stops the cockpit. One with faults is put aside as a whole for the keymap it is based on, and
every fault is told in words with its file and line.
"""

from omega_tui.ui.keymaps.choosing import Chosen, choose, read_file
from omega_tui.ui.keymaps.keymap import ARROWS, SHIPPED, VIM, Keymap
from omega_tui.ui.keymaps.table import as_toml

__all__ = ["ARROWS", "SHIPPED", "VIM", "Chosen", "Keymap", "as_toml", "choose", "read_file"]
