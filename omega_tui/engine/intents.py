"""What a face may ask of the engine: imperative, frozen, serialisable.

An intent says what the trader wants; whether and how it happens is the engine's business. The answer to
`submit` is a `Receipt`; everything after that shows in the views.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import HoldSide, MarginMode, OrderType, PositionMode, Side, TimeInForce
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """The waiting part of a ticket as typed so far; see `domain.plans.Plan`."""

    kind: PlanKind
    trigger_price: Decimal | None
    trigger_by: TriggerBy = TriggerBy.MARK
    callback_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """An order ticket as typed so far; unfinished fields are None.

    `ticket_id` is given when the ticket opens and makes a second press of the send key a no-op. `size` is in
    base units; `risk` asks for a size instead: the share of equity that is lost when `stop_loss` is reached
    (0.01 is one percent). `closes` asks for a smaller position (reduce-only, or a close in hedge mode).
    `take_profit` and `stop_loss` are trigger prices of legs attached to an opening order; a stop that is None
    is the profile's to choose, 0 asks for none.
    """

    ticket_id: str
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    size: Decimal | None
    price: Decimal | None
    closes: bool = False
    plan: PlanDraft | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    risk: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TicketPreview:
    """What sending a ticket would do right now; money in the quote coin.

    `size` and `price` are the legal values that would be sent, `changes` says in words what rounding altered,
    which stop the profile added and which cap bound, `problems` what forbids sending (empty means sendable).
    `price_used` prices the figures of a market order. `loss_at_stop` is what reaching `stop_loss` costs, fees
    both ways included (positive), `reward_to_risk` the target's distance from the entry over the stop's.
    `stop_loss` and `take_profit` are the legs that would be attached; `targets` are trigger price and size of
    the take-profit legs that the profile advises, which nobody places unasked. `effect` names it in plain
    words ("buy 0.010 BTCUSDT at market, opens long").
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
    loss_at_stop: Decimal | None = None
    reward_to_risk: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    plan: Plan | None = None
    targets: tuple[tuple[Decimal, Decimal], ...] = ()

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
class PlaceBatch:
    """Send several tickets, those that only reduce first; each is judged alone."""

    orders: tuple[PlaceOrder, ...]


@dataclass(frozen=True, slots=True)
class AmendOrder:
    """Give the order with this row key other terms; None leaves a term as it is.

    The exchange makes of it a cancellation and a new order, unless the order is a plan. `take_profit` and
    `stop_loss` of 0 remove the leg.
    """

    key: str
    size: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


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


class OrderFamily(StrEnum):
    """Which kinds of orders a cancel-all means.

    RESTING is every plain order, TRIGGERS every plan that is not of a position, PROTECTION the stops and
    targets of positions, ENTRIES whatever could add to a position, ALL everything.
    """

    RESTING = "resting"
    TRIGGERS = "triggers"
    PROTECTION = "protection"
    ENTRIES = "entries"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CancelAll:
    """Ask for the cancellation of every order of a family in the scope; stops stay unless they are named."""

    scope: CancelScope
    family: OrderFamily = OrderFamily.RESTING
    symbol: str | None = None
    """The symbol that the scope is about; the shown one when None."""


@dataclass(frozen=True, slots=True)
class Flatten:
    """Close at market every position of `symbol` (of the account when None), cancelling its orders first."""

    symbol: str | None


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Close a share of one position at market (1 is all of it); its stops stay until it is gone."""

    symbol: str
    hold_side: HoldSide
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Reverse:
    """Turn a position into one of the same size on the other side, at market."""

    symbol: str
    hold_side: HoldSide


@dataclass(frozen=True, slots=True)
class Protect:
    """Give a position stops that rest at the exchange; None leaves a leg as it is, 0 removes it.

    With `share` of 1 the legs follow the size of the position; a smaller one gives a leg of that part.
    """

    symbol: str
    hold_side: HoldSide
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trigger_by: TriggerBy = TriggerBy.MARK
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """Change a symbol's leverage; `hold_side` matters in isolated hedge mode only."""

    symbol: str
    leverage: int
    hold_side: HoldSide | None = None


@dataclass(frozen=True, slots=True)
class SetMarginMode:
    """Change a symbol's margin mode."""

    symbol: str
    margin_mode: MarginMode


@dataclass(frozen=True, slots=True)
class SetPositionMode:
    """Change the account's position mode."""

    position_mode: PositionMode


@dataclass(frozen=True, slots=True)
class SelectProfile:
    """Trade under the limits of another profile."""

    name: str


@dataclass(frozen=True, slots=True)
class UnlockDay:
    """Take new entries again today although the daily loss limit was reached; `phrase` is typed out."""

    phrase: str


@dataclass(frozen=True, slots=True)
class ArmLive:
    """Let orders leave for the real exchange in this session; `phrase` is typed out."""

    phrase: str


@dataclass(frozen=True, slots=True)
class SelectSymbol:
    """Show and stream another market."""

    symbol: str


@dataclass(frozen=True, slots=True)
class SelectTimeframe:
    """Show candles and the swing of another timeframe."""

    timeframe: Timeframe


@dataclass(frozen=True, slots=True)
class SelectSwing:
    """Hang the Fibonacci levels on another swing of the shown market.

    `lookback` takes the extremes of so many closed candles, `points` the prices from the first to the second;
    with neither, the swing is the newest that price itself confirmed.
    """

    lookback: int | None = None
    points: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class LoadSwing:
    """Fetch the candles of another timeframe of the shown market, for the levels of its swing."""

    timeframe: Timeframe


@dataclass(frozen=True, slots=True)
class LoadOlderCandles:
    """Fetch candles from before the oldest one known of the shown market."""


@dataclass(frozen=True, slots=True)
class Halt:
    """No new risk: entries are cancelled, stops and closes stay possible."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Leave HALT."""


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarms:
    """What only waits to be seen has been seen: a liquidation, a deleveraging."""


@dataclass(frozen=True, slots=True)
class NoteDown:
    """Keep the trader's words in log and journal; `tag` for one word that things are found by later."""

    text: str
    tag: bool = False


OrderIntent = PlaceOrder | PlaceBatch | AmendOrder | CancelOrder | CancelAll
PositionIntent = Flatten | ClosePosition | Reverse | Protect
SettingIntent = SetLeverage | SetMarginMode | SetPositionMode | SelectProfile
PostureIntent = Halt | Resume | UnlockDay | ArmLive | AcknowledgeAlarms
ViewIntent = SelectSymbol | SelectTimeframe | SelectSwing | LoadSwing | LoadOlderCandles | NoteDown
Intent = OrderIntent | PositionIntent | SettingIntent | PostureIntent | ViewIntent


@dataclass(frozen=True, slots=True)
class Receipt:
    """The engine's immediate answer: taken up, or refused with the reasons in plain words.

    `keys` are the row keys of the orders that it tracks because of the intent. `legs` answer for each order
    of a batch, in the order in which the batch names them.
    """

    taken: bool
    text: str
    keys: tuple[str, ...] = ()
    legs: "tuple[Receipt, ...]" = ()


Doors = dict[type[Any], Callable[[Any], Receipt]]
"""Which part of the engine takes up which kind of intent."""
