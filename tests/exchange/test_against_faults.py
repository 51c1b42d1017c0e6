"""The client against an exchange that misbehaves: it claims no more than it knows, and trusts no broken book.

The faults are made by the simulator, which knows what it did; the client only sees what arrived.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.clock import SystemClock
from omega_tui.domain.events import BookChanged, Event, FillReported, Health, HealthChanged, Surface
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import (
    MarginMode,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.port import Accepted, Outcome, Rejected, Unknown
from omega_tui.sim import facts
from omega_tui.sim.clock import ExchangeClock
from omega_tui.sim.faults.desk import ActiveFault
from omega_tui.sim.faults.plan import parse_fault
from omega_tui.sim.market.generated import GeneratedSource
from tests.exchange.fake import until
from tests.exchange.test_against_simulator import Desk

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

BTC = "BTCUSDT"
Fault = dict[str, Any]

AMBIGUOUS: list[Fault] = [
    {"name": "lost_answer", "ends": "close"},
    {"name": "lost_answer", "ends": "reset"},
    {"name": "cut_body", "at": 0},
    {"name": "cut_body", "at": 60},
    {"name": "truncated_json"},
    {"name": "empty_answer"},
    {"name": "null_data"},
    {"name": "nan_json"},
    {"name": "nan_json", "literal": "1e999"},
    {"name": "html_answer", "status": 200, "carried_out": True},
    {"name": "html_answer", "status": 403, "carried_out": True},
    {"name": "html_answer", "status": 502, "carried_out": True},
    {"name": "html_answer", "status": 504, "carried_out": True},
    *(
        {"name": "error_answer", "code": code, "carried_out": True}
        for code in ("40010", "40910", "40015", "40725", "45001", "43059", "25001", "25003")
    ),
    {"name": "repeated_request"},
]
"""Everything that happens to an order that was accepted, and that proves nothing."""

NEVER_CARRIED_OUT: list[Fault] = [
    {"name": "lost_request", "ends": "close"},
    {"name": "lost_request", "ends": "reset"},
    {"name": "html_answer", "status": 200},
    {"name": "html_answer", "status": 403},
    {"name": "html_answer", "status": 502},
    {"name": "error_answer", "code": "40015"},
    {"name": "maintenance", "code": "40200"},
]
"""The same, seen from the client, of an order that never reached the exchange."""


class Watched(list[Event]):
    """What a gateway reported; every book is looked at when it comes, since it is the gateway's own."""

    def __init__(self) -> None:
        super().__init__()
        self.crossed: list[object] = []
        self.top: tuple[object, object] | None = None
        self.states: list[Health] = []
        """Of the private surface, as they were reported."""
        self._live = False

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, HealthChanged) and event.surface is Surface.BOOK:
            self._live = event.health is Health.LIVE
            self.top = None
        if isinstance(event, HealthChanged) and event.surface is Surface.PRIVATE:
            self.states.append(event.health)
        if isinstance(event, BookChanged):
            bid, ask = event.book.best_bid, event.book.best_ask
            self.top = (bid, ask)
            if self._live and bid and ask and Decimal(bid[0]) >= Decimal(ask[0]):
                self.crossed.append((bid, ask))


class Trial:
    """A gateway on a simulated exchange that can be harmed."""

    def __init__(self, desk: Desk, gateway: BitgetGateway) -> None:
        self.desk = desk
        self.events: Watched = desk.events  # type: ignore[assignment]
        self.gateway = gateway
        self.venue = desk.server.exchange.venue

    def harm(self, fault: Fault) -> ActiveFault:
        return self.desk.server.faults.add(parse_fault(fault))

    async def place(self, name: str = "f-1") -> Outcome:
        bid = self.venue.book(BTC).levels(facts.Direction.BUY, 1)[0][0]
        price = (Decimal(bid) * Decimal("0.97")).quantize(self.venue.contract(BTC).tick)
        kind, force = OrderType.LIMIT, TimeInForce.GTC
        request = OrderRequest(
            name, BTC, Side.BUY, kind, Decimal("0.01"), price, force, False, MarginMode.CROSSED, None
        )
        return await self.gateway.actions.place(request)

    async def follows_the_book(self) -> None:
        """Wait until the book is live and its best prices are the exchange's."""
        book = self.venue.book(BTC)

        def agrees() -> bool:
            sides = (facts.Direction.BUY, facts.Direction.SELL)
            best = tuple(book.levels(side, 1)[0][0] for side in sides)
            top = self.events.top
            mine = tuple(level[0] for level in top if level) if top else None  # type: ignore[index]
            return self.desk.health(Surface.BOOK) is Health.LIVE and mine == best

        await until(agrees, 15)

    def accepted(self, name: str = "f-1") -> int:
        """How many live orders the exchange has with this id."""
        return sum(order.client_oid == name for order in self.venue.pending())


def faulty(fault: Fault) -> str:
    return "-".join(str(value) for value in fault.values())


@pytest.fixture
async def trial() -> AsyncIterator[Trial]:
    clock = ExchangeClock(SystemClock())
    desk = Desk(GeneratedSource(7, clock.start_ms, [BTC]), clock, facts.PositionMode.ONE_WAY)
    desk.events = Watched()
    gateway = await desk.open()
    gateway.watch(BTC, Timeframe.M1)
    await desk.live()
    yield Trial(desk, gateway)
    await desk.close()


@pytest.mark.parametrize("fault", AMBIGUOUS, ids=faulty)
async def test_an_accepted_order_whose_answer_proves_nothing_is_unknown(trial: Trial, fault: Fault) -> None:
    """And never sent again: the fault strikes once, a second request would have been answered well."""
    active = trial.harm({**fault, "route": "place-order", "count": 1})
    assert isinstance(await trial.place(), Unknown)
    assert (active.seen, active.fired) == (1, 1)
    assert trial.accepted() == 1


@pytest.mark.parametrize("fault", NEVER_CARRIED_OUT, ids=faulty)
async def test_what_looks_the_same_and_was_never_carried_out_is_unknown_too(
    trial: Trial, fault: Fault
) -> None:
    active = trial.harm({**fault, "route": "place-order", "count": 1})
    assert isinstance(await trial.place(), Unknown)
    assert (active.seen, active.fired) == (1, 1)
    assert trial.accepted() == 0


@pytest.mark.parametrize("html", [False, True])
async def test_too_many_requests_refuses_a_new_order(trial: Trial, html: bool) -> None:
    trial.harm({"name": "too_many_requests", "html": html, "count": 1})
    assert isinstance(await trial.place(), Rejected)
    assert trial.accepted() == 0


@pytest.mark.parametrize("html", [False, True])
async def test_too_many_requests_says_nothing_of_a_cancel(trial: Trial, html: bool) -> None:
    assert isinstance(await trial.place(), Accepted)
    trial.harm({"name": "too_many_requests", "html": html, "count": 1, "carried_out": True})
    assert isinstance(await trial.gateway.actions.cancel(OrderRef(BTC, None, "f-1")), Unknown)
    assert trial.accepted() == 0


async def test_a_cancel_that_finds_nothing_proves_nothing(trial: Trial) -> None:
    assert isinstance(await trial.place(), Accepted)
    trial.harm({"name": "cancel_not_found", "count": 1})
    assert isinstance(await trial.gateway.actions.cancel(OrderRef(BTC, None, "f-1")), Unknown)
    assert trial.accepted() == 1


async def test_a_lost_answer_is_made_good_by_the_stream(trial: Trial) -> None:
    """The fill proves that the order was accepted."""
    trial.harm({"name": "lost_answer", "route": "place-order", "ends": "close", "count": 1})
    assert isinstance(await trial.place(), Unknown)
    trial.harm({"name": "resting_fill", "symbol": BTC, "client_oid": "f-1"})
    await until(lambda: bool(trial.desk.of(FillReported)))
    reported = trial.desk.order("f-1")
    assert reported is not None
    assert reported.state is OrderState.FILLED


BOOK_FAULTS: list[Fault] = [
    {"name": "sequence_gap"},
    {"name": "drop_frame", "channel": "books", "action": "update"},
    {"name": "bad_checksum", "action": "update"},
    {"name": "reorder_frame", "channel": "books", "action": "update"},
    {"name": "duplicate_frame", "channel": "books", "action": "update"},
    {"name": "crossed_book", "action": "update"},
    {"name": "crossed_book", "action": "update", "locked": True},
    {"name": "malformed_json", "channel": "books"},
    {"name": "missing_member", "channel": "books", "member": "checksum"},
    {"name": "missing_member", "channel": "books", "member": "seq"},
    {"name": "duplicate_keys", "channel": "books"},
    {"name": "nan_literal", "channel": "books"},
    {"name": "foreign_row", "channel": "books"},
    {"name": "invalid_utf8", "channel": "books"},
    {"name": "huge_frame", "channel": "books", "size": 5_000_000},
    {"name": "deep_nesting", "channel": "books"},
    {"name": "cut_frame", "channel": "books", "at": 30},
    {"name": "second_snapshot"},
    {"name": "error_event", "channel": "books"},
    {"name": "empty_side", "action": "update"},
]


@pytest.mark.parametrize("fault", BOOK_FAULTS, ids=faulty)
async def test_no_fault_of_a_book_is_shown_as_a_live_one(trial: Trial, fault: Fault) -> None:
    """Whatever arrives: no book that is called live is crossed, and soon it is the exchange's again."""
    active = trial.harm({**fault, "count": 1})
    await until(lambda: active.fired == 1)
    await trial.follows_the_book()
    assert trial.events.crossed == []


async def test_a_reconnect_after_a_moved_market_never_merges_two_books(trial: Trial) -> None:
    """The crossed book that other clients hand out after a reconnect."""
    for _ in range(3):
        trial.harm({"name": "reset_peer", "address": "public", "count": 1})
        await until(lambda: trial.desk.health(Surface.BOOK) is not Health.LIVE)
        await trial.follows_the_book()
    assert trial.events.crossed == []


async def test_a_late_frame_of_the_old_connection_is_not_believed(trial: Trial) -> None:
    held = trial.harm({"name": "late_frame", "channel": "books", "action": "update", "count": 1})
    await until(lambda: held.fired == 1)
    trial.harm({"name": "reset_peer", "address": "public", "count": 1})
    await until(lambda: trial.desk.health(Surface.BOOK) is not Health.LIVE)
    await trial.follows_the_book()
    assert trial.events.crossed == []


PRIVATE_FAULTS: list[Fault] = [
    {"name": "logged_out", "channel": "orders"},
    {"name": "reset_peer", "address": "private"},
    {"name": "cut_frame", "address": "private", "channel": "orders", "at": 25},
    {"name": "malformed_json", "channel": "orders"},
    {"name": "missing_member", "channel": "orders", "member": "status"},
]


@pytest.mark.parametrize("fault", PRIVATE_FAULTS, ids=faulty)
async def test_a_broken_account_stream_says_so_and_comes_back(trial: Trial, fault: Fault) -> None:
    """While it is broken the account must not be called live; afterwards it follows the exchange again."""
    trial.events.states.clear()
    active = trial.harm({**fault, "count": 1})
    await trial.place("harmed")
    await until(lambda: active.fired == 1)
    await until(lambda: any(health is not Health.LIVE for health in trial.events.states))
    await until(lambda: trial.desk.health(Surface.PRIVATE) is Health.LIVE, 15)
    await trial.place("after")
    await until(lambda: trial.desk.order("after") is not None)


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "login_expired"},
        {"name": "login_code", "code": "30014"},
        {"name": "handshake_status", "address": "private", "status": 503},
        {"name": "unheard_message", "operation": "login"},
        {"name": "withheld_ack", "channel": "orders"},
    ],
    ids=faulty,
)
async def test_an_account_stream_that_does_not_open_is_opened_again(trial: Trial, fault: Fault) -> None:
    active = trial.harm({**fault, "count": 1})
    trial.harm({"name": "reset_peer", "address": "private", "count": 1})
    await until(lambda: active.fired == 1, 15)
    await until(lambda: trial.desk.health(Surface.PRIVATE) is Health.LIVE, 30)


async def test_a_clock_that_is_off_is_measured_and_signed_with() -> None:
    """Forty seconds are more than the exchange forgives; requests and logins must both know."""
    clock = ExchangeClock(SystemClock())
    desk = Desk(GeneratedSource(7, clock.start_ms, [BTC]), clock, facts.PositionMode.ONE_WAY)
    desk.server.faults.add(parse_fault({"name": "clock_skew", "by_ms": 40_000}))
    gateway = await desk.open()
    try:
        gateway.watch(BTC, Timeframe.M1)
        await until(lambda: desk.health(Surface.PRIVATE) is Health.LIVE, 15)
        assert isinstance(await Trial(desk, gateway).place(), Accepted)
    finally:
        await desk.close()


async def test_a_fill_that_is_told_twice_has_one_trade_id(trial: Trial) -> None:
    trial.harm({"name": "duplicate_frame", "channel": "fill"})
    trial.harm({"name": "duplicate_frame", "channel": "orders"})
    await trial.place()
    trial.harm({"name": "resting_fill", "symbol": BTC})
    await until(lambda: len(trial.desk.of(FillReported)) >= 2)
    assert len({event.fill.trade_id for event in trial.desk.of(FillReported)}) == 1
