"""The pictures of candles and levels. Frozen; floats are for drawing, never for money."""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.analytics.fibonacci import PivotPoints
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import Side
from omega_tui.engine.account_views import Freshness


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A horizontal line on the chart: kind is one of entry, liquidation, buy, sell, stop, target, trigger,
    fib."""

    price: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ChartFill:
    """An execution of the account on the chart; `price` for drawing only."""

    exchange_ms: int
    side: Side
    price: float


@dataclass(frozen=True, slots=True)
class ChartView:
    """Candles oldest first (the newest of all may be unfinished) and what belongs on them.

    `newer` and `older` count the known candles beyond either end; `loading` while older ones are fetched,
    `complete` when there are none. `last` is the newest price, None before any.
    """

    symbol: str
    timeframe: Timeframe
    price_places: int
    candles: tuple[Candle, ...]
    lines: tuple[PriceLine, ...]
    health: Freshness
    fills: tuple[ChartFill, ...] = ()
    newer: int = 0
    older: int = 0
    loading: bool = False
    complete: bool = False
    last: float | None = None


@dataclass(frozen=True, slots=True)
class SwingView:
    """The swing of a timeframe; `low` lies below `high`, `direction` is up or down."""

    timeframe: Timeframe
    low: Decimal
    high: Decimal
    direction: str


@dataclass(frozen=True, slots=True)
class FibonacciRow:
    """One level of the swing; distance is from last price, in percent and in ticks (level - last)."""

    ratio: str
    price: Decimal
    distance_percent: float | None
    distance_ticks: int | None
    nearest: bool
    sitting: str


@dataclass(frozen=True, slots=True)
class FibonacciView:
    """The levels of the swing, or why there is none; `choice` says where the swing comes from. `pivots` are
    the pivot points of the last 24 hours, None while their range is not known."""

    symbol: str
    timeframe: Timeframe
    direction: str | None
    low: Decimal | None
    high: Decimal | None
    price_places: int
    rows: tuple[FibonacciRow, ...]
    note: str
    choice: str = "auto"
    pivots: PivotPoints | None = None
