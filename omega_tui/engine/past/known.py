"""What is known of closed positions: the part of the state that the history keeps."""

from dataclasses import dataclass, field

from omega_tui.analytics.breakdown import Breakdown, break_down
from omega_tui.analytics.performance import Performance, performance
from omega_tui.analytics.trades import Trade
from omega_tui.history.review import Records


@dataclass(slots=True)
class Past:
    """`known` once the journal was read, `problem` why the trades are not whole or not compared. What the
    trades add up to is worked out with them, off the engine's loop."""

    trades: tuple[Trade, ...] = ()
    performance: Performance = field(default_factory=lambda: performance(()))
    breakdown: Breakdown = field(default_factory=lambda: break_down(()))
    known: bool = False
    problem: str = ""
    records: Records = field(default_factory=Records)
