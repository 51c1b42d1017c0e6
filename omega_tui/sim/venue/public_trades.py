"""What the public hears of trades: the market's own, and those that the trader had a part in.

A trade that filled the trader's resting order is told in parts: his, and what others had of it, so that
nothing counts twice. Ids and times never step back. Nothing told here is matched again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.values import decimal_text
from omega_tui.sim.facts import PublicTrade
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.ledger import LedgerFill

Listener = Callable[[PublicTrade], None]


class PublicTrades:
    """Gives trades their ids and tells them to the ticker and to whoever listens."""

    def __init__(self, markets: Mapping[str, Market], next_id: Callable[[], str]) -> None:
        self._markets = markets
        self._next_id = next_id
        self._listeners: list[Listener] = []
        self._latest_ms = 0

    def listen(self, listener: Listener) -> None:
        """Call `listener` synchronously with every trade, after the ticker knows it."""
        self._listeners.append(listener)

    def tell_market_trade(self, trade: PublicTrade, filled: Decimal) -> None:
        """What others had of a trade of the market; `filled` went to the trader and is told already."""
        others = Decimal(trade.size) - filled if filled else None
        if others is None or others > 0:
            size = trade.size if others is None else decimal_text(others)
            self._tell(replace(trade, size=size, trade_id=self._next_id()), counted=True)

    def tell_fill(self, fill: LedgerFill, *, counted: bool) -> None:
        """An execution of the trader; `counted` when the market's own figures of the day include it."""
        taker = fill.direction.opposite if fill.maker else fill.direction
        price, size = decimal_text(fill.price), decimal_text(fill.size)
        self._tell(PublicTrade(fill.symbol, fill.ts, price, size, taker, fill.trade_id), counted=counted)

    def _tell(self, trade: PublicTrade, *, counted: bool) -> None:
        self._latest_ms = max(self._latest_ms, trade.ts)
        told = replace(trade, ts=self._latest_ms)
        self._markets[trade.symbol].ticker.trade(told, counted=counted)
        for listener in self._listeners:
            listener(told)
