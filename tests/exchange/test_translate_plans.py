"""Plan orders: what is placed is read back as the same intent, in both modes, on REST and on the stream."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.orders import HoldSide, Order, OrderRequest, OrderState, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.exchange.bitget.translation.plans import PlanRow, build_plan, parse_plan
from omega_tui.exchange.bitget.translation.words import TranslationError
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.payloads.plans import plan_push, plan_row
from omega_tui.sim.rest.plans import ROUTES
from omega_tui.sim.rest.request import Parameters
from tests.exchange.plan_orders import exchange_with_positions, plan_order

_OWN = (PlanKind.TRIGGER, PlanKind.TRAILING)
_WIRE_TYPES = {
    PlanKind.TRIGGER: ("normal_plan", "pl"),
    PlanKind.TRAILING: ("track_plan", "track"),
    PlanKind.TAKE_PROFIT: ("profit_plan", "tp"),
    PlanKind.STOP_LOSS: ("loss_plan", "sl"),
    PlanKind.TRAILING_STOP: ("moving_plan", "mtpsl"),
    PlanKind.POSITION_TAKE_PROFIT: ("pos_profit", "ptp"),
    PlanKind.POSITION_STOP_LOSS: ("pos_loss", "psl"),
}


def _built(request: OrderRequest) -> tuple[RestPath, dict[str, str]]:
    assert request.plan is not None
    return build_plan(request, request.plan)


def _accepted(request: OrderRequest) -> tuple[Order, Order]:
    """The request as the simulator's list and its stream tell it after it was placed."""
    path, params = _built(request)
    held = (
        HoldSide.LONG if request.side is (Side.SELL if request.reduce_only else Side.BUY) else HoldSide.SHORT
    )
    exchange = exchange_with_positions(request.hold_side is not None, held)
    answer: Any = ROUTES[path].answer(exchange, Parameters(params))
    (plan,) = exchange.venue.plans.pending()
    assert answer == {"orderId": plan.plan_id, "clientOid": request.client_order_id}
    listed, pushed = (msgspec.convert(row, PlanRow) for row in (plan_row(plan), plan_push(plan, None)))
    return parse_plan(listed), parse_plan(pushed)


@given(
    kind=st.sampled_from(PlanKind),
    held=st.sampled_from(HoldSide),
    hedge=st.booleans(),
    closes=st.booleans(),
    limit=st.booleans(),
    legs=st.booleans(),
    by=st.sampled_from((TriggerBy.LAST, TriggerBy.MARK)),
    lots=st.integers(1, 500),
    ticks=st.integers(1_000, 20_000),
)
def test_what_is_placed_is_read_back_as_the_same_order(
    kind: PlanKind,
    held: HoldSide,
    hedge: bool,
    closes: bool,
    limit: bool,
    legs: bool,
    by: TriggerBy,
    lots: int,
    ticks: int,
) -> None:
    """The simulator checks and spells by code of its own: a side turned the wrong way comes back turned."""
    opens = kind in _OWN and not closes
    request = plan_order(
        kind,
        held,
        hedge=hedge,
        closes=closes,
        limit=limit,
        by=by,
        size=Decimal("0.0001") * lots,
        ticks=ticks,
        legs=legs and opens and kind is PlanKind.TRIGGER,
    )
    listed, pushed = _accepted(request)
    for order in (listed, pushed):
        assert (order.side, order.hold_side, order.symbol) == (
            request.side,
            request.hold_side,
            request.symbol,
        )
        assert (order.order_type, order.size, order.price) == (
            request.order_type,
            request.size,
            request.price,
        )
        assert (order.take_profit, order.stop_loss) == (request.take_profit, request.stop_loss)
        assert (order.state, order.filled) == (OrderState.WORKING, Decimal(0))
        assert order.client_order_id == request.client_order_id
        assert order.ref.plan is kind
        # The one-way lists do not tell whether a trigger or trailing order only reduces.
        assert order.reduce_only is (request.reduce_only and (hedge or kind not in _OWN))
    assert listed.plan == request.plan
    # The stream does not tell the callback.
    assert pushed.plan == replace(request.plan, callback_rate=None)  # type: ignore[type-var]


@pytest.mark.parametrize("kind", list(PlanKind))
@pytest.mark.parametrize("held", list(HoldSide))
@pytest.mark.parametrize("hedge", [False, True])
def test_the_wire_names_the_position_where_bitget_wants_it(
    kind: PlanKind, held: HoldSide, hedge: bool
) -> None:
    request = plan_order(kind, held, hedge=hedge)
    path, params = _built(request)
    assert params["planType"] == _WIRE_TYPES[kind][0]
    if kind.of_position:
        assert path is RestPath.PLACE_TPSL_ORDER
        one_way = {HoldSide.LONG: "buy", HoldSide.SHORT: "sell"}
        assert params["holdSide"] == (held.value if hedge else one_way[held])
        assert not {"side", "tradeSide", "marginMode", "reduceOnly"} & set(params)
        assert ("size" in params) is not kind.whole_position
    else:
        assert path is RestPath.PLACE_PLAN_ORDER
        if hedge:
            assert (params["side"], params["tradeSide"]) == (held.opening_side.value, "close")
        else:
            assert (params["side"], params["reduceOnly"]) == (request.side.value, "YES")


def test_a_trigger_with_a_limit_and_legs_is_written_in_exact_plain_text() -> None:
    request = plan_order(
        PlanKind.TRIGGER, HoldSide.LONG, hedge=True, closes=False, limit=True, ticks=10_000, legs=True
    )
    assert _built(request) == (
        RestPath.PLACE_PLAN_ORDER,
        {
            "planType": "normal_plan",
            "symbol": "BTCUSDT",
            "productType": "USDT-FUTURES",
            "marginCoin": "USDT",
            "marginMode": "crossed",
            "size": "0.01",
            "orderType": "limit",
            "price": "61000",
            "triggerPrice": "61000",
            "triggerType": "mark_price",
            "side": "buy",
            "tradeSide": "open",
            "clientOid": "plan-1",
            "stopSurplusTriggerPrice": "61050",
            "stopSurplusTriggerType": "mark_price",
            "stopLossTriggerPrice": "60950",
            "stopLossTriggerType": "mark_price",
        },
    )


def test_a_callback_is_a_share_here_and_percent_there() -> None:
    trailing = _built(plan_order(PlanKind.TRAILING, HoldSide.LONG, hedge=False))[1]
    assert trailing["callbackRatio"] == "1.5"
    stop = _built(plan_order(PlanKind.TRAILING_STOP, HoldSide.LONG, hedge=False))[1]
    assert stop["rangeRate"] == "1.5"


_LONG = HoldSide.LONG
_CONTRADICTIONS: list[Callable[[], OrderRequest]] = [
    # A stop that could open would double the position that it should end.
    lambda: replace(plan_order(PlanKind.STOP_LOSS, _LONG, hedge=False), reduce_only=False),
    lambda: replace(plan_order(PlanKind.STOP_LOSS, _LONG, hedge=True), side=Side.BUY),
    lambda: replace(plan_order(PlanKind.STOP_LOSS, _LONG, hedge=False), size=Decimal(0)),
    lambda: replace(plan_order(PlanKind.STOP_LOSS, _LONG, hedge=False), stop_loss=Decimal(1)),
    lambda: replace(plan_order(PlanKind.TRIGGER, _LONG, hedge=False), take_profit=Decimal(1)),
    lambda: replace(plan_order(PlanKind.TRIGGER, _LONG, hedge=True), side=Side.BUY),
    lambda: replace(plan_order(PlanKind.TRIGGER, _LONG, hedge=False, limit=True), price=None),
    # Bitget would place them all the same, and drop the force without a word.
    lambda: replace(
        plan_order(PlanKind.TRIGGER, _LONG, hedge=False, limit=True), time_in_force=TimeInForce.POST_ONLY
    ),
    lambda: replace(plan_order(PlanKind.TRAILING, _LONG, hedge=False), order_type=OrderType.LIMIT, price=1),
    lambda: _without_callback(PlanKind.TRAILING),
    lambda: _without_callback(PlanKind.TRAILING_STOP),
    lambda: plan_order(PlanKind.STOP_LOSS, _LONG, hedge=False, by=TriggerBy.INDEX),
]


def _without_callback(kind: PlanKind) -> OrderRequest:
    request = plan_order(kind, _LONG, hedge=False)
    return replace(request, plan=replace(request.plan, callback_rate=None))  # type: ignore[type-var]


@pytest.mark.parametrize("contradiction", _CONTRADICTIONS)
def test_a_plan_that_contradicts_itself_never_leaves(contradiction: Callable[[], OrderRequest]) -> None:
    with pytest.raises(TranslationError):
        _built(contradiction())


# As captured on the demo exchange in October 2026, with other figures.
_STOP: dict[str, Any] = {
    "planType": "pos_loss",
    "symbol": "BTCUSDT",
    "size": "0",
    "orderId": "1491757342466260001",
    "clientOid": "omega-9",
    "price": "",
    "executePrice": "",
    "callbackRatio": "",
    "triggerPrice": "75000",
    "triggerType": "mark_price",
    "planStatus": "live",
    "side": "sell",
    "posSide": "net",
    "marginMode": "crossed",
    "tradeSide": "sell_single",
    "posMode": "one_way_mode",
    "orderType": "market",
    "stopSurplusTriggerPrice": None,
    "stopLossTriggerPrice": "75000",
    "stopLossTriggerType": "mark_price",
    "cTime": "1791388586632",
    "uTime": "1791388586632",
}


def _stop(**changes: Any) -> Order:
    return parse_plan(msgspec.convert(_STOP | changes, PlanRow))


def test_a_real_stop_of_a_one_way_position_sells_the_long_one() -> None:
    order = _stop()
    assert (order.side, order.hold_side, order.reduce_only) == (Side.SELL, None, True)
    assert (order.size, order.price, order.order_type) == (Decimal(0), None, OrderType.MARKET)
    assert order.plan is not None
    assert (order.plan.kind, order.plan.trigger_price) == (PlanKind.POSITION_STOP_LOSS, Decimal(75000))
    assert (order.take_profit, order.stop_loss) == (None, None), "its own trigger is no leg of it"


@pytest.mark.parametrize(("hold", "wire_side"), [("long", "buy"), ("short", "sell")])
def test_a_real_stop_of_a_hedge_position_trades_against_it(hold: str, wire_side: str) -> None:
    order = _stop(posMode="hedge_mode", posSide=hold, side=wire_side, tradeSide="close", marginMode="")
    assert order.hold_side is HoldSide(hold)
    assert order.side is HoldSide(hold).opening_side.opposite


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("live", OrderState.WORKING),
        ("not_trigger", OrderState.WORKING),
        ("executing", OrderState.WORKING),
        ("executed", OrderState.TRIGGERED),
        ("fail_execute", OrderState.CANCELED),
        ("cancelled", OrderState.CANCELED),
    ],
)
def test_what_became_of_a_plan(word: str, state: OrderState) -> None:
    order = _stop(planStatus=word, executeOrderId="77" if word == "executed" else "", baseVolume="0.5")
    assert order.state is state
    assert order.child_order_id == ("77" if word == "executed" else None)
    assert order.filled == 0, "what its order fills is counted there"
    assert bool(order.reason) is (word == "fail_execute")


@pytest.mark.parametrize(
    "change",
    [
        {"planType": "new_plan"},
        {"planStatus": "paused"},
        {"planStatus": None},
        {"triggerPrice": ""},
        {"triggerType": "bid_price"},
        {"orderType": "iceberg"},
        {"posMode": "both"},
        {"planType": "loss_plan", "size": ""},
        {"posMode": "hedge_mode", "posSide": "net"},
    ],
)
def test_a_plan_that_is_not_understood_is_loud(change: dict[str, Any]) -> None:
    with pytest.raises(TranslationError):
        _stop(**change)


def test_a_plan_of_somebody_else_that_waits_for_the_index_is_shown() -> None:
    """Bitget lists such plans; one of them must not hide all others."""
    order = _stop(triggerType="index_price")
    assert order.plan is not None
    assert order.plan.trigger_by is TriggerBy.INDEX


def test_a_trailing_order_brings_its_legs_along_in_percent_of_the_price_it_will_fill_at() -> None:
    """Bug: a price where Bitget reads percent. The exchange takes it, and a stop lies nowhere near."""
    trailing = plan_order(PlanKind.TRAILING, HoldSide.LONG, hedge=True, closes=False)
    assert trailing.plan is not None
    armed = trailing.plan.trigger_price
    request = replace(trailing, stop_loss=armed * Decimal("0.96"), take_profit=armed * Decimal("1.061239"))
    params = _built(request)[1]
    assert (params["stopLossTriggerPrice"], params["stopLossTriggerType"]) == ("4", "fill_price")
    assert (params["stopSurplusTriggerPrice"], params["stopSurplusTriggerType"]) == ("6.12", "fill_price")
    listed, _ = _accepted(request)
    assert listed.stop_loss is None, "its legs are told in percent, which are no prices"
    with pytest.raises(TranslationError):
        _built(replace(request, stop_loss=armed * Decimal("0.99999")))
