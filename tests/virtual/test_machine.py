"""Whatever trader and fate do in whatever order, the cockpit is never wrong about the account.

A Hypothesis machine drives a whole world (engine, gateway, exchange, journal) by the verbs of a trader and of
a nemesis. What must hold at every step is looked at after each rule, and by the referee in between; what must
hold in the end when everything has settled, in a later life, and for who wants out.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from omega_tui.domain.orders import Side, TimeInForce
from omega_tui.domain.plans import TriggerBy
from omega_tui.engine.intents import CancelScope, OrderFamily
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import MarginMode, PositionMode
from omega_tui.sim.venue.venue import VenueSettings
from tests.support.virtual_time import virtual_runner
from tests.virtual.finale import end
from tests.virtual.network import Fate
from tests.virtual.referee import Referee
from tests.virtual.verbs import Trouble, Verbs
from tests.virtual.world import World

_Result = TypeVar("_Result")

SIDES = st.sampled_from(Side)
LOTS = st.integers(1, 6)
SIZES = st.sampled_from((1, 2, 6, 60, 120))
BEHIND = st.sampled_from((None, None, -20, -3, 3, 40, 200))
FORCES = st.sampled_from((TimeInForce.GTC, TimeInForce.POST_ONLY, TimeInForce.IOC, TimeInForce.FOK))
NUMBERS = st.integers(0, 5)
PAUSES = st.sampled_from((0.0, 0.002, 0.02, 0.2, 1.0, 1.0, 5.0))
SHARES = st.sampled_from((Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(1)))
STOPS = st.sampled_from((None, 5, 30, 300))
PROFILES = st.sampled_from(("", "strategic", "aggressive"))


class Cockpit(RuleBasedStateMachine):
    """One account and its cockpits; a rule is one act, and the virtual time after it."""

    world: World | None = None
    failed = False

    @initialize(
        seed=st.integers(0, 999),
        position_mode=st.sampled_from(PositionMode),
        margin_mode=st.sampled_from(MarginMode),
        profile=PROFILES,
        dedupes=st.booleans(),
        whole=st.booleans(),
    )
    def begin(
        self,
        seed: int,
        position_mode: PositionMode,
        margin_mode: MarginMode,
        profile: str,
        dedupes: bool,
        whole: bool,
    ) -> None:
        self.runner = virtual_runner(seed)
        choices = Choices(presets_guard_whole_position=whole)
        venue = VenueSettings(position_mode, default_margin_mode=margin_mode, choices=choices)
        self.run(self._begin(seed, venue, profile, dedupes))

    async def _begin(self, seed: int, venue: VenueSettings, profile: str, dedupes: bool) -> None:
        self.world = world = World(
            seed, venue=venue, profile=profile, reconcile_seconds=10.0, balance_step=Decimal(0)
        )
        world.exchange.sim.venue.quirks.dedupes_client_oids = dedupes
        self.referee = Referee(world)
        self.verbs = Verbs(world, self.referee)
        await world.__aenter__()
        await self.referee.__aenter__()
        await world.until_normal()

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a piece of the one virtual time."""
        try:
            return self.runner.run(work)
        except BaseException:
            self.failed = True
            raise

    def act(self, verb: Callable[..., object], *given: object, pause: float, **more: object) -> None:
        """Do something, then let time pass."""

        async def work() -> None:
            verb(*given, **more)
            await asyncio.sleep(pause)

        self.run(work())

    @property
    def alive(self) -> bool:
        """Whether a cockpit runs."""
        return self.world is not None and self.world.alive

    @precondition(lambda self: self.alive)
    @rule(
        side=SIDES, lots=SIZES, points=BEHIND, force=FORCES, presses=st.sampled_from((1, 1, 2)), pause=PAUSES
    )
    def enter(
        self, side: Side, lots: int, points: int | None, force: TimeInForce, presses: int, pause: float
    ) -> None:
        self.act(self.verbs.enter, side, lots, points, force, presses, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(side=SIDES, lots=LOTS, stop=st.sampled_from((30, 300)), goal=STOPS, pause=PAUSES)
    def enter_protected(self, side: Side, lots: int, stop: int, goal: int | None, pause: float) -> None:
        self.act(self.verbs.enter_protected, side, lots, stop, goal, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(
        side=SIDES,
        lots=LOTS,
        points=st.sampled_from((-300, -20, 20, 300)),
        by=st.sampled_from(TriggerBy),
        pause=PAUSES,
    )
    def trigger(self, side: Side, lots: int, points: int, by: TriggerBy, pause: float) -> None:
        self.act(self.verbs.trigger, side, lots, points, by, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(side=SIDES, lots=LOTS, pause=PAUSES)
    def reduce(self, side: Side, lots: int, pause: float) -> None:
        self.act(self.verbs.reduce, side, lots, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(
        tickets=st.lists(st.tuples(SIDES, LOTS, BEHIND, st.booleans()), min_size=2, max_size=4), pause=PAUSES
    )
    def batch(self, tickets: list[tuple[Side, int, int | None, bool]], pause: float) -> None:
        self.act(self.verbs.batch, tickets, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(number=NUMBERS, pause=PAUSES)
    def cancel(self, number: int, pause: float) -> None:
        self.act(self.verbs.cancel, number, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(number=NUMBERS, lots=LOTS, points=st.sampled_from((-40, -2, 2, 40)), pause=PAUSES)
    def amend(self, number: int, lots: int, points: int, pause: float) -> None:
        self.act(self.verbs.amend, number, lots, points, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(scope=st.sampled_from(CancelScope), family=st.sampled_from(OrderFamily), pause=PAUSES)
    def cancel_all(self, scope: CancelScope, family: OrderFamily, pause: float) -> None:
        self.act(self.verbs.cancel_all, scope, family, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(number=NUMBERS, share=SHARES, pause=PAUSES)
    def close(self, number: int, share: Decimal, pause: float) -> None:
        self.act(self.verbs.close, number, share, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(number=NUMBERS, pause=PAUSES)
    def reverse(self, number: int, pause: float) -> None:
        self.act(self.verbs.reverse, number, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(number=NUMBERS, stop=STOPS, goal=STOPS, share=SHARES, by=st.sampled_from(TriggerBy), pause=PAUSES)
    def protect(
        self,
        number: int,
        stop: int | None,
        goal: int | None,
        share: Decimal,
        by: TriggerBy,
        pause: float,
    ) -> None:
        self.act(self.verbs.protect, number, stop, goal, share, by, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(pause=PAUSES)
    def flatten(self, pause: float) -> None:
        self.act(self.verbs.flatten, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(pause=PAUSES)
    def halt(self, pause: float) -> None:
        self.act(self.verbs.halt, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(pause=PAUSES)
    def resume(self, pause: float) -> None:
        self.act(self.verbs.resume, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(leverage=st.sampled_from((2, 5, 20)), pause=PAUSES)
    def set_leverage(self, leverage: int, pause: float) -> None:
        self.act(self.verbs.set_leverage, leverage, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(name=st.sampled_from(("strategic", "aggressive")), pause=PAUSES)
    def select_profile(self, name: str, pause: float) -> None:
        self.act(self.verbs.select_profile, name, pause=pause)

    @rule(rages=st.booleans(), pause=PAUSES)
    def storm(self, rages: bool, pause: float) -> None:
        self.act(self.verbs.storm, rages, pause=pause)

    @rule(fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=2))
    def befall(self, fates: list[Fate]) -> None:
        self.act(self.verbs.befall, *fates, pause=0.0)

    @rule(pause=PAUSES)
    def cut_streams(self, pause: float) -> None:
        self.act(self.verbs.cut_streams, pause=pause)

    @rule(full=st.booleans(), pause=PAUSES)
    def fill_disk(self, full: bool, pause: float) -> None:
        self.act(self.verbs.fill_disk, full, pause=pause)

    @rule(trouble=st.sampled_from((None, *Trouble)), pause=PAUSES)
    def trouble(self, trouble: Trouble | None, pause: float) -> None:
        self.act(self.verbs.trouble, trouble, pause=pause)

    @rule(milliseconds=st.sampled_from((-40_000, -2_000, 2_000, 40_000)), pause=PAUSES)
    def step_clock(self, milliseconds: int, pause: float) -> None:
        self.act(self.verbs.step_clock, milliseconds, pause=pause)

    @rule(points=st.sampled_from((-1500, -200, -40, 40, 200, 1500)), pause=PAUSES)
    def jump(self, points: int, pause: float) -> None:
        self.act(self.verbs.jump, points, pause=pause)

    @rule(side=SIDES, lots=LOTS, closes=st.booleans(), pause=PAUSES)
    def other_trades(self, side: Side, lots: int, closes: bool, pause: float) -> None:
        self.act(self.verbs.other_trades, side, lots, closes=closes, pause=pause)

    @rule(pause=PAUSES)
    def other_cancels_stop(self, pause: float) -> None:
        self.act(self.verbs.other_cancels_stop, pause=pause)

    @rule(points=st.sampled_from((-20, 20)), pause=PAUSES)
    def other_moves_stop(self, points: int, pause: float) -> None:
        self.act(self.verbs.other_moves_stop, points, pause=pause)

    @rule(pause=PAUSES)
    def other_cancels_orders(self, pause: float) -> None:
        self.act(self.verbs.other_cancels_orders, pause=pause)

    @precondition(lambda self: self.alive)
    @rule(pause=PAUSES)
    def kill(self, pause: float) -> None:
        assert self.world is not None
        self.run(self.world.die())
        self.act(lambda: None, pause=pause)

    @precondition(lambda self: self.world is not None and not self.alive)
    @rule(pause=PAUSES)
    def restart(self, pause: float) -> None:
        assert self.world is not None
        self.run(self.world.live())
        self.act(lambda: None, pause=pause)

    @precondition(lambda self: self.alive)
    @rule()
    def see_clearly(self) -> None:
        """Whatever is bad ends, and the trader waits until new risk is possible."""
        assert self.world is not None
        self.run(self._see_clearly(self.world))

    async def _see_clearly(self, world: World) -> None:
        self.verbs.storm(False)
        world.weather.fates.clear()
        self.verbs.trouble(None)
        self.verbs.fill_disk(False)
        self.verbs.resume()
        await asyncio.sleep(20)

    @invariant()
    def nothing_is_broken(self) -> None:
        """What must hold at every step; each breach opens with the number of its invariant."""
        if self.world is None:
            return
        breaches = [
            *(f"2: {key} left before its intent was durable" for key in self.world.premature),
            *(f"13: {key} left after HALT and may add" for key in self.world.defiant),
            *self.referee.breaches,
        ]
        self.failed |= bool(breaches)
        assert breaches == [], "\n".join([*breaches, *self.world.trace[-40:]])

    def teardown(self) -> None:
        if self.world is None:
            return
        try:
            if not self.failed:
                self.run(self._end(self.world))
        finally:
            self.runner.run(self.referee.__aexit__())
            self.runner.run(self.world.__aexit__())
            self.runner.close()

    async def _end(self, world: World) -> None:
        found = [each async for each in end(world)]
        found += self.referee.breaches
        assert found == [], "\n".join([*found, *world.trace[-40:]])


_MANY = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
TestCockpit = Cockpit.TestCase
TestCockpit.settings = settings(
    max_examples=100 if _MANY else 12,
    stateful_step_count=40 if _MANY else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
