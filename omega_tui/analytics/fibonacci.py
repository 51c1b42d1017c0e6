"""Fibonacci levels of a swing: retracements inside it, extensions beyond it. Exact Decimal, pure.

How a swing is found is `swings`' business; what sits at a level is the engine's.
"""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.analytics.swings import Direction, Swing
from omega_tui.domain.orders import HoldSide

RATIOS = tuple(map(Decimal, ("0", "0.236", "0.382", "0.5", "0.618", "0.786", "1", "1.618", "2.618", "4.236")))
"""The levels that panel and chart show; up to 1 they retrace the swing, above 1 they extend it."""

RETRACEMENTS = tuple(ratio for ratio in RATIOS if ratio <= 1)
"""The levels inside a swing: what entries and exits are measured by."""

_PIVOT_RATIOS = (Decimal("0.382"), Decimal("0.618"), Decimal(1))

ASSUMED_REACH = Decimal("0.1")
"""The share of its entry price that a position's levels span where there is no swing."""


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


def position_levels(entry: Decimal, hold_side: HoldSide, swing: Swing | None) -> tuple[FibonacciLevel, ...]:
    """Levels of a position, hung on its entry price and as wide as the swing, or a tenth of the entry.

    Up to 1 they are where price can fall back to, above 1 they are targets; a price that is not positive is
    left out.
    """
    reach = exact_price(swing.high) - exact_price(swing.low) if swing is not None else entry * ASSUMED_REACH
    forward = reach if hold_side is HoldSide.LONG else -reach
    levels = (
        FibonacciLevel(ratio, entry - forward * ratio if ratio <= 1 else entry + forward * (ratio - 1))
        for ratio in RATIOS
    )
    return tuple(level for level in levels if level.price > 0)


@dataclass(frozen=True, slots=True)
class PivotPoints:
    """What a window's high, low and close suggest for the next one: a middle, and three levels either way."""

    middle: Decimal
    supports: tuple[Decimal, Decimal, Decimal]
    resistances: tuple[Decimal, Decimal, Decimal]


def pivot_points(high: Decimal, low: Decimal, close: Decimal) -> PivotPoints:
    """Fibonacci pivot points of a window: the mean of the three, and 0.382, 0.618 and 1 of its range away."""
    middle = (high + low + close) / 3
    first, second, third = (ratio * (high - low) for ratio in _PIVOT_RATIOS)
    return PivotPoints(
        middle,
        (middle - first, middle - second, middle - third),
        (middle + first, middle + second, middle + third),
    )


def exact_price(price: float) -> Decimal:
    """The decimal that a candle's float was read from: its shortest text that reads back the same."""
    return Decimal(repr(price))
