"""Whatever trader and fate do in whatever order, the cockpit is never wrong about the account.

A Hypothesis machine drives a whole world (engine, gateway, exchange, journal) by the verbs of a trader and of
a nemesis. What must hold at every step is looked at after each rule, and by the referee in between; what must
hold in the end when everything has settled, in a later life, and for who wants out.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
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


@dataclass(frozen=True)
class Death:
    """The cockpit is killed so many seconds after an act began."""

    seconds: float


Mishap = Fate | Death | None

SIDES = st.sampled_from(Side)
LOTS = st.integers(1, 6)
BIG_LOTS = st.sampled_from((1, 2, 6, 60, 120))
AWAY = st.sampled_from((-20, -3, 3, 40, 200))
MAYBE_AWAY = st.sampled_from((None, -20, -3, 3, 40, 200))
FORCES = st.sampled_from((TimeInForce.GTC, TimeInForce.GTC, *TimeInForce))
NUMBERS = st.integers(0, 5)
PAUSES = st.sampled_from((0.0, 0.002, 0.02, 0.2, 1.0, 1.0, 5.0))
SHARES = st.sampled_from((Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(1)))
STOPS = st.sampled_from((5, 30, 100, 300))
MAYBE_STOPS = st.sampled_from((None, 30, 100, 300))
GOALS = st.sampled_from((None, None, 300, 600))
PROFILES = st.sampled_from(("", "", "strategic", "aggressive"))
MISHAPS = st.sampled_from((*(None,) * 7, *Fate, Fate.LOST_ANSWER, *map(Death, (0.001, 0.004, 0.03, 0.2))))
_LEVERAGE = 5
_CLEAR_SECONDS = 20.0


class Cockpit(RuleBasedStateMachine):
    """One account and its cockpits; a rule is one act, and the virtual time after it."""

    world: World | None = None
    failed = False
    blurred = False

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
        venue = VenueSettings(
            position_mode, default_leverage=_LEVERAGE, default_margin_mode=margin_mode, choices=choices
        )
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

    def act(
        self, verb: Callable[..., object], *given: object, pause: float, mishap: Mishap = None, **more: object
    ) -> None:
        """Do something, amid a mishap or not, then let time pass."""
        self.run(self._act(partial(verb, *given, **more), pause, mishap))

    async def _act(self, verb: Callable[[], object], pause: float, mishap: Mishap) -> None:
        self.blurred = True
        if isinstance(mishap, Fate):
            self.verbs.befall(mishap)
        verb()
        if isinstance(mishap, Death) and self.alive:
            await asyncio.sleep(mishap.seconds)
            await self.there.die()
        await asyncio.sleep(pause)

    @property
    def there(self) -> World:
        """The world, once it is there."""
        assert self.world is not None
        return self.world

    @property
    def alive(self) -> bool:
        """Whether a cockpit runs."""
        return self.world is not None and self.world.alive

    @property
    def holds(self) -> bool:
        """Whether there is a position, and a cockpit to deal with it."""
        return self.alive and bool(self.there.exchange.sim.venue.positions())

    @property
    def waits(self) -> bool:
        """Whether an order waits at the exchange, and a cockpit runs to deal with it."""
        venue = self.there.exchange.sim.venue if self.alive else None
        return venue is not None and bool(venue.pending() or venue.plans.pending())

    @precondition(lambda self: self.alive)
    @rule(side=SIDES, lots=LOTS, presses=st.sampled_from((1, 1, 2)), pause=PAUSES, mishap=MISHAPS)
    def enter_at_market(self, side: Side, lots: int, presses: int, pause: float, mishap: Mishap) -> None:
        verb = partial(self.verbs.enter, presses=presses)
        self.act(verb, side, lots, pause=pause, mishap=mishap)

    @precondition(lambda self: self.alive)
    @rule(side=SIDES, lots=BIG_LOTS, points=AWAY, force=FORCES, pause=PAUSES, mishap=MISHAPS)
    def enter(
        self, side: Side, lots: int, points: int, force: TimeInForce, pause: float, mishap: Mishap
    ) -> None:
        self.act(self.verbs.enter, side, lots, points, force, pause=pause, mishap=mishap)

    @precondition(lambda self: self.alive)
    @rule(side=SIDES, lots=LOTS, stop=STOPS, goal=GOALS, pause=PAUSES, mishap=MISHAPS)
    def enter_protected(
        self, side: Side, lots: int, stop: int, goal: int | None, pause: float, mishap: Mishap
    ) -> None:
        self.act(self.verbs.enter_protected, side, lots, stop, goal, pause=pause, mishap=mishap)

    @precondition(lambda self: self.alive)
    @rule(
        side=SIDES,
        lots=LOTS,
        points=st.sampled_from((-300, -20, 20, 300)),
        by=st.sampled_from((TriggerBy.MARK, TriggerBy.LAST)),
        pause=PAUSES,
        mishap=MISHAPS,
    )
    def trigger(
        self, side: Side, lots: int, points: int, by: TriggerBy, pause: float, mishap: Mishap
    ) -> None:
        self.act(self.verbs.trigger, side, lots, points, by, pause=pause, mishap=mishap)

    @precondition(lambda self: self.alive)
    @rule(
        tickets=st.lists(st.tuples(SIDES, LOTS, MAYBE_AWAY, st.booleans()), min_size=2, max_size=4),
        pause=PAUSES,
        mishap=MISHAPS,
    )
    def batch(self, tickets: list[tuple[Side, int, int | None, bool]], pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.batch, tickets, pause=pause, mishap=mishap)

    @precondition(lambda self: self.waits)
    @rule(number=NUMBERS, pause=PAUSES, mishap=MISHAPS)
    def cancel(self, number: int, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.cancel, number, pause=pause, mishap=mishap)

    @precondition(lambda self: self.waits)
    @rule(number=NUMBERS, lots=LOTS, points=st.sampled_from((-40, -2, 2, 40)), pause=PAUSES, mishap=MISHAPS)
    def amend(self, number: int, lots: int, points: int, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.amend, number, lots, points, pause=pause, mishap=mishap)

    @precondition(lambda self: self.waits)
    @rule(
        scope=st.sampled_from(CancelScope),
        family=st.sampled_from(OrderFamily),
        pause=PAUSES,
        mishap=MISHAPS,
    )
    def cancel_all(self, scope: CancelScope, family: OrderFamily, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.cancel_all, scope, family, pause=pause, mishap=mishap)

    @precondition(lambda self: self.holds)
    @rule(side=SIDES, lots=LOTS, pause=PAUSES, mishap=MISHAPS)
    def reduce(self, side: Side, lots: int, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.reduce, side, lots, pause=pause, mishap=mishap)

    @precondition(lambda self: self.holds)
    @rule(number=NUMBERS, share=SHARES, pause=PAUSES, mishap=MISHAPS)
    def close(self, number: int, share: Decimal, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.close, number, share, pause=pause, mishap=mishap)

    @precondition(lambda self: self.holds)
    @rule(number=NUMBERS, pause=PAUSES, mishap=MISHAPS)
    def reverse(self, number: int, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.reverse, number, pause=pause, mishap=mishap)

    @precondition(lambda self: self.holds)
    @rule(number=NUMBERS, stop=MAYBE_STOPS, goal=GOALS, share=SHARES, pause=PAUSES, mishap=MISHAPS)
    def protect(
        self, number: int, stop: int | None, goal: int | None, share: Decimal, pause: float, mishap: Mishap
    ) -> None:
        self.act(self.verbs.protect, number, stop, goal, share, pause=pause, mishap=mishap)

    @precondition(lambda self: self.holds)
    @rule(pause=PAUSES, mishap=MISHAPS)
    def flatten(self, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.flatten, pause=pause, mishap=mishap)

    @precondition(lambda self: self.waits)
    @rule(pause=PAUSES, mishap=MISHAPS)
    def halt(self, pause: float, mishap: Mishap) -> None:
        self.act(self.verbs.halt, pause=pause, mishap=mishap)

    @precondition(lambda self: self.alive)
    @rule(leverage=st.sampled_from((2, 5, 20)), name=PROFILES, pause=PAUSES, mishap=MISHAPS)
    def choose(self, leverage: int, name: str, pause: float, mishap: Mishap) -> None:
        """Another leverage, or other limits."""
        if name:
            self.act(self.verbs.select_profile, name, pause=pause, mishap=mishap)
        else:
            self.act(self.verbs.set_leverage, leverage, pause=pause, mishap=mishap)

    @rule(
        what=st.sampled_from(("storm", "calm", "cut", "full", "room", *Trouble)),
        milliseconds=st.sampled_from((0, 0, -40_000, -2_000, 2_000, 40_000)),
        pause=PAUSES,
    )
    def break_things(self, what: str, milliseconds: int, pause: float) -> None:
        """Something between cockpit and exchange breaks, or is whole again; perhaps a clock is corrected."""
        self.act(self.verbs.step_clock, milliseconds, pause=0.0)
        match what:
            case "cut":
                self.act(self.verbs.cut_streams, pause=pause)
            case "storm" | "calm":
                self.act(self.verbs.storm, what == "storm", pause=pause)
            case "full" | "room":
                self.act(self.verbs.fill_disk, what == "full", pause=pause)
            case _:
                self.act(self.verbs.trouble, Trouble(what), pause=pause)

    @rule(points=st.sampled_from((-2500, -200, -40, 40, 200, 2500)), pause=PAUSES)
    def jump(self, points: int, pause: float) -> None:
        self.act(self.verbs.jump, points, pause=pause)

    @rule(side=SIDES, lots=LOTS, closes=st.booleans(), pause=PAUSES)
    def other_trades(self, side: Side, lots: int, closes: bool, pause: float) -> None:
        self.act(self.verbs.other_trades, side, lots, closes=closes, pause=pause)

    @precondition(lambda self: self.waits)
    @rule(what=st.sampled_from(("cancel stop", "move stop", "cancel orders")), pause=PAUSES)
    def other_meddles(self, what: str, pause: float) -> None:
        """Another client changes what waits at the exchange."""
        match what:
            case "cancel stop":
                self.act(self.verbs.other_cancels_stop, pause=pause)
            case "move stop":
                self.act(self.verbs.other_moves_stop, 20, pause=pause)
            case _:
                self.act(self.verbs.other_cancels_orders, pause=pause)

    @precondition(lambda self: self.world is not None and not self.alive)
    @rule(pause=PAUSES)
    def restart(self, pause: float) -> None:
        self.run(self.there.live())
        self.act(lambda: None, pause=pause)

    @precondition(lambda self: self.blurred)
    @rule()
    def see_clearly(self) -> None:
        """Whatever is bad ends, and the trader waits until new risk is possible."""
        self.blurred = False
        self.run(self._see_clearly(self.there))

    async def _see_clearly(self, world: World) -> None:
        if not world.alive:
            await world.live()
        self.verbs.storm(False)
        world.weather.fates.clear()
        self.verbs.trouble(None)
        self.verbs.fill_disk(False)
        self.verbs.resume()
        await asyncio.sleep(_CLEAR_SECONDS)

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


pytestmark = pytest.mark.timeout(600)
"""A search is as long as it is; what hangs in it hangs in virtual time and says so."""

_EXAMPLES = {"ci": 60, "hunt": 2000}
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "")
TestCockpit = Cockpit.TestCase
TestCockpit.settings = settings(
    max_examples=_EXAMPLES.get(_PROFILE, 12),
    stateful_step_count=30 if _PROFILE in _EXAMPLES else 25,
    # The same examples every time; HYPOTHESIS_PROFILE=hunt looks for new ones. Shrinking takes too long here.
    derandomize=_PROFILE != "hunt",
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
