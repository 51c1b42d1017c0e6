"""The pictures of the account: positions, orders, executions, money. Frozen; an unknown figure is None."""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.events import Health
from omega_tui.domain.orders import HoldSide, MarginMode, OrderState, OrderType, Side, TimeInForce
from omega_tui.domain.plans import Plan


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a surface can be trusted, and its age in seconds when that is known."""

    health: Health
    age_seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One open position; `unrealized` is at our newest mark. Distance to liquidation in percent of mark.

    `protected` is the share of the size (0 to 1) that confirmed stops at the exchange cover, None while that
    is not known; `stop_price` is the trigger by which all that is covered has been closed, `target_price`
    the nearest target.
    """

    symbol: str
    hold_side: HoldSide
    size: Decimal
    base: str
    entry_price: Decimal
    mark_price: Decimal | None
    unrealized: Decimal | None
    unrealized_percent: Decimal | None
    realized: Decimal | None
    liquidation_price: Decimal | None
    liquidation_distance_percent: Decimal | None
    margin: Decimal | None
    margin_mode: MarginMode
    leverage: int
    break_even_price: Decimal | None
    funding: Decimal | None
    fees: Decimal | None
    price_places: int
    size_places: int
    protected: Decimal | None = None
    stop_price: Decimal | None = None
    target_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PositionsView:
    """Open positions and whether they can be believed."""

    rows: tuple[PositionRow, ...]
    health: Freshness


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order that is not finished, UNKNOWN ones first. `key` addresses it in intents; `evidence` says what
    is known of an UNKNOWN one and what settles it."""

    key: str
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    size: Decimal
    filled: Decimal
    price: Decimal | None
    reduce_only: bool
    state: OrderState
    age_seconds: int | None
    foreign: bool
    evidence: str
    price_places: int
    size_places: int
    plan: Plan | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrdersView:
    """Unfinished orders of the account."""

    rows: tuple[OrderRow, ...]
    health: Freshness


@dataclass(frozen=True, slots=True)
class FillRow:
    """One execution, newest first in its view."""

    exchange_ms: int
    symbol: str
    side: Side
    price: Decimal
    size: Decimal
    fee: Decimal | None
    profit: Decimal | None
    maker: bool | None
    price_places: int
    size_places: int


@dataclass(frozen=True, slots=True)
class FillsView:
    """The newest executions."""

    rows: tuple[FillRow, ...]


@dataclass(frozen=True, slots=True)
class LeverageEffect:
    """What another leverage would do to one position. `extra_margin` is taken from the free balance (negative
    when freed); a liquidation price is None when it is not known. `words` says all of it."""

    hold_side: HoldSide
    size: Decimal
    leverage_before: int
    leverage_after: int
    extra_margin: Decimal
    liquidation_before: Decimal | None
    liquidation_after: Decimal | None
    words: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """The account's money; realized profit and fees (negative when paid) are those of this session.

    `open_risk` is what every open position, and every entry that rests, would lose at its stop, as a share of
    equity, beside its cap: one without a stop counts to its liquidation; `day_profit` is since the day's
    opening (UTC), `day_loss_limit` the loss that locks new entries; both are money. `fees_elsewhere` are the
    session's fees that were paid in another coin, each coin by itself.
    """

    coin: str
    equity: Decimal | None
    available: Decimal | None
    margin_used: Decimal | None
    unrealized: Decimal | None
    realized_session: Decimal | None
    fees_session: Decimal | None
    long_notional: Decimal | None
    short_notional: Decimal | None
    health: Freshness
    open_risk: Decimal | None = None
    open_risk_cap: Decimal | None = None
    day_profit: Decimal | None = None
    day_loss_limit: Decimal | None = None
    fees_elsewhere: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class ProtectPreview:
    """What a `Protect` would do right now; money in the quote coin.

    `stop_loss` and `take_profit` are the legal triggers that would be sent, 0 for a leg that would be
    removed, None for one that stays. `loss_at_stop` is what closing there loses against the entry, closing
    fee included (below zero it wins), `loss_share` the same as a share of equity; `profit_at_target` is after
    the fee. `problems` is empty when it could be sent.
    """

    effect: str
    stop_loss: Decimal | None
    take_profit: Decimal | None
    loss_at_stop: Decimal | None
    loss_share: Decimal | None
    profit_at_target: Decimal | None
    problems: tuple[str, ...]
