"""Events into state: what each fact changes and which pictures look different after it.

Pure bookkeeping; what the engine does about a fact (asking again, journalling) is decided by the caller from
what is returned.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from omega_tui.domain.account import Position
from omega_tui.domain.events import (
    BalanceReported,
    BookChanged,
    CandlesChanged,
    Event,
    FillReported,
    Health,
    HealthChanged,
    NoticeGiven,
    OrderReported,
    PositionsReported,
    SettingsReported,
    Surface,
    TickerChanged,
    TradesPrinted,
)
from omega_tui.domain.market import Ticker
from omega_tui.domain.orders import Fill, HoldSide
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account.noise import are_same_positions, is_same_balance
from omega_tui.engine.account.outside import have_other_terms, judge_modes, note_flips, take_settings
from omega_tui.engine.market.feeds import MARKET_SURFACES
from omega_tui.engine.narration import tell_duplicate, tell_end, tell_fill, tell_stream
from omega_tui.engine.orders.ledger import Tracked, is_marked
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

ORDER_PANELS = (
    Panel.ORDERS,
    Panel.POSITIONS,
    Panel.LADDER,
    Panel.CHART,
    Panel.FIBONACCI,
    Panel.STATUS,
)
POSITION_PANELS = (
    Panel.POSITIONS,
    Panel.ACCOUNT,
    Panel.LADDER,
    Panel.CHART,
    Panel.FIBONACCI,
    Panel.STATUS,
)
_SURFACE_PANELS = {
    Surface.BOOK: (Panel.LADDER, Panel.STATUS),
    Surface.TICKER: (Panel.STATUS, Panel.LADDER),
    Surface.TAPE: (Panel.TAPE,),
    Surface.CANDLES: (Panel.CHART,),
    Surface.PRIVATE: (Panel.POSITIONS, Panel.ORDERS, Panel.ACCOUNT, Panel.STATUS),
    Surface.ACTIONS: (Panel.STATUS,),
}


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the engine has to do about an event: rows to journal, and what to ask the exchange again."""

    orders: tuple[Tracked, ...] = ()
    fills: tuple[Fill, ...] = ()
    reconcile: bool = False
    history: bool = False


_NOTHING = Consequences()
_TOO_MUCH = "more was reported filled than was ordered"


def apply_event(state: State, event: Event) -> Consequences:
    """Apply one event."""
    consequences: Consequences = _HANDLERS[type(event)](state, event)
    return consequences


def _apply_book(state: State, event: BookChanged) -> Consequences:
    if event.symbol == state.market.symbol:
        state.feeds.touch(Surface.BOOK, event.exchange_ms)
        state.market.book = event.book
        state.touch(Panel.LADDER)
    return _NOTHING


def _apply_ticker(state: State, event: TickerChanged) -> Consequences:
    if event.ticker.symbol == state.market.symbol:
        state.feeds.touch(Surface.TICKER, event.ticker.exchange_ms)
    take_ticker(state, event.ticker)
    return _NOTHING


def take_ticker(state: State, ticker: Ticker) -> None:
    """Take the prices of a ticker, from a stream or from an answer."""
    marked = ticker.mark_price is not None and state.take_mark(
        ticker.symbol, ticker.mark_price, ticker.exchange_ms
    )
    if marked and any(state.positions_of(ticker.symbol)):
        state.touch(Panel.POSITIONS, Panel.ACCOUNT)
    if ticker.symbol == state.market.symbol:
        _take_ticker(state, ticker)


def _take_ticker(state: State, ticker: Ticker) -> None:
    market = state.market
    if market.ticker is not None and ticker.exchange_ms < market.ticker.exchange_ms:
        return
    market.ticker = ticker
    state.touch(Panel.STATUS)
    if ticker.last_price is not None and market.take_last(ticker.last_price, ticker.exchange_ms):
        state.touch(Panel.LADDER, Panel.FIBONACCI)


def _apply_trades(state: State, event: TradesPrinted) -> Consequences:
    market = state.market
    if event.symbol != market.symbol:
        return _NOTHING
    newest = event.trades[-1] if event.trades else None
    state.feeds.touch(Surface.TAPE, newest.exchange_ms if newest and not event.replaces else None)
    if event.replaces:
        market.tape.replace(event.trades)
    else:
        market.queue.printed(market.tape.add(event.trades))
    state.touch(Panel.TAPE)
    if newest is not None and market.take_last(newest.price, newest.exchange_ms):
        state.touch(Panel.STATUS, Panel.LADDER, Panel.FIBONACCI)
    return _NOTHING


def _apply_candles(state: State, event: CandlesChanged) -> Consequences:
    series = state.market.series
    if event.symbol != state.market.symbol or event.timeframe is not series.timeframe:
        return _NOTHING
    state.feeds.touch(Surface.CANDLES)
    before = series.swing
    gap = series.update(event.candles)
    state.touch(Panel.CHART)
    if series.swing != before:
        state.touch(Panel.FIBONACCI, Panel.LADDER)
    return Consequences(history=gap)


def _apply_order(state: State, event: OrderReported) -> Consequences:
    state.feeds.touch(Surface.PRIVATE)
    known = state.ledger.find(event.order.client_order_id, event.order.order_id)
    before = known.order.state if known is not None else None
    claimed = known.overfilled if known is not None else None
    tracked, changed = state.ledger.report(event.order, event.source)
    doubtful = judge_size(state, tracked, claimed)
    if known is None and is_marked(event.order.client_order_id):
        doubtful = True
        tell_duplicate(state, event.order, tracked)
    doubtful |= tracked.is_unexplained
    if not changed:
        return Consequences(reconcile=doubtful)
    tell_end(state, before, tracked.order)
    state.touch(*ORDER_PANELS)
    return Consequences(orders=(tracked,), reconcile=doubtful)


def _apply_fill(state: State, event: FillReported) -> Consequences:
    state.feeds.touch(Surface.PRIVATE)
    return take_fill(state, event.fill, counts=True)


def take_fill(state: State, fill: Fill, *, counts: bool) -> Consequences:
    """Take an execution from stream or query; `counts` is False for one from before the session."""
    tracked = state.ledger.find(fill.client_order_id, fill.order_id)
    before = tracked.order if tracked is not None else None
    claimed = tracked.overfilled if tracked is not None else None
    new = state.ledger.fill(fill, counts=counts)
    doubtful = tracked is not None and judge_size(state, tracked, claimed)
    if new and counts:
        tell_fill(state, fill)
    state.touch(Panel.FILLS, Panel.ACCOUNT)
    if tracked is None or tracked.order == before:
        return Consequences(fills=(fill,) if new else (), reconcile=doubtful)
    state.touch(*ORDER_PANELS)
    return Consequences(orders=(tracked,), fills=(fill,) if new else (), reconcile=doubtful)


def judge_size(state: State, tracked: Tracked, before: Decimal | None) -> bool:
    """Halt a symbol on which more is said to have traded than was ordered, until an answer takes it back.

    True when the exchange has to be asked; `before` is what was claimed of the order already.
    """
    symbol, claimed = tracked.order.symbol, tracked.overfilled
    if claimed is not None:
        if claimed == before:
            return False
        words = f"{decimal_text(claimed)} of an order of {decimal_text(tracked.order.size)}"
        return state.halt_symbol(symbol, f"{_TOO_MUCH}: {words}; asking the exchange")
    halted_for_it = state.halted_symbols.get(symbol, "").startswith(_TOO_MUCH)
    if before is not None and halted_for_it and not state.ledger.overfilled(symbol):
        state.release_symbol(symbol)
    return False


def _apply_positions(state: State, event: PositionsReported) -> Consequences:
    state.feeds.touch(Surface.PRIVATE)
    state.account_reports += 1
    first, state.positions_known = not state.positions_known, True
    state.unsettled.settle(event.exchange_ms)
    if are_same_positions(state.positions, event.positions, state.options.balance_step):
        return _NOTHING
    before = state.positions
    if not event.asked and not first and _holdings(before) != _holdings(event.positions):
        state.holdings_pushed_at = state.clock.monotonic()
    state.positions = tuple(sorted(event.positions, key=lambda each: (each.symbol, each.hold_side)))
    for position in event.positions:
        if position.mark_price is not None:
            state.take_position_mark(position.symbol, position.mark_price, event.exchange_ms)
    state.touch(*POSITION_PANELS)
    turned = note_flips(state, before, state.positions)
    switched = judge_modes(state, state.positions)
    return Consequences(reconcile=turned or switched or have_other_terms(before, state.positions))


def _holdings(positions: Iterable[Position]) -> set[tuple[str, HoldSide, Decimal]]:
    return {(each.symbol, each.hold_side, each.size) for each in positions}


def _apply_balance(state: State, event: BalanceReported) -> Consequences:
    state.feeds.touch(Surface.PRIVATE)
    state.account_reports += 1
    if not is_same_balance(state.balance, event.balance, state.options.balance_step):
        state.balance = event.balance
        state.touch(Panel.ACCOUNT)
    return _NOTHING


def _apply_settings(state: State, event: SettingsReported) -> Consequences:
    take_settings(state, event.settings)
    return _NOTHING


def _apply_notice(state: State, event: NoticeGiven) -> Consequences:
    (state.diary.warn if event.warning else state.diary.write)(event.text)
    return _NOTHING


def _apply_symbol_closed(state: State, symbol: str, event: HealthChanged) -> None:
    """A contract takes no orders for now, or is worth another try."""
    if event.health is not Health.LIVE:
        state.halt_symbol(symbol, event.reason)
    elif state.halted_symbols.get(symbol) == event.reason:
        state.release_symbol(symbol)


def _apply_health(state: State, event: HealthChanged) -> Consequences:
    if event.surface in MARKET_SURFACES and event.symbol not in (None, state.market.symbol):
        return _NOTHING
    if event.surface is Surface.ACTIONS and event.symbol is not None:
        _apply_symbol_closed(state, event.symbol, event)
        return _NOTHING
    before = state.feeds.stated(event.surface)
    was_live = before is Health.LIVE
    became_live = state.feeds.state(event.surface, event.health, event.reason)
    tell_stream(state, event, before)
    state.touch(*_SURFACE_PANELS[event.surface])
    if event.surface is not Surface.PRIVATE or not became_live:
        # Without its stream the account is read at once, and often from then on.
        return Consequences(reconcile=was_live and event.surface is Surface.PRIVATE)
    state.reconciled = False
    state.private_epoch += 1
    state.holdings_pushed_at = None
    return Consequences(reconcile=True)


SURFACES: dict[type[Event], Surface] = {
    BookChanged: Surface.BOOK,
    TickerChanged: Surface.TICKER,
    TradesPrinted: Surface.TAPE,
    CandlesChanged: Surface.CANDLES,
}
"""What an event belongs to; every other one is news of the account."""

_HANDLERS: dict[type[Event], Callable[[State, Any], Consequences]] = {
    BookChanged: _apply_book,
    TickerChanged: _apply_ticker,
    TradesPrinted: _apply_trades,
    CandlesChanged: _apply_candles,
    OrderReported: _apply_order,
    FillReported: _apply_fill,
    PositionsReported: _apply_positions,
    BalanceReported: _apply_balance,
    SettingsReported: _apply_settings,
    HealthChanged: _apply_health,
    NoticeGiven: _apply_notice,
}
