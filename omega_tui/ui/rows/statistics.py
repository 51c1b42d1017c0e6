"""What closed positions came to, as lines: figures, what they rest on, groups, what levels are worth."""

from collections.abc import Sequence
from decimal import Decimal

from omega_tui.analytics.breakdown import Breakdown
from omega_tui.analytics.performance import Known, Performance
from omega_tui.engine.past_views import HistoryView
from omega_tui.ui import format as text_of
from omega_tui.ui.rows.account import counted, money
from omega_tui.ui.rows.spans import Line, Span, filled, fit, notice, padded, spread_out, title_line

_GROUPINGS = ("symbol", "side", "profile", "weekday", "tag")
_MOST_OF_A_GROUP = 7
_ROOM_FOR_TWO = 60
_Figure = tuple[str, str, str]


def build_statistics(
    view: HistoryView, width: int, height: int, *, focused: bool, private: bool
) -> list[Line]:
    """The statistics panel; what does not fit is left out from the end."""
    found = view.performance
    count = found.result.count
    head = title_line("STATISTICS", [(counted(count, "position"), "muted")], width, focused)
    if not count:
        return [head, *notice("nothing to add up yet", width, height - 1)]
    lines = [head]
    lines += _in_columns(_figures(found, private), width)
    lines += _levels(view.breakdown, width)
    lines += _zones(view.breakdown, width, private)
    for kind in _GROUPINGS:
        lines += _groups(view.breakdown, kind, width, private)
    return padded(lines, width, height)


def _figures(found: Performance, private: bool) -> list[_Figure]:
    result, drawdown, daily = found.result, found.drawdown, found.daily
    net = result.net
    drawn = f"{money(drawdown.depth, private)} {text_of.duration(drawdown.length_ms / 1000)}"
    hold = None if found.average_hold_ms is None else found.average_hold_ms / 1000
    return [
        ("net", money(net, private, signed=True), f"{text_of.direction_token(net)} bold"),
        ("won", f"{_percent(result.win_rate)} of {result.count}", "ink"),
        ("profit factor", _ratio(result.profit_factor), "ink"),
        ("expectancy", money(result.expectancy, private, signed=True), "ink"),
        ("average win", money(result.average_win, private, signed=True), "ink"),
        ("average loss", money(result.average_loss, private, signed=True), "ink"),
        ("best", money(result.best, private, signed=True), "ink"),
        ("worst", money(result.worst, private, signed=True), "ink"),
        ("longest runs", f"{result.winning_streak} won {result.losing_streak} lost", "ink"),
        ("drawdown", drawn, "ink"),
        (f"Sharpe, {daily.days} d", text_of.number(daily.sharpe, 2), "ink"),
        (f"Sortino, {daily.days} d", text_of.number(daily.sortino, 2), "ink"),
        (_of("R", found.r_multiple), text_of.number(found.r_multiple.mean, 2, signed=True), "ink"),
        (_of("adverse", found.adverse), _percent(found.adverse.mean, 2), "ink"),
        (_of("favourable", found.favourable), _percent(found.favourable.mean, 2), "ink"),
        ("average hold", text_of.duration(hold), "ink"),
        (_of("fees", found.fees), _total(found.fees, private), "ink"),
        (_of("funding", found.funding), _total(found.funding, private), "ink"),
        ("confirmed", f"{found.checked} of {result.count}", "ink"),
    ]


def _in_columns(figures: Sequence[_Figure], width: int) -> list[Line]:
    """A figure a line, or two beside each other where there is room for both."""
    columns = 2 if width >= _ROOM_FOR_TWO else 1
    each = width // columns
    cells = [
        spread_out([(f" {label}", "muted")], [(f"{value} ", token)], each) for label, value, token in figures
    ]
    rows = -(-len(cells) // columns)
    beside = [cells[place::rows] for place in range(rows)]
    return [filled([span for cell in line for span in cell], width) for line in beside]


def _levels(found: Breakdown, width: int) -> list[Line]:
    """What entries at each level were worth against entries anywhere; nothing where no swing is known."""
    studies = [each for each in found.levels if each.count]
    if not studies:
        return []
    lines = [_caption("entries at a level", width)]
    for study in studies:
        rate = f"{100 * study.wins / study.count:.0f}% of {study.count}"
        left: list[Span] = [(f" {study.level!s:<6}", "fib"), (fit(rate, 10), "ink")]
        lines.append(filled([*left, (study.verdict.value, "muted")], width))
    return lines


def _zones(found: Breakdown, width: int, private: bool) -> list[Line]:
    zones = [each for each in found.zones if each.count]
    if not zones:
        return []
    rows = [(each.name, f"{100 * (each.win_rate or 0):.0f}% of {each.count}", each.net) for each in zones]
    return [_caption("entries by zone", width), *(_line(*row, width, private) for row in rows)]


def _groups(found: Breakdown, kind: str, width: int, private: bool) -> list[Line]:
    """The groups of a kind with the most positions; nothing where there is no or one group."""
    groups = found.groups[kind]
    if len(groups) < 2:
        return []
    shown = dict(sorted(groups.items(), key=lambda item: -item[1].count)[:_MOST_OF_A_GROUP])
    lines = [_caption(f"by {kind}", width)]
    for name, result in shown.items():
        lines.append(
            _line(name, f"{_percent(result.win_rate)} of {result.count}", result.net, width, private)
        )
    return lines


def _caption(words: str, width: int) -> Line:
    return filled([(f" {words}", "muted bold")], width)


def _line(name: str, rate: str, net: Decimal, width: int, private: bool) -> Line:
    left: list[Span] = [(f" {fit(name, 12)}", "ink"), (fit(rate, 12), "ink")]
    right: list[Span] = [(f"{money(net, private, signed=True)} ", text_of.direction_token(net))]
    return spread_out(left, right, width)


def _of(name: str, known: Known) -> str:
    return f"{name}, {known.count}"


def _total(known: Known, private: bool) -> str:
    return money(known.total, private, signed=True) if known.count else text_of.NOTHING


def _percent(share: Decimal | None, places: int = 0) -> str:
    return text_of.percent(None if share is None else share * 100, places, signed=False)


def _ratio(value: Decimal | None) -> str:
    return text_of.number(value, 3)
