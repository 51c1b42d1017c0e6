"""Candles drawn with box characters at half-cell resolution: prices to a grid of cells, nothing else.

A cell has an upper and a lower half; each half is empty, wick or body, and one character exists for every
pair, so a candle's body and wick edges are exact to half a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from omega_tui.domain.market import Candle

_EMPTY, _WICK, _BODY = 0, 1, 2
_GLYPHS = {
    (_EMPTY, _EMPTY): " ",
    (_EMPTY, _WICK): "╷",
    (_WICK, _EMPTY): "╵",
    (_WICK, _WICK): "│",
    (_EMPTY, _BODY): "╻",
    (_BODY, _EMPTY): "╹",
    (_BODY, _BODY): "┃",
    (_WICK, _BODY): "╽",
    (_BODY, _WICK): "╿",
}
_EIGHTHS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class PriceScale:
    """Maps prices onto `rows` rows, the highest price at the top edge."""

    low: float
    high: float
    rows: int

    def half(self, price: float) -> int:
        """The half-cell of a price, 0 at the top, `2 * rows - 1` at the bottom; clipped at both ends."""
        share = (self.high - price) / (self.high - self.low)
        return min(max(int(share * 2 * self.rows), 0), 2 * self.rows - 1)

    def row(self, price: float) -> int | None:
        """The row of a price, or None outside the scale."""
        if not self.low <= price <= self.high:
            return None
        return self.half(price) // 2

    def price(self, row: float) -> float:
        """The price in the middle of a row."""
        return self.high - (row + 0.5) / self.rows * (self.high - self.low)


def scale_for(candles: Sequence[Candle], rows: int) -> PriceScale:
    """A scale that holds every candle with a little air; flat markets get a scale of a thousandth."""
    low, high = min(candle.low for candle in candles), max(candle.high for candle in candles)
    air = (high - low) * 0.04 or abs(high) * 0.001 or 1.0
    return PriceScale(low - air, high + air, rows)


def candle_column(candle: Candle, scale: PriceScale) -> str:
    """One candle as a column of `scale.rows` characters, top first."""
    top, bottom = scale.half(candle.high), scale.half(candle.low)
    body_top = scale.half(max(candle.open, candle.close))
    body_bottom = scale.half(min(candle.open, candle.close))

    def part(half: int) -> int:
        if body_top <= half <= body_bottom:
            return _BODY
        return _WICK if top <= half <= bottom else _EMPTY

    return "".join(_GLYPHS[part(2 * row), part(2 * row + 1)] for row in range(scale.rows))


def volume_column(share: float, rows: int) -> str:
    """A volume bar over `rows` rows, top first; `share` is of the largest volume shown."""
    eighths = round(min(max(share, 0.0), 1.0) * rows * 8)
    return "".join(_EIGHTHS[min(max(eighths - 8 * (rows - 1 - row), 0), 8)] for row in range(rows))
