"""Prices and sizes as a trader says them, before anybody knows what they come to.

A price is a place (`63900`, `bid`, `fib:0.618`) and shifts from it (`+2t`, `-0.1%`, `+100`). Without a place
it is measured from the own side's touch, a leg's from its entry. Shares are fractions: 0.01 is one percent.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum

from omega_tui.domain.market import Timeframe


class Anchor(StrEnum):
    """Places that the market or the position knows."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"
    LAST = "last"
    MARK = "mark"
    ENTRY = "entry"
    LIQUIDATION = "liq"


@dataclass(frozen=True, slots=True)
class Fib:
    """The level of a ratio in the current swing, or in that of another timeframe."""

    ratio: Decimal
    timeframe: Timeframe | None = None


class Measure(Enum):
    """What the number of a shift or a distance counts; the value is how it is written."""

    AMOUNT = ""
    SHARE = "%"
    TICKS = "t"
    RISK = "r"


@dataclass(frozen=True, slots=True)
class Shift:
    """A signed step: quote units, a share of the place it starts from, or ticks."""

    number: Decimal
    measure: Measure


Place = Decimal | Anchor | Fib


@dataclass(frozen=True, slots=True)
class Price:
    """`place` None is the own side's touch, or a leg's entry."""

    place: Place | None
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a leg lies from its entry, on the side where it belongs: a stop where it loses, a target where
    it wins. RISK counts the stop's distance."""

    number: Decimal
    measure: Measure


Leg = Price | Distance
"""Where a stop or a target goes."""


class Unit(Enum):
    """What the number of a size counts."""

    BASE = "coins"
    QUOTE = "notional"
    BALANCE = "share of equity"
    POSITION = "share of the position"
    RISK = "share of equity at risk"
    R = "times the profile's risk"


@dataclass(frozen=True, slots=True)
class Size:
    """A size as it was asked for; shares are fractions, `coin` names the base coin of BASE in capitals."""

    number: Decimal
    unit: Unit
    coin: str = ""
