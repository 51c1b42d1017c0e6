"""A scripted exchange behind the gateway port: the tests turn its knobs and read what it was asked."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from omega_tui.domain.account import Balance, Bill, KeyFacts, Position, SymbolSettings
from omega_tui.domain.book import OrderBook
from omega_tui.domain.closed import ReportedPosition
from omega_tui.domain.events import (
    BalanceReported,
    BookChanged,
    Health,
    HealthChanged,
    PositionsReported,
    Surface,
    TickerChanged,
)
from omega_tui.domain.instruments import Instrument, Tier
from omega_tui.domain.market import Candle, PublicTrade, Ticker, Timeframe
from omega_tui.domain.orders import (
    Fill,
    HoldSide,
    MarginMode,
    Order,
    OrderChange,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.port import Accepted, NotSent, Outcome, ReadFailed, Sink, Stopped, never_stopped

D = Decimal
EXCHANGE_MS = 1_700_000_000_000

BTC = Instrument(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=D("0.1"),
    lot=D("0.001"),
    min_size=D("0.001"),
    min_notional=D("5"),
    maker_fee_rate=D("0.0002"),
    taker_fee_rate=D("0.0006"),
    min_leverage=1,
    max_leverage=125,
    max_limit_size=D("100"),
    max_market_size=D("40"),
    funding_interval_hours=8,
    tradable=True,
)
ETH = replace(BTC, symbol="ETHUSDT", base="ETH", tick=D("0.01"), lot=D("0.01"), min_size=D("0.01"))


def settings(symbol: str = "BTCUSDT", mode: PositionMode = PositionMode.ONE_WAY) -> SymbolSettings:
    return SymbolSettings(symbol, mode, MarginMode.CROSSED, 10, 10, 10, D("0.004"))


def position(
    size: str = "0.5",
    hold_side: HoldSide = HoldSide.LONG,
    entry: str = "60000",
    symbol: str = "BTCUSDT",
    mode: PositionMode = PositionMode.ONE_WAY,
) -> Position:
    return Position(
        symbol=symbol,
        hold_side=hold_side,
        size=D(size),
        available=D(size),
        entry_price=D(entry),
        mark_price=D(entry),
        unrealized=D(0),
        realized=D(0),
        leverage=10,
        margin=D(size) * D(entry) / 10,
        margin_mode=MarginMode.CROSSED,
        position_mode=mode,
        liquidation_price=None,
        break_even_price=None,
        maintenance_rate=D("0.004"),
        funding=None,
        fees=None,
        opened_ms=EXCHANGE_MS,
        updated_ms=EXCHANGE_MS,
    )


def balance(equity: str = "10000", unrealized: str = "0") -> Balance:
    return Balance("USDT", D(equity), D(equity), D(0), D(unrealized), EXCHANGE_MS)


def order(
    client_order_id: str,
    state: OrderState = OrderState.WORKING,
    *,
    size: str = "0.01",
    price: str = "59000",
    filled: str = "0",
    side: Side = Side.BUY,
    order_id: str | None = "9001",
    symbol: str = "BTCUSDT",
    reduce_only: bool = False,
) -> Order:
    return Order(
        client_order_id=client_order_id,
        order_id=order_id,
        symbol=symbol,
        side=side,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        size=D(size),
        price=D(price),
        reduce_only=reduce_only,
        hold_side=None,
        state=state,
        filled=D(filled),
        average_price=D(price) if D(filled) else None,
        fee=None,
        created_ms=EXCHANGE_MS,
        updated_ms=EXCHANGE_MS,
    )


def fill(
    trade_id: str,
    size: str = "0.004",
    *,
    price: str = "59000",
    order_id: str = "9001",
    client_order_id: str | None = None,
    side: Side = Side.BUY,
    fee: str | None = "-0.14",
    profit: str | None = "0",
    at: int = EXCHANGE_MS,
) -> Fill:
    return Fill(
        trade_id=trade_id,
        order_id=order_id,
        client_order_id=client_order_id,
        symbol="BTCUSDT",
        side=side,
        price=D(price),
        size=D(size),
        fee=D(fee) if fee is not None else None,
        fee_coin="USDT",
        profit=D(profit) if profit is not None else None,
        maker=True,
        exchange_ms=at,
    )


def ticker(
    mark: str = "60000", last: str = "60000", *, at: int = EXCHANGE_MS, symbol: str = "BTCUSDT"
) -> Ticker:
    return Ticker(
        symbol=symbol,
        exchange_ms=at,
        last_price=D(last),
        bid_price=None,
        ask_price=None,
        mark_price=D(mark),
        index_price=None,
        funding_rate=D("0.0001"),
        next_funding_ms=at + 3_600_000,
        open_interest=None,
        high_24h=None,
        low_24h=None,
        open_24h=None,
        change_24h=D("0.01"),
        base_volume_24h=None,
        quote_volume_24h=None,
    )


def book(bids: list[tuple[str, str]] | None = None, asks: list[tuple[str, str]] | None = None) -> OrderBook:
    made = OrderBook()
    made.reset(
        bids or [("59999.9", "1.0"), ("59999.8", "2.0"), ("59990.0", "5.0")],
        asks or [("60000.1", "1.0"), ("60000.2", "2.0"), ("60010.0", "50.0")],
    )
    return made


@dataclass
class FakeGateway:
    """Answers from its fields; `on_place` decides each order's outcome and may look around first."""

    on_place: Callable[[OrderRequest], Outcome] = lambda request: Accepted("9001", request.client_order_id)
    on_cancel: Callable[[OrderRef], Outcome] = lambda target: Accepted(target.order_id, None)
    on_cancel_all: Callable[[str | None], Outcome] = lambda symbol: Accepted(None, None)
    on_close: Callable[[str], Outcome] = lambda symbol: Accepted(None, None)
    on_amend: Callable[[OrderChange], Outcome] = lambda change: Accepted(None, change.new_client_order_id)
    on_setting: Callable[[], Outcome] = lambda: Accepted(None, None)
    on_fetch_order: Callable[[str], Order | None] = lambda client_order_id: None
    on_past_order: Callable[[str], Order | None] = lambda client_order_id: None
    open_orders: tuple[Order, ...] = ()
    positions: tuple[Position, ...] = ()
    balance: Balance = field(default_factory=balance)
    fills: tuple[Fill, ...] = ()
    listed: tuple[Instrument, ...] = (BTC, ETH)
    past: tuple[Candle, ...] = ()
    bills: tuple[Bill, ...] = ()
    closed_positions: tuple[ReportedPosition, ...] = ()
    tiers: tuple[Tier, ...] = (
        Tier(D(0), D("150000"), 125, D("0.004")),
        Tier(D("150000"), D("900000"), 100, D("0.005")),
        Tier(D("900000"), None, 50, D("0.01")),
    )
    key: KeyFacts = field(default_factory=lambda: KeyFacts("1", True, False, ("trade",), ("127.0.0.1",)))
    mode: PositionMode = PositionMode.ONE_WAY
    reads_fail: bool = False
    market_reads_fail: bool = False
    reads_type: "type[FakeReads] | None" = None
    hold_place: asyncio.Event | None = None
    crowded: asyncio.Event | None = None
    sink: Sink | None = None
    asked: list[str] = field(default_factory=list)
    placed: list[OrderRequest] = field(default_factory=list)
    canceled: list[OrderRef] = field(default_factory=list)
    amended: list[OrderChange] = field(default_factory=list)
    watched: list[tuple[str, Timeframe]] = field(default_factory=list)

    @property
    def actions(self) -> "FakeGateway":
        return self

    @property
    def reads(self) -> "FakeReads":
        return (self.reads_type or FakeReads)(self)

    def note_read(self, what: str) -> None:
        self.asked.append(what)
        if self.reads_fail or (self.market_reads_fail and what.startswith(("ticker", "book"))):
            raise ReadFailed("no answer")

    async def start(self, sink: Sink) -> None:
        self.sink = sink

    async def stop(self) -> None:
        self.asked.append("stop")

    def watch(self, symbol: str, timeframe: Timeframe) -> None:
        self.watched.append((symbol, timeframe))

    async def instruments(self, *, fresh: bool = False) -> tuple[Instrument, ...]:
        self.note_read("instruments fresh" if fresh else "instruments")
        return self.listed

    async def place(self, request: OrderRequest, stopped: Stopped = never_stopped) -> Outcome:
        if self.crowded is not None:
            await self.crowded.wait()
        if reason := stopped(request.client_order_id):
            return NotSent(reason)
        self.asked.append("place")
        self.placed.append(request)
        if self.hold_place is not None:
            await self.hold_place.wait()
        return self.on_place(request)

    async def cancel(self, target: OrderRef) -> Outcome:
        self.asked.append("cancel")
        self.canceled.append(target)
        return self.on_cancel(target)

    async def cancel_all(self, symbol: str | None) -> Outcome:
        self.asked.append(f"cancel_all {symbol}")
        return self.on_cancel_all(symbol)

    async def close_position(self, symbol: str, hold_side: HoldSide | None) -> Outcome:
        self.asked.append(f"close_position {symbol} {hold_side}")
        return self.on_close(symbol)

    async def place_batch(
        self, requests: Sequence[OrderRequest], stopped: Stopped = never_stopped
    ) -> tuple[Outcome, ...]:
        self.asked.append("place_batch")
        self.placed.extend(requests)
        return tuple(map(self.on_place, requests))

    async def amend(self, change: OrderChange, stopped: Stopped = never_stopped) -> Outcome:
        self.asked.append("amend")
        self.amended.append(change)
        return self.on_amend(change)

    async def reverse(self, request: OrderRequest, stopped: Stopped = never_stopped) -> Outcome:
        self.asked.append("reverse")
        self.placed.append(request)
        return self.on_place(request)

    async def cancel_batch(self, targets: Sequence[OrderRef]) -> tuple[Outcome, ...]:
        self.asked.append("cancel_batch")
        self.canceled.extend(targets)
        return tuple(map(self.on_cancel, targets))

    async def cancel_plans(self, symbol: str | None, kind: PlanKind) -> Outcome:
        self.asked.append(f"cancel_plans {symbol} {kind}")
        return self.on_cancel_all(symbol)

    async def set_leverage(self, symbol: str, leverage: int, hold_side: HoldSide | None) -> Outcome:
        self.asked.append(f"set_leverage {symbol} {leverage} {hold_side}")
        return self.on_setting()

    async def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> Outcome:
        self.asked.append(f"set_margin_mode {symbol} {margin_mode}")
        return self.on_setting()

    async def set_position_mode(self, position_mode: PositionMode) -> Outcome:
        self.asked.append(f"set_position_mode {position_mode}")
        return self.on_setting()

    def emit(self, *events: object) -> None:
        assert self.sink is not None
        for event in events:
            self.sink(event)  # type: ignore[arg-type]

    def go_live(self, at: int = EXCHANGE_MS) -> None:
        """What a healthy gateway says right after connecting."""
        self.emit(
            *(HealthChanged(surface, Health.LIVE, "") for surface in Surface),
            TickerChanged(ticker(at=at)),
            BookChanged("BTCUSDT", book(), at),
            BalanceReported(self.balance),
            PositionsReported(self.positions, at),
        )


class FakeReads:
    """The reading half: answers from the gateway's fields."""

    def __init__(self, gateway: FakeGateway) -> None:
        self.gateway = gateway

    async def order(self, ref: OrderRef) -> Order | None:
        self.gateway.note_read(f"order {ref.client_order_id}")
        return self.gateway.on_fetch_order(ref.client_order_id or "")

    async def past_order(self, ref: OrderRef) -> Order | None:
        self.gateway.note_read(f"past_order {ref.client_order_id}")
        return self.gateway.on_past_order(ref.client_order_id or "")

    async def open_orders(self) -> tuple[Order, ...]:
        self.gateway.note_read("open_orders")
        return self.gateway.open_orders

    async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
        self.gateway.note_read(f"fills {symbol}")
        return tuple(each for each in self.gateway.fills if symbol in (None, each.symbol))

    async def bills(self, since_ms: int) -> tuple[Bill, ...]:
        self.gateway.note_read("bills")
        return tuple(each for each in self.gateway.bills if each.exchange_ms >= since_ms)

    async def closed_positions(self, since_ms: int) -> tuple[ReportedPosition, ...]:
        self.gateway.note_read("closed_positions")
        return tuple(each for each in self.gateway.closed_positions if each.closed_ms >= since_ms)

    async def positions(self) -> tuple[Position, ...]:
        self.gateway.note_read("positions")
        return self.gateway.positions

    async def balance(self) -> Balance:
        self.gateway.note_read("balance")
        return self.gateway.balance

    async def settings(self, symbol: str) -> SymbolSettings:
        self.gateway.note_read(f"settings {symbol}")
        return settings(symbol, self.gateway.mode)

    async def tiers(self, symbol: str) -> tuple[Tier, ...]:
        self.gateway.note_read(f"tiers {symbol}")
        return self.gateway.tiers

    async def key(self) -> KeyFacts:
        self.gateway.note_read("key")
        return self.gateway.key

    async def ticker(self, symbol: str) -> Ticker:
        self.gateway.note_read(f"ticker {symbol}")
        return ticker(symbol=symbol)

    async def book(self, symbol: str, depth: int) -> OrderBook:
        self.gateway.note_read(f"book {symbol}")
        return book()

    async def trades(self, symbol: str, limit: int) -> tuple[PublicTrade, ...]:
        self.gateway.note_read(f"trades {symbol}")
        return ()

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        self.gateway.note_read(f"candles {symbol} {timeframe}")
        past = [each for each in self.gateway.past if end_ms is None or each.start_ms < end_ms]
        return tuple(past[-limit:])
