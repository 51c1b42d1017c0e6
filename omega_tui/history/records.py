"""Rows about closed positions that the journal keeps beside the executions: their kinds and bodies."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from omega_tui.analytics.swings import Swing
from omega_tui.domain.orders import HoldSide

TOLD: Final = "history.told"
"""A `ReportedPosition`: the exchange's own word, kept because it forgets after three months."""

ADDED: Final = "history.added"
"""A `ClosedPosition` that was written down by hand or read from a file."""

CONTEXT: Final = "history.context"
REMARK: Final = "history.remark"


@dataclass(frozen=True, slots=True)
class ContextRow:
    """CONTEXT: what stood around a position when it was opened, and again, whole, when it was closed.

    `stop` is the first stop that protected it. `lowest` and `highest` are the mark's extremes while it was
    open, None when it was not watched throughout.
    """

    symbol: str
    hold_side: HoldSide
    opened_ms: int
    profile: str = ""
    entry_swing: Swing | None = None
    stop: Decimal | None = None
    closed_ms: int | None = None
    exit_swing: Swing | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """REMARK: words or a tag for one closed position, written afterwards."""

    position_id: str
    text: str
    tag: bool
