"""Running exchanges and clients for the protocol tests; ccxt is imported only when a test asks for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from omega_tui.clock import SystemClock
from omega_tui.sim.choices import Choices
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.facts import PositionMode
from omega_tui.sim.limits import RequestLimits
from omega_tui.sim.personas import Persona
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.streams.session import SessionLimits
from omega_tui.sim.venue.venue import VenueSettings
from tests.sim.protocol.clients import RestClient, Stream, open_stream
from tests.sim.protocol.scripted import ScriptedSource

NO_LIMITS = SessionLimits.lifted()
"""For tests that hammer the streams; `UNCOUNTED` is the same for REST."""
UNCOUNTED = RequestLimits(enforced=False)


class MidMinuteClock(SystemClock):
    """The machine's clock, set back a little when a minute is about to end, so that candles hold still.

    The shift stays well within what a signed timestamp may be off.
    """

    def __init__(self) -> None:
        self._shift_ms = max(super().wall_ms() % 60_000 - 40_000, 0)

    def wall_ms(self) -> int:
        return super().wall_ms() - self._shift_ms


@asynccontextmanager
async def running(
    mode: PositionMode = PositionMode.ONE_WAY,
    limits: SessionLimits = NO_LIMITS,
    requests: RequestLimits = UNCOUNTED,
    *,
    persona: Persona = Persona(),  # noqa: B008 - frozen
    choices: Choices = Choices(),  # noqa: B008 - frozen
) -> AsyncIterator[SimServer]:
    """An exchange on a free port with the scripted market."""
    clock = ExchangeClock(MidMinuteClock())
    venue = VenueSettings(mode, Decimal(1_000_000), choices=choices)
    settings = ServerSettings(venue=venue, limits=limits, requests=requests, persona=persona)
    server = SimServer(ScriptedSource(clock.start_ms), clock, settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture(params=["one_way", "hedge"])
def mode(request: pytest.FixtureRequest) -> PositionMode:
    return PositionMode.ONE_WAY if request.param == "one_way" else PositionMode.HEDGE


@pytest.fixture
async def server() -> AsyncIterator[SimServer]:
    async with running() as server:
        yield server


@pytest.fixture
async def strict_server() -> AsyncIterator[SimServer]:
    async with running(limits=SessionLimits()) as server:
        yield server


@pytest.fixture
async def moded_server(mode: PositionMode) -> AsyncIterator[SimServer]:
    async with running(mode) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def rest(server: SimServer, http: aiohttp.ClientSession) -> RestClient:
    return RestClient(server, http)


@pytest.fixture
async def public(server: SimServer) -> AsyncIterator[Stream]:
    async with open_stream(server.address.ws_public) as socket:
        yield Stream(socket)


@pytest.fixture
async def private(server: SimServer) -> AsyncIterator[Stream]:
    async with open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        assert (await stream.login(server.api_key))["event"] == "login"
        yield stream


@pytest.fixture(scope="session")
def ccxt_async() -> Any:
    import ccxt.async_support

    return ccxt.async_support


@pytest.fixture(scope="session")
def ccxt_pro() -> Any:
    import ccxt.pro

    return ccxt.pro


def point_at(client: Any, server: SimServer) -> Any:
    """An unmodified ccxt client that talks to the simulated exchange instead of Bitget."""
    address = server.address
    streams = {"public": address.ws_public, "private": address.ws_private}
    apis = {name: address.rest for name, url in client.urls["api"].items() if isinstance(url, str)}
    client.urls["api"] = {**apis, "ws": streams, "demo": streams}
    client.apiKey, client.secret, client.password = (
        server.api_key.key,
        server.api_key.secret,
        server.api_key.passphrase,
    )
    return client


@pytest.fixture
async def connected() -> AsyncIterator[Callable[[Any, SimServer], Any]]:
    """Builds ccxt clients for a server and closes them after the test."""
    async with AsyncExitStack() as stack:

        def connect(module: Any, server: SimServer, **options: object) -> Any:
            settings = {"enableRateLimit": False, "options": {"defaultType": "swap", "uta": False, **options}}
            client = point_at(module.bitget(settings), server)
            stack.push_async_callback(client.close)
            return client

        yield connect
    await asyncio.sleep(0)
