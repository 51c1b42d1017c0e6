"""Making foreign text harmless before anything shows or stores it.

A terminal obeys control characters wherever they come from, so every text that an exchange sent passes
through here once, where it enters. Markup and cell widths are the drawing code's business.
"""

import re
import unicodedata

_ELLIPSIS = "…"
_UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
_CONTROL_PICTURES = 0x2400
_DELETE, _DELETE_PICTURE = 0x7F, "\N{SYMBOL FOR DELETE}"

# Unicode's default-ignorable letters and marks: drawn as nothing although they count as printable.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def safe_text(text: str, limit: int = 200) -> str:
    """`text` on one line, in visible characters only, at most `limit` characters long.

    C0 controls become their control pictures (an escape is shown as `␛`); C1 controls, direction and
    zero-width marks, lone surrogates and unassigned code points become `�`; exotic spaces become a space.
    A text cut at `limit` ends in `…`.
    """
    if len(text) > limit:
        text = text[: max(0, limit - 1)] + _ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return _DELETE_PICTURE
    if character.isprintable():
        return _UNSHOWABLE if _INVISIBLE.match(character) else character
    return " " if unicodedata.category(character) == "Zs" else _UNSHOWABLE
