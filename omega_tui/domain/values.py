"""Exact decimal values: from wire text to `Decimal`, back to text, and onto a step grid.

Every price, size and amount enters and leaves through here, so that no number changes on the way. The
module knows nothing of instruments: which step applies is the caller's business.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

_PLAIN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_MAX_DIGITS = 64
_WIDE = Context(prec=2 * _MAX_DIGITS)


class InvalidNumber(ValueError):
    """A text that is not a plain decimal number; the message says which and why."""


def parse_decimal(text: str, what: str = "number") -> Decimal:
    """The exact value of plain ASCII notation: an optional minus, digits, an optional point.

    `what` names the value in the error. Raises `InvalidNumber` for anything else: exponents, underscores,
    commas, spaces, a plus sign, NaN, infinity, digits of other scripts, more than 64 characters.
    """
    if not isinstance(text, str):
        raise InvalidNumber(f"{what}: expected text, got {type(text).__name__}")
    if len(text) > _MAX_DIGITS:
        raise InvalidNumber(f"{what}: {len(text)} characters are more than a number needs")
    if _PLAIN.fullmatch(text) is None:
        raise InvalidNumber(f"{what}: {_complaint(text)}")
    return Decimal(text)


def _complaint(text: str) -> str:
    if not text:
        return "empty"
    if not text.isascii():
        return f"{text!r} has characters that are not ASCII"
    if text != text.strip():
        return f"{text!r} has spaces around it"
    if "," in text:
        return f"{text!r} has a comma; write the decimal point as '.' and no separators"
    if re.fullmatch(r"[+-]?[0-9.]+[eE][+-]?[0-9]+", text):
        return f"{text!r} has an exponent; write all digits"
    return f"{text!r} is not a plain decimal number"


def decimal_text(value: Decimal) -> str:
    """`value` in plain notation: no exponent, no trailing zeros, never "-0".

    Raises `InvalidNumber` for NaN and infinity, which no wire carries.
    """
    if not value.is_finite():
        raise InvalidNumber(f"{value} has no plain notation")
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def floor_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The greatest multiple of `step` that is not above `value`."""
    return _to_step(value, step, ROUND_FLOOR)


def ceil_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `value`."""
    return _to_step(value, step, ROUND_CEILING)


def round_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The multiple of `step` nearest to `value`; a tie goes to the even multiple."""
    return _to_step(value, step, ROUND_HALF_EVEN)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether `value` lies on the grid of `step` exactly."""
    _require_step(step)
    return not _WIDE.remainder(value, step)


def _to_step(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    # The remainder is exact, so a quotient without an end (1/3) cannot push a multiple off its grid.
    _require_step(step)
    below = _WIDE.subtract(value, _floor_remainder(value, step))
    rest = _WIDE.subtract(value, below)
    if not rest or rounding == ROUND_FLOOR:
        return below
    above = _WIDE.add(below, step)
    if rounding == ROUND_CEILING:
        return above
    return _nearer(below, above, rest, step)


def _floor_remainder(value: Decimal, step: Decimal) -> Decimal:
    rest = _WIDE.remainder(value, step)
    return _WIDE.add(rest, step) if rest < 0 else rest


def _nearer(below: Decimal, above: Decimal, rest: Decimal, step: Decimal) -> Decimal:
    twice = _WIDE.add(rest, rest)
    if twice != step:
        return below if twice < step else above
    return below if _WIDE.remainder(below, _WIDE.add(step, step)) == 0 else above


def _require_step(step: Decimal) -> None:
    if not step.is_finite() or step <= 0:
        raise ValueError(f"a step must be positive, got {step}")
