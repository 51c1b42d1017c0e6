"""Exchange, network, journal and cockpit engine together; the cockpit can die and live again."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from omega_tui.clock import Ids
from omega_tui.domain.orders import Order, OrderType, Side, TimeInForce
from omega_tui.engine.engine import Engine
from omega_tui.engine.intents import Intent, PlaceOrder, Receipt, TicketDraft
from omega_tui.engine.options import EngineOptions
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway, Links
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.journal import read_body
from omega_tui.journal.records import ORDER, OrderRow
from omega_tui.sim.facts import PositionMode
from omega_tui.sim.venue.venue import VenueSettings
from tests.support.virtual_time import LoopClock
from tests.virtual.exchange import KEY, VirtualExchange, seeded
from tests.virtual.journal import VirtualJournal
from tests.virtual.network import VirtualRest, VirtualSocket, Weather

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ENDPOINTS = Endpoints.loopback(
    "http://127.0.0.1:1", "ws://127.0.0.1:1/v2/ws/public", "ws://127.0.0.1:1/v2/ws/private"
)


class SeededIds(Ids):
    """Ids that the seed decides."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def token(self, length: int) -> str:
        return "".join(self._rng.choice(_ALPHABET) for _ in range(length))


def _venue_of(seed: int) -> VenueSettings:
    """Every other world holds long and short side by side."""
    return VenueSettings(position_mode=PositionMode.HEDGE if seed % 2 else PositionMode.ONE_WAY)


class World:
    """Everything of one run. `trace` is what happened, in order, with virtual times.

    `lives` counts the cockpits so far; the present one began at `born_ms` of exchange time, after the row
    `born_at_row` of the journal. `asked` is told of each intent and what the cockpit said to it.
    """

    def __init__(
        self, seed: int, weather: Weather | None = None, venue: VenueSettings | None = None, **options: Any
    ) -> None:
        self.weather = weather or Weather()
        self.exchange = VirtualExchange(seed, venue or _venue_of(seed))
        self.journal = VirtualJournal(seeded(seed, "journal"))
        self.ids = SeededIds(seeded(seed, "ids"))
        self.clock = LoopClock()
        self.trace: list[str] = []
        self.premature: list[str] = []
        self.defiant: list[str] = []
        self.unrecorded: set[str] = set()
        self._network = seeded(seed, "network")
        self._options: dict[str, Any] = {"history_candles": 50, **options}
        self._play: asyncio.Task[None] | None = None
        self._tickets = 0
        self._sockets: list[VirtualSocket] = []
        self.asked: Callable[[Intent, Receipt], None] = lambda intent, receipt: None
        self.alive = False
        self.lives = 0
        self.born_ms = 0
        self.born_at_row = 0
        self.gateway: BitgetGateway
        self.engine: Engine

    @property
    def reconcile_seconds(self) -> float:
        """How far apart two comparisons of the account are."""
        return EngineOptions("", "", **self._options).reconcile_seconds

    async def __aenter__(self) -> "World":
        """Let the exchange run and the cockpit start."""
        self._play = asyncio.create_task(self.exchange.run())
        await self.live()
        return self

    async def live(self) -> None:
        """A new life of the cockpit on the same journal and the same account."""
        self.journal.generation += 1
        self.lives += 1
        self.born_ms = self.exchange.sim.clock.now_ms()
        self.born_at_row = max((row.sequence for row in self.journal.rows()), default=0)
        links = Links(self._open_rest, self._dial)
        keys = Credentials(KEY.key, KEY.secret, KEY.passphrase)
        self.gateway = BitgetGateway(_ENDPOINTS, keys, self.clock, self.ids, links=links)
        options = EngineOptions(venue="SIM", account="virtual", **self._options)
        self.engine = Engine(self.gateway, self.journal, self.clock, self.ids, options)
        await self.engine.start()
        self.alive = True

    async def die(self) -> None:
        """The process is killed: nothing is flushed, nothing is said; rows on their way are lost."""
        self.journal.generation += 1
        self.alive = False
        self.tell("killed")
        await self.engine.stop()

    async def __aexit__(self, *raised: object) -> None:
        """Stop everything."""
        if self.alive:
            await self.engine.stop()
        if self._play is not None:
            self._play.cancel()
            with suppress(asyncio.CancelledError):
                await self._play

    async def until(self, condition: Any, seconds: float, what: str) -> None:
        """Wait virtual seconds for `condition`."""
        ends = self.clock.monotonic() + seconds
        while not condition():
            if self.clock.monotonic() > ends:
                log = "\n".join(row.text for row in self.engine.views.log(60).rows)
                rows = "\n".join(map(str, self.engine.views.orders().rows))
                raise AssertionError(f"waited {seconds:g} s for {what}\n{log}\n{rows}")
            await asyncio.sleep(0.05)

    async def until_normal(self, seconds: float = 60.0) -> None:
        """Wait until new risk is possible."""
        views = self.engine.views
        await self.until(
            lambda: views.status().posture.value == "NORMAL" and views.status().book.health.value == "live",
            seconds,
            "NORMAL",
        )

    def submit(self, intent: Intent) -> Receipt:
        """Hand an intent to the engine and note what it said."""
        receipt = self.engine.submit(intent)
        self.tell(f"{type(intent).__name__}: {receipt.taken} {receipt.text}")
        self.asked(intent, receipt)
        return receipt

    def draft(self, **changes: Any) -> TicketDraft:
        """A ticket for a small limit buy far below the market, with `changes`."""
        self._tickets += 1
        fields: dict[str, Any] = {
            "ticket_id": f"t{self.journal.generation}-{self._tickets}",
            "symbol": "BTCUSDT",
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC,
            "size": Decimal("0.002"),
            "price": None,
        }
        return TicketDraft(**{**fields, **changes})

    def place(self, draft: TicketDraft) -> Receipt:
        """Send a ticket as the screen would."""
        return self.submit(PlaceOrder(draft, self.engine.views.preview(draft)))

    def journal_order(self, client_order_id: str) -> Order | None:
        """The newest state of an order that stands in the journal."""
        found = None
        for row in self.journal.rows(ORDER):
            order = read_body(row, OrderRow).order
            found = order if order.client_order_id == client_order_id else found
        return found

    def tell(self, text: str) -> None:
        """Put a line into the trace."""
        self.trace.append(f"{self.clock.monotonic():.6f} {text}")

    def _open_rest(self, now_ms: Any) -> VirtualRest:
        rest = VirtualRest(self.exchange, self.weather, self._network, now_ms)
        rest.inspect = self._inspect
        return rest

    async def _dial(self, url: str) -> Any:
        await asyncio.sleep(self._network.uniform(*self.weather.latency))
        if self.weather.refused and self._network.random() < self.weather.refused:
            raise OSError("connection refused")
        socket = VirtualSocket(self.exchange, url, self.weather, self._network)
        self._sockets.append(socket)
        return socket

    def cut_streams(self) -> None:
        """Every stream ends without a word."""
        for socket in self._sockets:
            socket.abort()
        self._sockets.clear()

    @property
    def _halted(self) -> bool:
        return self.engine.views.status().posture.value == "HALT"

    @property
    def _disk_in_doubt(self) -> bool:
        return self.journal.failing or "journal" in self.engine.views.status().posture_reason

    def _inspect(self, path: RestPath, params: dict[str, Any]) -> None:
        """Write-ahead, seen from the wire: an id that leaves stands in the journal already."""
        self.tell(f"{path} {params}")
        for leg in params.get("orderList") or (params,):
            client_id = leg.get("newClientOid") or leg.get("clientOid")
            if _only_reduces(path, leg) and self._disk_in_doubt:
                # Getting out never waits for a disk that fails.
                self.unrecorded.add(str(client_id))
                continue
            if path in _PLACING and not _only_reduces(path, leg) and self._halted:
                self.defiant.append(str(client_id))
            if path in _PLACING and client_id and not self.journal.holds(client_id):
                self.premature.append(client_id)


def _only_reduces(path: RestPath, leg: dict[str, Any]) -> bool:
    closes = leg.get("reduceOnly", "").lower() == "yes" or leg.get("tradeSide") == "close"
    return closes or path is RestPath.PLACE_TPSL_ORDER


_PLACING = frozenset(
    {
        RestPath.PLACE_ORDER,
        RestPath.BATCH_PLACE_ORDER,
        RestPath.MODIFY_ORDER,
        RestPath.CLICK_BACKHAND,
        RestPath.PLACE_PLAN_ORDER,
        RestPath.PLACE_TPSL_ORDER,
    }
)
