"""Closed positions for the tests, short to write."""

from decimal import Decimal
from itertools import count
from typing import Any

from omega_tui.analytics.trades import Trade
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.margin import unrealized_profit
from omega_tui.domain.orders import HoldSide

_NUMBERS = count(1)


def trade(
    hold: str = "long",
    *,
    entry: str = "100",
    left: str = "101",
    size: str = "1",
    opened: int = 0,
    closed: int = 60_000,
    fees: str | None = None,
    funding: str | None = None,
    stop: str | None = None,
    lowest: str | None = None,
    highest: str | None = None,
    symbol: str = "BTCUSDT",
    **more: Any,
) -> Trade:
    """A trade whose result follows from its prices."""
    hold_side = HoldSide(hold)
    position = ClosedPosition(
        position_id=f"trade {next(_NUMBERS)}",
        symbol=symbol,
        hold_side=hold_side,
        size=Decimal(size),
        peak=Decimal(size),
        entry_price=Decimal(entry),
        exit_price=Decimal(left),
        opened_ms=opened,
        closed_ms=closed,
        gross=unrealized_profit(hold_side, Decimal(size), Decimal(entry), Decimal(left)),
        fees=_number(fees),
        funding=_number(funding),
    )
    return Trade(position, stop=_number(stop), lowest=_number(lowest), highest=_number(highest), **more)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
