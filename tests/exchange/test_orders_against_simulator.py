"""Orders, batches and reads through the real client on the simulated exchange, in both position modes."""

import decimal
from collections.abc import AsyncIterator, Awaitable
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.domain.account import BillKind
from omega_tui.domain.closed import Check, Origin
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderChange,
    OrderRef,
    OrderState,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.port import Accepted, ReadFailed, Rejected, Unknown
from omega_tui.history.ledger import close_positions
from omega_tui.history.matching import reconcile
from omega_tui.sim import facts
from omega_tui.sim.faults.plan import parse_fault
from tests.exchange.fake import until
from tests.exchange.plan_orders import plan_order
from tests.exchange.scripted_account import Account, opened
from tests.sim.protocol.scripted import BTC

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_LONG = HoldSide.LONG


@pytest.fixture(params=list(facts.PositionMode), ids=lambda mode: mode.value)
async def account(request: pytest.FixtureRequest) -> AsyncIterator[Account]:
    async with opened(request.param) as account:
        yield account


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
    requests = [account.order(name, price="59000") for name in ("l-1", "l-2")]
    outcomes = await account.actions.place_batch(requests)
    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
    for request in requests:
        order = await account.known(OrderRef(BTC, None, request.client_order_id))
        assert order.state is OrderState.WORKING


async def test_a_position_is_turned(account: Account) -> None:
    request = account.order("turn", "0.05", side=Side.SELL)
    assert isinstance(await account.actions.reverse(request), Accepted)
    (position,) = await account.reads.positions()
    assert (position.hold_side, position.size) == (HoldSide.SHORT, Decimal("0.05"))
    assert isinstance(await account.actions.reverse(request), Rejected | Unknown)


async def test_a_closed_position_is_told_as_its_fills_make_it(account: Account) -> None:
    """The history that is built here and the one that the exchange keeps name the same money."""
    (held,) = await account.reads.positions()
    await account.actions.close_position(BTC, held.hold_side)
    built, _ = close_positions(await account.reads.fills(None, 0))
    found = reconcile(built, await account.reads.closed_positions(0))
    assert [each.origin for each in found] == [Origin.FILLS]
    assert [each.check for each in found] == [Check.AGREES], found[0].difference
    assert found[0].fees


async def test_talking_to_the_exchange_leaves_the_arithmetic_as_it_was(account: Account) -> None:
    """Bug: ccxt's number formatting changes the rounding of the whole thread; money then rounds otherwise."""
    before = str(decimal.getcontext())
    ref = await account.place(account.order("one", price="59000"))
    await account.actions.amend(OrderChange(ref, "two", Decimal("0.02"), Decimal(58_900)))
    await account.actions.cancel(OrderRef(BTC, None, "two"))
    await account.reads.open_orders()
    assert str(decimal.getcontext()) == before


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
