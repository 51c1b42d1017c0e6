"""What the engine may ask of any exchange, and the four ways an action can end.

A gateway translates both ways and never decides: it does not retry a new order, does not judge risk and does
not remember orders. It reports through the sink it was started with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from omega_tui.domain.account import Balance, Bill, KeyFacts, Position, SymbolSettings
from omega_tui.domain.book import OrderBook
from omega_tui.domain.closed import ReportedPosition
from omega_tui.domain.events import Event
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
    PositionMode,
)
from omega_tui.domain.plans import PlanKind


@dataclass(frozen=True, slots=True)
class Accepted:
    """The exchange took the action. `order_id` may be absent in a genuine success."""

    order_id: str | None
    client_order_id: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The exchange refused for certain; nothing happened. `advice` says what to do next, in plain words."""

    code: str
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Proven that no byte left: refused connection, our own limiter, closed session."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent, or possibly sent, and the fate is not known. Never a rejection and never a reason to resend."""

    reason: str


Outcome = Accepted | Rejected | NotSent | Unknown


class ReadFailed(Exception):
    """A query had no usable answer; says nothing about what exists on the exchange."""


Sink = Callable[[Event], None]

Stopped = Callable[[str], str]
"""Asked with an order's client id at the last moment before it leaves, however long it waited for its turn:
why it must not leave after all, or an empty text."""


def never_stopped(client_order_id: str) -> str:
    """Nothing stops it."""
    return ""


BATCH_LIMIT = 50
"""Most orders of one `place_batch` or `cancel_batch`."""


class Actions(Protocol):
    """What changes something. Each is sent once; how it ended is all that is told."""

    async def place(self, request: OrderRequest, stopped: Stopped = never_stopped) -> Outcome:
        """Send one order, plain or a plan."""
        ...

    async def place_batch(
        self, requests: Sequence[OrderRequest], stopped: Stopped = never_stopped
    ) -> tuple[Outcome, ...]:
        """Send at most `BATCH_LIMIT` plain orders of one symbol and margin mode; an outcome for each."""
        ...

    async def amend(self, change: OrderChange, stopped: Stopped = never_stopped) -> Outcome:
        """Ask for other terms of an order, see `OrderChange`."""
        ...

    async def reverse(self, request: OrderRequest, stopped: Stopped = never_stopped) -> Outcome:
        """Close `request.size` of the position that `request.side` opposes and open as much on the other
        side, in one request at market."""
        ...

    async def cancel(self, target: OrderRef) -> Outcome:
        """Ask for the cancellation of one order, plain or a plan."""
        ...

    async def cancel_batch(self, targets: Sequence[OrderRef]) -> tuple[Outcome, ...]:
        """Ask for the cancellation of at most `BATCH_LIMIT` orders of one symbol, all plain or all plans of
        one kind; an outcome for each."""
        ...

    async def cancel_all(self, symbol: str | None) -> Outcome:
        """Ask for the cancellation of every plain order of a symbol, or of all symbols."""
        ...

    async def cancel_plans(self, symbol: str | None, kind: PlanKind) -> Outcome:
        """Ask for the cancellation of every plan of one kind of a symbol, or of all symbols."""
        ...

    async def close_position(self, symbol: str, hold_side: HoldSide | None) -> Outcome:
        """Ask the exchange to close at market whatever is open, dust included."""
        ...

    async def set_leverage(self, symbol: str, leverage: int, hold_side: HoldSide | None) -> Outcome:
        """Set a symbol's leverage; `hold_side` matters in isolated hedge mode only."""
        ...

    async def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> Outcome:
        """Set a symbol's margin mode."""
        ...

    async def set_position_mode(self, position_mode: PositionMode) -> Outcome:
        """Set the account's position mode."""
        ...


class Reads(Protocol):
    """What only looks. Every method raises ReadFailed when there is no whole, sensible answer."""

    async def order(self, ref: OrderRef) -> Order | None:
        """The order as its detail says, or as the list of pending plans does; None when the exchange cleanly
        says that it knows no such id."""
        ...

    async def past_order(self, ref: OrderRef) -> Order | None:
        """The same asked of the history of finished orders: the second witness of an absence."""
        ...

    async def open_orders(self) -> tuple[Order, ...]:
        """Every resting order of the account, plans included."""
        ...

    async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
        """Executions of a symbol or of all, oldest first: all since `since_ms`, or the newest page."""
        ...

    async def bills(self, since_ms: int) -> tuple[Bill, ...]:
        """Movements of the margin coin since then, oldest first."""
        ...

    async def closed_positions(self, since_ms: int) -> tuple[ReportedPosition, ...]:
        """Positions that were closed since then, oldest first, as the exchange itself keeps them."""
        ...

    async def positions(self) -> tuple[Position, ...]:
        """Every open position."""
        ...

    async def balance(self) -> Balance:
        """The margin coin's balance."""
        ...

    async def settings(self, symbol: str) -> SymbolSettings:
        """Modes, leverages and lowest maintenance rate of a symbol."""
        ...

    async def tiers(self, symbol: str) -> tuple[Tier, ...]:
        """A symbol's position limits, the lowest step first."""
        ...

    async def key(self) -> KeyFacts:
        """What the key in use may do."""
        ...

    async def ticker(self, symbol: str) -> Ticker:
        """The newest prices of a symbol."""
        ...

    async def book(self, symbol: str, depth: int) -> OrderBook:
        """The best `depth` levels of each side, at most 100."""
        ...

    async def trades(self, symbol: str, limit: int) -> tuple[PublicTrade, ...]:
        """The newest public trades, oldest first, at most 100."""
        ...

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        """Candles oldest first, the newest may be unfinished; with `end_ms` those that began before it."""
        ...


class Gateway(Protocol):
    """One exchange account, its streams, its actions and its reads. Everything belongs to one event loop."""

    @property
    def actions(self) -> Actions:
        """What changes something."""
        ...

    @property
    def reads(self) -> Reads:
        """What only looks."""
        ...

    async def start(self, sink: Sink) -> None:
        """Begin streaming; returns at once, health events say how it goes."""
        ...

    async def stop(self) -> None:
        """Close streams and sessions within two seconds."""
        ...

    def watch(self, symbol: str, timeframe: Timeframe) -> None:
        """Stream book, ticker, tape and candles of `symbol` instead of the market watched before."""
        ...

    async def instruments(self, *, fresh: bool = False) -> tuple[Instrument, ...]:
        """Every listed contract; with `fresh` not from what was kept on disk. Raises ReadFailed."""
        ...
