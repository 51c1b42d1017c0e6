"""The chart's lines: candles, volume, both axes, and the levels, entry and orders that belong at a price."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from omega_tui.domain.events import Health
from omega_tui.domain.market import Candle
from omega_tui.domain.orders import Side
from omega_tui.engine.chart_views import ChartView, PriceLine
from omega_tui.ui import format as text_of
from omega_tui.ui.chart_window import ChartWindow, merged
from omega_tui.ui.rows.candles import PriceScale, candle_column, scale_for, volume_column
from omega_tui.ui.rows.ladder import freshness_words
from omega_tui.ui.rows.spans import Line, Span, filled, fit, notice, padded, title_line, width_of

LINE_TOKENS = {
    "entry": "entry",
    "liquidation": "liquidation",
    "stop": "warn",
    "target": "good",
    "trigger": "accent",
    "buy": "bid",
    "sell": "ask",
    "fib": "fib",
    "last": "ink",
}
_DASHES = {"fib": "┈", "last": "┄"}
_RULES = " ┈┄─"
_FOLLOWING = ChartWindow()
_TIME_STEP = 12
_LEAST_CELLS = (16, 6)
_EPOCH = date(1970, 1, 1)

_Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Frame:
    plot: int
    axis: int
    rows: int
    volume: int


def build_chart(
    view: ChartView,
    width: int,
    height: int,
    *,
    focused: bool,
    window: ChartWindow = _FOLLOWING,
    picked_ms: int | None = None,
) -> list[Line]:
    """The whole panel, `height` lines of `width` cells, the newest column in sight at the right edge.

    `picked_ms` is the column that was taken as the first end of a swing.
    """
    columns = merged(view.candles, window.merge, view.timeframe.milliseconds)
    at = _under_crosshair(columns, window)
    head = title_line("CHART", _facts(view, columns, at, window), width, focused)
    if not view.candles or width < _LEAST_CELLS[0] or height < _LEAST_CELLS[1]:
        words = "too small for candles" if view.candles else "loading candles"
        return [head, *notice(words, width, height - 1)]
    frame = _frame(view, width, height)
    candles = columns[-frame.plot :]
    scale = scale_for(candles, frame.rows)
    levels = _levels(view, scale)
    grid = _grid(candles, scale, levels, frame.plot)
    _put_fills(grid, view, candles, scale)
    step = view.timeframe.milliseconds * window.merge
    for moment_ms, token in ((picked_ms, "warn"), (at.start_ms if at else None, "accent")):
        _put_crosshair(grid, candles, step, moment_ms, token)
    labels = _axis_labels(view, scale, levels, candles[-1])
    lines = [head]
    for row in range(frame.rows):
        lines.append(filled([*_joined(grid[row]), *_axis(labels.get(row), frame.axis)], width))
    lines += _volume_rows(candles, frame, width)
    lines.append(filled([(_times(candles, step, frame.plot), "muted")], width))
    return padded(lines, width, height)


def _under_crosshair(columns: Sequence[Candle], window: ChartWindow) -> Candle | None:
    if window.cursor_ms is None:
        return None
    return next((each for each in reversed(columns) if each.start_ms <= window.cursor_ms), None)


def _facts(view: ChartView, columns: Sequence[Candle], at: Candle | None, window: ChartWindow) -> list[Span]:
    """What the title says, the least important first: of the column under the crosshair, else the newest."""
    facts: list[Span] = []
    if columns:
        told = at or columns[-1]
        words = " ".join(
            f"{name} {text_of.number(price, view.price_places)}"
            for name, price in (("O", told.open), ("H", told.high), ("L", told.low), ("C", told.close))
        )
        if at is not None and view.last is not None:
            away = (view.last - at.close) / at.close * 100
            facts.append((f"vol {text_of.short_size(at.volume, 1, 6)}  ", "muted"))
            facts.append((f"last {text_of.percent(away)} from here  ", "muted"))
        facts.append((f"{words}  ", text_of.direction_token(told.close - told.open)))
        if at is not None:
            change = (at.close - at.open) / at.open * 100
            token = text_of.direction_token(change)
            facts.append((f"{_moment(at.start_ms)} {text_of.percent(change)}  ", f"{token} bold"))
    if view.loading:
        facts.append(("loading older  ", "accent"))
    if view.newer:
        facts.append((f"{view.newer} newer →  ", "warn"))
    if window.merge > 1:
        facts.append((f"{window.merge} a column  ", "muted"))
    if view.health.health is not Health.LIVE:
        facts.append((f"{freshness_words(view.health.health, view.health.age_seconds)} ", "warn bold"))
    return [*facts, (view.timeframe.value, "accent bold")]


def _moment(start_ms: int) -> str:
    day = (_EPOCH + timedelta(milliseconds=start_ms)).strftime("%m-%d")
    return f"{day} {text_of.clock_time(start_ms)[:5]}"


def _put_fills(
    grid: list[list[_Cell]], view: ChartView, candles: Sequence[Candle], scale: PriceScale
) -> None:
    """Own executions, by a letter at their column and price."""
    starts = [candle.start_ms for candle in candles]
    for fill in view.fills:
        x, row = bisect_right(starts, fill.exchange_ms) - 1, scale.row(fill.price)
        if x >= 0 and row is not None:
            cell = ("B", "bid bold reverse") if fill.side is Side.BUY else ("S", "ask bold reverse")
            grid[row][len(grid[row]) - len(candles) + x] = cell


def _put_crosshair(
    grid: list[list[_Cell]], candles: Sequence[Candle], step: int, moment_ms: int | None, token: str
) -> None:
    """A line through the column of a moment; what stands in it stays in front."""
    if moment_ms is None:
        return
    x = next((i for i, candle in enumerate(candles) if 0 <= moment_ms - candle.start_ms < step), None)
    if x is None:
        return
    for row in grid:
        at = len(row) - len(candles) + x
        character, style = row[at]
        if character in _RULES:
            row[at] = ("┊", token)
        elif "reverse" not in style:
            row[at] = (character, f"{style.partition(' on ')[0]} on cursor")


def columns_in_sight(view: ChartView, width: int) -> int:
    """How many columns a panel of `width` cells has room for beside its price axis."""
    if not view.candles:
        return 0
    axis = max(len(text_of.number(candle.high, view.price_places)) for candle in view.candles[-3:]) + 2
    return max(0, width - axis)


def _frame(view: ChartView, width: int, height: int) -> _Frame:
    plot = columns_in_sight(view, width)
    volume = 1 if height < 14 else 2 if height < 24 else 4
    return _Frame(plot, width - plot, height - 2 - volume, volume)


def _levels(view: ChartView, scale: PriceScale) -> dict[int, PriceLine]:
    """The lines in sight by row; where two share a row the trader's own wins over a level."""
    levels: dict[int, PriceLine] = {}
    for line in sorted(view.lines, key=lambda line: line.kind != "fib"):
        row = scale.row(line.price)
        if row is not None:
            levels[row] = line
    return levels


def _grid(
    candles: Sequence[Candle], scale: PriceScale, levels: dict[int, PriceLine], plot: int
) -> list[list[_Cell]]:
    columns = [
        (candle_column(candle, scale), "up" if candle.close >= candle.open else "down") for candle in candles
    ]
    last_row = scale.row(candles[-1].close)
    grid = []
    for row in range(scale.rows):
        background = _background(levels.get(row), row == last_row, plot)
        cells = [(column[row], token) for column, token in columns]
        start = plot - len(cells)
        labelled = _label_width(levels.get(row), plot)
        grid.append(
            [
                cells[x - start]
                if x >= max(start, labelled) and cells[x - start][0] != " "
                else background[x]
                for x in range(plot)
            ]
        )
    return grid


def _label_width(level: PriceLine | None, plot: int) -> int:
    """Cells at the left that a level's name takes; candles pass behind it. Too long a name is left out."""
    width = 0 if level is None else width_of(level.text) + 2
    return width if width <= plot // 2 else 0


def _background(level: PriceLine | None, is_last: bool, plot: int) -> list[_Cell]:
    if level is None:
        return [("┄", "faint")] * plot if is_last else [(" ", "ink")] * plot
    token = LINE_TOKENS.get(level.kind, "muted")
    dash = _DASHES.get(level.kind, "─")
    label = f" {level.text} "[: _label_width(level, plot)]
    # A level's rule is drawn fainter than its label, so that candles stay in front of it.
    rule = "faint" if level.kind == "fib" else token
    return [*[(character, token) for character in label], *[(dash, rule)] * (plot - len(label))]


def _joined(cells: Sequence[_Cell]) -> list[Span]:
    spans: list[Span] = []
    for character, token in cells:
        if spans and spans[-1][1] == token:
            spans[-1] = (spans[-1][0] + character, token)
        else:
            spans.append((character, token))
    return spans


def _axis_labels(
    view: ChartView, scale: PriceScale, levels: dict[int, PriceLine], last: Candle
) -> dict[int, Span]:
    labels: dict[int, Span] = {
        row: (text_of.number(scale.price(row), view.price_places), "muted")
        for row in range(1, scale.rows, max(3, scale.rows // 6))
    }
    for row, level in levels.items():
        if level.kind != "fib":
            token = LINE_TOKENS.get(level.kind, "muted")
            labels[row] = (text_of.number(level.price, view.price_places), f"{token} bold")
    row_of_last = scale.row(last.close)
    if row_of_last is not None:
        token = "up" if last.close >= last.open else "down"
        labels[row_of_last] = (text_of.number(last.close, view.price_places), f"{token} bold reverse")
    return labels


def _axis(label: Span | None, width: int) -> list[Span]:
    if label is None:
        return [("│", "faint"), (" " * (width - 1), "ink")]
    return [("┤", "faint"), (fit(label[0], width - 1, ">"), label[1])]


def _volume_rows(candles: Sequence[Candle], frame: _Frame, width: int) -> list[Line]:
    largest = max(candle.volume for candle in candles) or 1.0
    columns = [
        (volume_column(candle.volume / largest, frame.volume), _volume_token(candle)) for candle in candles
    ]
    label = text_of.short_size(largest, 1, frame.axis - 2)
    lines = []
    for row in range(frame.volume):
        spans = _joined([(column[row], token) for column, token in columns])
        text = label if row == 0 else ""
        left: list[Span] = [(" " * (frame.plot - len(candles)), "ink")]
        axis: list[Span] = [("│", "faint"), (fit(text, frame.axis - 1, ">"), "muted")]
        lines.append(filled([*left, *spans, *axis], width))
    return lines


def _volume_token(candle: Candle) -> str:
    return "up-soft" if candle.close >= candle.open else "down-soft"


def _times(candles: Sequence[Candle], step: int, plot: int) -> str:
    """The time axis: a label at every twelfth candle, counted from the epoch so that labels scroll with
    them."""
    start = plot - len(candles)
    cells = [" "] * plot
    for x, candle in enumerate(candles):
        if candle.start_ms // step % _TIME_STEP == 0:
            label = _time_label(candle.start_ms, step)
            at = start + x
            if at + len(label) <= plot:
                cells[at : at + len(label)] = label
    return "".join(cells)


def _time_label(start_ms: int, step: int) -> str:
    if step >= 86_400_000 or (step >= 3_600_000 and start_ms % 86_400_000 == 0):
        return (_EPOCH + timedelta(milliseconds=start_ms)).strftime("%m-%d")
    return text_of.clock_time(start_ms)[:5]
