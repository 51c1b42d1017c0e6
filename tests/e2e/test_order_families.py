"""Batches, amendments and cancels of every family on a simulated exchange: its own ledger is the judge."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from omega_tui.domain.orders import HoldSide, OrderState, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelScope,
    Flatten,
    PlaceBatch,
    PlaceOrder,
    PlanDraft,
    Protect,
    TicketDraft,
)
from omega_tui.engine.intents import OrderFamily as Family
from omega_tui.sim import facts
from tests.e2e.sim_rig import BTC, SimRig, simulated
from tests.exchange.fake import until

S = OrderState


@pytest.fixture(params=list(facts.PositionMode), ids=lambda mode: mode.value)
async def rig(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SimRig]:
    async with simulated(tmp_path, request.param) as ready:
        yield ready


def _batch(rig: SimRig, *drafts: TicketDraft) -> tuple[str, ...]:
    orders = tuple(PlaceOrder(draft, rig.views.preview(draft)) for draft in drafts)
    return rig.submit(PlaceBatch(orders)).keys


def _plans(rig: SimRig) -> set[PlanKind]:
    return {row.plan.kind for row in rig.views.orders().rows if row.plan is not None}


async def test_a_batch_of_which_a_leg_fails(rig: SimRig) -> None:
    rig.harm("batch_leg_fails", route="batch-place-order", legs=[1], code="40762", count=1)
    keys = _batch(rig, *(rig.draft(price=rig.price(f"0.9{step}")) for step in range(3, 6)))
    await rig.becomes(keys[0], S.WORKING)
    await rig.becomes(keys[1], S.REJECTED)
    await rig.becomes(keys[2], S.WORKING)
    assert {each.client_oid for each in rig.venue.pending()} == {keys[0], keys[2]}


async def test_a_lost_answer_to_a_batch_is_settled_leg_by_leg(rig: SimRig) -> None:
    rig.harm("lost_answer", route="batch-place-order", ends="close", count=1)
    keys = _batch(rig, rig.draft(), rig.draft(price=rig.price("0.96")))
    for key in keys:
        await rig.becomes(key, S.WORKING)
    assert len(rig.venue.pending()) == 2


async def _everything(rig: SimRig) -> str:
    """A position with stop and target, a resting entry and an opening trigger; the entry's key."""
    await rig.open_long("0.05")
    rig.submit(Protect(BTC, HoldSide.LONG, stop_loss=rig.price("0.95"), take_profit=rig.price("1.06")))
    entry = await rig.rest()
    await rig.rest(rig.market(Side.BUY, "0.01", plan=PlanDraft(PlanKind.TRIGGER, rig.price("0.94"))))
    await until(lambda: len(_plans(rig)) == 3, 15)
    await until(lambda: {row.state for row in rig.views.orders().rows} == {S.WORKING}, 15)
    return entry


async def test_each_family_goes_alone_and_the_stop_last(rig: SimRig) -> None:
    entry = await _everything(rig)
    rig.submit(CancelAll(CancelScope.SYMBOL))
    await rig.becomes(entry, S.CANCELED)
    assert len(_plans(rig)) == 3, "cancelling orders cancels no plan"
    rig.submit(CancelAll(CancelScope.SYMBOL, Family.TRIGGERS))
    await until(lambda: len(_plans(rig)) == 2, 15)
    assert PlanKind.POSITION_STOP_LOSS in _plans(rig)
    rig.submit(CancelAll(CancelScope.SYMBOL, Family.PROTECTION))
    await until(lambda: not rig.views.orders().rows, 15)


async def test_entries_go_and_protection_stays(rig: SimRig) -> None:
    await _everything(rig)
    rig.submit(CancelAll(CancelScope.ACCOUNT, Family.ENTRIES))
    await until(
        lambda: (
            _plans(rig) == {PlanKind.POSITION_STOP_LOSS, PlanKind.POSITION_TAKE_PROFIT}
            and len(rig.views.orders().rows) == 2
        ),
        15,
    )


async def test_a_flatten_leaves_nothing_that_could_open_or_close_again(rig: SimRig) -> None:
    await _everything(rig)
    rig.submit(Flatten(BTC))
    await rig.says("all closed")
    await until(lambda: not rig.venue.positions())
    await until(lambda: not rig.views.orders().rows, 15)
    assert not rig.venue.pending()


async def test_plans_are_amended_in_place(rig: SimRig) -> None:
    await _everything(rig)
    rows = {row.plan.kind: row for row in rig.views.orders().rows if row.plan is not None}
    stop, trigger = rows[PlanKind.POSITION_STOP_LOSS], rows[PlanKind.TRIGGER]
    rig.submit(AmendOrder(stop.key, trigger_price=rig.price("0.96")))
    rig.submit(AmendOrder(trigger.key, trigger_price=rig.price("0.93"), size=Decimal("0.02")))

    def is_amended() -> bool:
        now = {row.key: row for row in rig.views.orders().rows}
        moved, resized = now[stop.key], now[trigger.key]
        return (
            moved.plan is not None
            and stop.plan is not None
            and moved.plan.trigger_price > stop.plan.trigger_price
            and resized.size == Decimal("0.02")
        )

    await until(is_amended, 15)
    assert len(_plans(rig)) == 3


async def test_a_plain_order_is_amended_and_can_be_cancelled_afterwards(rig: SimRig) -> None:
    old = await rig.rest()
    [new] = rig.submit(AmendOrder(old, size=Decimal("0.02"), price=rig.price("0.96"))).keys
    await rig.becomes(new, S.WORKING)
    await rig.becomes(old, S.CANCELED)
    [resting] = rig.venue.pending()
    assert (resting.client_oid, resting.size) == (new, Decimal("0.02"))
    rig.submit(CancelOrder(new))
    await rig.becomes(new, S.CANCELED)
