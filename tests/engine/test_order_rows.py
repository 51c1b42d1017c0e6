"""What the list of orders says about where an order came from and what is under way with it."""

from dataclasses import replace
from pathlib import Path

from omega_tui.domain.events import OrderReported
from omega_tui.domain.orders import OrderState, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.intents import AmendOrder, CancelOrder
from tests.engine.fake_gateway import D, FakeGateway, order
from tests.engine.rig import running

S = OrderState


async def test_the_order_of_a_fired_stop_says_so_and_is_nobody_elses(tmp_path: Path) -> None:
    stop = replace(
        order("stop", side=Side.SELL, order_id="77", reduce_only=True),
        plan=Plan(PlanKind.STOP_LOSS, D("58000"), TriggerBy.MARK),
    )
    async with running(tmp_path) as rig:
        draft = rig.draft()
        key = rig.place(draft).keys[0]
        await rig.until(lambda: rig.gateway.placed)
        ours = replace(stop, client_order_id=key, order_id="9001")
        rig.gateway.emit(
            OrderReported(order("made-there", side=Side.SELL, order_id="78")),
            OrderReported(replace(ours, state=S.TRIGGERED, child_order_id="78")),
        )
        [row] = rig.views.orders().rows
        assert (row.foreign, row.evidence) == (False, "fired by the stop loss at 58000")


async def test_a_cancel_says_how_often_it_was_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(open_orders=(order("web"),))) as rig:
        await rig.until(lambda: rig.views.orders().rows)
        rig.engine.submit(CancelOrder("web"))
        await rig.until(lambda: rig.views.orders().rows[0].evidence == "cancel asked for, not proven")
        await rig.until_advancing(
            lambda: rig.views.orders().rows[0].evidence == "cancel asked for 2 times, not proven", 1
        )


async def test_an_order_on_its_way_out_by_an_amendment_is_told_from_a_cancelled_one(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(open_orders=(order("web"),))) as rig:
        await rig.until(lambda: rig.views.orders().rows)
        rig.engine.submit(AmendOrder("web", price=D("59100")))
        await rig.until(
            lambda: (
                {row.evidence for row in rig.views.orders().rows}
                == {"", "another order takes its place, not proven"}
            )
        )
