"""One set of candles for REST and for the stream: the source's past joined with what has traded since.

`CandleBook` folds public trades as they happen, so a candle request and a candle channel read one thing. A
candle that began before the market did holds the past's hours and minutes of it as well. It knows nothing of
rates of publication or of the wire.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.sim.facts import CandleRow, MarketSource, PublicTrade
from omega_tui.sim.market.bars import Bar, BarTexts, fold, merged
from omega_tui.sim.market.granularity import HOUR_MS, MINUTE_MS, Granularity, granularity

_FAR_FUTURE_MS = 1 << 53
_HOUR_MINUTES = 60


class CandleBook:
    """Candles of every symbol and granularity of a market; `rows` include the one that is still forming.

    A minute without trades has no candle, as on an exchange in its first seconds; longer ones follow.
    """

    def __init__(self, source: MarketSource) -> None:
        self._source = source
        self._texts = {contract.symbol: BarTexts(contract) for contract in source.contracts}
        self._minutes: dict[str, list[Bar]] = {symbol: [] for symbol in self._texts}
        self._hours: dict[str, list[Bar]] = {symbol: [] for symbol in self._texts}
        self._before: dict[tuple[str, str], Bar | None] = {}

    def on_trade(self, trade: PublicTrade) -> None:
        """Counts a trade; trades come in order of time. Raises KeyError for a symbol of another market."""
        texts = self._texts[trade.symbol]
        ticks, lots = texts.ticks(trade.price), texts.lots(trade.size)
        for bars, length in ((self._minutes, MINUTE_MS), (self._hours, HOUR_MS)):
            bar = Bar(trade.ts - trade.ts % length, ticks, ticks, ticks, ticks, lots, ticks * lots)
            _append(bars[trade.symbol], bar)

    def current(self, symbol: str, name: str) -> CandleRow | None:
        """The newest candle of a granularity, finished or not; None before there is any."""
        rows = self.rows(symbol, name, _FAR_FUTURE_MS, 1)
        return rows[-1] if rows else None

    def rows(self, symbol: str, name: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Up to `limit` candles that start before `before_ms`, ascending, the forming one included.

        Raises KeyError for a symbol and ValueError for a granularity that does not exist.
        """
        into, texts = granularity(name), self._texts[symbol]
        live = [texts.row(bar) for bar in self._live(symbol, into, limit) if bar.start < before_ms][-limit:]
        wanted = limit - len(live)
        if wanted <= 0:
            return live
        until = min(before_ms, live[0][0]) if live else before_ms
        return [*self._source.past_candles(symbol, name, until, wanted), *live]
