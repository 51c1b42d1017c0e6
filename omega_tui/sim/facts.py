"""What the parts of the simulated exchange tell each other: contracts, market events, ledger records.

Pure data, spelled in full words. How Bitget spells it on the wire is the business of `payloads`; where a
market comes from is the business of `market`; who owns what is the business of `venue` and `accounts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

Level = tuple[str, str]
"""Price text and size text of one book level, exactly as published; size "0" deletes the level."""

CandleRow = tuple[int, str, str, str, str, str, str]
"""Start (ms), open, high, low, close, base volume, quote volume: the columns of Bitget's REST candles."""


class MarginMode(StrEnum):
    """How a symbol's margin is held."""

    CROSSED = "crossed"
    ISOLATED = "isolated"


class PositionMode(StrEnum):
    """Whether long and short positions net out or live side by side."""

    ONE_WAY = "one_way_mode"
    HEDGE = "hedge_mode"


class Direction(StrEnum):
    """The true direction of a trade; never the hedge-mode wire side."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Direction":
        """The other direction."""
        return Direction.SELL if self is Direction.BUY else Direction.BUY


class HoldSide(StrEnum):
    """The side of a position."""

    LONG = "long"
    SHORT = "short"


class OrderType(StrEnum):
    """How an order is priced."""

    LIMIT = "limit"
    MARKET = "market"


class Force(StrEnum):
    """Time in force, in Bitget's words."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"


class OrderStatus(StrEnum):
    """The states of an order that Bitget shows."""

    LIVE = "live"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of a contract's position tiers; units are quote-currency notional."""

    level: int
    start_unit: Decimal
    end_unit: Decimal
    leverage: int
    keep_margin_rate: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """One listed USDT-margined perpetual and its trading rules."""

    symbol: str
    base_coin: str
    quote_coin: str
    price_place: int
    price_end_step: int
    volume_place: int
    size_multiplier: Decimal
    min_trade_num: Decimal
    min_trade_usdt: Decimal
    maker_fee_rate: Decimal
    taker_fee_rate: Decimal
    buy_limit_price_ratio: Decimal
    sell_limit_price_ratio: Decimal
    min_lever: int
    max_lever: int
    fund_interval: int
    max_market_order_qty: Decimal
    max_order_qty: Decimal
    tiers: tuple[Tier, ...]

    @property
    def tick(self) -> Decimal:
        """Smallest price step: the end step counted in units of the last price place."""
        return Decimal(self.price_end_step).scaleb(-self.price_place)


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """The whole book of a symbol at `ts` (exchange ms); best levels first."""

    symbol: str
    ts: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class BookDelta:
    """Levels that changed at `ts`; size "0" removes a level."""

    symbol: str
    ts: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """A trade of the market; `side` is the taker's direction.

    The exchange gives `trade_id` when it reports the trade; sources leave it empty.
    """

    symbol: str
    ts: int
    price: str
    size: str
    side: Direction
    trade_id: str = ""


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """Ticker facts at `ts`; None means unchanged since the last statement.

    `last_price` is what was paid last before the market started; from then on trades say it.
    """

    symbol: str
    ts: int
    last_price: str | None = None
    mark_price: str | None = None
    index_price: str | None = None
    funding_rate: str | None = None
    next_funding_ms: int | None = None
    open_interest: str | None = None
    open_24h: str | None = None
    high_24h: str | None = None
    low_24h: str | None = None
    base_volume_24h: str | None = None
    quote_volume_24h: str | None = None


@dataclass(frozen=True, slots=True)
class TapeEnded:
    """The recording is over; when not `looping`, nothing follows."""

    ts: int
    lap: int
    looping: bool


MarketEvent = BookSnapshot | BookDelta | PublicTrade | MarketFacts | TapeEnded


class MarketSource(Protocol):
    """Where the market comes from: a recording or a generator.

    Time inside a source is exchange time in milliseconds, beginning at the `start_ms` that its
    constructor was given (the wall clock when the simulator started), so that a recording of another year
    plays as if it happened now. Events come in time order; the caller paces them.
    """

    @property
    def label(self) -> str:
        """What the mode line says of this market, such as "synthetic, seed 7" or "replay of bybit …"."""
        ...

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts this market trades."""
        ...

    def events(self) -> Iterator[MarketEvent]:
        """All events from the start on; each symbol begins with a BookSnapshot with MarketFacts beside it."""
        ...

    def past_candles(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Up to `limit` finished candles before both `before_ms` and the market's start, ascending.

        `granularity` is Bitget's REST spelling (1m … 1M and the utc forms).
        """
        ...


@dataclass(frozen=True, slots=True)
class OrderSpec:
    """An order as asked for, already parsed from the wire and with the true trade direction."""

    symbol: str
    direction: Direction
    order_type: OrderType
    size: Decimal
    price: Decimal | None
    force: Force
    margin_mode: MarginMode
    hold_side: HoldSide | None
    closes: bool
    reduce_only: bool
    client_oid: str | None
    preset_take_profit: Decimal | None = None
    preset_stop_loss: Decimal | None = None
    source: str = "API"


@dataclass(frozen=True, slots=True)
class LedgerFill:
    """One execution of the trader's order; `fee` is negative when paid; `profit` excludes fees."""

    trade_id: str
    order_id: str
    client_oid: str
    symbol: str
    direction: Direction
    order_type: OrderType
    trade_side: str
    price: Decimal
    size: Decimal
    fee: Decimal
    profit: Decimal
    maker: bool
    position_mode: PositionMode
    ts: int


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """The state of the trader's order at one moment.

    `trade_side` is Bitget's reply word (open, close, buy_single, sell_single …); `hold_side` is None in
    one-way mode (the wire's posSide "net"). `price` is None for market orders. `fee` is negative when paid.
    """

    order_id: str
    client_oid: str
    symbol: str
    direction: Direction
    order_type: OrderType
    force: Force
    size: Decimal
    price: Decimal | None
    hold_side: HoldSide | None
    trade_side: str
    reduce_only: bool
    margin_mode: MarginMode
    position_mode: PositionMode
    leverage: int
    status: OrderStatus
    filled: Decimal
    filled_quote: Decimal
    fee: Decimal
    profit: Decimal
    cancel_reason: str
    order_source: str
    enter_point_source: str
    created_ms: int
    updated_ms: int
    preset_take_profit: Decimal | None = None
    preset_stop_loss: Decimal | None = None

    @property
    def average_price(self) -> Decimal | None:
        """Average fill price, None before any fill."""
        return self.filled_quote / self.filled if self.filled else None


@dataclass(frozen=True, slots=True)
class LedgerPosition:
    """An open position with the figures Bitget shows; money in USDT, sizes in base units.

    `liquidation_price` is None when there is none (crossed with ample equity). `funding` is the sum of
    funding paid (negative) and received; `fees` the trading fees so far (negative when paid).
    """

    position_id: str
    symbol: str
    hold_side: HoldSide
    margin_mode: MarginMode
    position_mode: PositionMode
    leverage: int
    size: Decimal
    available: Decimal
    locked: Decimal
    opening_size: Decimal
    open_price_average: Decimal
    mark_price: Decimal
    margin: Decimal
    unrealized: Decimal
    achieved_profits: Decimal
    liquidation_price: Decimal | None
    break_even_price: Decimal
    keep_margin_rate: Decimal
    margin_ratio: Decimal
    funding: Decimal
    fees: Decimal
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """The account's money in USDT: `equity` includes unrealized profit at mark."""

    balance: Decimal
    equity: Decimal
    locked: Decimal
    available: Decimal
    crossed_available: Decimal
    isolated_available: Decimal
    transferable: Decimal
    unrealized: Decimal
    crossed_unrealized: Decimal
    isolated_unrealized: Decimal
    crossed_margin: Decimal
    isolated_margin: Decimal
    crossed_risk_rate: Decimal
    position_mode: PositionMode


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was created, filled (then `fill` says what) or cancelled."""

    order: LedgerOrder
    fill: LedgerFill | None


@dataclass(frozen=True, slots=True)
class PositionsChanged:
    """Some position or what is reserved of it changed."""

    ts: int


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """The account's money changed."""

    ts: int


LedgerEvent = OrderChanged | PositionsChanged | AccountChanged


class Refused(Exception):
    """The exchange says no: Bitget's code and the text that comes with it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
