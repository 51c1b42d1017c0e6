"""Amendments, reversals and batches: nothing leaves that Bitget would do in part or otherwise than meant."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderChange,
    OrderRef,
    OrderRequest,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.bitget.rest.actions import RestActions
from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import BATCH_LIMIT, Accepted, NotSent, Outcome, Rejected, Unknown
from tests.exchange.links import dispatch_over
from tests.exchange.plan_orders import plan_order
from tests.support.virtual_time import LoopClock, run_virtually

LONG = HoldSide.LONG
ORDER = OrderRequest(
    client_order_id="omega-1",
    symbol="BTCUSDT",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    size=Decimal("0.0010"),
    price=Decimal("60000.0"),
    time_in_force=TimeInForce.GTC,
    reduce_only=False,
    margin_mode=MarginMode.CROSSED,
)
PLAIN = OrderRef("BTCUSDT", "111", "omega-1")


class Exchange:
    """Answers every request with the same data, and keeps what was asked."""

    def __init__(self, data: object = None, code: str = "00000", status: int = 200) -> None:
        body = json.dumps({"code": code, "msg": "success", "requestTime": 1, "data": data})
        self.evidence = Evidence(Transport.ANSWERED, status, body)
        self.asked: list[tuple[RestPath, dict[str, Any]]] = []
        self.actions = RestActions(dispatch_over(self))

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        self.asked.append((path, params))
        return self.evidence


def plan_ref(kind: PlanKind) -> OrderRef:
    return OrderRef("BTCUSDT", "222", "omega-2", kind)


def plan(kind: PlanKind, trigger: int = 59_000) -> Plan:
    callback = Decimal("0.02") if kind.trails else None
    return Plan(kind, Decimal(trigger), TriggerBy.MARK, callback)


async def test_size_and_price_make_another_order_that_is_known_by_its_new_id() -> None:
    """Bitget answers before the new order has an id: success without one is no doubt here."""
    exchange = Exchange({"orderId": None, "clientOid": "omega-5"})
    change = OrderChange(PLAIN, "omega-5", size=Decimal("0.002"), price=Decimal(60_100))
    assert await exchange.actions.amend(change) == Accepted(None, "omega-5")
    assert exchange.asked == [
        (
            RestPath.MODIFY_ORDER,
            {
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "orderId": "111",
                "newClientOid": "omega-5",
                "newSize": "0.002",
                "newPrice": "60100",
            },
        )
    ]


async def test_an_acknowledgement_of_another_order_proves_nothing() -> None:
    exchange = Exchange({"orderId": None, "clientOid": "somebody-else"})
    change = OrderChange(PLAIN, "omega-5", size=Decimal("0.002"), price=Decimal(60_100))
    assert isinstance(await exchange.actions.amend(change), Unknown)


async def test_both_legs_leave_together_and_zero_removes() -> None:
    """O16: sending only a take profit silently cancels the stop loss."""
    exchange = Exchange({"orderId": "111", "clientOid": "omega-1"})
    change = OrderChange(PLAIN, "omega-5", take_profit=Decimal(62_000), stop_loss=Decimal(0))
    assert isinstance(await exchange.actions.amend(change), Accepted)
    ((_, params),) = exchange.asked
    assert (params["newPresetStopSurplusPrice"], params["newPresetStopLossPrice"]) == ("62000", "0")
    assert not {"newSize", "newPrice"} & set(params)


async def test_a_stop_of_the_whole_position_is_moved_with_an_empty_size() -> None:
    exchange = Exchange({"orderId": "222", "clientOid": "omega-2"})
    kind = PlanKind.POSITION_STOP_LOSS
    assert isinstance(
        await exchange.actions.amend(OrderChange(plan_ref(kind), "n", plan=plan(kind))), Accepted
    )
    assert exchange.asked == [
        (
            RestPath.MODIFY_TPSL_ORDER,
            {
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "orderId": "222",
                "marginCoin": "USDT",
                "triggerPrice": "59000",
                "triggerType": "mark_price",
                "size": "",
            },
        )
    ]


async def test_a_trailing_plan_repeats_its_callback_and_a_trigger_keeps_what_is_not_named() -> None:
    exchange = Exchange({"orderId": "222", "clientOid": "omega-2"})
    trailing, trigger = PlanKind.TRAILING, PlanKind.TRIGGER
    await exchange.actions.amend(OrderChange(plan_ref(trailing), "n", plan=plan(trailing)))
    await exchange.actions.amend(OrderChange(plan_ref(trigger), "n", size=Decimal("0.5")))
    legs = {"take_profit": Decimal(0), "stop_loss": Decimal(58_000)}
    await exchange.actions.amend(OrderChange(plan_ref(trigger), "n", **legs))
    names = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": "222"}
    asked = [
        {name: value for name, value in params.items() if name not in names} for _, params in exchange.asked
    ]
    assert asked == [
        {"newTriggerPrice": "59000", "newTriggerType": "mark_price", "newCallbackRatio": "2"},
        {"newSize": "0.5"},
        {
            "newStopSurplusTriggerPrice": "0",
            "newStopLossTriggerPrice": "58000",
            "newStopLossTriggerType": "mark_price",
        },
    ]


_STOP = PlanKind.STOP_LOSS
_HALF_CHANGES = [
    OrderChange(PLAIN, "n"),
    OrderChange(PLAIN, "n", size=Decimal(1)),
    OrderChange(PLAIN, "n", price=Decimal(1)),
    OrderChange(PLAIN, "n", take_profit=Decimal(1)),
    OrderChange(PLAIN, "n", stop_loss=Decimal(1)),
    # Bitget ignores the legs and answers success.
    OrderChange(PLAIN, "n", size=Decimal(1), price=Decimal(1), take_profit=Decimal(1), stop_loss=Decimal(1)),
    OrderChange(PLAIN, "n", plan=plan(PlanKind.TRIGGER)),
    OrderChange(plan_ref(PlanKind.TRIGGER), "n"),
    OrderChange(plan_ref(PlanKind.TRIGGER), "n", plan=plan(PlanKind.TRAILING)),
    OrderChange(plan_ref(PlanKind.TRIGGER), "n", stop_loss=Decimal(1)),
    OrderChange(plan_ref(PlanKind.TRAILING), "n", size=Decimal(1)),
    OrderChange(plan_ref(PlanKind.TRAILING), "n", price=Decimal(1), plan=plan(PlanKind.TRAILING)),
    OrderChange(plan_ref(_STOP), "n", size=Decimal(1)),
    OrderChange(plan_ref(_STOP), "n", plan=plan(_STOP)),
    OrderChange(
        plan_ref(_STOP),
        "n",
        plan=plan(_STOP),
        size=Decimal(1),
        take_profit=Decimal(1),
        stop_loss=Decimal(1),
    ),
    OrderChange(OrderRef("BTCUSDT", None, None), "n", size=Decimal(1), price=Decimal(1)),
]


@pytest.mark.parametrize("change", _HALF_CHANGES)
async def test_half_a_change_is_not_sent(change: OrderChange) -> None:
    exchange = Exchange({"orderId": "1", "clientOid": "n"})
    assert isinstance(await exchange.actions.amend(change), NotSent)
    assert exchange.asked == []


@pytest.mark.parametrize(
    ("side", "hold", "wire"),
    [
        (Side.SELL, None, {"side": "sell"}),
        (Side.BUY, None, {"side": "buy"}),
        # In hedge mode the position that is turned is named: a sale turns the long one.
        (Side.SELL, LONG, {"side": "buy", "tradeSide": "close"}),
        (Side.BUY, HoldSide.SHORT, {"side": "sell", "tradeSide": "close"}),
    ],
)
async def test_a_reversal_names_what_bitget_wants_named(
    side: Side, hold: HoldSide | None, wire: dict[str, str]
) -> None:
    exchange = Exchange({"orderId": "1", "clientOid": "omega-1"})
    request = replace(ORDER, side=side, hold_side=hold, order_type=OrderType.MARKET, price=None)
    assert await exchange.actions.reverse(request) == Accepted("1", "omega-1")
    ((path, params),) = exchange.asked
    assert path is RestPath.CLICK_BACKHAND
    assert {name: params[name] for name in ("side", "tradeSide") if name in params} == wire
    assert params["size"] == "0.001"


def _batch(*names: str) -> list[OrderRequest]:
    return [replace(ORDER, client_order_id=name) for name in names]


_MIXED = {
    "successList": [{"orderId": "1", "clientOid": "a"}],
    "failureList": [
        {"orderId": "", "clientOid": "b", "errorMsg": "less than the minimum", "errorCode": "45110"},
        {"orderId": "", "clientOid": "c", "errorMsg": "busy", "errorCode": "43059"},
    ],
}


async def test_each_leg_of_a_batch_ends_by_itself() -> None:
    """O35: one success inside a mixed answer must not settle the others, nor a failure."""
    exchange = Exchange(_MIXED)
    outcomes = await exchange.actions.place_batch(_batch("a", "b", "c", "d"))
    assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Unknown, Unknown]
    ((path, params),) = exchange.asked
    assert path is RestPath.BATCH_PLACE_ORDER
    assert {name: value for name, value in params.items() if name != "orderList"} == {
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginMode": "crossed",
        "marginCoin": "USDT",
    }
    assert params["orderList"][0] == {
        "size": "0.001",
        "orderType": "limit",
        "clientOid": "a",
        "price": "60000",
        "force": "gtc",
        "side": "buy",
    }


async def test_a_leg_that_is_stopped_while_the_batch_waits_is_left_out() -> None:
    """HALT between taking up and leaving must reach each leg, and keep no leg that closes from leaving."""
    exchange = Exchange({"successList": [{"orderId": "1", "clientOid": "b"}], "failureList": []})
    outcomes = await exchange.actions.place_batch(
        _batch("a", "b", "c"), lambda name: "" if name == "b" else f"{name} is halted"
    )
    assert outcomes == (NotSent("a is halted"), Accepted("1", "b"), NotSent("c is halted"))
    ((_, params),) = exchange.asked
    assert [leg["clientOid"] for leg in params["orderList"]] == ["b"]


async def test_a_batch_of_which_every_leg_is_stopped_does_not_leave() -> None:
    """An empty list of orders must not be sent."""
    exchange = Exchange({"successList": [], "failureList": []})
    outcomes = await exchange.actions.place_batch(_batch("a", "b"), lambda name: "halted")
    assert outcomes == (NotSent("halted"), NotSent("halted"))
    assert exchange.asked == []


_FATES = ("done", "refused", "in doubt", "both", "twice", "unnamed")


@given(st.lists(st.sampled_from(_FATES), min_size=1, max_size=BATCH_LIMIT), st.randoms(use_true_random=False))
async def test_no_leg_is_judged_by_the_fate_of_another(fates: list[str], order: Random) -> None:
    """O35, for every mixture in every order: certain is only what the answer says once and of this leg."""
    names = [f"leg-{number}" for number in range(len(fates))]
    done = [
        {"orderId": "1", "clientOid": n} for n, f in zip(names, fates, strict=True) if f in ("done", "both")
    ]
    done += [{"orderId": "1", "clientOid": n} for n, f in zip(names, fates, strict=True) if f == "twice"] * 2
    codes = {"refused": "45110", "both": "45110", "in doubt": "45001"}
    failed = [
        {"orderId": "", "clientOid": name, "errorMsg": "no", "errorCode": codes[fate]}
        for name, fate in zip(names, fates, strict=True)
        if fate in codes
    ]
    order.shuffle(done)
    order.shuffle(failed)
    exchange = Exchange({"successList": done, "failureList": failed})
    outcomes = await exchange.actions.place_batch(_batch(*names))
    certain = {"done": Accepted, "refused": Rejected}
    assert [type(outcome) for outcome in outcomes] == [certain.get(fate, Unknown) for fate in fates]


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (Evidence(Transport.NO_BYTE_LEFT, words="refused"), NotSent),
        (Evidence(Transport.LOST, words="reset"), Unknown),
        (Evidence(Transport.ANSWERED, 200, ""), Unknown),
        (Evidence(Transport.ANSWERED, 502, "<html>"), Unknown),
    ],
)
async def test_a_batch_that_fails_as_a_whole_fails_every_leg_alike(
    evidence: Evidence, kind: type[Outcome]
) -> None:
    exchange = Exchange()
    exchange.evidence = evidence
    placed = await exchange.actions.place_batch(_batch("a", "b"))
    canceled = await exchange.actions.cancel_batch([PLAIN, replace(PLAIN, order_id="112")])
    assert {type(outcome) for outcome in (*placed, *canceled)} == {kind}


async def test_a_leg_that_contradicts_itself_stays_here_and_the_others_leave() -> None:
    exchange = Exchange({"successList": [{"orderId": "1", "clientOid": "a"}], "failureList": []})
    bad = [
        replace(ORDER, client_order_id="b", price=None),
        replace(ORDER, client_order_id="c", symbol="ETHUSDT"),
        plan_order(PlanKind.TRIGGER, LONG, hedge=False),
    ]
    outcomes = await exchange.actions.place_batch([*_batch("a"), *bad])
    assert [type(outcome) for outcome in outcomes] == [Accepted, NotSent, NotSent, NotSent]
    assert all(outcome.reason for outcome in outcomes if isinstance(outcome, NotSent))
    ((_, params),) = exchange.asked
    assert len(params["orderList"]) == 1


@pytest.mark.parametrize(
    "targets",
    [
        [PLAIN] * (BATCH_LIMIT + 1),
        [PLAIN, replace(PLAIN, symbol="ETHUSDT")],
        [PLAIN, plan_ref(PlanKind.TRIGGER)],
        [plan_ref(PlanKind.TRIGGER), plan_ref(PlanKind.TRAILING)],
        [PLAIN, OrderRef("BTCUSDT", None, None)],
    ],
)
async def test_a_batch_that_bitget_would_not_take_as_a_whole_is_not_sent(targets: Sequence[OrderRef]) -> None:
    exchange = Exchange({"successList": [], "failureList": []})
    outcomes = await exchange.actions.cancel_batch(targets)
    assert len(outcomes) == len(targets)
    assert {type(outcome) for outcome in outcomes} == {NotSent}
    assert exchange.asked == []


async def test_too_many_orders_at_once_are_not_sent() -> None:
    exchange = Exchange({"successList": [], "failureList": []})
    outcomes = await exchange.actions.place_batch(_batch(*map(str, range(BATCH_LIMIT + 1))))
    assert {type(outcome) for outcome in outcomes} == {NotSent}
    assert await exchange.actions.place_batch([]) == await exchange.actions.cancel_batch([]) == ()
    assert exchange.asked == []


@pytest.mark.parametrize("kind", list(PlanKind))
async def test_a_plan_is_canceled_with_its_own_plan_type(kind: PlanKind) -> None:
    """Without it Bitget looks among the triggers only, answers success and cancels nothing."""
    exchange = Exchange({"successList": [{"orderId": "222", "clientOid": "omega-2"}], "failureList": []})
    assert await exchange.actions.cancel(plan_ref(kind)) == Accepted("222", "omega-2")
    await exchange.actions.cancel_plans("BTCUSDT", kind)
    await exchange.actions.cancel_plans(None, kind)
    one, all_of_symbol, all_of_kind = (params for _, params in exchange.asked)
    assert {path for path, _ in exchange.asked} == {RestPath.CANCEL_PLAN_ORDER}
    assert one["orderIdList"] == [{"orderId": "222"}]
    assert all_of_symbol["symbol"] == "BTCUSDT"
    assert "symbol" not in all_of_kind
    assert len({params["planType"] for params in (one, all_of_symbol, all_of_kind)}) == 1


@pytest.mark.parametrize("ref", [PLAIN, OrderRef("BTCUSDT", None, "omega-1")])
async def test_a_cancel_that_is_answered_for_another_order_is_no_cancellation(ref: OrderRef) -> None:
    """Bug: an order named by our id alone counts as on its way out, whichever one the answer is for."""
    elsewhere = await Exchange({"orderId": "999", "clientOid": "omega-9"}).actions.cancel(ref)
    assert isinstance(elsewhere, Unknown)
    taken = await Exchange({"orderId": "111", "clientOid": "omega-1"}).actions.cancel(ref)
    assert taken == Accepted("111", "omega-1")


async def test_success_that_names_no_plan_is_no_cancellation() -> None:
    """As the demo exchange answered a cancel with a wrong plan type: success, and the stop stayed."""
    exchange = Exchange({"successList": [], "failureList": []})
    assert isinstance(await exchange.actions.cancel(plan_ref(PlanKind.POSITION_STOP_LOSS)), Unknown)


async def test_the_position_mode_is_set_for_the_product_type() -> None:
    exchange = Exchange({"posMode": "hedge_mode"})
    assert isinstance(await exchange.actions.set_position_mode(PositionMode.HEDGE), Accepted)
    assert exchange.asked == [
        (RestPath.SET_POSITION_MODE, {"productType": "USDT-FUTURES", "posMode": "hedge_mode"})
    ]


async def test_a_desk_that_may_not_act_sends_no_batch_either() -> None:
    exchange = Exchange()
    actions = RestActions(dispatch_over(exchange), "read-only")
    outcomes = [
        *await actions.place_batch(_batch("a", "b")),
        *await actions.cancel_batch([PLAIN]),
        await actions.amend(OrderChange(PLAIN, "n", size=Decimal(1), price=Decimal(1))),
        await actions.reverse(ORDER),
        await actions.cancel_plans(None, PlanKind.TRIGGER),
        await actions.set_position_mode(PositionMode.ONE_WAY),
    ]
    assert set(outcomes) == {NotSent("read-only")}
    assert exchange.asked == []


def test_a_moved_way_out_does_not_wait_with_entries() -> None:
    """Bug: after a 429 the limit order that closes cannot be moved for a second, while price runs away."""

    async def run(change: OrderChange) -> Outcome:
        exchange = Exchange()
        exchange.evidence = Evidence(Transport.ANSWERED, 429, "")
        actions = RestActions(dispatch_over(exchange, clock=LoopClock()))
        await actions.place(ORDER)
        exchange.evidence = Exchange({"orderId": "7", "clientOid": "n"}).evidence
        began = asyncio.get_running_loop().time()
        outcome = await actions.amend(change)
        return outcome if asyncio.get_running_loop().time() - began < 0.5 else NotSent("waited")

    entry = OrderChange(PLAIN, "n", size=Decimal("0.002"), price=Decimal(60_100))
    assert isinstance(run_virtually(run(entry)), NotSent)
    assert isinstance(run_virtually(run(replace(entry, reduces=True))), Accepted)
