"""The public routes: time, contracts, tickers, depth, trades, open interest.

Each function answers one route with the reply's `data`; the symbol must be listed (Refused 40034), and
product types that this exchange does not trade have no rows.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import (
    MARKET_FILLS_HISTORY_DEFAULT,
    MARKET_FILLS_HISTORY_LIMIT,
    MARKET_FILLS_LIMIT,
    ProductType,
    RestPath,
)
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import Contract, Direction
from omega_tui.sim.payloads.market import (
    Row,
    contract_row,
    depth,
    exact,
    market_fill_history_row,
    market_fill_row,
    oi_limit_row,
    precision,
    symbol_price_row,
    ticker_row,
    tier_rows,
)
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.paging import time_span as span_within
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, public

_DEPTH_DEFAULT = 100
_DEPTH_MAXIMUM = 1000
_WHOLE_BOOK = 1_000_000
_FILLS_SPAN_DAYS = 7


def server_time(exchange: SimulatedExchange, _: Parameters) -> Row:
    """`public/time` ("Get-Server-Time")."""
    return {"serverTime": str(exchange.clock.now_ms())}


def no_rows(_exchange: SimulatedExchange, _parameters: Parameters) -> list[Row]:
    """Spot and margin lists, which clients load at start: this exchange trades futures only."""
    return []


def contracts(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`contracts`, all or one."""
    listings = exchange.venue.listings
    chosen = chosen_contracts(exchange, parameters)
    return [contract_row(contract, listings.status(contract.symbol)) for contract in chosen]


def ticker(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`ticker`: a list of one."""
    symbol = listed_symbol(exchange, parameters)
    return [ticker_row(exchange.venue.ticker(symbol), exchange.day_open(symbol))]


def tickers(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`tickers`: all symbols of the product type."""
    return [
        ticker_row(exchange.venue.ticker(contract.symbol), exchange.day_open(contract.symbol))
        for contract in chosen_contracts(exchange, parameters)
    ]


def symbol_price(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`symbol-price`: last, index and mark price."""
    return [symbol_price_row(exchange.venue.ticker(listed_symbol(exchange, parameters)))]


def open_interest(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`open-interest` of one symbol, in base units."""
    state = exchange.venue.ticker(listed_symbol(exchange, parameters))
    size = exact(state.open_interest)
    return {"openInterestList": [{"symbol": state.symbol, "size": size}], "ts": str(state.ts)}


def position_lever(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`query-position-lever`: the position tiers of one symbol."""
    return tier_rows(exchange.venue.contract(listed_symbol(exchange, parameters)))


def merge_depth(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`merge-depth`: `limit` any number or "max", `precision` scale0 to scale3."""
    symbol = listed_symbol(exchange, parameters)
    if (parameters.text("limit") or "").lower() == "max":
        limit = exchange.venue.choices.books_levels
    else:
        limit = parameters.limit(_DEPTH_DEFAULT, _DEPTH_MAXIMUM)
    merge = precision(exchange.venue.contract(symbol), parameters.text("precision"))
    if merge is None:
        raise refusal(Code.PARAMETER_WRONG, "precision")
    book = exchange.venue.book(symbol)
    bids, asks = book.levels(Direction.BUY, _WHOLE_BOOK), book.levels(Direction.SELL, _WHOLE_BOOK)
    return depth(bids, asks, merge, book.ts, limit)


def market_fills(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`fills` of the market: the latest trades, newest first."""
    symbol = listed_symbol(exchange, parameters)
    limit = parameters.limit(MARKET_FILLS_LIMIT, MARKET_FILLS_LIMIT)
    return [market_fill_row(trade) for trade in islice(exchange.recent_trades(symbol), limit)]


def market_fills_history(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`fills-history` of the market, by time or before a trade id; a span has seven days at most."""
    symbol = listed_symbol(exchange, parameters)
    start, end = span_within(parameters, _FILLS_SPAN_DAYS)
    before = parameters.integer("idLessThan") if start is None or end is None else None
    limit = parameters.limit(MARKET_FILLS_HISTORY_DEFAULT, MARKET_FILLS_HISTORY_LIMIT)
    chosen = (
        trade
        for trade in exchange.recent_trades(symbol)
        if (before is None or int(trade.trade_id) < before)
        and (start is None or trade.ts >= start)
        and (end is None or trade.ts <= end)
    )
    return [market_fill_history_row(trade) for trade in islice(chosen, limit)]


def oi_limit(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`oi-limit`, all or one: the most that one account, and all, may hold."""
    return [oi_limit_row(contract) for contract in chosen_contracts(exchange, parameters)]


def listed_symbol(exchange: SimulatedExchange, parameters: Parameters) -> str:
    """The request's symbol, which must be listed under its product type."""
    product, symbol = parameters.product_type(), parameters.symbol()
    if product is not ProductType.USDT_FUTURES:
        raise refusal(Code.PARAMETER_UNKNOWN, symbol)
    return exchange.venue.contract(symbol).symbol


def symbol_if_named(exchange: SimulatedExchange, parameters: Parameters) -> str | None:
    """The symbol asked for, None for all; Refused 40034 when it is not listed."""
    symbol = parameters.optional_symbol()
    return None if symbol is None else exchange.venue.contract(symbol).symbol


def require_traded(parameters: Parameters) -> None:
    """Refused 40020 for a product type that is not traded here."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        raise refusal(Code.PARAMETER_WRONG, "productType")


def time_span(parameters: Parameters) -> tuple[int | None, int | None]:
    """`startTime` and `endTime` in ms. Raises Refused 40707 when the start is after the end."""
    start, end = parameters.integer("startTime"), parameters.integer("endTime")
    if start is not None and end is not None and start > end:
        raise refusal(Code.START_AFTER_END)
    return start, end


def chosen_contracts(exchange: SimulatedExchange, parameters: Parameters) -> Iterable[Contract]:
    """The contracts of the request's product type, or the one it names. Raises Refused 40034."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        return ()
    symbol = parameters.optional_symbol()
    return exchange.contracts if symbol is None else (exchange.venue.contract(symbol),)


ROUTES: Final[dict[str, Route]] = {
    RestPath.TIME: public(server_time),
    RestPath.SPOT_COINS: public(no_rows),
    RestPath.SPOT_SYMBOLS: public(no_rows),
    RestPath.MARGIN_CURRENCIES: public(no_rows),
    RestPath.CONTRACTS: public(contracts),
    RestPath.TICKER: public(ticker),
    RestPath.TICKERS: public(tickers),
    RestPath.MERGE_DEPTH: public(merge_depth),
    RestPath.MARKET_FILLS: public(market_fills),
    RestPath.MARKET_FILLS_HISTORY: public(market_fills_history),
    RestPath.SYMBOL_PRICE: public(symbol_price),
    RestPath.OPEN_INTEREST: public(open_interest),
    RestPath.OI_LIMIT: public(oi_limit),
    RestPath.POSITION_LEVER: public(position_lever),
}
"""The routes of this module by their paths."""
