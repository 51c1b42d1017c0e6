"""What a face may ask of the engine: imperative, frozen, serialisable.

An intent says what the trader wants; whether and how it happens is the engine's business. The answer to
`submit` is a `Receipt`; everything after that shows in the views.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, OrderType, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """An order ticket as typed so far; unfinished fields are None.

    `ticket_id` is given when the ticket opens and makes a second press of the send key a no-op. `size` is in
    base units. `closes` asks for a smaller position (reduce-only, or a close in hedge mode).
    """

    ticket_id: str
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    size: Decimal | None
    price: Decimal | None
    closes: bool = False


@dataclass(frozen=True, slots=True)
class TicketPreview:
    """What sending a ticket would do right now; money in the quote coin.

    `size` and `price` are the legal values that would be sent, `changes` says in words what rounding altered,
    `problems` what forbids sending (empty means sendable). `price_used` prices the figures of a market order.
    `effect` names it in plain words ("buy 0.010 BTCUSDT at market, opens long").
    """

    size: Decimal | None
    price: Decimal | None
    price_used: Decimal | None
    notional: Decimal | None
    margin: Decimal | None
    fee: Decimal | None
    liquidation_price: Decimal | None
    reduce_only: bool
    hold_side: HoldSide | None
    effect: str
    changes: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def sendable(self) -> bool:
        """True when nothing forbids sending."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Send the order of a ticket exactly as its preview `preview` showed it."""

    draft: TicketDraft
    preview: TicketPreview


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Ask for the cancellation of the order with this row key (see `OrderRow.key`)."""

    key: str


class CancelScope(StrEnum):
    """Which orders of the shown symbol, or of the account, a cancel-all means."""

    SYMBOL = "symbol"
    BUYS = "buys"
    SELLS = "sells"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class CancelAll:
    """Ask for the cancellation of every order in the scope."""

    scope: CancelScope


@dataclass(frozen=True, slots=True)
class Flatten:
    """Close at market every position of `symbol` (of the account when None), cancelling its orders first."""

    symbol: str | None


@dataclass(frozen=True, slots=True)
class SelectSymbol:
    """Show and stream another market."""

    symbol: str


@dataclass(frozen=True, slots=True)
class SelectTimeframe:
    """Show candles and the swing of another timeframe."""

    timeframe: Timeframe


@dataclass(frozen=True, slots=True)
class Halt:
    """No new risk: entries are cancelled, stops and closes stay possible."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Leave HALT."""


Intent = PlaceOrder | CancelOrder | CancelAll | Flatten | SelectSymbol | SelectTimeframe | Halt | Resume


@dataclass(frozen=True, slots=True)
class Receipt:
    """The engine's immediate answer: taken up, or refused with the reasons in plain words."""

    taken: bool
    text: str
