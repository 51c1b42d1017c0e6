"""What a face sees: one frozen, serialisable picture per panel, each with a version.

A face pulls: it compares `Views.version(panel)` with what it drew last and asks for the picture only when it
moved. Prices that place a thing on the ladder are whole ticks (`price = ticks x tick`); floats are for
drawing only; an unknown figure is None. Texts are sanitised already.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import (
    MarginMode,
    OrderState,
    PositionMode,
    Side,
)
from omega_tui.domain.profiles import EntryType, Profile
from omega_tui.engine.account_views import (
    AccountView,
    FillsView,
    Freshness,
    LeverageEffect,
    OrderRow,
    OrdersView,
    PositionsView,
    ProtectPreview,
)
from omega_tui.engine.chart_views import ChartView, FibonacciView, SwingView
from omega_tui.engine.intents import Protect, SetLeverage, TicketDraft, TicketPreview
from omega_tui.engine.past_views import HarmonyView, HistoryView


class Panel(StrEnum):
    """The pictures the engine paints."""

    STATUS = "status"
    LADDER = "ladder"
    TAPE = "tape"
    CHART = "chart"
    FIBONACCI = "fibonacci"
    POSITIONS = "positions"
    ORDERS = "orders"
    FILLS = "fills"
    ACCOUNT = "account"
    HISTORY = "history"
    LOG = "log"


class Posture(StrEnum):
    """What the engine lets through."""

    NORMAL = "NORMAL"
    REDUCE_ONLY = "REDUCE-ONLY"
    HALT = "HALT"
    READ_ONLY = "READ-ONLY"


@dataclass(frozen=True, slots=True)
class StatusView:
    """The mode line. `venue` is the word shown first (SIM, DEMO, LIVE); `market_note` names a synthetic or
    replayed market and is empty for the real one; `profile` is empty while no limits of one are enforced.
    Latencies are milliseconds."""

    venue: str
    account: str
    market_note: str
    read_only: bool
    symbol: str
    last_price: Decimal | None
    direction: int
    mark_price: Decimal | None
    change_24h: Decimal | None
    funding_rate: Decimal | None
    funding_in_seconds: int | None
    position_mode: PositionMode | None
    margin_mode: MarginMode | None
    leverage: int | None
    profile: str
    posture: Posture
    book: Freshness
    private: Freshness
    actions: Freshness
    stream_lag_ms: int | None
    ack_p50_ms: int | None
    instrument: Instrument | None
    posture_reason: str = ""
    """Why the posture is not NORMAL and what ends it, in plain words."""
    halted: bool = False
    """Whether the trader has halted the account, which resuming ends; a HALT may have other causes too."""
    halted_symbols: tuple[str, ...] = ()
    """Symbols that are halted by themselves, which resuming ends too."""
    live_phrase: str = ""
    """What has to be typed before new risk is possible here; empty for nothing."""
    day_phrase: str = ""
    """What has to be typed to take new entries again today; empty while the day is not locked."""
    alarm_waits: bool = False
    """Whether part of the alarm stays until the trader says that it was seen."""
    entry_type: EntryType = EntryType.LIMIT
    """How a new ticket is priced by default: the profile's choice."""
    profile_risk: Decimal | None = None
    """What one entry may lose at its stop under the profile, as a share of equity; None without a profile."""
    profile_leverage: tuple[int, int] | None = None
    """The profile's default and maximum leverage now; None without a profile."""
    unasked: Decimal = Decimal(0)
    """Largest loss at its stop of an order that leaves without a second key, as a share of equity; 0 for
    none."""
    alarm: str = ""
    """What needs the trader's eyes now, such as a position without a stop; empty for nothing."""
    changing: str = ""
    """Which setting of the account is being changed now; empty for none."""
    compared: bool = True
    """Whether the account has been compared with the exchange since its stream last came back."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """Every surface with how far it can be trusted, and how quickly the exchange answers, in milliseconds.

    `acks` counts the answers to orders that the percentiles are of; they are None before the first. The same
    for `slips`: by how many ticks market orders filled worse than the best price they saw.
    """

    surfaces: tuple[tuple[str, Freshness], ...]
    stream_lag_ms: int | None
    ack_p50_ms: int | None
    ack_p99_ms: int | None
    acks: int
    slippage_p50: Decimal | None = None
    slippage_p99: Decimal | None = None
    slips: int = 0


@dataclass(frozen=True, slots=True)
class LadderMark:
    """Something that sits at a price: kind is one of entry, break-even, liquidation, stop, target, trigger,
    fib, last; a face may add its own."""

    ticks: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class LadderOrder:
    """An own order at a price; `size` is what remains, in base units; `key` addresses it in intents.

    `ahead` is the most that can fill before it at its price, in base units; None while that is not known.
    """

    ticks: int
    side: Side
    size: Decimal
    key: str
    state: OrderState
    ahead: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LadderView:
    """The book around the touch, grouped to rows of `group` ticks.

    `bids` and `asks` are (row, size) with row = floor(ticks / group) for bids and ceil for asks, best first.
    `health` other than LIVE means the sizes must not be traded on. `imbalance` is (bid - ask) / (bid + ask)
    over the shown levels.
    """

    symbol: str
    tick: Decimal
    price_places: int
    size_places: int
    group: int
    bids: tuple[tuple[int, float], ...]
    asks: tuple[tuple[int, float], ...]
    best_bid_ticks: int | None
    best_ask_ticks: int | None
    last_ticks: int | None
    orders: tuple[LadderOrder, ...]
    marks: tuple[LadderMark, ...]
    health: Freshness
    spread_ticks: int | None
    imbalance: float | None


@dataclass(frozen=True, slots=True)
class TapeRow:
    """One print; texts carry the instrument's decimals. `large` marks the top percent of recent sizes."""

    exchange_ms: int
    side: Side
    price: str
    size: str
    large: bool


@dataclass(frozen=True, slots=True)
class TapeView:
    """The newest prints, newest first."""

    symbol: str
    rows: tuple[TapeRow, ...]


class LogLevel(StrEnum):
    """How loud a log line is."""

    INFO = "info"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of what happened, in plain words; `wall_ms` is local wall time."""

    wall_ms: int
    level: LogLevel
    text: str


@dataclass(frozen=True, slots=True)
class LogView:
    """The newest lines, newest last."""

    rows: tuple[LogRow, ...]


class Views(Protocol):
    """The engine's pictures, cheap to ask for and safe to keep."""

    def version(self, panel: Panel) -> int:
        """Grows whenever the panel's picture would look different."""
        ...

    def status(self) -> StatusView:
        """The mode line."""
        ...

    def link(self) -> LinkView:
        """The connection, surface by surface; it changes with the mode line."""
        ...

    def ladder(self, group: int, depth: int) -> LadderView:
        """The book with up to `depth` rows a side of `group` ticks each."""
        ...

    def tape(self, limit: int) -> TapeView:
        """The newest `limit` prints."""
        ...

    def chart(self, limit: int, until_ms: int | None = None) -> ChartView:
        """The newest `limit` candles, or the newest that began at `until_ms` or before."""
        ...

    def fibonacci(self) -> FibonacciView:
        """The levels of the current swing."""
        ...

    def swings(self) -> tuple[SwingView, ...]:
        """The swings of other timeframes that were loaded."""
        ...

    def positions(self) -> PositionsView:
        """Open positions."""
        ...

    def orders(self) -> OrdersView:
        """Unfinished orders."""
        ...

    def order(self, key: str) -> OrderRow | None:
        """The newest knowledge of one order, finished ones included; None for a key nobody knows."""
        ...

    def fills(self, limit: int) -> FillsView:
        """The newest `limit` executions."""
        ...

    def account(self) -> AccountView:
        """The account's money."""
        ...

    def history(self) -> HistoryView:
        """Closed positions and what they add up to."""
        ...

    def harmony(self) -> HarmonyView:
        """How positions and results sit against the golden ratio."""
        ...

    def log(self, limit: int) -> LogView:
        """The newest `limit` log lines."""
        ...

    def symbols(self) -> tuple[str, ...]:
        """Every market that can be selected, sorted."""
        ...

    def profiles(self) -> tuple[Profile, ...]:
        """The profiles that can be put in force."""
        ...

    def preview(self, draft: TicketDraft) -> TicketPreview:
        """What sending this ticket would do now."""
        ...

    def leverage(self, intent: SetLeverage) -> tuple[LeverageEffect, ...]:
        """What setting this leverage would do to what is held now."""
        ...

    def protection(self, intent: Protect) -> ProtectPreview:
        """What giving a position these stops would do now."""
        ...
