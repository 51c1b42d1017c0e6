"""The pictures of what the account did, and of how it sits against the golden ratio."""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.analytics.breakdown import Breakdown
from omega_tui.analytics.fibonacci import FibonacciLevel
from omega_tui.analytics.harmony import Balance, Energy, Harmony
from omega_tui.analytics.performance import Performance
from omega_tui.analytics.trades import Trade
from omega_tui.domain.orders import HoldSide


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Closed positions, oldest first. `known` is False until the journal was read; `problem` says why they
    are not compared with the exchange."""

    known: bool
    problem: str
    trades: tuple[Trade, ...]
    performance: Performance
    breakdown: Breakdown


@dataclass(frozen=True, slots=True)
class HarmonyPosition:
    """An open position against the swing of its market; `has_swing` is False where none is known."""

    symbol: str
    hold_side: HoldSide
    size: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    unrealized: Decimal | None
    entry_harmony: float
    has_swing: bool
    levels: tuple[FibonacciLevel, ...]


@dataclass(frozen=True, slots=True)
class HarmonyView:
    """The scores; what rests on marks that are not known is None. `closed` counts the closed positions that
    the rates rest on, `energy` is None without the day's range of the watched market."""

    positions: tuple[HarmonyPosition, ...]
    resonance: float | None
    balance: Balance | None
    harmony: Harmony | None
    energy: Energy | None
    win_rate: Decimal | None
    win_rate_alignment: float
    profit_factor: Decimal | None
    profit_factor_alignment: float
    closed: int

    @property
    def performance_alignment(self) -> float:
        """The mean of both alignments."""
        return (self.win_rate_alignment + self.profit_factor_alignment) / 2
