"""How protected each position is by what is known of the account's orders; None while that is nothing."""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.protection import Cover, belongs_to, cover_of, is_confirmed
from omega_tui.domain.values import decimal_text
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.state import State

PositionKey = tuple[str, HoldSide]
"""A position is its symbol and side."""


def plans_of(state: State, position: Position) -> Iterator[Tracked]:
    """The unfinished plans of a position, whatever their state, but those that are being cancelled."""
    for tracked in state.ledger.unfinished():
        if not tracked.cancel_requested and belongs_to(tracked.order, position):
            yield tracked


def position_cover(state: State, position: Position) -> Cover | None:
    """What confirmed stops cover; None before the account's orders were read for the first time."""
    if state.orders_read_at is None:
        return None
    return cover_of(position, (each.order for each in plans_of(state, position)), state.started_trails)


def position_words(position: Position) -> str:
    """`LONG 0.5 BTCUSDT`."""
    return f"{position.hold_side.upper()} {decimal_text(position.size)} {position.symbol}"


def plan_lines(state: State, symbol: str) -> Iterator[tuple[Decimal, str]]:
    """Where the resting plans of a symbol trigger, each as a stop, a target or a trigger."""
    for tracked in state.ledger.unfinished():
        plan = tracked.order.plan
        if plan is not None and tracked.order.symbol == symbol and is_confirmed(tracked.order):
            kind = "stop" if plan.kind.limits_loss else "target" if plan.kind.takes_profit else "trigger"
            yield plan.trigger_price, kind
