"""Asks the exchange what is true and lets `reconcile` find the differences.

Runs at start, after each reconnect of the account stream, every half minute, and every few seconds while an
order's fate is open. Risk stays shut until the first pass is done. Between passes it reads positions and
balance, which keeps the account's age honest while its stream has nothing to say; while the stream is in
doubt it reads them, and the orders, at the intervals of polling. What was answered moments ago is not asked
for again unless something happened since.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.events import Event, Surface
from omega_tui.domain.orders import Fill, Order, OrderState
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account.inquiry import Inquiry
from omega_tui.engine.account.outside import judge_flips
from omega_tui.engine.account.polling import Rounds
from omega_tui.engine.account.reconcile import Ours, VenueTruth, diff, questions
from omega_tui.engine.account.rivals import Rivals
from omega_tui.engine.apply import Consequences, take_fill
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway

_OPEN_QUESTION_SECONDS = 2.0
_FRESH_SECONDS = 5.0
_FRESH_SETTINGS_SECONDS = 25.0
_FILL_OVERLAP_MS = 60_000
_OLDEST_FILLS_MS = 6 * 86_400_000
_SLACK_SECONDS = 0.25
_LIST_LAG_SECONDS = 3.0

Receive = Callable[[Event], None]
Follow = Callable[[Consequences], None]


class Reconciler:
    """One account's comparison with its exchange; `receive` and `follow` take what was found."""

    def __init__(
        self, state: State, gateway: Gateway, recorder: Recorder, receive: Receive, follow: Follow
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._receive = receive
        self._follow = follow
        self._inquiry = Inquiry(state, gateway, recorder, receive)
        self._rivals = Rivals(state, recorder)
        self._rounds = Rounds(state)
        self._turn = asyncio.Lock()
        self._fills_read_ms: int | None = None
        self._first_fills = True

    def doubt(self, *, settings: bool) -> None:
        """Something happened: what was answered before serves no more. An order that was sent or cancelled
        from here changes no `settings`."""
        self._rounds.doubt(None if settings else ("positions", "balance"))

    def pause_seconds(self) -> float:
        """How long until the next pass: soon while an order's fate is open."""
        open_states = (OrderState.UNKNOWN, OrderState.SENT, OrderState.ACK, OrderState.PENDING_CANCEL)
        ledger = self._state.ledger
        if ledger.unexplained() or any(tracked.state in open_states for tracked in ledger.unfinished()):
            return _OPEN_QUESTION_SECONDS
        options = self._state.options
        return options.reconcile_seconds if self._rounds.streaming else options.poll_orders_seconds

    async def run(self) -> None:
        """One pass. Raises ReadFailed when any part of the truth is missing: nothing is concluded then."""
        epoch = self._state.private_epoch
        async with self._turn:
            open_orders = await self._compare()
        await self._fetch_fills()
        judge_flips(self._state)
        await self._rivals.look()
        now = self._state.clock.monotonic()
        await self._inquiry.ask(questions(open_orders, self._state.ledger, now))
        self._state.ledger.forget_old()
        if epoch == self._state.private_epoch and not self._state.reconciled:
            self._state.reconciled = True
            self._state.diary.good(f"account compared with the exchange: {self._summary()}")
            self._state.touch(Panel.STATUS)

    async def poll(self) -> None:
        """Read positions, and at times the balance, between passes when they are due. Raises ReadFailed."""
        options = self._state.options
        streaming = self._rounds.streaming
        seconds = options.position_poll_seconds if streaming else options.poll_positions_seconds
        async with self._turn:
            # A pass may have asked while this waited for its turn.
            if not self._rounds.is_due("positions", seconds - _SLACK_SECONDS):
                return
            seen = self._state.account_reports
            positions = await self._read_positions(0.0)
            balance = await self._read_balance(options.poll_account_seconds - _SLACK_SECONDS)
            self._take(VenueTruth((), positions, balance, ()), seen)

    async def _compare(self) -> tuple[Order, ...]:
        """Compare orders, positions, balance and settings; returns the open orders."""
        seen, began = self._state.account_reports, self._state.clock.monotonic()
        open_orders = await self._gateway.reads.open_orders()
        positions = await self._read_positions(_FRESH_SECONDS)
        balance = await self._read_balance(_FRESH_SECONDS)
        symbols = self._symbols() | {each.symbol for each in positions or ()}
        symbols |= {each.symbol for each in open_orders}
        settings = [each async for each in self._read_settings(sorted(symbols))]
        self._state.ledger.confirm_open(open_orders, began)
        self._state.orders_read_at = began
        self._take(VenueTruth(open_orders, positions, balance, tuple(settings)), seen)
        return open_orders

    def _take(self, truth: VenueTruth, seen: int) -> None:
        """Take in what differs. When the stream told newer news of the account since `seen`, an older answer
        must not undo it; nor may one that was asked for right after the news, because lists lag behind."""
        if seen != self._state.account_reports:
            truth = VenueTruth(truth.open_orders, None, None, truth.settings)
        elif self._lists_lag():
            truth = VenueTruth(truth.open_orders, None, truth.balance, truth.settings)
        state, step = self._state, self._state.options.balance_step
        ours = Ours(state.ledger, state.positions, state.balance, state.settings, step)
        for event in tuple(diff(truth, ours)):
            self._receive(event)
        state.positions_known |= truth.positions is not None
        state.feeds.answer(Surface.PRIVATE)

    def _lists_lag(self) -> bool:
        pushed = self._state.holdings_pushed_at
        return pushed is not None and self._state.clock.monotonic() - pushed < _LIST_LAG_SECONDS

    async def _read_positions(self, fresh: float) -> tuple[Position, ...] | None:
        if not self._rounds.is_due("positions", fresh):
            return None
        return await self._rounds.ask("positions", self._gateway.reads.positions())

    async def _read_balance(self, fresh: float) -> Balance | None:
        if not self._rounds.is_due("balance", fresh):
            return None
        return await self._rounds.ask("balance", self._gateway.reads.balance())

    async def _read_settings(self, symbols: list[str]) -> AsyncIterator[SymbolSettings]:
        for symbol in symbols:
            kind = f"settings {symbol}"
            if self._rounds.is_due(kind, _FRESH_SETTINGS_SECONDS):
                yield await self._rounds.ask(kind, self._gateway.reads.settings(symbol))

    def _summary(self) -> str:
        """What was taken over, in words; orders that were not sent from here are counted apart."""
        orders = self._state.ledger.unfinished()
        foreign = sum(each.order.foreign for each in orders)
        elsewhere = f", {foreign} of them from elsewhere" if foreign else ""
        held = ", ".join(
            f"{each.hold_side} {decimal_text(each.size)} {each.symbol}" for each in self._state.positions
        )
        return f"{held or 'no position'}; {len(orders) or 'no'} open orders{elsewhere}"

    def _symbols(self) -> set[str]:
        held = {position.symbol for position in self._state.positions}
        ordered = {tracked.order.symbol for tracked in self._state.ledger.unfinished()}
        return {self._state.market.symbol} | held | ordered

    async def _fetch_fills(self) -> None:
        """Read every symbol's executions since shortly before the newest one that was read.

        What the stream told meanwhile moves nothing: before it may lie what the stream missed. Of the first
        answer only executions of this run's own orders count in the session's sums: the rest may be of
        another session or another client. Whatever comes later, by stream or by query, is of this session,
        whoever sent the order.
        """
        fills = await self._gateway.reads.fills(None, self._fills_since())
        first, self._first_fills = self._first_fills, False
        for fill in fills:
            self._fills_read_ms = max(self._fills_read_ms or 0, fill.exchange_ms)
            self._follow(take_fill(self._state, fill, counts=not first or self._is_of_this_run(fill)))

    def _fills_since(self) -> int | None:
        known = self._fills_read_ms
        if known is None:
            known = min(self._first_unread(), default=None)
        if known is None:
            return None
        return max(known - _FILL_OVERLAP_MS, self._state.feeds.exchange_now_ms() - _OLDEST_FILLS_MS)

    def _first_unread(self) -> Iterator[int]:
        """From when on an earlier run may have missed executions: its newest one, its oldest open order."""
        ledger, now = self._state.ledger, self._state.clock.monotonic()
        newest = max((fill.exchange_ms for fill in ledger.fills()), default=None)
        if newest is not None:
            yield newest
        for tracked in ledger.unfinished():
            if tracked.opened_at is not None:
                yield self._state.feeds.exchange_now_ms() - round((now - tracked.opened_at) * 1000)

    def _is_of_this_run(self, fill: Fill) -> bool:
        tracked = self._state.ledger.find(fill.client_order_id, fill.order_id)
        return tracked is not None and tracked.sent_here
