"""Numbers as scripts write them, made exact at the border. What could be misread is refused.

A float means what it prints as (0.1 is a tenth), a text is plain ASCII notation, a Decimal is itself.
"""

from decimal import Decimal

from omega_tui.domain.values import InvalidNumber, parse_decimal
from omega_tui.trader.errors import InvalidInput

Number = Decimal | int | float | str
"""What may be given where a number is wanted."""

_MOST_DIGITS = 40
_LARGEST = 24
_SMALLEST = -24
_ZERO = Decimal(0)


def read_number(value: object, field: str) -> Decimal:
    """The exact positive value of `value`. Raises InvalidInput naming `field`."""
    number = read_number_or_zero(value, field)
    if not number:
        raise InvalidInput(field, "zero", "it must be above zero")
    return number


def read_number_or_zero(value: object, field: str) -> Decimal:
    """The exact value of `value`, which may be zero. Raises InvalidInput naming `field`."""
    number = _exact(value, field)
    if not number.is_finite():
        raise InvalidInput(field, f"{number} is no amount", "give a finite number")
    if number.is_signed():
        raise InvalidInput(field, f"{number} has a minus sign", "direction is the side's business")
    if number and not _SMALLEST <= number.adjusted() <= _LARGEST:
        raise InvalidInput(field, "no price or size is of that magnitude", "write it in ordinary units")
    if len(number.as_tuple().digits) > _MOST_DIGITS:
        raise InvalidInput(field, "it has more digits than any price or size", "round it first")
    return number


def read_optional(value: object, field: str) -> Decimal | None:
    """As `read_number`; None stays None."""
    return None if value is None else read_number(value, field)


def read_optional_or_zero(value: object, field: str) -> Decimal | None:
    """As `read_number_or_zero`; None stays None."""
    return None if value is None else read_number_or_zero(value, field)


def read_share(value: object, field: str) -> Decimal:
    """A share above 0 and at most 1: a number, or a text in percent such as "40%"."""
    if isinstance(value, str) and value.endswith("%"):
        share = read_number(value[:-1], field) / 100
    else:
        share = read_number(value, field)
    if share > 1:
        raise InvalidInput(field, f"{share} is more than everything", 'write a half as 0.5 or "50%"')
    return share


def read_whole(value: object, field: str) -> int:
    """A whole number above zero, also as text ("20")."""
    number = read_number(value, field)
    if number != number.to_integral_value():
        raise InvalidInput(field, f"{number} is no whole number", "write it without decimals")
    return int(number)


def _exact(value: object, field: str) -> Decimal:
    if isinstance(value, bool):
        raise InvalidInput(field, f"{value} is no number", "give a number")
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        # Beyond this many digits Python refuses to write an int at all.
        return Decimal(value) if value.bit_length() < 1000 else Decimal("Infinity")
    if isinstance(value, float):
        # The shortest text that reads back as this float: what its author wrote.
        return Decimal(float.__repr__(value))
    if not isinstance(value, str):
        raise InvalidInput(field, f"a {type(value).__name__} is no number", "give a number or its text")
    try:
        number = parse_decimal(value, field)
    except InvalidNumber as error:
        problem = str(error).removeprefix(f"{field}: ")
        raise InvalidInput(field, problem, "write ASCII digits with a point, such as 0.01") from None
    return number if number or not value.startswith("-") else -_ZERO
