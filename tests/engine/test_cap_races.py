"""FAULTS O39 and its kin: tickets that race for the same room, and the way out that nothing may shut."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.events import Health, HealthChanged, OrderReported, PositionsReported, Surface
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.account.day import DayOpening
from omega_tui.engine.apply import apply_event
from omega_tui.engine.intents import PlaceBatch, PlaceOrder
from omega_tui.engine.risk.caps import entry_problems
from omega_tui.engine.risk.preview import build_preview
from omega_tui.exchange.port import Accepted, Outcome, Unknown
from tests.engine.fake_gateway import D, FakeGateway, balance, order, position
from tests.engine.requests import request
from tests.engine.rig import Rig, running
from tests.engine.test_preview import MARKET, a_draft, a_state

ROOM = {"size": D("0.06"), "price": D("60000"), "stop_loss": D("58500")}
"""Four of these fit into the largest position of 15,000; five do not."""


def answer(fate: str) -> Outcome:
    return Accepted("9001", None) if fate == "taken" else Unknown("no answer")


async def test_o39_two_tickets_race_the_same_cap(tmp_path: Path) -> None:
    """Bug: both were judged before either was sent, and the position is twice what was allowed."""
    held = asyncio.Event()
    async with running(tmp_path, FakeGateway(hold_place=held), profile="strategic") as rig:
        drafts = [rig.draft(**ROOM) for _ in range(5)]
        shown = [PlaceOrder(draft, rig.views.preview(draft)) for draft in drafts]
        assert all(each.preview.sendable for each in shown), "alone each of them fits"
        receipts = [rig.engine.submit(each) for each in shown]
        assert [receipt.taken for receipt in receipts] == [True] * 4 + [False]
        assert "largest position: at most 0.01 BTC" in receipts[-1].text
        held.set()
        await rig.until(lambda: len(rig.gateway.placed) == 4)


@pytest.mark.parametrize("fate", ["taken", "unknown"])
async def test_o39_an_order_whose_fate_is_unknown_keeps_its_room(tmp_path: Path, fate: str) -> None:
    exchange = FakeGateway(on_place=lambda asked: answer(fate))
    async with running(tmp_path, exchange, profile="strategic") as rig:
        for _ in range(4):
            assert rig.place(rig.draft(**ROOM)).taken
        wanted = OrderState.UNKNOWN if fate == "unknown" else OrderState.ACK
        await rig.until(lambda: [row.state for row in rig.views.orders().rows] == [wanted] * 4)
        state = rig.engine._state
        said = list(entry_problems(state, "BTCUSDT", Side.BUY, D("0.06"), D("60000"), D("58500")))
        assert any("largest position" in each for each in said)


async def test_o39_a_batch_is_its_sum(tmp_path: Path) -> None:
    async with running(tmp_path, profile="strategic") as rig:
        drafts = [rig.draft(**ROOM) for _ in range(5)]
        legs = tuple(PlaceOrder(draft, rig.views.preview(draft)) for draft in drafts)
        receipt = rig.engine.submit(PlaceBatch(legs))
        assert [each.taken for each in receipt.legs] == [True] * 4 + [False]


async def test_o39_what_executed_is_not_forgotten_before_its_position_is_told(tmp_path: Path) -> None:
    """Bug: filled and gone from the orders, not yet in the positions, and the next ticket fits once more."""
    async with running(tmp_path, profile="strategic") as rig:
        for _ in range(4):
            assert rig.place(rig.draft(**ROOM)).taken
        await rig.until(lambda: len(rig.gateway.placed) == 4)
        fill_all(rig)
        await rig.settle()
        assert not rig.place(rig.draft(**ROOM)).taken
        rig.gateway.emit(PositionsReported((position("0.24"),), rig.clock.wall_ms() + 1))
        assert not rig.place(rig.draft(**ROOM)).taken


def fill_all(rig: Rig) -> None:
    for number, asked in enumerate(rig.gateway.placed):
        rig.gateway.emit(OrderReported(filled(asked, number, rig.clock.wall_ms())))


def filled(asked: OrderRequest, number: int, at: int) -> object:
    done = order(
        asked.client_order_id,
        OrderState.FILLED,
        size="0.06",
        price="60000",
        filled="0.06",
        order_id=f"o{number}",
    )
    return replace(done, updated_ms=at)


def test_an_amendment_counts_once_and_a_larger_one_is_judged() -> None:
    """Bug: an order that cannot be amended since it counts beside its successor, or one that grows past."""
    state = a_state(profile="strategic")
    state.ledger.open(replace(request("omg1", size="0.2", price="60000"), stop_loss=D("59500")), None)
    terms = ("BTCUSDT", Side.BUY)
    assert not any(entry_problems(state, *terms, D("0.24"), D(60000), D(59500), instead_of="omg1"))
    assert any(entry_problems(state, *terms, D("0.26"), D(60000), D(59500), instead_of="omg1"))
    assert any(entry_problems(state, *terms, D("0.1"), D(60000), D(59500)))


SIDES = st.sampled_from(HoldSide)
SIZES = st.decimals(D("0.001"), D("3"), places=3)
TROUBLES = ["halt", "locked", "lost", "stale", "unknown", "journal", "changing"]


@given(
    held=SIDES,
    size=SIZES,
    asked=SIZES,
    mode=st.sampled_from(PositionMode),
    equity=st.sampled_from(["1", "100", "10000"]),
    profile=st.sampled_from(["", "strategic", "newbie", "scalper"]),
    troubles=st.sets(
        st.sampled_from(["halt", "locked", "lost", "stale", "unknown", "journal", "changing", "naked"])
    ),
    market=st.booleans(),
)
def test_an_order_that_only_reduces_passes_every_guard(
    held: HoldSide,
    size: Decimal,
    asked: Decimal,
    mode: PositionMode,
    equity: str,
    profile: str,
    troubles: set[str],
    market: bool,
) -> None:
    """Being unable to get out is the greater risk: whatever the limits say, a close may go."""
    state = a_state(mode, profile=profile, price_distance=D("0.001"), entries_a_minute=1)
    state.balance = balance(equity)
    state.day.open(DayOpening(state.today, D(10**6) if "lost" in troubles else D(1)))
    state.halted = "halt" in troubles
    state.journal_fault = "disk full" if "journal" in troubles else ""
    state.changing = "leverage" if "changing" in troubles else ""
    state.risk.locked_day = state.today if "locked" in troubles else None
    for number in range(5 if "unknown" in troubles else 0):
        tracked = state.ledger.open(request(f"omg{number}", size="3"), state.clock.monotonic())
        state.ledger.conclude(tracked, OrderState.UNKNOWN)
    if "stale" in troubles:
        for surface in (Surface.BOOK, Surface.PRIVATE):
            apply_event(state, HealthChanged(surface, Health.DOWN, "a test"))
    margin = position(str(size), held, mode=mode)
    apply_event(state, PositionsReported((margin,), 1))
    terms = MARKET if market else {"price": D("59000") if held is HoldSide.SHORT else D("61000")}
    draft = a_draft(side=held.opening_side.opposite, closes=True, size=asked, **terms)
    assert build_preview(state, draft).problems == ()


@given(size=SIZES, asked=SIZES, side=SIDES)
def test_an_entry_that_nets_out_a_position_meets_no_cap(
    size: Decimal, asked: Decimal, side: HoldSide
) -> None:
    state = a_state(profile="newbie")
    state.balance = balance("1")
    apply_event(state, PositionsReported((position(str(size), side),), 1))
    said = list(entry_problems(state, "BTCUSDT", side.opening_side.opposite, asked, D(60000), None))
    assert bool(said) is (asked > size)


@given(
    size=st.decimals(D("0.001"), D("2"), places=3),
    risk=st.decimals(D("0.0001"), D("0.2"), places=4),
    stop=st.integers(30000, 59990),
    equity=st.integers(10, 10**6),
    profile=st.sampled_from(["strategic", "aggressive", "newbie", "scalper"]),
    market=st.booleans(),
)
def test_a_size_from_risk_is_the_largest_that_its_limits_let_in(
    size: Decimal, risk: Decimal, stop: int, equity: int, profile: str, market: bool
) -> None:
    """Whatever is asked: what is sized is sendable or refused for being nothing, and never risks more."""
    state = a_state(profile=profile)
    state.balance = balance(str(equity))
    apply_event(state, OrderReported(order("rest1", size=str(size), price="50000")))
    terms = MARKET if market else {"order_type": OrderType.LIMIT, "price": D("59999.9")}
    preview = build_preview(state, a_draft(size=None, risk=risk, stop_loss=D(stop), **terms))
    if not preview.size:
        assert preview.problems
        return
    assert preview.loss_at_stop is not None
    assert preview.loss_at_stop <= equity * risk
    caps = [each for each in preview.problems if "at most" in each]
    assert caps == [], "what was sized keeps to every cap"


def test_a_plan_that_fired_counts_until_its_child_is_told_of() -> None:
    """Bug: the plan is at its end, its order not known yet, and the next ticket takes the same room."""
    state = a_state(profile="strategic")
    waiting = replace(request("omg1", size="0.2", price="60000"), stop_loss=D("59500"))
    waiting = replace(waiting, plan=Plan(PlanKind.TRIGGER, D(60000), TriggerBy.MARK))
    tracked = state.ledger.open(waiting, None)
    terms = ("BTCUSDT", Side.BUY, D("0.1"), D(60000), D(59500))
    assert any(entry_problems(state, *terms))
    fired = replace(tracked.order, state=OrderState.TRIGGERED, child_order_id="c1", order_id="p1")
    apply_event(state, OrderReported(fired))
    assert any(entry_problems(state, *terms)), "between plan and child"
    child = order("", OrderState.WORKING, size="0.2", price="60000", order_id="c1")
    apply_event(state, OrderReported(replace(child, stop_loss=D(59500))))
    assert any(entry_problems(state, *terms)), "the child itself"
    small = ("BTCUSDT", Side.BUY, D("0.04"), D(60000), D(59500))
    assert not any(entry_problems(state, *small)), "and once only"
