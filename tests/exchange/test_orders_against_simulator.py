"""Every kind of order through the real client on the simulated exchange: placed, amended, canceled, fired.

The market is scripted: prices move when a test says so, and then the exchange does the rest by itself.
"""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.clock import SystemClock
from omega_tui.domain.account import BillKind
from omega_tui.domain.events import Health, OrderReported, Surface
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    Order,
    OrderChange,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.port import Accepted, NotSent, ReadFailed, Rejected, Unknown
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.faults.plan import parse_fault
from tests.exchange.fake import until
from tests.exchange.plan_orders import TICK, plan_order
from tests.exchange.test_against_simulator import Desk
from tests.sim.protocol.scripted import BTC, ScriptedSource, trade

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_LONG = HoldSide.LONG
_OWN = (PlanKind.TRIGGER, PlanKind.TRAILING)


class Account:
    """The client's view of a scripted exchange on which a long position of 0.05 is open."""

    def __init__(self, desk: Desk, gateway: BitgetGateway, mode: facts.PositionMode) -> None:
        self.desk, self.gateway = desk, gateway
        self.actions, self.reads = gateway.actions, gateway.reads
        self.hedge = mode is facts.PositionMode.HEDGE
        self.hold = _LONG if self.hedge else None

    @property
    def exchange(self) -> Any:
        return self.desk.server.exchange

    def order(self, name: str, size: str = "0.01", price: str | None = None, **terms: Any) -> OrderRequest:
        """A buy, which in hedge mode opens a long position."""
        kind = OrderType.LIMIT if price else OrderType.MARKET
        limit = Decimal(price) if price else None
        plain = OrderRequest(
            *(name, BTC, Side.BUY, kind, Decimal(size), limit, TimeInForce.GTC),
            reduce_only=False,
            margin_mode=MarginMode.CROSSED,
            hold_side=self.hold,
        )
        return replace(plain, **terms)

    async def place(self, request: OrderRequest) -> OrderRef:
        outcome = await self.actions.place(request)
        assert isinstance(outcome, Accepted), outcome
        kind = request.plan.kind if request.plan else None
        return OrderRef(request.symbol, outcome.order_id, request.client_order_id, kind)

    async def known(self, ref: OrderRef) -> Order:
        order = await self.reads.order(ref)
        assert order is not None
        return order

    async def state(self, ref: OrderRef, state: OrderState) -> Order:
        """Wait until the stream tells of this state."""
        await until(lambda: (order := self.told(ref)) is not None and order.state is state)
        order = self.told(ref)
        assert order is not None
        return order

    def told(self, ref: OrderRef) -> Order | None:
        found = [event.order for event in self.desk.of(OrderReported)]
        return next((o for o in reversed(found) if o.client_order_id == ref.client_order_id), None)

    async def resting(self) -> dict[str, Order]:
        return {order.client_order_id: order for order in await self.reads.open_orders()}

    def move(self, price: Decimal) -> None:
        """The last price and the mark price are `price` now."""
        now = self.exchange.clock.now_ms()
        self.exchange.apply(facts.MarketFacts(BTC, now, mark_price=str(price)))
        self.exchange.apply(trade(BTC, now, str(price), "0.0001", 1))


@pytest.fixture(params=list(facts.PositionMode), ids=lambda mode: mode.value)
async def account(request: pytest.FixtureRequest) -> AsyncIterator[Account]:
    clock = ExchangeClock(SystemClock())
    desk = Desk(ScriptedSource(clock.start_ms), clock, request.param)
    gateway = await desk.open()
    account = Account(desk, gateway, request.param)
    await until(lambda: desk.health(Surface.PRIVATE) is Health.LIVE)
    await account.state(await account.place(account.order("open", "0.05")), OrderState.FILLED)
    yield account
    await desk.close()


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


async def test_size_and_price_are_amended_by_another_order(account: Account) -> None:
    first = await account.place(account.order("first", price="59000"))
    change = OrderChange(first, "second", Decimal("0.02"), Decimal(58_900))
    assert await account.actions.amend(change) == Accepted(None, "second")
    await account.state(first, OrderState.CANCELED)
    second = OrderRef(BTC, None, "second")
    order = await account.state(second, OrderState.WORKING)
    assert (order.size, order.price) == (Decimal("0.02"), 58_900)
    assert list(await account.resting()) == ["second"]
    again = OrderChange(order.ref, "third", Decimal("0.02"), Decimal(58_900))
    assert isinstance(await account.actions.amend(again), Rejected)


@pytest.mark.parametrize(
    ("force", "price", "state"),
    [
        (TimeInForce.POST_ONLY, "61000", OrderState.CANCELED),
        (TimeInForce.POST_ONLY, "59000", OrderState.WORKING),
        (TimeInForce.IOC, "59000", OrderState.CANCELED),
        (TimeInForce.FOK, "60010", OrderState.FILLED),
    ],
)
async def test_how_long_an_order_may_rest(
    account: Account, force: TimeInForce, price: str, state: OrderState
) -> None:
    ref = await account.place(account.order("force", price=price, time_in_force=force))
    await account.state(ref, state)
    order = await account.known(ref)
    assert (order.state, order.time_in_force) == (state, force)
    past = await account.reads.past_order(ref)
    assert (past is None) is (state is OrderState.WORKING)
    assert past is None or past.state is state


async def test_a_batch_is_placed_and_canceled_leg_by_leg(account: Account) -> None:
    """O35: the small one is refused, the others live; a leg canceled before is no success of the second."""
    requests = [account.order(f"b-{number}", price=str(59_000 + number)) for number in range(10)]
    requests[4] = account.order("b-4", size="0.0001", price="30000")
    outcomes = await account.actions.place_batch(requests)
    assert [type(outcome) for outcome in outcomes] == [Rejected if n == 4 else Accepted for n in range(10)]
    assert len(await account.resting()) == 9
    targets = [OrderRef(BTC, None, f"b-{number}") for number in range(6)]
    canceled = await account.actions.cancel_batch(targets)
    assert [isinstance(outcome, Accepted) for outcome in canceled] == [number != 4 for number in range(6)]
    assert set(await account.resting()) == {f"b-{number}" for number in range(6, 10)}


async def test_fifty_orders_at_once(account: Account) -> None:
    requests = [account.order(f"f-{number}", "0.001", price=str(59_000 + number)) for number in range(50)]
    outcomes = await account.actions.place_batch(requests)
    assert {type(outcome) for outcome in outcomes} == {Accepted}
    refs = [order.ref for order in (await account.resting()).values()]
    assert len(refs) == 50
    assert {type(o) for o in await account.actions.cancel_batch(refs)} == {Accepted}
    assert await account.resting() == {}


async def test_a_batch_whose_answer_is_lost_is_unknown_in_every_leg(account: Account) -> None:
    account.desk.server.faults.add(parse_fault({"name": "lost_answer", "ends": "close", "count": 1}))
    outcomes = await account.actions.place_batch([account.order("l-1", price="59000")] * 1)
    assert isinstance(outcomes[0], Unknown)
    found = await account.reads.order(OrderRef(BTC, None, "l-1"))
    assert found is not None
    assert found.state is OrderState.WORKING


async def test_a_position_is_turned(account: Account) -> None:
    request = account.order("turn", "0.05", side=Side.SELL)
    assert isinstance(await account.actions.reverse(request), Accepted)
    (position,) = await account.reads.positions()
    assert (position.hold_side, position.size) == (HoldSide.SHORT, Decimal("0.05"))
    assert isinstance(await account.actions.reverse(request), Rejected | Unknown)


async def test_the_account_tells_its_bills_tiers_and_rights(account: Account) -> None:
    trades = [bill for bill in await account.reads.bills(0) if bill.kind is BillKind.TRADE]
    fills = await account.reads.fills(None, 0)
    assert sum(bill.fee or 0 for bill in trades) == sum(fill.fee or 0 for fill in fills) < 0
    newest = trades[-1].exchange_ms
    assert [bill.exchange_ms for bill in await account.reads.bills(newest + 1)] == []
    tiers = await account.reads.tiers(BTC)
    assert [tier.max_leverage for tier in tiers] == [125, 100]
    key = await account.reads.key()
    assert (key.may_trade, key.may_withdraw) == (True, False)
    settings = await account.reads.settings(BTC)
    assert settings.maintenance_rate == tiers[0].maintenance_rate


async def test_the_market_can_be_asked_for(account: Account) -> None:
    ticker = await account.reads.ticker(BTC)
    assert (ticker.last_price, ticker.mark_price) == (Decimal("60000.5"), Decimal("60001.5"))
    book = await account.reads.book(BTC, 3)
    assert book.best_bid == ("60000", "1")
    assert len(book.levels(Side.SELL, 10)) == 3
    prints = await account.reads.trades(BTC, 10)
    assert [str(each.price) for each in prints][:2] == ["60000.5", "60000"]
    assert prints[-1].price == ticker.last_price
    assert len(await account.reads.candles(BTC, Timeframe.M1, 5)) == 5
    with pytest.raises(ReadFailed):
        await account.reads.ticker("NOPEUSDT")


async def test_modes_are_frozen_by_a_position_and_free_without_one(account: Account) -> None:
    other = PositionMode.ONE_WAY if account.hedge else PositionMode.HEDGE
    assert isinstance(await account.actions.set_position_mode(other), Rejected)
    assert isinstance(await account.actions.close_position(BTC, account.hold), Accepted)
    await until(lambda: not account.exchange.venue.positions(BTC))
    assert isinstance(await account.actions.set_position_mode(other), Accepted)
    assert (await account.reads.settings(BTC)).position_mode is other


async def test_the_two_sides_of_isolated_hedge_mode_have_leverages_of_their_own(account: Account) -> None:
    actions, reads = account.actions, account.reads
    assert isinstance(await actions.set_margin_mode("ETHUSDT", MarginMode.ISOLATED), Accepted)
    if not account.hedge:
        assert isinstance(await actions.set_leverage("ETHUSDT", 5, None), Accepted)
        assert (await reads.settings("ETHUSDT")).isolated_long_leverage == 5
        return
    assert isinstance(await actions.set_leverage("ETHUSDT", 5, None), Rejected)
    for hold, leverage in ((HoldSide.LONG, 5), (HoldSide.SHORT, 7)):
        assert isinstance(await actions.set_leverage("ETHUSDT", leverage, hold), Accepted)
    settings = await reads.settings("ETHUSDT")
    assert (settings.leverage(HoldSide.LONG), settings.leverage(HoldSide.SHORT)) == (5, 7)


@pytest.mark.parametrize("how", ["skipped", "repeated"])
async def test_a_page_that_lost_a_row_or_tells_it_twice_changes_nothing(account: Account, how: str) -> None:
    """P31: each list is told wrong once, the orders and plans are all there and each counts once."""
    kinds = (PlanKind.TRIGGER, PlanKind.TRAILING, PlanKind.STOP_LOSS)
    plans = [plan_order(kind, _LONG, hedge=account.hedge, name=f"plan-{kind}") for kind in kinds]
    for request in (*plans, account.order("a", price="59000"), account.order("b", price="59001")):
        await account.place(request)
    every = await account.resting()
    fills = await account.reads.fills(None, 0)
    account.desk.server.faults.add(parse_fault({"name": "wrong_paging", "how": how, "count": 4}))
    seen = [await _or_failed(account.reads.open_orders()) for _ in range(3)]
    assert {len(orders) for orders in seen if orders is not None} == {len(every)}
    assert seen[-1] is not None
    account.desk.server.faults.add(parse_fault({"name": "wrong_paging", "how": how, "count": 1}))
    told = [await _or_failed(account.reads.fills(None, 0)) for _ in range(2)]
    assert {found for found in told if found is not None} == {fills}


async def _or_failed(read: Awaitable[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    try:
        return await read
    except ReadFailed:
        return None


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
