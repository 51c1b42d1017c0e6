"""How numbers and times read on the screen: fixed decimals, thousands separators, no exponent.

Unknown is `—`, never 0. These texts are for eyes; nothing here is ever sent or parsed back.
"""

from decimal import Decimal

NOTHING = "—"


def number(value: Decimal | float | None, places: int, *, signed: bool = False) -> str:
    """`value` with `places` decimals and thousands separators; a signed zero has no sign."""
    if value is None:
        return NOTHING
    text = f"{value:{'+' if signed else ''},.{places}f}"
    return text if _has_digit(text) else text.lstrip("+-")


def grouped(text: str) -> str:
    """A price or size that is text already, with thousands separators; anything else stays as it is."""
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdecimal() and whole.isascii() else text


def percent(value: Decimal | float | None, places: int = 2, *, signed: bool = True) -> str:
    """`value`, already in percent, with its sign and the percent mark."""
    return NOTHING if value is None else f"{number(value, places, signed=signed)}%"


def rate(fraction: Decimal | None, places: int = 4) -> str:
    """A fraction such as a funding rate, in percent."""
    return NOTHING if fraction is None else percent(fraction * 100, places)


def short_size(size: float, places: int, width: int) -> str:
    """A size in at most `width` characters: fewer decimals first, then K, M, B."""
    for decimals in range(places, -1, -1):
        text = f"{size:,.{decimals}f}"
        if len(text) <= width:
            return text
    for divisor, letter in ((1e3, "K"), (1e6, "M"), (1e9, "B"), (1e12, "T")):
        for decimals in (2, 1, 0):
            text = f"{size / divisor:,.{decimals}f}{letter}"
            if len(text) <= width:
                return text
    return "#" * width


def duration(seconds: float | None) -> str:
    """An age or a wait in its two largest units: `4s`, `2m05s`, `3h12m`, `2d04h`."""
    if seconds is None:
        return NOTHING
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def clock_time(milliseconds: int) -> str:
    """Time of day in UTC, `HH:MM:SS`."""
    seconds = milliseconds // 1000 % 86400
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def milliseconds(value: int | None) -> str:
    """A latency, `84ms` or `1.2s`."""
    if value is None:
        return NOTHING
    return f"{value}ms" if value < 1000 else f"{value / 1000:.1f}s"


def direction_arrow(direction: int) -> str:
    """The arrow of a price that rose, fell or stayed."""
    return "▲" if direction > 0 else "▼" if direction < 0 else "·"


def direction_token(direction: float | Decimal | None) -> str:
    """The colour of a figure that is good above zero and bad below it."""
    if direction is None or direction == 0:
        return "ink"
    return "up" if direction > 0 else "down"


def _has_digit(text: str) -> bool:
    return any(character in "123456789" for character in text)
