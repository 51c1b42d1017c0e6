"""The candle routes: of trades, of the mark and of the index price.

Each function answers one route with the reply's rows, ascending by time. Facts from "Get-Candle-Data" and the
pages of its history forms.
"""

from collections.abc import Callable
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import (
    CANDLE_DEFAULT,
    CANDLE_LIMIT,
    GRANULARITIES,
    HISTORY_CANDLE_LIMIT,
    RestPath,
)
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import CandleRow
from omega_tui.sim.market.granularity import DAY_MS, granularity
from omega_tui.sim.payloads.market import candle_row
from omega_tui.sim.refusals import refusal
from omega_tui.sim.rest.market import listed_symbol, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, public

_LONGEST_SPAN_MS: Final = 90 * DAY_MS
_REACH_DAYS: Final = {
    **dict.fromkeys(("1m", "3m", "5m"), 30),
    "15m": 52,
    "30m": 62,
    "1H": 83,
    "2H": 120,
    "4H": 240,
    **dict.fromkeys(("6H", "6Hutc"), 360),
}
"""How many days `candles` reaches back; granularities that are not named have no such end."""

Rows = list[list[str]]
_Read = Callable[[str, str, int, int], list[CandleRow]]
"""Candles of a symbol and a granularity that begin before a moment, so many at most."""


def candles(exchange: SimulatedExchange, parameters: Parameters) -> Rows:
    """`candles`: the forming one included; `kLineType` chooses the price."""
    readers = {
        "MARKET": _of_trades(exchange),
        "MARK": _of_mark(exchange),
        "INDEX": _of_index(exchange),
    }
    read = readers.get((parameters.text("kLineType") or "MARKET").upper())
    if read is None:
        raise refusal(Code.PARAMETER_WRONG, "kLineType")
    rows = _chosen(exchange, parameters, read, CANDLE_LIMIT, finished=False)
    days = _REACH_DAYS.get(parameters.required("granularity"))
    oldest = 0 if days is None else exchange.clock.now_ms() - days * DAY_MS
    return [candle_row(row) for row in rows if row[0] >= oldest]


def history_candles(exchange: SimulatedExchange, parameters: Parameters) -> Rows:
    """`history-candles`: finished candles only."""
    return _history(exchange, parameters, _of_trades(exchange))


def history_mark_candles(exchange: SimulatedExchange, parameters: Parameters) -> Rows:
    """`history-mark-candles`: finished candles of the mark price."""
    return _history(exchange, parameters, _of_mark(exchange))


def history_index_candles(exchange: SimulatedExchange, parameters: Parameters) -> Rows:
    """`history-index-candles`: finished candles of the index price."""
    return _history(exchange, parameters, _of_index(exchange))


def _history(exchange: SimulatedExchange, parameters: Parameters, read: _Read) -> Rows:
    rows = _chosen(exchange, parameters, read, HISTORY_CANDLE_LIMIT, finished=True)
    return [candle_row(row) for row in rows]


def _chosen(
    exchange: SimulatedExchange, parameters: Parameters, read: _Read, maximum: int, *, finished: bool
) -> list[CandleRow]:
    symbol = listed_symbol(exchange, parameters)
    name = parameters.required("granularity")
    if name not in GRANULARITIES:
        raise refusal(Code.PARAMETER_WRONG, "granularity")
    start, end = _span(parameters)
    limit = parameters.limit(CANDLE_DEFAULT, maximum)
    now = exchange.market_ms()
    if end is None:
        end = now + 1 if start is None else start + limit * GRANULARITIES[name]
    if finished:
        end = min(end, granularity(name).start_of(now))
    return [row for row in read(symbol, name, end, limit) if start is None or row[0] >= start]


def _span(parameters: Parameters) -> tuple[int | None, int | None]:
    """`startTime` and `endTime` in ms. Refused 40707 when turned round, 40705 for more than 90 days."""
    start, end = time_span(parameters)
    if start is not None and end is not None and end - start > _LONGEST_SPAN_MS:
        raise refusal(Code.SPAN_TOO_LONG)
    return start, end


def _of_trades(exchange: SimulatedExchange) -> _Read:
    exchange.candles.on_time(exchange.market_ms())
    return exchange.candles.rows


def _of_mark(exchange: SimulatedExchange) -> _Read:
    now = exchange.market_ms()
    return lambda symbol, name, end, limit: exchange.mark_candles.rows(symbol, name, end, limit, now)


def _of_index(exchange: SimulatedExchange) -> _Read:
    now = exchange.market_ms()
    return lambda symbol, name, end, limit: exchange.index_candles.rows(symbol, name, end, limit, now)


ROUTES: Final[dict[str, Route]] = {
    RestPath.CANDLES: public(candles),
    RestPath.HISTORY_CANDLES: public(history_candles),
    RestPath.HISTORY_MARK_CANDLES: public(history_mark_candles),
    RestPath.HISTORY_INDEX_CANDLES: public(history_index_candles),
}
"""The routes of this module by their paths."""
