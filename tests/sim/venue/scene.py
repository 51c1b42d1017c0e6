"""One small market, an exchange on it, and short ways to act there."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from omega_tui.clock import ManualClock
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import (
    BookDelta,
    BookSnapshot,
    Contract,
    Direction,
    Force,
    HoldSide,
    Level,
    MarginMode,
    MarketFacts,
    OrderType,
    PositionMode,
    PublicTrade,
    SelfTrade,
    Tier,
)
from omega_tui.sim.venue.ledger import (
    NO_PRESETS,
    LedgerEvent,
    LedgerFill,
    LedgerOrder,
    OrderChanged,
    OrderSpec,
    Presets,
)
from omega_tui.sim.venue.venue import Venue, VenueSettings

BUY, SELL = Direction.BUY, Direction.SELL
LONG, SHORT = HoldSide.LONG, HoldSide.SHORT
SYMBOL = "BTCUSDT"

TIERS = (
    Tier(1, Decimal(0), Decimal(200_000), 125, Decimal("0.0040")),
    Tier(2, Decimal(200_000), Decimal(1_000_000), 100, Decimal("0.0050")),
    Tier(3, Decimal(1_000_000), Decimal(5_000_000), 20, Decimal("0.0200")),
)

CONTRACT = Contract(
    symbol=SYMBOL,
    base_coin="BTC",
    quote_coin="USDT",
    price_place=1,
    price_end_step=1,
    volume_place=3,
    size_multiplier=Decimal("0.001"),
    min_trade_num=Decimal("0.001"),
    min_trade_usdt=Decimal(5),
    maker_fee_rate=Decimal("0.0002"),
    taker_fee_rate=Decimal("0.0006"),
    buy_limit_price_ratio=Decimal("0.05"),
    sell_limit_price_ratio=Decimal("0.05"),
    min_lever=1,
    max_lever=125,
    fund_interval=8,
    max_market_order_qty=Decimal(50),
    max_order_qty=Decimal(100),
    tiers=TIERS,
)
"""A contract with round figures: tick 0.1, lot 0.001."""

ETH = replace(CONTRACT, symbol="ETHUSDT", base_coin="ETH")

BIDS: tuple[Level, ...] = (("100", "1"), ("99.9", "2"), ("99.8", "3"))
ASKS: tuple[Level, ...] = (("100.1", "1"), ("100.2", "2"), ("100.3", "3"))


class Scene:
    """An exchange with one book around 100, and what it announced."""

    def __init__(
        self,
        mode: PositionMode = PositionMode.ONE_WAY,
        balance: str = "10000",
        leverage: int = 10,
        margin_mode: MarginMode = MarginMode.CROSSED,
        choices: Choices | None = None,
        contracts: Sequence[Contract] = (CONTRACT, ETH),
    ) -> None:
        self.clock = ManualClock(1_790_000_000_000)
        settings = VenueSettings(mode, Decimal(balance), leverage, margin_mode, choices or Choices())
        self.venue = Venue(contracts, settings, self.clock.wall_ms)
        self.margin_mode = margin_mode
        self.events: list[LedgerEvent] = []
        self.venue.listen(self.events.append)
        self.snapshot(BIDS, ASKS)
        self.facts(mark_price="100")

    @property
    def now(self) -> int:
        return self.clock.wall_ms()

    @property
    def fills(self) -> list[LedgerFill]:
        """Every fill announced so far, oldest first."""
        return [event.fill for event in self.events if isinstance(event, OrderChanged) and event.fill]

    def snapshot(self, bids: tuple[Level, ...], asks: tuple[Level, ...], symbol: str = SYMBOL) -> None:
        self.venue.on_market(BookSnapshot(symbol, self.now, bids, asks))

    def delta(self, bids: tuple[Level, ...] = (), asks: tuple[Level, ...] = ()) -> None:
        self.venue.on_market(BookDelta(SYMBOL, self.now, bids, asks))

    def trade(self, price: str, size: str, side: Direction) -> None:
        self.venue.on_market(PublicTrade(SYMBOL, self.now, price, size, side, "1"))

    def facts(self, mark_price: str) -> None:
        self.venue.on_market(MarketFacts(SYMBOL, self.now, mark_price=mark_price))

    def wait(self, milliseconds: int) -> None:
        """Let exchange time pass, and with it what is due."""
        self.clock.advance(milliseconds / 1000)
        self.venue.on_time(self.now)

    def spec(
        self,
        direction: Direction,
        size: str,
        price: str | None = None,
        *,
        force: Force = Force.GTC,
        hold: HoldSide | None = None,
        closes: bool = False,
        reduce_only: bool = False,
        client_oid: str | None = None,
        symbol: str = SYMBOL,
        margin_mode: MarginMode | None = None,
        presets: Presets = NO_PRESETS,
        self_trade: SelfTrade = SelfTrade.NONE,
    ) -> OrderSpec:
        return OrderSpec(
            symbol=symbol,
            direction=direction,
            order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
            size=Decimal(size),
            price=None if price is None else Decimal(price),
            force=force,
            margin_mode=margin_mode or self.margin_mode,
            hold_side=hold,
            closes=closes,
            reduce_only=reduce_only,
            client_oid=client_oid,
            presets=presets,
            self_trade=self_trade,
        )

    def buy(self, size: str, price: str | None = None, force: Force = Force.GTC) -> LedgerOrder:
        """Place and return the order as it stands afterwards."""
        return self.place(self.spec(BUY, size, price, force=force))

    def sell(self, size: str, price: str | None = None, force: Force = Force.GTC) -> LedgerOrder:
        return self.place(self.spec(SELL, size, price, force=force))

    def place(self, spec: OrderSpec) -> LedgerOrder:
        return self.state_of(self.venue.place(spec))

    def open(self, side: HoldSide, size: str, price: str | None = None) -> LedgerOrder:
        """Hedge mode: open a side."""
        return self.place(self.spec(BUY if side is LONG else SELL, size, price, hold=side))

    def close(self, side: HoldSide, size: str, price: str | None = None) -> LedgerOrder:
        """Hedge mode: close a side."""
        return self.place(self.spec(SELL if side is LONG else BUY, size, price, hold=side, closes=True))

    def state_of(self, order: LedgerOrder) -> LedgerOrder:
        found = self.venue.order(order.symbol, order.order_id, None)
        assert found is not None
        return found

    def levels(self, side: Direction, depth: int = 10) -> list[Level]:
        return self.venue.book(SYMBOL).levels(side, depth)
