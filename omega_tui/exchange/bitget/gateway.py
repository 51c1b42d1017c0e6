"""The Bitget gateway: implements the exchange port over Bitget's classic V2 streams and REST.

It translates both ways and decides nothing: no risk, no memory of orders, no second try of a new order.
Classic USDT-margined futures only; unified accounts speak another protocol and are refused by name.
"""

from pathlib import Path

from omega_tui.clock import Clock, Ids
from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import Fill, HoldSide, MarginMode, Order, OrderRequest
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.port import CancelTarget, NotSent, Outcome, ReadFailed, Sink


class BitgetGateway:
    """One Bitget account on one environment.

    Without `credentials` it serves market data only. With `read_only` every action ends as `NotSent`.
    `cache_dir` keeps the list of contracts between starts; None keeps nothing.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        credentials: Credentials | None,
        clock: Clock,
        ids: Ids,
        *,
        read_only: bool = False,
        cache_dir: Path | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._credentials = credentials
        self._clock = clock
        self._ids = ids
        self._read_only = read_only
        self._cache_dir = cache_dir

    async def start(self, sink: Sink) -> None:
        self._sink = sink

    async def stop(self) -> None:
        return None

    def watch(self, symbol: str, timeframe: Timeframe) -> None:
        return None

    async def instruments(self) -> tuple[Instrument, ...]:
        raise ReadFailed("not connected")

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        raise ReadFailed("not connected")

    async def place(self, request: OrderRequest) -> Outcome:
        return NotSent("not connected")

    async def cancel(self, target: CancelTarget) -> Outcome:
        return NotSent("not connected")

    async def cancel_all(self, symbol: str | None) -> Outcome:
        return NotSent("not connected")

    async def close_position(self, symbol: str, hold_side: HoldSide | None) -> Outcome:
        return NotSent("not connected")

    async def set_leverage(self, symbol: str, leverage: int, hold_side: HoldSide | None) -> Outcome:
        return NotSent("not connected")

    async def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> Outcome:
        return NotSent("not connected")

    async def fetch_order(self, symbol: str, client_order_id: str) -> Order | None:
        raise ReadFailed("not connected")

    async def fetch_open_orders(self) -> tuple[Order, ...]:
        raise ReadFailed("not connected")

    async def fetch_fills(self, symbol: str, since_ms: int | None) -> tuple[Fill, ...]:
        raise ReadFailed("not connected")

    async def fetch_positions(self) -> tuple[Position, ...]:
        raise ReadFailed("not connected")

    async def fetch_balance(self) -> Balance:
        raise ReadFailed("not connected")

    async def fetch_settings(self, symbol: str) -> SymbolSettings:
        raise ReadFailed("not connected")
