"""What is wrong with a keymap: keys that never arrive, keys that trade by accident, keys that mean two
things."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import cast

from omega_tui.ui.actions import BY_ID, Action, Situation
from omega_tui.ui.keymaps.keymap import Keymap
from omega_tui.ui.keymaps.names import shown_key

_TAKEN = {
    "ctrl+s": "flow control stops the terminal with it",
    "ctrl+q": "flow control starts the terminal again with it",
    "ctrl+b": "tmux keeps it as its prefix",
    "ctrl+a": "screen keeps it as its prefix",
    "ctrl+m": "a terminal sends it as ENTER",
    "ctrl+j": "a terminal sends it as ENTER",
    "ctrl+i": "a terminal sends it as TAB",
    "ctrl+h": "a terminal sends it as BACKSPACE",
    "ctrl+left_square_bracket": "a terminal sends it as ESC",
    "tilde": "SSH takes it as its escape behind ENTER",
}
_LOST = re.compile(
    r"alt\+.|ctrl\+shift\+.|shift\+(?!tab$|f\d).|ctrl\+(?:enter|tab|space|backspace|escape|\d)$"
)
_TRADING = re.compile(r"[A-Z]|f\d+|ctrl\+[a-z]")
_HELD = frozenset({"space", "enter", "tab", "escape", "backspace"})
_PANELS = (
    *("ladder", "chart", "tape", "fibonacci", "account", "positions", "orders", "fills", "log", "history"),
    *("ticket", "command", ""),
)

FIXED = {"confirm": "ENTER", "dismiss": "ESC"}
"""Actions that stay where they are: every question on the screen names their keys."""

MUST_HAVE_A_KEY = ("halt.now", "palette")
"""Actions without which risk could not be stopped, or those without a key not be found."""


def key_fault(action: Action, key: str) -> str:
    """Why this key cannot serve this action, or nothing. What is shipped on it is known to work."""
    if key in BY_ID[action.id].keys:
        return ""
    if key in _TAKEN:
        return f'"{key}" cannot be used: {_TAKEN[key]}'
    if _LOST.match(key):
        return f'"{key}" cannot be used: tmux and plain terminals lose it or change it'
    if action.trades and not _deliberate(key):
        return f'"{shown_key(key)}" would trade by accident: use a capital, a sign or a function key'
    return ""


def _deliberate(key: str) -> bool:
    """Whether a key is pressed once and on purpose: neither lower case nor one that is held down."""
    if _TRADING.fullmatch(key):
        return True
    sign = len(shown_key(key)) == 1 and key.isascii() and not shown_key(key).isalnum()
    return sign and key not in _HELD and shown_key(key).isascii()


def clashes(keymap: Keymap) -> Iterator[tuple[Action, Action, str]]:
    """Pairs of actions that work at the same time on one key."""
    by_key: dict[str, list[Action]] = {}
    for action in keymap.actions:
        for key in action.keys:
            by_key.setdefault(key, []).append(action)
    for key, actions in by_key.items():
        for one, other in combinations(actions, 2):
            if work_together(one, other):
                yield one, other, key


def work_together(one: Action, other: Action) -> bool:
    """Whether there is a situation in which both work. Only what they ask about is tried, so that a table
    with many conditions costs no more than one with few."""
    return _both_work(one, other, {})


def _both_work(one: Action, other: Action, known: Mapping[str, object]) -> bool:
    now = cast(Situation, _Partly(known))
    try:
        return one.enabled(now) and other.enabled(now)
    except _NotKnown as asked:
        return any(_both_work(one, other, {**known, asked.name: value}) for value in _values(asked.name))


def _values(name: str) -> tuple[object, ...]:
    return _PANELS if name == "focus" else (False, True)


class _NotKnown(Exception):
    """A condition was asked about that has no value yet."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Partly:
    """A situation of which only some conditions are known."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def __getattr__(self, name: str) -> object:
        if name in self._known:
            return self._known[name]
        raise _NotKnown(name)
