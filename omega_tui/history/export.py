"""Closed positions as lines for other programs: CSV that no spreadsheet runs, or JSON Lines."""

from collections.abc import Iterable, Iterator

import msgspec

from omega_tui.analytics.trades import Trade
from omega_tui.domain.values import decimal_text
from omega_tui.journal import csv_line, formula_safe, time_text

_encode = msgspec.json.Encoder().encode

COLUMNS = (
    *("id", "origin", "symbol", "side", "size", "peak", "entry_price", "exit_price", "opened", "closed"),
    *("gross", "fees", "funding", "net", "r_multiple", "adverse", "favourable", "entry_harmony"),
    *("exit_harmony", "entry_ratio", "profile", "tags", "notes", "check", "difference"),
)
"""Columns of the CSV and members of a line, in this order. Unknown figures are empty, or null."""


def export_rows(trades: Iterable[Trade]) -> Iterator[dict[str, str | None]]:
    """One row a closed position, oldest first; times are ISO 8601 in UTC."""
    for trade in trades:
        position = trade.position
        figures = {
            "size": position.size,
            "peak": position.peak,
            "entry_price": position.entry_price,
            "exit_price": position.exit_price,
            "gross": position.gross,
            "fees": position.fees,
            "funding": position.funding,
            "net": position.net,
            "r_multiple": trade.r_multiple,
            "adverse": trade.adverse,
            "favourable": trade.favourable,
        }
        words = {
            "id": position.position_id,
            "origin": position.origin.value,
            "symbol": position.symbol,
            "side": position.hold_side.value,
            "opened": time_text(position.opened_ms),
            "closed": time_text(position.closed_ms),
            "profile": trade.profile,
            "tags": " ".join(trade.tags),
            "notes": "; ".join(trade.notes),
            "check": position.check.value,
            "difference": position.difference,
        }
        scores = {
            "entry_harmony": f"{trade.entry_harmony:.3f}" if trade.entry_swing is not None else None,
            "exit_harmony": f"{trade.exit_harmony:.3f}" if trade.exit_swing is not None else None,
            "entry_ratio": f"{trade.entry_ratio:.3f}" if trade.entry_ratio is not None else None,
        }
        exact = {name: None if value is None else decimal_text(value) for name, value in figures.items()}
        found: dict[str, str | None] = {**words, **exact, **scores}
        yield {name: found[name] for name in COLUMNS}


def as_json_lines(rows: Iterable[dict[str, str | None]]) -> Iterator[str]:
    """One JSON document a line."""
    return (_encode(row).decode() for row in rows)


def as_csv(rows: Iterable[dict[str, str | None]]) -> Iterator[str]:
    """A line of headings, then one a row; a cell that a spreadsheet would run begins with an apostrophe."""
    yield csv_line(COLUMNS)
    for row in rows:
        yield csv_line(tuple(formula_safe(row[name] or "") for name in COLUMNS))
