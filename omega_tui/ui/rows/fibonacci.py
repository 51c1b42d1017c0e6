"""The Fibonacci panel's lines: the swing, then every level with its price and distance."""

from omega_tui.analytics.fibonacci import PivotPoints
from omega_tui.engine.chart_views import FibonacciRow, FibonacciView
from omega_tui.engine.past_views import HarmonyView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.harmony import LINES as HARMONY_LINES
from omega_tui.ui.rows.harmony import harmony_lines
from omega_tui.ui.rows.spans import Line, Span, filled, fit, notice, padded, title_line, wrapped

_ROOM_FOR_TICKS = 42
_PIVOT_LINES = 8


def build_fibonacci(
    view: FibonacciView, harmony: HarmonyView, width: int, height: int, *, focused: bool
) -> list[Line]:
    """The whole panel, `height` lines of `width` cells; harmony stands below where there is room for it."""
    arrow = {"up": "▲ up", "down": "▼ down"}.get(view.direction or "", "no swing")
    info: list[Span] = [(f"{view.timeframe.value} {arrow}", "muted")]
    head = title_line("FIBONACCI", info, width, focused)
    if not view.rows:
        return [head, *notice(view.note or "no swing yet", width, height - 1)]
    lines = [head, _swing(view, width), *[_level(row, view, width) for row in view.rows]]
    room = height - len(lines)
    if view.note and room > 0:
        lines += [filled([(f" {text}", "muted")], width) for text in wrapped(view.note, width - 2, room)]
    if height - len(lines) > HARMONY_LINES:
        lines += [filled([], width), *harmony_lines(harmony, width)]
    if height - len(lines) >= _PIVOT_LINES and view.pivots is not None:
        lines += _pivots(view.pivots, view.price_places, width)
    return padded(lines, width, height)


def _pivots(points: PivotPoints, places: int, width: int) -> list[Line]:
    """Resistances from the farthest, the middle, supports from the nearest."""
    above = [(f"R{number}", price) for number, price in enumerate(points.resistances, start=1)]
    below = [(f"S{number}", price) for number, price in enumerate(points.supports, start=1)]
    lines: list[Line] = [filled([(" pivots of 24 h", "muted")], width)]
    for name, price in (*reversed(above), ("P", points.middle), *below):
        spans: list[Span] = [(fit(name, 6, ">"), "muted"), (f" {text_of.number(price, places)}", "ink")]
        lines.append(filled(spans, width))
    return lines


def _swing(view: FibonacciView, width: int) -> Line:
    low, high = (text_of.number(price, view.price_places) for price in (view.low, view.high))
    first, last = (low, high) if view.direction != "down" else (high, low)
    return filled([(fit(f" swing {first} → {last} {view.choice}", width), "muted")], width)


def _level(row: FibonacciRow, view: FibonacciView, width: int) -> Line:
    token = "fib bold" if row.nearest else "ink"
    price = text_of.number(row.price, view.price_places)
    widest = max(len(text_of.number(other.price, view.price_places)) for other in view.rows)
    spans: list[Span] = [
        ("▸" if row.nearest else " ", "accent bold"),
        (fit(row.ratio, 5, ">"), "fib bold" if row.nearest else "fib"),
        (fit(price, widest + 1, ">"), token),
        (fit(text_of.percent(row.distance_percent), 8, ">"), text_of.direction_token(row.distance_percent)),
    ]
    if width >= _ROOM_FOR_TICKS:
        ticks = text_of.NOTHING if row.distance_ticks is None else f"{row.distance_ticks:+,d}t"
        spans.append((fit(ticks, 9, ">"), "muted"))
    return filled([*spans, (f" {row.sitting}", "entry")], width)
