"""The routes that read orders and fills: detail, pending, history, fills, with Bitget's paging.

Lists come newest first, at most a page at a time; `endId` of a page is what `idLessThan` of the next takes.
An id wins over a time span, and a whole time span over `idLessThan`.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import OrderStatus
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.orders import detail_row, fill_row, history_row, past_fill_row, pending_row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol, symbol_if_named
from omega_tui.sim.rest.paging import DAY_MS, LONGEST_PAGE, named_or_page, page, page_reply, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder

_KEPT_DAYS: Final = 90
"""How long finished orders and fills are shown, and the longest time span ("Get-Orders-History")."""
_FILL_HISTORY_DAYS: Final = 7


class _PendingStatus(StrEnum):
    LIVE = OrderStatus.LIVE
    PARTIALLY_FILLED = OrderStatus.PARTIALLY_FILLED


def order_detail(exchange: SimulatedExchange, parameters: Parameters) -> object:
    """`detail` of one order; Refused 40109 when there is none."""
    symbol = listed_symbol(exchange, parameters)
    order_id, client_oid = parameters.identity("orderId"), parameters.text("clientOid")
    if order_id is None and client_oid is None:
        raise refusal(Code.ORDER_ID_MISSING)
    order = exchange.venue.order(symbol, order_id, client_oid)
    if order is not None:
        return detail_row(order)
    if exchange.venue.choices.unknown_order_empty:
        return []
    raise refusal(Code.ORDER_NOT_FOUND)


def orders_pending(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-pending`: live and partially filled orders."""
    every = exchange.venue.choices.pending_lists_filled_parts
    status = parameters.word("status", _PendingStatus) or (None if every else _PendingStatus.LIVE)
    orders = exchange.venue.pending(symbol_if_named(exchange, parameters)) if _traded(parameters) else []
    chosen = [order for order in orders if status is None or str(order.status) == str(status)]
    return _orders_page(exchange, parameters, chosen, pending_row)


def orders_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-history`: filled and cancelled orders of the last 90 days."""
    source = parameters.text("orderSource")
    orders = exchange.venue.finished(symbol_if_named(exchange, parameters)) if _traded(parameters) else []
    oldest = exchange.clock.now_ms() - _KEPT_DAYS * DAY_MS
    chosen = [
        order
        for order in orders
        if order.created_ms >= oldest and (source is None or order.order_source == source.lower())
    ]
    return _orders_page(exchange, parameters, chosen, history_row)


def order_fills(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`fills` of the trader in the last 90 days."""
    oldest = exchange.clock.now_ms() - _KEPT_DAYS * DAY_MS
    return _fills_page(exchange, parameters, _KEPT_DAYS, oldest, fill_row)


def fill_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`fill-history`: as `fills`, with the margin coin, at most a week of them but of any age."""
    return _fills_page(exchange, parameters, _FILL_HISTORY_DAYS, 0, past_fill_row)


def _traded(parameters: Parameters) -> bool:
    return parameters.product_type() is ProductType.USDT_FUTURES


def _orders_page(
    exchange: SimulatedExchange,
    parameters: Parameters,
    orders: list[LedgerOrder],
    row: Callable[[LedgerOrder], Row],
) -> Row:
    """The order that is named, or a page of them all."""
    names = parameters.identity("orderId"), parameters.text("clientOid")
    span = time_span(parameters, _KEPT_DAYS)
    chosen = named_or_page(orders, parameters, names, span, _order_stamp)
    return page_reply(exchange, "entrustedList", chosen, row, _order_stamp)


def _fills_page(
    exchange: SimulatedExchange,
    parameters: Parameters,
    longest_days: int,
    oldest: int,
    row: Callable[[LedgerFill], Row],
) -> Row:
    """A page of the fills not before `oldest`; of a named order's whatever their time."""
    span, order_id = time_span(parameters, longest_days), parameters.identity("orderId")
    found: list[LedgerFill] = []
    if _traded(parameters):
        found = exchange.venue.fills(symbol_if_named(exchange, parameters), order_id)
    kept = [fill for fill in found if fill.ts >= oldest]
    chosen = page(kept, parameters, (None, None) if order_id else span, _fill_stamp, LONGEST_PAGE)
    return page_reply(exchange, "fillList", chosen, row, _fill_stamp)


def _order_stamp(order: LedgerOrder) -> tuple[str, int]:
    return order.order_id, order.created_ms


def _fill_stamp(fill: LedgerFill) -> tuple[str, int]:
    return fill.trade_id, fill.ts


ROUTES: Final[dict[str, Route]] = {
    RestPath.ORDER_DETAIL: read(order_detail),
    RestPath.ORDERS_PENDING: read(orders_pending),
    RestPath.ORDERS_HISTORY: read(orders_history),
    RestPath.ORDER_FILLS: read(order_fills),
    RestPath.FILL_HISTORY: read(fill_history),
}
"""The routes of this module by their paths."""
