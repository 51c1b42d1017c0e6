"""Every kind of plan through the real client on the simulated exchange: placed, amended, canceled, fired.

The market is scripted: prices move when a test says so, and then the exchange does the rest by itself.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.domain.orders import (
    HoldSide,
    OrderChange,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    Side,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.port import Accepted, NotSent, Rejected, Unknown
from omega_tui.sim import facts
from tests.exchange.plan_orders import TICK, plan_order
from tests.exchange.scripted_account import Account, opened
from tests.sim.protocol.scripted import BTC

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_LONG = HoldSide.LONG


@pytest.fixture(params=list(facts.PositionMode), ids=lambda mode: mode.value)
async def account(request: pytest.FixtureRequest) -> AsyncIterator[Account]:
    async with opened(request.param) as account:
        yield account


def _plans(account: Account) -> list[OrderRequest]:
    """One plan of each kind about the long position, and a trigger that adds to it with legs."""
    every = [
        plan_order(kind, _LONG, hedge=account.hedge, limit=kind is PlanKind.TAKE_PROFIT, name=f"plan-{kind}")
        for kind in PlanKind
    ]
    adds = plan_order(
        *(PlanKind.TRIGGER, _LONG), hedge=account.hedge, closes=False, limit=True, name="plan-adds", legs=True
    )
    return [*every, adds]


async def test_every_plan_is_listed_amended_and_canceled(account: Account) -> None:
    requests = _plans(account)
    refs = [await account.place(request) for request in requests]
    listed = await account.resting()
    assert set(listed) == {request.client_order_id for request in requests}
    for request, ref in zip(requests, refs, strict=True):
        order = listed[request.client_order_id]
        assert order == await account.known(replace(ref, order_id=None))
        assert (order.plan, order.side, order.hold_side) == (request.plan, request.side, request.hold_side)
        assert (order.size, order.price) == (request.size, request.price)
        assert (order.take_profit, order.stop_loss) == (request.take_profit, request.stop_loss)
        assert await account.reads.past_order(ref) is None

        change = _moved(request, ref)
        assert isinstance(await account.actions.amend(change), Accepted)
        amended = await account.known(ref)
        assert amended.ref == order.ref, "a plan stays the order it is"
        assert (amended.plan, amended.size) == (change.plan, change.size or request.size)
        assert amended.price == request.price, "a limit that is not repeated would have become a market order"
        assert (amended.take_profit, amended.stop_loss) == (request.take_profit, request.stop_loss)

        canceled = await account.actions.cancel(ref)
        assert canceled == Accepted(ref.order_id, ref.client_order_id)
        assert (await account.state(ref, OrderState.CANCELED)).plan is not None
        past = await account.reads.past_order(ref)
        assert past is not None
        assert past == await account.known(ref)
        assert past.state is OrderState.CANCELED
        assert isinstance(await account.actions.cancel(ref), Rejected | Unknown)
    assert await account.resting() == {}


def _moved(request: OrderRequest, ref: OrderRef) -> OrderChange:
    assert request.plan is not None
    kind, up = request.plan.kind, request.plan.trigger_price > 60_000
    trigger = request.plan.trigger_price + TICK * (10 if up else -10)
    size = None if kind.whole_position else request.size / 2
    price = request.price if kind.of_position else None
    return OrderChange(ref, "unused", size, price, replace(request.plan, trigger_price=trigger))


async def test_plans_of_one_kind_are_canceled_alone(account: Account) -> None:
    for request in _plans(account):
        await account.place(request)
    for number, kind in enumerate(PlanKind):
        assert isinstance(await account.actions.cancel_plans(BTC if number % 2 else None, kind), Accepted)
        left = {order.plan.kind for order in (await account.resting()).values() if order.plan}
        assert left == set(list(PlanKind)[number + 1 :])


@pytest.mark.parametrize("kind", list(PlanKind))
async def test_a_plan_fires_and_names_the_order_it_gave_birth_to(account: Account, kind: PlanKind) -> None:
    request = plan_order(kind, _LONG, hedge=account.hedge, by=TriggerBy.LAST, name="fires")
    assert request.plan is not None
    ref = await account.place(request)
    account.move(request.plan.trigger_price)
    if kind.trails:
        account.move(request.plan.trigger_price * Decimal("0.98"))
    await account.state(ref, OrderState.TRIGGERED)
    fired = await account.known(ref)
    assert fired == await account.reads.past_order(ref)
    assert (fired.state, fired.filled) == (OrderState.TRIGGERED, 0)
    assert fired.child_order_id is not None
    child = await account.known(OrderRef(BTC, fired.child_order_id, None))
    assert (child.side, child.state, child.plan) == (Side.SELL, OrderState.FILLED, None)
    left = Decimal(0) if kind.whole_position else Decimal("0.04")
    assert sum(position.size for position in await account.reads.positions()) == left


async def test_a_plan_whose_order_the_exchange_refuses_ends_canceled_with_the_reason(
    account: Account,
) -> None:
    big = plan_order(PlanKind.TRIGGER, _LONG, hedge=account.hedge, closes=False, size=Decimal(20), name="big")
    assert big.plan is not None
    ref = await account.place(big)
    account.move(big.plan.trigger_price)
    await account.state(ref, OrderState.CANCELED)
    ended = await account.known(ref)
    assert (ended.state, ended.child_order_id) == (OrderState.CANCELED, None)
    assert "refused" in ended.reason


async def test_legs_of_an_order_become_stops_of_its_position(account: Account) -> None:
    legs = {"take_profit": Decimal(62_000), "stop_loss": Decimal(58_000)}
    resting = await account.place(account.order("rests", price="59000", **legs))
    order = (await account.resting())["rests"]
    assert (order.take_profit, order.stop_loss) == (62_000, 58_000)
    assert await account.known(resting) == order
    change = OrderChange(order.ref, "unused", take_profit=Decimal(63_000), stop_loss=Decimal(0))
    assert isinstance(await account.actions.amend(change), Accepted)
    changed = await account.known(order.ref)
    assert (changed.take_profit, changed.stop_loss) == (63_000, None)
    assert changed.ref == order.ref

    await account.state(await account.place(account.order("fills", **legs)), OrderState.FILLED)
    kinds = {
        order.plan.kind: (order.plan.trigger_price, order.side)
        for order in (await account.resting()).values()
        if order.plan is not None
    }
    assert kinds == {
        PlanKind.POSITION_TAKE_PROFIT: (62_000, Side.SELL),
        PlanKind.POSITION_STOP_LOSS: (58_000, Side.SELL),
    }


async def test_a_second_stop_of_a_position_moves_the_first_and_is_no_order_of_its_own(
    account: Account,
) -> None:
    """As captured in 2026: the answer names the first one, so the second id must not pass for accepted."""
    kind = PlanKind.POSITION_STOP_LOSS
    first = plan_order(kind, _LONG, hedge=account.hedge, name="first")
    await account.place(first)
    second = plan_order(kind, _LONG, hedge=account.hedge, name="second", ticks=10_000)
    assert isinstance(await account.actions.place(second), Unknown)
    (stop,) = (await account.resting()).values()
    assert (stop.client_order_id, stop.plan) == ("first", second.plan)
    assert await account.reads.order(OrderRef(BTC, None, "second", kind)) is None
    assert await account.reads.past_order(OrderRef(BTC, None, "second", kind)) is None


async def test_a_limit_that_is_not_repeated_is_gone(account: Account) -> None:
    """Bitget takes an amendment of a take profit without its limit for one at market."""
    kind = PlanKind.TAKE_PROFIT
    request = plan_order(kind, _LONG, hedge=account.hedge, limit=True)
    ref = await account.place(request)
    change = OrderChange(ref, "unused", request.size, None, request.plan)
    assert isinstance(await account.actions.amend(change), Accepted)
    assert (await account.known(ref)).order_type is OrderType.MARKET


async def test_a_plan_that_cannot_be_meant_is_not_sent(account: Account) -> None:
    stop = plan_order(PlanKind.STOP_LOSS, _LONG, hedge=account.hedge)
    wrong = replace(stop, plan=Plan(PlanKind.STOP_LOSS, Decimal(58_000), TriggerBy.INDEX))
    assert isinstance(await account.actions.place(wrong), NotSent)
    assert await account.resting() == {}
