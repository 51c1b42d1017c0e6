"""One set of candles for REST and for the stream: the source's past joined with what has traded since.

`CandleBook` folds public trades as they happen, so a candle request and a candle channel read one thing.
As on Bitget a candle opens where the one before closed, a stretch without trades has flat candles of volume
zero, and minutes are kept for a month. It knows nothing of rates of publication or of the wire.
"""

from typing import Protocol

from omega_tui.sim.facts import CandleRow, MarketSource, PublicTrade
from omega_tui.sim.market.bar_column import BarColumn
from omega_tui.sim.market.bars import Bar, BarTexts, fold, merged
from omega_tui.sim.market.granularity import DAY_MS, HOUR_MS, MINUTE_MS, Granularity, granularity

_FAR_FUTURE_MS = 1 << 53
_KEPT_MINUTES = 32 * DAY_MS // MINUTE_MS
_KEPT_HOURS = 400 * DAY_MS // HOUR_MS


class Past(Protocol):
    """Candles of the time before the market started, as `MarketSource.past_candles` gives them."""

    def past_candles(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Up to `limit` finished candles before `before_ms`, ascending."""
        ...


class CandleBook:
    """Candles of every symbol and granularity of a market, the forming ones included."""

    def __init__(self, source: MarketSource) -> None:
        self._symbols = {c.symbol: SymbolCandles(source, c.symbol, BarTexts(c)) for c in source.contracts}
        self._next_minute_ms = 0

    def on_trade(self, trade: PublicTrade) -> None:
        """Counts a trade; trades come in order of time. Raises KeyError for a symbol of another market."""
        self._symbols[trade.symbol].on_trade(trade)

    def on_time(self, now_ms: int) -> None:
        """Lets candles end and flat ones begin although nobody trades; `now_ms` is exchange time."""
        if now_ms < self._next_minute_ms:
            return
        self._next_minute_ms = now_ms - now_ms % MINUTE_MS + MINUTE_MS
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
        return self._symbols[symbol].rows(granularity, before_ms, limit)


class SymbolCandles:
    """The candles of one symbol: the past's, then those of what happens from its end on."""

    def __init__(self, past: Past, symbol: str, texts: BarTexts) -> None:
        self._past = past
        self._symbol = symbol
        self._texts = texts
        self._minutes = BarColumn(_KEPT_MINUTES)
        self._hours = BarColumn(_KEPT_HOURS)
        self._seam_ms: int | None = None
        self._seam_bars: dict[str, list[Bar]] = {}
        newest = past.past_candles(symbol, "1m", _FAR_FUTURE_MS, 1)
        if newest:
            last = texts.bar(newest[-1])
            self._seam_ms = last.start + MINUTE_MS
            self._begin(self._seam_ms, last.close)

    def on_trade(self, trade: PublicTrade) -> None:
        """Counts a trade."""
        self.count(trade.ts, self._texts.ticks(trade.price), self._texts.lots(trade.size))

    def count(self, ts: int, ticks: int, lots: int) -> None:
        """Counts a price at `ts` (exchange ms) and what traded at it."""
        if self._minutes.newest is None:
            self._begin(ts, ticks)
        self.on_time(ts)
        traded = Bar(ts, ticks, ticks, ticks, ticks, lots, ticks * lots)
        for bars in (self._minutes, self._hours):
            if bars.newest is not None:
                bars.newest = merged(bars.newest, traded)

    def on_time(self, now_ms: int) -> None:
        """Lets candles end and flat ones begin."""
        for bars, length in ((self._minutes, MINUTE_MS), (self._hours, HOUR_MS)):
            while (newest := bars.newest) is not None and newest.start + length <= now_ms:
                bars.append(_flat(newest.start + length, newest.close))

    def rows(self, name: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Up to `limit` candles that start before `before_ms`, ascending, as `CandleBook.rows` says."""
        live = self._live_rows(name, before_ms, limit)
        wanted = limit - len(live)
        if wanted <= 0:
            return live
        until = live[0][0] if live else before_ms
        return [*self._past.past_candles(self._symbol, name, until, wanted), *live]

    def _begin(self, ms: int, ticks: int) -> None:
        for bars, length in ((self._minutes, MINUTE_MS), (self._hours, HOUR_MS)):
            bars.append(_flat(ms - ms % length, ticks))

    def _live_rows(self, name: str, before_ms: int, limit: int) -> list[CandleRow]:
        """The newest `limit` candles before `before_ms` of those that the past does not have."""
        into = granularity(name)
        bars = self._minutes if 0 < into.length_ms < HOUR_MS else self._hours
        if bars.newest is None or limit <= 0:
            return []
        newest = min(before_ms - 1, bars.newest.start)
        oldest = into.back(newest, limit - 1)
        found = bars.between(oldest, into.end_of(newest))
        joins = found and self._seam_ms is not None and found[0].start <= self._seam_ms
        seam = self._seam(into) if joins else []
        return [self._texts.row(bar) for bar in fold([*seam, *found], into) if bar.start >= oldest]

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
        hours = self._past_bars("1H", start, whole, HOUR_MS)
        return [*hours, *self._past_bars("1m", whole, end, MINUTE_MS)]

    def _past_bars(self, name: str, start: int, end: int, length: int) -> list[Bar]:
        rows = self._past.past_candles(self._symbol, name, end, (end - start) // length)
        return [bar for bar in map(self._texts.bar, rows) if bar.start >= start]


def _flat(start: int, ticks: int) -> Bar:
    return Bar(start, ticks, ticks, ticks, ticks, 0, 0)
