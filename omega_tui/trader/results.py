"""What a trader object answers with: frozen, typed, exact. What is not known is None, never zero.

Money and prices are in the quote coin, sizes in base units, shares as fractions (0.01 is one percent), times
in exchange milliseconds. `to_dict` gives JSON: numbers as plain text, so that no digit is lost on the way.
"""

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import Enum

from omega_tui.domain.market import PublicTrade, Ticker
from omega_tui.domain.orders import (
    Fill,
    Order,
    OrderState,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.domain.plans import Plan
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import TicketDraft, TicketPreview
from omega_tui.trader.errors import TraderError


class Result:
    """Base of every answer."""

    __slots__ = ()

    def to_dict(self) -> dict[str, object]:
        """The answer as JSON can carry it."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


def plain(value: object) -> object:
    """`value` as JSON can carry it: exact numbers and enums as text, sequences as lists."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Result | TraderError):
        return value.to_dict()
    if isinstance(value, Plan):
        return {name: plain(getattr(value, name)) for name in value.__slots__}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value


@dataclass(frozen=True, slots=True)
class Quote(Result):
    """The newest prices of a market."""

    symbol: str
    exchange_ms: int
    last_price: Decimal | None
    bid_price: Decimal | None
    ask_price: Decimal | None
    mark_price: Decimal | None
    index_price: Decimal | None
    funding_rate: Decimal | None
    next_funding_ms: int | None
    change_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    base_volume_24h: Decimal | None
    quote_volume_24h: Decimal | None
    open_interest: Decimal | None

    @classmethod
    def of(cls, ticker: Ticker) -> "Quote":
        """The answer for a ticker."""
        return cls(**{field.name: getattr(ticker, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class BookLevel(Result):
    """What rests at a price."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class BookResult(Result):
    """The book around the touch, best first on either side."""

    symbol: str
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]


@dataclass(frozen=True, slots=True)
class TradeResult(Result):
    """One public trade; `side` is the taker's."""

    trade_id: str
    exchange_ms: int
    price: Decimal
    size: Decimal
    side: Side

    @classmethod
    def of(cls, trade: PublicTrade) -> "TradeResult":
        """The answer for a print of the tape."""
        return cls(trade.trade_id, trade.exchange_ms, trade.price, trade.size, trade.side)


@dataclass(frozen=True, slots=True)
class OrderResult(Result):
    """The newest knowledge of one order; `fee` is negative when paid.

    `id` is what every method takes to name it. `evidence` says of an order whose fate is not known what is
    known and what settles it; `notes` say what had to be changed on the way, such as the leverage.
    """

    id: str
    client_order_id: str | None
    order_id: str | None
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    state: OrderState
    size: Decimal
    filled: Decimal
    price: Decimal | None
    average_price: Decimal | None
    fee: Decimal | None
    reduce_only: bool
    plan: Plan | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    foreign: bool
    created_ms: int | None
    updated_ms: int | None
    reason: str
    evidence: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, order: Order, evidence: str = "", notes: tuple[str, ...] = ()) -> "OrderResult":
        """The answer for an order."""
        return cls(
            id=order.client_order_id or order.order_id or "",
            client_order_id=order.client_order_id or None,
            order_id=order.order_id,
            symbol=order.symbol,
            side=order.side,
            order_type=order.order_type,
            time_in_force=order.time_in_force,
            state=order.state,
            size=order.size,
            filled=order.filled,
            price=order.price,
            average_price=order.average_price,
            fee=order.fee,
            reduce_only=order.reduce_only,
            plan=order.plan,
            take_profit=order.take_profit,
            stop_loss=order.stop_loss,
            foreign=order.foreign,
            created_ms=order.created_ms,
            updated_ms=order.updated_ms,
            reason=order.reason,
            evidence=evidence,
            notes=notes,
        )


@dataclass(frozen=True, slots=True)
class FillResult(Result):
    """One execution of an order of this account; `fee` is negative when paid, `profit` excludes fees."""

    trade_id: str
    order_id: str
    symbol: str
    side: Side
    price: Decimal
    size: Decimal
    fee: Decimal | None
    fee_coin: str | None
    profit: Decimal | None
    maker: bool | None
    exchange_ms: int

    @classmethod
    def of(cls, fill: Fill) -> "FillResult":
        """The answer for an execution."""
        return cls(**{field.name: getattr(fill, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class PreviewResult(Result):
    """What placing an order would do now. `problems` forbid it; empty means that it could be sent.

    `size` and `price` are what would be sent, `price_used` prices the figures of a market order.
    """

    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    size: Decimal | None
    price: Decimal | None
    price_used: Decimal | None
    notional: Decimal | None
    margin: Decimal | None
    fee: Decimal | None
    liquidation_price: Decimal | None
    loss_at_stop: Decimal | None
    reward_to_risk: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    reduce_only: bool
    effect: str
    changes: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def sendable(self) -> bool:
        """True when nothing forbids sending."""
        return not self.problems

    def told(self, changes: tuple[str, ...]) -> "PreviewResult":
        """The same with more of what would be changed on the way."""
        return replace(self, changes=(*self.changes, *changes))

    @classmethod
    def of(cls, draft: TicketDraft, shown: TicketPreview) -> "PreviewResult":
        """The answer for a preview of the engine."""
        asked = ("symbol", "side", "order_type", "time_in_force")
        known = {name: getattr(draft, name) for name in asked}
        return cls(**known, **{each.name: getattr(shown, each.name) for each in fields(cls)[len(asked) :]})


@dataclass(frozen=True, slots=True)
class LegResult(Result):
    """How one of several orders ended: `order` when the exchange has it, else `error`."""

    order: OrderResult | None
    error: TraderError | None


@dataclass(frozen=True, slots=True)
class CancelResult(Result):
    """What became of an order after its cancellation was asked for.

    `canceled` is True once that is proven. Otherwise `order` tells: it may have filled first, or the proof
    may still be on its way (its state is then `pending_cancel`); or `error` says why nothing was asked for.
    """

    canceled: bool
    order: OrderResult | None
    error: TraderError | None = None

    @property
    def open(self) -> bool:
        """True while the order may still be live."""
        return self.order is not None and not self.order.state.terminal


@dataclass(frozen=True, slots=True)
class HaltResult(Result):
    """What halting led to: every entry that was resting and what became of it."""

    text: str
    entries: tuple[CancelResult, ...]


@dataclass(frozen=True, slots=True)
class DoneResult(Result):
    """What was done, in plain words."""

    text: str
