"""The engine's pictures as the API's answers. Scores are rounded to three decimals here, nowhere before."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from omega_tui.analytics.fibonacci import FibonacciLevel
from omega_tui.analytics.harmony import INVERSE_PHI, PROFIT_FACTOR_TARGET, WIN_RATE_TARGET
from omega_tui.analytics.performance import Known, Performance, Result, equity_curve
from omega_tui.analytics.trades import Trade
from omega_tui.analytics.zones import LevelStudy, Zone
from omega_tui.api import models
from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide
from omega_tui.engine.account_views import OrderRow, PositionRow
from omega_tui.engine.past_views import HarmonyPosition, HarmonyView
from omega_tui.engine.views import Views

_CURVE_POINTS = 2000
"""Most points of an equity curve in one answer: more than a screen has columns."""


class NotServed(Exception):
    """What was asked for cannot be told now; the message says why."""


def time_of(ms: int) -> datetime:
    """A moment in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def score(value: float) -> float:
    """Three decimals."""
    return round(value, 3)


def _rate(value: Decimal | float | None, places: int = 3) -> float | None:
    return None if value is None else round(float(value), places)


def fibonacci_metrics(views: Views, now_ms: int) -> models.FibonacciMetrics:
    """The scores of the open positions and of the closed ones. Raises `NotServed`."""
    harmony = views.harmony()
    if harmony.resonance is None and not harmony.positions:
        raise NotServed("the open positions are not known yet")
    return models.FibonacciMetrics(
        timestamp=time_of(now_ms),
        phi_resonance=_rate(harmony.resonance),
        position_balance=_balance(harmony),
        harmonic_state=_state(harmony),
        positions=models.FibonacciPositions(
            long=[_level_position(each) for each in harmony.positions if each.hold_side is HoldSide.LONG],
            short=[_level_position(each) for each in harmony.positions if each.hold_side is HoldSide.SHORT],
        ),
        performance=models.FibonacciPerformance(
            win_rate=_rate(harmony.win_rate),
            win_rate_target=score(WIN_RATE_TARGET),
            win_rate_alignment=score(harmony.win_rate_alignment),
            profit_factor=_rate(harmony.profit_factor),
            profit_factor_target=score(PROFIT_FACTOR_TARGET),
            profit_factor_alignment=score(harmony.profit_factor_alignment),
            phi_resonance=_rate(harmony.resonance),
            fibonacci_alignment=score(harmony.performance_alignment),
        ),
    )


def _balance(view: HarmonyView) -> models.PositionBalance | None:
    if view.balance is None:
        return None
    return models.PositionBalance.model_validate(
        {
            "ratio_type": view.balance.ratio_type,
            "optimal_value": score(INVERSE_PHI),
            "current_ratio": _rate(view.balance.ratio),
            "balance_score": score(view.balance.score),
        }
    )


def _state(view: HarmonyView) -> models.HarmonicState | None:
    harmony = view.harmony
    if harmony is None:
        return None
    return models.HarmonicState(
        harmony_score=score(harmony.score),
        state=harmony.state,
        component_scores=models.ComponentScores(
            position_harmony=score(harmony.position),
            win_rate_harmony=score(harmony.win_rate),
            profit_factor_harmony=score(harmony.profit_factor),
            pnl_distribution_harmony=score(harmony.pnl_distribution),
        ),
    )


def _level_position(position: HarmonyPosition) -> models.FibonacciPosition:
    return models.FibonacciPosition(
        symbol=position.symbol,
        contracts=position.size,
        entry_price=position.entry_price,
        current_price=position.mark_price,
        unrealized_pnl=position.unrealized,
        entry_harmony=score(position.entry_harmony),
        fibonacci_levels={_ratio_key(each): each.price for each in position.levels},
    )


def _ratio_key(level: FibonacciLevel) -> str:
    """`0.0`, `0.236`, … `1.0`: whole ratios carry a decimal."""
    text = str(level.ratio)
    return text if "." in text else f"{text}.0"


def position_history(views: Views, limit: int, offset: int) -> models.PositionHistory:
    """A page of closed positions, newest first. Raises `NotServed`."""
    history = views.history()
    if not history.known:
        raise NotServed(history.problem or "the journal is still being read")
    trades = islice(reversed(history.trades), offset, offset + limit)
    return models.PositionHistory(count=len(history.trades), positions=[_closed(each) for each in trades])


def _closed(trade: Trade) -> models.HistoryPosition:
    position = trade.position
    return models.HistoryPosition(
        id=position.position_id,
        symbol=position.symbol,
        side=position.hold_side.value,
        entry_price=position.entry_price,
        exit_price=position.exit_price,
        contracts=position.size,
        realized_pnl=position.net,
        entry_time=time_of(position.opened_ms),
        exit_time=time_of(position.closed_ms),
        entry_harmony=score(trade.entry_harmony),
        exit_harmony=score(trade.exit_harmony),
        fibonacci_alignment=score(trade.alignment),
    )


def bio_energy(views: Views) -> models.BioEnergy:
    """The energies of the watched market and of the positions. Raises `NotServed`."""
    energy = views.harmony().energy
    if energy is None:
        raise NotServed("the day's range or the positions are not known yet")
    return models.BioEnergy(
        market_energy=energy.market,
        position_energy=energy.position,
        combined_energy=energy.combined,
        energy_state=energy.state,
        fib_alignment=score(energy.alignment),
    )


def positions(views: Views) -> models.Positions:
    """Open positions with their protection and their levels."""
    view = views.positions()
    levels = {(each.symbol, each.hold_side): each for each in views.harmony().positions}
    rows = [_open_position(row, levels.get((row.symbol, row.hold_side))) for row in view.rows]
    return models.Positions(health=view.health.health.value, positions=rows)


def _open_position(row: PositionRow, harmony: HarmonyPosition | None) -> models.OpenPosition:
    levels = harmony.levels if harmony is not None else ()
    return models.OpenPosition(
        symbol=row.symbol,
        side=row.hold_side.value,
        contracts=row.size,
        entry_price=row.entry_price,
        mark_price=row.mark_price,
        unrealized_pnl=row.unrealized,
        liquidation_price=row.liquidation_price,
        leverage=row.leverage,
        margin=row.margin,
        protected=row.protected,
        stop_price=row.stop_price,
        target_price=row.target_price,
        entry_harmony=score(harmony.entry_harmony) if harmony is not None else None,
        levels=[models.Level(ratio=_ratio_key(each), price=each.price) for each in levels],
    )


def orders(views: Views) -> models.Orders:
    """Every order that is not finished."""
    view = views.orders()
    return models.Orders(health=view.health.health.value, orders=[_order(row) for row in view.rows])


def _order(row: OrderRow) -> models.OpenOrder:
    return models.OpenOrder(
        id=row.key,
        symbol=row.symbol,
        side=row.side.value,
        type=row.plan.kind.value if row.plan is not None else row.order_type.value,
        state=row.state.value,
        size=row.size,
        filled=row.filled,
        price=row.price,
        trigger_price=row.plan.trigger_price if row.plan is not None else None,
        reduce_only=row.reduce_only,
        foreign=row.foreign,
        evidence=row.evidence,
    )


def account(views: Views) -> models.Account:
    """The account's money and what holds it."""
    view, status = views.account(), views.status()
    return models.Account(
        venue=status.venue,
        health=view.health.health.value,
        posture=status.posture.value,
        posture_reason=status.posture_reason,
        profile=status.profile,
        coin=view.coin,
        equity=view.equity,
        available=view.available,
        margin_used=view.margin_used,
        unrealized_pnl=view.unrealized,
        day_pnl=view.day_profit,
        day_loss_limit=view.day_loss_limit,
        open_risk=view.open_risk,
        open_risk_cap=view.open_risk_cap,
    )


def performance_report(views: Views) -> models.PerformanceReport:
    """Every statistic of the closed positions."""
    history = views.history()
    return models.PerformanceReport(
        known=history.known,
        problem=history.problem,
        all=_figures(history.performance),
        groups={kind: list(_groups(found)) for kind, found in history.breakdown.groups.items()},
        zones=[_zone(each) for each in history.breakdown.zones],
        levels=[_level(each) for each in history.breakdown.levels],
        curve=_curve(history.trades),
    )


def _figures(found: Performance) -> models.Figures:
    result, daily = found.result, found.daily
    return models.Figures(
        count=result.count,
        wins=result.wins,
        losses=result.losses,
        win_rate=_rate(result.win_rate, 6),
        profit_factor=_rate(result.profit_factor, 6),
        expectancy=result.expectancy,
        net=result.net,
        gross_profit=result.gross_profit,
        gross_loss=result.gross_loss,
        average_win=result.average_win,
        average_loss=result.average_loss,
        best=result.best,
        worst=result.worst,
        winning_streak=result.winning_streak,
        losing_streak=result.losing_streak,
        drawdown=found.drawdown.depth,
        drawdown_ms=found.drawdown.length_ms,
        days=daily.days,
        sharpe=_rate(daily.sharpe),
        sortino=_rate(daily.sortino),
        average_hold_ms=found.average_hold_ms,
        fees=_sum(found.fees),
        funding=_sum(found.funding),
        r_multiple=_sum(found.r_multiple),
        adverse_excursion=_sum(found.adverse),
        favourable_excursion=_sum(found.favourable),
        checked=found.checked,
    )


def _sum(known: Known) -> models.Sum:
    return models.Sum(count=known.count, total=known.total, mean=known.mean)


def _groups(found: Mapping[str, Result]) -> Iterable[models.GroupFigures]:
    for name, result in found.items():
        yield models.GroupFigures(
            name=name,
            count=result.count,
            win_rate=_rate(result.win_rate, 6),
            profit_factor=_rate(result.profit_factor, 6),
            net=result.net,
        )


def _zone(zone: Zone) -> models.ZoneFigures:
    interval = zone.interval
    return models.ZoneFigures(
        name=zone.name,
        count=zone.count,
        win_rate=_rate(zone.win_rate),
        low=_rate(interval.low) if interval else None,
        high=_rate(interval.high) if interval else None,
        net=zone.net,
    )


def _level(study: LevelStudy) -> models.LevelFigures:
    control = study.control
    return models.LevelFigures(
        level=str(study.level),
        count=study.count,
        win_rate=_rate(study.wins / study.count) if study.count else None,
        control_rate=_rate(study.control_rate),
        control_low=_rate(control.low) if control else None,
        control_high=_rate(control.high) if control else None,
        verdict=study.verdict.value,
    )


def _curve(trades: Iterable[Trade]) -> list[models.CurvePoint]:
    """The equity curve; of a long one every n-th point, the last always."""
    points = equity_curve(trades)
    step = -(-len(points) // _CURVE_POINTS) or 1
    shown = points[::-step][::-1]
    return [models.CurvePoint(time=time_of(at), total=total) for at, total in shown]


def health(views: Views, trades: bool) -> models.Health:
    """How far each surface can be trusted: words only, for whoever watches without a token.

    Who only looks needs no actions.
    """
    surfaces = {name: each.health.value for name, each in views.link().surfaces}
    needed = ("book", "private", "actions") if trades else ("book", "private")
    sound = all(surfaces.get(name) == Health.LIVE for name in needed)
    return models.Health(status="ok" if sound else "degraded", surfaces=surfaces)
