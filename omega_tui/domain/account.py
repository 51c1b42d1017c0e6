"""What the account holds: positions, balance, bills, and the settings that decide how orders are read."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode


@dataclass(frozen=True, slots=True)
class Position:
    """An open position; sizes in base units, money in the margin coin.

    `liquidation_price` is None when the exchange states none (crossed margin answers negative or absurd
    figures then). `funding` and `fees` are sums since opening, negative when paid.
    """

    symbol: str
    hold_side: HoldSide
    size: Decimal
    available: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    unrealized: Decimal | None
    realized: Decimal | None
    leverage: int
    margin: Decimal | None
    margin_mode: MarginMode
    position_mode: PositionMode
    liquidation_price: Decimal | None
    break_even_price: Decimal | None
    maintenance_rate: Decimal | None
    funding: Decimal | None
    fees: Decimal | None
    opened_ms: int | None
    updated_ms: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The margin coin's balance: `equity` includes unrealized profit at mark, `available` may be bound."""

    coin: str
    equity: Decimal
    available: Decimal
    locked: Decimal | None
    unrealized: Decimal | None
    exchange_ms: int | None


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """How the account trades one symbol; `maintenance_rate` is that of its lowest tier, when known."""

    symbol: str
    position_mode: PositionMode
    margin_mode: MarginMode
    crossed_leverage: int
    isolated_long_leverage: int
    isolated_short_leverage: int
    maintenance_rate: Decimal | None = None

    def leverage(self, hold_side: HoldSide) -> int:
        """The leverage an opening order on `hold_side` would get."""
        if self.margin_mode is MarginMode.CROSSED:
            return self.crossed_leverage
        return self.isolated_long_leverage if hold_side is HoldSide.LONG else self.isolated_short_leverage


class BillKind(StrEnum):
    """Why the account's money moved; OTHER keeps Bitget's own word in `Bill.business`."""

    TRADE = "trade"
    FUNDING = "funding"
    TRANSFER = "transfer"
    LIQUIDATION = "liquidation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bill:
    """One movement of the margin coin: `amount` and `fee` are signed (negative when paid), `fee` is part of
    no other figure, `balance` is what was left after it."""

    bill_id: str
    symbol: str | None
    kind: BillKind
    business: str
    coin: str
    amount: Decimal
    fee: Decimal | None
    balance: Decimal | None
    exchange_ms: int


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What the exchange says of the API key in use; with empty `addresses` any address may use it."""

    user_id: str
    may_trade: bool
    may_withdraw: bool
    permissions: tuple[str, ...]
    addresses: tuple[str, ...]
