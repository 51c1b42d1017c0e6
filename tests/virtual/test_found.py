"""What the machine found once, each as small as it could be made."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.condition import Outage, Status
from tests.support.virtual_time import run_virtually
from tests.virtual.referee import Referee
from tests.virtual.verbs import Trouble, Verbs
from tests.virtual.world import World

_Result = TypeVar("_Result")


def _in_a_world(play: Callable[[World, Verbs], Awaitable[_Result]]) -> _Result:
    async def work() -> _Result:
        world = World(4, reconcile_seconds=10.0)
        async with world, Referee(world) as referee:
            await world.until_normal()
            return await play(world, Verbs(world, referee))

    return run_virtually(work(), 4)


def test_an_upgrade_that_hides_the_time_does_not_shut_the_account_for_a_minute() -> None:
    """Logins refused while the exchange's time could not be asked for counted as proof that it was not the
    clock, and the account stream waited a minute although all was well again."""

    async def play(world: World, verbs: Verbs) -> None:
        await world.die()
        verbs.step_clock(-42_000)
        verbs.trouble(Trouble.MAINTENANCE)
        await world.live()
        await asyncio.sleep(4)
        world.exchange.sim.condition.enter(Status.NORMAL, Outage((Code.SERVER_UPGRADE,), streams=False))
        await asyncio.sleep(30)
        verbs.trouble(None)
        await world.until_normal(20)

    _in_a_world(play)
