"""Candles of prices that nobody trades at: the mark and the index price, whose volumes are zero.

From the start on they are folded from what the ticker states. Before it the price is taken to have kept the
distance from the last price that it had at the start, so that the series has no seam and every granularity
agrees with the minutes below it.
"""

from decimal import Decimal

from omega_tui.sim.facts import CandleRow, Contract, MarketSource
from omega_tui.sim.market.bars import BarTexts
from omega_tui.sim.market.live_candles import Past, SymbolCandles

_FAR_FUTURE_MS = 1 << 53


class PriceCandles:
    """Candles of one kind of price for every symbol of a market."""

    def __init__(self, source: MarketSource) -> None:
        self._source = source
        self._contracts = {contract.symbol: contract for contract in source.contracts}
        self._texts = {symbol: BarTexts(contract) for symbol, contract in self._contracts.items()}
        self._symbols: dict[str, SymbolCandles] = {}

    def state(self, symbol: str, ts: int, price: str) -> None:
        """The price is `price` from `ts` (exchange ms) on."""
        candles = self._symbols.get(symbol)
        if candles is None:
            past = DistantPast(self._source, self._contracts[symbol], Decimal(price))
            candles = self._symbols[symbol] = SymbolCandles(past, symbol, self._texts[symbol])
        candles.count(ts, self._texts[symbol].ticks(price), 0)

    def rows(self, symbol: str, granularity: str, before_ms: int, limit: int, now_ms: int) -> list[CandleRow]:
        """Up to `limit` candles that start before `before_ms`, ascending, the one of `now_ms` included.

        Empty for a symbol whose price nobody has stated yet. Raises ValueError for an unknown granularity.
        """
        candles = self._symbols.get(symbol)
        if candles is None:
            return []
        candles.on_time(now_ms)
        return candles.rows(granularity, before_ms, limit)


class DistantPast:
    """A past whose prices keep the ratio that `first_price` has to the last close, rounded to the tick."""

    def __init__(self, past: Past, contract: Contract, first_price: Decimal) -> None:
        self._past = past
        self._texts = BarTexts(contract)
        newest = past.past_candles(contract.symbol, "1m", _FAR_FUTURE_MS, 1)
        close = Decimal(newest[-1][4]) if newest else first_price
        self._numerator, self._denominator = (first_price / close).as_integer_ratio()

    def past_candles(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """The past's candles at the other price, without volume."""
        rows = self._past.past_candles(symbol, granularity, before_ms, limit)
        return [self._moved(row) for row in rows]

    def _moved(self, row: CandleRow) -> CandleRow:
        bar = self._texts.bar(row)
        opened, high, low, close = (
            (2 * ticks * self._numerator + self._denominator) // (2 * self._denominator) for ticks in bar[1:5]
        )
        return self._texts.row(bar._replace(open=opened, high=high, low=low, close=close, base=0, quote=0))
