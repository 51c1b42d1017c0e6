"""Names of keys: as a person writes them, as Textual calls them, as the screen shows them."""

import difflib

from textual.binding import Binding
from textual.keys import Keys, key_to_character

_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "ESC",
    "enter": "ENTER",
    "tab": "TAB",
    "shift+tab": "⇧TAB",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "HOME",
    "end": "END",
    "insert": "INS",
    "delete": "DEL",
    "backspace": "BKSP",
    "space": "SPACE",
}
_SPELLINGS = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    "del": "delete",
    "ins": "insert",
    " ": "space",
    ",": "comma",
}
SHOWN_WIDTH = 6
"""Cells that the help gives to a key."""

_MODIFIERS = ("ctrl", "shift", "alt")


def _normal(key: str) -> str:
    """A key as its events name it: `?` is `question_mark`."""
    (binding,) = Binding.make_bindings([Binding(_SPELLINGS.get(key, key), "do")])
    return binding.key


_SIGNS = frozenset(_normal(chr(code)) for code in range(0x20, 0x7F))
_NAMED = frozenset(key.value for key in Keys if "+" not in key.value and "<" not in key.value)
_KNOWN = _SIGNS | _NAMED


def read_key(text: str) -> str | None:
    """The name that a key's events carry, from `B`, `?`, `f5`, `ctrl+k`, `esc`; None for what is no key."""
    *modifiers, last = text.strip().split("+") if text.strip() not in ("", "+") else [text.strip()]
    # A comma in a longer name would be a list of keys to Textual, which raises for some.
    if not last or not set(modifiers) <= set(_MODIFIERS) or ("," in last and last != ","):
        return None
    if modifiers or len(last) > 1:
        last = last.lower()
    key = _normal(_SPELLINGS.get(last, last))
    return "+".join((*modifiers, key)) if key in _KNOWN else None


def near_key(text: str) -> str:
    """Words that offer the key that was probably meant, or nothing."""
    known = [*_NAMED, *(f"ctrl+{chr(code)}" for code in range(ord("a"), ord("z") + 1))]
    near = difflib.get_close_matches(text, known, 1)
    return f'; did you mean "{near[0]}"?' if near else ""


def written_key(key: str) -> str:
    """A key as a file writes it: the sign itself where it is one."""
    character = key_to_character(key)
    return character if character is not None and character.isprintable() and character != " " else key


def is_text(key: str) -> bool:
    """Whether a key types something, or edits it."""
    return len(written_key(key)) == 1 or key in _SHOWN


def shown_key(key: str) -> str:
    """A key as the footer and the help show it."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("ctrl+") and len(key) == len("ctrl+") + 1:
        return f"^{key[-1].upper()}"
    written = written_key(key)
    return written if len(written) == 1 else written.upper() if written[:1] == "f" else written


def shown_keys(keys: tuple[str, ...]) -> str:
    """An action's keys in the footer and the help: the first, and the second where there is room."""
    words = [shown_key(key) for key in keys[:2]]
    both = " ".join(words)
    return both if len(both) <= SHOWN_WIDTH else words[0]
