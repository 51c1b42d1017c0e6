"""Closed positions that somebody writes down by hand, checked before they are, from whatever face."""

from decimal import Decimal

from omega_tui.clock import Ids
from omega_tui.domain.closed import ClosedPosition, Origin
from omega_tui.domain.margin import unrealized_profit
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.symbols import UnknownSymbol, parse_symbol

_ID_LENGTH = 12


class BadAddition(ValueError):
    """What was written makes no closed position; the message says why."""


def by_hand(
    symbol: str,
    hold_side: HoldSide,
    size: Decimal,
    prices: tuple[Decimal, Decimal],
    times: tuple[int, int],
    fees: Decimal | None,
    *,
    now_ms: int,
    ids: Ids,
) -> ClosedPosition:
    """The position with its entry and exit `prices` and `times` (ms); its result is by price, and fees that
    are not given are not known. Raises `BadAddition`."""
    (entry, left), (opened, closed) = prices, times
    try:
        name = parse_symbol(symbol).name
    except UnknownSymbol as error:
        raise BadAddition(str(error)) from None
    if closed < opened:
        raise BadAddition("its exit time lies before its entry time")
    if closed > now_ms:
        raise BadAddition("its exit time lies in the future")
    return ClosedPosition(
        position_id=f"manual-{ids.token(_ID_LENGTH)}",
        symbol=name,
        hold_side=hold_side,
        size=size,
        peak=size,
        entry_price=entry,
        exit_price=left,
        opened_ms=opened,
        closed_ms=closed,
        gross=unrealized_profit(hold_side, size, entry, left),
        fees=fees,
        funding=None,
        origin=Origin.MANUAL,
    )
