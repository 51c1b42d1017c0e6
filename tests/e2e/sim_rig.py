"""A whole engine on a simulated exchange in this process: real sockets, real journal, faults on request."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.domain.evidence import Evidence
from omega_tui.domain.orders import Order, OrderState, OrderType, Side, TimeInForce
from omega_tui.engine.engine import Engine
from omega_tui.engine.intents import Intent, PlaceOrder, Receipt, TicketDraft
from omega_tui.engine.options import EngineOptions
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.journal import Journal
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.faults.desk import ActiveFault
from omega_tui.sim.faults.plan import parse_fault
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.venue.ledger import LedgerOrder
from omega_tui.sim.venue.venue import VenueSettings
from tests.exchange.fake import until

BTC = "BTCUSDT"


class SimRig:
    """What a test turns and reads; `venue` is the exchange's own truth."""

    def __init__(self, server: SimServer, engine: Engine, path: Path) -> None:
        self.server = server
        self.engine = engine
        self.views = engine.views
        self.venue = server.exchange.venue
        self._path = path
        self._tickets = 0

    def harm(self, name: str, **members: Any) -> ActiveFault:
        """Ask for a fault; see docs/faults.md."""
        return self.server.faults.add(parse_fault({"name": name, **members}))

    def price(self, share: str) -> Decimal:
        """A legal price at a share of the best bid."""
        bid = self.venue.book(BTC).levels(facts.Direction.BUY, 1)[0][0]
        return (Decimal(bid) * Decimal(share)).quantize(self.venue.contract(BTC).tick)

    def draft(self, **changes: Any) -> TicketDraft:
        """A resting buy of 0.01, three percent below the market."""
        self._tickets += 1
        fields: dict[str, Any] = {
            "ticket_id": f"t{self._tickets}",
            "symbol": BTC,
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC,
            "size": Decimal("0.01"),
            "price": self.price("0.97"),
        }
        return TicketDraft(**{**fields, **changes})

    def market(self, side: Side, size: str, **changes: Any) -> TicketDraft:
        """An order at market."""
        return self.draft(side=side, size=Decimal(size), order_type=OrderType.MARKET, price=None, **changes)

    def submit(self, intent: Intent) -> Receipt:
        """Hand over an intent that must be taken."""
        receipt = self.engine.submit(intent)
        assert receipt.taken, receipt.text
        return receipt

    def place(self, draft: TicketDraft | None = None) -> str:
        """Send a ticket that must be taken; its row key."""
        draft = draft or self.draft()
        return self.submit(PlaceOrder(draft, self.views.preview(draft))).keys[0]

    async def rest(self, draft: TicketDraft | None = None) -> str:
        """Place an order and wait until it is known to rest."""
        key = self.place(draft)
        await self.becomes(key, OrderState.WORKING)
        return key

    async def open_long(self, size: str = "0.05") -> None:
        """Hold a long position, known to the engine."""
        self.place(self.market(Side.BUY, size))
        await until(lambda: [str(row.size) for row in self.views.positions().rows] == [size], 15)

    async def becomes(self, key: str, *states: OrderState, seconds: float = 15.0) -> Order:
        """Wait until an order is in one of these states."""
        try:
            await until(lambda: self.known(key).state in states, seconds)
        except TimeoutError:
            raise AssertionError(f"{key} is {self.known(key)}:\n{self.log_text()}") from None
        return self.known(key)

    def known(self, key: str) -> Order:
        """The engine's newest knowledge of an order."""
        order = self.engine.order(key)
        assert order is not None
        return order

    def live(self, key: str) -> list[LedgerOrder]:
        """The exchange's own open orders with this client id."""
        return [order for order in self.venue.pending() if order.client_oid == key]

    def evidence(self, key: str) -> list[Evidence]:
        """What the journal says settled an order."""
        other = sqlite3.connect(self._path)
        query = "SELECT body FROM event WHERE kind = 'order.evidence' ORDER BY sequence"
        rows = [msgspec.json.decode(body, type=Evidence) for (body,) in other.execute(query)]
        other.close()
        return [row for row in rows if row.key == key]

    def log_text(self) -> str:
        """The log as the trader reads it."""
        return "\n".join(row.text for row in self.views.log(300).rows)

    async def says(self, words: str, seconds: float = 15.0) -> None:
        """Wait for a line of the log."""
        try:
            await until(lambda: words in self.log_text(), seconds)
        except TimeoutError:
            raise AssertionError(f"never said {words!r}:\n{self.log_text()}") from None


@asynccontextmanager
async def simulated(
    tmp_path: Path, mode: facts.PositionMode = facts.PositionMode.ONE_WAY, **options: Any
) -> AsyncIterator[SimRig]:
    """An engine that trades on a simulated exchange, ready for orders."""
    clock, path = SystemClock(), tmp_path / "j" / "sim.journal"
    exchange_clock = ExchangeClock(clock)
    source = GeneratedSource(7, exchange_clock.start_ms, [BTC])
    server = SimServer(source, exchange_clock, ServerSettings(venue=VenueSettings(position_mode=mode)))
    await server.start()
    address, key = server.address, server.api_key
    endpoints = Endpoints.loopback(address.rest, address.ws_public, address.ws_private)
    gateway = BitgetGateway(endpoints, Credentials(key.key, key.secret, key.passphrase), clock, RandomIds())
    journal = Journal(path, clock)
    engine = Engine(gateway, journal, clock, RandomIds(), EngineOptions("SIM", "test", **options))
    rig = SimRig(server, engine, path)
    await engine.start()
    try:
        await until(lambda: engine.views.status().posture == "NORMAL" and engine.views.symbols(), 15)
        yield rig
    finally:
        await engine.stop()
        await server.stop()
        journal.close()
