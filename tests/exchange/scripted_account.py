"""An account on a scripted exchange, seen through the real client; nothing moves unless a test says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from omega_tui.clock import SystemClock
from omega_tui.domain.events import Health, OrderReported, Surface
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    Order,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.port import Accepted
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from tests.exchange.fake import until
from tests.exchange.test_against_simulator import Desk
from tests.sim.protocol.scripted import BTC, ScriptedSource, trade

_LONG = HoldSide.LONG


class Account:
    """The client's view of a scripted exchange on which a long position of 0.05 is open."""

    def __init__(self, desk: Desk, gateway: BitgetGateway, mode: facts.PositionMode) -> None:
        self.desk, self.gateway = desk, gateway
        self.actions, self.reads = gateway.actions, gateway.reads
        self.hedge = mode is facts.PositionMode.HEDGE
        self.hold = _LONG if self.hedge else None

    @property
    def exchange(self) -> Any:
        return self.desk.server.exchange

    def order(self, name: str, size: str = "0.01", price: str | None = None, **terms: Any) -> OrderRequest:
        """A buy, which in hedge mode opens a long position."""
        kind = OrderType.LIMIT if price else OrderType.MARKET
        limit = Decimal(price) if price else None
        plain = OrderRequest(
            *(name, BTC, Side.BUY, kind, Decimal(size), limit, TimeInForce.GTC),
            reduce_only=False,
            margin_mode=MarginMode.CROSSED,
            hold_side=self.hold,
        )
        return replace(plain, **terms)

    async def place(self, request: OrderRequest) -> OrderRef:
        outcome = await self.actions.place(request)
        assert isinstance(outcome, Accepted), outcome
        kind = request.plan.kind if request.plan else None
        return OrderRef(request.symbol, outcome.order_id, request.client_order_id, kind)

    async def known(self, ref: OrderRef) -> Order:
        order = await self.reads.order(ref)
        assert order is not None
        return order

    async def state(self, ref: OrderRef, state: OrderState) -> Order:
        """Wait until the stream tells of this state."""
        await until(lambda: (order := self.told(ref)) is not None and order.state is state)
        order = self.told(ref)
        assert order is not None
        return order

    def told(self, ref: OrderRef) -> Order | None:
        found = [event.order for event in self.desk.of(OrderReported)]
        return next((o for o in reversed(found) if o.client_order_id == ref.client_order_id), None)

    async def resting(self) -> dict[str, Order]:
        return {order.client_order_id: order for order in await self.reads.open_orders()}

    def move(self, price: Decimal) -> None:
        """The last price and the mark price are `price` now."""
        now = self.exchange.clock.now_ms()
        self.exchange.apply(facts.MarketFacts(BTC, now, mark_price=str(price)))
        self.exchange.apply(trade(BTC, now, str(price), "0.0001", 1))


@asynccontextmanager
async def opened(mode: facts.PositionMode) -> AsyncIterator[Account]:
    """Such an account, with a long position of 0.05 and its streams alive."""
    clock = ExchangeClock(SystemClock())
    desk = Desk(ScriptedSource(clock.start_ms), clock, mode)
    account = Account(desk, await desk.open(), mode)
    try:
        await until(lambda: desk.health(Surface.PRIVATE) is Health.LIVE)
        await account.state(await account.place(account.order("open", "0.05")), OrderState.FILLED)
        yield account
    finally:
        await desk.close()
