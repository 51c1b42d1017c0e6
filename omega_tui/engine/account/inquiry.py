"""Asking what became of single orders: order detail first, then history; what was executed has been read.

An order is found, or it is proven absent: not known to both witnesses, twice, some seconds apart, after the
signed request can no longer be accepted, and with no execution about that could be its own. A question that
failed is no evidence of anything.
"""

from collections.abc import Callable, Iterable

from omega_tui.domain.events import Event, OrderReported
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import Order, OrderRef, OrderState
from omega_tui.engine.account.reconcile import absent_order, is_past_window
from omega_tui.engine.apply import ORDER_PANELS
from omega_tui.engine.narration import tell_lost_plan
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import BATCH_LIMIT, Gateway, ReadFailed

MISS_SPACING_SECONDS = 5.0
"""Time between two "not found" that count: longer than the exchange takes to show what it accepted."""

_CLOCK_MARGIN_MS = 5_000
_RESTORED_MARGIN_MS = 3_600_000
"""The age of an order of an earlier run is only as true as the wall clock was."""


class Inquiry:
    """Asks for orders one after the other; `receive` takes what was found."""

    def __init__(
        self, state: State, gateway: Gateway, recorder: Recorder, receive: Callable[[Event], None]
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._receive = receive

    async def ask(self, asked: Iterable[Tracked]) -> None:
        """Ask for each order, those that wait longest first. Raises ReadFailed after all were asked."""
        waiting = sorted(asked, key=lambda tracked: (tracked.asked_at or 0.0, tracked.opened_at or 0.0))
        failed: ReadFailed | None = None
        for tracked in waiting[:BATCH_LIMIT]:
            try:
                await self._ask(tracked)
            except ReadFailed as error:
                failed = error
        if failed is not None:
            raise failed

    async def _ask(self, tracked: Tracked) -> None:
        before, began = tracked.order, self._state.clock.monotonic()
        tracked.asked_at = began
        found = await self._find(before.ref)
        tracked.vain_questions += tracked.is_unexplained
        if found or await self._find_by_execution(tracked):
            return
        if tracked.order is before:
            # Otherwise the stream told something while the exchange was asked.
            self._note_absence(tracked, began)

    async def _find(self, ref: OrderRef) -> bool:
        """Whether detail or history knows the order; it is taken in then."""
        found, source = await self._gateway.reads.order(ref), EvidenceSource.ORDER_DETAIL
        if found is None:
            found, source = await self._gateway.reads.past_order(ref), EvidenceSource.HISTORY
        if found is None:
            return False
        self._receive(OrderReported(found, source))
        child = found.child_order_id
        if child is not None and self._state.ledger.find(None, child) is None:
            await self._find(OrderRef(found.symbol, child, None))
        return True

    async def _find_by_execution(self, tracked: Tracked) -> bool:
        """Whether an execution that nobody owns may be this order's: its order is asked for by its id."""
        strangers = self._strangers(tracked)
        for order_id in strangers:
            await self._find(OrderRef(tracked.order.symbol, order_id, None))
        return bool(strangers)

    def _strangers(self, tracked: Tracked) -> list[str]:
        order, ledger = tracked.order, self._state.ledger
        if order.order_id is not None or tracked.opened_at is None:
            return []
        age_ms = round((self._state.clock.monotonic() - tracked.opened_at) * 1000)
        margin = _CLOCK_MARGIN_MS if tracked.restored_at is None else _RESTORED_MARGIN_MS
        since = self._state.feeds.exchange_now_ms() - age_ms - margin
        return sorted(
            {
                fill.order_id
                for fill in ledger.fills()
                if (fill.symbol, fill.side) == (order.symbol, order.side)
                and fill.exchange_ms >= since
                and ledger.find(fill.client_order_id, fill.order_id) is None
            }
        )

    def _note_absence(self, tracked: Tracked, asked_at: float) -> None:
        window = self._state.options.signature_window_seconds
        if tracked.order.state.terminal or not is_past_window(tracked, asked_at, window):
            return
        if tracked.missed_at is not None and asked_at - tracked.missed_at < MISS_SPACING_SECONDS:
            return
        tracked.clean_misses += 1
        tracked.missed_at = asked_at
        self._state.touch(Panel.ORDERS)
        ended = absent_order(tracked)
        if ended is not None:
            self._end(tracked, ended)

    def _end(self, tracked: Tracked, ended: Order) -> None:
        self._state.ledger.evidence(tracked, EvidenceSource.NOT_FOUND, ended.state, ended.reason)
        self._recorder.note_order(tracked.order)
        if ended.plan is not None and ended.state is OrderState.CANCELED:
            tell_lost_plan(self._state, ended)
        self._state.diary.warn(f"settled: {ended.side} {ended.size:f} {ended.symbol}: {ended.reason}")
        self._state.touch(*ORDER_PANELS)
