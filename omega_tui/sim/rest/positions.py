"""The routes of the positions: those that are open, those that were closed, who is deleveraged first.

Each function answers one route with the reply's `data`.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.account import position_row, single_position_row
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.plans import guards_row
from omega_tui.sim.payloads.risk import adl_rank_row, closed_position_row
from omega_tui.sim.rest.market import listed_symbol
from omega_tui.sim.rest.paging import DAY_MS, page, page_reply, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.venue.ledger import LedgerClosedPosition

_KEPT_DAYS = 90


def single_position(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`single-position`: the open positions of one symbol, none to two."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    return [single_position_row(each) for each in exchange.venue.positions(symbol)]


def all_position(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`all-position`: every open position."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        return []
    parameters.margin_coin(required=False)
    guards = exchange.venue.plans.guards
    return [position_row(each) | guards_row(*guards.of_position(each)) for each in exchange.venue.positions()]


def history_position(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`history-position`: what was closed within three months, newest first ("Get-History-Position").

    A symbol wins over the product type, which is USDT futures unless told.
    """
    span = time_span(parameters, _KEPT_DAYS)
    rows = page(_closed(exchange, parameters), parameters, span, _stamp)
    return page_reply(exchange, "list", rows, closed_position_row, _stamp)


def adl_rank(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`adlRank`: how near each position is to being deleveraged ("Get-Position-Adl")."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        return []
    venue = exchange.venue
    return [adl_rank_row(each, venue.risk.adl_rank(each)) for each in venue.positions()]


def _stamp(record: LedgerClosedPosition) -> tuple[str, int]:
    return record.record_id, record.closed_ms


def _closed(exchange: SimulatedExchange, parameters: Parameters) -> Iterator[LedgerClosedPosition]:
    symbol = parameters.optional_symbol()
    product = parameters.word("productType", ProductType) or ProductType.USDT_FUTURES
    if symbol is not None:
        symbol = exchange.venue.contract(symbol).symbol
    elif product is not ProductType.USDT_FUTURES:
        return
    oldest = exchange.clock.now_ms() - _KEPT_DAYS * DAY_MS
    for each in takewhile(lambda closed: closed.closed_ms >= oldest, exchange.venue.closed_positions()):
        if symbol in (None, each.symbol):
            yield each


ROUTES: Final[dict[str, Route]] = {
    RestPath.SINGLE_POSITION: read(single_position),
    RestPath.ALL_POSITION: read(all_position),
    RestPath.HISTORY_POSITION: read(history_position),
    RestPath.ADL_RANK: read(adl_rank),
}
"""The routes of this module by their paths."""
