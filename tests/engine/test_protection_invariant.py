"""Invariant 11: whatever becomes of stops, a position without one is flagged within two seconds.

Replacing a stop never leaves a gap."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.domain.account import Position
from omega_tui.domain.orders import HoldSide, OrderRef, OrderState
from omega_tui.domain.protection import cover_of
from omega_tui.engine import engine
from omega_tui.engine.intents import Protect, Receipt
from omega_tui.engine.protection.cover import plans_of
from omega_tui.engine.protection.preview import Leg
from omega_tui.engine.protection.protector import Protector
from omega_tui.exchange.port import Accepted, Outcome, Rejected, Unknown
from tests.engine.fake_gateway import D, FakeGateway, position
from tests.engine.plan_desk import PlanDesk, plan_order
from tests.engine.rig import Rig, running

ANSWERS: dict[str, Outcome | None] = {
    "takes": None,
    "refuses": Rejected("45122", "stop price refused"),
    "is silent": Unknown("no answer"),
}

Step = tuple[str, str]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.sampled_from(sorted(ANSWERS))),
        st.tuples(st.just("protect"), st.sampled_from(("59000", "58500", "58000"))),
        st.tuples(st.just("half"), st.sampled_from(("57000", "56000"))),
        st.tuples(st.just("somebody cancels"), st.just("")),
        st.tuples(st.just("wait"), st.sampled_from(("0.5", "1.5", "3"))),
    ),
    min_size=3,
    max_size=12,
)


@dataclass
class Story:
    """Plays steps against an engine and notes what the invariant forbids."""

    rig: Rig
    desk: PlanDesk
    naked_since: float | None = None
    violations: list[str] = field(default_factory=list)

    async def play(self, steps: list[Step]) -> None:
        self.rig.gateway.on_cancel = self._cancel
        for verb, what in steps:
            match verb:
                case "answer":
                    self.desk.judge = lambda request, answer=ANSWERS[what]: answer  # type: ignore[misc]
                case "protect":
                    self.rig.engine.submit(Protect("BTCUSDT", HoldSide.LONG, D(what)))
                case "half":
                    self.rig.engine.submit(Protect("BTCUSDT", HoldSide.LONG, D(what), share=D("0.5")))
                case "somebody cancels":
                    for stop in self.rig.gateway.open_orders[:1]:
                        self.desk.end(stop, OrderState.CANCELED)
                case _:
                    for _ in range(round(float(what) / 0.5)):
                        await self.rig.advance(0.5)
                        self._check()
            await self.rig.settle()

    def _cancel(self, target: OrderRef) -> Outcome:
        """Stops end when they are cancelled; what is left must cover as much as before."""
        gone = [each for each in self.rig.gateway.open_orders if each.order_id == target.order_id]
        before = self._covered()
        for order in gone:
            self.desk.end(order, OrderState.CANCELED)
        if self._covered() < before:
            self.violations.append(f"{target.client_order_id} was cancelled before its successor rested")
        return Accepted(target.order_id, None)

    def _covered(self) -> object:
        return cover_of(position(), self.rig.gateway.open_orders).share

    def _check(self) -> None:
        now = self.rig.clock.monotonic()
        if self._covered() == 1:
            self.naked_since = None
            return
        self.naked_since = now if self.naked_since is None else self.naked_since
        if now - self.naked_since >= 2 and "NAKED" not in self.rig.views.status().alarm:
            self.violations.append("naked for two seconds, and no alarm")


async def violations(steps: list[Step], folder: Path) -> list[str]:
    gateway = FakeGateway(positions=(position(),))
    desk = PlanDesk(gateway)
    gateway.open_orders = (plan_order("first", "55000", size="0"),)
    async with running(folder, gateway) as rig:
        story = Story(rig, desk)
        await story.play(steps)
        return story.violations


@given(STEPS)
@settings(deadline=None, max_examples=15)
def test_no_position_is_without_a_stop_unnoticed(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(violations(steps, Path(folder))) == []


class CancelsFirst(Protector):
    """The mutant of FAULTS 4.1: cancel the old stop, then place the new one."""

    def _take_up(self, position: Position, intent: Protect, legs: list[Leg]) -> Receipt:
        self._orders.cancel_many(list(plans_of(self._state, position)))
        return super()._take_up(position, intent, [Leg(leg.plan, leg.size, None) for leg in legs])


async def test_the_mutant_that_cancels_first_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the test above has no teeth."""
    monkeypatch.setattr(engine, "Protector", CancelsFirst)
    found = await violations([("protect", "59000"), ("wait", "3")], tmp_path)
    assert "first was cancelled before its successor rested" in found


async def test_a_watch_that_never_looks_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omega_tui.engine.protection.watch.ProtectionWatch.look", lambda self: None)
    found = await violations([("somebody cancels", ""), ("wait", "3")], tmp_path)
    assert "naked for two seconds, and no alarm" in found
