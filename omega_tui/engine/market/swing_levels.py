"""The levels of the watched market's swing, on the instrument's grid."""

from dataclasses import replace

from omega_tui.analytics.fibonacci import FibonacciLevel, swing_levels
from omega_tui.domain.values import round_to_step
from omega_tui.engine.state import State


def shown_levels(state: State) -> tuple[FibonacciLevel, ...]:
    """Every level of the current swing at the nearest tick; empty without a swing or an instrument."""
    swing, instrument = state.market.series.swing, state.instrument
    if swing is None or instrument is None:
        return ()
    return tuple(
        replace(level, price=round_to_step(level.price, instrument.tick)) for level in swing_levels(swing)
    )
