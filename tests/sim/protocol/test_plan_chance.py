"""Whatever is sent to the routes of conditional orders: a reply or a refusal, and lists that agree.

Every request could have been right, but for members that are replaced, missing or of another kind.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import Direction, PlanType, PositionMode
from omega_tui.sim.payloads.plans import plan_push
from omega_tui.sim.rest import plan_lists, plans
from omega_tui.sim.venue.plans import PROFIT_LOSS
from tests.sim.protocol.scripted import BTC, trade
from tests.sim.protocol.test_trade_chance import ask, check, exchange_of, odd, orders_for, rarely

GROUPS = {
    "normal_plan": {PlanType.NORMAL},
    "track_plan": {PlanType.TRACK},
    "profit_loss": PROFIT_LOSS,
}

prices = st.sampled_from(["57000", "59000", "59999.5", "60000", "60000.5", "61000", "62000"])
sizes = st.sampled_from(["0.05", "0.1", "0.1", "3", ""])
triggers = st.sampled_from(["fill_price", "mark_price"])
names = st.sampled_from(["p", "q", "r", "s", "t", "u", "v", "w"])
callbacks = st.sampled_from(["0.1", "1", "10", "11", ""])


def plans_for(mode: PositionMode) -> st.SearchStrategy[dict[str, Any]]:
    about = st.fixed_dictionaries(
        {
            "planType": st.sampled_from(["normal_plan", "normal_plan", "track_plan"]),
            "triggerPrice": prices,
            "triggerType": triggers,
            "callbackRatio": callbacks,
            "clientOid": names,
            "stopSurplusTriggerPrice": rarely(prices),
            "stopSurplusTriggerType": rarely(triggers),
            "stopLossTriggerPrice": rarely(prices),
            "stopLossTriggerType": triggers,
        }
    )
    market = st.sampled_from([{"orderType": "market", "price": ""}, {}])
    return st.tuples(orders_for(mode), about, market).map(lambda three: {**three[0], **three[1], **three[2]})


def guards_for(mode: PositionMode) -> st.SearchStrategy[dict[str, Any]]:
    held = ["long", "long", "short"] if mode is PositionMode.HEDGE else ["buy", "buy", "sell"]
    return st.fixed_dictionaries(
        {
            "marginCoin": st.just("USDT"),
            "holdSide": st.sampled_from(held),
            "planType": st.sampled_from(sorted(PROFIT_LOSS)),
            "triggerPrice": prices,
            "triggerType": rarely(triggers),
            "executePrice": rarely(prices),
            "rangeRate": callbacks,
            "size": sizes,
            "clientOid": names,
            "stopSurplusTriggerPrice": rarely(prices),
            "stopLossTriggerPrice": prices,
            "stopLossSize": sizes,
        }
    )


changes = st.fixed_dictionaries(
    {
        "clientOid": st.sampled_from(["p", "q", "r", "s"]),
        "marginCoin": st.just("USDT"),
        "triggerPrice": prices,
        "size": sizes,
        "executePrice": rarely(prices),
        "newSize": rarely(sizes),
        "newPrice": rarely(prices),
        "newTriggerPrice": prices,
        "newTriggerType": rarely(triggers),
        "newCallbackRatio": callbacks,
        "newStopLossTriggerPrice": rarely(prices),
    }
)
cancels = st.fixed_dictionaries(
    {
        "planType": st.sampled_from([None, *sorted(PlanType)]),
        "orderIdList": st.none() | st.lists(st.fixed_dictionaries({"clientOid": names | odd}), max_size=3),
    }
)


def requests_for(mode: PositionMode) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.one_of(
        *[st.tuples(st.just("place-plan-order"), plans_for(mode))] * 2,
        st.tuples(st.just("modify-plan-order"), changes),
        *[st.tuples(st.just("place-tpsl-order"), guards_for(mode))] * 2,
        st.tuples(st.just("modify-tpsl-order"), changes),
        st.tuples(st.just("place-pos-tpsl"), guards_for(mode)),
        st.tuples(st.just("cancel-plan-order"), cancels),
    )


@st.composite
def scripts(draw: st.DrawFn, mode: PositionMode) -> list[tuple[str, dict[str, Any], str]]:
    """Requests, one in four of them spoilt somewhere, and what is paid after each."""
    script = []
    for route, body in draw(st.lists(requests_for(mode), min_size=4, max_size=14)):
        spoilt = dict(body)
        if draw(st.integers(0, 3)) == 0:
            keys = [*sorted(body), "symbol", "productType"]
            spoilt |= draw(st.dictionaries(st.sampled_from(keys), odd, max_size=2))
        script.append((route, spoilt, draw(prices)))
    return script


def exchange_with_plans(mode: PositionMode) -> SimulatedExchange:
    """An exchange with a trigger order called p, a trailing one q, and a long position's stops r and s."""
    exchange = exchange_of(mode)
    hedge = mode is PositionMode.HEDGE
    own = {"marginCoin": "USDT", "triggerType": "fill_price", "size": "0.05"}
    opens = {**own, "marginMode": "crossed", "orderType": "market"}
    if hedge:
        opens["tradeSide"] = "open"
    held = {**own, "holdSide": "long" if hedge else "buy", "triggerPrice": "58000"}
    trail = {"planType": "track_plan", "side": "sell", "triggerPrice": "62000", "callbackRatio": "1"}
    plain = {"planType": "normal_plan", "side": "buy", "triggerPrice": "62000"}
    for route, body in (
        ("place-plan-order", {**opens, **plain, "clientOid": "p"}),
        ("place-plan-order", {**opens, **trail, "clientOid": "q"}),
        ("place-tpsl-order", {**held, "planType": "pos_loss", "clientOid": "r"}),
        ("place-tpsl-order", {**held, "planType": "loss_plan", "clientOid": "s"}),
    ):
        assert ask(exchange, plans.ROUTES, route, body) is not None
    return exchange


def check_lists(exchange: SimulatedExchange) -> None:
    """The lists show every plan once, each in its group, and every plan can be told on the stream."""
    known = exchange.venue.plans
    for group, types in GROUPS.items():
        waiting = ask(exchange, plan_lists.ROUTES, "orders-plan-pending", {"planType": group})
        rows = waiting["entrustedList"] or []
        assert [row["orderId"] for row in rows] == [plan.plan_id for plan in known.pending(None, types)]
        decided = ask(exchange, plan_lists.ROUTES, "orders-plan-history", {"planType": group})
        rows = decided["entrustedList"] or []
        assert [row["orderId"] for row in rows] == [plan.plan_id for plan in known.decided(None, types)]
    for plan in known.pending() + known.decided():
        assert None not in plan_push(plan, known.executed_order(plan)).values()


@pytest.mark.parametrize("mode", list(PositionMode))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_request_is_answered_or_refused(mode: PositionMode, data: st.DataObject) -> None:
    script = data.draw(scripts(mode))
    exchange = exchange_with_plans(mode)
    for route, body, price in script:
        before = len(exchange.venue.plans.pending() + exchange.venue.plans.decided())
        reply = ask(exchange, plans.ROUTES, route, body)
        new = len(exchange.venue.plans.pending() + exchange.venue.plans.decided()) - before
        assert reply is not None or not new, "a refused request has left a plan"
        exchange.apply(trade(BTC, exchange.clock.now_ms(), price, "0.001", 7, Direction.BUY))
        check(exchange)
        check_lists(exchange)
