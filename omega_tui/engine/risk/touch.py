"""Where an order would trade at once: the other side of the watched book, while it may be trusted. Pure."""

from decimal import Decimal

from omega_tui.domain.orders import Side
from omega_tui.domain.values import decimal_text
from omega_tui.engine.state import State


def touch(state: State, side: Side) -> Decimal | None:
    """The best price that an order on `side` would take."""
    levels = state.market.levels(side.opposite, 1, trusted=True)
    return Decimal(levels[0][0]) if levels else None


def crosses(state: State, symbol: str, side: Side, price: Decimal | None) -> bool:
    """Whether a limit price would take from the book; of a market that is not watched nobody can tell: no."""
    best = touch(state, side) if symbol == state.market.symbol else None
    if price is None or best is None:
        return False
    return price >= best if side is Side.BUY else price <= best


def posting_words(state: State, side: Side) -> str:
    """Why a post-only order that crosses must not be sent."""
    best = touch(state, side)
    where = decimal_text(best) if best is not None else "unknown"
    return f"post-only would take: the other side is at {where}; step back or use a plain limit"
