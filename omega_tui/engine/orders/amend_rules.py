"""What may be amended of which order, and the terms that would be asked for: legal and whole.

Pure, in plain words where it must not be; who asks and what else forbids it is `amending`'s business.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, Order, OrderState, OrderType, Side
from omega_tui.domain.plans import Plan, PlanKind
from omega_tui.domain.protection import legal_trigger
from omega_tui.domain.sizing import legal_price
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import AmendOrder
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.risk.liquidation import Change, estimate_liquidation
from omega_tui.engine.risk.plan_checks import EntryLegs
from omega_tui.engine.risk.touch import crosses
from omega_tui.engine.state import State

_ZERO = Decimal(0)


def legal_leg(
    order: Order, instrument: Instrument, asked: Decimal | None, present: Decimal | None, kind: PlanKind
) -> Decimal:
    """The trigger price of a leg to ask for: as it is when nothing is `asked`, 0 for none."""
    if not asked:
        return (present or _ZERO) if asked is None else _ZERO
    return legal_trigger(asked, closed_or_opened_side(order), kind, instrument)


def legs_of_plan(
    order: Order, plan: Plan, instrument: Instrument, intent: AmendOrder | None
) -> tuple[Decimal | None, Decimal | None]:
    """Take profit and stop loss of a trigger that has one or gets one; None for both when they stay out."""
    asked = (intent.take_profit, intent.stop_loss) if intent is not None else (None, None)
    if plan.kind is not PlanKind.TRIGGER or {*asked, order.take_profit, order.stop_loss} == {None}:
        return None, None
    return (
        legal_leg(order, instrument, asked[0], order.take_profit, PlanKind.TAKE_PROFIT),
        legal_leg(order, instrument, asked[1], order.stop_loss, PlanKind.STOP_LOSS),
    )


def legal_trigger_of(order: Order, plan: Plan, instrument: Instrument, asked: Decimal | None) -> Decimal:
    """The price that a plan is to wait for: as it is when nothing is `asked`."""
    if asked is None:
        return plan.trigger_price
    if plan.kind.of_position:
        return legal_trigger(asked, closed_or_opened_side(order), plan.kind, instrument)
    return legal_price(asked, order.side, instrument)


def state_problems(tracked: Tracked) -> Iterator[str]:
    """Why an order in its state cannot be amended."""
    order = tracked.order
    if order.state.terminal:
        yield f"that order is {order.state} already"
    elif order.state is OrderState.UNKNOWN:
        yield "the fate of that order is unknown: wait until it is settled"
    elif order.state in (OrderState.INTENT, OrderState.SENT):
        yield "that order has not been acknowledged yet"
    elif tracked.replaced_by is not None:
        yield "another order is taking its place already"
    elif tracked.cancel_requested:
        yield "its cancellation was asked for"
    elif order.filled and order.plan is None:
        yield (
            f"{decimal_text(order.filled)} of it filled already, and the exchange amends untouched orders "
            "only: cancel the rest and place a new one"
        )
    elif order.plan is None and order.order_type is OrderType.MARKET:
        yield "a market order has no terms to amend"


def term_problems(order: Order, intent: AmendOrder) -> Iterator[str]:
    """Why these terms cannot be asked for together, or of such an order."""
    for name, value in (("size", intent.size), ("price", intent.price), ("trigger", intent.trigger_price)):
        if value is not None and not (value.is_finite() and value > 0):
            yield f"the {name} must be above zero"
    for name, value in (("target", intent.take_profit), ("stop", intent.stop_loss)):
        if value is not None and not (value.is_finite() and value >= 0):
            yield f"the {name} must be a price, or 0 for none"
    legs = intent.take_profit is not None or intent.stop_loss is not None
    if order.plan is None:
        yield from _plain_problems(order, intent, legs=legs)
    else:
        yield from _plan_problems(order, order.plan, intent, legs=legs)


def _plain_problems(order: Order, intent: AmendOrder, *, legs: bool) -> Iterator[str]:
    if intent.trigger_price is not None:
        yield "a plain order waits for no trigger"
    if legs and order.reduce_only:
        yield "an order that only reduces brings no stop and no target"
    if legs and (intent.size is not None or intent.price is not None):
        yield "the exchange leaves the legs out when size or price change: one after the other"


def _plan_problems(order: Order, plan: Plan, intent: AmendOrder, *, legs: bool) -> Iterator[str]:
    if intent.size is not None and plan.kind.whole_position:
        yield "it closes whatever is open and has no size of its own"
    if intent.price is not None and (order.price is None or plan.kind.trails):
        yield "it trades at market and has no limit price"
    if legs and plan.kind is not PlanKind.TRIGGER:
        yield f"a {plan.kind.replace('_', ' ')} brings no stop and no target"


def leg_problems(
    state: State,
    order: Order,
    instrument: Instrument,
    size: Decimal,
    price: Decimal | None,
    take_profit: Decimal | None,
    stop_loss: Decimal | None,
) -> Iterator[str]:
    """What is wrong with the legs of an order that would then trade at `price`; 0 and None are for no leg."""
    if order.reduce_only or not (take_profit or stop_loss):
        return
    side, settings = closed_or_opened_side(order), state.settings.get(order.symbol)
    at_once = order.plan is None and crosses(state, order.symbol, order.side, price)
    legs = EntryLegs(order.symbol, side, price, stop_loss or None, take_profit or None, at_once)
    yield from legs.place_problems(state, state.risk.profile)
    if settings is not None and price is not None:
        change = Change(order.side, size, price, closes=False, hold_side=side)
        liquidation = estimate_liquidation(state, instrument, settings, change)
        yield from legs.liquidation_problems(instrument, liquidation)


def is_farther(order: Order, stop_loss: Decimal) -> bool:
    """Whether an entry would lose more at `stop_loss`, 0 for none, than at the stop that it has."""
    present = order.stop_loss
    if present is None or stop_loss == present:
        return False
    below = closed_or_opened_side(order) is HoldSide.LONG
    return not stop_loss or (stop_loss < present if below else stop_loss > present)


def closed_or_opened_side(order: Order) -> HoldSide:
    """The side of the position that an order opens, or that it closes part of."""
    if order.hold_side is not None:
        return order.hold_side
    opens = order.side if not order.reduce_only else order.side.opposite
    return HoldSide.LONG if opens is Side.BUY else HoldSide.SHORT


def price_text(price: Decimal | None) -> str:
    """A leg's trigger price in words."""
    return decimal_text(price) if price else "none"
