"""The routes that act on conditional orders: trigger and trailing, take profit and stop loss of positions.

Each function answers one route with the reply's `data`: an acknowledgement, never a result. What becomes of a
plan is told by the stream and by `plan_lists`.
"""

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import Direction, HoldSide, OrderType, PlanType, PositionMode, SelfTrade, TriggerType
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.plans import plan_ids_row, position_guards_row
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest.batches import batch, failure_row, given_text, lists_row
from omega_tui.sim.rest.market import listed_symbol, require_traded
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, act
from omega_tui.sim.rest.trade import parse_client_oid, parse_order
from omega_tui.sim.venue.ledger import Presets
from omega_tui.sim.venue.plan_requests import GuardChange, GuardRequest, LegChange, PlanChange, PlanRequest
from omega_tui.sim.venue.plans import OPENERS, PROFIT_LOSS, WHOLE_POSITION
from omega_tui.sim.venue.positions import opened_side

_POSITION_LEGS: Final = {
    "stopSurplus": (PlanType.POSITION_PROFIT, PlanType.PROFIT),
    "stopLoss": (PlanType.POSITION_LOSS, PlanType.LOSS),
}
"""What a leg of `place-pos-tpsl` is without a size, and with one."""


_ZERO: Final = Decimal(0)


class _Opener(StrEnum):
    NORMAL = PlanType.NORMAL
    TRACK = PlanType.TRACK


class _Guard(StrEnum):
    PROFIT = PlanType.PROFIT
    LOSS = PlanType.LOSS
    POSITION_PROFIT = PlanType.POSITION_PROFIT
    POSITION_LOSS = PlanType.POSITION_LOSS
    MOVING = PlanType.MOVING


def place_plan_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`place-plan-order`: a trigger or a trailing order."""
    listed_symbol(exchange, parameters)
    plan_type = PlanType(parameters.required_word("planType", _Opener))
    order = parse_order(parameters, exchange.venue.position_mode)
    trailing = plan_type is PlanType.TRACK
    if trailing and order.order_type is not OrderType.MARKET:
        raise refusal(Code.PARAMETER_WRONG, "orderType")
    if order.order_type is OrderType.MARKET and parameters.decimal("price"):
        raise refusal(Code.PARAMETER_WRONG, "price")
    asked = PlanRequest(
        plan_type=plan_type,
        order=replace(order, presets=_attached(parameters, trailing=trailing)),
        trigger_price=parameters.required_decimal("triggerPrice"),
        trigger_type=parameters.required_word("triggerType", TriggerType),
        callback=parameters.decimal("callbackRatio") if trailing else None,
    )
    return plan_ids_row(exchange.venue.plans.place(asked))


def modify_plan_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`modify-plan-order`: what is not named stays; a trigger price of 0 removes an attached leg."""
    require_traded(parameters)
    plans = exchange.venue.plans
    plan = plans.find(*_names(parameters), OPENERS)
    callback = parameters.decimal("newCallbackRatio")
    if plan.plan_type is PlanType.TRACK and callback is None:
        raise refusal(Code.PARAMETER_EMPTY, "newCallbackRatio")
    trigger = parameters.decimal("newTriggerPrice")
    trigger_type = parameters.word("newTriggerType", TriggerType)
    if trigger_type is not None and trigger is None:
        raise refusal(Code.PARAMETER_EMPTY, "newTriggerPrice")
    change = PlanChange(
        size=parameters.decimal("newSize"),
        price=parameters.decimal("newPrice"),
        trigger_price=trigger,
        trigger_type=trigger_type,
        callback=callback if plan.plan_type is PlanType.TRACK else None,
        take_profit=_leg_change(parameters, "newStopSurplus"),
        stop_loss=_leg_change(parameters, "newStopLoss"),
    )
    symbol = parameters.optional_symbol()
    return plan_ids_row(plans.modify(plan.plan_id, None, symbol, change))


def place_tpsl_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`place-tpsl-order`: one take profit or stop loss of a position."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    plan_type = PlanType(parameters.required_word("planType", _Guard))
    trailing = plan_type is PlanType.MOVING
    execute = parameters.decimal("executePrice") or None
    if trailing and execute is not None:
        raise refusal(Code.PARAMETER_WRONG, "executePrice")
    asked = GuardRequest(
        plan_type=plan_type,
        symbol=symbol,
        side=_held_side(parameters, exchange.venue.position_mode),
        trigger_price=parameters.required_decimal("triggerPrice"),
        trigger_type=parameters.word("triggerType", TriggerType) or TriggerType.LAST,
        execute_price=execute,
        size=None if plan_type in WHOLE_POSITION else parameters.required_decimal("size"),
        callback=parameters.required_decimal("rangeRate") if trailing else None,
        client_oid=parse_client_oid(parameters, "clientOid"),
        self_trade=parameters.word("stpMode", SelfTrade) or SelfTrade.NONE,
    )
    return plan_ids_row(exchange.venue.plans.guards.place(asked))


def modify_tpsl_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`modify-tpsl-order`: what is not named stays, but without an execute price it trades at market."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    plans = exchange.venue.plans
    guard = plans.find(*_names(parameters), PROFIT_LOSS)
    partial = guard.plan_type not in WHOLE_POSITION
    change = GuardChange(
        trigger_price=parameters.required_decimal("triggerPrice"),
        trigger_type=parameters.word("triggerType", TriggerType),
        execute_price=None
        if guard.plan_type is PlanType.MOVING
        else parameters.decimal("executePrice") or _ZERO,
        size=parameters.required_decimal("size") if partial else None,
        callback=parameters.decimal("rangeRate") if guard.plan_type is PlanType.MOVING else None,
    )
    return plan_ids_row(plans.guards.modify(guard.plan_id, None, symbol, change))


def place_pos_tpsl(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`place-pos-tpsl`: take profit and stop loss of a position together, one row each."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    side = _held_side(parameters, exchange.venue.position_mode)
    profit = _position_leg(parameters, "stopSurplus", symbol, side)
    loss = _position_leg(parameters, "stopLoss", symbol, side)
    wanted = [leg for leg in (profit, loss) if leg is not None]
    if not wanted:
        raise refusal(Code.PARAMETER_EMPTY, "stopSurplusTriggerPrice")
    return position_guards_row(exchange.venue.plans.guards.set_all(wanted))


def cancel_plan_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`cancel-plan-order` of one plan type, the plain trigger unless told: other types are not found.

    Without a list it cancels all of the type, of one symbol or of all.
    """
    parameters.margin_coin(required=False)
    plan_type = parameters.word("planType", PlanType) or PlanType.NORMAL
    elements = batch(parameters, "orderIdList", refusal(Code.CANCELS_TOO_MANY))
    plans = exchange.venue.plans
    if elements is None:
        if parameters.product_type() is not ProductType.USDT_FUTURES:
            raise refusal(Code.NO_ORDER_TO_CANCEL)
        gone = plans.cancel_many(parameters.optional_symbol(), {plan_type})
        return lists_row([plan_ids_row(plan) for plan in gone], [])
    symbol = listed_symbol(exchange, parameters)
    cancelled: list[Row] = []
    failed: list[Row] = []
    for element in elements:
        try:
            cancelled.append(plan_ids_row(plans.cancel(*_names(element), symbol, {plan_type})))
        except Refused as refused:
            names = given_text(element, "orderId"), given_text(element, "clientOid")
            failed.append(failure_row(refused, *names))
    return lists_row(cancelled, failed)


def _names(parameters: Parameters) -> tuple[str | None, str | None]:
    return parameters.identity("orderId"), parameters.text("clientOid")


def _held_side(parameters: Parameters, mode: PositionMode) -> HoldSide:
    """The position's side; in one-way mode buy names a long one, sell a short one."""
    if mode is PositionMode.HEDGE:
        return parameters.required_word("holdSide", HoldSide)
    return opened_side(parameters.required_word("holdSide", Direction))


def _attached(parameters: Parameters, *, trailing: bool) -> Presets:
    """What a plan's order brings along; percentages at market when `trailing`. Zero means none."""
    profit = _attached_leg(parameters, "stopSurplus", trailing=trailing)
    loss = _attached_leg(parameters, "stopLoss", trailing=trailing)
    return Presets(
        take_profit=profit.trigger_price,
        stop_loss=loss.trigger_price,
        take_profit_execute=profit.execute_price,
        stop_loss_execute=loss.execute_price,
        take_profit_type=profit.trigger_type or TriggerType.LAST,
        stop_loss_type=loss.trigger_type or TriggerType.LAST,
    )


def _attached_leg(parameters: Parameters, prefix: str, *, trailing: bool) -> LegChange:
    trigger = parameters.decimal(f"{prefix}TriggerPrice") or None
    if trigger is None:
        return LegChange()
    execute = parameters.decimal(f"{prefix}ExecutePrice") or None
    trigger_type = parameters.required_word(f"{prefix}TriggerType", TriggerType)
    if trailing and execute is not None:
        raise refusal(Code.PARAMETER_WRONG, f"{prefix}ExecutePrice")
    if trailing and trigger_type is not TriggerType.LAST:
        raise refusal(Code.PARAMETER_WRONG, f"{prefix}TriggerType")
    return LegChange(trigger, execute, trigger_type)


def _leg_change(parameters: Parameters, prefix: str) -> LegChange:
    return LegChange(
        parameters.decimal(f"{prefix}TriggerPrice"),
        parameters.decimal(f"{prefix}ExecutePrice"),
        parameters.word(f"{prefix}TriggerType", TriggerType),
    )


def _position_leg(parameters: Parameters, prefix: str, symbol: str, side: HoldSide) -> GuardRequest | None:
    """One leg of `place-pos-tpsl`: over a size when one is given, else over the whole position."""
    trigger = parameters.decimal(f"{prefix}TriggerPrice") or None
    if trigger is None:
        return None
    size = parameters.decimal(f"{prefix}Size") or None
    whole, partial = _POSITION_LEGS[prefix]
    return GuardRequest(
        plan_type=whole if size is None else partial,
        symbol=symbol,
        side=side,
        trigger_price=trigger,
        trigger_type=parameters.word(f"{prefix}TriggerType", TriggerType) or TriggerType.LAST,
        execute_price=parameters.decimal(f"{prefix}ExecutePrice") or None,
        size=size,
        client_oid=parse_client_oid(parameters, f"{prefix}ClientOid"),
        self_trade=parameters.word("stpMode", SelfTrade) or SelfTrade.NONE,
    )


ROUTES: Final[dict[str, Route]] = {
    RestPath.PLACE_PLAN_ORDER: act(place_plan_order),
    RestPath.MODIFY_PLAN_ORDER: act(modify_plan_order),
    RestPath.PLACE_TPSL_ORDER: act(place_tpsl_order),
    RestPath.MODIFY_TPSL_ORDER: act(modify_tpsl_order),
    RestPath.PLACE_POS_TPSL: act(place_pos_tpsl),
    RestPath.CANCEL_PLAN_ORDER: act(cancel_plan_order),
}
"""The routes of this module by their paths."""
