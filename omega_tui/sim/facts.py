"""What the parts of the simulated exchange tell each other of markets: words, contracts, market events.

Pure data, spelled in full words. How Bitget spells it on the wire is the business of `payloads`, where a
market comes from that of `market`, what the account did of `venue.ledger`.
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

_HOUR_MS = 3_600_000


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


class SelfTrade(StrEnum):
    """What becomes of a taker that meets an own resting order (Bitget's stpMode)."""

    NONE = "none"
    CANCEL_TAKER = "cancel_taker"
    CANCEL_MAKER = "cancel_maker"
    CANCEL_BOTH = "cancel_both"


class SymbolStatus(StrEnum):
    """What a listed symbol may be traded for at the moment (Bitget's symbolStatus)."""

    LISTED = "listed"
    NORMAL = "normal"
    MAINTAIN = "maintain"
    LIMIT_OPEN = "limit_open"
    RESTRICTED_API = "restrictedAPI"
    OFF = "off"


class OrderStatus(StrEnum):
    """The states of an order that Bitget shows."""

    LIVE = "live"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"


class PlanType(StrEnum):
    """The kinds of conditional orders, in the words of Bitget's REST pages."""

    NORMAL = "normal_plan"
    TRACK = "track_plan"
    PROFIT = "profit_plan"
    LOSS = "loss_plan"
    POSITION_PROFIT = "pos_profit"
    POSITION_LOSS = "pos_loss"
    MOVING = "moving_plan"


class TriggerType(StrEnum):
    """The price that a conditional order looks at: the last trade's or the mark."""

    LAST = "fill_price"
    MARK = "mark_price"


class PlanStatus(StrEnum):
    """The states of a conditional order; `executing` is seen on the stream only."""

    LIVE = "live"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "fail_execute"
    CANCELLED = "cancelled"


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
    """One listed USDT-margined perpetual and its trading rules.

    The two up ratios are what an open order binds beyond its margin and its fee, in parts of each.
    """

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
    max_symbol_orders: int = 200
    max_product_orders: int = 400
    open_cost_up_ratio: Decimal = Decimal(0)
    fee_rate_up_ratio: Decimal = Decimal(0)

    @property
    def tick(self) -> Decimal:
        """Smallest price step: the end step counted in units of the last price place."""
        return Decimal(self.price_end_step).scaleb(-self.price_place)

    def next_funding(self, ts: int) -> int:
        """The first funding time after `ts`, counted from midnight UTC (Bitget: 0, 8 and 16 o'clock)."""
        interval = self.fund_interval * _HOUR_MS
        return ts - ts % interval + interval


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

    def past_funding_rate(self, symbol: str, settled_ms: int) -> str:
        """The rate of a settlement before the market's start, as plain text."""
        ...
