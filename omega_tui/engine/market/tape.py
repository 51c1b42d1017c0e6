"""The newest public trades of the watched market, each marked large or not when it arrives."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from decimal import Decimal

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import PublicTrade
from omega_tui.engine.views import TapeRow, TapeView

_KEPT = 500
_WINDOW = 500
_LEAST_SAMPLE = 100


class Tape:
    """Recent prints without doubles; `large` is above the 99th percentile of the sizes before it."""

    def __init__(self) -> None:
        self._trades: deque[tuple[PublicTrade, bool]] = deque(maxlen=_KEPT)
        self._sizes: deque[Decimal] = deque()
        self._sorted: list[Decimal] = []
        self._ids: set[str] = set()

    def replace(self, trades: Iterable[PublicTrade]) -> None:
        """Start over with the run of trades, oldest first, that opens a subscription."""
        self._trades.clear()
        self._ids.clear()
        self.add(trades)

    def add(self, trades: Iterable[PublicTrade]) -> list[PublicTrade]:
        """Take prints, oldest first, and return those that were new: one told twice is taken once."""
        new: list[PublicTrade] = []
        for trade in trades:
            if trade.trade_id in self._ids:
                continue
            if len(self._trades) == _KEPT:
                self._ids.discard(self._trades[0][0].trade_id)
            self._ids.add(trade.trade_id)
            new.append(trade)
            self._trades.append((trade, self._is_large(trade.size)))
            self._remember(trade.size)
        return new

    def view(self, symbol: str, instrument: Instrument | None, limit: int) -> TapeView:
        """The newest `limit` prints, newest first, in the instrument's decimals."""
        rows: list[TapeRow] = []
        for trade, large in reversed(self._trades):
            if len(rows) >= limit:
                break
            price, size = _texts(trade, instrument)
            rows.append(TapeRow(trade.exchange_ms, trade.side, price, size, large))
        return TapeView(symbol, tuple(rows))

    def _is_large(self, size: Decimal) -> bool:
        count = len(self._sorted)
        return count >= _LEAST_SAMPLE and size > self._sorted[count * 99 // 100]

    def _remember(self, size: Decimal) -> None:
        if len(self._sizes) == _WINDOW:
            oldest = self._sizes.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]
        self._sizes.append(size)
        insort(self._sorted, size)


def _texts(trade: PublicTrade, instrument: Instrument | None) -> tuple[str, str]:
    if instrument is None:
        return format(trade.price, "f"), format(trade.size, "f")
    return f"{trade.price:.{instrument.price_places}f}", f"{trade.size:.{instrument.size_places}f}"
