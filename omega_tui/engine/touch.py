"""Where an order would trade at once: the other side of the watched book, while it may be trusted. Pure."""

from decimal import Decimal

from omega_tui.domain.orders import Side
from omega_tui.engine.state import State


def touch(state: State, side: Side) -> Decimal | None:
    """The best price that an order on `side` would take."""
    levels = state.market.levels(side.opposite, 1, trusted=True)
    return Decimal(levels[0][0]) if levels else None


def crosses(state: State, side: Side, price: Decimal | None) -> bool:
    """Whether a limit price would take from the book."""
    best = touch(state, side)
    if price is None or best is None:
        return False
    return price >= best if side is Side.BUY else price <= best
