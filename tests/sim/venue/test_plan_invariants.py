"""Whatever trader, market and conditional orders do together: nothing that only closes opens or turns around.

The oracle folds the announced fills and states of plans and knows nothing of how either is kept.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Direction, HoldSide, PlanStatus, PlanType, PositionMode, TriggerType
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import NO_PRESETS, LedgerPlan, OrderChanged, PlanChanged, Presets
from omega_tui.sim.venue.plan_requests import GuardChange, PlanChange
from omega_tui.sim.venue.plans import PROFIT_LOSS, WHOLE_POSITION, closed_side, looked_at
from tests.sim.venue.plan_scene import PlanScene
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, SYMBOL

PENDING = {PlanStatus.LIVE, PlanStatus.EXECUTING}

directions, sides = st.sampled_from(Direction), st.sampled_from(HoldSide)
sizes = st.sampled_from(["0.3", "0.7", "1", "2.5", "9"])
ticks = st.integers(-8, 8)
offsets = st.integers(1, 6)
by = st.sampled_from(TriggerType)
presets = st.tuples(st.booleans(), st.booleans(), offsets, offsets)
closing = st.sampled_from((False, False, True))
orders = st.tuples(st.just("order"), directions, sizes, st.none() | ticks, closing, presets)
plans = st.tuples(st.just("plan"), directions, sizes, ticks, by, st.none() | st.just("0.2"), closing, presets)
guards = st.tuples(
    st.just("guard"), st.sampled_from(sorted(PROFIT_LOSS)), sides, sizes, ticks, by, st.booleans()
)
market = st.one_of(
    st.tuples(st.just("trade"), directions, sizes, ticks),
    st.tuples(st.just("book"), ticks, sizes),
    st.tuples(st.just("mark"), ticks),
    st.tuples(st.just("mark"), st.sampled_from((-200, -60, 60, 200))),
)
others = st.one_of(
    st.tuples(st.just("close"), sides),
    st.tuples(st.just("deleverage"), sides, sizes),
    st.tuples(st.just("cancel plan"), st.integers(0, 3)),
    st.tuples(st.just("modify"), st.integers(0, 3), ticks),
)
scripts = st.lists(st.one_of(orders, plans, guards, guards, market, market, others), min_size=10, max_size=40)


def price_at(tick: int) -> str:
    return str(Decimal(100) + Decimal(tick) / 10)


Wanted = tuple[bool, bool, int, int]
"""Whether to bring a take profit and a stop loss along, and how many ticks away."""


def legs(direction: Direction, tick: int, wanted: Wanted) -> Presets:
    """Presets on the right side of a price; a wrong side is refused anyway."""
    take, stop, above, below = wanted
    sign = 1 if direction is BUY else -1
    return Presets(
        take_profit=Decimal(price_at(tick + sign * above)) if take else None,
        stop_loss=Decimal(price_at(tick - sign * below)) if stop else None,
    )


def closes_side(way: Direction, closes: bool) -> HoldSide:
    """The side that a trade opens, or the one it closes."""
    return LONG if (way is BUY) != closes else SHORT


def order(
    scene: PlanScene, way: Direction, size: str, tick: int | None, closes: bool, wanted: Wanted
) -> None:
    brought = NO_PRESETS if closes else legs(way, tick or 0, wanted)
    spec = scene.spec(way, size, None if tick is None else price_at(tick), presets=brought)
    hedge = scene.venue.position_mode is PositionMode.HEDGE
    shaped = {"hold_side": closes_side(way, closes), "closes": closes} if hedge else {"reduce_only": closes}
    scene.venue.place(replace(spec, **shaped))


def plan(
    scene: PlanScene,
    way: Direction,
    size: str,
    tick: int,
    trigger_type: TriggerType,
    callback: str | None,
    closes: bool,
    wanted: Wanted,
) -> None:
    hedge = scene.venue.position_mode is PositionMode.HEDGE
    scene.trigger(
        way,
        size,
        price_at(tick),
        by=trigger_type,
        kind=PlanType.NORMAL if callback is None else PlanType.TRACK,
        callback=callback,
        hold=closes_side(way, closes) if hedge else None,
        closes=closes,
        reduce_only=closes,
        presets=NO_PRESETS if closes or callback else legs(way, tick, wanted),
    )


def guard(
    scene: PlanScene,
    kind: PlanType,
    side: HoldSide,
    size: str,
    tick: int,
    trigger_type: TriggerType,
    limit: bool,
) -> None:
    trailing = kind is PlanType.MOVING
    scene.guard(
        kind,
        side,
        price_at(tick),
        size=None if kind in WHOLE_POSITION else size,
        execute=price_at(tick) if limit and not trailing else None,
        by=trigger_type,
        callback="0.2" if trailing else None,
    )


def cancel_plan(scene: PlanScene, index: int) -> None:
    if waiting := scene.waiting():
        chosen = waiting[index % len(waiting)]
        scene.venue.plans.cancel(chosen.plan_id, None, SYMBOL, {chosen.plan_type})


def modify_plan(scene: PlanScene, index: int, tick: int) -> None:
    if waiting := scene.waiting():
        modify(scene, waiting[index % len(waiting)], Decimal(price_at(tick)))


ACTIONS: dict[str, Callable[..., object]] = {
    "order": order,
    "plan": plan,
    "guard": guard,
    "cancel plan": cancel_plan,
    "modify": modify_plan,
    "close": lambda scene, side: scene.venue.closer.close(SYMBOL, side),
    "deleverage": lambda scene, side, size: scene.venue.risk.deleverage(SYMBOL, side, Decimal(size)),
    "trade": lambda scene, way, size, tick: scene.trade(price_at(tick), size, way),
    "book": lambda scene, tick, size: scene.deep(price_at(tick), size),
    "mark": lambda scene, tick: scene.facts(price_at(tick)),
}


def act(scene: PlanScene, action: tuple[object, ...]) -> None:
    ACTIONS[str(action[0])](scene, *action[1:])


def modify(scene: PlanScene, plan: LedgerPlan, trigger: Decimal) -> None:
    if plan.plan_type in PROFIT_LOSS:
        scene.venue.plans.guards.modify(plan.plan_id, None, SYMBOL, GuardChange(trigger))
    else:
        scene.venue.plans.modify(plan.plan_id, None, SYMBOL, PlanChange(trigger_price=trigger))


class Oracle:
    """What is held, as the fold of fills, and the last announced state of every plan."""

    def __init__(self) -> None:
        self.held: defaultdict[HoldSide, Decimal] = defaultdict(Decimal)
        self.plans: dict[str, LedgerPlan] = {}

    def fold(self, event: OrderChanged, mode: PositionMode) -> None:
        fill, order = event.fill, event.order
        if fill is None:
            return
        left = fill.size
        against = SHORT if fill.direction is BUY else LONG
        if mode is PositionMode.ONE_WAY or order.reduce_only:
            closed = min(left, self.held[against])
            self.held[against] -= closed
            left -= closed
        if order.reduce_only:
            assert not left, "an order that only closes has opened"
        self.held[LONG if fill.direction is BUY else SHORT] += left

    def hear(self, plan: LedgerPlan) -> None:
        former = self.plans.get(plan.plan_id)
        assert former is None or former.status in PENDING, "a decided plan has changed"
        if plan.status in (PlanStatus.EXECUTED, PlanStatus.FAILED):
            assert former is not None
            assert former.status is PlanStatus.EXECUTING, "decided without having been triggered"
        assert (plan.execute_order_id is not None) == (plan.status is PlanStatus.EXECUTED)
        self.plans[plan.plan_id] = plan


def check_plans(scene: PlanScene, oracle: Oracle) -> None:
    waiting = scene.waiting()
    assert {plan.plan_id for plan in waiting} == {
        plan_id for plan_id, plan in oracle.plans.items() if plan.status in PENDING
    }
    open_ids = {position.position_id: position.hold_side for position in scene.venue.positions()}
    state = scene.venue.ticker(SYMBOL)
    whole: set[tuple[str | None, PlanType]] = set()
    for plan in waiting:
        assert plan.status is PlanStatus.LIVE
        price = state.mark if plan.trigger_type is TriggerType.MARK else state.last
        assert price is not None
        assert not looked_at(plan, price)[1], "reached and not triggered"
        if plan.plan_type in PROFIT_LOSS:
            assert open_ids[str(plan.position_id)] is closed_side(plan), "a guard without its position"
        if plan.plan_type in WHOLE_POSITION:
            assert (plan.position_id, plan.plan_type) not in whole
            whole.add((plan.position_id, plan.plan_type))


def play(
    mode: PositionMode, choices: Choices, script: list[tuple[object, ...]], balance: str = "10000"
) -> None:
    scene, oracle = PlanScene(mode, choices, balance), Oracle()
    scene.deep("100", "3")
    for action in script:
        seen = len(scene.events)
        try:
            act(scene, action)
        except Refused:
            assert not any(isinstance(event, OrderChanged) and event.fill for event in scene.events[seen:])
        for event in scene.events[seen:]:
            if isinstance(event, OrderChanged):
                oracle.fold(event, mode)
            elif isinstance(event, PlanChanged):
                oracle.hear(event.plan)
        for side in HoldSide:
            assert scene.size(side) == oracle.held[side]
        if mode is PositionMode.ONE_WAY:
            assert not (oracle.held[LONG] and oracle.held[SHORT])
        check_plans(scene, oracle)


@settings(max_examples=150, deadline=None)
@given(scripts)
def test_one_way_guards_never_flip(script: list[tuple[object, ...]]) -> None:
    play(PositionMode.ONE_WAY, Choices(), script)


@settings(max_examples=150, deadline=None)
@given(scripts)
def test_hedge_guards_never_open(script: list[tuple[object, ...]]) -> None:
    play(PositionMode.HEDGE, Choices(), script)


@settings(max_examples=100, deadline=None)
@given(scripts, st.sampled_from(PositionMode))
def test_presets_over_the_opened_size_never_flip(
    script: list[tuple[object, ...]], mode: PositionMode
) -> None:
    choices = Choices(presets_guard_whole_position=False, second_position_tpsl_refused=False)
    play(mode, choices, script)


@settings(max_examples=150, deadline=None)
@given(scripts, st.sampled_from(PositionMode))
def test_guards_and_liquidations_together_never_flip(
    script: list[tuple[object, ...]], mode: PositionMode
) -> None:
    """An account that a jump of the mark price ruins, with stops that the same jump triggers."""
    play(mode, Choices(), script, balance="100")


def test_the_script_words_reach_the_exchange() -> None:
    """The properties above would hold for an exchange that refuses everything."""
    scene = PlanScene()
    scene.deep("100", "3")
    act(scene, ("order", BUY, "1", None, False, (True, True, 3, 3)))
    act(scene, ("plan", SELL, "0.3", 5, TriggerType.LAST, None, False, (False, True, 1, 1)))
    act(scene, ("guard", PlanType.LOSS, LONG, "0.7", -2, TriggerType.LAST, False))
    assert len(scene.waiting()) == 4
    act(scene, ("trade", SELL, "0.3", -2))
    assert scene.size() == Decimal("0.3")
