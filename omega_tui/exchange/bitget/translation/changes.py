"""Requests about orders that exist already, and about many at once, in Bitget's words. Pure.

Sources: "Modify-Order", "Modify-Plan-Order", "Modify-Tpsl-Order", "Reversal", "Batch-Order",
"Batch-Cancel-Orders". What Bitget would silently do otherwise than meant is refused here, before it leaves.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from omega_tui.domain.orders import OrderChange, OrderRef, OrderRequest, Side
from omega_tui.domain.plans import Plan, PlanKind
from omega_tui.domain.values import decimal_text
from omega_tui.exchange.bitget.translation.orders import build_name, build_order
from omega_tui.exchange.bitget.translation.plans import build_callback, build_legs, build_trigger_type
from omega_tui.exchange.bitget.translation.words import TranslationError
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType, RestPath

_PRODUCT = {"productType": ProductType.USDT_FUTURES.value}
_OF_THE_BATCH = ("symbol", "productType", "marginMode", "marginCoin")
_NOTHING_CHANGES = "nothing would change"


def build_batch(orders: Sequence[dict[str, str]]) -> dict[str, Any]:
    """The parameters of Batch-Order for orders built by `build_batch_leg` with one and the same first."""
    shared = {name: orders[0][name] for name in _OF_THE_BATCH}
    legs = [{name: value for name, value in order.items() if name not in shared} for order in orders]
    return {**shared, "orderList": legs}


def build_batch_leg(request: OrderRequest, first: OrderRequest) -> dict[str, str]:
    """One order of a batch. Raises `TranslationError` when it cannot be in a batch with `first`."""
    if request.plan is not None:
        raise TranslationError("a batch takes no plan orders")
    if (request.symbol, request.margin_mode) != (first.symbol, first.margin_mode):
        raise TranslationError("a batch is of one symbol and margin mode")
    return build_order(request)


def build_batch_cancel(targets: Sequence[OrderRef]) -> dict[str, Any]:
    """The parameters of Batch-Cancel-Orders for plain orders of one symbol. Raises `TranslationError`."""
    names = [build_name(target) for target in targets]
    return {"symbol": targets[0].symbol, **_PRODUCT, "orderIdList": names}


def build_reversal(request: OrderRequest) -> dict[str, str]:
    """The parameters of Reversal.

    In one-way mode `side` is the trade's, in hedge mode it names the position that is turned ("Reversal the
    current long position and open a short position: side=buy").
    """
    params = {
        "symbol": request.symbol,
        **_PRODUCT,
        "marginCoin": MARGIN_COIN,
        "size": decimal_text(request.size),
        "clientOid": request.client_order_id,
    }
    if request.hold_side is None:
        return params | {"side": request.side.value}
    turned = Side.BUY if request.side is Side.SELL else Side.SELL
    return params | {"side": turned.value, "tradeSide": "close"}


def build_change(change: OrderChange) -> tuple[RestPath, dict[str, str]]:
    """Where and with which parameters an order is amended.

    Raises `TranslationError` for a change that Bitget would ignore, or carry out in part only.
    """
    kind = change.target.plan
    named = {"symbol": change.target.symbol, **_PRODUCT, **build_name(change.target)}
    if kind is None:
        return RestPath.MODIFY_ORDER, named | _of_order(change)
    if change.plan is not None and change.plan.kind is not kind:
        raise TranslationError(f"a {kind} cannot become a {change.plan.kind}")
    if kind.of_position:
        return RestPath.MODIFY_TPSL_ORDER, named | _of_guard(change, kind)
    return RestPath.MODIFY_PLAN_ORDER, named | _of_trigger(change, kind)


def _of_order(change: OrderChange) -> dict[str, str]:
    if change.plan is not None:
        raise TranslationError("a plain order waits for no price")
    new_id = {"newClientOid": change.new_client_order_id}
    legs = _legs(change)
    if change.size is None and change.price is None:
        if legs is None:
            raise TranslationError(_NOTHING_CHANGES)
        take_profit, stop_loss = map(decimal_text, legs)
        return new_id | {"newPresetStopSurplusPrice": take_profit, "newPresetStopLossPrice": stop_loss}
    if change.size is None or change.price is None:
        raise TranslationError("size and price are changed together")
    if legs is not None:
        raise TranslationError(
            "Bitget leaves the take profit and stop loss out when size and price change: one after the other"
        )
    return new_id | {"newSize": decimal_text(change.size), "newPrice": decimal_text(change.price)}


def _of_trigger(change: OrderChange, kind: PlanKind) -> dict[str, str]:
    params: dict[str, str] = {}
    if change.size is not None:
        params["newSize"] = decimal_text(change.size)
    if change.price is not None:
        params["newPrice"] = decimal_text(change.price)
    if change.plan is not None:
        params["newTriggerPrice"] = decimal_text(change.plan.trigger_price)
        params["newTriggerType"] = build_trigger_type(change.plan.trigger_by)
    legs = _legs(change)
    if kind.trails:
        if change.price is not None or legs is not None:
            raise TranslationError("a trailing order has no price, and its legs are in percent")
        params["newCallbackRatio"] = build_callback(_required(change.plan, kind))
    elif legs is not None:
        named = dict(zip(("newStopSurplus", "newStopLoss"), legs, strict=True))
        removed = {f"{name}TriggerPrice": "0" for name, price in named.items() if not price}
        params |= build_legs({name: price for name, price in named.items() if price}) | removed
    if not params:
        raise TranslationError(_NOTHING_CHANGES)
    return params


def _of_guard(change: OrderChange, kind: PlanKind) -> dict[str, str]:
    """Everything of a take profit or stop loss: what is left out, Bitget takes for "at market"."""
    plan = _required(change.plan, kind)
    if _legs(change) is not None:
        raise TranslationError(f"a {kind} brings no take profit and no stop loss")
    params = {
        "marginCoin": MARGIN_COIN,
        "triggerPrice": decimal_text(plan.trigger_price),
        "triggerType": build_trigger_type(plan.trigger_by),
        "size": "",
    }
    if not kind.whole_position:
        if not change.size:
            raise TranslationError(f"a change of a {kind} repeats its size")
        params["size"] = decimal_text(change.size)
    if kind.trails:
        if change.price is not None:
            raise TranslationError("a trailing order has no price")
        params["rangeRate"] = build_callback(plan)
    elif change.price is not None:
        params["executePrice"] = decimal_text(change.price)
    return params


def _required(plan: Plan | None, kind: PlanKind) -> Plan:
    if plan is None:
        raise TranslationError(f"a change of a {kind} repeats what it waits for")
    return plan


def _legs(change: OrderChange) -> tuple[Decimal, Decimal] | None:
    """Take profit and stop loss, 0 for none; None when they stay. Sending one would cancel the other."""
    if change.take_profit is None and change.stop_loss is None:
        return None
    if change.take_profit is None or change.stop_loss is None:
        raise TranslationError("take profit and stop loss are sent together; 0 removes one")
    return change.take_profit, change.stop_loss
