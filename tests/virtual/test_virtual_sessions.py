"""Whole trading sessions in bad weather, with the cockpit killed now and then, in virtual time.

Each seed is another session and another order of events; the same seed is the same session to the letter.
"""

import asyncio
import os

import pytest

from tests.support.virtual_time import run_virtually
from tests.virtual.account_book import differences
from tests.virtual.network import Weather
from tests.virtual.trading import SeededTrader, open_questions
from tests.virtual.world import World

SEEDS = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 15
_ACTIONS = 40
_SETTLING_SECONDS = 300.0
_ONE_COMPARISON = 70.0


async def session(world: World, seed: int) -> None:
    """Trade, let the weather clear, wait until everything is settled."""
    await SeededTrader(seed, world).trade(_ACTIONS)
    world.journal.failing = False
    vars(world.weather).update(vars(Weather()))
    await asyncio.sleep(1)
    await _settle(world)


async def _settle(world: World) -> None:
    await world.until(lambda: not open_questions(world), _SETTLING_SECONDS, "every fate to be known")
    await asyncio.sleep(_ONE_COMPARISON)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_the_weather_the_cockpit_and_the_exchange_agree_in_the_end(seed: int) -> None:
    """Invariants 1 to 4 and 12: nothing doubled, lost, invented or left open, deaths included."""

    async def work() -> list[str]:
        async with World(seed, Weather.stormy()) as world:
            await session(world, seed)
            found = list(differences(world))
            await world.die()
            await world.live()
            await asyncio.sleep(1)
            await _settle(world)
            found += [f"after a restart: {each}" for each in differences(world)]
            return [*found, *world.trace[-40:]] if found else []

    assert run_virtually(work(), seed) == []


def test_the_same_seed_is_the_same_session_to_the_letter() -> None:
    """A clock, a random call or an unordered set outside the seams would make failures unrepeatable."""

    async def work() -> list[str]:
        async with World(7, Weather.stormy()) as world:
            await session(world, 7)
            return world.trace

    assert run_virtually(work(), 7) == run_virtually(work(), 7)
