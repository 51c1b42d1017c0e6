"""The pictures as sentences, one fact after the other, for ears and for terminals without a screen."""

from collections.abc import Iterator

from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide, OrderState
from omega_tui.domain.protection import naked_words
from omega_tui.engine.account_views import (
    AccountView,
    FillsView,
    OrderRow,
    OrdersView,
    PositionRow,
    PositionsView,
)
from omega_tui.engine.chart_views import FibonacciView
from omega_tui.engine.views import LadderView, Posture, StatusView, Views
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import counted, session_pnl
from omega_tui.ui.rows.ladder import freshness_words
from omega_tui.ui.rows.orders import type_words


def status(view: StatusView) -> Iterator[str]:
    """Where orders go, what the market is, and what cannot be trusted."""
    places = view.instrument.price_places if view.instrument is not None else 2
    note = f", {view.market_note}" if view.market_note else ""
    yield f"{view.venue}{note}, account {view.account}, profile {view.profile or 'none'}."
    last, mark = (text_of.number(price, places) for price in (view.last_price, view.mark_price))
    yield f"{view.symbol}: last {last}, mark {mark}, 24 h {text_of.rate(view.change_24h, 2)}."
    if view.posture is not Posture.NORMAL:
        yield f"{view.posture.value}: {view.posture_reason or 'entries wait'}."
    for name, surface in (("book", view.book), ("account", view.private), ("orders", view.actions)):
        if surface.health is not Health.LIVE:
            yield f"{name}: {freshness_words(surface.health, surface.age_seconds)} {surface.reason}.".replace(
                " .", "."
            )
    if view.alarm:
        yield f"Alarm: {view.alarm}."


def positions(view: PositionsView) -> Iterator[str]:
    """Each position with its protection."""
    if not view.rows:
        yield "No open position."
    for row in view.rows:
        yield _position(row)


def _position(row: PositionRow) -> str:
    places = row.price_places
    side = "LONG" if row.hold_side is HoldSide.LONG else "SHORT"
    parts = [
        f"{row.symbol} {side} {text_of.number(row.size, row.size_places)}",
        f"entry {text_of.number(row.entry_price, places)}",
        f"mark {text_of.number(row.mark_price, places)}",
        f"unrealized {text_of.number(row.unrealized, 2, signed=True)}",
        f"liquidation {text_of.number(row.liquidation_price, places)}",
    ]
    if row.protected is None:
        parts.append("stops not known")
    elif row.protected < 1:
        parts.append(naked_words(row.protected))
    else:
        parts.append(f"stop {text_of.number(row.stop_price, places)} covers all")
    return f"{', '.join(parts)}."


def orders(view: OrdersView) -> Iterator[str]:
    """Each order that rests or whose fate is not known."""
    if not view.rows:
        yield "No open order."
    for row in view.rows:
        yield _order(row)


def _order(row: OrderRow) -> str:
    whole = row.plan is not None and row.plan.kind.whole_position
    size = "all" if whole else text_of.number(row.size, row.size_places)
    parts = [f"{row.symbol} {row.side.value} {type_words(row)} {size}"]
    if row.price is not None:
        parts.append(f"price {text_of.number(row.price, row.price_places)}")
    if row.plan is not None:
        trigger = text_of.number(row.plan.trigger_price, row.price_places)
        parts.append(f"trigger {trigger} by {row.plan.trigger_by.value}")
    parts.append(
        row.state.value.upper() if row.state is OrderState.UNKNOWN else row.state.value.replace("_", " ")
    )
    if row.evidence:
        parts.append(row.evidence)
    if row.foreign:
        parts.append("placed elsewhere")
    parts.append(f"id {row.key}")
    return f"{', '.join(parts)}."


def fills(view: FillsView) -> Iterator[str]:
    """The newest executions, newest first."""
    if not view.rows:
        yield "No execution yet."
    for row in view.rows:
        size = text_of.number(row.size, row.size_places)
        price = text_of.number(row.price, row.price_places)
        profit = text_of.number(row.profit, 2, signed=True)
        when = text_of.clock_time(row.exchange_ms)
        yield f"{when} {row.symbol} {row.side.value} {size} at {price}, profit {profit}."


def book(view: LadderView) -> Iterator[str]:
    """The best five levels of either side."""
    if not view.bids or not view.asks:
        yield "No order book yet."
        return
    for name, levels in (("asks", view.asks), ("bids", view.bids)):
        prices = (text_of.number(view.tick * row, view.price_places) for row, _ in levels[:5])
        sizes = (text_of.number(size, view.size_places) for _, size in levels[:5])
        told = (f"{size} at {price}" for price, size in zip(prices, sizes, strict=True))
        yield f"{name}: {', '.join(told)}."


def account(view: AccountView) -> Iterator[str]:
    """The money, and the risk beside its caps."""
    facts = (
        ("equity", view.equity),
        ("available", view.available),
        ("margin used", view.margin_used),
        ("session result", session_pnl(view)),
        ("day's result", view.day_profit),
    )
    yield f"{', '.join(f'{name} {text_of.number(value, 2)}' for name, value in facts)} {view.coin}."
    shares = (view.open_risk, view.open_risk_cap)
    risk, cap = (text_of.percent(None if s is None else s * 100, 1, signed=False) for s in shares)
    yield f"Open risk {risk} of {cap}."


def levels(view: FibonacciView) -> Iterator[str]:
    """Every Fibonacci level with its distance."""
    if not view.rows:
        yield f"No levels: {view.note or 'no swing yet'}."
    for row in view.rows:
        price = text_of.number(row.price, view.price_places)
        sitting = f", {row.sitting}" if row.sitting else ""
        yield f"{row.ratio} at {price}, {text_of.percent(row.distance_percent)}{sitting}."


def what_stays(views: Views) -> str:
    """What leaving does not touch, in one sentence that claims no more than is known."""
    resting, held = views.orders().rows, views.positions().rows
    unknown = sum(row.state is OrderState.UNKNOWN for row in resting)
    doubt = f" ({unknown} of them UNKNOWN)" if unknown else ""
    told = f"{counted(len(resting), 'open order')}{doubt} and {counted(len(held), 'position')}"
    health = views.positions().health.health
    if health is not Health.LIVE:
        return f"What stays on the exchange is not known (account {health.upper()}); last seen: {told}."
    if not resting and not held:
        return "Nothing stays on the exchange: no open order, no position."
    return f"{told} stay on the exchange."
