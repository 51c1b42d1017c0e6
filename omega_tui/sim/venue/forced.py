"""Orders by which the exchange itself closes a position: the words for them and for their bills.

Bitget names the cause in an order's `tradeSide` ("Get-Order-Details") and, in other words, in the bill's
`businessType` ("Get-Account-Bill"). Pure: when and how positions are closed by force is decided in `risk`.
"""

from decimal import Decimal
from enum import StrEnum

from omega_tui.sim.facts import Direction, Force, HoldSide, OrderStatus, OrderType, PositionMode, SelfTrade
from omega_tui.sim.venue.ledger import LedgerOrder
from omega_tui.sim.venue.positions import Position, opening_direction

_ZERO = Decimal(0)

SYSTEM = "SYS"
"""The `enterPointSource` of an order that nobody placed."""


class Cause(StrEnum):
    """Why the exchange closes a position; each is how the `tradeSide` of its orders begins."""

    REDUCE = "reduce"
    """Liquidation in part: down to a lower tier."""
    OFFSET = "offset"
    """Netting of a long against a short before a liquidation."""
    BURST = "burst"
    """Liquidation of all that is left."""
    ADL = "dte_sys_adl"
    """Auto-deleveraging: another trader's liquidation takes this position as its counterpart."""


MARKETED = frozenset({Cause.REDUCE, Cause.BURST})
"""What is closed against the book ("flash orders in the market"). The public never hears of these trades:
"your liquidation price will not be shown in trading records or candlestick charts", says Bitget's page."""

FREE_OF_FEE = frozenset({Cause.OFFSET, Cause.ADL})
"""ADL trades carry no fee ("Introduction to auto-deleveraging (ADL)"); a netting meets no market."""

ORDER_SOURCES = {
    Cause.REDUCE: "reduce_offset",
    Cause.OFFSET: "reduce_offset",
    Cause.BURST: "liquidation",
    Cause.ADL: "market_risk",
}
"""The `orderSource` of each cause, chosen from Bitget's list by the sense of its words."""

_HEDGE_BILLS = {
    Cause.REDUCE: "force_close_{side}",
    Cause.OFFSET: "force_close_{side}",
    Cause.BURST: "burst_{side}_loss_query",
    Cause.ADL: "adl_close_{side}",
}
_ONE_WAY_BILLS = {
    Cause.REDUCE: "force_{direction}",
    Cause.OFFSET: "force_{direction}",
    Cause.BURST: "burst_{direction}",
    Cause.ADL: "adl_{direction}_in_single_side_mode",
}


def cause_of(order: LedgerOrder) -> Cause | None:
    """Why the exchange placed an order, None when it did not."""
    return next((cause for cause in Cause if order.trade_side.startswith(f"{cause}_")), None)


def forced_trade_side(cause: Cause, direction: Direction, hold_side: HoldSide | None) -> str:
    """The `tradeSide` of a forced order; `hold_side` is None in one-way mode."""
    if hold_side is not None:
        return f"{cause}_close_{hold_side}"
    return f"{cause}_{direction}_{'in_single_side_mode' if cause is Cause.ADL else 'single'}"


def trade_business(order: LedgerOrder) -> str:
    """The `businessType` of the bill that a fill of `order` writes."""
    cause = cause_of(order)
    if order.hold_side is None:
        word = "{direction}" if cause is None else _ONE_WAY_BILLS[cause]
    else:
        word = f"{order.trade_side}_{{side}}" if cause is None else _HEDGE_BILLS[cause]
    return word.format(side=order.hold_side, direction=order.direction)


def forced_order(
    cause: Cause,
    position: Position,
    size: Decimal,
    mode: PositionMode,
    leverage: int,
    ids: tuple[str, str],
    now: int,
) -> LedgerOrder:
    """The market order that closes `size` of a position; `ids` are its order id and its client id.

    Own orders that it meets give way: a liquidation is no trade of the trader with himself.
    """
    direction = opening_direction(position.side).opposite
    hold_side = position.side if mode is PositionMode.HEDGE else None
    return LedgerOrder(
        order_id=ids[0],
        client_oid=ids[1],
        symbol=position.symbol,
        direction=direction,
        order_type=OrderType.MARKET,
        force=Force.GTC,
        size=size,
        price=None,
        hold_side=hold_side,
        trade_side=forced_trade_side(cause, direction, hold_side),
        reduce_only=True,
        margin_mode=position.margin_mode,
        position_mode=mode,
        leverage=leverage,
        status=OrderStatus.LIVE,
        filled=_ZERO,
        filled_quote=_ZERO,
        fee=_ZERO,
        profit=_ZERO,
        cancel_reason="",
        order_source=ORDER_SOURCES[cause],
        enter_point_source=SYSTEM,
        created_ms=now,
        updated_ms=now,
        self_trade=SelfTrade.CANCEL_MAKER,
    )
