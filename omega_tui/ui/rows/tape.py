"""The tape's lines: newest print first, side as an arrow and a colour, large prints bold."""

from omega_tui.domain.orders import Side
from omega_tui.engine.views import TapeRow, TapeView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.spans import Line, filled, fit, notice, padded, title_line


def build_tape(view: TapeView, width: int, height: int, *, focused: bool) -> list[Line]:
    """The whole panel, `height` lines of `width` cells."""
    head = title_line("TAPE", [("UTC", "muted")], width, focused)
    if not view.rows:
        return [head, *notice("no trades yet", width, height - 1)]
    columns = max(1, width // 40) if height < 12 else 1
    per_column = height - 1
    cell = width // columns
    rows = view.rows[: columns * per_column]
    lines = [head]
    for index in range(per_column):
        spans = [
            span
            for column in range(columns)
            if column * per_column + index < len(rows)
            for span in _print(rows[column * per_column + index], cell)
        ]
        lines.append(filled(spans, width))
    return padded(lines, width, height)


def _print(row: TapeRow, width: int) -> Line:
    arrow, token = ("▲", "up") if row.side is Side.BUY else ("▼", "down")
    weight = f"{token} bold" if row.large else token
    time = text_of.clock_time(row.exchange_ms)
    rest = width - len(time) - 5
    price = rest * 11 // 20
    size_text = f"{text_of.grouped(row.size)} {'◆' if row.large else ' '}"
    return filled(
        [
            (f" {time} ", "muted"),
            (f"{arrow} ", weight),
            (fit(text_of.grouped(row.price), price, ">"), weight),
            (fit(size_text, rest - price, ">"), weight if row.large else "ink"),
        ],
        width,
    )
