"""Closed positions as lines: a table, newest first, and what is to be said of the one at the cursor."""

from datetime import UTC, datetime
from decimal import Decimal

from omega_tui.analytics.trades import Trade
from omega_tui.domain.closed import Check, ClosedPosition, Origin
from omega_tui.domain.orders import HoldSide
from omega_tui.domain.values import decimal_text
from omega_tui.engine.past_views import HistoryView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import money
from omega_tui.ui.rows.spans import Line, Span, notice, title_line, wrapped
from omega_tui.ui.rows.table import Column, Row, build_table

_COLUMNS = (
    Column("closed UTC", 11, "<", 1),
    Column("symbol", 9, "<", 0),
    Column("side", 5, "<", 0),
    Column("size", 9, ">", 2),
    Column("entry", 10, ">", 3),
    Column("exit", 10, ">", 4),
    Column("net", 10, ">", 0),
    Column("R", 6, ">", 5),
    Column("held", 7, ">", 6),
    Column("fees", 8, ">", 8),
    Column("funding", 8, ">", 9),
    Column("entry φ", 7, ">", 7),
    Column("", 1, "<", 0),
    Column("tags", 16, "<", 10),
)

_MARKS: dict[Check, Span] = {
    Check.AGREES: ("✓", "good"),
    Check.DIFFERS: ("≠", "warn bold"),
    Check.UNCHECKED: ("·", "muted"),
}
_ORIGINS = {
    Origin.EXCHANGE: "told by the exchange alone: its fills are older than the journal",
    Origin.FILE: "imported from a file",
    Origin.MANUAL: "written down by hand",
}


def build_history(
    view: HistoryView, cursor: str | None, width: int, height: int, *, focused: bool, private: bool
) -> list[Line]:
    """The history panel."""
    count = f"HISTORY {len(view.trades) or ''}".rstrip()
    head = title_line(count, [(view.problem, "warn")] if view.problem else [], width, focused)
    if not view.known and not view.trades:
        return [head, *notice(view.problem or "reading the journal", width, height - 1)]
    rows = [_row(each, private, cursor, width) for each in reversed(view.trades)]
    return [head, *build_table(_COLUMNS, rows, cursor, width, height - 1, "no position was closed yet")]


def _row(trade: Trade, private: bool, cursor: str | None, width: int) -> Row:
    position = trade.position
    long = position.hold_side is HoldSide.LONG
    cells: tuple[Span, ...] = (
        (f"{datetime.fromtimestamp(position.closed_ms / 1000, UTC):%m-%d %H:%M}", "muted"),
        (position.symbol, "ink bold"),
        ("LONG", "up") if long else ("SHORT", "down"),
        (_plain(position.size), "ink"),
        (_plain(position.entry_price), "entry"),
        (_plain(position.exit_price), "ink"),
        (money(position.net, private, signed=True), f"{text_of.direction_token(position.net)} bold"),
        (text_of.number(trade.r_multiple, 2, signed=True), text_of.direction_token(trade.r_multiple)),
        (text_of.duration(position.held_ms / 1000), "ink"),
        (money(position.fees, private, signed=True), "ink"),
        (money(position.funding, private, signed=True), "ink"),
        (text_of.NOTHING if trade.entry_swing is None else f"{trade.entry_harmony:.3f}", "fib"),
        _MARKS[position.check],
        (" ".join(trade.tags), "muted"),
    )
    said = _said(trade) if position.position_id == cursor else ""
    note = (wrapped(said, width - 4, 1)[0], "muted") if said else None
    return Row(position.position_id, cells, note)


def _plain(value: Decimal) -> str:
    """A figure without trailing noise: averages are cut to eight significant digits."""
    return text_of.grouped(decimal_text(value if len(value.as_tuple().digits) <= 8 else +_cut(value)))


def _cut(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 7))


def _said(trade: Trade) -> str:
    position: ClosedPosition = trade.position
    parts = [position.difference, _ORIGINS.get(position.origin, ""), *trade.notes]
    return "; ".join(part for part in parts if part)
