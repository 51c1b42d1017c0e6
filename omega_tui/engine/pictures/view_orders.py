"""Unfinished orders and the newest executions."""

from omega_tui.domain.events import Surface
from omega_tui.domain.orders import OrderState
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import FillRow, FillsView, OrderRow, OrdersView
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.state import State


def build_orders(state: State) -> OrdersView:
    """Unfinished orders: UNKNOWN first, then the newest first."""
    newest_first = state.ledger.unfinished()[::-1]
    tracked = sorted(newest_first, key=lambda each: each.order.state is not OrderState.UNKNOWN)
    return OrdersView(tuple(_row(state, each) for each in tracked), state.feeds.freshness(Surface.PRIVATE))


def build_order(state: State, key: str) -> OrderRow | None:
    """One order, finished or not; None for a key nobody knows."""
    tracked = state.ledger.get(key)
    return None if tracked is None else _row(state, tracked)


def _row(state: State, tracked: Tracked) -> OrderRow:
    order, instrument = tracked.order, state.instruments.get(tracked.order.symbol)
    return OrderRow(
        key=tracked.key,
        symbol=order.symbol,
        side=order.side,
        order_type=order.order_type,
        time_in_force=order.time_in_force,
        size=order.size,
        filled=order.filled,
        price=order.price,
        reduce_only=order.reduce_only,
        state=tracked.state,
        age_seconds=order_age_seconds(state, tracked),
        foreign=order.foreign,
        evidence=evidence_text(state, tracked),
        price_places=instrument.price_places if instrument is not None else 2,
        size_places=instrument.size_places if instrument is not None else 4,
        plan=order.plan,
        take_profit=order.take_profit,
        stop_loss=order.stop_loss,
    )


def order_age_seconds(state: State, tracked: Tracked) -> int | None:
    """Age by our monotonic clock for an order sent in this run, else by the exchange's creation stamp."""
    if tracked.opened_at is not None:
        return int(state.clock.monotonic() - tracked.opened_at)
    if tracked.order.created_ms is None:
        return None
    return max(0, (state.clock.wall_ms() - tracked.order.created_ms) // 1000)


def evidence_text(state: State, tracked: Tracked) -> str:
    """What is known of an order whose fate is open, and what settles it."""
    order = tracked.order
    if order.state is not OrderState.UNKNOWN:
        return _relation_text(state, tracked)
    looks = "not looked up yet" if not tracked.clean_misses else f"{tracked.clean_misses} clean not-found"
    window = int(state.options.signature_window_seconds)
    return f"{order.reason}; {looks}; settles when found, or on 2 clean not-found after {window} s"


def _relation_text(state: State, tracked: Tracked) -> str:
    """What is under way with an order that is known to live, and where it came from."""
    if tracked.state is OrderState.PENDING_CANCEL:
        if tracked.replaced_by is not None:
            return "another order takes its place, not proven"
        asked = f" {tracked.cancels} times" if tracked.cancels > 1 else ""
        return f"cancel asked for{asked}, not proven"
    plan = state.ledger.get(tracked.parent or "")
    if plan is not None and plan.order.plan is not None:
        kind = plan.order.plan.kind.replace("_", " ")
        return f"fired by the {kind} at {decimal_text(plan.order.plan.trigger_price)}"
    return ""


def build_fills(state: State, limit: int) -> FillsView:
    """The newest `limit` executions, newest first."""
    newest = sorted(state.ledger.fills(), key=lambda fill: (fill.exchange_ms, fill.trade_id), reverse=True)
    rows = []
    for fill in newest[: max(0, limit)]:
        instrument = state.instruments.get(fill.symbol)
        rows.append(
            FillRow(
                exchange_ms=fill.exchange_ms,
                symbol=fill.symbol,
                side=fill.side,
                price=fill.price,
                size=fill.size,
                fee=fill.fee,
                profit=fill.profit,
                maker=fill.maker,
                price_places=instrument.price_places if instrument is not None else 2,
                size_places=instrument.size_places if instrument is not None else 4,
            )
        )
    return FillsView(tuple(rows))
