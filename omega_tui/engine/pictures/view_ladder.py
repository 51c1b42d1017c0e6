"""The ladder: the book grouped to rows, with own orders and marks. Built when a face pulls, not per event."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from omega_tui.domain.book import Level
from omega_tui.domain.events import Health
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, OrderState, Side
from omega_tui.engine.market.swing_levels import shown_levels
from omega_tui.engine.pictures.drawing import nearest_tick, to_float
from omega_tui.engine.protection.cover import plan_lines
from omega_tui.engine.state import State
from omega_tui.engine.views import LadderMark, LadderOrder, LadderView

_MOST_LEVELS = 1000
_RESTING = frozenset({OrderState.WORKING, OrderState.PARTIALLY_FILLED})

Rows = tuple[tuple[int, float], ...]


def build_ladder(state: State, group: int, depth: int) -> LadderView:
    """The book with up to `depth` rows a side of `group` ticks. Raises ValueError for a group below 1."""
    if group < 1:
        raise ValueError(f"a row needs at least one tick, got {group}")
    instrument, market = state.instrument, state.market
    tick = instrument.tick if instrument is not None else Decimal(1)
    health = state.feeds.market_freshness()
    trusted = health.health in (Health.LIVE, Health.STALE, Health.POLLING)
    wanted = min(_MOST_LEVELS, depth * group)
    bids = market.levels(Side.BUY, wanted, trusted=trusted) if instrument is not None else []
    asks = market.levels(Side.SELL, wanted, trusted=trusted) if instrument is not None else []
    best_bid, best_ask = _best_ticks(bids, tick), _best_ticks(asks, tick)
    bid_rows = group_levels(bids, tick, group, depth, Side.BUY)
    ask_rows = group_levels(asks, tick, group, depth, Side.SELL)
    book = {Side.BUY: bids, Side.SELL: asks}
    return LadderView(
        symbol=market.symbol,
        tick=tick,
        price_places=instrument.price_places if instrument is not None else 0,
        size_places=instrument.size_places if instrument is not None else 0,
        group=group,
        bids=bid_rows,
        asks=ask_rows,
        best_bid_ticks=best_bid,
        best_ask_ticks=best_ask,
        last_ticks=_last_ticks(state),
        orders=tuple(_orders(state, tick, book)) if instrument is not None else (),
        marks=tuple(_marks(state, instrument)) if instrument is not None else (),
        health=health,
        spread_ticks=best_ask - best_bid if best_bid is not None and best_ask is not None else None,
        imbalance=_imbalance(bid_rows, ask_rows),
    )


def group_levels(levels: list[Level], tick: Decimal, group: int, depth: int, side: Side) -> Rows:
    """Sum `levels`, best first, into at most `depth` rows: floor(ticks / group) for bids, ceil for asks."""
    rows: list[tuple[int, float]] = []
    for price, size in levels:
        ticks = _ticks_of(price, tick)
        row = ticks // group if side is Side.BUY else -(-ticks // group)
        if rows and rows[-1][0] == row:
            rows[-1] = (row, rows[-1][1] + to_float(size))
        elif len(rows) == depth:
            break
        else:
            rows.append((row, to_float(size)))
    return tuple(rows)


@lru_cache(maxsize=8192)
def _ticks_of(price: str, tick: Decimal) -> int:
    """The ticks of a level; a book names the same prices again and again."""
    return nearest_tick(Decimal(price), tick)


def _best_ticks(levels: list[Level], tick: Decimal) -> int | None:
    return _ticks_of(levels[0][0], tick) if levels else None


def _imbalance(bids: Rows, asks: Rows) -> float | None:
    bid, ask = sum(size for _, size in bids), sum(size for _, size in asks)
    return (bid - ask) / (bid + ask) if bid + ask else None


def _orders(state: State, tick: Decimal, book: dict[Side, list[Level]]) -> Iterator[LadderOrder]:
    queue, kept = state.market.queue, []
    for tracked in state.ledger.unfinished():
        order, ahead = tracked.order, None
        if order.symbol != state.market.symbol or order.price is None:
            continue
        if tracked.state in _RESTING:
            ahead = queue.ahead(tracked.key, order, _size_at(order.price, book[order.side]))
            kept.append(tracked.key)
        ticks = nearest_tick(order.price, tick)
        yield LadderOrder(ticks, order.side, order.remaining, tracked.key, tracked.state, ahead)
    queue.keep(kept)


def _size_at(price: Decimal, levels: list[Level]) -> Decimal | None:
    """What rests at a price of the book; None when there is no such level."""
    return next((Decimal(size) for level, size in levels if Decimal(level) == price), None)


def _marks(state: State, instrument: Instrument) -> Iterator[LadderMark]:
    tick = instrument.tick
    for position in state.positions_of(state.market.symbol):
        side = "L" if position.hold_side is HoldSide.LONG else "S"
        for price, kind in (
            (position.entry_price, "entry"),
            (position.break_even_price, "break-even"),
            (position.liquidation_price, "liquidation"),
        ):
            if price is not None and price > 0:
                yield LadderMark(nearest_tick(price, tick), kind, f"{kind} {side}")
    for trigger, kind in plan_lines(state, state.market.symbol):
        yield LadderMark(nearest_tick(trigger, tick), kind, kind)
    for level in shown_levels(state):
        yield LadderMark(nearest_tick(level.price, tick), "fib", f"{level.ratio.normalize():f}")
    if state.market.last_price is not None:
        yield LadderMark(nearest_tick(state.market.last_price, tick), "last", "last")


def _last_ticks(state: State) -> int | None:
    last, instrument = state.market.last_price, state.instrument
    return nearest_tick(last, instrument.tick) if last is not None and instrument is not None else None
