"""Whether entries near Fibonacci levels did better than entries anywhere else: counts, intervals, a control.

Each level's band is held against bands of the same width around levels that mean nothing. Only when its win
rate lies outside what those bands show, and the mean of those outside its own interval, is anything claimed.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from math import sqrt

from omega_tui.analytics.fibonacci import RETRACEMENTS
from omega_tui.analytics.harmony import INVERSE_PHI
from omega_tui.analytics.trades import Trade

BAND = 0.03
"""How far from a level, in swings, an entry still counts as made at it."""

ENOUGH = 20
"""Trades in a band under which nothing is claimed."""

CONTROLS = 200
"""Levels that mean nothing, spread over the swing."""

_Z95 = 1.959964
_EDGES = tuple(float(ratio) for ratio in RETRACEMENTS)


class Verdict(StrEnum):
    """What a band's win rate says of its level."""

    BETTER = "better than a random level"
    WORSE = "worse than a random level"
    NO_DIFFERENCE = "no better than a random level"
    TOO_FEW = "too few trades to tell"


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both shares of one."""

    low: float
    high: float


def wilson(wins: int, count: int) -> Interval | None:
    """The 95 % interval of a win rate (E. B. Wilson, 1927); None without a trade."""
    if not count:
        return None
    rate, square = wins / count, _Z95**2
    middle = (rate + square / (2 * count)) / (1 + square / count)
    half = _Z95 / (1 + square / count) * sqrt(rate * (1 - rate) / count + square / (4 * count**2))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Zone:
    """The trades entered between two neighbouring levels of their swing, or beyond its ends."""

    name: str
    count: int
    wins: int
    net: Decimal
    interval: Interval | None

    @property
    def win_rate(self) -> float | None:
        """Wins as a share of its trades."""
        return self.wins / self.count if self.count else None


ZONES = (
    "beyond 0",
    *(f"{low}-{high}" for low, high in pairwise(RETRACEMENTS)),
    "beyond 1",
)
"""The names of the zones from the end of a swing to its beginning and past it."""


def zone_name(ratio: float) -> str:
    """The zone that a ratio of a swing lies in; a level belongs to the zone that it opens, 1 to the last."""
    inside = 0.0 <= ratio <= 1.0
    return ZONES[min(bisect_right(_EDGES, ratio), len(_EDGES) - 1) if inside else (0 if ratio < 0 else -1)]


def by_zone(trades: Sequence[Trade]) -> tuple[Zone, ...]:
    """Each zone with its trades; trades whose swing is not known are in none."""
    counts: dict[str, list[Decimal]] = {name: [] for name in ZONES}
    for trade in trades:
        ratio = trade.entry_ratio
        if ratio is not None:
            counts[zone_name(ratio)].append(trade.position.net)
    return tuple(_zone(name, nets) for name, nets in counts.items())


def _zone(name: str, nets: list[Decimal]) -> Zone:
    wins = sum(net > 0 for net in nets)
    return Zone(name, len(nets), wins, sum(nets, Decimal(0)), wilson(wins, len(nets)))


@dataclass(frozen=True, slots=True)
class LevelStudy:
    """One level's band against the control, whose mean win rate is `control_rate` and of which 95 % lie in
    `control`; both None when no band of it holds enough trades."""

    level: Decimal
    count: int
    wins: int
    interval: Interval | None
    control_rate: float | None
    control: Interval | None
    verdict: Verdict


def study_levels(trades: Sequence[Trade]) -> tuple[LevelStudy, ...]:
    """Every retracement level held against the control.

    The control's levels are the fractional parts of k/φ, which fill the swing evenly and hit no level twice;
    of them those count whose band holds enough trades.
    """
    entries = sorted(
        (ratio, trade.position.net > 0) for trade in trades if (ratio := trade.entry_ratio) is not None
    )
    ratios = [ratio for ratio, _ in entries]
    # Wins up to each place: a band is then two look-ups.
    won = [0]
    for _, wins in entries:
        won.append(won[-1] + wins)

    def band(level: float) -> tuple[int, int]:
        first, last = bisect_right(ratios, level - BAND - 1e-12), bisect_right(ratios, level + BAND)
        return last - first, won[last] - won[first]

    bands = (band(k * INVERSE_PHI % 1) for k in range(1, CONTROLS + 1))
    rates = sorted(wins / count for count, wins in bands if count >= ENOUGH)
    return tuple(_study(level, *band(float(level)), rates) for level in RETRACEMENTS)


def _study(level: Decimal, count: int, wins: int, rates: list[float]) -> LevelStudy:
    interval = wilson(wins, count)
    if not rates:
        return LevelStudy(level, count, wins, interval, None, None, Verdict.TOO_FEW)
    control = Interval(_quantile(rates, 0.025), _quantile(rates, 0.975))
    mean = sum(rates) / len(rates)
    verdict = Verdict.TOO_FEW
    if count >= ENOUGH and interval is not None:
        verdict = Verdict.NO_DIFFERENCE
        if wins / count > control.high and interval.low > mean:
            verdict = Verdict.BETTER
        elif wins / count < control.low and interval.high < mean:
            verdict = Verdict.WORSE
    return LevelStudy(level, count, wins, interval, mean, control, verdict)


def _quantile(ordered: list[float], share: float) -> float:
    """The value below which `share` of an ordered list lies, between neighbours by straight line."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
