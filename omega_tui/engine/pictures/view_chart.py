"""The chart and the Fibonacci panel: candles, lines, levels and what sits at them."""

from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal

from omega_tui.analytics.fibonacci import FibonacciLevel, PivotPoints, exact_price, pivot_points
from omega_tui.domain.events import Surface
from omega_tui.domain.market import Candle
from omega_tui.domain.orders import Side
from omega_tui.domain.values import decimal_text
from omega_tui.engine.chart_views import (
    ChartFill,
    ChartView,
    FibonacciRow,
    FibonacciView,
    PriceLine,
    SwingView,
)
from omega_tui.engine.market.swing_levels import shown_levels
from omega_tui.engine.pictures.drawing import nearest_tick, to_float
from omega_tui.engine.protection.cover import plan_lines
from omega_tui.engine.state import State

_ZERO, _ONE = Decimal(0), Decimal(1)
_SITS_WITHIN = Decimal("0.03")
"""Share of the swing's height within which an entry or an order sits at a level: never at two at once."""


def build_chart(state: State, limit: int, until_ms: int | None = None) -> ChartView:
    """The newest `limit` candles, up to `until_ms` when it is given, with what belongs on them."""
    market, instrument = state.market, state.instrument
    candles = market.series.candles
    end = len(candles)
    if until_ms is not None:
        end = bisect_right(candles, until_ms, key=lambda candle: candle.start_ms)
    start = max(0, end - max(0, limit))
    shown = tuple(candles[start:end])
    return ChartView(
        symbol=market.symbol,
        timeframe=market.series.timeframe,
        price_places=instrument.price_places if instrument is not None else 2,
        candles=shown,
        lines=tuple(_lines(state)),
        health=state.feeds.freshness(Surface.CANDLES),
        fills=tuple(_fills(state, shown)),
        newer=len(candles) - end,
        older=start,
        loading=market.series.loading,
        complete=market.series.complete,
        last=to_float(market.last_price) if market.last_price is not None else None,
    )


def _fills(state: State, shown: tuple[Candle, ...]) -> Iterator[ChartFill]:
    """The executions while these candles ran."""
    if not shown:
        return
    until = shown[-1].start_ms + state.market.series.timeframe.milliseconds
    for fill in state.ledger.fills():
        if fill.symbol == state.market.symbol and shown[0].start_ms <= fill.exchange_ms < until:
            yield ChartFill(fill.exchange_ms, fill.side, to_float(fill.price))


def _lines(state: State) -> Iterator[PriceLine]:
    symbol = state.market.symbol
    for position in state.positions_of(symbol):
        yield PriceLine(to_float(position.entry_price), "entry", f"{position.hold_side} entry")
        if position.liquidation_price is not None:
            yield PriceLine(to_float(position.liquidation_price), "liquidation", "liquidation")
    for tracked in state.ledger.unfinished():
        order = tracked.order
        if order.symbol == symbol and order.price is not None:
            kind = "buy" if order.side is Side.BUY else "sell"
            yield PriceLine(to_float(order.price), kind, f"{kind} {decimal_text(order.remaining)}")
    for trigger, kind in plan_lines(state, symbol):
        yield PriceLine(to_float(trigger), kind, kind)
    for level in shown_levels(state):
        yield PriceLine(to_float(level.price), "fib", _ratio_text(level))


def build_fibonacci(state: State) -> FibonacciView:
    """The levels of the swing with their distance from last price, or why there is none."""
    series, instrument = state.market.series, state.instrument
    swing, levels = series.swing, shown_levels(state)
    return FibonacciView(
        symbol=state.market.symbol,
        timeframe=series.timeframe,
        direction=swing.direction.value if swing is not None else None,
        low=exact_price(swing.low) if swing is not None else None,
        high=exact_price(swing.high) if swing is not None else None,
        price_places=instrument.price_places if instrument is not None else 2,
        rows=tuple(_rows(state, levels)),
        note=_note(state) if not levels else "",
        choice=series.choice.words,
        pivots=_pivots(state),
    )


def _pivots(state: State) -> PivotPoints | None:
    ticker = state.market.ticker
    if ticker is None or ticker.high_24h is None or ticker.low_24h is None or ticker.last_price is None:
        return None
    return pivot_points(ticker.high_24h, ticker.low_24h, ticker.last_price)


def build_swings(state: State) -> tuple[SwingView, ...]:
    """The swings of the timeframes that are not on the chart."""
    return tuple(
        SwingView(timeframe, exact_price(swing.low), exact_price(swing.high), swing.direction.value)
        for timeframe, series in state.market.others.items()
        if (swing := series.swing) is not None and swing.low < swing.high
    )


def _note(state: State) -> str:
    if not state.market.series.candles:
        return "no candles yet"
    if state.instrument is None:
        return "the list of contracts has not arrived yet"
    return f"no confirmed swing in {len(state.market.series.candles)} candles yet"


def _rows(state: State, levels: tuple[FibonacciLevel, ...]) -> Iterator[FibonacciRow]:
    last, instrument = state.market.last_price, state.instrument
    nearest = min((abs(level.price - last) for level in levels), default=None) if last is not None else None
    prices = {level.ratio: level.price for level in levels}
    reach = abs(prices[_ONE] - prices[_ZERO]) * _SITS_WITHIN if levels else _ZERO
    for level in levels:
        percent, ticks, is_nearest = None, None, False
        if last is not None and instrument is not None:
            percent = to_float((level.price - last) / last * 100)
            ticks = nearest_tick(level.price - last, instrument.tick)
            is_nearest = abs(level.price - last) == nearest
        yield FibonacciRow(
            _ratio_text(level), level.price, percent, ticks, is_nearest, _sitting(state, level.price, reach)
        )


def _sitting(state: State, price: Decimal, reach: Decimal) -> str:
    symbol = state.market.symbol
    texts = [
        f"{position.hold_side} entry"
        for position in state.positions_of(symbol)
        if abs(position.entry_price - price) <= reach
    ]
    for tracked in state.ledger.unfinished():
        order = tracked.order
        if order.symbol == symbol and order.price is not None and abs(order.price - price) <= reach:
            texts.append(f"{order.side} {decimal_text(order.remaining)}")
    return ", ".join(texts)


def _ratio_text(level: FibonacciLevel) -> str:
    return decimal_text(level.ratio)
