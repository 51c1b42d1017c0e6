"""What a trader may ask for in conditional orders, already parsed from the wire. Pure data."""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.sim.facts import HoldSide, PlanType, SelfTrade, TriggerType
from omega_tui.sim.venue.ledger import OrderSpec


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A trigger or trailing order: `order` is placed once the trigger is reached.

    `callback` is in percent and only a trailing order has it; the presets of its order are percentages.
    """

    plan_type: PlanType
    order: OrderSpec
    trigger_price: Decimal
    trigger_type: TriggerType
    callback: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GuardRequest:
    """A take profit or stop loss of the position on `side`; at market when `execute_price` is None.

    `size` is None for those that close all of the position, however large it is by then. `callback` is in
    percent and only a trailing one has it.
    """

    plan_type: PlanType
    symbol: str
    side: HoldSide
    trigger_price: Decimal
    trigger_type: TriggerType = TriggerType.LAST
    execute_price: Decimal | None = None
    size: Decimal | None = None
    callback: Decimal | None = None
    client_oid: str | None = None
    self_trade: SelfTrade = SelfTrade.NONE


@dataclass(frozen=True, slots=True)
class LegChange:
    """A new take profit or stop loss of a plan's order: None leaves as it is, a trigger price of 0 removes.

    An execute price of 0 means at market.
    """

    trigger_price: Decimal | None = None
    execute_price: Decimal | None = None
    trigger_type: TriggerType | None = None


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What `modify-plan-order` changes; None leaves as it is."""

    size: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_type: TriggerType | None = None
    callback: Decimal | None = None
    take_profit: LegChange = LegChange()
    stop_loss: LegChange = LegChange()


@dataclass(frozen=True, slots=True)
class GuardChange:
    """What `modify-tpsl-order` changes; None leaves as it is, an execute price of 0 means at market.

    The size of one that closes all of a position cannot be changed; Bitget's clients send it all the same.
    """

    trigger_price: Decimal
    trigger_type: TriggerType | None = None
    execute_price: Decimal | None = None
    size: Decimal | None = None
    callback: Decimal | None = None


def changed_price(changed: Decimal | None, present: Decimal | None) -> Decimal | None:
    """A price after a change: None leaves it, 0 takes it away."""
    return present if changed is None else changed or None
