"""Orders that wait for a price: triggers, take profits, stop losses, trailing stops. What one waits for.

A plan rests at the exchange beside the book. When its price comes it fires and an ordinary order is born; the
plan itself is then at its end. What is traded, how much and in which state it is are the order's business.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class TriggerBy(StrEnum):
    """Which price has to come. Nobody can ask for INDEX here; plans placed elsewhere may wait for it."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"


class PlanKind(StrEnum):
    """What kind of plan.

    TRIGGER places an order of its own when its price comes, TRAILING one when price turns back by a share
    from its best; both may open or close. The other five belong to a position and only close: TAKE_PROFIT,
    STOP_LOSS and TRAILING_STOP with a size of their own, POSITION_TAKE_PROFIT and POSITION_STOP_LOSS for
    whatever the position's size is when they fire.
    """

    TRIGGER = "trigger"
    TRAILING = "trailing"
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"
    TRAILING_STOP = "trailing_stop"
    POSITION_TAKE_PROFIT = "position_take_profit"
    POSITION_STOP_LOSS = "position_stop_loss"

    @property
    def of_position(self) -> bool:
        """True for those that belong to a position and can only close it."""
        return self not in (PlanKind.TRIGGER, PlanKind.TRAILING)

    @property
    def whole_position(self) -> bool:
        """True for those that have no size of their own and close whatever is open."""
        return self in (PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS)

    @property
    def limits_loss(self) -> bool:
        """True for those that end a position when price goes against it."""
        return self in (PlanKind.STOP_LOSS, PlanKind.POSITION_STOP_LOSS, PlanKind.TRAILING_STOP)

    @property
    def takes_profit(self) -> bool:
        """True for those that end a position when price went its way."""
        return self in (PlanKind.TAKE_PROFIT, PlanKind.POSITION_TAKE_PROFIT)

    @property
    def trails(self) -> bool:
        """True for those that follow price and need a callback rate."""
        return self in (PlanKind.TRAILING, PlanKind.TRAILING_STOP)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an order waits for.

    `trigger_price` is in quote units, on the tick grid; a trailing plan begins to follow there.
    `callback_rate` is the share of price that a trailing plan lets it turn back (0.01 is one percent), None
    for the others.
    """

    kind: PlanKind
    trigger_price: Decimal
    trigger_by: TriggerBy
    callback_rate: Decimal | None = None
