"""What prices and sizes are measured by: the market, the position and the account at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from omega_tui.analytics.swings import Direction
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide


@dataclass(frozen=True, slots=True)
class SwingFacts:
    """The range that Fibonacci levels hang on; `low` lies below `high`."""

    low: Decimal
    high: Decimal
    direction: Direction


@dataclass(frozen=True, slots=True)
class Facts:
    """Prices in quote units, sizes in base units; what is not known is None.

    `entry`, `liquidation`, `position` and `hold_side` are those of the position that is meant, `risk` is the
    profile's loss of one trade as a share of equity, `swings` are by timeframe, that of the chart under None.
    """

    instrument: Instrument
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    mark: Decimal | None = None
    entry: Decimal | None = None
    liquidation: Decimal | None = None
    position: Decimal | None = None
    hold_side: HoldSide | None = None
    equity: Decimal | None = None
    risk: Decimal | None = None
    swings: Mapping[Timeframe | None, SwingFacts] = field(default_factory=dict)
