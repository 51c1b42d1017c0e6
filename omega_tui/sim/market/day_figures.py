"""Open, high, low and volume of the last 24 hours, moving on in steps of an hour.

For markets that do not come with these figures (a generated one, a recording without tickers) and for what
the trader adds to those that do.
"""

from collections import deque
from collections.abc import Iterable

from omega_tui.sim.facts import MarketFacts
from omega_tui.sim.market.bars import Bar, BarTexts, merged
from omega_tui.sim.market.granularity import DAY_MS, HOUR_MS


class DayFigures:
    """The figures of one contract; begins with the hours before the market started."""

    def __init__(self, texts: BarTexts, hours: Iterable[Bar]) -> None:
        self._texts = texts
        self._hours = deque(hours)

    def add(self, ts: int, ticks: int, lots: int) -> None:
        """Counts a trade at `ts` (exchange ms)."""
        bar = Bar(ts - ts % HOUR_MS, ticks, ticks, ticks, ticks, lots, ticks * lots)
        if self._hours and self._hours[-1].start == bar.start:
            self._hours[-1] = merged(self._hours[-1], bar)
        else:
            self._hours.append(bar)

    def facts(self, symbol: str, ts: int, mark_price: str | None) -> MarketFacts:
        """The figures at `ts`, with the mark price, which is the index price too."""
        while self._hours and self._hours[0].start + HOUR_MS <= ts - DAY_MS:
            self._hours.popleft()
        if not self._hours:
            return MarketFacts(symbol, ts, mark_price=mark_price, index_price=mark_price)
        row = self._texts.row(self._day())
        return MarketFacts(
            symbol,
            ts,
            mark_price=mark_price,
            index_price=mark_price,
            open_24h=row[1],
            high_24h=row[2],
            low_24h=row[3],
            base_volume_24h=row[5],
            quote_volume_24h=row[6],
        )

    def _day(self) -> Bar:
        hours = self._hours
        return Bar(
            hours[0].start,
            hours[0].open,
            max(bar.high for bar in hours),
            min(bar.low for bar in hours),
            hours[-1].close,
            sum(bar.base for bar in hours),
            sum(bar.quote for bar in hours),
        )
