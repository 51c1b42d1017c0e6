"""What the engine may ask of any exchange, and the four ways an action can end.

A gateway translates both ways and never decides: it does not retry a new order, does not judge risk and does
not remember orders. It reports through the sink it was started with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.events import Event
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import Fill, HoldSide, MarginMode, Order, OrderRequest


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


@dataclass(frozen=True, slots=True)
class CancelTarget:
    """Which order to cancel: by the exchange's id when known, else by ours."""

    symbol: str
    order_id: str | None
    client_order_id: str | None


Sink = Callable[[Event], None]


class Gateway(Protocol):
    """One exchange account, its streams and its actions. All methods belong to one event loop."""

    async def start(self, sink: Sink) -> None:
        """Begin streaming; returns at once, health events say how it goes."""
        ...

    async def stop(self) -> None:
        """Close streams and sessions within two seconds."""
        ...

    def watch(self, symbol: str, timeframe: Timeframe) -> None:
        """Stream book, ticker, tape and candles of `symbol` instead of the market watched before."""
        ...

    async def instruments(self) -> tuple[Instrument, ...]:
        """Every listed contract. Raises ReadFailed."""
        ...

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        """Candles oldest first, the newest may be unfinished. Raises ReadFailed."""
        ...

    async def place(self, request: OrderRequest) -> Outcome:
        """Send one order, once."""
        ...

    async def cancel(self, target: CancelTarget) -> Outcome:
        """Ask for the cancellation of one order."""
        ...

    async def cancel_all(self, symbol: str | None) -> Outcome:
        """Ask for the cancellation of every plain order of a symbol, or of all symbols."""
        ...

    async def close_position(self, symbol: str, hold_side: HoldSide | None) -> Outcome:
        """Ask the exchange to close at market whatever is open, dust included."""
        ...

    async def set_leverage(self, symbol: str, leverage: int, hold_side: HoldSide | None) -> Outcome:
        """Set a symbol's leverage."""
        ...

    async def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> Outcome:
        """Set a symbol's margin mode."""
        ...

    async def fetch_order(self, symbol: str, client_order_id: str) -> Order | None:
        """The order, or None when the exchange cleanly says that it knows no such id. Raises ReadFailed."""
        ...

    async def fetch_open_orders(self) -> tuple[Order, ...]:
        """Every resting order of the account. Raises ReadFailed."""
        ...

    async def fetch_fills(self, symbol: str, since_ms: int | None) -> tuple[Fill, ...]:
        """Executions of a symbol, oldest first. Raises ReadFailed."""
        ...

    async def fetch_positions(self) -> tuple[Position, ...]:
        """Every open position. Raises ReadFailed."""
        ...

    async def fetch_balance(self) -> Balance:
        """The margin coin's balance. Raises ReadFailed."""
        ...

    async def fetch_settings(self, symbol: str) -> SymbolSettings:
        """Modes, leverages and lowest maintenance rate of a symbol. Raises ReadFailed."""
        ...
