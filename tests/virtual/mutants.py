"""The bugs that must never come back, each small enough to be somebody's honest mistake.

A plant puts one into the program for the length of a test. FAULTS (section 4.1) names them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from omega_tui.domain import order_lifecycle
from omega_tui.domain.orders import Fill, Order, OrderRequest, OrderState
from omega_tui.engine.account import inquiry
from omega_tui.engine.account.inquiry import Inquiry
from omega_tui.engine.account.reconciler import Reconciler
from omega_tui.engine.orders import ledger
from omega_tui.engine.orders.ledger import OrderLedger, Tracked
from omega_tui.engine.orders.sending import Leg, Sender
from omega_tui.engine.protection.protector import Protector
from omega_tui.engine.protection.watch import ProtectionWatch
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.risk import exposure
from omega_tui.engine.state import State
from omega_tui.exchange.bitget import endpoints
from omega_tui.exchange.bitget.endpoints import Endpoints
from omega_tui.exchange.bitget.rest import limits
from omega_tui.exchange.bitget.rest.actions import RestActions
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.translation import orders as translate_orders
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import Outcome, Rejected, Stopped, Unknown
from omega_tui.journal import Journal, JournalRow, inspection, schema

Plant = Callable[[pytest.MonkeyPatch], None]

_TIMER_SECONDS = 3.0


def _place(patch: pytest.MonkeyPatch, after: Callable[..., Awaitable[Outcome]]) -> None:
    once = RestActions.place

    async def placed(self: RestActions, request: OrderRequest, *more: Stopped) -> Outcome:
        outcome = await once(self, request, *more)
        return await after(outcome, lambda again: once(self, again, *more), request)

    patch.setattr(RestActions, "place", placed)


def resend_under_another_id(patch: pytest.MonkeyPatch) -> None:
    """An order without an answer is sent again under another id."""

    async def again(
        outcome: Outcome, send: Callable[..., Awaitable[Outcome]], request: OrderRequest
    ) -> Outcome:
        if isinstance(outcome, Unknown):
            await send(replace(request, client_order_id=request.client_order_id + "x"))
        return outcome

    _place(patch, again)


def resend_on_timeout(patch: pytest.MonkeyPatch) -> None:
    """An order without an answer is sent again as it was: the exchange will know it."""

    async def again(
        outcome: Outcome, send: Callable[..., Awaitable[Outcome]], request: OrderRequest
    ) -> Outcome:
        return await send(request) if isinstance(outcome, Unknown) else outcome

    _place(patch, again)


def new_id_for_a_duplicate(patch: pytest.MonkeyPatch) -> None:
    """What the exchange calls a duplicate (40786) gets a new id and another try."""

    async def again(
        outcome: Outcome, send: Callable[..., Awaitable[Outcome]], request: OrderRequest
    ) -> Outcome:
        if isinstance(outcome, Unknown):
            outcome = await send(request)
            if isinstance(outcome, Unknown) and "duplicate" in outcome.reason.lower():
                return await send(replace(request, client_order_id=request.client_order_id + "x"))
        return outcome

    _place(patch, again)


def send_before_commit(patch: pytest.MonkeyPatch) -> None:
    """An order leaves while its intent is still on the way to the disk."""

    async def hand_in(self: Recorder, kind: str, body: object) -> None:
        self.note(kind, body)

    patch.setattr(Recorder, "write", hand_in)


def reject_by_timer(patch: pytest.MonkeyPatch) -> None:
    """An order of an unknown fate is taken for refused after a while."""
    settle = Sender.settle

    def settled(self: Sender, leg: Leg, outcome: Outcome, started: float) -> None:
        settle(self, leg, outcome, started)
        if isinstance(outcome, Unknown):
            asyncio.get_running_loop().call_later(_TIMER_SECONDS, _give_up, self, leg)

    def _give_up(self: Sender, leg: Leg) -> None:
        if leg.tracked.order.state is OrderState.UNKNOWN:
            leg.tracked.order = replace(leg.tracked.order, state=OrderState.REJECTED)
            self._recorder.note_order(leg.tracked.order)

    patch.setattr(Sender, "settle", settled)


def reject_on_timeout(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken for a refusal."""

    async def refused(outcome: Outcome, send: object, request: OrderRequest) -> Outcome:
        return Rejected("", outcome.reason) if isinstance(outcome, Unknown) else outcome

    _place(patch, refused)


def absent_at_first_sight(patch: pytest.MonkeyPatch) -> None:
    """One "not found" settles an order, even while its request may still arrive."""

    def gone(tracked: Tracked) -> Any:
        return replace(tracked.order, state=OrderState.NEVER_ACCEPTED, reason="not found")

    patch.setattr(inquiry, "is_past_window", lambda *_: True)
    patch.setattr(inquiry, "absent_order", gone)


def dedupe_by_looks(patch: pytest.MonkeyPatch) -> None:
    """An execution of the same size, price and time as another is taken for it."""
    take = OrderLedger.fill

    def by_looks(self: OrderLedger, fill: Fill, **more: Any) -> bool:
        looks = (fill.price, fill.size, fill.exchange_ms)
        known = any((each.price, each.size, each.exchange_ms) == looks for each in self.fills())
        return False if known else take(self, fill, **more)

    patch.setattr(OrderLedger, "fill", by_looks)


def acknowledge_before_commit(patch: pytest.MonkeyPatch) -> None:
    """A row is said to be durable before the disk has said so."""
    commit = Journal._commit

    def hasty(self: Journal, group: list[Any]) -> None:
        place = self._place.head.sequence
        for number, item in enumerate(group, 1):
            item.done.set_result(place + number)
        copies = [type(item)(item.kind, item.body, type(item.done)()) for item in group]
        commit(self, copies)

    patch.setattr(Journal, "_commit", hasty)


def believe_the_chain(patch: pytest.MonkeyPatch) -> None:
    """Nobody recomputes the chain: what the file says is what was written."""

    def as_it_stands(connection: Any, sequence: int) -> JournalRow:
        return next(row for row in schema.read_rows(connection, (), sequence - 1))

    patch.setattr(schema, "verify", lambda connection, *_: schema.read_head(connection))
    patch.setattr(schema, "trusted_row", as_it_stands)
    patch.setattr(inspection, "inspect", lambda connection, *_: schema.read_head(connection))


def turn_the_fee(patch: pytest.MonkeyPatch) -> None:
    """A fee that was paid is booked as one that was received."""
    read = translate_orders._fill_fee

    def turned(parts: list[Any]) -> Any:
        fee, coin = read(parts)
        return (-fee if fee is not None else None), coin

    patch.setattr(translate_orders, "_fill_fee", turned)


def drift_of_the_average(patch: pytest.MonkeyPatch) -> None:
    """The average price is that of the executions, however large each was."""
    merge = order_lifecycle.merge_fills

    def unweighted(ours: Order, fills: Any) -> Order:
        known = tuple(fills)
        merged = merge(ours, known)
        return (
            replace(merged, average_price=sum(each.price for each in known) / len(known)) if known else merged
        )

    patch.setattr(ledger, "merge_fills", unweighted)


def forget_the_unknown(patch: pytest.MonkeyPatch) -> None:
    """What has an unknown fate neither counts nor shuts new risk."""
    claims = exposure.claims

    def known_claims(state: State, without: str | None = None) -> Any:
        doubtful = {each.key for each in state.ledger.unfinished() if each.order.state is OrderState.UNKNOWN}
        return (each for each in claims(state, without) if each.key not in doubtful)

    patch.setattr(exposure, "claims", known_claims)
    patch.setattr(OrderLedger, "unknown", lambda *_: [])


def close_by_the_trade_side(patch: pytest.MonkeyPatch) -> None:
    """A close in hedge mode names the direction of the trade where Bitget wants the position's."""
    build = translate_orders.build_direction

    def unturned(request: OrderRequest) -> dict[str, str]:
        built = build(request)
        return {**built, "side": request.side.value} if built.get("tradeSide") == "close" else built

    patch.setattr(translate_orders, "build_direction", unturned)


def cancel_the_old_stop_first(patch: pytest.MonkeyPatch) -> None:
    """A stop is replaced by taking it away and placing another."""
    take_up = Protector._take_up

    def gap(self: Protector, position: Any, intent: Any, legs: list[Any]) -> Any:
        self._orders.cancel_many([leg.existing for leg in legs if leg.existing is not None])
        return take_up(self, position, intent, [replace(leg, existing=None) for leg in legs])

    patch.setattr(Protector, "_take_up", gap)


def naked_in_silence(patch: pytest.MonkeyPatch) -> None:
    """Nobody is told of a position without a stop."""
    patch.setattr(ProtectionWatch, "_alarm", lambda *_: None)


def adopt_under_random_ids(patch: pytest.MonkeyPatch) -> None:
    """An order from elsewhere gets a name of its own in each life."""
    names, adopt = count(), OrderLedger._adopt

    def renamed(self: OrderLedger, report: Order) -> Tracked:
        named = report.client_order_id.startswith(ledger.CLIENT_ID_PREFIX)
        return adopt(self, report if named else replace(report, client_order_id=f"adopted{next(names)}"))

    patch.setattr(OrderLedger, "_adopt", renamed)


def compare_without_fills(patch: pytest.MonkeyPatch) -> None:
    """A comparison asks for everything but what was executed meanwhile."""

    async def nothing(self: Reconciler) -> None:
        return

    patch.setattr(Reconciler, "_fetch_fills", nothing)


def find_news_each_time(patch: pytest.MonkeyPatch) -> None:
    """A comparison finds the same order new again each time that it looks."""
    ask = Inquiry.ask

    async def asked(self: Inquiry, questions: Any) -> None:
        await ask(self, questions)
        for tracked in self._state.ledger.unfinished():
            self._recorder.note_order(tracked.order)

    patch.setattr(Inquiry, "ask", asked)


def one_lane_for_all(patch: pytest.MonkeyPatch) -> None:
    """Cancels and closes wait in the same line as everything else."""
    acquire, endpoint = Limits.acquire, Limits._endpoint

    async def queue(self: Limits, path: RestPath, patience: float, *, urgent: bool = False) -> bool:
        return await acquire(self, path, patience)

    patch.setattr(limits, "_URGENT", frozenset())
    patch.setattr(Limits, "_endpoint", lambda self, path: endpoint(self, RestPath.PLACE_ORDER))
    patch.setattr(Limits, "acquire", queue)


def let_halt_be_late(patch: pytest.MonkeyPatch) -> None:
    """HALT is looked at when a ticket is taken up, and not again when it leaves."""
    patch.setattr(Sender, "_stopped_meanwhile", lambda *_: "")


def demo_flag_on_requests_only(patch: pytest.MonkeyPatch) -> None:
    """Demo trading has its header on requests, and its streams go to the real exchange."""

    def mixed(cls: type[Endpoints]) -> Endpoints:
        live = Endpoints.live()
        return cls(live.rest, live.ws_public, live.ws_private, demo_trading=True)

    patch.setattr(Endpoints, "demo", classmethod(mixed))


def no_fence_for_streams(patch: pytest.MonkeyPatch) -> None:
    """The same, and the fence knows no better."""
    demo_flag_on_requests_only(patch)
    patch.setattr(endpoints, "_BITGET_HOSTS", dict.fromkeys((False, True), endpoints._BITGET_HOSTS[False]))
