"""What the exchange did to a position by itself: said with its cause until the trader has seen it."""

from collections.abc import Iterable
from decimal import Decimal

from omega_tui.domain.orders import Fill, Forced, Side
from omega_tui.domain.values import decimal_text
from omega_tui.engine.alarms import Alarm
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

_NEWS_MS = 24 * 3_600_000
"""Older executions of a first look back are history, not news."""

_WORDS = {
    Forced.REDUCTION: "LIQUIDATED IN PART: the exchange closed",
    Forced.LIQUIDATION: "LIQUIDATED: the exchange closed",
    Forced.NETTING: "NETTED: before a liquidation the exchange set off",
    Forced.DELEVERAGING: "DELEVERAGED (ADL): another trader's liquidation took",
    Forced.DELIVERY: "DELIVERED: the exchange settled",
}


def tell_forced(state: State, fills: Iterable[Fill]) -> bool:
    """Raise the alarm for what the exchange closed; True when it did close something."""
    told = False
    for fill in fills:
        if fill.forced is not None and state.clock.wall_ms() - fill.exchange_ms < _NEWS_MS:
            _tell(state, fill, fill.forced)
            told = True
    return told


def _tell(state: State, fill: Fill, cause: Forced) -> None:
    size = sum((each.size for each in state.ledger.fills() if each.order_id == fill.order_id), Decimal(0))
    side = "LONG" if fill.side is Side.SELL else "SHORT"
    text = f"{_WORDS[cause]} {side} {decimal_text(size)} {fill.symbol} at {decimal_text(fill.price)}"
    state.alarms.set(f"forced {fill.symbol} {fill.order_id}", Alarm(text, until_seen=True))
    state.diary.error(text)
    state.touch(Panel.STATUS)
