"""Conditional orders as Bitget's payloads spell them, on REST and on the stream.

Pure functions. As with orders, in hedge mode the wire's `side` names the position's side.
"""

from omega_tui.exchange.bitget.wire import MARGIN_COIN
from omega_tui.sim.facts import OrderStatus, PlanStatus, PlanType, PositionMode
from omega_tui.sim.payloads.market import UNKNOWN, Row, average, exact
from omega_tui.sim.venue.ledger import LedgerOrder, LedgerPlan
from omega_tui.sim.venue.plans import PROFIT_LOSS, TAKES_PROFIT
from omega_tui.sim.venue.positions import opening_direction

_STREAM_NAMES = {
    PlanType.NORMAL: "pl",
    PlanType.TRACK: "track",
    PlanType.PROFIT: "tp",
    PlanType.LOSS: "sl",
    PlanType.POSITION_PROFIT: "ptp",
    PlanType.POSITION_LOSS: "psl",
    PlanType.MOVING: "mtpsl",
}
"""What the channel `orders-algo` calls the plan types ("Plan-Order-Channel")."""

_SUB_ORDER_STATUS = {
    OrderStatus.LIVE: "in_progress",
    OrderStatus.PARTIALLY_FILLED: "in_progress",
    OrderStatus.FILLED: "success",
    OrderStatus.CANCELED: "cancelled",
}


def plan_row(plan: LedgerPlan) -> Row:
    """One row of `orders-plan-pending` ("Get-Orders-Plan-Pending")."""
    return {**_row(plan), "orderSource": plan.order.order_source}


def decided_row(plan: LedgerPlan, order: LedgerOrder | None) -> Row:
    """One row of `orders-plan-history` ("Orders-Plan-History"); `order` is what the plan placed."""
    return {
        **_row(plan),
        "executeOrderId": plan.execute_order_id or UNKNOWN,
        "priceAvg": average(order.average_price) if order else UNKNOWN,
        "baseVolume": exact(order.filled) if order else "0",
        "feeDetail": None,
    }


def sub_order_rows(plan: LedgerPlan, order: LedgerOrder | None) -> list[Row]:
    """The data of `plan-sub-order` ("Plan-Sub-Orders"): the order that was placed or refused, if any."""
    if order is not None:
        status = _SUB_ORDER_STATUS[order.status]
    elif plan.status is PlanStatus.FAILED:
        status = "fail"
    else:
        return []
    return [
        {
            "orderId": plan.execute_order_id or UNKNOWN,
            "price": exact(plan.order.price),
            "type": str(plan.order.order_type),
            "status": status,
        }
    ]


def plan_push(plan: LedgerPlan, order: LedgerOrder | None) -> Row:
    """One row of the channel `orders-algo` ("Plan-Order-Channel"); `order` is what the plan placed."""
    presets, spec = plan.order.presets, plan.order
    row: Row = {
        "instId": spec.symbol,
        "orderId": plan.plan_id,
        "clientOid": plan.client_oid,
        "triggerPrice": exact(plan.trigger_price),
        "triggerType": str(plan.trigger_type),
        "triggerTime": str(plan.triggered_ms or plan.created_ms),
        "planType": _STREAM_NAMES[plan.plan_type],
        "price": exact(spec.price),
        "executePrice": exact(spec.price),
        "size": exact(spec.size),
        "actualSize": exact(order.filled) if order else "0",
        "orderType": str(spec.order_type),
        "side": _side(plan),
        "tradeSide": _trade_side(plan),
        "posSide": _position_side(plan),
        "marginCoin": MARGIN_COIN,
        "status": str(plan.status),
        "posMode": str(plan.position_mode),
        "enterPointSource": spec.enter_point,
        "stopSurplusTriggerType": str(presets.take_profit_type),
        "stopLossTriggerType": str(presets.stop_loss_type),
        "stpMode": str(spec.self_trade),
        "cTime": str(plan.created_ms),
        "uTime": str(plan.updated_ms),
    }
    if presets.take_profit is not None:
        row["stopSurplusTriggerPrice"] = exact(presets.take_profit)
        row["stopSurplusPrice"] = exact(presets.take_profit_execute)
    if presets.stop_loss is not None:
        row["stopLossTriggerPrice"] = exact(presets.stop_loss)
        row["stopLossPrice"] = exact(presets.stop_loss_execute)
    return row


def plan_ids_row(plan: LedgerPlan) -> Row:
    """The two names of a plan, as replies to actions give them."""
    return {"orderId": plan.plan_id, "clientOid": plan.client_oid}


def position_guards_row(guards: list[LedgerPlan]) -> list[Row]:
    """The data of `place-pos-tpsl` ("Place-Pos-Tpsl-Order"): each guard names itself on its own side."""
    return [
        {
            "orderId": guard.plan_id,
            "stopSurplusClientOid": guard.client_oid if guard.plan_type in TAKES_PROFIT else UNKNOWN,
            "stopLossClientOid": UNKNOWN if guard.plan_type in TAKES_PROFIT else guard.client_oid,
        }
        for guard in guards
    ]


def guards_row(profit: LedgerPlan | None, loss: LedgerPlan | None) -> Row:
    """The members of a row of `all-position` that tell of the whole position's guards."""
    return {
        "takeProfit": exact(profit.trigger_price) if profit else UNKNOWN,
        "stopLoss": exact(loss.trigger_price) if loss else UNKNOWN,
        "takeProfitId": profit.plan_id if profit else UNKNOWN,
        "stopLossId": loss.plan_id if loss else UNKNOWN,
    }


def _row(plan: LedgerPlan) -> Row:
    """The members of both lists. Rows of take profit and stop loss leave the margin mode empty."""
    spec = plan.order
    guard = plan.plan_type in PROFIT_LOSS
    return {
        "planType": str(plan.plan_type),
        "symbol": spec.symbol,
        "size": exact(spec.size),
        "orderId": plan.plan_id,
        "clientOid": plan.client_oid,
        "price": exact(spec.price),
        "executePrice": exact(spec.price),
        "callbackRatio": exact(plan.callback),
        "triggerPrice": exact(plan.trigger_price),
        "triggerType": str(plan.trigger_type),
        "planStatus": str(plan.status),
        "side": _side(plan),
        "posSide": _position_side(plan),
        "marginCoin": MARGIN_COIN,
        "marginMode": UNKNOWN if guard else str(spec.margin_mode),
        "enterPointSource": spec.enter_point,
        "tradeSide": _trade_side(plan),
        "posMode": str(plan.position_mode),
        "orderType": str(spec.order_type),
        **(_guard_legs(plan) if guard else _attached_legs(plan)),
        "cTime": str(plan.created_ms),
        "uTime": str(plan.updated_ms),
    }


def _attached_legs(plan: LedgerPlan) -> Row:
    """What the plan attaches to its order; the types say fill_price where nothing is attached."""
    presets = plan.order.presets
    return {
        "stopSurplusTriggerPrice": exact(presets.take_profit),
        "stopSurplusExecutePrice": exact(presets.take_profit_execute),
        "stopSurplusTriggerType": str(presets.take_profit_type),
        "stopLossTriggerPrice": exact(presets.stop_loss),
        "stopLossExecutePrice": exact(presets.stop_loss_execute),
        "stopLossTriggerType": str(presets.stop_loss_type),
    }


def _guard_legs(plan: LedgerPlan) -> Row:
    """A take profit repeats itself as the one leg, a stop loss as the other; the rest is null."""
    profit, trailing = plan.plan_type in TAKES_PROFIT, plan.plan_type is PlanType.MOVING

    def leg(name: str, own: bool) -> Row:
        return {
            f"{name}TriggerPrice": exact(plan.trigger_price) if own else None,
            f"{name}ExecutePrice": None,
            f"{name}TriggerType": str(plan.trigger_type) if own else None,
        }

    return {**leg("stopSurplus", profit), **leg("stopLoss", not profit and not trailing)}


def _hedge(plan: LedgerPlan) -> bool:
    return plan.position_mode is PositionMode.HEDGE


def _side(plan: LedgerPlan) -> str:
    held = plan.order.hold_side
    return str(opening_direction(held) if _hedge(plan) and held is not None else plan.order.direction)


def _position_side(plan: LedgerPlan) -> str:
    return str(plan.order.hold_side) if _hedge(plan) else "net"


def _trade_side(plan: LedgerPlan) -> str:
    if _hedge(plan):
        return "close" if plan.order.closes else "open"
    return f"{plan.order.direction}_single"
