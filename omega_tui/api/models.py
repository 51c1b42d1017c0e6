"""The shapes of the API's answers and of what it takes; money and prices are exact numbers in USDT.

Member names of the first part are a contract with existing dashboards and never change. What is not known is
null; times are ISO 8601 in UTC.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

Score = Annotated[float, Field(ge=0, le=1)]
"""A share of alignment, to three decimals."""

Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""An exact number; JSON has numbers for it, and a float is only what a reader may make of it."""

_LEAST, _MOST = Decimal("1e-12"), Decimal("1e12")
Positive = Annotated[
    Decimal,
    Field(ge=_LEAST, le=_MOST, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": float(_LEAST), "maximum": float(_MOST)}),
]
"""A price or a size that somebody writes down."""

Side = Literal["long", "short"]


class Model(BaseModel):
    """Every answer: a member that is not described here is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(Model):
    """Whether the server answers, and whether it has what it measures."""

    status: Literal["online"]
    calculator_initialized: bool
    uptime_seconds: int
    version: str


class PositionBalance(Model):
    """The long and the short side against each other, by notional."""

    ratio_type: Literal["long:short", "short:long"]
    optimal_value: float
    current_ratio: float | None
    balance_score: Score


class ComponentScores(Model):
    """What the harmony score is made of."""

    position_harmony: Score
    win_rate_harmony: Score
    profit_factor_harmony: Score
    pnl_distribution_harmony: Score


class HarmonicState(Model):
    """The harmony score and its name."""

    harmony_score: Score
    state: str
    component_scores: ComponentScores


class FibonacciPosition(Model):
    """An open position with its levels; `contracts` are base units."""

    symbol: str
    contracts: Number
    entry_price: Number
    current_price: Number | None
    unrealized_pnl: Number | None
    entry_harmony: Score
    fibonacci_levels: dict[str, Number]


class FibonacciPositions(Model):
    """Open positions by side."""

    long: list[FibonacciPosition]
    short: list[FibonacciPosition]


class FibonacciPerformance(Model):
    """Rates of all closed positions against their targets 1/φ and φ²."""

    win_rate: float | None
    win_rate_target: float
    win_rate_alignment: Score
    profit_factor: float | None
    profit_factor_target: float
    profit_factor_alignment: Score
    phi_resonance: Score | None
    fibonacci_alignment: Score


class FibonacciMetrics(Model):
    """`GET /api/bitget/fibonacci-metrics`."""

    timestamp: datetime
    phi_resonance: Score | None
    position_balance: PositionBalance | None
    harmonic_state: HarmonicState | None
    positions: FibonacciPositions
    performance: FibonacciPerformance


class HistoryPosition(Model):
    """One closed position; `realized_pnl` is after the fees and the funding that are known."""

    id: str
    symbol: str
    side: Side
    entry_price: Number
    exit_price: Number
    contracts: Number
    realized_pnl: Number
    entry_time: datetime
    exit_time: datetime
    entry_harmony: Score
    exit_harmony: Score
    fibonacci_alignment: Score


class PositionHistory(Model):
    """`GET /api/bitget/position-history`: `count` of all, and a page of them, newest first."""

    count: int
    positions: list[HistoryPosition]


class HistoryAdd(Model):
    """`POST /api/bitget/history/add`: a position that was closed elsewhere; times carry their zone."""

    symbol: Annotated[str, Field(pattern="^[A-Z0-9]{1,20}USDT$", examples=["BTCUSDT"])]
    side: Side
    entry_price: Positive
    exit_price: Positive
    contracts: Positive
    entry_time: AwareDatetime
    exit_time: AwareDatetime


class HistoryAdded(Model):
    """What became of it."""

    success: bool
    id: str
    message: str


class BioEnergy(Model):
    """`GET /api/bitget/bio-energy`: of the watched market's day and of the open positions, out of ten."""

    market_energy: float
    position_energy: float
    combined_energy: float
    energy_state: str
    fib_alignment: Score


class Problem(Model):
    """Why something cannot be served, and what to do."""

    detail: str


class Level(Model):
    """A Fibonacci level and its price."""

    ratio: str
    price: Number


class OpenPosition(Model):
    """An open position; `protected` is the share (0 to 1) that confirmed stops at the exchange cover."""

    symbol: str
    side: Side
    contracts: Number
    entry_price: Number
    mark_price: Number | None
    unrealized_pnl: Number | None
    liquidation_price: Number | None
    leverage: int
    margin: Number | None
    protected: Number | None
    stop_price: Number | None
    target_price: Number | None
    entry_harmony: Score | None
    levels: list[Level]


class Positions(Model):
    """`GET /api/positions`; `health` says how far they can be trusted."""

    health: str
    positions: list[OpenPosition]


class OpenOrder(Model):
    """An order that is not finished; UNKNOWN ones carry what is known of their fate."""

    id: str
    symbol: str
    side: Literal["buy", "sell"]
    type: str
    state: str
    size: Number
    filled: Number
    price: Number | None
    trigger_price: Number | None
    reduce_only: bool
    foreign: bool
    evidence: str


class Orders(Model):
    """`GET /api/orders`."""

    health: str
    orders: list[OpenOrder]


class Account(Model):
    """`GET /api/account`; shares are of equity, `posture` is what the engine lets through."""

    venue: str
    health: str
    posture: str
    posture_reason: str
    profile: str
    coin: str
    equity: Number | None
    available: Number | None
    margin_used: Number | None
    unrealized_pnl: Number | None
    day_pnl: Number | None
    day_loss_limit: Number | None
    open_risk: Number | None
    open_risk_cap: Number | None


class Sum(Model):
    """A sum over the positions that tell it, their number and their mean."""

    count: int
    total: Number
    mean: Number | None


class Figures(Model):
    """What a set of closed positions came to; rates and ratios are null where nothing tells them."""

    count: int
    wins: int
    losses: int
    win_rate: float | None
    profit_factor: float | None
    expectancy: Number | None
    net: Number
    gross_profit: Number
    gross_loss: Number
    average_win: Number | None
    average_loss: Number | None
    best: Number | None
    worst: Number | None
    winning_streak: int
    losing_streak: int
    drawdown: Number
    drawdown_ms: int
    days: int
    sharpe: float | None
    sortino: float | None
    average_hold_ms: int | None
    fees: Sum
    funding: Sum
    r_multiple: Sum
    adverse_excursion: Sum
    favourable_excursion: Sum
    checked: int


class GroupFigures(Model):
    """The figures of one group, shortened."""

    name: str
    count: int
    win_rate: float | None
    profit_factor: float | None
    net: Number


class ZoneFigures(Model):
    """A Fibonacci zone of entries; the interval of its win rate is at 95 %."""

    name: str
    count: int
    win_rate: float | None
    low: float | None
    high: float | None
    net: Number


class LevelFigures(Model):
    """A level's band against bands of levels that mean nothing."""

    level: str
    count: int
    win_rate: float | None
    control_rate: float | None
    control_low: float | None
    control_high: float | None
    verdict: str


class CurvePoint(Model):
    """The summed net result after a closed position."""

    time: datetime
    total: Number


class PerformanceReport(Model):
    """`GET /api/performance`."""

    known: bool
    problem: str
    all: Figures
    groups: dict[str, list[GroupFigures]]
    zones: list[ZoneFigures]
    levels: list[LevelFigures]
    curve: list[CurvePoint]


class Health(Model):
    """`GET /api/health`: freshness by surface, in words and without a figure of the account."""

    status: Literal["ok", "degraded"]
    surfaces: dict[str, str]
