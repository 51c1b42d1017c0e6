"""The routes that estimate an order before it is sent: openable sizes and the liquidation price.

Each function answers one route with the reply's `data`.
"""

from decimal import Decimal
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import HoldSide, OrderType
from omega_tui.sim.payloads.market import Row, average, exact
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.rest.settings import whole_leverage

_DEFAULT_LEVERAGE = 20
_SMALLEST, _LARGEST = Decimal("1e-9"), Decimal("1e9")


def open_count(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`open-count`: what an amount of margin opens, whatever is held ("Est-Open-Count")."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    margin, price = _positive(parameters, "openAmount"), _positive(parameters, "openPrice")
    leverage = whole_leverage(parameters, "leverage") or _DEFAULT_LEVERAGE
    return {"size": exact(exchange.venue.forecasts.size_for(symbol, margin, price, leverage))}


def max_open(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`max-open`: the largest order beside what is held and ordered ("Get-Max-Open")."""
    symbol, side, price = _opening(exchange, parameters)
    return {"maxOpen": exact(exchange.venue.forecasts.largest_order(symbol, side, price))}


def liq_price(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`liq-price`: where opening a size would be liquidated ("Get-Liquidation-Price")."""
    symbol, side, price = _opening(exchange, parameters)
    size = _positive(parameters, "openAmount")
    return {"liqPrice": average(exchange.venue.forecasts.liquidation_point(symbol, side, size, price))}


def _opening(exchange: SimulatedExchange, parameters: Parameters) -> tuple[str, HoldSide, Decimal | None]:
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    side = parameters.required_word("posSide", HoldSide)
    limit = parameters.required_word("orderType", OrderType) is OrderType.LIMIT
    return symbol, side, _positive(parameters, "openPrice") if limit else None


def _positive(parameters: Parameters, name: str) -> Decimal:
    """A number that an order could have; any other is refused before it is reckoned with."""
    value = parameters.required_decimal(name)
    if not _SMALLEST <= value <= _LARGEST:
        raise refusal(Code.PARAMETER_WRONG, name)
    return value


ROUTES: Final[dict[str, Route]] = {
    RestPath.OPEN_COUNT: read(open_count),
    RestPath.MAX_OPEN: read(max_open),
    RestPath.LIQ_PRICE: read(liq_price),
}
"""The routes of this module by their paths."""
