"""Our requests say the same as the ones that ccxt signs for the same intent, member by member.

ccxt is used against the live exchange; what it adds and Bitget does not ask for is named here.
"""

import json
from decimal import Decimal
from typing import Any

from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderChange,
    OrderRef,
    OrderRequest,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.bitget.translation.changes import (
    build_batch,
    build_batch_cancel,
    build_batch_leg,
    build_change,
)
from omega_tui.exchange.bitget.translation.orders import build_order
from omega_tui.exchange.bitget.translation.plans import build_plan, build_plan_cancel
from tests.support.shared import needs_shared, shared_path

pytestmark = needs_shared

Body = dict[str, Any]

_KINDS = {
    "normal_plan": PlanKind.TRIGGER,
    "track_plan": PlanKind.TRAILING,
    "loss_plan": PlanKind.STOP_LOSS,
    "pos_loss": PlanKind.POSITION_STOP_LOSS,
    "pos_profit": PlanKind.POSITION_TAKE_PROFIT,
}


def recorded(route: str) -> list[Body]:
    """The bodies that ccxt posted to a route, with every number as text and words in lower case."""
    path = shared_path("bitget", "fixtures", "ccxt-4.5.90-rest-requests.jsonl")
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    found = [r["body"] for r in requests if r["path"].endswith(f"/{route}") and r["method"] == "POST"]
    assert found
    return [plain(body) for body in found]


def plain(body: Body) -> Body:
    """The members as texts in lower case, without the client's own id."""
    return {
        name: value if isinstance(value, list) else str(value).lower()
        for name, value in body.items()
        if name != "clientOid"
    }


def without(body: Body, *members: str) -> Body:
    """What ccxt sends besides."""
    return {name: value for name, value in body.items() if name not in members}


def test_orders() -> None:
    for body in recorded("place-order"):
        # ccxt gives a market order a force, and a preset a limit price, which this client never does.
        extra = ("force",) if body["orderType"] == "market" else ()
        theirs = without(body, "presetStopSurplusExecutePrice", *extra)
        assert plain(build_order(_order(body))) == theirs


def test_trigger_and_trailing_orders() -> None:
    for body in recorded("place-plan-order"):
        request = _order(body)
        assert request.plan is not None
        path, ours = build_plan(request, request.plan)
        assert path.endswith("/place-plan-order")
        assert plain(ours) == without(body, "force", "executePrice")


def test_take_profits_and_stop_losses() -> None:
    for body in recorded("place-tpsl-order"):
        request = _order(body)
        assert request.plan is not None
        path, ours = build_plan(request, request.plan)
        assert path.endswith("/place-tpsl-order")
        # ccxt gives one of the whole position a size, which Bitget does not want.
        extra = ("size",) if request.plan.kind.whole_position else ()
        assert plain(ours) == without(body, "orderType", "force", *extra)


def test_batches() -> None:
    for body in recorded("batch-place-order"):
        orders = [_order(plain(element)) for element in body["orderList"]]
        ours = build_batch([build_batch_leg(order, orders[0]) for order in orders])
        # ccxt repeats what belongs to the whole batch in each of its orders.
        shared = ("symbol", "productType", "marginMode", "marginCoin")
        theirs = [without(plain(element), *shared) for element in body["orderList"]]
        assert [plain(order) for order in ours["orderList"]] == theirs
        assert without(plain(ours), "orderList") == without(body, "orderList")


def test_amendments() -> None:
    for body in recorded("modify-order"):
        if "newSize" not in body:
            continue  # ccxt sends a stop loss alone, which cancels the take profit
        target = OrderRef("BTCUSDT", body.get("orderId"), "cid")
        change = OrderChange(target, "n", Decimal(body["newSize"]), Decimal(body["newPrice"]))
        path, ours = build_change(change)
        assert path.endswith("/modify-order")
        assert without(plain(ours), "newClientOid") == without(body, "newClientOid")


def test_amendments_of_plans() -> None:
    for body in recorded("modify-plan-order"):
        percent = _price(body, "newCallbackRatio")
        kind = PlanKind.TRIGGER if percent is None else PlanKind.TRAILING
        callback = percent / 100 if percent is not None else None
        plan = Plan(kind, Decimal(body["newTriggerPrice"]), TriggerBy.MARK, callback)
        target = OrderRef("BTCUSDT", "111", None, kind)
        size, price = Decimal(body["newSize"]), _price(body, "newPrice")
        _, ours = build_change(OrderChange(target, "n", size, price, plan))
        # ccxt adds a trigger price that Bitget does not know here, and leaves the trigger type as it is.
        assert without(plain(ours), "newTriggerType") == without(body, "triggerPrice")
    for body in recorded("modify-tpsl-order"):
        kind = PlanKind.STOP_LOSS
        plan = Plan(kind, Decimal(body["triggerPrice"]), TriggerBy.MARK)
        change = OrderChange(OrderRef("BTCUSDT", "111", None, kind), "n", Decimal(body["size"]), plan=plan)
        _, ours = build_change(change)
        assert without(plain(ours), "triggerType") == body


def test_cancels() -> None:
    for body in recorded("batch-cancel-orders"):
        if "orderIdList" not in body:
            continue
        targets = [OrderRef("BTCUSDT", each["orderId"], None) for each in body["orderIdList"]]
        assert plain(build_batch_cancel(targets)) == body
    for body in recorded("cancel-plan-order"):
        if "orderIdList" not in body:
            continue
        kind = _KINDS[body.get("planType", "normal_plan")]
        targets = [OrderRef("BTCUSDT", each["orderId"], None, kind) for each in body["orderIdList"]]
        ours = plain(build_plan_cancel(kind, targets))
        # ccxt leaves the type of a trigger out, which is what Bitget takes it for then.
        assert ours == {"planType": "normal_plan", **body}


def _order(body: Body) -> OrderRequest:
    side, hold, reduce_only = _direction(body)
    plan = _plan(body)
    whole = plan is not None and plan.kind.whole_position
    return OrderRequest(
        client_order_id="x",
        symbol=body["symbol"].upper(),
        side=side,
        order_type=OrderType(body["orderType"]),
        size=Decimal(0) if whole else Decimal(body["size"]),
        price=Decimal(body["price"]) if "price" in body else None,
        time_in_force=TimeInForce(body.get("force", "gtc")),
        reduce_only=reduce_only,
        margin_mode=MarginMode(body.get("marginMode", "crossed")),
        hold_side=hold,
        plan=plan,
        take_profit=_price(body, "presetStopSurplusPrice"),
        stop_loss=_price(body, "presetStopLossPrice"),
    )


def _direction(body: Body) -> tuple[Side, HoldSide | None, bool]:
    if "holdSide" in body:
        named = body["holdSide"]
        hold = HoldSide(named) if named in ("long", "short") else None
        held = hold or (HoldSide.LONG if named == "buy" else HoldSide.SHORT)
        return held.opening_side.opposite, hold, True
    side = Side(body["side"])
    if "tradeSide" in body:
        closes = body["tradeSide"] == "close"
        hold = HoldSide.LONG if side is Side.BUY else HoldSide.SHORT
        return (side.opposite if closes else side), hold, closes
    return side, None, body.get("reduceOnly") == "yes"


def _plan(body: Body) -> Plan | None:
    if "planType" not in body:
        return None
    by = {"fill_price": TriggerBy.LAST, "mark_price": TriggerBy.MARK}[body["triggerType"]]
    percent = _price(body, "callbackRatio")
    callback = percent / 100 if percent is not None else None
    return Plan(_KINDS[body["planType"]], Decimal(body["triggerPrice"]), by, callback)


def _price(body: Body, member: str) -> Decimal | None:
    return Decimal(body[member]) if member in body else None
