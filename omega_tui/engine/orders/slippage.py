"""How far market orders filled from the best price they saw when they were made, in ticks."""

from decimal import Decimal

from omega_tui.domain.orders import OrderRequest, OrderState, OrderType, Side
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.risk.touch import touch
from omega_tui.engine.state import State

_KEPT = 500


def touch_of(state: State, request: OrderRequest) -> Decimal | None:
    """The best price that a market order would take now; None for other orders and markets not watched."""
    plain = request.order_type is OrderType.MARKET and request.plan is None
    return touch(state, request.side) if plain and request.symbol == state.market.symbol else None


def note_slippage(state: State, tracked: Tracked) -> None:
    """Once a market order has filled, keep by how many ticks it paid more, or got less, than it saw."""
    order, seen = tracked.order, tracked.touch
    instrument = state.instruments.get(order.symbol)
    if (
        seen is None
        or order.state is not OrderState.FILLED
        or order.average_price is None
        or instrument is None
    ):
        return
    worse = order.average_price - seen if order.side is Side.BUY else seen - order.average_price
    tracked.touch = None
    state.slippages.append(worse / instrument.tick)
    del state.slippages[:-_KEPT]
