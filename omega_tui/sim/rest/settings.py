"""The routes that change the account's settings and the margin of its isolated positions.

Each function answers one route with the reply's `data`.
"""

from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import HoldSide, MarginMode, PositionMode
from omega_tui.sim.payloads.account import leverage_row, margin_mode_row
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, act
from omega_tui.sim.venue.settings import AssetMode, LeverageRequest

_SUCCESS = "success"


class _Switch(StrEnum):
    ON = "on"
    OFF = "off"


def set_leverage(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`set-leverage` of one symbol."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    request = LeverageRequest(
        whole_leverage(parameters, "leverage"),
        parameters.word("holdSide", HoldSide),
        whole_leverage(parameters, "longLeverage"),
        whole_leverage(parameters, "shortLeverage"),
    )
    exchange.venue.settings.set_leverage(symbol, request)
    return leverage_row(symbol, exchange.venue.leverage(symbol))


def set_all_leverage(exchange: SimulatedExchange, parameters: Parameters) -> str:
    """`set-all-leverage`: of every symbol with a position; members beside `leverage` are ignored."""
    _require_usdt_futures(parameters)
    leverage = whole_leverage(parameters, "leverage")
    if leverage is None:
        raise refusal(Code.PARAMETER_EMPTY, "leverage")
    exchange.venue.settings.set_all_leverage(leverage)
    return _SUCCESS


def set_margin(exchange: SimulatedExchange, parameters: Parameters) -> str:
    """`set-margin`: add to an isolated position's margin, or take out of it with a negative amount."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    amount = parameters.required_decimal("amount")
    exchange.venue.margins.move(symbol, parameters.required_word("holdSide", HoldSide), amount)
    return ""


def set_auto_margin(exchange: SimulatedExchange, parameters: Parameters) -> str:
    """`set-auto-margin` of an isolated position; the page names no product type."""
    symbol = exchange.venue.contract(parameters.symbol()).symbol
    parameters.margin_coin(required=True)
    switch = parameters.required_word("autoMargin", _Switch)
    side = parameters.word("holdSide", HoldSide)
    if exchange.venue.leverage(symbol).margin_mode is MarginMode.CROSSED:
        raise refusal(Code.AUTO_MARGIN_OF_CROSSED)
    if side is None:
        raise refusal(Code.PARAMETER_EMPTY, "holdSide")
    exchange.venue.margins.set_auto(symbol, side, on=switch is _Switch.ON)
    return _SUCCESS


def set_margin_mode(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`set-margin-mode` of one symbol."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    mode = parameters.required_word("marginMode", MarginMode)
    exchange.venue.settings.set_margin_mode(symbol, mode)
    return margin_mode_row(symbol, exchange.venue.leverage(symbol))


def set_position_mode(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`set-position-mode` of the product type."""
    _require_usdt_futures(parameters)
    mode = parameters.required_word("posMode", PositionMode)
    exchange.venue.settings.set_position_mode(mode)
    return {"posMode": str(mode)}


def set_asset_mode(exchange: SimulatedExchange, parameters: Parameters) -> str:
    """`set-asset-mode`: this account has one asset and keeps it so."""
    _require_usdt_futures(parameters)
    exchange.venue.settings.set_asset_mode(parameters.required_word("assetMode", AssetMode))
    return _SUCCESS


def whole_leverage(parameters: Parameters, name: str) -> int | None:
    """A leverage is a whole number, also when written as 20.0; None when absent."""
    value = parameters.decimal(name)
    if value is None:
        return None
    if value != value.to_integral_value() or value <= 0:
        raise refusal(Code.PARAMETER_WRONG, name)
    return int(value)


def _require_usdt_futures(parameters: Parameters) -> None:
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        raise refusal(Code.PARAMETER_WRONG, "productType")


ROUTES: Final[dict[str, Route]] = {
    RestPath.SET_LEVERAGE: act(set_leverage),
    RestPath.SET_ALL_LEVERAGE: act(set_all_leverage),
    RestPath.SET_MARGIN: act(set_margin),
    RestPath.SET_AUTO_MARGIN: act(set_auto_margin),
    RestPath.SET_MARGIN_MODE: act(set_margin_mode),
    RestPath.SET_POSITION_MODE: act(set_position_mode),
    RestPath.SET_ASSET_MODE: act(set_asset_mode),
}
"""The routes of this module by their paths."""
