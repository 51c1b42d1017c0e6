"""Trader profiles: sets of limits and order defaults, four of them built in. None ever trades by itself.

The risk gate enforces one before every order that can open or add to a position; orders that only reduce
always pass. Percentages are numbers of percent (2 is two percent), as they are written in the settings. Where
a profile was read from and who enforces it is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from types import MappingProxyType

PHI = Decimal("1.61803398874989484820458683")
"""The golden ratio, (1 + sqrt 5) / 2."""

OPEN_RISK_PERCENT = Decimal("14.6")
"""Most that all open positions and entries together may lose at their stops, of equity, in any profile."""

_HUNDRED = Decimal(100)
_SCALE = Decimal("1.5")
_MOST_SCALE = Decimal(1) / 3


class EntryType(StrEnum):
    """How an order ticket is priced when it opens."""

    LIMIT = "limit"
    POST_ONLY = "post-only"
    MARKET = "market"


@dataclass(frozen=True, slots=True)
class Target:
    """One leg of the take profit: `multiple` times the stop's distance from the entry, for `share_percent` of
    the position."""

    multiple: Decimal
    share_percent: Decimal


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits and defaults of one way to trade.

    `position_percent` is the largest position as notional over leverage, of equity. `day_loss_percent` is of
    the equity that the UTC day began with. With `scales_leverage` the leverages shrink while the market is
    wilder than usual (see `leverages`). An order that loses at most `unasked_percent` of equity at its stop
    leaves without a second key; 0 asks for one each time.
    """

    name: str
    meant_for: str
    risk_percent: Decimal
    default_leverage: int
    max_leverage: int
    least_reward_to_risk: Decimal
    stop_percent: Decimal
    targets: tuple[Target, ...]
    position_percent: Decimal
    most_positions: int
    day_loss_percent: Decimal
    most_entries_an_hour: int
    stop_required: bool = True
    entry_type: EntryType = EntryType.LIMIT
    scales_leverage: bool = False
    unasked_percent: Decimal = Decimal(0)

    @property
    def risk(self) -> Decimal:
        """Largest loss of one entry at its stop, as a share of equity."""
        return self.risk_percent / _HUNDRED

    @property
    def stop_distance(self) -> Decimal:
        """Where a stop goes that nobody typed, as a share of the entry price."""
        return self.stop_percent / _HUNDRED

    @property
    def position_share(self) -> Decimal:
        """Largest margin of one position, as a share of equity."""
        return self.position_percent / _HUNDRED

    @property
    def day_loss_share(self) -> Decimal:
        """Loss of a day that ends new entries, as a share of the day's opening equity."""
        return self.day_loss_percent / _HUNDRED

    @property
    def unasked(self) -> Decimal:
        """Largest loss at the stop that asks no second key, as a share of equity."""
        return self.unasked_percent / _HUNDRED

    def leverages(self, volatility: Decimal | None) -> tuple[int, int]:
        """Default and maximum leverage now, in whole numbers and at least 1.

        `volatility` is the newest 1-minute volatility over its 24-hour median. A profile that scales takes
        each times max(0, 1 - 1.5 v), with v = clip(volatility - 1, 0, 1) / 3; while it is not known nothing
        is scaled.
        """
        if not self.scales_leverage or volatility is None:
            return self.default_leverage, self.max_leverage
        wild = min(max(volatility - 1, Decimal(0)), Decimal(1)) * _MOST_SCALE
        factor = max(Decimal(0), 1 - _SCALE * wild)
        return _whole(self.default_leverage * factor), _whole(self.max_leverage * factor)


def _whole(leverage: Decimal) -> int:
    # A third has no end in decimals: what only its last digit kept below a whole number is that number.
    return max(1, int(leverage.quantize(Decimal("1e-9")).to_integral_value(ROUND_FLOOR)))


def _targets(*legs: tuple[str, int]) -> tuple[Target, ...]:
    return tuple(Target(Decimal(multiple), Decimal(share)) for multiple, share in legs)


STRATEGIC = Profile(
    name="strategic",
    meant_for="trend following, patience",
    risk_percent=Decimal(2),
    default_leverage=3,
    max_leverage=5,
    least_reward_to_risk=PHI,
    stop_percent=Decimal(4),
    targets=_targets(("1.5", 40), ("2.5", 40), ("3.5", 20)),
    position_percent=Decimal(30),
    most_positions=5,
    day_loss_percent=Decimal(6),
    most_entries_an_hour=10,
    entry_type=EntryType.POST_ONLY,
)
AGGRESSIVE = Profile(
    name="aggressive",
    meant_for="quick momentum trades",
    risk_percent=Decimal(5),
    default_leverage=5,
    max_leverage=10,
    least_reward_to_risk=Decimal("1.2"),
    stop_percent=Decimal("0.8"),
    targets=_targets(("1.2", 50), ("1.5", 30), ("2", 20)),
    position_percent=Decimal(50),
    most_positions=8,
    day_loss_percent=Decimal(15),
    most_entries_an_hour=30,
    entry_type=EntryType.MARKET,
)
NEWBIE = Profile(
    name="newbie",
    meant_for="learning, strict limits",
    risk_percent=Decimal("0.5"),
    default_leverage=2,
    max_leverage=3,
    least_reward_to_risk=Decimal(2),
    stop_percent=Decimal(2),
    targets=_targets(("2", 100)),
    position_percent=Decimal(10),
    most_positions=2,
    day_loss_percent=Decimal(2),
    most_entries_an_hour=4,
    entry_type=EntryType.LIMIT,
)
SCALPER = Profile(
    name="scalper",
    meant_for="seconds to minutes, in and out",
    risk_percent=Decimal(1),
    default_leverage=10,
    max_leverage=20,
    least_reward_to_risk=Decimal(1),
    stop_percent=Decimal("0.2"),
    targets=_targets(("1.5", 100)),
    position_percent=Decimal(30),
    most_positions=3,
    day_loss_percent=Decimal(4),
    most_entries_an_hour=20,
    entry_type=EntryType.POST_ONLY,
    scales_leverage=True,
    unasked_percent=Decimal(1),
)

BUILT_IN = MappingProxyType({each.name: each for each in (STRATEGIC, AGGRESSIVE, NEWBIE, SCALPER)})
"""The profiles that need no configuration, by name."""

RANGES = MappingProxyType(
    {
        "risk_percent": (Decimal("0.01"), Decimal(10)),
        "default_leverage": (Decimal(1), Decimal(125)),
        "max_leverage": (Decimal(1), Decimal(125)),
        "least_reward_to_risk": (Decimal(0), Decimal(100)),
        "stop_percent": (Decimal("0.01"), Decimal(50)),
        "position_percent": (Decimal("0.1"), Decimal(100)),
        "most_positions": (Decimal(1), Decimal(100)),
        "day_loss_percent": (Decimal("0.1"), Decimal(50)),
        "most_entries_an_hour": (Decimal(1), Decimal(1000)),
        "unasked_percent": (Decimal(0), Decimal(10)),
    }
)
"""Least and most of every limit: what lies outside is a slip of the pen, not a way to trade."""


def profile_problems(profile: Profile) -> Iterator[str]:
    """What is wrong with a profile, a sentence each with the name of the option; nothing when it is sound."""
    for name, (least, most) in RANGES.items():
        value = Decimal(getattr(profile, name))
        if not value.is_finite() or not least <= value <= most:
            yield f"{name}: must be from {least} to {most}, not {value}"
    if profile.default_leverage > profile.max_leverage:
        yield f"default_leverage: {profile.default_leverage} is above max_leverage {profile.max_leverage}"
    numbers = [number for leg in profile.targets for number in (leg.multiple, leg.share_percent)]
    if not all(number.is_finite() and number > 0 for number in numbers):
        yield "targets: every multiple and share must be above 0"
    elif profile.targets and sum(leg.share_percent for leg in profile.targets) != _HUNDRED:
        yield "targets: the shares must make 100"
