"""The routes of tables that are the same for everybody: fee levels, margin discounts, interest."""

from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.rates import (
    INTEREST_COINS,
    discount_rows,
    exchange_rows,
    interest_row,
    vip_rows,
)
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, public


def vip_fee_rate(_exchange: SimulatedExchange, _parameters: Parameters) -> list[Row]:
    """`vip-fee-rate`."""
    return vip_rows()


def discount_rate(_exchange: SimulatedExchange, _parameters: Parameters) -> list[Row]:
    """`discount-rate`."""
    return discount_rows()


def exchange_rate(_exchange: SimulatedExchange, _parameters: Parameters) -> list[Row]:
    """`exchange-rate`."""
    return exchange_rows()


def interest_rate_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`union-interest-rate-history` of one coin, which must be one that is lent."""
    coin = parameters.required("coin").upper()
    if coin not in INTEREST_COINS:
        raise refusal(Code.PARAMETER_UNKNOWN, coin)
    return interest_row(coin, exchange.clock.now_ms())


ROUTES: Final[dict[str, Route]] = {
    RestPath.VIP_FEE_RATE: public(vip_fee_rate),
    RestPath.DISCOUNT_RATE: public(discount_rate),
    RestPath.EXCHANGE_RATE: public(exchange_rate),
    RestPath.UNION_INTEREST_RATE_HISTORY: public(interest_rate_history),
}
"""The routes of this module by their paths."""
