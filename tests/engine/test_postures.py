"""HALT and the way back: no new risk, of the account or of one symbol, and what is left of it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omega_tui.domain.events import FillReported, OrderReported
from omega_tui.domain.orders import Fill, Forced, HoldSide, Order, OrderState, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.intents import AcknowledgeAlarms, ArmLive, Flatten, Halt, Resume, Reverse, SetLeverage
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown
from omega_tui.journal import read_body
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, fill, order, position
from tests.engine.plan_desk import plan_order
from tests.engine.rig import running


async def test_a_halted_symbol_takes_no_new_risk_and_still_closes(tmp_path: Path) -> None:
    """A symbol whose figures are doubtful must not grow, and must not be a trap."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        state = rig.engine._state
        assert state.halt_symbol("BTCUSDT", "its position mode changed; resume when you have seen it")
        assert not state.halt_symbol("BTCUSDT", "its position mode changed; resume when you have seen it")
        assert "HALT: BTCUSDT: its position mode changed" in rig.place().text
        status = rig.views.status()
        assert (status.posture, status.halted, status.halted_symbols) == ("HALT", False, ("BTCUSDT",))
        assert rig.place(rig.draft(side=Side.SELL, closes=True)).taken
        assert rig.engine.submit(Resume()).taken
        assert rig.views.status().posture == "NORMAL"
        assert rig.place().taken


def entry(key: str, **changes: Any) -> Order:
    return order(key, order_id=f"e-{key}", **changes)


async def test_halt_cancels_what_could_add_and_keeps_stops(tmp_path: Path) -> None:
    trigger = replace(entry("trigger"), plan=Plan(PlanKind.TRIGGER, D("65000"), TriggerBy.MARK))
    gateway = FakeGateway(
        positions=(position(),),
        open_orders=(
            entry("plain"),
            trigger,
            entry("exit", reduce_only=True, side=Side.SELL),
            plan_order("stop", "59000"),
        ),
    )
    async with running(tmp_path, gateway) as rig:
        receipt = rig.engine.submit(Halt())
        assert receipt.text == "HALT: no new risk; cancelling 2 entries; stops and closes stay"
        await rig.until(lambda: len(gateway.canceled) == 2)
        assert {each.client_order_id for each in gateway.canceled} == {"plain", "trigger"}
        assert rig.engine.submit(Halt()).text.startswith("HALT stays: no new risk; cancelling 0 entries")
        reason = rig.views.status().posture_reason
        assert "still to go: buy 0.01 BTCUSDT at 59000 (pending cancel)" in reason
        for gone in ("plain", "trigger"):
            gateway.emit(OrderReported(replace(entry(gone), state=OrderState.CANCELED)))
        assert rig.views.status().posture_reason == "halted here: no new risk until resume"


async def test_an_entry_on_its_way_when_halt_comes_is_cancelled_once_it_lives(
    tmp_path: Path,
) -> None:
    gateway = FakeGateway(on_place=lambda request: Unknown("no answer"), hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        assert rig.place().taken
        await rig.until(lambda: gateway.placed)
        rig.engine.submit(Halt())
        assert gateway.hold_place is not None
        gateway.hold_place.set()
        await rig.until(lambda: gateway.canceled)
        live = entry(gateway.placed[0].client_order_id)
        gateway.open_orders = (live,)
        gateway.emit(OrderReported(live))
        await rig.advance(6)
        await rig.until(lambda: len(gateway.canceled) >= 2)
        assert {each.client_order_id for each in gateway.canceled} == {live.client_order_id}


async def test_an_entry_that_waits_for_its_turn_when_halt_comes_does_not_leave(tmp_path: Path) -> None:
    """The limits may hold an order back for a second: HALT within that second must reach it."""
    gateway = FakeGateway(crowded=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        [key] = rig.place().keys
        await rig.settle()
        rig.engine.submit(Halt())
        assert gateway.crowded is not None
        gateway.crowded.set()
        await rig.until(lambda: "before it left" in rig.log_text())
        assert gateway.placed == []
        ended = rig.engine.order(key)
        assert ended is not None
        assert ended.state is OrderState.NOT_SENT


async def test_an_entry_that_appears_during_halt_is_cancelled(tmp_path: Path) -> None:
    """From another client, or from a plan that fired: HALT means no new risk on the account."""
    async with running(tmp_path) as rig:
        rig.engine.submit(Halt())
        rig.gateway.emit(OrderReported(entry("elsewhere")))
        await rig.advance(1)
        await rig.until(lambda: rig.gateway.canceled)
        assert rig.gateway.canceled[0].client_order_id == "elsewhere"


@pytest.mark.parametrize(
    "outcome", [Rejected("429", "too many requests"), Unknown("no answer"), NotSent("limited")]
)
async def test_o37_after_halt_no_opening_request_leaves_and_cancels_go_on(
    tmp_path: Path, outcome: Outcome
) -> None:
    """FAULTS O37, invariant 13: a storm of 429 and timeouts; what is left is named until it is gone."""
    open_orders = tuple(entry(f"e{index}") for index in range(5))
    gateway = FakeGateway(open_orders=open_orders, positions=(position(),), on_cancel=lambda target: outcome)
    async with running(tmp_path, gateway) as rig:
        rig.place()
        rig.engine.submit(Halt())
        for index in range(12):
            assert not rig.place().taken
            if index == 6:
                gateway.on_cancel = lambda target: Accepted(target.order_id, None)
            await rig.advance(1)
        assert [each for each in gateway.placed if not each.reduce_only] == []
        assert len(gateway.canceled) <= 5 * 8, "cancels must not become a storm of their own"
        assert "and 2 more" in rig.views.status().posture_reason
        gateway.open_orders = ()
        for each in open_orders:
            gateway.emit(OrderReported(replace(each, state=OrderState.CANCELED)))
        assert "still to go" not in rig.views.status().posture_reason
        assert rig.engine.submit(Flatten("BTCUSDT")).taken
        await rig.until(lambda: gateway.placed)
        assert all(each.reduce_only for each in gateway.placed)


async def test_a_cockpit_that_ended_halted_comes_back_halted(tmp_path: Path) -> None:
    """A crash must not be the way out of HALT."""
    async with running(tmp_path) as rig:
        rig.engine.submit(Halt())
        await rig.settle()
    async with running(tmp_path, live=False) as rig:
        rig.gateway.go_live()
        await rig.settle()
        assert rig.views.status().posture == "HALT"
        assert "halted by an earlier run" in rig.log_text()
        assert rig.engine.submit(Resume()).taken
        await rig.settle()
    async with running(tmp_path) as rig:
        assert rig.views.status().posture == "NORMAL"


async def test_live_takes_no_new_risk_before_its_phrase_and_closes_all_the_same(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(),))
    async with running(tmp_path, gateway, live=False, live_phrase="trade live 1a2b") as rig:
        gateway.go_live()
        await rig.until(rig.views.symbols)
        await rig.settle()
        status = rig.views.status()
        assert (status.posture, status.live_phrase) == ("REDUCE-ONLY", "trade live 1a2b")
        assert "type “trade live 1a2b”" in status.posture_reason
        assert "LIVE is locked" in rig.place().text
        assert "LIVE is locked" in rig.engine.submit(Reverse("BTCUSDT", HoldSide.LONG)).text
        assert "LIVE is locked" in rig.engine.submit(SetLeverage("BTCUSDT", 50)).text
        assert rig.place(rig.draft(side=Side.SELL, closes=True)).taken
        assert not rig.engine.submit(ArmLive("trade live")).taken
        assert rig.engine.submit(ArmLive(" Trade  live 1A2B ")).taken
        assert rig.place().taken
        assert not rig.engine.submit(ArmLive("trade live 1a2b")).taken


async def test_o25_a_liquidation_is_a_banner_until_it_is_seen(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        asked = rig.gateway.asked.count("open_orders")
        for part in ("a", "b"):
            taken = fill(part, "0.25", price="54000", order_id="sys", side=Side.SELL, at=EXCHANGE_MS + 9)
            rig.gateway.emit(FillReported(replace(taken, forced=Forced.LIQUIDATION)))
        alarm = rig.views.status().alarm
        assert alarm.startswith("LIQUIDATED: the exchange closed LONG 0.5 BTCUSDT at 54000")
        assert rig.views.status().alarm_waits
        await rig.until(lambda: rig.gateway.asked.count("open_orders") > asked, "the orders to be read again")
        assert rig.engine.submit(AcknowledgeAlarms()).taken
        assert "LIQUIDATED" not in rig.views.status().alarm
        [row, _] = await asyncio.wrap_future(rig.journal.read("fill"))
        assert read_body(row, Fill).forced is Forced.LIQUIDATION


async def test_o26_deleveraging_is_told_apart_from_a_liquidation(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        taken = fill("a", "0.5", price="66000", order_id="sys", side=Side.BUY, at=EXCHANGE_MS + 9)
        rig.gateway.emit(FillReported(replace(taken, forced=Forced.DELEVERAGING)))
        assert rig.views.status().alarm == (
            "DELEVERAGED (ADL): another trader's liquidation took SHORT 0.5 BTCUSDT at 66000"
        )
