"""Faults of conditional orders: a plan that is quicker than its cancel."""

from omega_tui.sim.server import SimServer
from tests.sim.faults.conftest import Harm
from tests.sim.protocol.clients import RestClient


async def test_a_plan_is_quicker_than_its_cancel(rest: RestClient, server: SimServer, harm: Harm) -> None:
    """The cancel fails, and the order that nobody wanted any more is found through the plan's history."""
    harm("trigger_before_cancel", count=1)
    plan = {"planType": "normal_plan", "triggerPrice": "70000", "triggerType": "fill_price", "side": "buy"}
    own = {"symbol": "BTCUSDT", "marginMode": "crossed", "marginCoin": "USDT", "orderType": "market"}
    placed = await rest.act("/api/v2/mix/order/place-plan-order", **own, **plan, size="0.5")
    wanted = [{"orderId": placed["orderId"]}]
    route = "/api/v2/mix/order/cancel-plan-order"
    data = await rest.act(route, symbol="BTCUSDT", orderIdList=wanted)
    assert (data["successList"], data["failureList"][0]["errorCode"]) == ([], "43026")
    (row,) = server.exchange.venue.plans.decided()
    assert server.exchange.venue.plans.executed_order(row) is not None
    assert len(server.exchange.venue.positions()) == 1
