"""Faults of an order's life that happen on the wire, made by the exchange itself: FAULTS.md, section 2.3.

What the engine believes is held against the exchange's own ledger, which no fault can bend.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import HoldSide, OrderState, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    ClosePosition,
    PlanDraft,
    Protect,
    Reverse,
)
from omega_tui.sim import facts
from tests.e2e.sim_rig import BTC, SimRig, simulated
from tests.exchange.fake import until

S = OrderState


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[SimRig]:
    async with simulated(tmp_path) as ready:
        yield ready


async def test_o01_no_answer_after_acceptance_is_settled_by_asking_and_nothing_is_sent_again(
    rig: SimRig,
) -> None:
    fault = rig.harm("lost_answer", route="place-order", ends="close", count=1)
    rig.harm("drop_frame", address="private", channel="orders", count=1)
    key = rig.place()
    await rig.becomes(key, S.UNKNOWN, S.WORKING)
    await rig.becomes(key, S.WORKING)
    assert len(rig.live(key)) == 1
    assert fault.seen == 1, "one request left, and no second one"
    await until(lambda: rig.evidence(key))
    [evidence] = rig.evidence(key)
    assert evidence.source in (EvidenceSource.OPEN_ORDERS, EvidenceSource.ORDER_DETAIL)


async def test_o02_a_fill_that_arrives_without_its_ack_proves_the_order(rig: SimRig) -> None:
    rig.harm("lost_answer", route="place-order", count=1)
    key = rig.place(rig.market(Side.BUY, "0.01"))
    order = await rig.becomes(key, S.FILLED)
    assert order.filled == Decimal("0.01")
    await until(lambda: [row.size for row in rig.views.positions().rows] == [Decimal("0.01")])


async def test_o04_a_duplicate_client_id_is_our_own_order_and_is_adopted(rig: SimRig) -> None:
    """The second copy of the request is refused as a duplicate: the first one lives."""
    rig.harm("repeated_request", route="place-order", count=1)
    key = rig.place()
    await rig.becomes(key, S.WORKING)
    assert len(rig.live(key)) == 1
    assert not rig.known(key).foreign


async def test_o05_a_duplicate_that_the_exchange_took_is_shown_beside_ours(rig: SimRig) -> None:
    """The network repeated the request and nobody refused the copy: one of the two orders was invisible."""
    rig.harm("dedupe_off")
    rig.harm("repeated_request", route="place-order", count=1)
    key = rig.place()
    await until(lambda: len(rig.live(key)) == 2)
    await until(lambda: len(rig.views.orders().rows) == 2)
    assert {row.foreign for row in rig.views.orders().rows} == {False, True}
    await rig.says("two orders under one id of ours")
    for row in rig.views.orders().rows:
        rig.submit(CancelOrder(row.key))
    await until(lambda: not rig.venue.pending())
    await until(lambda: not rig.views.orders().rows)


async def test_o11_a_cancel_that_is_acknowledged_and_ignored_is_asked_for_again(rig: SimRig) -> None:
    key = await rig.rest()
    ignored = rig.harm("cancel_ignored", count=1)
    rig.submit(CancelOrder(key))
    await until(lambda: ignored.fired == 1)
    await rig.says("still open after 1 cancel", 20)
    await rig.becomes(key, S.CANCELED)
    assert rig.live(key) == []


async def test_o12_a_cancel_without_an_answer_is_not_believed_and_others_go_on(rig: SimRig) -> None:
    hung, other = await rig.rest(), await rig.rest()
    rig.harm("lost_request", route="cancel-order", ends="close", count=1)
    rig.submit(CancelOrder(hung))
    rig.submit(CancelOrder(other))
    await until(lambda: len(rig.venue.pending()) == 1)
    await rig.becomes(hung, S.CANCELED, seconds=25)
    await rig.becomes(other, S.CANCELED)


async def test_o13_a_modify_that_leaves_nothing_is_told_in_words(tmp_path: Path) -> None:
    async with simulated(tmp_path, signature_window_seconds=2.0) as rig:
        old = await rig.rest()
        rig.harm("modify_leg_refused", count=1)
        [new] = rig.submit(AmendOrder(old, price=rig.price("0.96"))).keys
        await rig.says("old order gone, new one not seen yet")
        await rig.says("old order gone, new one refused", 25)
        assert rig.known(old).state is S.CANCELED
        assert rig.known(new).state.terminal
        assert rig.venue.pending() == []


async def test_o14_a_modify_that_leaves_both_counts_both_until_proof(rig: SimRig) -> None:
    old = await rig.rest()
    rig.harm("modify_overlap", ms=1500, count=1)
    [new] = rig.submit(AmendOrder(old, price=rig.price("0.96"))).keys
    await rig.becomes(new, S.WORKING)
    assert not rig.known(old).state.terminal
    assert {row.key for row in rig.views.orders().rows} == {old, new}
    await rig.becomes(old, S.CANCELED)
    await rig.says("took the place of the old order")
    assert rig.known(new).price == rig.price("0.96") or rig.live(new)
    assert not rig.known(new).foreign


async def test_o15_a_partly_filled_order_is_not_amended(rig: SimRig) -> None:
    key = await rig.rest()
    rig.harm("resting_fill", symbol=BTC, client_oid=key, size="0.004")
    await rig.becomes(key, S.PARTIALLY_FILLED)
    refused = rig.engine.submit(AmendOrder(key, price=rig.price("0.96")))
    assert (refused.taken, "0.004 of it filled already" in refused.text) == (False, True)
    assert len(rig.live(key)) == 1


async def test_o16_one_leg_changed_keeps_the_other_at_the_exchange(rig: SimRig) -> None:
    stop, target = rig.price("0.90"), rig.price("1.10")
    key = await rig.rest(rig.draft(stop_loss=stop, take_profit=target))
    moved = rig.price("1.12")
    rig.submit(AmendOrder(key, take_profit=moved))
    await until(lambda: rig.live(key)[0].presets.take_profit == moved)
    assert rig.live(key)[0].presets.stop_loss == stop
    await until(lambda: rig.known(key).take_profit == moved)
    assert rig.known(key).stop_loss == stop


async def test_o22_a_plan_that_triggers_while_it_is_cancelled_leads_to_its_child(rig: SimRig) -> None:
    plan = PlanDraft(PlanKind.TRIGGER, rig.price("0.95"))
    key = await rig.rest(rig.market(Side.BUY, "0.01", plan=plan))
    rig.harm("trigger_before_cancel", count=1)
    rig.submit(CancelOrder(key))
    await rig.becomes(key, S.TRIGGERED, seconds=25)
    await until(lambda: rig.known(key).child_order_id is not None, 15)
    await until(lambda: [row.size for row in rig.views.positions().rows] == [Decimal("0.01")])
    [fill] = rig.venue.fills()
    assert fill.order_id == rig.known(key).child_order_id
    assert not [row for row in rig.views.orders().rows if row.foreign]
    await rig.says("triggered: trigger of BTCUSDT")


async def test_o23_an_over_size_reduce_only_order_without_an_id_is_found_by_ours(rig: SimRig) -> None:
    """The exchange cancels older reduce-only orders to make room and answers without an order id."""
    await rig.open_long("0.02")
    close = {"side": Side.SELL, "closes": True, "price": rig.price("1.05")}
    older = await rig.rest(rig.draft(size=Decimal("0.02"), **close))
    newer = rig.place(rig.draft(size=Decimal("0.02"), **{**close, "price": rig.price("1.04")}))
    order = await rig.becomes(newer, S.WORKING)
    assert order.order_id is not None
    await rig.becomes(older, S.CANCELED)
    assert [each.client_oid for each in rig.venue.pending()] == [newer]


async def test_o24_a_market_close_beside_a_resting_close_says_what_is_left(tmp_path: Path) -> None:
    async with simulated(tmp_path, facts.PositionMode.HEDGE) as rig:
        await rig.open_long("0.05")
        resting = rig.draft(side=Side.SELL, size=Decimal("0.03"), price=rig.price("1.05"), closes=True)
        await rig.rest(resting)
        rig.submit(ClosePosition(BTC, HoldSide.LONG))
        await until(lambda: "closed" in rig.log_text().rpartition("sending")[2], 20)
        left = sum(each.size for each in rig.venue.positions())
        flat = "closed: long BTCUSDT" in rig.log_text()
        assert flat is (left == 0), f"{left} is left and the log says:\n{rig.log_text()}"


async def test_o34_an_order_that_the_exchange_cancels_ends_with_the_reason_in_words(rig: SimRig) -> None:
    rig.harm("system_cancel", reason="stp_cancel", count=1)
    key = rig.place()
    order = await rig.becomes(key, S.CANCELED)
    assert order.reason, "why, in words"
    assert order.reason in rig.log_text()


async def test_o35_a_failure_inside_a_successful_batch_cancel_leaves_that_order_alone(rig: SimRig) -> None:
    keys = [await rig.rest(), await rig.rest(), await rig.rest()]
    rig.harm("batch_leg_fails", route="batch-cancel-orders", legs=[1], count=1)
    rig.submit(CancelAll(CancelScope.BUYS))
    await until(lambda: len(rig.venue.pending()) == 1)
    [stayed] = rig.venue.pending()
    assert stayed.client_oid in keys
    assert not rig.known(stayed.client_oid).state.terminal
    for key in keys:
        if key != stayed.client_oid:
            await rig.becomes(key, S.CANCELED)


async def test_o36_a_query_that_does_not_find_a_young_order_ends_nothing(rig: SimRig) -> None:
    rig.harm("late_visibility", ms=3000)
    rig.harm("lost_answer", route="place-order", ends="close", count=1)
    rig.harm("drop_frame", address="private", channel="orders", count=1)
    key = rig.place()
    await rig.becomes(key, S.UNKNOWN)
    order = await rig.becomes(key, S.WORKING, seconds=25)
    assert not order.state.terminal
    await until(lambda: [each.before for each in rig.evidence(key)] == [S.UNKNOWN])


async def test_a_reversal_turns_the_position_at_the_exchange(tmp_path: Path) -> None:
    for mode in facts.PositionMode:
        async with simulated(tmp_path / mode.value, mode) as rig:
            await rig.open_long("0.02")
            [key] = rig.submit(Reverse(BTC, HoldSide.LONG)).keys
            await rig.becomes(key, S.FILLED)
            await until(lambda: [row.hold_side for row in rig.views.positions().rows] == [HoldSide.SHORT])
            assert [str(each.size) for each in rig.venue.positions()] == ["0.02"]
            assert rig.views.status().posture == "NORMAL"


async def test_a_close_of_half_leaves_half_and_its_stop(rig: SimRig) -> None:
    await rig.open_long("0.05")
    rig.submit(Protect(BTC, HoldSide.LONG, stop_loss=rig.price("0.95")))
    await until(lambda: any(row.plan for row in rig.views.orders().rows))
    rig.submit(ClosePosition(BTC, HoldSide.LONG, Decimal("0.5")))
    await rig.says("0.025 is left")
    assert [str(each.size) for each in rig.venue.positions()] == ["0.025"]
    assert any(row.plan for row in rig.views.orders().rows)
