"""The simulated exchange without sockets: its own REST routes, its own stream sessions, on a given clock."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import orjson

from omega_tui.exchange.bitget.wire import SUCCESS, WS_PRIVATE_PATH
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.limits import Allowances, RequestLimits
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.personas import Environment
from omega_tui.sim.pump import Pump, Timeline
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest.entrance import Call, Entrance
from omega_tui.sim.rest.face import ROUTES
from omega_tui.sim.rest.request import parse_body, parse_query
from omega_tui.sim.rest.statuses import http_status
from omega_tui.sim.security import ApiKey, Guard, Origin
from omega_tui.sim.streams.account import AccountFeed
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.session import Gate, Session, SessionLimits
from omega_tui.sim.venue.venue import VenueSettings
from tests.support.virtual_time import WALL_MS, LoopClock

KEY = ApiKey("bg_" + "0" * 32, "1" * 64, "virtual")
_FEED_SECONDS = 0.1


class VirtualConnection:
    """The exchange's end of a stream: frames leave in order, `deliver` carries them."""

    def __init__(self, deliver: Callable[[bytes | None], None]) -> None:
        self._deliver = deliver
        self.finishing = False

    def send(self, frame: bytes) -> None:
        if not self.finishing:
            self._deliver(frame)

    def finish(self, code: int = 1000) -> None:
        if not self.finishing:
            self.finishing = True
            self._deliver(None)

    abort = finish


class VirtualExchange:
    """One exchange with one account; `arrivals` are the requests it took, in order;
    `answering` is set while it carries one out."""

    def __init__(self, seed: int, venue: VenueSettings | None = None, step_ms: int = 1000) -> None:
        clock = ExchangeClock(LoopClock())
        source = GeneratedSource(seed, WALL_MS, ["BTCUSDT"], step_ms)
        self.sim = SimulatedExchange(source, venue or VenueSettings(), clock)
        self.guard = Guard(KEY, clock, self.sim.condition)
        self._allowances = Allowances(RequestLimits(), clock.push_seconds)
        self._entrance = Entrance(self.sim, self.guard, self._allowances, ROUTES)
        self.feeds = Feeds(self.sim)
        self._account = AccountFeed(self.sim, self.feeds)
        self._pump = Pump(self.sim, Timeline(self.sim, lambda _: None))
        self._connections = 0
        self.answering = False
        self.arrivals: list[tuple[float, str, dict[str, Any], str]] = []

    async def run(self) -> None:
        """Play market and feeds for ever."""
        await asyncio.gather(self._pump.run(), self._publish())

    async def _publish(self) -> None:
        while True:
            await asyncio.sleep(_FEED_SECONDS)
            self.feeds.publish_due(self.sim.clock.push_seconds())

    def answer(self, call: Call) -> tuple[int, str]:
        """HTTP status and body of the reply to one request that arrives now."""
        self.answering = True
        try:
            route = self._entrance.admit(call).route
            parameters = parse_query(call.query) if call.method == "GET" else parse_body(call.body)
            data = route.answer(self.sim, parameters)
            status, code, message = 200, SUCCESS, "success"
        except Refused as refused:
            data, code, message = None, str(refused.code), refused.message
            status = http_status(refused.code, self.sim.venue.choices)
        finally:
            self.answering = False
        if call.method == "POST":
            at = asyncio.get_running_loop().time()
            self.arrivals.append((at, call.path, orjson.loads(call.body), code))
        envelope = {"code": code, "msg": message, "requestTime": self.sim.clock.now_ms(), "data": data}
        return status, orjson.dumps(envelope).decode()

    def open_session(self, url: str, deliver: Callable[[bytes | None], None]) -> Session:
        """Take a stream connection; what it sends goes to `deliver`, None when it hangs up."""
        origin = Origin("127.0.0.1", Environment.LIVE)
        private = url.endswith(WS_PRIVATE_PATH)
        gate = Gate(self.feeds, self.guard, self.sim, SessionLimits(), self._allowances, origin, private)
        self._connections += 1
        connection: Any = VirtualConnection(deliver)
        return Session(gate, connection, str(self._connections), self.sim.clock.monotonic())


def seeded(seed: int, purpose: str) -> random.Random:
    """A generator of its own for each purpose, so that one's draws do not move another's."""
    return random.Random(f"{purpose} {seed}")
