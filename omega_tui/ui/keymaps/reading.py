"""Reads a keymap file: TOML, `base` and a table `[keys]` of action ids.

    base = "vim"
    [keys]
    "ticket.buy" = ["B", "f6"]
    "theme" = ""

A key or a list of keys replaces those of the keymap it is based on; an empty one leaves the action without.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from omega_tui.domain.text import safe_text
from omega_tui.ui.actions import BY_ID, Action
from omega_tui.ui.keymaps.faults import FIXED, MUST_HAVE_A_KEY, clashes, key_fault
from omega_tui.ui.keymaps.keymap import ARROWS, SHIPPED, Keymap
from omega_tui.ui.keymaps.names import near_key, read_key, shown_key

_KEYS = "keys"
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Read:
    """What a file came to: `keymap` is the one it is `base`d on when there are `faults`."""

    base: Keymap
    keymap: Keymap
    faults: tuple[str, ...] = ()


def read_keymap(text: str, place: str, name: str) -> Read:
    """The keymap that `text` describes; `place` is what faults begin with, `name` what it is called."""
    try:
        tree = tomllib.loads(text)
    except ValueError as error:
        hint = "; write the ids in quotes" if "overwrite" in str(error) or "twice" in str(error) else ""
        return Read(ARROWS, ARROWS, (f"{place}: {safe_text(str(error), 200)}{hint}",))
    return _Reader(text, place).read(tree, name)


class _Reader:
    """Collects the faults of one file."""

    def __init__(self, text: str, place: str) -> None:
        self._lines = text.splitlines()
        self._place = place
        self._faults: list[str] = []

    def read(self, tree: Mapping[str, object], name: str) -> Read:
        """The whole file."""
        base = self._base(tree.get("base", ARROWS.name))
        for word in tree:
            if word not in ("base", _KEYS):
                self._fault(word, f'"{_short(word)}" does not belong here: ids stand under [keys]')
        table = tree.get(_KEYS, {})
        keys = dict(self._keys(table if isinstance(table, dict) else {}))
        keymap = base.changed(name, keys)
        if not self._faults:
            self._judge(keymap)
        faults = tuple(self._faults)
        return Read(base, base if faults else keymap, faults)

    def _base(self, written: object) -> Keymap:
        keymap = SHIPPED.get(written) if isinstance(written, str) else None
        if keymap is None:
            self._fault("base", f'base is one of {", ".join(SHIPPED)}, not "{_short(written)}"')
        return keymap or ARROWS

    def _keys(self, table: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for action_id, written in _flat(table):
            action = BY_ID.get(action_id)
            if action is None:
                near = difflib.get_close_matches(action_id, BY_ID, 1)
                advice = f'; did you mean "{near[0]}"?' if near else ""
                self._fault(action_id, f'"{_short(action_id)}" is no action{advice}')
            elif not action.keys and action.shown:
                self._fault(action_id, f"{action_id} is a key of its panel and stays where it is")
            else:
                keys = tuple(self._read(action, written))
                if action_id in FIXED and keys != action.keys:
                    words = f"{action_id} stays on {FIXED[action_id]}: questions on the screen say so"
                    self._fault(action_id, words)
                yield action_id, keys

    def _read(self, action: Action, written: object) -> Iterator[str]:
        words = written if isinstance(written, list) else [written] if written != "" else []
        for word in words:
            key = read_key(word) if isinstance(word, str) else None
            if key is None:
                advice = near_key(word) if isinstance(word, str) else ""
                self._fault(action.id, f'{action.id}: "{_short(word)}" is no key{advice}')
                continue
            if fault := key_fault(action, key):
                self._fault(action.id, f"{action.id}: {fault}")
            yield key

    def _judge(self, keymap: Keymap) -> None:
        for action in keymap.actions:
            if action.id in MUST_HAVE_A_KEY and not action.keys:
                self._fault(action.id, f"{action.id} must have a key")
        for one, other, key in clashes(keymap):
            last = max((one, other), key=lambda action: self._line(action.id))
            words = f'"{shown_key(key)}" would do two things at once: {one.id} and {other.id}'
            self._fault(last.id, words)

    def _fault(self, word: str, words: str) -> None:
        line = self._line(word)
        self._faults.append(f"{self._place}, line {line}: {words}" if line else f"{self._place}: {words}")

    def _line(self, word: str) -> int:
        """The line where a name is given its value, 0 when it is not in the file."""
        name = re.compile(rf"""\s*["']?{re.escape(word)}["']?\s*=|\s*\[\s*["']?{re.escape(word)}["']?\s*\]""")
        return next((number for number, line in enumerate(self._lines, 1) if name.match(line)), 0)


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Ids with their values; `ticket.buy` without quotes is a table to TOML, and meant all the same."""
    for word, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{word}.")
        else:
            yield before + word, value


def _short(word: object) -> str:
    return safe_text(str(word), _LONGEST_WORD)
