"""The route of the wallet's bills."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.account import bill_row
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.rest.paging import DAY_MS, page, page_reply, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.venue.ledger import LedgerBill
from omega_tui.sim.venue.wallet import MARGIN_MOVES, Business

_LONGEST_SPAN_DAYS = 30
_KEPT_DAYS = 90
_TRANSFERS = frozenset({Business.DEPOSIT, Business.WITHDRAWAL})


def bill(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`bill`: what changed the wallet, newest first, of the last 90 days ("Get-Account-Bill")."""
    traded = parameters.product_type() is ProductType.USDT_FUTURES
    span = time_span(parameters, _LONGEST_SPAN_DAYS)
    bills: Iterable[LedgerBill] = _chosen(exchange, parameters) if traded else ()
    return page_reply(exchange, "bills", page(bills, parameters, span, _stamp), bill_row, _stamp)


def _stamp(entry: LedgerBill) -> tuple[str, int]:
    return entry.bill_id, entry.ts


def _chosen(exchange: SimulatedExchange, parameters: Parameters) -> Iterator[LedgerBill]:
    """The bills of one business or of all; `coin` counts for transfers only, as the page has it."""
    business, coin = parameters.text("businessType"), parameters.text("coin")
    financial = parameters.flag("onlyFunding")
    other_coin = business in _TRANSFERS and coin is not None and coin.upper() != MARGIN_COIN
    oldest = exchange.clock.now_ms() - _KEPT_DAYS * DAY_MS
    recent = takewhile(lambda each: each.ts >= oldest, exchange.venue.wallet.bills())
    for each in recent:
        dropped = other_coin or (financial and each.business in MARGIN_MOVES)
        if business in (None, each.business) and not dropped:
            yield each


ROUTES: Final[dict[str, Route]] = {RestPath.BILL: read(bill)}
"""The routes of this module by their paths."""
