"""What the limits need to know of each market in use and no stream tells: its tiers, and how wild it is now.

It only reads and remembers. Tiers are good for a day; volatility is read again each minute, and only while a
profile scales its leverage by it.
"""

from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.risk import relative_volatility
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway

LOOK_SECONDS = 2.0
"""How often it is looked whether something is missing."""

_TIERS_SECONDS = 86_400.0
_VOLATILITY_SECONDS = 60.0
_DAY = 1440
_NEWEST = 10
_PAGE = 1000
_MINUTE_MS = 60_000


class MarketFacts:
    """Reads for the watched symbol and for every one that is held or ordered."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self._state = state
        self._gateway = gateway
        self._tiers_at: dict[str, float] = {}
        self._volatility_at: dict[str, float] = {}
        self._candles: dict[str, dict[int, Candle]] = {}

    def doubt(self) -> None:
        """The rules may have changed: tiers are read again; until then the known ones serve."""
        self._tiers_at.clear()

    async def refresh(self) -> None:
        """Read what is missing or old. Raises ReadFailed."""
        for symbol in self._symbols():
            if self._is_due(self._tiers_at, symbol, _TIERS_SECONDS):
                self._state.tiers[symbol] = await self._gateway.reads.tiers(symbol)
                self._tiers_at[symbol] = self._state.clock.monotonic()
        profile, symbol = self._state.risk.profile, self._state.market.symbol
        scales = profile is not None and profile.scales_leverage and symbol in self._state.instruments
        if scales and self._is_due(self._volatility_at, symbol, _VOLATILITY_SECONDS):
            await self._read_volatility(symbol)

    def _symbols(self) -> list[str]:
        held = {position.symbol for position in self._state.positions}
        ordered = {tracked.order.symbol for tracked in self._state.ledger.unfinished()}
        return sorted(({self._state.market.symbol} | held | ordered) & self._state.instruments.keys())

    def _is_due(self, read_at: dict[str, float], symbol: str, seconds: float) -> bool:
        at = read_at.get(symbol)
        return at is None or self._state.clock.monotonic() - at >= seconds

    async def _read_volatility(self, symbol: str) -> None:
        """The first time a whole day is read, then what came since."""
        self._state.risk.volatility.pop(symbol, None)
        known = self._candles.setdefault(symbol, {})
        wanted = _NEWEST if known else _PAGE
        newest = await self._gateway.reads.candles(symbol, Timeframe.M1, wanted)
        fresh = {candle.start_ms: candle for candle in newest}
        if not known and fresh:
            past = await self._gateway.reads.candles(symbol, Timeframe.M1, _DAY + 2 - len(fresh), min(fresh))
            fresh |= {candle.start_ms: candle for candle in past}
        if fresh:
            oldest = max(fresh) - (_DAY + 2) * _MINUTE_MS
            merged = known | fresh
            self._candles[symbol] = {start: merged[start] for start in sorted(merged) if start >= oldest}
            now_ms = max(fresh) + _MINUTE_MS - 1
            volatility = relative_volatility(tuple(self._candles[symbol].values()), now_ms)
            if volatility is not None:
                self._state.risk.volatility[symbol] = volatility
        self._volatility_at[symbol] = self._state.clock.monotonic()
        self._state.touch(Panel.STATUS)
