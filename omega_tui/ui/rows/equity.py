"""The equity curve as lines: a column a place, filled from the lowest value up, in eighths of a cell."""

from collections.abc import Sequence
from decimal import Decimal

from omega_tui.analytics.performance import equity_curve
from omega_tui.engine.past_views import HistoryView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import money
from omega_tui.ui.rows.spans import Line, Span, filled, notice, padded, title_line

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_NARROWEST = 8


def build_equity(view: HistoryView, width: int, height: int, *, focused: bool, private: bool) -> list[Line]:
    """The equity panel: the summed net result after each closed position."""
    totals = [Decimal(0), *(total for _, total in equity_curve(view.trades))]
    if len(totals) < 2 or height < 3 or width < _NARROWEST:
        return [title_line("EQUITY", [], width, focused), *notice("no curve yet", width, height - 1)]
    last, peak = totals[-1], max(totals)
    info: list[Span] = [
        (f"peak {money(peak, private, signed=True)} ", "muted"),
        (f"now {money(last, private, signed=True)}", text_of.direction_token(last)),
    ]
    columns = _spread([float(each) for each in totals], width - 2)
    lines = [title_line("EQUITY", info, width, focused), *_bars(columns, width, height - 1)]
    return padded(lines, width, height)


def _spread(values: Sequence[float], columns: int) -> list[float]:
    """One value a column: the last of those that share one, or the same again where there are fewer."""
    count = len(values)
    return [values[max(0, (place + 1) * count // columns - 1)] for place in range(columns)]


def _bars(values: Sequence[float], width: int, height: int) -> list[Line]:
    low, high = min(values), max(values)
    reach = (high - low) or 1.0
    filled_to = [1 + round((value - low) / reach * (height * 8 - 1)) for value in values]
    lines = []
    for row in range(height - 1, -1, -1):
        spans: list[Span] = [(" ", "ink")]
        for value, eighths in zip(values, filled_to, strict=True):
            part = min(8, max(0, eighths - row * 8))
            spans.append((_EIGHTHS[part], text_of.direction_token(value) if value else "muted"))
        lines.append(filled(_joined(spans), width))
    return lines


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Neighbours of one style as one span: fewer bytes to the terminal."""
    found: list[Span] = []
    for text, token in spans:
        if found and found[-1][1] == token:
            found[-1] = (found[-1][0] + text, token)
        else:
            found.append((text, token))
    return found
