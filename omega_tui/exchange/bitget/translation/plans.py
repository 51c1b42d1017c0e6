"""Plan orders between Bitget's vocabulary and the domain's, both ways. Pure.

Trigger and trailing orders are placed by "Place-Plan-Order", what belongs to a position by
"Place-Tpsl-Order": there `holdSide` is `long` or `short` in hedge mode and `buy` (a long position) or `sell`
in one-way mode.
Bitget counts callbacks in percent, the domain in shares. The legs that a trigger brings along are measured
by the mark price, so that one odd trade ends nothing; Place-Order has no word for how a plain order's are.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from omega_tui.domain.orders import Order, OrderRef, OrderRequest, OrderState, OrderType, TimeInForce
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.domain.text import safe_text
from omega_tui.domain.values import decimal_text
from omega_tui.exchange.bitget.translation.orders import (
    Text,
    build_direction,
    build_name,
    is_closing,
    limit_price,
    parse_hold_side,
    parse_order_side,
    parse_order_type,
    require_opening_for_legs,
)
from omega_tui.exchange.bitget.translation.words import (
    TranslationError,
    parse_number,
    parse_optional,
    parse_positive,
    parse_symbol_name,
    parse_time,
    parse_word,
)
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType, RestPath

_TYPES = {
    PlanKind.TRIGGER: "normal_plan",
    PlanKind.TRAILING: "track_plan",
    PlanKind.TAKE_PROFIT: "profit_plan",
    PlanKind.STOP_LOSS: "loss_plan",
    PlanKind.TRAILING_STOP: "moving_plan",
    PlanKind.POSITION_TAKE_PROFIT: "pos_profit",
    PlanKind.POSITION_STOP_LOSS: "pos_loss",
}
# REST and the channel `orders-algo` have words of their own.
_KINDS = {word: kind for kind, word in _TYPES.items()} | {
    "pl": PlanKind.TRIGGER,
    "track": PlanKind.TRAILING,
    "tp": PlanKind.TAKE_PROFIT,
    "sl": PlanKind.STOP_LOSS,
    "mtpsl": PlanKind.TRAILING_STOP,
    "ptp": PlanKind.POSITION_TAKE_PROFIT,
    "psl": PlanKind.POSITION_STOP_LOSS,
}
_TRIGGER_TYPES = {TriggerBy.LAST: "fill_price", TriggerBy.MARK: "mark_price"}
_TRIGGERS = {word: by for by, word in _TRIGGER_TYPES.items()} | {"index_price": TriggerBy.INDEX}
# `executing` is on its way: the order may still be refused, so it is not triggered yet.
_STATES = {
    "live": OrderState.WORKING,
    "not_trigger": OrderState.WORKING,
    "executing": OrderState.WORKING,
    "executed": OrderState.TRIGGERED,
    "fail_execute": OrderState.CANCELED,
    "cancelled": OrderState.CANCELED,
    "canceled": OrderState.CANCELED,
}
_FAILED = "fail_execute"
_FAILED_WORDS = "triggered, and the exchange refused its order"
_PERCENT = 2
_LEAST_LEG_PERCENT = Decimal("0.01")

PLAN_GROUPS = ("normal_plan", "track_plan", "profit_loss")
"""What the lists of plans are asked for; each plan is in one of the three ("Get-Orders-Plan-Pending")."""


class PlanRow(msgspec.Struct, frozen=True, rename="camel"):
    """A plan order, as the channel `orders-algo` and the REST lists describe it."""

    plan_type: str
    order_id: str
    trigger_price: Text
    trigger_type: str
    side: str
    order_type: str
    pos_mode: str
    size: Text = None
    client_oid: str | None = None
    symbol: str | None = None
    inst_id: str | None = None
    plan_status: str | None = None
    status: str | None = None
    price: Text = None
    execute_price: Text = None
    callback_ratio: Text = None
    trade_side: str | None = None
    pos_side: str | None = None
    reduce_only: str | None = None
    execute_order_id: str | None = None
    stop_surplus_trigger_price: Text = None
    stop_loss_trigger_price: Text = None
    c_time: Text = None
    u_time: Text = None


def plan_group(kind: PlanKind) -> str:
    """Which of `PLAN_GROUPS` a kind is listed in."""
    return PLAN_GROUPS[2] if kind.of_position else _TYPES[kind]


def plan_type(kind: PlanKind) -> str:
    """Bitget's word for a kind in requests."""
    return _TYPES[kind]


def build_plan(request: OrderRequest, plan: Plan) -> tuple[RestPath, dict[str, str]]:
    """Where and with which parameters a plan is placed.

    Raises `TranslationError` for what Bitget could not do as it is meant: such a request must not leave.
    """
    if request.order_type is OrderType.LIMIT and request.time_in_force is not TimeInForce.GTC:
        raise TranslationError("the order of a plan rests until canceled: Bitget takes no other force for it")
    if plan.kind.trails and request.order_type is OrderType.LIMIT:
        raise TranslationError("a trailing order ends at market")
    common = {
        "planType": _TYPES[plan.kind],
        "symbol": request.symbol,
        "productType": ProductType.USDT_FUTURES.value,
        "marginCoin": MARGIN_COIN,
        "triggerPrice": decimal_text(plan.trigger_price),
        "triggerType": build_trigger_type(plan.trigger_by),
        "clientOid": request.client_order_id,
    }
    if plan.kind.of_position:
        return RestPath.PLACE_TPSL_ORDER, common | _of_position(request, plan)
    return RestPath.PLACE_PLAN_ORDER, common | _of_its_own(request, plan)


def _of_its_own(request: OrderRequest, plan: Plan) -> dict[str, str]:
    params = {
        "marginMode": request.margin_mode.value,
        "size": decimal_text(request.size),
        "orderType": request.order_type.value,
    } | build_direction(request)
    if request.order_type is OrderType.LIMIT:
        params["price"] = limit_price(request)
    if plan.kind.trails:
        params["callbackRatio"] = build_callback(plan)
    return params | _attached(request, plan)


def _attached(request: OrderRequest, plan: Plan) -> dict[str, str]:
    require_opening_for_legs(request)
    legs = {"stopSurplus": request.take_profit, "stopLoss": request.stop_loss}
    asked = {name: price for name, price in legs.items() if price is not None}
    return _legs_in_percent(asked, plan) if plan.kind.trails else build_legs(asked)


def _legs_in_percent(legs: Mapping[str, Decimal], plan: Plan) -> dict[str, str]:
    """A trailing order trades where nobody knows yet: its legs are percentages of the price it fills at
    ("Place-Plan-Order"), here of the price that arms it, never farther away than asked."""
    params: dict[str, str] = {}
    for prefix, price in legs.items():
        share = abs(price - plan.trigger_price) / plan.trigger_price
        percent = share.scaleb(_PERCENT).quantize(_LEAST_LEG_PERCENT, ROUND_DOWN)
        if percent < _LEAST_LEG_PERCENT:
            raise TranslationError("a leg of a trailing order lies at least 0.01 % away")
        params[f"{prefix}TriggerPrice"] = decimal_text(percent)
        params[f"{prefix}TriggerType"] = _TRIGGER_TYPES[TriggerBy.LAST]
    return params


def build_legs(legs: Mapping[str, Decimal]) -> dict[str, str]:
    """The members of attached legs; the keys are what Bitget's members begin with."""
    params: dict[str, str] = {}
    for prefix, price in legs.items():
        params[f"{prefix}TriggerPrice"] = decimal_text(price)
        params[f"{prefix}TriggerType"] = _TRIGGER_TYPES[TriggerBy.MARK]
    return params


def _of_position(request: OrderRequest, plan: Plan) -> dict[str, str]:
    if not request.reduce_only:
        raise TranslationError(f"a {plan.kind} only closes")
    if request.take_profit is not None or request.stop_loss is not None:
        raise TranslationError(f"a {plan.kind} brings no take profit and no stop loss")
    params = {"holdSide": _held(request)}
    if not plan.kind.whole_position:
        if request.size <= 0:
            raise TranslationError(f"a {plan.kind} needs a size")
        params["size"] = decimal_text(request.size)
    if request.order_type is OrderType.LIMIT:
        params["executePrice"] = limit_price(request)
    if plan.kind.trails:
        params["rangeRate"] = build_callback(plan)
    return params


def _held(request: OrderRequest) -> str:
    build_direction(request)
    return request.hold_side.value if request.hold_side is not None else request.side.opposite.value


def build_trigger_type(by: TriggerBy) -> str:
    """Bitget's word for the price that has to come. Raises `TranslationError`."""
    word = _TRIGGER_TYPES.get(by)
    if word is None:
        raise TranslationError(f"a plan that waits for the {by} price cannot be placed")
    return word


def build_callback(plan: Plan) -> str:
    """How far a trailing plan lets price turn, in percent. Raises `TranslationError` when it does not say."""
    if plan.callback_rate is None:
        raise TranslationError(f"a {plan.kind} needs a callback")
    return decimal_text(plan.callback_rate.scaleb(_PERCENT))


def build_plan_cancel(kind: PlanKind, targets: Sequence[OrderRef]) -> dict[str, Any]:
    """The parameters of Cancel-Plan-Order for plans of one kind and symbol.

    Without the kind's own `planType` Bitget answers success and cancels nothing. Raises `TranslationError`.
    """
    return {
        "symbol": targets[0].symbol,
        "productType": ProductType.USDT_FUTURES.value,
        "planType": _TYPES[kind],
        "orderIdList": [build_name(target) for target in targets],
    }


def parse_plan(row: PlanRow) -> Order:
    """One plan order. Raises `TranslationError`: above all for a kind or state that is not known here.

    Nothing counts as filled: what trades is the order that it gives birth to. In one-way mode the lists do
    not say whether a trigger only reduces.
    """
    kind = parse_word(_KINDS, row.plan_type, "planType")
    order_type = parse_order_type(row.order_type)
    status = row.plan_status or row.status
    hold_side, closing = parse_hold_side(row.pos_mode, row.pos_side), is_closing(row.trade_side)
    closing = closing or kind.of_position
    return Order(
        client_order_id=safe_text(row.client_oid or "", 64),
        order_id=safe_text(row.order_id, 64) or None,
        symbol=parse_symbol_name(row.symbol, row.inst_id),
        side=parse_order_side(row.side, hold_side, closing),
        order_type=order_type,
        time_in_force=TimeInForce.GTC,
        size=_size(row, kind),
        price=_price(row) if order_type is OrderType.LIMIT else None,
        reduce_only=closing if hold_side is not None or kind.of_position else _says_yes(row.reduce_only),
        hold_side=hold_side,
        state=parse_word(_STATES, status, "planStatus"),
        filled=Decimal(0),
        average_price=None,
        fee=None,
        created_ms=parse_time(row.c_time, "cTime"),
        updated_ms=parse_time(row.u_time, "uTime"),
        reason=_FAILED_WORDS if (status or "").lower() == _FAILED else "",
        plan=Plan(
            kind=kind,
            trigger_price=parse_number(row.trigger_price, "triggerPrice"),
            trigger_by=parse_word(_TRIGGERS, row.trigger_type, "triggerType"),
            callback_rate=_callback(row, kind),
        ),
        take_profit=_leg(row.stop_surplus_trigger_price, kind),
        stop_loss=_leg(row.stop_loss_trigger_price, kind),
        child_order_id=safe_text(row.execute_order_id or "", 64) or None,
    )


def _size(row: PlanRow, kind: PlanKind) -> Decimal:
    if kind.whole_position:
        return Decimal(0)
    return parse_number(row.size, "size")


def _price(row: PlanRow) -> Decimal | None:
    return parse_positive(row.price, "price") or parse_positive(row.execute_price, "executePrice")


def _callback(row: PlanRow, kind: PlanKind) -> Decimal | None:
    percent = parse_optional(row.callback_ratio, "callbackRatio") if kind.trails else None
    return percent.scaleb(-_PERCENT) if percent is not None else None


def _leg(text: Text, kind: PlanKind) -> Decimal | None:
    # A take profit and a stop loss repeat their own trigger here, and a trailing order speaks in percent.
    return parse_positive(text, "attached leg") if kind is PlanKind.TRIGGER else None


def _says_yes(text: str | None) -> bool:
    return (text or "").lower() == "yes"
