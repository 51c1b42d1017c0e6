"""The candles of one contract before the market started: synthetic ones, then recorded ones if any.

Answers `MarketSource.past_candles`. It knows nothing of the market's own events.
"""

from collections.abc import Iterator, Sequence

from omega_tui.sim.facts import CandleRow, Contract
from omega_tui.sim.market.bars import Bar, BarTexts, fold
from omega_tui.sim.market.granularity import DAY_MS, HOUR_MS, MINUTE_MS, granularity
from omega_tui.sim.market.synthetic_past import PastShape, SyntheticPast


class PastCandles:
    """Every granularity of one contract's past, ending with the last whole minute before `start_ms`."""

    def __init__(
        self,
        contract: Contract,
        seed: str,
        shape: PastShape,
        start_ms: int,
        last_price: str,
        recorded: Sequence[CandleRow] = (),
    ) -> None:
        self._texts = BarTexts(contract)
        self._end_ms = start_ms - start_ms % MINUTE_MS
        self._recorded = [self._texts.bar(row) for row in recorded]
        joint = self._recorded[0].start if self._recorded else self._end_ms
        price = self._recorded[0].open if self._recorded else self._texts.ticks(last_price)
        self._synthetic = SyntheticPast(seed, shape, joint, price)

    def rows(self, name: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Up to `limit` finished candles that start before `before_ms`, ascending.

        Raises ValueError for a granularity that Bitget does not have.
        """
        into = granularity(name)
        end = min(before_ms, into.start_of(self._end_ms))
        if limit <= 0:
            return []
        oldest_whole = into.end_of(self._synthetic.begins_ms - 1)
        start = max(oldest_whole, into.back(into.end_of(end - 1), limit))
        unit = MINUTE_MS if 0 < into.length_ms < HOUR_MS else HOUR_MS
        bars = list(fold(self._bars(unit, start, into.end_of(end - 1)), into))
        return [self._texts.row(bar) for bar in bars if bar.start < end][-limit:]

    def last_day(self) -> list[Bar]:
        """The hours (the last and the first may be short) of the day before the market started."""
        return list(fold(self._bars(HOUR_MS, self._end_ms - DAY_MS, self._end_ms), granularity("1H")))

    def _bars(self, unit_ms: int, start: int, end: int) -> Iterator[Bar]:
        yield from self._synthetic.bars(unit_ms, start, end)
        yield from (bar for bar in self._recorded if start <= bar.start < end)
