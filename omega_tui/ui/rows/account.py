"""What the account holds, as lines: open positions, unfinished orders, executions, money."""

from decimal import Decimal

from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide, OrderState, OrderType, Side, TimeInForce
from omega_tui.engine.account_views import (
    AccountView,
    FillRow,
    FillsView,
    Freshness,
    OrderRow,
    OrdersView,
    PositionRow,
    PositionsView,
)
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.ladder import freshness_words
from omega_tui.ui.rows.spans import Line, Span, padded, spread_out, title_line
from omega_tui.ui.rows.table import Column, Row, build_table

HIDDEN = "•••"
"""What stands where privacy hides an amount of money."""

_POSITION_COLUMNS = (
    Column("symbol", 9, "<", 0),
    Column("side", 5, "<", 0),
    Column("size", 9, ">", 0),
    Column("entry", 10, ">", 0),
    Column("mark", 10, ">", 3),
    Column("uPnL", 10, ">", 0),
    Column("%", 8, ">", 2),
    Column("liq", 10, ">", 1),
    Column("to liq", 7, ">", 4),
    Column("margin", 10, ">", 6),
    Column("lever", 5, ">", 5),
    Column("b/e", 10, ">", 7),
    Column("funding", 9, ">", 8),
)

_ORDER_COLUMNS = (
    Column("symbol", 9, "<", 0),
    Column("side", 4, "<", 0),
    Column("type", 9, "<", 1),
    Column("size", 9, ">", 0),
    Column("filled", 9, ">", 2),
    Column("price", 10, ">", 0),
    Column("state", 10, "<", 0),
    Column("age", 6, ">", 3),
    Column("note", 14, "<", 4),
)

_FILL_COLUMNS = (
    Column("UTC", 8, "<", 1),
    Column("symbol", 9, "<", 2),
    Column("side", 4, "<", 0),
    Column("size", 9, ">", 0),
    Column("price", 10, ">", 0),
    Column("fee", 8, ">", 3),
    Column("profit", 9, ">", 4),
    Column("as", 5, "<", 5),
)


def build_positions(
    view: PositionsView, cursor: str | None, width: int, height: int, *, focused: bool, private: bool
) -> list[Line]:
    """The positions panel."""
    head = title_line(f"POSITIONS {len(view.rows) or ''}".rstrip(), _doubt(view.health), width, focused)
    rows = [_position(row, private) for row in view.rows]
    return [head, *build_table(_POSITION_COLUMNS, rows, cursor, width, height - 1, "no open position")]


def position_key(row: PositionRow) -> str:
    """What names a position in the table."""
    return f"{row.symbol}:{row.hold_side.value}"


def _position(row: PositionRow, private: bool) -> Row:
    places = row.price_places
    side: Span = ("LONG", "up bold") if row.hold_side is HoldSide.LONG else ("SHORT", "down bold")
    pnl = text_of.direction_token(row.unrealized)
    cells: tuple[Span, ...] = (
        (row.symbol, "ink bold"),
        side,
        (text_of.number(row.size, row.size_places), "ink"),
        (text_of.number(row.entry_price, places), "entry"),
        (text_of.number(row.mark_price, places), "ink"),
        (money(row.unrealized, private, signed=True), f"{pnl} bold"),
        (text_of.percent(row.unrealized_percent), pnl),
        (text_of.number(row.liquidation_price, places), "liquidation"),
        (text_of.percent(row.liquidation_distance_percent, 1, signed=False), "ink"),
        (money(row.margin, private), "ink"),
        (f"{row.leverage}×", "ink"),
        (text_of.number(row.break_even_price, places), "ink"),
        (money(row.funding, private, signed=True), "ink"),
    )
    return Row(position_key(row), cells)


def build_orders(
    view: OrdersView, cursor: str | None, width: int, height: int, *, focused: bool
) -> list[Line]:
    """The orders panel; an UNKNOWN order carries its evidence on a line of its own."""
    unknown = sum(row.state is OrderState.UNKNOWN for row in view.rows)
    info: list[Span] = [(f"{unknown} UNKNOWN ", "unknown bold")] if unknown else []
    head = title_line(
        f"ORDERS {len(view.rows) or ''}".rstrip(), [*info, *_doubt(view.health)], width, focused
    )
    rows = [_order(row) for row in view.rows]
    return [head, *build_table(_ORDER_COLUMNS, rows, cursor, width, height - 1, "no open order")]


def _order(row: OrderRow) -> Row:
    unknown = row.state is OrderState.UNKNOWN
    state = "UNKNOWN" if unknown else row.state.value.replace("_", " ").removesuffix(" filled")
    cells: tuple[Span, ...] = (
        (row.symbol, "ink"),
        side_span(row.side),
        (_type_words(row), "ink"),
        (text_of.number(row.size, row.size_places), "ink"),
        (text_of.number(row.filled, row.size_places), "ink"),
        ("market" if row.price is None else text_of.number(row.price, row.price_places), "ink"),
        (state, "unknown bold" if unknown else "ink"),
        (text_of.duration(row.age_seconds), "muted"),
        (_order_note(row), "muted"),
    )
    note = (row.evidence, "unknown") if unknown and row.evidence else None
    return Row(row.key, cells, note)


def _order_note(row: OrderRow) -> str:
    words = [word for word, said in (("closes", row.reduce_only), ("not ours", row.foreign)) if said]
    return ", ".join(words)


def side_span(side: Side) -> Span:
    """BUY or SELL in its colour."""
    return ("BUY", "up bold") if side is Side.BUY else ("SELL", "down bold")


def _type_words(row: OrderRow) -> str:
    if row.order_type is OrderType.MARKET:
        return "market"
    if row.time_in_force is TimeInForce.POST_ONLY:
        return "post-only"
    return "limit" if row.time_in_force is TimeInForce.GTC else row.time_in_force.value.upper()


def build_fills(view: FillsView, width: int, height: int, *, focused: bool, private: bool) -> list[Line]:
    """The newest executions, newest first."""
    head = title_line("FILLS", [], width, focused)
    rows = [_fill(index, row, private) for index, row in enumerate(view.rows)]
    return [head, *build_table(_FILL_COLUMNS, rows, None, width, height - 1, "no execution yet")]


def _fill(index: int, row: FillRow, private: bool) -> Row:
    role = text_of.NOTHING if row.maker is None else "maker" if row.maker else "taker"
    cells: tuple[Span, ...] = (
        (text_of.clock_time(row.exchange_ms), "muted"),
        (row.symbol, "ink"),
        side_span(row.side),
        (text_of.number(row.size, row.size_places), "ink"),
        (text_of.number(row.price, row.price_places), "ink"),
        (money(row.fee, private, signed=True, places=4), "ink"),
        (money(row.profit, private, signed=True), text_of.direction_token(row.profit)),
        (role, "muted"),
    )
    return Row(str(index), cells)


def build_account(view: AccountView, width: int, height: int, *, focused: bool, private: bool) -> list[Line]:
    """The account's money, one figure a line."""
    info: list[Span] = [*_doubt(view.health), (view.coin, "muted")]
    day = session_pnl(view)
    facts: tuple[tuple[str, Decimal | None, bool, str], ...] = (
        ("equity", view.equity, False, "ink bold"),
        ("available", view.available, False, "ink"),
        ("margin used", view.margin_used, False, "ink"),
        ("unrealized", view.unrealized, True, text_of.direction_token(view.unrealized)),
        ("session PnL", day, True, f"{text_of.direction_token(day)} bold"),
        ("realized", view.realized_session, True, text_of.direction_token(view.realized_session)),
        ("fees", view.fees_session, True, "ink"),
        ("long", view.long_notional, False, "ink"),
        ("short", view.short_notional, False, "ink"),
    )
    lines = [title_line("ACCOUNT", info, width, focused)]
    for label, value, signed, token in facts:
        right: list[Span] = [(f"{money(value, private, signed=signed)} ", token)]
        lines.append(spread_out([(f" {label}", "muted")], right, width))
    return padded(lines, width, height)


def account_strip(view: AccountView, positions: int, orders: int, *, private: bool) -> list[Span]:
    """The account in one line, for screens without room for the panel."""
    day = session_pnl(view)
    return [
        (" equity ", "muted"),
        (money(view.equity, private), "ink bold"),
        ("  available ", "muted"),
        (money(view.available, private), "ink"),
        ("  session ", "muted"),
        (money(day, private, signed=True), f"{text_of.direction_token(day)} bold"),
        (f"  {counted(positions, 'position')}, {counted(orders, 'order')}", "muted"),
    ]


def session_pnl(view: AccountView) -> Decimal | None:
    """Realized, unrealized and fees (below zero when paid) together; unknown while any of them is."""
    parts = (view.realized_session, view.unrealized, view.fees_session)
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def counted(number: int, noun: str) -> str:
    """`1 order`, `3 orders`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def money(value: Decimal | None, private: bool, *, signed: bool = False, places: int = 2) -> str:
    """An amount of the margin coin, or dots while privacy is on."""
    return HIDDEN if private else text_of.number(value, places, signed=signed)


def _doubt(health: Freshness) -> list[Span]:
    if health.health is Health.LIVE:
        return []
    return [(f"{freshness_words(health.health, health.age_seconds)} ", "warn bold")]
