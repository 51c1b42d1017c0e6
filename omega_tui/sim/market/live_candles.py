"""One set of candles for REST and for the stream: the source's past joined with what has traded since.

`CandleBook` folds public trades as they happen, so a candle request and a candle channel read one thing.
As on Bitget a candle opens where the one before closed, a stretch without trades has flat candles of volume
zero, and minutes are kept for about a month. It knows nothing of rates of publication or of the wire.
"""

from bisect import bisect_left

from omega_tui.sim.facts import CandleRow, MarketSource, PublicTrade
from omega_tui.sim.market.bars import Bar, BarTexts, fold, merged
from omega_tui.sim.market.granularity import HOUR_MS, MINUTE_MS, Granularity, granularity

_FAR_FUTURE_MS = 1 << 53
_KEPT = 45_000
_FORGOTTEN_AT_ONCE = 5_000


class CandleBook:
    """Candles of every symbol and granularity of a market, the forming ones included."""

    def __init__(self, source: MarketSource) -> None:
        self._source = source
        self._symbols = {c.symbol: _SymbolCandles(source, c.symbol, BarTexts(c)) for c in source.contracts}

    def on_trade(self, trade: PublicTrade) -> None:
        """Counts a trade; trades come in order of time. Raises KeyError for a symbol of another market."""
        self._symbols[trade.symbol].on_trade(trade)

    def on_time(self, now_ms: int) -> None:
        """Lets candles end and flat ones begin although nobody trades; `now_ms` is exchange time."""
        for candles in self._symbols.values():
            candles.on_time(now_ms)

    def current(self, symbol: str, granularity: str) -> CandleRow | None:
        """The newest candle, as a rule still forming; None when the market has neither past nor trades."""
        rows = self.rows(symbol, granularity, _FAR_FUTURE_MS, 1)
        return rows[-1] if rows else None

    def rows(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Up to `limit` candles that start before `before_ms` (exchange ms), ascending.

        Raises KeyError for a symbol and ValueError for a granularity that does not exist.
        """
        live = self._symbols[symbol].rows(granularity, before_ms, limit)
        wanted = limit - len(live)
        if wanted <= 0:
            return live
        until = live[0][0] if live else before_ms
        return [*self._source.past_candles(symbol, granularity, until, wanted), *live]


class _SymbolCandles:
    """The candles of one symbol from the moment on where the source's past ends."""

    def __init__(self, source: MarketSource, symbol: str, texts: BarTexts) -> None:
        self._source = source
        self._symbol = symbol
        self._texts = texts
        self._minutes: list[Bar] = []
        self._hours: list[Bar] = []
        self._seam_ms: int | None = None
        self._seam_bars: dict[str, list[Bar]] = {}
        newest = source.past_candles(symbol, "1m", _FAR_FUTURE_MS, 1)
        if newest:
            last = texts.bar(newest[-1])
            self._seam_ms = last.start + MINUTE_MS
            self._begin(self._seam_ms, last.close)

    def _begin(self, ms: int, ticks: int) -> None:
        for bars, length in ((self._minutes, MINUTE_MS), (self._hours, HOUR_MS)):
            bars.append(_flat(ms - ms % length, ticks))

    def on_trade(self, trade: PublicTrade) -> None:
        ticks, lots = self._texts.ticks(trade.price), self._texts.lots(trade.size)
        if not self._minutes:
            self._begin(trade.ts, ticks)
        self.on_time(trade.ts)
        traded = Bar(trade.ts, ticks, ticks, ticks, ticks, lots, ticks * lots)
        for bars in (self._minutes, self._hours):
            bars[-1] = merged(bars[-1], traded)

    def on_time(self, now_ms: int) -> None:
        for bars, length in ((self._minutes, MINUTE_MS), (self._hours, HOUR_MS)):
            while bars and bars[-1].start + length <= now_ms:
                bars.append(_flat(bars[-1].start + length, bars[-1].close))
            if len(bars) > _KEPT:
                del bars[:_FORGOTTEN_AT_ONCE]

    def rows(self, name: str, before_ms: int, limit: int) -> list[CandleRow]:
        """The newest `limit` candles before `before_ms` of those that the past does not have."""
        into = granularity(name)
        bars = self._minutes if 0 < into.length_ms < HOUR_MS else self._hours
        if not bars or limit <= 0:
            return []
        newest = min(before_ms - 1, bars[-1].start)
        oldest = into.back(newest, limit - 1)
        begin = bisect_left(bars, oldest, key=lambda bar: bar.start)
        end = bisect_left(bars, into.end_of(newest), key=lambda bar: bar.start)
        seam = self._seam(into) if begin == 0 else []
        return [self._texts.row(bar) for bar in fold([*seam, *bars[begin:end]], into) if bar.start >= oldest]

    def _seam(self, into: Granularity) -> list[Bar]:
        """What the past holds of the candle in which the market started."""
        found = self._seam_bars.get(into.name)
        if found is None:
            found = (
                [] if self._seam_ms is None else self._past_of(into.start_of(self._seam_ms), self._seam_ms)
            )
            self._seam_bars[into.name] = found = list(fold(found, into))
        return found

    def _past_of(self, start: int, end: int) -> list[Bar]:
        """The past's whole hours, then its minutes, from `start` to `end`."""
        whole = max(start, end - end % HOUR_MS)
        hours = self._past("1H", start, whole, HOUR_MS)
        return [*hours, *self._past("1m", whole, end, MINUTE_MS)]

    def _past(self, name: str, start: int, end: int, length: int) -> list[Bar]:
        rows = self._source.past_candles(self._symbol, name, end, (end - start) // length)
        return [bar for bar in map(self._texts.bar, rows) if bar.start >= start]


def _flat(start: int, ticks: int) -> Bar:
    return Bar(start, ticks, ticks, ticks, ticks, 0, 0)
