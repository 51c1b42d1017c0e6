"""Fibonacci levels of a swing: retracements inside it, extensions beyond it. Exact Decimal, pure.

How a swing is found is `swings`' business; what sits at a level is the engine's.
"""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.analytics.swings import Direction, Swing

RATIOS = tuple(map(Decimal, ("0", "0.236", "0.382", "0.5", "0.618", "0.786", "1", "1.618", "2.618", "4.236")))
"""The levels that panel and chart show; up to 1 they retrace the swing, above 1 they extend it."""


@dataclass(frozen=True, slots=True)
class FibonacciLevel:
    """One ratio of a swing and the price it stands for."""

    ratio: Decimal
    price: Decimal


def level_price(low: Decimal, high: Decimal, direction: Direction, ratio: Decimal) -> Decimal:
    """The price of `ratio` in the swing from `low` to `high`.

    Up to 1: high - range x ratio in an up swing, low + range x ratio in a down swing. Above 1: low + range x
    ratio in an up swing, high - range x ratio in a down swing. Raises ValueError unless low < high.
    """
    if low >= high:
        raise ValueError(f"a swing needs a low below its high, got {low} and {high}")
    reach = (high - low) * ratio
    rising = (direction is Direction.UP) == (ratio > 1)
    return low + reach if rising else high - reach


def swing_levels(swing: Swing, ratios: tuple[Decimal, ...] = RATIOS) -> tuple[FibonacciLevel, ...]:
    """Every level of `swing`; one whose price is not positive is left out, for nothing trades there."""
    low, high = exact_price(swing.low), exact_price(swing.high)
    levels = (FibonacciLevel(ratio, level_price(low, high, swing.direction, ratio)) for ratio in ratios)
    return tuple(level for level in levels if level.price > 0)


def exact_price(price: float) -> Decimal:
    """The decimal that a candle's float was read from: its shortest text that reads back the same."""
    return Decimal(repr(price))
