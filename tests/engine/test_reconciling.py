"""Venue truth against ours: converges in one pass, says nothing twice, never undoes newer news."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from omega_tui.domain.account import Position
from omega_tui.domain.events import (
    FillReported,
    Health,
    HealthChanged,
    OrderReported,
    PositionsReported,
    Surface,
)
from omega_tui.domain.orders import HoldSide, Order, OrderRef, OrderState, PositionMode
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.account.reconcile import Ours, VenueTruth, diff, questions
from omega_tui.engine.intents import PlaceOrder
from omega_tui.engine.orders.ledger import OrderLedger
from omega_tui.engine.views import Posture
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, balance, fill, order, position, settings
from tests.engine.requests import request
from tests.engine.rig import running


def test_a_second_comparison_finds_nothing() -> None:
    truth = VenueTruth((order("a"), order("b", order_id="2")), (position(),), balance(), (settings(),))
    ledger = OrderLedger()
    events = list(diff(truth, Ours(ledger, (), None, {})))
    assert len(events) == 5
    for event in events:
        if isinstance(event, OrderReported):
            ledger.report(event.order)
    again = Ours(ledger, truth.positions or (), truth.balance, {"BTCUSDT": settings()})
    assert list(diff(truth, again)) == []


def test_only_orders_that_the_open_list_does_not_explain_are_asked_for() -> None:
    ledger = OrderLedger()
    listed, gone, fresh = ledger.open(request("listed"), 0.0), ledger.open(request("gone"), 0.0), None
    for tracked in (listed, gone):
        ledger.conclude(tracked, OrderState.ACK)
    fresh = ledger.open(request("fresh"), 99.9)
    ledger.conclude(fresh, OrderState.SENT)
    done = ledger.open(request("done"), 0.0)
    ledger.conclude(done, OrderState.REJECTED)
    assert [each.key for each in questions((order("listed"),), ledger, 100.0)] == ["gone"]


async def test_o40_orders_and_positions_from_before_are_adopted_and_labelled_before_any_risk(
    tmp_path: Path,
) -> None:
    gateway = FakeGateway(
        open_orders=(order("someone-else"), replace(order("", order_id="77"))), positions=(position(),)
    )
    async with running(tmp_path, gateway, live=False) as rig:
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        gateway.go_live()
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)
        assert {row.key: row.foreign for row in rig.views.orders().rows} == {"someone-else": True, "77": True}
        assert [row.size for row in rig.views.positions().rows] == [D("0.5")]
        assert "long 0.5 BTCUSDT; 2 open orders, 2 of them from elsewhere" in rig.log_text()


async def test_risk_stays_shut_until_the_account_was_read(tmp_path: Path) -> None:
    gateway = FakeGateway(reads_fail=True)
    async with running(tmp_path, gateway, live=False) as rig:
        gateway.go_live()
        await rig.settle()
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        gateway.reads_fail = False
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 1)


async def test_a_reconnect_of_the_account_stream_is_followed_by_a_comparison(tmp_path: Path) -> None:
    """Fills and cancels that happened while the stream was down must not be missed."""
    async with running(tmp_path) as rig:
        rig.place()
        await rig.until(lambda: rig.gateway.placed and rig.views.orders().rows)
        sent = rig.gateway.placed[0].client_order_id
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.DOWN, "reset by peer"))
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        rig.gateway.fills = (fill("5", "0.01", client_order_id=sent, profit="3"),)
        rig.gateway.positions = (position("0.01"),)
        rig.gateway.on_fetch_order = lambda client_order_id: order(
            client_order_id, OrderState.FILLED, filled="0.01"
        )
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.LIVE, ""))
        assert rig.views.status().posture is Posture.REDUCE_ONLY, "not before the comparison is done"
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)
        assert rig.views.orders().rows == ()
        assert rig.views.account().realized_session == D(3)
        assert [row.size for row in rig.views.positions().rows] == [D("0.01")]


async def test_a_reconnect_during_a_comparison_needs_another_one(tmp_path: Path) -> None:
    """A pass that began before the stream was lost has not seen what happened while it was down."""
    gates = [asyncio.Event(), asyncio.Event()]

    class Slow(FakeReads):
        async def open_orders(self) -> tuple[Order, ...]:
            await gates[min(self.gateway.asked.count("open_orders"), 1)].wait()
            return await super().open_orders()

    gateway = FakeGateway(reads_type=Slow)
    async with running(tmp_path, gateway, live=False) as rig:
        gateway.go_live()
        await rig.settle()
        gateway.emit(HealthChanged(Surface.PRIVATE, Health.DOWN, "reset"))
        gateway.emit(HealthChanged(Surface.PRIVATE, Health.LIVE, ""))
        gates[0].set()
        await rig.settle()
        assert gateway.asked.count("open_orders") == 1
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        gates[1].set()
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)


async def test_an_older_answer_does_not_undo_newer_news(tmp_path: Path) -> None:
    """The stream says flat while a query that began earlier still says long."""

    class Racing(FakeReads):
        racing = False

        async def positions(self) -> tuple[Position, ...]:
            if self.racing:
                self.gateway.emit(PositionsReported((), 2))
            return await super().positions()

    gateway = FakeGateway(positions=(position(),), reads_type=Racing)
    async with running(tmp_path, gateway) as rig:
        assert rig.views.positions().rows
        Racing.racing = True
        for seconds in (5, 31):
            await rig.advance(seconds)
            assert rig.views.positions().rows == ()


async def test_a_list_that_lags_behind_the_stream_does_not_bring_a_closed_position_back(
    tmp_path: Path,
) -> None:
    """Bitget's lists show what happened up to seconds later; the push before the question is newer."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        await rig.advance(5)
        rig.gateway.emit(PositionsReported((), 9))
        for _ in range(4):
            rig.gateway.emit(FillReported(fill("1", order_id="web", at=rig.clock.wall_ms())))
            rig.gateway.emit(HealthChanged(Surface.ACTIONS, Health.LIVE, ""))
            rig.engine._look_again()
            await rig.advance(0.7)
            assert rig.views.positions().rows == ()
        rig.gateway.positions = (position("0.2"),)
        await rig.advance(5)
        assert [row.size for row in rig.views.positions().rows] == [D("0.2")], "what lasts is the truth"


async def test_fills_of_stream_and_query_count_once_and_the_past_not_at_all(tmp_path: Path) -> None:
    """Session sums are folds over distinct executions since the session began."""
    gateway = FakeGateway(fills=(fill("old", profit="100", fee="-9"),))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: rig.views.fills(9).rows)
        assert (rig.views.account().realized_session, rig.views.account().fees_session) == (D(0), D(0))
        live = fill("new", profit="7", fee="-1", order_id="55", at=rig.clock.wall_ms())
        gateway.emit(FillReported(live), FillReported(live))
        gateway.fills = (*gateway.fills, live, fill("missed", profit="1", fee="-1", at=rig.clock.wall_ms()))
        await rig.until_advancing(lambda: len(rig.views.fills(9).rows) == 3, 31)
        await rig.advance(31)
        account = rig.views.account()
        assert (account.realized_session, account.fees_session) == (D(8), D(-2))
    async with running(tmp_path, gateway) as rig:
        assert len(rig.views.fills(9).rows) == 3
        assert rig.views.account().realized_session == D(0), "another session begins at zero"


async def test_fills_are_written_down_once(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        for _ in range(3):
            rig.gateway.emit(FillReported(fill("1")))
        await rig.settle()
        rows = await asyncio.wrap_future(rig.journal.read("fill"))
        assert len(rows) == 1
    async with running(tmp_path, FakeGateway(fills=(fill("1"),))) as rig:
        await rig.advance(31)
        rows = await asyncio.wrap_future(rig.journal.read("fill"))
        assert len(rows) == 1


async def test_an_order_that_the_exchange_forgot_is_closed_not_kept_for_ever(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(OrderReported(order("ghost")))
        await rig.until_advancing(lambda: rig.views.orders().rows == (), 31)
        assert "no longer knows it" in rig.log_text()


async def test_settings_changed_elsewhere_are_noticed(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        assert rig.views.status().position_mode is PositionMode.ONE_WAY
        rig.gateway.mode = PositionMode.HEDGE
        await rig.until_advancing(lambda: rig.views.status().position_mode is PositionMode.HEDGE, 31)


async def test_positions_of_other_markets_are_revalued_by_the_poll(tmp_path: Path) -> None:
    eth = position("2", HoldSide.SHORT, "3000", symbol="ETHUSDT")
    async with running(tmp_path, FakeGateway(positions=(eth,))) as rig:
        rig.gateway.positions = (replace(eth, mark_price=D("2900")),)
        await rig.advance(5)
        [row] = rig.views.positions().rows
        assert (row.mark_price, row.unrealized) == (D(2900), D(200))


def _plan(state: OrderState = OrderState.WORKING, **changes: Any) -> Order:
    plan = Plan(PlanKind.TRIGGER, D(58000), TriggerBy.MARK)
    return replace(order("plan1", state, order_id="70"), plan=plan, **changes)


async def test_a_plan_that_left_the_list_is_asked_for_in_its_history_and_leads_to_its_child(
    tmp_path: Path,
) -> None:
    """The stream was down when the plan fired: the order it gave birth to must not be a stranger."""

    class ById(FakeReads):
        async def order(self, ref: OrderRef) -> Order | None:
            await super().order(ref)
            return (
                order("of-the-exchange", OrderState.WORKING, order_id="71") if ref.order_id == "71" else None
            )

    gateway = FakeGateway(open_orders=(_plan(),), reads_type=ById)
    async with running(tmp_path, gateway) as rig:
        gateway.open_orders = (order("of-the-exchange", order_id="71"),)
        gateway.on_past_order = lambda client_order_id: _plan(OrderState.TRIGGERED, child_order_id="71")
        await rig.advance(31)
        assert "triggered: trigger of BTCUSDT at 58000" in rig.log_text()
        assert [row.key for row in rig.views.orders().rows] == ["of-the-exchange"]
        child = rig.engine._state.ledger.get("of-the-exchange")
        assert child is not None
        assert child.parent == "plan1"
        assert rig.views.status().alarm == ""


async def test_a_plan_that_failed_while_nobody_looked_raises_the_alarm(tmp_path: Path) -> None:
    """A stop that fired into a refusal protects nothing."""
    async with running(tmp_path, FakeGateway(open_orders=(_plan(),))) as rig:
        refused = "triggered, and the exchange refused its order"
        rig.gateway.open_orders = ()
        rig.gateway.on_past_order = lambda client_order_id: _plan(OrderState.CANCELED, reason=refused)
        await rig.advance(31)
        assert rig.views.status().alarm == f"PLAN FAILED: trigger of BTCUSDT at 58000: {refused}"
        assert rig.views.orders().rows == ()


async def test_a_plan_that_was_cancelled_elsewhere_is_no_alarm(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(open_orders=(_plan(),))) as rig:
        rig.gateway.open_orders = ()
        rig.gateway.on_past_order = lambda client_order_id: _plan(OrderState.CANCELED)
        await rig.advance(31)
        assert (rig.views.status().alarm, rig.views.orders().rows) == ("", ())


async def test_a_plan_that_is_known_nowhere_raises_the_alarm_once_it_is_given_up(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(open_orders=(_plan(),))) as rig:
        rig.gateway.open_orders = ()
        await rig.until_advancing(lambda: rig.views.orders().rows == (), 31)
        assert "no longer knows it" in rig.views.status().alarm


async def test_o39_two_tickets_do_not_spend_the_same_balance(tmp_path: Path) -> None:
    """Sent in one tick: the first has no answer yet, and counts."""
    gateway = FakeGateway(balance=balance("100"), hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        first, second = rig.draft(), rig.draft()
        shown = rig.views.preview(first), rig.views.preview(second)
        assert [each.problems for each in shown] == [(), ()]
        assert rig.engine.submit(PlaceOrder(first, shown[0])).taken
        refused = rig.engine.submit(PlaceOrder(second, shown[1]))
        assert (refused.taken, "for margin and fee" in refused.text) == (False, True)


async def test_more_open_questions_than_one_pass_asks_are_all_asked_in_turn(tmp_path: Path) -> None:
    """The first ones without an answer must not keep the later ones waiting for ever."""
    many = tuple(order(f"web{number}", order_id=str(number)) for number in range(70))
    async with running(tmp_path, FakeGateway(open_orders=many)) as rig:
        rig.gateway.open_orders = ()
        await rig.advance(31)
        await rig.advance(31)
        assert {f"order {each.client_order_id}" for each in many} <= set(rig.gateway.asked)
