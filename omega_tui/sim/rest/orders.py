"""The routes that read orders and fills: detail, pending, history, fills, with Bitget's paging.

Lists come newest first, at most a page at a time; `endId` of a page is what `idLessThan` of the next takes.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, TypeVar

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import PAGE_LIMIT, ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import OrderStatus
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.orders import detail_row, fill_row, history_row, pending_row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder

Record = TypeVar("Record", LedgerOrder, LedgerFill)

NO_RECORDS: Final[list[Row] | None] = None
"""What an empty page holds in place of its list; clients report null, Bitget's pages do not say."""


class _PendingStatus(StrEnum):
    LIVE = OrderStatus.LIVE
    PARTIALLY_FILLED = OrderStatus.PARTIALLY_FILLED


def order_detail(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`detail` of one order; Refused 40109 when there is none."""
    symbol = listed_symbol(exchange, parameters)
    order_id, client_oid = parameters.text("orderId"), parameters.text("clientOid")
    if order_id is None and client_oid is None:
        raise refusal(Code.ORDER_ID_MISSING)
    order = exchange.venue.order(symbol, order_id, client_oid)
    if order is None:
        raise refusal(Code.ORDER_NOT_FOUND)
    return detail_row(order)


def orders_pending(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-pending`: live and partially filled orders."""
    status = parameters.word("status", _PendingStatus)
    orders = exchange.venue.pending(_symbol(exchange, parameters)) if _traded(parameters) else []
    chosen = [order for order in orders if status is None or str(order.status) == str(status)]
    return _page("entrustedList", _named(chosen, parameters), pending_row, parameters)


def orders_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-history`: filled and cancelled orders."""
    source = parameters.text("orderSource")
    orders = exchange.venue.finished(_symbol(exchange, parameters)) if _traded(parameters) else []
    chosen = [order for order in orders if source is None or order.order_source == source]
    return _page("entrustedList", _named(chosen, parameters), history_row, parameters)


def order_fills(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`fills` of the trader."""
    order_id = parameters.text("orderId")
    fills = exchange.venue.fills(_symbol(exchange, parameters), order_id) if _traded(parameters) else []
    return _page("fillList", fills, fill_row, parameters)


def _traded(parameters: Parameters) -> bool:
    return parameters.product_type() is ProductType.USDT_FUTURES


def _symbol(exchange: SimulatedExchange, parameters: Parameters) -> str | None:
    """The symbol asked for, None for all; Refused 40034 when it is not listed."""
    symbol = parameters.optional_symbol()
    return None if symbol is None else exchange.venue.contract(symbol).symbol


def _named(orders: Iterable[LedgerOrder], parameters: Parameters) -> list[LedgerOrder]:
    order_id, client_oid = parameters.text("orderId"), parameters.text("clientOid")
    if order_id is not None:
        return [order for order in orders if order.order_id == order_id]
    if client_oid is not None:
        return [order for order in orders if order.client_oid == client_oid]
    return list(orders)


def _page(
    member: str, records: Iterable[Record], row: Callable[[Record], Row], parameters: Parameters
) -> Row:
    """One page: a time span wins over `idLessThan`."""
    start, end = time_span(parameters)
    limit = parameters.limit(PAGE_LIMIT, PAGE_LIMIT)
    before = parameters.integer("idLessThan")
    if start is not None and end is not None:
        before = None
    chosen = [
        record
        for record in records
        if (before is None or int(_id(record)) < before)
        and (start is None or _created(record) >= start)
        and (end is None or _created(record) <= end)
    ][:limit]
    if not chosen:
        return {member: NO_RECORDS, "endId": None}
    return {member: [row(record) for record in chosen], "endId": _id(chosen[-1])}


def _id(record: LedgerOrder | LedgerFill) -> str:
    return record.trade_id if isinstance(record, LedgerFill) else record.order_id


def _created(record: LedgerOrder | LedgerFill) -> int:
    return record.ts if isinstance(record, LedgerFill) else record.created_ms


ROUTES: Final[dict[str, Route]] = {
    RestPath.ORDER_DETAIL: read(order_detail),
    RestPath.ORDERS_PENDING: read(orders_pending),
    RestPath.ORDERS_HISTORY: read(orders_history),
    RestPath.ORDER_FILLS: read(order_fills),
}
"""The routes of this module by their paths."""
