"""What the account holds, as lines: open positions with their protection, executions, money."""

from decimal import Decimal

from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.protection import naked_words
from omega_tui.engine.account_views import (
    AccountView,
    FillRow,
    FillsView,
    Freshness,
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
    Column("protected", 17, "<", 0),
    Column("liq", 10, ">", 1),
    Column("to liq", 7, ">", 4),
    Column("margin", 10, ">", 6),
    Column("lever", 5, ">", 5),
    Column("b/e", 10, ">", 7),
    Column("target", 10, ">", 8),
    Column("funding", 9, ">", 9),
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
    head = title_line(f"POSITIONS {len(view.rows) or ''}".rstrip(), doubt_spans(view.health), width, focused)
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
        protection_span(row),
        (text_of.number(row.liquidation_price, places), "liquidation"),
        (text_of.percent(row.liquidation_distance_percent, 1, signed=False), "ink"),
        (money(row.margin, private), "ink"),
        (f"{row.leverage}×", "ink"),
        (text_of.number(row.break_even_price, places), "ink"),
        (text_of.number(row.target_price, places), "ink"),
        (money(row.funding, private, signed=True), "ink"),
    )
    return Row(position_key(row), cells)


def protection_span(row: PositionRow) -> Span:
    """The protection gauge in words: what confirmed stops cover, loud while it is not everything."""
    if row.protected is None:
        return ("stops not known", "warn")
    if row.protected < 1:
        return (f" {naked_words(row.protected)} ", "error bold reverse")
    if row.stop_price is None:
        return ("trailing 100%", "good")
    return (f"SL {text_of.number(row.stop_price, row.price_places)} 100%", "good")


def side_span(side: Side) -> Span:
    """BUY or SELL in its colour."""
    return ("BUY", "up bold") if side is Side.BUY else ("SELL", "down bold")


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
    info: list[Span] = [*doubt_spans(view.health), (view.coin, "muted")]
    session = session_pnl(view)
    realized, fees = view.realized_session, view.fees_session
    both = f"{money(realized, private, signed=True)} {money(fees, private, signed=True)}"
    both += "".join(f" {money(paid, private, signed=True)} {coin}" for coin, paid in view.fees_elsewhere)
    sides = f"{money(view.long_notional, private)} / {money(view.short_notional, private)}"
    unrealized = text_of.direction_token(view.unrealized)
    facts: tuple[tuple[str, str, str], ...] = (
        ("equity", money(view.equity, private), "ink bold"),
        ("available", money(view.available, private), "ink"),
        ("margin used", money(view.margin_used, private), "ink"),
        ("unrealized", money(view.unrealized, private, signed=True), unrealized),
        ("session PnL", money(session, private, signed=True), f"{text_of.direction_token(session)} bold"),
        ("day PnL", _day_words(view, private), _day_token(view)),
        ("open risk", _risk_words(view), "ink"),
        ("realized, fees", both, "ink"),
        ("long / short", sides, "ink"),
    )
    lines = [title_line("ACCOUNT", info, width, focused)]
    for label, value, token in facts:
        lines.append(spread_out([(f" {label}", "muted")], [(f"{value} ", token)], width))
    return padded(lines, width, height)


def _day_words(view: AccountView, private: bool) -> str:
    day = money(view.day_profit, private, signed=True)
    return day if view.day_loss_limit is None else f"{day}, limit -{money(view.day_loss_limit, private)}"


def _day_token(view: AccountView) -> str:
    day, limit = view.day_profit, view.day_loss_limit
    reached = day is not None and limit is not None and day <= -limit
    return "error bold reverse" if reached else text_of.direction_token(day)


def _risk_words(view: AccountView) -> str:
    words = _share(view.open_risk)
    return words if view.open_risk_cap is None else f"{words} of {_share(view.open_risk_cap)}"


def _share(value: Decimal | None) -> str:
    return text_of.percent(None if value is None else value * 100, 1, signed=False)


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


def doubt_spans(health: Freshness) -> list[Span]:
    """How far a table can be trusted, nothing while it can."""
    if health.health is Health.LIVE:
        return []
    return [(f"{freshness_words(health.health, health.age_seconds)} ", "warn bold")]
