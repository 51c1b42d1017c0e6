"""What a gateway tells the engine: past-tense facts, already translated and sanitised."""

from dataclasses import dataclass
from enum import StrEnum

from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.book import OrderBook
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.market import Candle, PublicTrade, Ticker, Timeframe
from omega_tui.domain.orders import Fill, Order


class Surface(StrEnum):
    """A kind of data with its own freshness."""

    BOOK = "book"
    TICKER = "ticker"
    TAPE = "tape"
    CANDLES = "candles"
    PRIVATE = "private"
    ACTIONS = "actions"


class Health(StrEnum):
    """How far a surface can be trusted. The engine decides STALE, from age, and POLLING, when its stream is
    not live and REST answers in its place; the rest is the gateway's word. Of actions alone are said
    MAINTENANCE, the exchange takes nothing new for now, and REFUSED, it does not take this key, so that not
    even a close can be sent from here."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    POLLING = "polling"
    RESYNC = "resync"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TickerChanged:
    """A newer ticker."""

    ticker: Ticker


@dataclass(frozen=True, slots=True)
class BookChanged:
    """The book of a symbol moved on. `book` is the gateway's own live object, valid until the next await."""

    symbol: str
    book: OrderBook
    exchange_ms: int


@dataclass(frozen=True, slots=True)
class TradesPrinted:
    """New public trades, oldest first. `replaces` is True for the run of trades that opens a subscription."""

    symbol: str
    trades: tuple[PublicTrade, ...]
    replaces: bool


@dataclass(frozen=True, slots=True)
class CandlesChanged:
    """Candles of one timeframe, oldest first; `replaces` is True for a snapshot."""

    symbol: str
    timeframe: Timeframe
    candles: tuple[Candle, ...]
    replaces: bool


@dataclass(frozen=True, slots=True)
class OrderReported:
    """The exchange's newest statement about an order of the account, and where it was made."""

    order: Order
    source: EvidenceSource = EvidenceSource.STREAM


@dataclass(frozen=True, slots=True)
class FillReported:
    """An execution of an order of the account; may be reported more than once."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class PositionsReported:
    """All open positions of the account: what is absent is closed. `asked` marks an answer to a question."""

    positions: tuple[Position, ...]
    exchange_ms: int
    asked: bool = False


@dataclass(frozen=True, slots=True)
class BalanceReported:
    """The account's balance."""

    balance: Balance


@dataclass(frozen=True, slots=True)
class SettingsReported:
    """How the account trades a symbol."""

    settings: SymbolSettings


@dataclass(frozen=True, slots=True)
class HealthChanged:
    """A surface became better or worse; `reason` is in plain words. `symbol` is None for account surfaces."""

    surface: Surface
    health: Health
    reason: str
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """Something the trader should read in the log, already sanitised."""

    text: str
    warning: bool = False


Event = (
    TickerChanged
    | BookChanged
    | TradesPrinted
    | CandlesChanged
    | OrderReported
    | FillReported
    | PositionsReported
    | BalanceReported
    | SettingsReported
    | HealthChanged
    | NoticeGiven
)
