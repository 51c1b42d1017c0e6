"""The funding routes: the present rate, the next settlement, the settlements of the past."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.market.granularity import DAY_MS, HOUR_MS
from omega_tui.sim.payloads.market import Row, exact, fund_rate_row, funding_time_row, settled_row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import chosen_contracts, listed_symbol
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, public

_PAGE: Final = 20
_LONGEST_PAGE: Final = 100
_REACH_MS: Final = 366 * DAY_MS
"""How far before the market's start settlements are known, as candles are."""


def current_fund_rate(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`current-fund-rate`, all or one ("Get-Current-Funding-Rate")."""
    return [
        fund_rate_row(exchange.venue.ticker(contract.symbol), contract)
        for contract in chosen_contracts(exchange, parameters)
    ]


def funding_time(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`funding-time` of one symbol ("Get-Symbol-Next-Funding-Time")."""
    symbol = listed_symbol(exchange, parameters)
    return [funding_time_row(exchange.venue.ticker(symbol), exchange.venue.contract(symbol))]


def history_fund_rate(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`history-fund-rate`: newest first, in numbered pages ("Get-History-Funding-Rate")."""
    symbol = listed_symbol(exchange, parameters)
    size = min(_positive(parameters, "pageSize", _PAGE), _LONGEST_PAGE)
    skipped = (_positive(parameters, "pageNo", 1) - 1) * size
    return list(islice(_settlements(exchange, symbol), skipped, skipped + size))


def _settlements(exchange: SimulatedExchange, symbol: str) -> Iterator[Row]:
    """What the exchange settled, then what was settled before it began."""
    for settled in exchange.venue.funding.history(symbol):
        yield settled_row(symbol, exact(settled.rate), settled.ts)
    contract, start = exchange.venue.contract(symbol), exchange.clock.start_ms
    interval = contract.fund_interval * HOUR_MS
    for ts in range(contract.next_funding(start) - interval, start - _REACH_MS, -interval):
        yield settled_row(symbol, exchange.source.past_funding_rate(symbol, ts), ts)


def _positive(parameters: Parameters, name: str, default: int) -> int:
    """A number from 1 on. Raises Refused 40020 for any other."""
    number = parameters.integer(name)
    if number == 0:
        raise refusal(Code.PARAMETER_WRONG, name)
    return default if number is None else number


ROUTES: Final[dict[str, Route]] = {
    RestPath.CURRENT_FUND_RATE: public(current_fund_rate),
    RestPath.FUNDING_TIME: public(funding_time),
    RestPath.HISTORY_FUND_RATE: public(history_fund_rate),
}
"""The routes of this module by their paths."""
