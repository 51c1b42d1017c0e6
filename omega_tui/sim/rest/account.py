"""The account's routes: money, positions, leverage, margin mode, position mode.

Each function answers one route with the reply's `data`.
"""

from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.payloads.account import (
    account_row,
    accounts_row,
)
from omega_tui.sim.payloads.market import Row, exact
from omega_tui.sim.rest.market import listed_symbol
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read


class _Business(StrEnum):
    MIX = "mix"


def account(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`account`: money, and the settings of one symbol."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    venue = exchange.venue
    return account_row(venue.account(), venue.leverage(symbol), exchange.bitcoin_price())


def accounts(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`accounts`: money per margin coin."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        return []
    return [accounts_row(exchange.venue.account(), exchange.bitcoin_price())]


def trade_rate(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`common/trade-rate`: the fee rates of one symbol."""
    parameters.required_word("businessType", _Business)
    contract = exchange.venue.contract(parameters.symbol())
    return {"makerFeeRate": exact(contract.maker_fee_rate), "takerFeeRate": exact(contract.taker_fee_rate)}


ROUTES: Final[dict[str, Route]] = {
    RestPath.ACCOUNT: read(account),
    RestPath.ACCOUNTS: read(accounts),
    RestPath.TRADE_RATE: read(trade_rate),
}
"""The routes of this module by their paths."""
