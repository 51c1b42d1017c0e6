"""Closed positions: what was opened, how it was closed, and what it brought.

A position lives from flat to flat, however often it was added to or reduced on the way. What the market
looked like, and the trader's words, are not known here.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.orders import HoldSide

_ZERO = Decimal(0)


class Origin(StrEnum):
    """Where a closed position is known from."""

    FILLS = "fills"
    """Built from the executions in the journal."""
    EXCHANGE = "exchange"
    """Told by the exchange's own position history alone: its fills are older than the journal."""
    FILE = "file"
    """Built from the rows of a file that somebody exported."""
    MANUAL = "manual"
    """Written down by hand."""


class Check(StrEnum):
    """What the exchange's own position history says of a position built from fills."""

    UNCHECKED = "unchecked"
    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class ClosedPosition:
    """A position from its first execution to its last; sizes in base units, prices and money in USDT.

    `size` is all that was opened, `entry_price` and `exit_price` are averages weighted by size. `gross` is
    the result by price alone. `fees` and `funding` are signed, negative when paid, and None while nothing is
    known of them: fees paid in another coin, funding that no bill and no answer of the exchange has told.
    `peak` is the largest size held at one time, `closes` the executions that reduced it (0: not known).
    `difference` says in words what a `Check.DIFFERS` found.
    """

    position_id: str
    symbol: str
    hold_side: HoldSide
    size: Decimal
    peak: Decimal
    entry_price: Decimal
    exit_price: Decimal
    opened_ms: int
    closed_ms: int
    gross: Decimal
    fees: Decimal | None
    funding: Decimal | None
    origin: Origin = Origin.FILLS
    closes: int = 0
    check: Check = Check.UNCHECKED
    difference: str = ""

    @property
    def net(self) -> Decimal:
        """The result with the fees and the funding that are known."""
        return self.gross + (self.fees or _ZERO) + (self.funding or _ZERO)

    @property
    def held_ms(self) -> int:
        """How long it was open, in milliseconds."""
        return self.closed_ms - self.opened_ms


@dataclass(frozen=True, slots=True)
class ReportedPosition:
    """A closed position as the exchange's position history tells it ("Get-History-Position").

    `gross` excludes fees and funding, `net` includes both; fees are negative when paid. `opened_size` and
    `closed_size` are totals over its life.
    """

    position_id: str
    symbol: str
    hold_side: HoldSide
    entry_price: Decimal
    exit_price: Decimal
    opened_size: Decimal
    closed_size: Decimal
    gross: Decimal
    net: Decimal
    funding: Decimal
    fees: Decimal
    opened_ms: int
    closed_ms: int
