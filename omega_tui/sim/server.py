"""The simulated exchange on one port of this machine: REST and streams, its market, its account.

It listens on 127.0.0.1 and nowhere else. Where the market comes from and how the process is run is the
business of `main`.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from omega_tui.clock import Ids, RandomIds
from omega_tui.exchange.bitget.wire import WS_PRIVATE_PATH, WS_PUBLIC_PATH
from omega_tui.sim.clock import ExchangeClock, SteppedClock
from omega_tui.sim.clock_control import offer_clock
from omega_tui.sim.condition_control import offer_condition
from omega_tui.sim.control import CONTROL_PREFIX, TOKEN_LENGTH, ControlFace
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import MarketSource, TapeEnded
from omega_tui.sim.faults.office import FaultOffice
from omega_tui.sim.faults.plan import Plan
from omega_tui.sim.limits import Allowances, RequestLimits
from omega_tui.sim.listing_control import offer_listings
from omega_tui.sim.money_control import offer_money
from omega_tui.sim.personas import Environment, Persona
from omega_tui.sim.pump import Pump, Timeline
from omega_tui.sim.rest.face import RestFace
from omega_tui.sim.security import ApiKey, Guard
from omega_tui.sim.stepping import Stepper
from omega_tui.sim.streams.face import DEMO_PREFIX, StreamsFace
from omega_tui.sim.streams.session import SessionLimits
from omega_tui.sim.venue.venue import VenueSettings

HOST: Final = "127.0.0.1"
_LARGEST_BODY: Final = 262_144
_GOODBYE_SECONDS: Final = 1.0
_BACKLOG: Final = 128
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server runs; port 0 takes a free one, and a key is made up when none is given.

    `limits` hold stream clients, `requests` REST clients; `persona` is the caller at the start, `faults` what
    goes wrong from then on. `listener` is a socket that listens already, for a parent that wants to know the
    address beforehand.
    """

    port: int = 0
    listener: socket.socket | None = None
    venue: VenueSettings = field(default_factory=VenueSettings)
    limits: SessionLimits = field(default_factory=SessionLimits)
    requests: RequestLimits = field(default_factory=RequestLimits)
    persona: Persona = field(default_factory=Persona)
    api_key: ApiKey | None = None
    faults: Plan = field(default_factory=Plan)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the server listens: `rest` has no path, the streams and `control` are whole URLs."""

    rest: str
    ws_public: str
    ws_private: str
    control: str


def _ignore(_: TapeEnded) -> None:
    """Nobody asked to be told."""


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a log entry tells of the exchange's failure, not of what some client sent."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError | ConnectionError)


_LOG.addFilter(_is_ours)


class SimServer:
    """One running exchange. `start` serves, `wait` lasts until the market fails, `stop` ends it all.

    Parts that can be steered while it runs offer their routes to `control`.
    `stepper` moves time when the clock is a stepped one, and is None when time runs by itself.
    """

    def __init__(
        self,
        source: MarketSource,
        clock: ExchangeClock,
        settings: ServerSettings | None = None,
        *,
        ids: Ids | None = None,
        on_tape_end: Callable[[TapeEnded], None] = _ignore,
    ) -> None:
        self._settings = settings or ServerSettings()
        ids = ids or RandomIds()
        self.api_key = self._settings.api_key or ApiKey.random(ids)
        self.control_token = ids.token(TOKEN_LENGTH)
        self.control = ControlFace(self.control_token)
        self.exchange = SimulatedExchange(source, self._settings.venue, clock)
        self.exchange.condition.become(self._settings.persona)
        guard = Guard(self.api_key, clock, self.exchange.condition)
        whole_seconds = self._settings.venue.choices.whole_second_limits
        allowances = Allowances(self._settings.requests, clock.push_seconds, whole_seconds=whole_seconds)
        self.faults = FaultOffice(self.exchange, self._settings.faults)
        self.faults.offer(self.control)
        guard.skew_ms = self.faults.skew_ms
        self._rest = RestFace(self.exchange, guard, allowances, self.faults.desk)
        self.streams = StreamsFace(
            self.exchange, guard, self._settings.limits, allowances, ids, self.faults.tampers
        )
        timeline = Timeline(self.exchange, on_tape_end)
        self._pump = Pump(self.exchange, timeline)
        self.stepper: Stepper | None = None
        if isinstance(clock, SteppedClock):
            self.stepper = Stepper(self.exchange, clock, timeline, self.streams.feeds)
            self.streams.standstill = self.stepper.standstill
        offer_clock(self.control, clock, self.stepper)
        offer_condition(self.control, self.exchange.condition)
        offer_listings(self.control, self.exchange.venue.listings)
        offer_money(self.control, self.exchange.venue)
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._port = 0

    @property
    def address(self) -> ServerAddress:
        """Where clients find the exchange, once it has started: the streams of the caller's world."""
        rest, streams = f"http://{HOST}:{self._port}", f"ws://{HOST}:{self._port}"
        if self._settings.persona.environment is Environment.DEMO:
            streams += DEMO_PREFIX
        return ServerAddress(rest, streams + WS_PUBLIC_PATH, streams + WS_PRIVATE_PATH, rest + CONTROL_PREFIX)

    async def start(self) -> None:
        """Put the market's opening in place, then listen. Raises OSError when the port is taken."""
        self._pump.apply_due()
        self.faults.begin()
        app = web.Application(client_max_size=_LARGEST_BODY)
        for path in (WS_PUBLIC_PATH, WS_PRIVATE_PATH):
            app.router.add_get(path, self.streams.handle)
            app.router.add_get(DEMO_PREFIX + path, self.streams.handle)
        app.router.add_route("*", CONTROL_PREFIX + "{path:.*}", self.control.handle)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, logger=_LOG, shutdown_timeout=_GOODBYE_SECONDS)
        await self._runner.setup()
        self._listening = await self._listen(self._runner)
        self._port = int(self._listening.sockets[0].getsockname()[1])
        players = (
            [self._pump.run(), self.streams.feeds.run()] if self.stepper is None else [self.stepper.run()]
        )
        self._tasks = [asyncio.create_task(work) for work in players]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.stepper is not None:
            await self.stepper.standstill()
        return await self._rest.handle(request)

    async def _listen(self, runner: web.AppRunner) -> asyncio.Server:
        """Take connections, each through a link that faults can reach."""
        loop, serve = asyncio.get_running_loop(), runner.server
        if serve is None:
            raise RuntimeError("the runner is set up before anything listens")

        def connect() -> asyncio.Protocol:
            return self.faults.links.wrap(serve())

        listener = self._settings.listener
        if listener is not None:
            return await loop.create_server(connect, sock=listener, backlog=_BACKLOG)
        return await loop.create_server(connect, HOST, self._settings.port, backlog=_BACKLOG)

    async def wait(self) -> None:
        """Last as long as the exchange; a market that cannot be played on is raised here."""
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Close every connection and the port; raises what made the market fail, if it did."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listening is not None:
            self._listening.close()
        self.streams.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.faults.links.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error
