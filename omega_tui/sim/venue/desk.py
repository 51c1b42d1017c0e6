"""The order desk: lets admitted orders in, works them against the book, books every execution, cancels.

Events of one action come in this order: each `OrderChanged` as it happens, then `PositionsChanged`, then
`AccountChanged`, once each, when the action is complete (`flush`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from omega_tui.sim.facts import Force, OrderStatus, OrderType
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.commitments import Commitments
from omega_tui.sim.venue.forced import MARKETED, Cause, cause_of, forced_order
from omega_tui.sim.venue.intake import Intake, Market, overhang, taker_of
from omega_tui.sim.venue.ledger import (
    AccountChanged,
    LedgerEvent,
    LedgerFill,
    LedgerOrder,
    OrderChanged,
    OrderSpec,
    PositionClosed,
    PositionsChanged,
)
from omega_tui.sim.venue.matching import Execution, Matcher
from omega_tui.sim.venue.order_rules import unknown_symbol
from omega_tui.sim.venue.order_store import LIVE, OrderStore, remaining
from omega_tui.sim.venue.positions import Position, opened_side, other_side
from omega_tui.sim.venue.public_trades import PublicTrades
from omega_tui.sim.venue.snowflake import Snowflakes

NORMAL_CANCEL = "normal_cancel"
SELF_TRADE_CANCEL = "stp_cancel"
POST_ONLY_CANCEL = "post_only_fill_cancel"
FOK_CANCEL = "fok_not_full_cancel"
IOC_CANCEL = "ioc_not_full_cancel"
RISK_CANCEL = "delegated_risk_order_cancel"


class Desk:
    """Works the orders of one account in `markets`."""

    def __init__(
        self,
        markets: Mapping[str, Market],
        account: Account,
        orders: OrderStore,
        commitments: Commitments,
        intake: Intake,
        ids: Snowflakes,
        now_ms: Callable[[], int],
        emit: Callable[[LedgerEvent], None],
        trades: PublicTrades,
    ) -> None:
        self._markets = markets
        self._account = account
        self._orders = orders
        self._commitments = commitments
        self._intake = intake
        self._ids = ids
        self._now_ms = now_ms
        self._emit = emit
        self._trades = trades
        self._positions_changed = False
        self._account_changed = False

    def market(self, symbol: str) -> Market:
        """The market of a symbol; Refused 40034 when there is none."""
        market = self._markets.get(symbol)
        if market is None:
            raise unknown_symbol(symbol)
        return market

    def state_of(self, order: LedgerOrder) -> LedgerOrder:
        """An order as it stands now."""
        return self._orders[order.order_id]

    def check(self, spec: OrderSpec) -> None:
        """Refused for an order that no state of the market could let in."""
        self._intake.check(spec, self.market(spec.symbol))

    def check_client_oid(self, client_oid: str | None) -> None:
        """Refused for a client id that no order may have."""
        self._intake.check_client_oid(client_oid)

    def place(self, spec: OrderSpec) -> LedgerOrder:
        """Let an order in and work it; returns it as accepted."""
        market = self.market(spec.symbol)
        admission = self._intake.admit(spec, market)
        order = admission.order
        for displaced in admission.displaced:
            self.cancel(displaced)
        settings = self._account.settings(order.symbol)
        if settings.margin_mode is not order.margin_mode:
            self._account.change_settings(order.symbol, replace(settings, margin_mode=order.margin_mode))
        self._change(order, None)
        self._work(order, market.matcher)
        return order

    def cancel(self, order: LedgerOrder, reason: str = NORMAL_CANCEL) -> LedgerOrder:
        """Take a live order out of the market."""
        now = self._now_ms()
        self._markets[order.symbol].matcher.withdraw(order.order_id, now)
        gone = replace(order, status=OrderStatus.CANCELED, cancel_reason=reason, updated_ms=now)
        self._change(gone, None)
        return gone

    def amend(self, order: LedgerOrder) -> LedgerOrder:
        """A live order has changed in what does not concern the book."""
        amended = replace(order, updated_ms=self._now_ms())
        self._change(amended, None)
        return amended

    def show_stillborn(self, like: LedgerOrder) -> None:
        """Show an order that was never let in as one that was cancelled from the start."""
        now = self._now_ms()
        gone = replace(
            like,
            order_id=self._ids.next(),
            status=OrderStatus.CANCELED,
            cancel_reason=NORMAL_CANCEL,
            created_ms=now,
            updated_ms=now,
        )
        self._change(gone, None)

    def give_way(self, order_id: str) -> None:
        """A resting order leaves because a taker of the same trader met it."""
        self.cancel(self._orders[order_id], SELF_TRADE_CANCEL)

    def execute(self, execution: Execution) -> None:
        """Book one execution: money, position, public trade, order, fill."""
        order, now = self._orders[execution.order_id], self._now_ms()
        booking = self._account.book(order, execution.size, execution.price, execution.maker, now)
        fill = LedgerFill(
            trade_id=self._ids.next(),
            order_id=order.order_id,
            client_oid=order.client_oid,
            symbol=order.symbol,
            direction=order.direction,
            order_type=order.order_type,
            trade_side=order.trade_side,
            price=execution.price,
            size=execution.size,
            fee=booking.fee,
            profit=booking.profit,
            maker=execution.maker,
            position_mode=order.position_mode,
            ts=now,
            enter_point_source=order.enter_point_source,
        )
        self._orders.put_fill(fill)
        if cause_of(order) is None and not execution.echo:
            self._trades.tell_fill(fill, counted=execution.reported)
        self._change(_filled(order, fill, booking.closed_entry), fill)
        if booking.closed is not None:
            self._emit(PositionClosed(booking.closed))
        if booking.reduced:
            self._trim_closing(order)

    def force_close(self, cause: Cause, position: Position, size: Decimal, price: Decimal) -> None:
        """Close part of a position by the exchange's own order, which the trader sees like one of his.

        Where the cause goes to the market it takes what the book shows; the exchange itself takes the rest
        at `price`, so that the order always fills.
        """
        mode, now = self._account.position_mode, self._now_ms()
        leverage = self._account.settings(position.symbol).leverage(position.side)
        ids = (self._ids.next(), self._ids.next())
        order = forced_order(cause, position, size, mode, leverage, ids, now)
        if cause in MARKETED:
            order = replace(order, liquidation_price=price)
        self._change(order, None)
        if cause in MARKETED:
            matcher = self._markets[order.symbol].matcher
            matcher.take(taker_of(order), now)
        left = remaining(self._orders[order.order_id])
        if left:
            self.execute(Execution(order.order_id, price, left, maker=False))

    def flush(self) -> None:
        """Announce what the action changed of positions and money."""
        if self._positions_changed:
            self._positions_changed = False
            self._emit(PositionsChanged(self._now_ms()))
        if self._account_changed:
            self._account_changed = False
            self._emit(AccountChanged(self._now_ms()))

    def money_moved(self) -> None:
        """Something other than an order changed positions or money."""
        self._positions_changed = self._account_changed = True

    def _work(self, order: LedgerOrder, matcher: Matcher) -> None:
        if order.force is Force.POST_ONLY and order.price is not None:
            crossing = matcher.crosses(order.direction, order.price)
            self._finish(order, matcher, POST_ONLY_CANCEL if crossing else None)
            return
        if order.force is Force.FOK:
            reach = matcher.reach(taker_of(order))
            if reach.size < order.size:
                self.cancel(order, FOK_CANCEL)
                return
        now = self._now_ms()
        blocked = matcher.take(taker_of(order), now)
        current = self._orders[order.order_id]
        if current.status in LIVE:
            self._finish(current, matcher, _leftover_reason(order, blocked))

    def _finish(self, order: LedgerOrder, matcher: Matcher, reason: str | None) -> None:
        """Cancel what is left of an order for a reason, or let it rest when there is none."""
        if reason is not None or order.price is None:
            self.cancel(order, reason or IOC_CANCEL)
        else:
            matcher.rest(order.order_id, order.direction, remaining(order), order.price, self._now_ms())

    def _trim_closing(self, reducing: LedgerOrder) -> None:
        """Resting orders that only close never exceed what is left to close; the oldest give way first."""
        symbol, direction = reducing.symbol, reducing.direction
        closing = self._commitments.closing(symbol, direction, reducing.hold_side)
        if not closing:
            return
        room = self._account.positions.size(symbol, other_side(opened_side(direction)))
        for order in overhang(closing, room):
            self.cancel(order)

    def _change(self, order: LedgerOrder, fill: LedgerFill | None) -> None:
        self._orders.put(order)
        self._commitments.put(order)
        self._account_changed = True
        if fill is not None or self._account.positions.of(order.symbol):
            self._positions_changed = True
        self._emit(OrderChanged(order, fill))


def _leftover_reason(order: LedgerOrder, blocked: bool) -> str | None:
    if blocked:
        return SELF_TRADE_CANCEL
    if order.order_type is OrderType.MARKET or order.force is not Force.GTC:
        return IOC_CANCEL
    return None


def _filled(order: LedgerOrder, fill: LedgerFill, closed_entry: Decimal | None) -> LedgerOrder:
    filled = order.filled + fill.size
    return replace(
        order,
        status=OrderStatus.FILLED if filled == order.size else OrderStatus.PARTIALLY_FILLED,
        filled=filled,
        filled_quote=order.filled_quote + fill.size * fill.price,
        fee=order.fee + fill.fee,
        profit=order.profit + fill.profit,
        position_average=closed_entry if closed_entry is not None else order.position_average,
        updated_ms=fill.ts,
    )
