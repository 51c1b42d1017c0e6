"""The price ladder's lines: one row a price, bids left, asks right, own orders and marks beside them."""

import math
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.events import Health
from omega_tui.domain.orders import OrderState, Side
from omega_tui.engine.views import LadderMark, LadderOrder, LadderView
from omega_tui.ui import format as text_of
from omega_tui.ui.ladder_window import LadderWindow
from omega_tui.ui.rows.bars import bar_to_left, bar_to_right
from omega_tui.ui.rows.spans import Line, Span, filled, fit, notice, on, padded, spread_out, title_line

FRAME_ROWS = 3
"""Rows that are not prices: title, column heads, foot."""

MARK_TOKENS = {
    "bell": "accent bold",
    "entry": "entry bold",
    "break-even": "even",
    "liquidation": "liquidation bold",
    "stop": "warn bold",
    "target": "good bold",
    "trigger": "accent",
    "fib": "fib",
    "last": "ink bold",
}
_MARK_ORDER = tuple(MARK_TOKENS)
_SHORT = {
    "entry": "entry",
    "break-even": "b/e",
    "liquidation": "LIQ",
    "stop": "STOP",
    "target": "TP",
    "trigger": "trigger",
    "bell": "bell",
    "last": "last",
}


@dataclass(frozen=True, slots=True)
class _Columns:
    own: int
    size: int
    price: int
    marks: int


def build_ladder(
    view: LadderView | None,
    window: LadderWindow,
    width: int,
    height: int,
    *,
    focused: bool,
    size: str = "",
) -> list[Line]:
    """The whole panel, `height` lines of `width` cells; `size` is what ENTER orders at the cursor."""
    if view is None or (window.top is None and not view.bids and not view.asks):
        head = title_line("LADDER", [], width, focused)
        return [head, *notice("waiting for the order book", width, height - 1)]
    columns = _columns(view, window, width)
    lines = [_title(view, window, size, width, focused), _heads(columns, width)]
    lines += _price_rows(view, window, columns, width, height - FRAME_ROWS)
    return [*padded(lines, width, height - 1), _foot(view, window, width, height - FRAME_ROWS)]


def _columns(view: LadderView, window: LadderWindow, width: int) -> _Columns:
    top = window.top or 0
    price = len(_price(view, (top + 1) * window.group)) + 2
    rest = width - price
    own = max(6, min(9, rest // 4))
    marks = max(7, min(14, rest // 4))
    size = (rest - own - marks) // 2
    return _Columns(own, size, price, width - own - price - 2 * size)


def _price(view: LadderView, ticks: int) -> str:
    return text_of.number(view.tick * Decimal(ticks), view.price_places)


def _title(view: LadderView, window: LadderWindow, size: str, width: int, focused: bool) -> Line:
    info: list[Span] = [(f"ENTER {size}  ", "accent bold")] if size else []
    if view.health.health is not Health.LIVE:
        info.append((f"{freshness_words(view.health.health, view.health.age_seconds)} ", "warn bold"))
    info.append(
        (f"{text_of.number(view.tick * window.group, view.price_places)} a row ×{window.group}", "muted")
    )
    return title_line("LADDER", info, width, focused)


def freshness_words(health: Health, age_seconds: float | None) -> str:
    """A surface's health in words, with its age when it is stale."""
    if health is Health.STALE and age_seconds is not None:
        return f"STALE {text_of.duration(age_seconds)}"
    return health.value.upper()


def _heads(columns: _Columns, width: int) -> Line:
    text = (
        fit(" own", columns.own)
        + fit("bid", columns.size, ">")
        + fit("price", columns.price, "^")
        + fit("ask", columns.size)
        + fit(" marks", columns.marks)
    )
    return filled([(text, "muted")], width)


def _price_rows(
    view: LadderView, window: LadderWindow, columns: _Columns, width: int, height: int
) -> list[Line]:
    top = window.top if window.top is not None else height
    bids, asks = dict(view.bids), dict(view.asks)
    shown = range(top, top - height, -1)
    full = _full_bar([sizes[row] for sizes in (bids, asks) for row in shown if row in sizes])
    orders, marks = _orders_by_row(view, window), _marks_by_row(view, window)
    lines = []
    for row in shown:
        spans = [
            _own_cell(orders.get(row, []), view, columns.own),
            *_size_cell(bids.get(row), full, view, columns.size, Side.BUY),
            _price_cell(row, view, window, columns.price),
            *_size_cell(asks.get(row), full, view, columns.size, Side.SELL),
            *_mark_cells(marks.get(row, []), orders.get(row, []), view, columns.marks),
        ]
        line = filled(spans, width)
        lines.append(_with_cursor(line) if row == window.cursor_row else line)
    return lines


def _full_bar(sizes: list[float]) -> float:
    """The size that fills a bar: the ninth decile shown, so that one wall does not flatten the rest.

    Rounded up to a power of two, so that the other bars stand still while single sizes move.
    """
    decile = sorted(sizes)[int(0.9 * (len(sizes) - 1))] if sizes else 0.0
    return float(2 ** math.ceil(math.log2(decile))) if decile > 0 else 1.0


def _with_cursor(line: Line) -> Line:
    first, *rest = ((text, _CURSOR_STYLES.get(token) or _on_cursor(token)) for text, token in line)
    return (("▸", "accent bold on cursor"), (first[0][1:], first[1]), *rest)


def _on_cursor(token: str) -> str:
    return token if token.endswith("-bar") else f"{token.partition(' on ')[0]} on cursor"


_CURSOR_STYLES = {
    "surface on bid-bar": "cursor on bid-bar",
    "bid-bar": "bid-bar on cursor",
    "ask-bar": "ask-bar on cursor",
}


def _orders_by_row(view: LadderView, window: LadderWindow) -> dict[int, list[LadderOrder]]:
    rows: dict[int, list[LadderOrder]] = defaultdict(list)
    for order in view.orders:
        rows[window.row_of_order(order.ticks, order.side)].append(order)
    return rows


def _marks_by_row(view: LadderView, window: LadderWindow) -> dict[int, list[LadderMark]]:
    rows: dict[int, list[LadderMark]] = defaultdict(list)
    for mark in sorted(view.marks, key=lambda mark: _rank(mark.kind)):
        rows[window.row_of(mark.ticks)].append(mark)
    return rows


def _rank(kind: str) -> int:
    return _MARK_ORDER.index(kind) if kind in _MARK_ORDER else len(_MARK_ORDER)


def _own_cell(orders: list[LadderOrder], view: LadderView, width: int) -> Span:
    if not orders:
        return " " * width, "ink"
    side = orders[0].side
    total = sum((float(order.size) for order in orders), 0.0)
    unknown = any(order.state is OrderState.UNKNOWN for order in orders)
    waiting = any(order.state in _WAITING for order in orders)
    sign = "?" if unknown else "~" if waiting else "B" if side is Side.BUY else "S"
    text = f" {sign} {text_of.short_size(total, view.size_places, width - 3)}"
    token = "unknown bold" if unknown else "bid bold" if side is Side.BUY else "ask bold"
    return fit(text, width), token


_WAITING = frozenset({OrderState.INTENT, OrderState.SENT, OrderState.PENDING_CANCEL})


def _size_cell(size: float | None, full: float, view: LadderView, width: int, side: Side) -> list[Span]:
    if not size:
        return [(" " * width, "ink")]
    text = text_of.short_size(size, view.size_places, width - 1)
    trusted = view.health.health is Health.LIVE
    share = size / full if trusted else 0.0
    token = ("bid" if side is Side.BUY else "ask") if trusted else "muted"
    if side is Side.BUY:
        return bar_to_left(fit(text, width, ">"), share, token, "bid-bar")
    return bar_to_right(fit(text, width), share, token, "ask-bar")


def _price_cell(row: int, view: LadderView, window: LadderWindow, width: int) -> Span:
    text = fit(_price(view, row * window.group) if row > 0 else "", width, "^")
    if view.last_ticks is not None and row == window.row_of(view.last_ticks):
        return text, "ink bold on raised"
    bid, ask = view.best_bid_ticks, view.best_ask_ticks
    if bid is not None and row <= bid // window.group:
        return text, "bid"
    if ask is not None and row >= -(-ask // window.group):
        return text, "ask"
    return text, "muted"


def _mark_cells(
    marks: list[LadderMark], orders: list[LadderOrder], view: LadderView, width: int
) -> list[Span]:
    """What else is at the price: the queue before the first own order, then the marks."""
    ahead = min((order.ahead for order in orders if order.ahead is not None), default=None)
    spans: list[Span] = []
    if ahead is not None:
        text = f"≤{text_of.short_size(float(ahead), view.size_places, 6)}" if ahead else "first"
        spans.append((f" {text}", "muted"))
    for mark in marks:
        text = _SHORT.get(mark.kind) or mark.text.removeprefix("fib").strip()
        spans.append((f" {text}", MARK_TOKENS.get(mark.kind, "muted")))
    return list(filled(spans, width))


def _foot(view: LadderView, window: LadderWindow, width: int, height: int) -> Line:
    spread = "—" if view.spread_ticks is None else _price(view, view.spread_ticks)
    left: list[Span] = [(f" spread {spread}", "ink")]
    cursor = window.cursor
    if cursor is not None and window.top is not None:
        row = window.row_of(cursor)
        if not window.top - height < row <= window.top:
            left.append((f"  cursor {_price(view, cursor)} {'▲' if row > window.top else '▼'}", "accent"))
    return on(spread_out(left, _imbalance(view.imbalance), width, "muted"), "raised")


def _imbalance(value: float | None) -> list[Span]:
    if value is None:
        return [("imbalance — ", "muted")]
    word = "bids" if value > 0 else "asks" if value < 0 else "even"
    return [("imbalance ", "muted"), (f"{word} {abs(value) * 100:.0f}% ", text_of.direction_token(value))]
