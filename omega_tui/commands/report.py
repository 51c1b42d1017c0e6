"""What `omega-tui report` prints: statistics as tables, the equity curve and the weekdays as charts."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TextIO

from omega_tui.analytics.breakdown import Breakdown, break_down
from omega_tui.analytics.performance import Known, Performance, Result, equity_curve, performance
from omega_tui.analytics.trades import Trade
from omega_tui.domain.text import safe_text

_UNKNOWN = "—"
_CHART_HEIGHT = 14
_NARROWEST, _WIDEST = 40, 120
_Row = tuple[str, ...]


def write_report(trades: Sequence[Trade], words: str, out: TextIO) -> None:
    """Everything about `trades` for a person; `words` name the period."""
    out.write(f"Closed positions, {words}: {len(trades)}\n\n")
    if not trades:
        out.write("No position was closed then.\n")
        return
    _table(out, (), _figure_rows(performance(trades)))
    found = break_down(trades)
    _charts(trades, found.groups["weekday"], out)
    for kind, groups in found.groups.items():
        rows = list(_group_rows(groups))
        if rows:
            _table(out, (kind, "trades", "won", "factor", "net"), rows)
    if not any(each.entry_swing for each in trades):
        out.write(
            "Fibonacci zones: the swing of no entry is known; positions opened with the cockpit have one.\n"
        )
        return
    _table(out, ("entry zone", "trades", "won", "95 % interval", "net"), list(_zone_rows(found)))
    _table(out, ("level", "trades", "won", "anywhere else", "says"), list(_level_rows(found)))


def report_facts(trades: Sequence[Trade], words: str) -> dict[str, object]:
    """The same for a program; figures are texts as the tables show them, an unknown one is null."""
    found = break_down(trades)
    facts: dict[str, object] = {"period": words, "positions": len(trades)}
    figures = {
        name: None if value == _UNKNOWN else value for name, value in _figure_rows(performance(trades))
    }
    tables: dict[str, object] = {
        kind: _as_facts((kind, "trades", "won", "factor", "net"), _group_rows(groups))
        for kind, groups in found.groups.items()
    }
    zones = _as_facts(("zone", "trades", "won", "interval", "net"), _zone_rows(found))
    levels = _as_facts(("level", "trades", "won", "control", "verdict"), _level_rows(found))
    return {**facts, "figures": figures, "groups": tables, "zones": zones, "levels": levels}


def _as_facts(names: _Row, rows: Iterable[_Row]) -> list[dict[str, str | None]]:
    return [
        {name: None if cell == _UNKNOWN else cell for name, cell in zip(names, row, strict=True)}
        for row in rows
    ]


def _figure_rows(found: Performance) -> list[tuple[str, str]]:
    result, daily, drawdown = found.result, found.daily, found.drawdown
    return [
        ("net", _money(result.net)),
        ("win rate", f"{_percent(result.win_rate)} ({result.wins} won, {result.losses} lost)"),
        ("profit factor", _ratio(result.profit_factor)),
        ("expectancy", _money(result.expectancy)),
        ("average win", _money(result.average_win)),
        ("average loss", _money(result.average_loss)),
        ("best", _money(result.best)),
        ("worst", _money(result.worst)),
        ("longest runs", f"{result.winning_streak} won, {result.losing_streak} lost"),
        ("drawdown", f"{_money(drawdown.depth)} over {_span(drawdown.length_ms)}"),
        (f"Sharpe ({daily.days} days)", _ratio(daily.sharpe)),
        (f"Sortino ({daily.days} days)", _ratio(daily.sortino)),
        (f"R ({found.r_multiple.count})", _ratio(found.r_multiple.mean)),
        (f"adverse ({found.adverse.count})", _percent(found.adverse.mean)),
        (f"favourable ({found.favourable.count})", _percent(found.favourable.mean)),
        ("average hold", _span(found.average_hold_ms)),
        (f"fees ({found.fees.count})", _total(found.fees)),
        (f"funding ({found.funding.count})", _total(found.funding)),
        ("confirmed by the exchange", f"{found.checked} of {result.count}"),
    ]


def _group_rows(groups: Mapping[str, Result]) -> Iterable[_Row]:
    for name, result in groups.items():
        yield (
            safe_text(name, 40),
            str(result.count),
            _percent(result.win_rate),
            _ratio(result.profit_factor),
            _money(result.net),
        )


def _zone_rows(found: Breakdown) -> Iterable[_Row]:
    for zone in found.zones:
        span = zone.interval
        between = f"{_percent(span.low)} to {_percent(span.high)}" if span else _UNKNOWN
        yield zone.name, str(zone.count), _percent(zone.win_rate), between, _money(zone.net)


def _level_rows(found: Breakdown) -> Iterable[_Row]:
    for level in found.levels:
        rate = level.wins / level.count if level.count else None
        control = _percent(level.control_rate)
        yield str(level.level), str(level.count), _percent(rate), control, level.verdict.value


def _charts(trades: Sequence[Trade], days: Mapping[str, Result], out: TextIO) -> None:
    import plotext

    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))
    curve = equity_curve(trades)
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, _CHART_HEIGHT)
    plotext.plot(list(range(len(curve) + 1)), [0.0, *(float(total) for _, total in curve)], marker="braille")
    plotext.title(f"net result, {_day(curve[0][0])} to {_day(curve[-1][0])}")
    out.write(plotext.uncolorize(plotext.build()) + "\n\n")
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, _CHART_HEIGHT)
    plotext.bar([name[:3] for name in days], [float(found.net) for found in days.values()])
    plotext.title("net result by weekday of the entry")
    out.write(plotext.uncolorize(plotext.build()) + "\n\n")


def _table(out: TextIO, head: _Row, rows: Sequence[_Row]) -> None:
    lines = [head, *rows] if head else list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        out.write("  ".join((first, *others)).rstrip() + "\n")
    out.write("\n")


def _money(value: Decimal | None) -> str:
    return _UNKNOWN if value is None else f"{value:.2f}"


def _total(known: Known) -> str:
    return _money(known.total) if known.count else _UNKNOWN


def _percent(value: Decimal | float | None) -> str:
    return _UNKNOWN if value is None else f"{value * 100:.1f} %"


def _ratio(value: Decimal | float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.3f}"


def _span(ms: int | None) -> str:
    if ms is None:
        return _UNKNOWN
    minutes = ms // 60_000
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes / 60:.1f} h" if minutes < 2_880 else f"{minutes / 1_440:.1f} d"


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d}"
