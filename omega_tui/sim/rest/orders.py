"""The routes that read orders and fills: detail, pending, history, fills, with Bitget's paging.

Lists come newest first, at most a page at a time; `endId` of a page is what `idLessThan` of the next takes.
An id wins over a time span, and a whole time span over `idLessThan`.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from itertools import islice
from typing import Final, TypeVar

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import PAGE_LIMIT, ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import OrderStatus
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.orders import detail_row, fill_row, history_row, past_fill_row, pending_row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder

Record = TypeVar("Record", LedgerOrder, LedgerFill)

_DAY_MS: Final = 86_400_000
_LONGEST_DAYS: Final = 90
"""The longest time span, and how long finished orders and fills are kept ("Get-Orders-History")."""
_LONGEST_FILL_HISTORY_DAYS: Final = 7


class _PendingStatus(StrEnum):
    LIVE = OrderStatus.LIVE
    PARTIALLY_FILLED = OrderStatus.PARTIALLY_FILLED


def order_detail(exchange: SimulatedExchange, parameters: Parameters) -> object:
    """`detail` of one order; Refused 40109 when there is none."""
    symbol = listed_symbol(exchange, parameters)
    order_id, client_oid = parameters.text("orderId"), parameters.text("clientOid")
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
    status = parameters.word("status", _PendingStatus)
    _check_span(parameters, _LONGEST_DAYS)
    orders = exchange.venue.pending(_symbol(exchange, parameters)) if _traded(parameters) else []
    chosen = [order for order in orders if status is None or str(order.status) == str(status)]
    return _page(exchange, "entrustedList", _asked_for(chosen, parameters), pending_row, parameters)


def orders_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-history`: filled and cancelled orders of the last 90 days."""
    source = parameters.text("orderSource")
    _check_span(parameters, _LONGEST_DAYS)
    orders = exchange.venue.finished(_symbol(exchange, parameters)) if _traded(parameters) else []
    kept = _kept(exchange, orders)
    chosen = [order for order in kept if source is None or order.order_source == source.lower()]
    return _page(exchange, "entrustedList", _asked_for(chosen, parameters), history_row, parameters)


def order_fills(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`fills` of the trader in the last 90 days."""
    _check_span(parameters, _LONGEST_DAYS)
    fills = _kept(exchange, _fills(exchange, parameters))
    return _page(exchange, "fillList", _in_span(fills, parameters), fill_row, parameters)


def fill_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`fill-history`: as `fills`, with the margin coin, a week at a time."""
    _check_span(parameters, _LONGEST_FILL_HISTORY_DAYS)
    fills = _fills(exchange, parameters)
    return _page(exchange, "fillList", _in_span(fills, parameters), past_fill_row, parameters)


def _traded(parameters: Parameters) -> bool:
    return parameters.product_type() is ProductType.USDT_FUTURES


def _symbol(exchange: SimulatedExchange, parameters: Parameters) -> str | None:
    """The symbol asked for, None for all; Refused 40034 when it is not listed."""
    symbol = parameters.optional_symbol()
    return None if symbol is None else exchange.venue.contract(symbol).symbol


def _fills(exchange: SimulatedExchange, parameters: Parameters) -> list[LedgerFill]:
    if not _traded(parameters):
        return []
    return exchange.venue.fills(_symbol(exchange, parameters), parameters.text("orderId"))


def _kept(exchange: SimulatedExchange, records: Iterable[Record]) -> list[Record]:
    """Those that are not too old to be shown."""
    oldest = exchange.clock.now_ms() - _LONGEST_DAYS * _DAY_MS
    return [record for record in records if _created(record) >= oldest]


def _check_span(parameters: Parameters, days: int) -> None:
    """Refused 40705 for more than 90 days, 00001 for more than fewer days."""
    start, end = time_span(parameters)
    if start is None or end is None or end - start <= days * _DAY_MS:
        return
    raise refusal(Code.SPAN_TOO_LONG) if days == _LONGEST_DAYS else refusal(Code.INTERVAL_TOO_LONG, str(days))


def _asked_for(orders: Iterable[LedgerOrder], parameters: Parameters) -> Iterable[LedgerOrder]:
    """The order that is named, or those of the time span."""
    order_id, client_oid = parameters.text("orderId"), parameters.text("clientOid")
    if order_id is not None:
        return (order for order in orders if order.order_id == order_id)
    if client_oid is not None:
        return (order for order in orders if order.client_oid == client_oid)
    return _in_span(orders, parameters)


def _in_span(records: Iterable[Record], parameters: Parameters) -> Iterable[Record]:
    """Records of the time span and before `idLessThan`; of a named order's fills all are meant."""
    if parameters.text("orderId") is not None:
        return _before(records, parameters.integer("idLessThan"))
    start, end = time_span(parameters)
    within = (
        record
        for record in records
        if (start is None or _created(record) >= start) and (end is None or _created(record) <= end)
    )
    whole = start is not None and end is not None
    return within if whole else _before(within, parameters.integer("idLessThan"))


def _before(records: Iterable[Record], limit: int | None) -> Iterable[Record]:
    return records if limit is None else (record for record in records if int(_id(record)) < limit)


def _page(
    exchange: SimulatedExchange,
    member: str,
    records: Iterable[Record],
    row: Callable[[Record], Row],
    parameters: Parameters,
) -> Row:
    chosen = list(islice(records, parameters.limit(PAGE_LIMIT, PAGE_LIMIT)))
    if not chosen:
        return {member: None if exchange.venue.choices.empty_lists_null else [], "endId": None}
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
    RestPath.FILL_HISTORY: read(fill_history),
}
"""The routes of this module by their paths."""
