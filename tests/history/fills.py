"""Executions for the tests, short to write."""

from decimal import Decimal
from itertools import count

from omega_tui.domain.orders import Fill, HoldSide, Side

_NUMBERS = count(1)


def fill(
    side: str,
    size: str,
    price: str,
    at: int,
    hold: str | None = None,
    *,
    profit: str | None = None,
    fee: str | None = "0",
    symbol: str = "BTCUSDT",
    coin: str = "USDT",
) -> Fill:
    """One execution; `hold` names the position in hedge mode."""
    return Fill(
        trade_id=str(next(_NUMBERS)),
        order_id="1",
        client_order_id=None,
        symbol=symbol,
        side=Side(side),
        price=Decimal(price),
        size=Decimal(size),
        fee=None if fee is None else Decimal(fee),
        fee_coin=coin,
        profit=None if profit is None else Decimal(profit),
        maker=None,
        exchange_ms=at,
        hold_side=None if hold is None else HoldSide(hold),
    )
