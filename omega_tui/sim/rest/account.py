"""The account's routes: money, positions, leverage, margin mode, position mode.

Each function answers one route with the reply's `data`.
"""

from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import HoldSide, MarginMode, PositionMode
from omega_tui.sim.payloads.account import (
    account_row,
    accounts_row,
    leverage_row,
    margin_mode_row,
    position_row,
)
from omega_tui.sim.payloads.market import Row, exact
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, act, read

_ONLY_IN_ALL = ("takeProfit", "stopLoss", "takeProfitId", "stopLossId")
_ONLY_IN_SINGLE = ("autoMargin",)


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


def single_position(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`single-position`: the open positions of one symbol, none to two."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    return [_without(position_row(each), _ONLY_IN_ALL) for each in exchange.venue.positions(symbol)]


def all_position(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`all-position`: every open position."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        return []
    parameters.margin_coin(required=False)
    return [_without(position_row(each), _ONLY_IN_SINGLE) for each in exchange.venue.positions()]


def set_leverage(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`set-leverage`; an unchanged value is accepted."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    exchange.venue.set_leverage(
        symbol,
        _leverage(parameters, "leverage"),
        parameters.word("holdSide", HoldSide),
        _leverage(parameters, "longLeverage"),
        _leverage(parameters, "shortLeverage"),
    )
    return leverage_row(symbol, exchange.venue.leverage(symbol))


def set_margin_mode(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`set-margin-mode` of one symbol."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    exchange.venue.set_margin_mode(symbol, parameters.required_word("marginMode", MarginMode))
    return margin_mode_row(symbol, exchange.venue.leverage(symbol))


def set_position_mode(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`set-position-mode` of the product type."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        raise refusal(Code.PARAMETER_WRONG, "productType")
    mode = parameters.required_word("posMode", PositionMode)
    exchange.venue.set_position_mode(mode)
    return {"posMode": str(mode)}


def _leverage(parameters: Parameters, name: str) -> int | None:
    """A leverage is a whole number, also when written as 20.0."""
    value = parameters.decimal(name)
    if value is None:
        return None
    if value != value.to_integral_value() or value <= 0:
        raise refusal(Code.PARAMETER_WRONG, name)
    return int(value)


def _without(row: Row, names: tuple[str, ...]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


ROUTES: Final[dict[str, Route]] = {
    RestPath.ACCOUNT: read(account),
    RestPath.ACCOUNTS: read(accounts),
    RestPath.TRADE_RATE: read(trade_rate),
    RestPath.SET_LEVERAGE: act(set_leverage),
    RestPath.SET_MARGIN_MODE: act(set_margin_mode),
    RestPath.SET_POSITION_MODE: act(set_position_mode),
    RestPath.SINGLE_POSITION: read(single_position),
    RestPath.ALL_POSITION: read(all_position),
}
"""The routes of this module by their paths."""
