"""Closed positions and harmony as pictures."""

from decimal import Decimal

from omega_tui.analytics.fibonacci import position_levels
from omega_tui.analytics.harmony import (
    PROFIT_FACTOR_TARGET,
    WIN_RATE_TARGET,
    Energy,
    Harmony,
    alignment,
    bio_energy,
    level_harmony,
    phi_resonance,
    pnl_distribution,
    position_balance,
)
from omega_tui.analytics.swings import Swing
from omega_tui.domain.account import Position
from omega_tui.domain.margin import notional_value
from omega_tui.domain.orders import HoldSide
from omega_tui.engine.past_views import HarmonyPosition, HarmonyView, HistoryView
from omega_tui.engine.pictures.drawing import to_float
from omega_tui.engine.risk.exposure import position_profit
from omega_tui.engine.state import State


def build_history(state: State) -> HistoryView:
    """Every closed position and what they add up to."""
    past = state.past
    return HistoryView(past.known, past.problem, past.trades, past.performance, past.breakdown)


def build_harmony(state: State, history: HistoryView) -> HarmonyView:
    """The scores of what is open and of what was closed."""
    result = history.performance.result
    by_rate = alignment(result.win_rate, WIN_RATE_TARGET)
    by_factor = alignment(result.profit_factor, PROFIT_FACTOR_TARGET)
    sums = _notionals(state)
    resonance = phi_resonance(*sums) if sums is not None else None
    unrealized = [position_profit(state, each) for each in state.positions]
    known = [each for each in unrealized if each is not None]
    harmony = None
    if resonance is not None and len(known) == len(unrealized):
        harmony = Harmony(resonance, by_rate, by_factor, pnl_distribution(known))
    return HarmonyView(
        positions=tuple(_position(state, each) for each in state.positions),
        resonance=resonance,
        balance=position_balance(*sums) if sums is not None else None,
        harmony=harmony,
        energy=_energy(state, resonance),
        win_rate=result.win_rate,
        win_rate_alignment=by_rate,
        profit_factor=result.profit_factor,
        profit_factor_alignment=by_factor,
        closed=result.count,
    )


def _notionals(state: State) -> tuple[Decimal, Decimal] | None:
    """The notional of all longs and of all shorts; None while positions or one of their marks are unknown."""
    if not state.positions_known:
        return None
    sums = dict.fromkeys(HoldSide, Decimal(0))
    for position in state.positions:
        mark = state.mark(position.symbol)
        if mark is None:
            return None
        sums[position.hold_side] += notional_value(position.size, mark)
    return sums[HoldSide.LONG], sums[HoldSide.SHORT]


def _position(state: State, position: Position) -> HarmonyPosition:
    context = state.contexts.get((position.symbol, position.hold_side))
    frozen = context.entry_swing if context is not None else None
    current = _current_swing(state, position.symbol) or frozen
    return HarmonyPosition(
        symbol=position.symbol,
        hold_side=position.hold_side,
        size=position.size,
        entry_price=position.entry_price,
        mark_price=state.mark(position.symbol),
        unrealized=position_profit(state, position),
        entry_harmony=level_harmony(to_float(position.entry_price), frozen or current),
        has_swing=current is not None,
        levels=position_levels(position.entry_price, position.hold_side, current),
    )


def _current_swing(state: State, symbol: str) -> Swing | None:
    return state.market.series.swing if symbol == state.market.symbol else None


def _energy(state: State, resonance: float | None) -> Energy | None:
    ticker = state.market.ticker
    if ticker is None or resonance is None:
        return None
    last, low, high = ticker.last_price, ticker.low_24h, ticker.high_24h
    if last is None or low is None or high is None:
        return None
    return bio_energy(to_float(last), to_float(low), to_float(high), resonance)
