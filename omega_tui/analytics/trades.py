"""A closed position together with what stood around it: swings, stop, price extremes, the trader's words.

What is not known stays None: nobody watched, or nothing was there.
"""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.analytics.harmony import level_harmony, retracement
from omega_tui.analytics.swings import Swing
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.orders import HoldSide

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trade:
    """A closed position as it is reviewed.

    `entry_swing` and `exit_swing` are the swings that were current when it was opened and closed, frozen.
    `stop` is the first stop price that protected it; `lowest` and `highest` are the extremes of the mark
    price while it was open, known only when it was watched throughout.
    """

    position: ClosedPosition
    entry_swing: Swing | None = None
    exit_swing: Swing | None = None
    stop: Decimal | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    profile: str = ""
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entry_harmony(self) -> float:
        """How near the entry price lay to a level of the swing of its time."""
        return level_harmony(float(self.position.entry_price), self.entry_swing)

    @property
    def exit_harmony(self) -> float:
        """The same of the exit price, on the swing of its own time."""
        return level_harmony(float(self.position.exit_price), self.exit_swing)

    @property
    def alignment(self) -> float:
        """The mean of both harmonies."""
        return (self.entry_harmony + self.exit_harmony) / 2

    @property
    def entry_ratio(self) -> float | None:
        """Where in its swing the entry lay: 0 at the swing's end, 1 at its beginning."""
        if self.entry_swing is None:
            return None
        return retracement(float(self.position.entry_price), self.entry_swing)

    @property
    def r_multiple(self) -> Decimal | None:
        """The net result in units of what the first stop put at stake; None without one that did."""
        stop, position = self.stop, self.position
        if stop is None:
            return None
        long = position.hold_side is HoldSide.LONG
        at_stake = (position.entry_price - stop if long else stop - position.entry_price) * position.peak
        return position.net / at_stake if at_stake > 0 else None

    @property
    def adverse(self) -> Decimal | None:
        """The maximum adverse excursion (MAE): the worst move against the entry, as a share of its price."""
        return self._down if self.position.hold_side is HoldSide.LONG else self._up

    @property
    def favourable(self) -> Decimal | None:
        """The maximum favourable excursion (MFE): the best move for the entry, as a share of its price."""
        return self._up if self.position.hold_side is HoldSide.LONG else self._down

    @property
    def _up(self) -> Decimal | None:
        """How far price rose above the entry, as a share of it."""
        entry, highest = self.position.entry_price, self.highest
        if highest is None:
            return None
        return (highest - entry) / entry if highest > entry else _ZERO

    @property
    def _down(self) -> Decimal | None:
        """How far price fell below the entry, as a share of it."""
        entry, lowest = self.position.entry_price, self.lowest
        if lowest is None:
            return None
        return (entry - lowest) / entry if lowest < entry else _ZERO
