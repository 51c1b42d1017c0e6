"""Which characters a terminal can show, and what stands for ours where it knows no more than ASCII.

Every stand-in takes one cell, so that no column moves. A sign whose only meaning is its shape has a letter of
the same meaning: up is `^`, a filled bar is `#`.
"""

from collections.abc import Mapping

from rich.cells import get_character_cell_size

_STAND_INS = str.maketrans(
    {
        **dict.fromkeys("█▉▊▋▌▇▆▅", "#"),
        **dict.fromkeys("▍▎▏", "|"),
        **dict.fromkeys("▄▃▂▁", "_"),
        **dict.fromkeys("│┃╿╽╻╹╷╵┤├┊", "|"),
        **dict.fromkeys("─━┄┈—–", "-"),
        **dict.fromkeys("▲↑⇧", "^"),
        **dict.fromkeys("▼↓", "v"),
        **dict.fromkeys("▸→›»", ">"),
        **dict.fromkeys("◂←‹«", "<"),
        **dict.fromkeys("•●◆★", "*"),
        **dict.fromkeys("○◇", "o"),
        **dict.fromkeys("·…░", "."),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("‘’", "'"),
        "×": "x",
        "✓": "y",
        "✗": "x",
        "φ": "f",
        "Δ": "d",
        "Σ": "S",
        "±": "~",
        "≈": "~",
        "≤": "<",
        "≥": ">",
        "≠": "!",
        "°": "o",
        "␛": "?",
    }
)

_POOR_TERMINALS = frozenset({"linux", "vt100", "vt102", "vt220", "ansi", "cons25", "dumb"})

_COERCED = frozenset({"C.UTF-8", "C.utf8", "UTF-8"})
"""What Python itself writes into LC_CTYPE where the locale is missing or plain (PEP 538): no word of who set
up the terminal."""


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Whether this terminal shows more than ASCII, by its locale and its name.

    A locale that names another character set counts; one that is not set at all says nothing, and terminals
    without UTF-8 are rare. The console of Linux reads UTF-8 and has no letters for our bars.
    """
    if environment.get("TERM", "").partition("-")[0] in _POOR_TERMINALS:
        return False
    names = [environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    locale = next((name for name in names if name and name not in _COERCED), "")
    return not locale or "utf8" in locale.lower().replace("-", "")


def as_ascii(text: str) -> str:
    """`text` in ASCII, as many cells wide as before; what has no stand-in becomes `?`."""
    if text.isascii():
        return text
    text = text.translate(_STAND_INS)
    return text if text.isascii() else "".join(map(_replaced, text))


def _replaced(character: str) -> str:
    return character if character.isascii() else "?" * get_character_cell_size(character)
