"""What this session's executions came to, as lines. Sums of what is known, each with how many it is of."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from omega_tui.engine.account_views import FillRow
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import counted, money
from omega_tui.ui.rows.spans import Line, filled, notice, padded, spread_out, title_line
from omega_tui.ui.rows.table import Column, Row, build_table

_ZERO = Decimal(0)
_COLUMNS = (
    Column("symbol", 9, "<", 0),
    Column("fills", 5, ">", 1),
    Column("volume", 12, ">", 2),
    Column("profit", 10, ">", 0),
    Column("fees", 9, ">", 0),
)


def build_session(
    fills: Sequence[FillRow], width: int, height: int, *, focused: bool, private: bool
) -> list[Line]:
    """The session panel: totals, then one line a market."""
    head = title_line("SESSION", [(counted(len(fills), "execution"), "muted")], width, focused)
    if not fills:
        return [head, *notice("no execution yet", width, height - 1)]
    lines = [head]
    for label, value, token in _totals(fills, private):
        lines.append(spread_out([(f" {label}", "muted")], [(f"{value} ", token)], width))
    lines.append(filled([], width))
    table = build_table(_COLUMNS, _markets(fills, private), None, width, max(0, height - len(lines)), "")
    return padded([*lines, *table], width, height)


def _totals(fills: Sequence[FillRow], private: bool) -> list[tuple[str, str, str]]:
    profit, fees = _profit(fills), _fees(fills)
    after = profit + fees
    closes = [fill.profit for fill in fills if fill.profit]
    wins = [each for each in closes if each > 0]
    won, lost = sum(wins, _ZERO), -sum((each for each in closes if each < 0), _ZERO)
    makers = [fill.maker for fill in fills if fill.maker is not None]
    rate = text_of.percent(Decimal(100 * len(wins)) / len(closes), 0, signed=False) if closes else ""
    return [
        ("profit", money(profit, private, signed=True), text_of.direction_token(profit)),
        ("fees", money(fees, private, signed=True), "ink"),
        ("after fees", money(after, private, signed=True), f"{text_of.direction_token(after)} bold"),
        ("closes that won", f"{rate} of {len(closes)}" if closes else text_of.NOTHING, "ink"),
        ("gross profit factor", f"{won / lost:.2f}" if lost else text_of.NOTHING, "ink"),
        ("as maker", f"{sum(makers)} of {len(makers)}" if makers else text_of.NOTHING, "ink"),
    ]


def _markets(fills: Sequence[FillRow], private: bool) -> list[Row]:
    by_symbol: dict[str, list[FillRow]] = defaultdict(list)
    for fill in fills:
        by_symbol[fill.symbol].append(fill)
    rows = []
    for symbol, found in sorted(by_symbol.items()):
        profit = _profit(found)
        volume = sum((fill.price * fill.size for fill in found), _ZERO)
        cells = (
            (symbol, "ink bold"),
            (str(len(found)), "ink"),
            (money(volume, private), "ink"),
            (money(profit, private, signed=True), text_of.direction_token(profit)),
            (money(_fees(found), private, signed=True), "ink"),
        )
        rows.append(Row(symbol, cells))
    return rows


def _profit(fills: Sequence[FillRow]) -> Decimal:
    return sum((fill.profit for fill in fills if fill.profit is not None), _ZERO)


def _fees(fills: Sequence[FillRow]) -> Decimal:
    return sum((fill.fee for fill in fills if fill.fee is not None), _ZERO)
