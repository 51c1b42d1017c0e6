"""Closed positions that somebody writes down by hand, checked before they are."""

from omega_tui.api.models import HistoryAdd
from omega_tui.api.source import Source
from omega_tui.domain.closed import ClosedPosition, Origin, price_result
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.symbols import UnknownSymbol, parse_symbol
from omega_tui.history.matching import SAME_TIME_MS

_ID_LENGTH = 12


class AlreadyThere(ValueError):
    """What was sent contradicts itself or the history; the message says how."""


def closed_position(added: HistoryAdd, source: Source) -> ClosedPosition:
    """The position to write down; its result is by price alone, fees and funding are not known.

    Raises `AlreadyThere`.
    """
    try:
        symbol = parse_symbol(added.symbol).name
    except UnknownSymbol as error:
        raise AlreadyThere(str(error)) from None
    opened = round(added.entry_time.timestamp() * 1000)
    closed = round(added.exit_time.timestamp() * 1000)
    if closed < opened:
        raise AlreadyThere("exit_time lies before entry_time")
    if closed > source.clock.wall_ms():
        raise AlreadyThere("exit_time lies in the future")
    hold_side = HoldSide(added.side)
    _look_for_it(source, symbol, hold_side, closed)
    return ClosedPosition(
        position_id=f"manual-{source.ids.token(_ID_LENGTH)}",
        symbol=symbol,
        hold_side=hold_side,
        size=added.contracts,
        peak=added.contracts,
        entry_price=added.entry_price,
        exit_price=added.exit_price,
        opened_ms=opened,
        closed_ms=closed,
        gross=price_result(hold_side, added.entry_price, added.exit_price, added.contracts),
        fees=None,
        funding=None,
        origin=Origin.MANUAL,
    )


def _look_for_it(source: Source, symbol: str, hold_side: HoldSide, closed_ms: int) -> None:
    for trade in source.views.history().trades:
        position = trade.position
        same = (position.symbol, position.hold_side) == (symbol, hold_side)
        if same and abs(position.closed_ms - closed_ms) <= SAME_TIME_MS:
            raise AlreadyThere(f"it is in the history already, as {position.position_id}")
