"""Facts about a market: ticker, public trades, candles. Who sent them and how is not known here."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.orders import Side


class Timeframe(StrEnum):
    """Candle lengths the cockpit offers, in the exchange's spelling."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1H"
    H4 = "4H"
    H6 = "6H"
    H12 = "12H"
    D1 = "1D"

    @property
    def milliseconds(self) -> int:
        """Length of one candle."""
        minutes = {"m": 1, "H": 60, "D": 1440}[self.value[-1]]
        return int(self.value[:-1]) * minutes * 60_000


@dataclass(frozen=True, slots=True)
class Ticker:
    """The newest summary of a market; money in quote units, `change_24h` and `funding_rate` are fractions.

    `exchange_ms` is the exchange's own stamp. What the exchange did not say is None.
    """

    symbol: str
    exchange_ms: int
    last_price: Decimal | None
    bid_price: Decimal | None
    ask_price: Decimal | None
    mark_price: Decimal | None
    index_price: Decimal | None
    funding_rate: Decimal | None
    next_funding_ms: int | None
    open_interest: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    open_24h: Decimal | None
    change_24h: Decimal | None
    base_volume_24h: Decimal | None
    quote_volume_24h: Decimal | None


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """One print of the tape; `side` is the taker's direction, texts are as received."""

    trade_id: str
    exchange_ms: int
    price: Decimal
    size: Decimal
    side: Side


@dataclass(frozen=True, slots=True)
class Candle:
    """One candle; prices are for charts and indicators, never for money, hence floats."""

    start_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
