"""The one place where exact values become floats: for drawing, never for money."""

from decimal import Decimal


def to_float(value: Decimal | str) -> float:
    """The float nearest to `value`; only a picture may use it."""
    return float(value)


def nearest_tick(price: Decimal, tick: Decimal) -> int:
    """The whole number of ticks nearest to `price`."""
    return round(price / tick)
