"""Changing a resting order: another size and price make another order, other presets stay with it.

Follows Bitget's "Modify-Order". A new size and price cancel the old order before the reply; the new one, with
a new id, is born `Choices.modify_delay_ms` later and goes through the same door as every order. When it is
refused there, the old one stays gone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import OrderStatus, OrderType
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.agenda import Agenda
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.ledger import LedgerOrder, OrderSpec, Presets
from omega_tui.sim.venue.order_store import OrderStore

_MODIFIED = "modify_order_limit"


@dataclass(frozen=True, slots=True)
class Modification:
    """What modify-order carries; None where the caller was silent, a preset of zero deletes it."""

    client_oid: str | None
    size: Decimal | None = None
    price: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


class Modifier:
    """Modifies the orders of one account.

    `check_presets` refuses take profits and stop losses that do not fit an order; `settle` completes an
    action.
    """

    def __init__(
        self,
        account: Account,
        orders: OrderStore,
        desk: Desk,
        agenda: Agenda,
        choices: Choices,
        now_ms: Callable[[], int],
        check_presets: Callable[[OrderSpec], None],
        settle: Callable[[], None],
    ) -> None:
        self._account = account
        self._orders = orders
        self._desk = desk
        self._agenda = agenda
        self._choices = choices
        self._now_ms = now_ms
        self._check_presets = check_presets
        self._settle = settle

    def modify(self, order: LedgerOrder, wanted: Modification) -> LedgerOrder | None:
        """The order with its new presets, or None when a new order will follow in its place.

        Only live limit orders of which nothing has traded (40922). Size and price come together (40925),
        with a client id for the new order (22003), and at least one of them changes (40923); presets sent
        along are then ignored. Presets alone: the one that is not sent is deleted. What can be told of the
        new order without book and money is checked before the old one goes.
        """
        if order.status is not OrderStatus.LIVE or order.price is None:
            raise refusal(Code.NOT_MODIFIABLE)
        if (wanted.size is None) != (wanted.price is None):
            raise refusal(Code.PRICE_WITHOUT_SIZE)
        try:
            if wanted.size is None or wanted.price is None:
                return self._change_presets(order, wanted, order.price)
            self._replace(order, wanted, wanted.size, wanted.price)
            return None
        finally:
            self._settle()

    def _change_presets(self, order: LedgerOrder, wanted: Modification, price: Decimal) -> LedgerOrder:
        if wanted.take_profit is None and wanted.stop_loss is None:
            raise refusal(Code.NOTHING_MODIFIED)
        presets = Presets(
            take_profit=wanted.take_profit or None,
            stop_loss=wanted.stop_loss or None,
            take_profit_type=order.presets.take_profit_type,
            stop_loss_type=order.presets.stop_loss_type,
        )
        self._check_presets(replace(successor(order, order.client_oid, order.size, price), presets=presets))
        return self._desk.amend(replace(order, presets=presets))

    def _replace(self, order: LedgerOrder, wanted: Modification, size: Decimal, price: Decimal) -> None:
        client_oid = wanted.client_oid
        if client_oid is None:
            raise refusal(Code.NEW_CLIENT_OID_MISSING)
        if (size, price) == (order.size, order.price):
            raise refusal(Code.NOTHING_MODIFIED)
        spec = successor(order, client_oid, size, price)
        self._desk.check(spec)
        self._check_presets(spec)
        self._desk.cancel(order)
        self._orders.promise(client_oid)
        due = self._now_ms() + self._choices.modify_delay_ms
        self._agenda.at(due, lambda: self._bear(order, spec, client_oid))

    def _bear(self, order: LedgerOrder, spec: OrderSpec, client_oid: str) -> None:
        self._orders.redeem(client_oid)
        try:
            if self._account.position_mode is not order.position_mode:
                raise refusal(Code.MODE_MISMATCH)
            if self._account.settings(order.symbol).margin_mode is not order.margin_mode:
                raise refusal(Code.MARGIN_MODE_FROZEN)
            self._desk.place(spec)
        except Refused:
            if self._choices.refused_modify_leaves_order:
                self._desk.show_stillborn(
                    replace(order, client_oid=client_oid, size=spec.size, price=spec.price)
                )


def successor(order: LedgerOrder, client_oid: str, size: Decimal, price: Decimal) -> OrderSpec:
    """The order that takes the place of a modified one."""
    return OrderSpec(
        symbol=order.symbol,
        direction=order.direction,
        order_type=OrderType.LIMIT,
        size=size,
        price=price,
        force=order.force,
        margin_mode=order.margin_mode,
        hold_side=order.hold_side,
        closes=order.hold_side is not None and order.reduce_only,
        reduce_only=order.reduce_only,
        client_oid=client_oid,
        presets=order.presets,
        enter_point=order.enter_point_source,
        order_source=_MODIFIED,
        self_trade=order.self_trade,
    )
