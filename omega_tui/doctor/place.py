"""The exchange that is looked at: its addresses and keys, with a simulator started when that is the venue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from omega_tui.clock import RandomIds
from omega_tui.environment import build_simulator, environment_of
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """Where an environment lives and what opens it; without keys the market only."""

    endpoints: Endpoints
    credentials: Credentials | None


@asynccontextmanager
async def open_place(settings: Settings) -> AsyncIterator[Place]:
    """The place that `settings` lead to, for as long as it is looked at. Raises SimulatorFailed."""
    simulator = build_simulator(settings, None, RandomIds())
    if simulator is None:
        yield Place(*environment_of(settings, None))
        return
    await simulator.start(lambda text: None)
    try:
        await simulator.ready()
        yield Place(*environment_of(settings, simulator.address))
    finally:
        await simulator.stop()
