"""Orders: what was asked for, what is known of it, and which changes of state are legal.

`side` is always the true direction of the trade. That Bitget's hedge mode names the position's side instead
is the translator's business and never seen here.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.plans import Plan, PlanKind


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

    @property
    def opposite(self) -> "HoldSide":
        """The other side."""
        return HoldSide.SHORT if self is HoldSide.LONG else HoldSide.LONG


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


class Forced(StrEnum):
    """Why the exchange itself traded on an account; nobody placed such an order."""

    REDUCTION = "reduction"
    """A liquidation in part: the position shrinks to a lower tier."""
    LIQUIDATION = "liquidation"
    NETTING = "netting"
    """A long set off against a short, before a liquidation."""
    DELEVERAGING = "deleveraging"
    """Auto-deleveraging (ADL): another trader's liquidation took the position as its counterpart."""
    DELIVERY = "delivery"


class OrderState(StrEnum):
    """What is known of an order.

    INTENT is durable but not sent; SENT left without an answer yet; ACK was accepted; UNKNOWN was sent and
    its fate is not known: it counts as exposure until evidence settles it. NEVER_ACCEPTED is proven absence.
    TRIGGERED is a plan's end: it fired, and the order it gave birth to lives on by itself.
    """

    INTENT = "intent"
    SENT = "sent"
    ACK = "ack"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    PENDING_CANCEL = "pending_cancel"
    UNKNOWN = "unknown"
    FILLED = "filled"
    TRIGGERED = "triggered"
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
        OrderState.TRIGGERED,
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

    An order with a `plan` waits at the exchange for a price; one that belongs to a position is reduce-only,
    and a whole-position one has no size of its own: `size` is 0. `take_profit` and `stop_loss` are trigger
    prices of legs that the exchange attaches to the position which an opening order makes.
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
    plan: Plan | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderRef:
    """Which order an action or a question means: by the exchange's id when known, else by ours.

    `plan` is the kind of a plan: the exchange keeps plans in a namespace of their own.
    """

    symbol: str
    order_id: str | None
    client_order_id: str | None
    plan: PlanKind | None = None


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What an amendment asks for; None leaves a term as it is.

    Changing the size or price of a plain order cancels it and places another one, which is known by
    `new_client_order_id`; size and price then always go together. A plan is changed in place and keeps its
    ids; a trailing plan is sent with its `plan`, and a take profit or stop loss of a position whole: `plan`,
    its size unless it closes everything, and `price` when it ends in a limit order. The legs `take_profit`
    and `stop_loss` are always sent together, because sending one cancels the other; 0 removes.

    `reduces` marks the change of an order that can only make a position smaller: it is a way out.
    """

    target: OrderRef
    new_client_order_id: str
    size: Decimal | None = None
    price: Decimal | None = None
    plan: Plan | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    reduces: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The newest knowledge of one order. Fees are negative when paid; times are exchange milliseconds.

    `order_id` is None until the exchange has named one. `foreign` marks orders that this cockpit did
    not send. `child_order_id` names the order that a triggered plan gave birth to. `size` is 0 for a plan
    that has none of its own. `forced` is set for an order that the exchange itself made.
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
    plan: Plan | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    child_order_id: str | None = None
    forced: Forced | None = None

    @property
    def ref(self) -> OrderRef:
        """How actions and questions name the order."""
        kind = self.plan.kind if self.plan is not None else None
        return OrderRef(self.symbol, self.order_id, self.client_order_id or None, kind)

    @property
    def may_add(self) -> bool:
        """Whether its execution could open a position or add to one."""
        return not self.reduce_only and not (self.plan is not None and self.plan.kind.of_position)

    @property
    def remaining(self) -> Decimal:
        """What could still be filled, in base units."""
        return self.size - self.filled


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order of this account; `fee` is negative when paid, `profit` excludes fees.

    `hold_side` names the position that it moved in hedge mode; None where a symbol has only one.
    """

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
    forced: Forced | None = None
    hold_side: HoldSide | None = None
