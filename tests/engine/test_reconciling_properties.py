"""Whatever the exchange holds and whatever is believed here: one pass makes them agree, a second one is
silent, and no order ends without evidence."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.clock import ManualClock
from omega_tui.domain.account import Position
from omega_tui.domain.events import Event
from omega_tui.domain.evidence import Evidence
from omega_tui.domain.orders import Fill, HoldSide, Order, OrderRef, OrderState
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.account.inquiry import MISS_SPACING_SECONDS
from omega_tui.engine.account.reconciler import Reconciler
from omega_tui.engine.apply import Consequences, apply_event
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.recorder import Recorder
from omega_tui.engine.state import State
from omega_tui.journal import NoJournal
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, FakeReads, fill, order, position
from tests.engine.requests import request

S = OrderState
WINDOW = 35.0


class Fate(StrEnum):
    """What became of an order at the exchange."""

    OPEN = "open"
    PARTLY = "partly"
    FILLED = "filled"
    CANCELED = "canceled"
    HISTORY = "only history knows that it is filled"
    TRIGGERED = "triggered"
    ABSENT = "absent"


BELIEVED = (None, S.INTENT, S.SENT, S.UNKNOWN, S.ACK, S.WORKING)
"""None for an order that was not sent from here."""


@dataclass(frozen=True)
class Case:
    believed: OrderState | None
    fate: Fate
    plan: bool
    told: bool


CASES = st.lists(
    st.builds(Case, st.sampled_from(BELIEVED), st.sampled_from(Fate), st.booleans(), st.booleans()),
    max_size=6,
)
POSITIONS = st.lists(
    st.builds(position, st.sampled_from(("0.5", "0.1")), st.sampled_from(HoldSide)), max_size=1
).map(tuple)


@dataclass
class World:
    """What the exchange holds: each order under its ids, in the place where it would be found."""

    open: list[Order] = field(default_factory=list)
    detail: list[Order] = field(default_factory=list)
    history: list[Order] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    expected: dict[str, Fate] = field(default_factory=dict)


def _built(cases: list[Case]) -> World:
    world = World()
    for number, case in enumerate(cases):
        key, order_id = f"order{number}", str(100 + number)
        if case.believed is None and case.fate is Fate.ABSENT:
            continue
        fate = Fate.OPEN if case.fate is Fate.TRIGGERED and not case.plan else case.fate
        world.expected[key] = fate
        _place(world, fate, _report(case, key, order_id), order_id)
    return world


def _report(case: Case, key: str, order_id: str) -> Order:
    plan = Plan(PlanKind.TRIGGER, D("58000"), TriggerBy.MARK) if case.plan else None
    return replace(order(key, order_id=order_id), plan=plan)


def _place(world: World, fate: Fate, base: Order, order_id: str) -> None:
    partly = replace(base, state=S.PARTIALLY_FILLED, filled=D("0.004"), average_price=D(59000))
    whole = replace(base, state=S.FILLED, filled=D("0.01"), average_price=D(59000))
    match fate:
        case Fate.OPEN:
            world.open.append(base)
        case Fate.PARTLY:
            world.open.append(partly)
            world.fills.append(fill(f"t{order_id}", "0.004", order_id=order_id))
        case Fate.FILLED | Fate.HISTORY:
            (world.detail if fate is Fate.FILLED else world.history).append(whole)
            world.fills.append(fill(f"t{order_id}", "0.01", order_id=order_id))
        case Fate.CANCELED:
            world.detail.append(replace(base, state=S.CANCELED))
        case Fate.TRIGGERED:
            child = f"child{order_id}"
            world.history.append(replace(base, state=S.TRIGGERED, child_order_id=child))
            world.detail.append(order(f"born-{order_id}", S.FILLED, filled="0.01", order_id=child))
            world.expected[f"born-{order_id}"] = Fate.FILLED
            world.fills.append(fill(f"t{order_id}", "0.01", order_id=child))


class _WorldReads(FakeReads):
    """Answers from a world; `world` and `slow` hang on the gateway."""

    @property
    def world(self) -> World:
        return self.gateway.world  # type: ignore[attr-defined, no-any-return]

    async def open_orders(self) -> tuple[Order, ...]:
        await super().open_orders()
        return tuple(self.world.open)

    async def order(self, ref: OrderRef) -> Order | None:
        await super().order(ref)
        return _found(ref, [*self.world.open, *self.world.detail])

    async def past_order(self, ref: OrderRef) -> Order | None:
        await super().past_order(ref)
        return _found(ref, [*self.world.detail, *self.world.history])

    async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
        await super().fills(symbol, since_ms)
        return tuple(self.world.fills)


def _found(ref: OrderRef, orders: list[Order]) -> Order | None:
    """By the exchange's id when it is given, else by ours."""
    for each in orders:
        same = each.order_id == ref.order_id if ref.order_id else each.client_order_id == ref.client_order_id
        if same:
            return each
    return None


class Bench:
    """A state and its reconciler without an engine around them; notes what came out."""

    def __init__(self, world: World, positions: tuple[Position, ...]) -> None:
        self.clock = ManualClock(EXCHANGE_MS + 50, 1000.0)
        self.gateway = FakeGateway(positions=positions, reads_type=_WorldReads)
        self.gateway.world = world  # type: ignore[attr-defined]
        self.state = State(self.clock, EngineOptions(venue="SIM", account="test"))
        self.out: list[object] = []
        self.evidence: list[Evidence] = []
        self.state.ledger.listen_for_evidence(self.evidence.append)
        self.reconciler = Reconciler(
            self.state,
            self.gateway,
            Recorder(NoJournal("none here"), self.state),
            self._receive,
            self._follow,
        )

    def _receive(self, event: Event) -> None:
        self.out.append(event)
        apply_event(self.state, event)

    def _follow(self, consequences: Consequences) -> None:
        self.out.extend((*consequences.orders, *consequences.fills))

    def believe(self, cases: list[Case]) -> None:
        for number, case in enumerate(cases):
            if case.believed is None:
                continue
            asked = request(f"order{number}")
            if case.plan:
                asked = replace(asked, plan=Plan(PlanKind.TRIGGER, D("58000"), TriggerBy.MARK))
            tracked = self.state.ledger.open(asked, self.clock.monotonic())
            known = case.believed in (S.ACK, S.WORKING)
            self.state.ledger.conclude(tracked, case.believed, "", str(100 + number) if known else None)

    async def run(self, after: float) -> list[object]:
        self.clock.advance(after)
        self.reconciler.doubt(settings=True)
        self.out.clear()
        await self.reconciler.run()
        return list(self.out)


def run(scenario: Callable[[], object]) -> None:
    asyncio.run(scenario())  # type: ignore[arg-type]


@given(CASES, POSITIONS)
def test_one_pass_converges_the_second_is_silent_and_absence_takes_two(
    cases: list[Case], positions: tuple[Position, ...]
) -> None:
    world = _built(cases)

    async def scenario() -> None:
        bench = Bench(world, positions)
        bench.believe(cases)
        await bench.run(after=WINDOW + 1)
        _agrees(bench, world, positions)
        assert await bench.run(after=1) == [], "a pass that is repeated finds nothing"
        missing = [key for key, fate in world.expected.items() if fate is Fate.ABSENT]
        for key in missing:
            tracked = bench.state.ledger.get(key)
            assert tracked is not None
            assert not tracked.order.state.terminal, "one clean answer proves nothing"
        await bench.run(after=MISS_SPACING_SECONDS)
        for key in missing:
            tracked = bench.state.ledger.get(key)
            assert tracked is not None
            assert tracked.order.state in (S.NEVER_ACCEPTED, S.CANCELED)
        assert await bench.run(after=60) == []
        settled = {each.key for each in bench.evidence}
        unknown = {f"order{n}" for n, case in enumerate(cases) if case.believed is S.UNKNOWN}
        assert unknown <= settled, "every exit from UNKNOWN is written down with what proved it"

    run(scenario)


def _agrees(bench: Bench, world: World, positions: tuple[Position, ...]) -> None:
    states = {
        Fate.OPEN: S.WORKING,
        Fate.PARTLY: S.PARTIALLY_FILLED,
        Fate.FILLED: S.FILLED,
        Fate.HISTORY: S.FILLED,
        Fate.CANCELED: S.CANCELED,
        Fate.TRIGGERED: S.TRIGGERED,
    }
    filled = {Fate.PARTLY: D("0.004"), Fate.FILLED: D("0.01"), Fate.HISTORY: D("0.01")}
    for key, fate in world.expected.items():
        tracked = bench.state.ledger.get(key)
        elsewhere = tracked is None and fate not in (Fate.OPEN, Fate.PARTLY)
        if fate is Fate.ABSENT or elsewhere:
            continue
        assert tracked is not None
        assert tracked.order.state is states[fate]
        assert tracked.order.filled == filled.get(fate, Decimal(0))
    assert {each.trade_id for each in bench.state.ledger.fills()} == {each.trade_id for each in world.fills}
    assert bench.state.positions == positions


@given(CASES, st.data())
def test_a_read_that_fails_anywhere_ends_no_order(cases: list[Case], data: st.DataObject) -> None:
    """N10: trouble with the line is no evidence about an order."""
    world = _built([replace(case, fate=Fate.ABSENT) for case in cases])
    failing = data.draw(st.sampled_from(("open_orders", "positions", "fills", "order", "past_order")))

    async def scenario() -> None:
        bench = Bench(world, ())
        bench.believe(cases)
        note = bench.gateway.note_read

        def broken(what: str) -> None:
            bench.gateway.reads_fail = what.split()[0] == failing
            note(what)

        bench.gateway.note_read = broken  # type: ignore[method-assign]
        for _ in range(4):
            try:
                await bench.run(after=WINDOW)
            except Exception as error:
                assert type(error).__name__ == "ReadFailed"  # noqa: PT017
        assert all(not each.order.state.terminal for each in bench.state.ledger.unfinished())
        assert len(bench.state.ledger.unfinished()) == sum(case.believed is not None for case in cases)
        assert bench.evidence == []

    run(scenario)


@given(st.floats(0, WINDOW - 1), st.floats(0, 3))
def test_o36_an_order_that_shows_up_late_is_never_given_up(accepted_at: float, delay: float) -> None:
    """Accepted at the last moment and visible seconds later, while it is asked for all the time."""

    async def scenario() -> None:
        world = World()
        bench = Bench(world, ())
        bench.believe([Case(S.UNKNOWN, Fate.OPEN, False, True)])
        began = bench.clock.monotonic()
        for _ in range(80):
            if bench.clock.monotonic() - began >= accepted_at + delay and not world.open:
                world.open.append(order("order0", order_id="100"))
            await bench.run(after=0.5)
            assert [each.key for each in bench.state.ledger.unfinished()] == ["order0"]
        tracked = bench.state.ledger.get("order0")
        assert tracked is not None
        assert tracked.order.state is S.WORKING

    run(scenario)


async def test_an_execution_that_nobody_owns_keeps_an_order_from_being_given_up() -> None:
    """REST names no client id on executions: this one may be the order's, so its order is asked for by id."""
    world = World(fills=[fill("1", "0.01", order_id="900", at=EXCHANGE_MS + 10)])
    bench = Bench(world, ())
    bench.believe([Case(S.UNKNOWN, Fate.OPEN, False, True)])
    for _ in range(4):
        await bench.run(after=WINDOW)
    tracked = bench.state.ledger.get("order0")
    assert tracked is not None
    assert tracked.order.state is S.UNKNOWN
    world.detail.append(order("order0", S.FILLED, filled="0.01", order_id="900"))
    await bench.run(after=2)
    assert tracked.order.state is S.FILLED


async def test_executions_that_the_stream_missed_are_found_although_it_told_newer_ones() -> None:
    """The newest known execution is no mark of completeness: before it lies what the outage swallowed."""
    world = World(fills=[fill("old", order_id="1", at=EXCHANGE_MS)])
    bench = Bench(world, ())
    await bench.run(after=1)
    asked: list[int | None] = []

    class Noting(_WorldReads):
        async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
            asked.append(since_ms)
            return await super().fills(symbol, since_ms)

    bench.gateway.reads_type = Noting
    bench.state.ledger.fill(fill("pushed", order_id="3", at=EXCHANGE_MS + 600_000))
    await bench.run(after=600)
    assert asked[0] is not None
    assert asked[0] <= EXCHANGE_MS
