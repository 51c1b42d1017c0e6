"""Orders: what was asked for, what is known of it, and which changes of state are legal.

`side` is always the true direction of the trade. That Bitget's hedge mode names the position's side instead
is the translator's business and never seen here.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """The true direction of a trade."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """The other direction."""
        return Side.SELL if self is Side.BUY else Side.BUY


class HoldSide(StrEnum):
    """The side of a position."""

    LONG = "long"
    SHORT = "short"

    @property
    def opening_side(self) -> Side:
        """The trade direction that adds to such a position."""
        return Side.BUY if self is HoldSide.LONG else Side.SELL


class OrderType(StrEnum):
    """How an order is priced."""

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(StrEnum):
    """How long a limit order may rest, and whether it may take."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"


class MarginMode(StrEnum):
    """How a symbol's margin is held."""

    CROSSED = "crossed"
    ISOLATED = "isolated"


class PositionMode(StrEnum):
    """Whether long and short positions of a symbol net out or live side by side."""

    ONE_WAY = "one_way_mode"
    HEDGE = "hedge_mode"


class OrderState(StrEnum):
    """What is known of an order.

    INTENT is durable but not sent; SENT left without an answer yet; ACK was accepted; UNKNOWN was sent and
    its fate is not known: it counts as exposure until evidence settles it. NEVER_ACCEPTED is proven absence.
    """

    INTENT = "intent"
    SENT = "sent"
    ACK = "ack"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    PENDING_CANCEL = "pending_cancel"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    NEVER_ACCEPTED = "never_accepted"

    @property
    def terminal(self) -> bool:
        """True when nothing more can happen to the order."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        OrderState.FILLED,
        OrderState.CANCELED,
        OrderState.REJECTED,
        OrderState.NOT_SENT,
        OrderState.NEVER_ACCEPTED,
    }
)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order as the trader wants it, resolved to legal tick and lot.

    `hold_side` is set in hedge mode only: the position that the order opens or closes. `reduce_only` means
    that the order may only make a position smaller, in either mode. `price` is None for market orders.
    """

    client_order_id: str
    symbol: str
    side: Side
    order_type: OrderType
    size: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    reduce_only: bool
    margin_mode: MarginMode
    hold_side: HoldSide | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The newest knowledge of one order. Fees are negative when paid; times are exchange milliseconds.

    `order_id` is None until the exchange has named one. `foreign` marks orders that this cockpit did
    not send.
    """

    client_order_id: str
    order_id: str | None
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    size: Decimal
    price: Decimal | None
    reduce_only: bool
    hold_side: HoldSide | None
    state: OrderState
    filled: Decimal
    average_price: Decimal | None
    fee: Decimal | None
    created_ms: int | None
    updated_ms: int | None
    reason: str = ""
    foreign: bool = False

    @property
    def remaining(self) -> Decimal:
        """What could still be filled, in base units."""
        return self.size - self.filled


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order of this account; `fee` is negative when paid, `profit` excludes fees."""

    trade_id: str
    order_id: str
    client_order_id: str | None
    symbol: str
    side: Side
    price: Decimal
    size: Decimal
    fee: Decimal | None
    fee_coin: str | None
    profit: Decimal | None
    maker: bool | None
    exchange_ms: int
