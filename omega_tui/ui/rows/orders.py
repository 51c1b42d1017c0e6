"""Unfinished orders as lines: every kind in one table, what each waits for, and what is in doubt first."""

from omega_tui.domain.orders import OrderState, OrderType, TimeInForce
from omega_tui.domain.plans import Plan, PlanKind
from omega_tui.engine.account_views import OrderRow, OrdersView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import doubt_spans, side_span
from omega_tui.ui.rows.spans import Line, Span, title_line
from omega_tui.ui.rows.table import Column, Row, build_table

_COLUMNS = (
    Column("symbol", 9, "<", 0),
    Column("side", 4, "<", 0),
    Column("type", 9, "<", 0),
    Column("size", 9, ">", 0),
    Column("filled", 9, ">", 5),
    Column("price", 10, ">", 0),
    Column("trigger", 13, ">", 1),
    Column("state", 10, "<", 0),
    Column("age", 6, ">", 4),
    Column("note", 8, "<", 2),
)

_PLAN_WORDS = {
    PlanKind.TRIGGER: "trigger",
    PlanKind.TRAILING: "trailing",
    PlanKind.TAKE_PROFIT: "TP",
    PlanKind.STOP_LOSS: "SL",
    PlanKind.TRAILING_STOP: "trail SL",
    PlanKind.POSITION_TAKE_PROFIT: "TP whole",
    PlanKind.POSITION_STOP_LOSS: "SL whole",
}


def build_orders(
    view: OrdersView, cursor: str | None, width: int, height: int, *, focused: bool
) -> list[Line]:
    """The orders panel; an UNKNOWN order carries its evidence on a line of its own."""
    unknown = sum(row.state is OrderState.UNKNOWN for row in view.rows)
    info: list[Span] = [(f"{unknown} UNKNOWN ", "unknown bold")] if unknown else []
    head = title_line(
        f"ORDERS {len(view.rows) or ''}".rstrip(), [*info, *doubt_spans(view.health)], width, focused
    )
    rows = [_order(row, opened=row.key == cursor) for row in view.rows]
    return [head, *build_table(_COLUMNS, rows, cursor, width, height - 1, "no open order")]


def _order(row: OrderRow, *, opened: bool) -> Row:
    unknown = row.state is OrderState.UNKNOWN
    whole = row.plan is not None and row.plan.kind.whole_position
    cells: tuple[Span, ...] = (
        (row.symbol, "ink"),
        side_span(row.side),
        (type_words(row), "ink"),
        ("all" if whole else text_of.number(row.size, row.size_places), "ink"),
        (text_of.number(row.filled, row.size_places), "ink"),
        ("market" if row.price is None else text_of.number(row.price, row.price_places), "ink"),
        (_trigger_words(row.plan, row.price_places), "ink"),
        (_state_words(row.state), "unknown bold" if unknown else "ink"),
        (text_of.duration(row.age_seconds), "muted"),
        (_note(row), "warn" if row.foreign else "muted"),
    )
    if unknown and row.evidence:
        return Row(row.key, cells, (row.evidence, "unknown"))
    return Row(row.key, cells, (_details(row), "muted") if opened else None)


def _details(row: OrderRow) -> str:
    """What the columns have no room for, for the order under the cursor."""
    places = row.price_places
    legs = (("stop", row.stop_loss), ("target", row.take_profit))
    words = [f"{name} {text_of.number(price, places)} with its fill" for name, price in legs if price]
    if row.reduce_only:
        words.append("only closes")
    if row.foreign:
        words.append("placed elsewhere")
    if row.filled:
        words.append(f"{text_of.number(row.filled, row.size_places)} filled")
    words.append(
        f"{text_of.duration(row.age_seconds)} old" if row.age_seconds is not None else "age not known"
    )
    return f"{row.key} · {', '.join(words)}"


def type_words(row: OrderRow) -> str:
    """The kind of an order in at most nine characters."""
    if row.plan is not None:
        return _PLAN_WORDS[row.plan.kind]
    if row.order_type is OrderType.MARKET:
        return "market"
    if row.time_in_force is TimeInForce.POST_ONLY:
        return "post-only"
    return "limit" if row.time_in_force is TimeInForce.GTC else row.time_in_force.value.upper()


def _trigger_words(plan: Plan | None, places: int) -> str:
    if plan is None:
        return ""
    price = text_of.number(plan.trigger_price, places)
    if plan.callback_rate is not None:
        return f"{price} {text_of.percent(plan.callback_rate * 100, 1, signed=False)}"
    return f"{price} {plan.trigger_by.value}"


def _state_words(state: OrderState) -> str:
    if state is OrderState.PENDING_CANCEL:
        return "cancelling"
    words = state.value.replace("_", " ").removesuffix(" filled")
    return words.upper() if state is OrderState.UNKNOWN else words


def _note(row: OrderRow) -> str:
    """One word or two, the most surprising first."""
    if row.foreign:
        return "not ours"
    legs = [name for name, leg in (("+SL", row.stop_loss), ("+TP", row.take_profit)) if leg is not None]
    if legs:
        return " ".join(legs)
    return "closes" if row.reduce_only else ""
