"""What the exchange told, in words for the log: executions, and how orders ended."""

from omega_tui.domain.events import Health, HealthChanged, Surface
from omega_tui.domain.orders import Fill, Order, OrderState
from omega_tui.domain.values import decimal_text
from omega_tui.engine.alarms import Alarm
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel


def order_words(order: Order) -> str:
    """`buy 0.01 BTCUSDT at 59000`, with the trigger of a plan."""
    size = decimal_text(order.size) if order.size else "all"
    price = "market" if order.price is None else decimal_text(order.price)
    when = "" if order.plan is None else f" when {decimal_text(order.plan.trigger_price)}"
    return f"{order.side} {size} {order.symbol} at {price}{when}"


_STREAMS = {Surface.BOOK: "market", Surface.PRIVATE: "account"}


def tell_fill(state: State, fill: Fill) -> None:
    """An execution of this session."""
    tracked = state.ledger.find(fill.client_order_id, fill.order_id)
    elsewhere = " (order from elsewhere)" if tracked is not None and tracked.order.foreign else ""
    words = f"filled{elsewhere}: {fill.side} {decimal_text(fill.size)} {fill.symbol}"
    words += f" at {decimal_text(fill.price)}"
    if fill.fee is not None:
        words += f", fee {decimal_text(fill.fee)} {fill.fee_coin or ''}".rstrip()
    if fill.profit:
        words += f", profit {decimal_text(fill.profit)}"
    state.diary.good(words)


def tell_duplicate(state: State, report: Order, tracked: Tracked) -> None:
    """An order under a client id of ours that another order has already; the child of a plan is none."""
    if tracked.order.client_order_id != report.client_order_id and tracked.parent is None:
        state.diary.error(
            f"two orders under one id of ours: {report.side} {decimal_text(report.size)} {report.symbol} "
            f"({report.order_id}) was not sent twice from here; cancel the one too many"
        )


def tell_end(state: State, before: OrderState | None, order: Order) -> None:
    """An order that has just reached its end other than by being filled, which its executions tell."""
    if before is None or before.terminal:
        return
    if order.state is OrderState.TRIGGERED and order.plan is not None:
        at = decimal_text(order.plan.trigger_price)
        state.diary.good(f"triggered: {order.plan.kind} of {order.symbol} at {at}")
    if order.state is not OrderState.CANCELED:
        return
    if order.plan is not None and order.reason:
        # Nobody asked for this end: what the plan was there for did not happen.
        tell_lost_plan(state, order)
        return
    done = f", {decimal_text(order.filled)} of it filled" if order.filled else ""
    why = f": {order.reason}" if order.reason else ""
    state.diary.write(f"canceled: {order_words(order)}{done}{why}")


def tell_lost_plan(state: State, order: Order) -> None:
    """A plan that failed or vanished: an alarm until the trader has seen it."""
    at = f" at {decimal_text(order.plan.trigger_price)}" if order.plan is not None else ""
    kind = order.plan.kind.replace("_", " ") if order.plan is not None else "order"
    text = f"PLAN FAILED: {kind} of {order.symbol}{at}: {order.reason}"
    state.alarms.set(f"plan {order.client_order_id or order.order_id}", Alarm(text, until_seen=True))
    state.diary.error(text)
    state.touch(Panel.STATUS)


def tell_stream(state: State, event: HealthChanged, before: Health) -> None:
    """A stream that went down or came back; that the account's is back is told once it has been compared."""
    name = _STREAMS.get(event.surface)
    if name is None:
        return
    if event.health is Health.DOWN and before is Health.LIVE:
        because = f": {event.reason}" if event.reason else ""
        state.diary.warn(f"{name} stream down{because}; it is read by request until it is back")
    elif event.health is Health.LIVE and before is Health.DOWN and event.surface is Surface.BOOK:
        state.diary.good(f"{name} stream live again")
