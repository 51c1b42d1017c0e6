"""Our requests say the same as the ones that ccxt signs for the same intent, member by member.

ccxt is used against the live exchange; what it adds and Bitget does not ask for is named here.
"""

import json
from decimal import Decimal
from typing import Any

from omega_tui.domain.orders import HoldSide, MarginMode, OrderRequest, OrderType, Side, TimeInForce
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.bitget.translate_orders import build_order
from omega_tui.exchange.bitget.translate_plans import build_plan
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
