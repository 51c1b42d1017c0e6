"""The client and the simulated exchange meet over sockets only: a day's work in both position modes.

The simulator checks signatures and rules with code of its own, so a wrong idea here is a refusal there.
"""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.domain.events import (
    BalanceReported,
    BookChanged,
    Event,
    FillReported,
    Health,
    HealthChanged,
    OrderReported,
    PositionsReported,
    Surface,
)
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    Order,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.port import Accepted, NotSent, ReadFailed, Rejected
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.tape import TapeSource
from omega_tui.sim.server import ServerSettings, SimServer
from omega_tui.sim.venue.venue import VenueSettings
from tests.exchange.fake import until
from tests.support.shared import needs_shared, shared_path

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_SURFACES = (Surface.BOOK, Surface.TICKER, Surface.TAPE, Surface.CANDLES, Surface.PRIVATE, Surface.ACTIONS)


class Desk:
    """A running simulator, a gateway on it and what it reported."""

    def __init__(self, source: facts.MarketSource, clock: ExchangeClock, mode: facts.PositionMode) -> None:
        settings = ServerSettings(venue=VenueSettings(position_mode=mode))
        self.server = SimServer(source, clock, settings)
        self.events: list[Event] = []
        self.gateway: Any = None

    async def open(self, keys: Credentials | None = None) -> BitgetGateway:
        await self.server.start()
        address, key = self.server.address, self.server.api_key
        endpoints = Endpoints.loopback(address.rest, address.ws_public, address.ws_private)
        keys = keys or Credentials(key.key, key.secret, key.passphrase)
        self.gateway = BitgetGateway(endpoints, keys, SystemClock(), RandomIds())
        await self.gateway.start(self.events.append)
        return self.gateway

    async def close(self) -> None:
        await self.gateway.stop()
        await self.server.stop()

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def health(self, surface: Surface) -> Health | None:
        found = [event for event in self.of(HealthChanged) if event.surface is surface]
        return found[-1].health if found else None

    def order(self, client_order_id: str) -> Order | None:
        found = [event.order for event in self.of(OrderReported)]
        return next((o for o in reversed(found) if o.client_order_id == client_order_id), None)

    async def live(self) -> None:
        await until(lambda: all(self.health(surface) is Health.LIVE for surface in _SURFACES))


@pytest.fixture(params=list(facts.PositionMode), ids=lambda mode: mode.value)
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    clock = ExchangeClock(SystemClock())
    desk = Desk(GeneratedSource(7, clock.start_ms, ["BTCUSDT", "ETHUSDT"]), clock, request.param)
    yield desk
    await desk.close()


async def test_a_position_is_opened_reduced_and_closed(desk: Desk) -> None:
    gateway = await desk.open()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await desk.live()
    settings = await gateway.reads.settings("BTCUSDT")
    hold = HoldSide.SHORT if settings.position_mode is PositionMode.HEDGE else None

    def order(
        name: str, side: Side, size: str, price: str | None = None, close: bool = False
    ) -> OrderRequest:
        kind = OrderType.LIMIT if price else OrderType.MARKET
        limit = Decimal(price) if price else None
        force, margin = TimeInForce.GTC, settings.margin_mode
        return OrderRequest(name, "BTCUSDT", side, kind, Decimal(size), limit, force, close, margin, hold)

    assert isinstance(await gateway.actions.place(order("t-1", Side.SELL, "0.02")), Accepted)
    await until(lambda: (found := desk.order("t-1")) is not None and found.state is OrderState.FILLED)
    opened = desk.order("t-1")
    assert opened is not None
    assert (opened.side, opened.filled, opened.hold_side) == (Side.SELL, Decimal("0.02"), hold)
    await until(lambda: desk.of(PositionsReported)[-1].positions)
    (position,) = desk.of(PositionsReported)[-1].positions
    assert (position.hold_side, position.size) == (HoldSide.SHORT, Decimal("0.02"))
    assert position.entry_price == opened.average_price

    reduce = order("t-2", Side.BUY, "0.005", close=True)
    assert isinstance(await gateway.actions.place(reduce), Accepted)
    await until(lambda: desk.of(PositionsReported)[-1].positions[0].size == Decimal("0.015"))
    assert desk.of(FillReported)[-1].fill.side is Side.BUY

    pushed = [event.fill for event in desk.of(FillReported)]
    listed = await gateway.reads.fills("BTCUSDT", 0)
    assert [(f.trade_id, f.side, f.price, f.size, f.fee) for f in listed] == [
        (f.trade_id, f.side, f.price, f.size, f.fee) for f in pushed
    ]
    (read,) = await gateway.reads.positions()
    assert (read.size, read.entry_price) == (Decimal("0.015"), position.entry_price)

    assert isinstance(await gateway.actions.close_position("BTCUSDT", hold), Accepted)
    await until(lambda: not desk.of(PositionsReported)[-1].positions)
    await until(lambda: desk.of(BalanceReported)[-1].balance.locked == 0)
    paid = sum(event.fill.fee + event.fill.profit for event in desk.of(FillReported))
    assert desk.of(BalanceReported)[-1].balance.equity == 10_000 + paid
    assert (await gateway.reads.balance()).equity == 10_000 + paid
    assert isinstance(await gateway.actions.close_position("BTCUSDT", hold), Rejected)


async def test_a_flood_of_orders_stays_within_bitgets_limits(desk: Desk) -> None:
    """What is too much waits here or is not sent; one 429 would put every order of that second in doubt."""
    gateway = await desk.open()
    settings = await gateway.reads.settings("BTCUSDT")
    hold = HoldSide.LONG if settings.position_mode is PositionMode.HEDGE else None
    instrument = next(i for i in await gateway.instruments() if i.symbol == "BTCUSDT")
    last = desk.server.exchange.venue.ticker("BTCUSDT").last
    assert last is not None
    price = (last * Decimal("0.97")).quantize(instrument.tick)

    def order(number: int) -> OrderRequest:
        kind, force = OrderType.LIMIT, TimeInForce.GTC
        size, margin = Decimal("0.001"), settings.margin_mode
        return OrderRequest(f"f-{number}", "BTCUSDT", Side.BUY, kind, size, price, force, False, margin, hold)

    outcomes = await asyncio.gather(*(gateway.actions.place(order(number)) for number in range(40)))
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    assert {type(outcome) for outcome in outcomes} <= {Accepted, NotSent}
    assert 7 <= len(accepted) == len(desk.server.exchange.venue.pending())


async def test_a_resting_order_is_seen_found_and_canceled(desk: Desk) -> None:
    gateway = await desk.open()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await desk.live()
    settings = await gateway.reads.settings("BTCUSDT")
    hold = HoldSide.LONG if settings.position_mode is PositionMode.HEDGE else None
    bid = desk.of(BookChanged)[-1].book.best_bid
    assert bid is not None
    instrument = next(i for i in await gateway.instruments() if i.symbol == "BTCUSDT")
    price = (Decimal(bid[0]) * Decimal("0.97")).quantize(instrument.tick)
    requests = [
        OrderRequest(
            f"r-{number}",
            "BTCUSDT",
            Side.BUY,
            OrderType.LIMIT,
            Decimal("0.010"),
            price - number * instrument.tick,
            TimeInForce.POST_ONLY,
            False,
            settings.margin_mode,
            hold,
        )
        for number in range(3)
    ]
    for request in requests:
        assert isinstance(await gateway.actions.place(request), Accepted)
    assert {order.client_order_id for order in await gateway.reads.open_orders()} == {"r-0", "r-1", "r-2"}
    found = await gateway.reads.order(OrderRef("BTCUSDT", None, "r-1"))
    assert found is not None
    assert (found.price, found.size, found.side) == (price - instrument.tick, Decimal("0.01"), Side.BUY)
    assert (found.time_in_force, found.state) == (TimeInForce.POST_ONLY, OrderState.WORKING)
    assert await gateway.reads.order(OrderRef("BTCUSDT", None, "never-sent")) is None
    assert isinstance(await gateway.actions.cancel(OrderRef("BTCUSDT", None, "r-1")), Accepted)
    await until(lambda: (order := desk.order("r-1")) is not None and order.state is OrderState.CANCELED)
    assert isinstance(await gateway.actions.cancel_all("BTCUSDT"), Accepted)
    await until(lambda: (order := desk.order("r-2")) is not None and order.state is OrderState.CANCELED)
    assert await gateway.reads.open_orders() == ()


async def test_settings_are_set_and_read_back(desk: Desk) -> None:
    gateway = await desk.open()
    assert isinstance(await gateway.actions.set_margin_mode("ETHUSDT", MarginMode.CROSSED), Accepted)
    assert isinstance(await gateway.actions.set_leverage("ETHUSDT", 7, None), Accepted)
    settings = await gateway.reads.settings("ETHUSDT")
    assert settings.maintenance_rate, "the ticket's liquidation price rests on it"
    assert (settings.margin_mode, settings.crossed_leverage) == (MarginMode.CROSSED, 7)
    assert isinstance(await gateway.actions.set_leverage("ETHUSDT", 100_000, None), Rejected)


async def test_a_wrong_secret_is_refused_by_name_on_both_sides(desk: Desk) -> None:
    key = desk.server.api_key
    gateway = await desk.open(Credentials(key.key, "wrong", key.passphrase))
    with pytest.raises(ReadFailed, match="40009"):
        await gateway.reads.balance()
    await until(lambda: desk.health(Surface.PRIVATE) is Health.DOWN)
    assert "login refused" in desk.of(HealthChanged)[-1].reason


@needs_shared
async def test_a_recorded_market_at_full_speed_is_never_in_doubt() -> None:
    clock = ExchangeClock(SystemClock(), 10)
    path = shared_path("tapes", "ws", "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz")
    desk = Desk(TapeSource([path], clock.start_ms), clock, facts.PositionMode.ONE_WAY)
    gateway = await desk.open()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await desk.live()
    books = desk.of(BookChanged)
    await until(lambda: len(desk.of(BookChanged)) > len(books) + 20)
    gateway.watch("SOLUSDT", Timeframe.M5)
    await until(lambda: desk.of(BookChanged)[-1].symbol == "SOLUSDT")
    await asyncio.sleep(0.3)
    assert Health.RESYNC not in {event.health for event in desk.of(HealthChanged)}
    assert not desk.of(BookChanged)[-1].book.crossed
    await desk.close()
