"""What the exchange told, in words for the log: executions, and how orders ended."""

from omega_tui.domain.orders import Fill, Order, OrderState
from omega_tui.domain.values import decimal_text
from omega_tui.engine.state import State


def order_words(order: Order) -> str:
    """`buy 0.01 BTCUSDT at 59000`, with the trigger of a plan."""
    size = decimal_text(order.size) if order.size else "all"
    price = "market" if order.price is None else decimal_text(order.price)
    when = "" if order.plan is None else f" when {decimal_text(order.plan.trigger_price)}"
    return f"{order.side} {size} {order.symbol} at {price}{when}"


def tell_fill(state: State, fill: Fill) -> None:
    """An execution of this session."""
    words = f"filled: {fill.side} {decimal_text(fill.size)} {fill.symbol} at {decimal_text(fill.price)}"
    if fill.fee is not None:
        words += f", fee {decimal_text(fill.fee)} {fill.fee_coin or ''}".rstrip()
    if fill.profit:
        words += f", profit {decimal_text(fill.profit)}"
    state.diary.good(words)


def tell_end(state: State, before: OrderState | None, order: Order) -> None:
    """An order that has just reached its end other than by being filled, which its executions tell."""
    if before is None or before.terminal:
        return
    if order.state is OrderState.TRIGGERED and order.plan is not None:
        at = decimal_text(order.plan.trigger_price)
        state.diary.good(f"triggered: {order.plan.kind} of {order.symbol} at {at}")
    if order.state is not OrderState.CANCELED:
        return
    done = f", {decimal_text(order.filled)} of it filled" if order.filled else ""
    why = f": {order.reason}" if order.reason else ""
    state.diary.write(f"canceled: {order_words(order)}{done}{why}")
