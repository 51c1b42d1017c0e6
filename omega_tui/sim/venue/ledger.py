"""What the exchange's core tells of the trader's account: orders, fills, positions, money.

Pure data, spelled in full words; sums in USDT, sizes in base units. How Bitget spells it on the wire is the
business of `payloads`.
"""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.sim.facts import (
    Direction,
    Force,
    HoldSide,
    MarginMode,
    OrderStatus,
    OrderType,
    PlanStatus,
    PlanType,
    PositionMode,
    SelfTrade,
    TriggerType,
)


@dataclass(frozen=True, slots=True)
class Presets:
    """Take profit and stop loss that an opening order brings along; prices, None where there is none.

    An execute price makes the leg a limit order once it is triggered, without one it is a market order.
    """

    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit_execute: Decimal | None = None
    stop_loss_execute: Decimal | None = None
    take_profit_type: TriggerType = TriggerType.LAST
    stop_loss_type: TriggerType = TriggerType.LAST

    def __bool__(self) -> bool:
        return self.take_profit is not None or self.stop_loss is not None


NO_PRESETS = Presets()


@dataclass(frozen=True, slots=True)
class OrderSpec:
    """An order as asked for, already parsed from the wire and with the true trade direction.

    `enter_point` is who asked (Bitget's enterPointSource), `order_source` what made the order when it was no
    person: None for a plain limit or market order. `displaces` makes resting close orders give way to a
    hedge close, where one of the trader's own has to make do with what they leave free.
    """

    symbol: str
    direction: Direction
    order_type: OrderType
    size: Decimal
    price: Decimal | None
    force: Force
    margin_mode: MarginMode
    hold_side: HoldSide | None
    closes: bool
    reduce_only: bool
    client_oid: str | None
    presets: Presets = NO_PRESETS
    enter_point: str = "API"
    order_source: str | None = None
    self_trade: SelfTrade = SelfTrade.NONE
    displaces: bool = False


@dataclass(frozen=True, slots=True)
class LedgerFill:
    """One execution of the trader's order; `fee` is negative when paid; `profit` excludes fees."""

    trade_id: str
    order_id: str
    client_oid: str
    symbol: str
    direction: Direction
    order_type: OrderType
    trade_side: str
    price: Decimal
    size: Decimal
    fee: Decimal
    profit: Decimal
    maker: bool
    position_mode: PositionMode
    ts: int
    enter_point_source: str = "API"


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """The state of the trader's order at one moment.

    `trade_side` is Bitget's reply word (open, close, buy_single, sell_single …); `hold_side` is None in
    one-way mode (the wire's posSide "net"). `price` is None for market orders. `fee` is negative when paid.
    `id_withheld` says that the reply to placing it named no id; `position_average` is the average entry of
    the position that it closed last, `liquidation_price` the mark price at which a liquidation placed it.
    """

    order_id: str
    client_oid: str
    symbol: str
    direction: Direction
    order_type: OrderType
    force: Force
    size: Decimal
    price: Decimal | None
    hold_side: HoldSide | None
    trade_side: str
    reduce_only: bool
    margin_mode: MarginMode
    position_mode: PositionMode
    leverage: int
    status: OrderStatus
    filled: Decimal
    filled_quote: Decimal
    fee: Decimal
    profit: Decimal
    cancel_reason: str
    order_source: str
    enter_point_source: str
    created_ms: int
    updated_ms: int
    presets: Presets = NO_PRESETS
    self_trade: SelfTrade = SelfTrade.NONE
    id_withheld: bool = False
    position_average: Decimal | None = None
    liquidation_price: Decimal | None = None

    @property
    def average_price(self) -> Decimal | None:
        """Average fill price, None before any fill."""
        return self.filled_quote / self.filled if self.filled else None


@dataclass(frozen=True, slots=True)
class LedgerPlan:
    """A conditional order at one moment: what it waits for and the order that it then places.

    `order.size` is 0 when the plan closes all of a position. It triggers when the price has risen to
    `trigger_price` (`rises`) or fallen to it. A trailing plan has a `callback` in percent: reaching the
    trigger price only arms it, and then it triggers once the price has turned that far from `extreme`. The
    presets of a trailing plan's order are percentages. `position_id` ties take profit and stop loss to one
    position, `origin_order_id` to the order that brought them along.
    """

    plan_id: str
    client_oid: str
    plan_type: PlanType
    order: OrderSpec
    trigger_price: Decimal
    trigger_type: TriggerType
    rises: bool
    callback: Decimal | None
    position_id: str | None
    position_mode: PositionMode
    status: PlanStatus
    created_ms: int
    updated_ms: int
    extreme: Decimal | None = None
    triggered_ms: int | None = None
    execute_order_id: str | None = None
    origin_order_id: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerPosition:
    """An open position with the figures Bitget shows; money in USDT, sizes in base units.

    `liquidation_price` is None when there is none (crossed with ample equity). `funding` is the sum of
    funding paid (negative) and received; `fees` the trading fees so far (negative when paid).
    """

    position_id: str
    symbol: str
    hold_side: HoldSide
    margin_mode: MarginMode
    position_mode: PositionMode
    leverage: int
    size: Decimal
    available: Decimal
    locked: Decimal
    opening_size: Decimal
    open_price_average: Decimal
    mark_price: Decimal
    margin: Decimal
    unrealized: Decimal
    achieved_profits: Decimal
    liquidation_price: Decimal | None
    break_even_price: Decimal
    keep_margin_rate: Decimal
    margin_ratio: Decimal
    funding: Decimal
    fees: Decimal
    auto_margin: bool
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class LedgerClosedPosition:
    """A position that has been closed for good; sums in USDT, negative when paid.

    `profit` excludes fees and funding. Sizes count everything opened and closed over its life, averages are
    weighted by size. `record_id` grows in the order of closing.
    """

    record_id: str
    position_id: str
    symbol: str
    hold_side: HoldSide
    margin_mode: MarginMode
    position_mode: PositionMode
    open_price_average: Decimal
    close_price_average: Decimal
    opened_size: Decimal
    closed_size: Decimal
    profit: Decimal
    funding: Decimal
    open_fee: Decimal
    close_fee: Decimal
    created_ms: int
    closed_ms: int

    @property
    def net_profit(self) -> Decimal:
        """What the position brought after fees and funding."""
        return self.profit + self.funding + self.open_fee + self.close_fee


@dataclass(frozen=True, slots=True)
class LedgerBill:
    """One entry of the wallet's books: `balance` is what was in it afterwards.

    `business` is Bitget's businessType, `symbol` empty where the bill is about no contract. `amount` excludes
    `fee`, which is negative when paid.
    """

    bill_id: str
    symbol: str
    business: str
    amount: Decimal
    fee: Decimal
    balance: Decimal
    ts: int


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """The account's money in USDT: `equity` includes unrealized profit at mark."""

    balance: Decimal
    equity: Decimal
    locked: Decimal
    available: Decimal
    crossed_available: Decimal
    isolated_available: Decimal
    transferable: Decimal
    unrealized: Decimal
    crossed_unrealized: Decimal
    isolated_unrealized: Decimal
    crossed_margin: Decimal
    isolated_margin: Decimal
    crossed_risk_rate: Decimal
    position_mode: PositionMode


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was created, filled (then `fill` says what) or cancelled."""

    order: LedgerOrder
    fill: LedgerFill | None


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """A conditional order was created, changed, triggered or cancelled."""

    plan: LedgerPlan


@dataclass(frozen=True, slots=True)
class PositionClosed:
    """A position is closed for good; told right after the order that closed it."""

    position: LedgerClosedPosition


@dataclass(frozen=True, slots=True)
class Deleveraged:
    """Another trader's liquidation took `size` of a position, trading in `direction` at `price`."""

    symbol: str
    direction: Direction
    price: Decimal
    size: Decimal
    ts: int


@dataclass(frozen=True, slots=True)
class PositionsChanged:
    """Some position or what is reserved of it changed."""

    ts: int


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """The account's money changed."""

    ts: int


LedgerEvent = OrderChanged | PlanChanged | PositionClosed | Deleveraged | PositionsChanged | AccountChanged
