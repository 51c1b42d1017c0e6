"""Candles as whole numbers of ticks and lots, and how they fold into longer ones.

Whole numbers make every granularity agree exactly with the minutes below it. What a tick is worth and where
bars come from is not known here; `BarTexts` turns them into rows once somebody asks.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from omega_tui.sim.facts import CandleRow, Contract
from omega_tui.sim.market.granularity import Granularity
from omega_tui.sim.market.texts import StepText, plain_decimal


class Bar(NamedTuple):
    """A candle: prices in ticks, `base` in lots, `quote` in ticks times lots; `start` in exchange ms."""

    start: int
    open: int
    high: int
    low: int
    close: int
    base: int
    quote: int


def merged(bar: Bar, later: Bar) -> Bar:
    """One bar that begins where `bar` does and ends where `later` does."""
    return Bar(
        bar.start,
        bar.open,
        max(bar.high, later.high),
        min(bar.low, later.low),
        later.close,
        bar.base + later.base,
        bar.quote + later.quote,
    )


def fold(bars: Iterable[Bar], into: Granularity) -> Iterator[Bar]:
    """Bars of a longer granularity from ascending bars that do not cross its boundaries."""
    building: Bar | None = None
    ends = 0
    for bar in bars:
        if building is not None and bar.start < ends:
            building = merged(building, bar)
            continue
        if building is not None:
            yield building
        building = bar._replace(start=into.start_of(bar.start))
        ends = into.end_of(bar.start)
    if building is not None:
        yield building


class BarTexts:
    """Turns a contract's bars into Bitget's candle rows and back."""

    def __init__(self, contract: Contract) -> None:
        self._tick, self._lot = contract.tick, contract.size_multiplier
        self._price = StepText(self._tick)
        self._tick_lot = self._tick * self._lot

    def row(self, bar: Bar) -> CandleRow:
        """The candle row of a bar."""
        price = self._price
        prices = (price(bar.open), price(bar.high), price(bar.low), price(bar.close))
        base, quote = plain_decimal(bar.base * self._lot), plain_decimal(bar.quote * self._tick_lot)
        return (bar.start, *prices, base, quote)

    def bar(self, row: CandleRow) -> Bar:
        """The bar of a candle row, rounded to whole ticks and lots."""
        start, opened, high, low, close, base, quote = row
        prices = (self.ticks(opened), self.ticks(high), self.ticks(low), self.ticks(close))
        return Bar(start, *prices, self.lots(base), round(Decimal(quote) / (self._tick * self._lot)))

    def ticks(self, price: str) -> int:
        """A price text in ticks."""
        return round(Decimal(price) / self._tick)

    def lots(self, size: str) -> int:
        """A size text in lots."""
        return round(Decimal(size) / self._lot)
