"""Asks the exchange what is true and lets `reconcile` find the differences.

Runs at start, after each reconnect of the account stream, every half minute, and every few seconds while an
order's fate is open. Risk stays shut until the first pass is done. Between passes it reads positions, which
keeps the account's age honest while its stream has nothing to say.
"""

from collections.abc import Callable, Iterable

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.events import Event, OrderReported, Surface
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import Fill, Order, OrderState
from omega_tui.engine.apply import ORDER_PANELS, Consequences, take_fill
from omega_tui.engine.ledger import Tracked
from omega_tui.engine.reconcile import (
    Ours,
    VenueTruth,
    absent_order,
    diff,
    is_past_window,
    questions,
)
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway

_OPEN_QUESTION_SECONDS = 2.0
_MOST_QUESTIONS = 10
_FILL_OVERLAP_MS = 60_000

Receive = Callable[[Event], None]
Follow = Callable[[Consequences], None]


class Reconciler:
    """One account's comparison with its exchange; `receive` and `follow` take what was found."""

    def __init__(
        self, state: State, gateway: Gateway, recorder: Recorder, receive: Receive, follow: Follow
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._receive = receive
        self._follow = follow
        self._fetched_fills: set[str] = set()

    def pause_seconds(self) -> float:
        """How long until the next pass: soon while an order's fate is open."""
        open_states = (OrderState.UNKNOWN, OrderState.SENT, OrderState.ACK, OrderState.PENDING_CANCEL)
        if any(tracked.state in open_states for tracked in self._state.ledger.unfinished()):
            return _OPEN_QUESTION_SECONDS
        return self._state.options.reconcile_seconds

    async def run(self) -> None:
        """One pass. Raises ReadFailed when any part of the truth is missing: nothing is concluded then."""
        epoch, began = self._state.private_epoch, self._state.clock.monotonic()
        truth = await self._fetch_truth()
        self._state.ledger.confirm_open(truth.open_orders, began)
        self._state.orders_read_at = began
        ours = Ours(self._state.ledger, self._state.positions, self._state.balance, self._state.settings)
        for event in tuple(diff(truth, ours)):
            self._receive(event)
        self._state.positions_known |= truth.positions is not None
        for symbol in self._symbols():
            await self._fetch_fills(symbol)
        await self._ask(questions(truth.open_orders, self._state.ledger, self._state.clock.monotonic()))
        self._state.ledger.forget_old()
        self._state.feeds.touch(Surface.PRIVATE)
        if epoch == self._state.private_epoch and not self._state.reconciled:
            self._state.reconciled = True
            self._state.diary.good("account compared with the exchange")
            self._state.touch(Panel.STATUS)

    async def poll(self) -> None:
        """Read positions and balance between passes. Raises ReadFailed."""
        seen = self._state.account_reports
        positions = await self._gateway.reads.positions()
        balance = await self._gateway.reads.balance()
        if seen == self._state.account_reports:
            ours = Ours(self._state.ledger, self._state.positions, self._state.balance, {})
            for event in tuple(diff(VenueTruth((), positions, balance, ()), ours)):
                self._receive(event)
            self._state.positions_known = True
        self._state.feeds.touch(Surface.PRIVATE)

    async def _fetch_truth(self) -> VenueTruth:
        seen = self._state.account_reports
        open_orders = await self._gateway.reads.open_orders()
        positions = await self._gateway.reads.positions()
        balance = await self._gateway.reads.balance()
        settings: list[SymbolSettings] = []
        held, ordered = {each.symbol for each in positions}, {each.symbol for each in open_orders}
        for symbol in sorted(self._symbols() | held | ordered):
            settings.append(await self._gateway.reads.settings(symbol))
        if seen == self._state.account_reports:
            return VenueTruth(open_orders, positions, balance, tuple(settings))
        # The stream told newer news while we asked: an older answer must not undo it.
        return VenueTruth(open_orders, None, None, tuple(settings))

    def _symbols(self) -> set[str]:
        held = {position.symbol for position in self._state.positions}
        ordered = {tracked.order.symbol for tracked in self._state.ledger.unfinished()}
        return {self._state.market.symbol} | held | ordered

    async def _fetch_fills(self, symbol: str) -> None:
        """Read a symbol's executions since shortly before the newest known one, or the newest page.

        Of the first answer for a symbol only executions of this run's own orders count in the session's sums:
        the rest may be of another session or another client. Whatever comes later, by stream or by query, is
        of this session, whoever sent the order.
        """
        newest = self._state.ledger.newest_fill_ms(symbol)
        since = newest - _FILL_OVERLAP_MS if newest is not None else None
        fills = await self._gateway.reads.fills(symbol, since)
        first = symbol not in self._fetched_fills
        self._fetched_fills.add(symbol)
        for fill in fills:
            self._follow(take_fill(self._state, fill, counts=not first or self._is_of_this_run(fill)))

    def _is_of_this_run(self, fill: Fill) -> bool:
        tracked = self._state.ledger.find(fill.client_order_id, fill.order_id)
        return tracked is not None and tracked.sent_here

    async def _ask(self, asked: Iterable[Tracked]) -> None:
        for tracked in tuple(asked)[:_MOST_QUESTIONS]:
            order, found = tracked.order, None
            if order.client_order_id:
                found = await self._gateway.reads.order(order.ref)
            if found is not None:
                self._receive(OrderReported(found, EvidenceSource.ORDER_DETAIL))
            else:
                self._note_absence(tracked)

    def _note_absence(self, tracked: Tracked) -> None:
        window = self._state.options.signature_window_seconds
        if tracked.order.state.terminal or not is_past_window(tracked, self._state.clock.monotonic(), window):
            return
        tracked.clean_misses += 1
        self._state.touch(Panel.ORDERS)
        ended = absent_order(tracked)
        if ended is not None:
            self._end(tracked, ended)

    def _end(self, tracked: Tracked, ended: Order) -> None:
        self._state.ledger.evidence(tracked, EvidenceSource.NOT_FOUND, ended.state, ended.reason)
        self._recorder.note_order(tracked.order)
        self._state.diary.warn(f"settled: {ended.side} {ended.size:f} {ended.symbol}: {ended.reason}")
        self._state.touch(*ORDER_PANELS)
