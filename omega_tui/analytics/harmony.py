"""How positions sit against the golden ratio: scores in [0, 1] that measure alignment and advise nothing.

Each is a short formula of distances to φ or to a Fibonacci level; a neutral value stands where there is no
data, as its function says. Nothing is rounded here: that is the edge's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import inf, sqrt

from omega_tui.analytics.fibonacci import RETRACEMENTS
from omega_tui.analytics.swings import Swing

PHI = (1 + sqrt(5)) / 2
"""The golden ratio φ; 1/φ = φ - 1."""

INVERSE_PHI = 1 / PHI
WIN_RATE_TARGET = INVERSE_PHI
PROFIT_FACTOR_TARGET = PHI**2

NEUTRAL = 0.5
"""What a score is worth that has nothing to measure."""

_STATES = ((0.8, "Divine Harmony"), (0.6, "Balanced Flow"), (0.4, "Neutral State"), (0.2, "Mild Dissonance"))
_LOWEST_STATE = "Chaotic Disharmony"
_ENERGY_STATES = (
    (8.5, "Quantum Flow"),
    (7.0, "Harmonic Resonance"),
    (5.5, "Balanced Energy"),
    (4.0, "Neutral Flow"),
    (2.5, "Energy Drain"),
)
_LOWEST_ENERGY = "Quantum Dissonance"
_LEVELS = tuple(float(ratio) for ratio in RETRACEMENTS)


def level_harmony(price: float | None, swing: Swing | None) -> float:
    """How near a price lies to a retracement level of a swing: 1 on it, less by twice the distance in swings.

    0.5 without a swing or a price.
    """
    if price is None or swing is None:
        return NEUTRAL
    return max(0.0, 1 - 2 * min(_distances(retracement(price, swing))))


def retracement(price: float, swing: Swing) -> float:
    """Where a price lies in a swing, as a ratio: 0 at the end it came from last, 1 at its beginning."""
    from_high = (swing.high - price) / (swing.high - swing.low)
    return from_high if swing.rose else 1 - from_high


def _distances(ratio: float) -> Iterable[float]:
    return (abs(ratio - level) for level in _LEVELS)


def phi_resonance(long: Decimal, short: Decimal) -> float:
    """How near the notional of all longs to that of all shorts (both in USDT) is to φ : 1 or 1 : φ.

    0.5 with no position, 1/φ with one side only.
    """
    if not long and not short:
        return NEUTRAL
    if not long or not short:
        return INVERSE_PHI
    ratio = float(long / short)
    return max(0.0, 1 - min(abs(ratio - PHI) / PHI, abs(ratio - INVERSE_PHI) * PHI))


@dataclass(frozen=True, slots=True)
class Balance:
    """The long and the short side against each other; `ratio` is that of `ratio_type`, None with neither."""

    ratio_type: str
    ratio: float | None
    score: float


def position_balance(long: Decimal, short: Decimal) -> Balance:
    """Which side's share comes nearer to 1/φ of the other's, and how near; sums of notional in USDT."""
    if not long and not short:
        return Balance("long:short", None, NEUTRAL)
    to_short = float(long / short) if short else inf
    to_long = float(short / long) if long else inf
    by_long, by_short = _misses(to_short), _misses(to_long)
    if by_long <= by_short:
        return Balance("long:short", to_short, max(0.0, 1 - by_long))
    return Balance("short:long", to_long, max(0.0, 1 - by_short))


def _misses(ratio: float) -> float:
    return abs(ratio - INVERSE_PHI) * PHI


def alignment(value: float | Decimal | None, target: float) -> float:
    """How near a figure is to its target, by their relative distance; 0.5 when it is not known."""
    return NEUTRAL if value is None else max(0.0, 1 - abs(float(value) - target) / target)


def pnl_distribution(unrealized: Iterable[Decimal]) -> float:
    """How near open profits are to φ times open losses: 1 without losses, 0.5 without positions."""
    profits = losses = Decimal(0)
    count = 0
    for each in unrealized:
        count += 1
        profits += max(each, Decimal(0))
        losses -= min(each, Decimal(0))
    if not count:
        return NEUTRAL
    return alignment(profits / losses, PHI) if losses else 1.0


@dataclass(frozen=True, slots=True)
class Harmony:
    """The four scores of an account, and what they add up to."""

    position: float
    win_rate: float
    profit_factor: float
    pnl_distribution: float

    @property
    def score(self) -> float:
        """Weighted 3 : 2 : 2 : 3."""
        return 0.3 * (self.position + self.pnl_distribution) + 0.2 * (self.win_rate + self.profit_factor)

    @property
    def state(self) -> str:
        """The dashboard's name for the score."""
        return _named(self.score, _STATES, _LOWEST_STATE)


@dataclass(frozen=True, slots=True)
class Energy:
    """The day's range and the positions on scales of ten, each to one decimal."""

    market: float
    position: float
    combined: float
    alignment: float

    @property
    def state(self) -> str:
        """The dashboard's name for the combined energy."""
        return _named(self.combined, _ENERGY_STATES, _LOWEST_ENERGY)


def bio_energy(last: float, low: float, high: float, resonance: float) -> Energy:
    """Where the last price lies in the range of 24 hours, measured by levels, and the resonance beside it."""
    place = (last - low) / (high - low) if high > low else 0.5
    aligned = max(0.0, 1 - 2 * min(_distances(place)))
    market, position = round(10 * aligned, 1), round(10 * resonance, 1)
    return Energy(market, position, combined_energy(market, position), aligned)


def combined_energy(market: float, position: float) -> float:
    """Weighted 3 : 2, to one decimal."""
    return round(0.6 * market + 0.4 * position, 1)


def _named(value: float, steps: tuple[tuple[float, str], ...], lowest: str) -> str:
    return next((name for least, name in steps if value >= least), lowest)
