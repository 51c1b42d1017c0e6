"""A stepped exchange inside the test's own process, no sockets: what it pushes is recorded, time is told."""

from collections.abc import Callable

from omega_tui.clock import CountingIds, ManualClock
from omega_tui.sim.clock import SteppedClock
from omega_tui.sim.facts import MarketSource
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.streams.topics import Topic
from omega_tui.sim.venue.ledger import LedgerEvent
from omega_tui.sim.venue.venue import VenueSettings

START_MS = 1_795_000_000_123
HOUR_MS = 3_600_000


class Listener:
    """Stands in for a connection: keeps every frame, is never behind."""

    unsent = 0
    finishing = False

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def send(self, frame: bytes) -> None:
        self.frames.append(frame)


class SteppedExchange:
    """One exchange whose time moves only by `step`."""

    def __init__(
        self,
        build: Callable[[int], MarketSource],
        settings: VenueSettings | None = None,
        start_ms: int = START_MS,
    ) -> None:
        clock = SteppedClock(ManualClock(start_ms))
        server_settings = ServerSettings(venue=settings or VenueSettings())
        self.server = SimServer(build(start_ms), clock, server_settings, ids=CountingIds())
        self.exchange = self.server.exchange
        self.venue = self.exchange.venue
        self.clock = clock
        self.listener = Listener()
        self.ledger: list[LedgerEvent] = []
        self.venue.listen(self.ledger.append)

    @classmethod
    def generated(cls, seed: int, step_ms: int, *symbols: str) -> "SteppedExchange":
        return cls(lambda start_ms: GeneratedSource(seed, start_ms, symbols, step_ms))

    def subscribe(self, channel: str, name: str) -> None:
        member = "coin" if channel == "account" else "instId"
        self.server.streams.feeds.subscribe(self.listener, Topic(channel, member, name), b"")  # type: ignore[arg-type]

    async def step(self, milliseconds: int) -> None:
        assert self.server.stepper is not None
        await self.server.stepper.step_to(self.clock.now_ms() + milliseconds)
