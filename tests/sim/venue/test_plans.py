"""Trigger and trailing orders: when they trigger, what they place, what is refused, what a change does."""

from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import OrderStatus, PlanStatus, PlanType, PositionMode, SymbolStatus
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue import plans as plan_store
from omega_tui.sim.venue.ledger import OrderChanged, PlanChanged, Presets
from omega_tui.sim.venue.plan_requests import LegChange, PlanChange
from tests.sim.venue.plan_scene import MARK, PlanScene
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, SYMBOL

LIVE, EXECUTED, FAILED = PlanStatus.LIVE, PlanStatus.EXECUTED, PlanStatus.FAILED


@pytest.fixture
def scene() -> PlanScene:
    return PlanScene()


@pytest.mark.parametrize(
    ("direction", "trigger", "short_of", "reached"),
    [
        (BUY, "102", "101.9", "102"),
        (BUY, "98", "98.1", "98"),
        (SELL, "102", "101.9", "103"),
        (SELL, "98", "98.1", "97"),
    ],
)
def test_a_trigger_is_crossed_from_where_the_price_stood(
    scene: PlanScene, direction: str, trigger: str, short_of: str, reached: str
) -> None:
    """Either side of the market is legal for either direction; one that fires at once costs money."""
    plan = scene.trigger(BUY if direction == "buy" else SELL, "1", trigger)
    scene.last(short_of)
    assert scene.status(plan) is LIVE
    scene.last(reached)
    assert scene.told(plan) == [LIVE, PlanStatus.EXECUTING, EXECUTED]
    order = scene.placed_by(plan)
    assert (order.direction, order.filled, order.order_source) == (direction, Decimal(1), "plan_market")


def test_a_mark_trigger_is_deaf_to_trades_and_the_other_way_round(scene: PlanScene) -> None:
    by_mark, by_last = scene.trigger(BUY, "1", "105", by=MARK), scene.trigger(BUY, "1", "104")
    scene.last("110")
    assert (scene.status(by_mark), scene.status(by_last)) == (LIVE, EXECUTED)
    scene.last("100")
    other = scene.trigger(BUY, "1", "104")
    scene.facts(mark_price="105")
    assert (scene.status(by_mark), scene.status(other)) == (EXECUTED, LIVE)


def test_a_limit_plan_rests_at_its_own_price(scene: PlanScene) -> None:
    plan = scene.trigger(BUY, "1", "99", "98.5", client_oid="mine")
    assert scene.venue.pending() == [], "nothing rests before the trigger"
    scene.last("99")
    order = scene.placed_by(plan)
    assert (order.price, order.status, order.order_source) == (
        Decimal("98.5"),
        OrderStatus.LIVE,
        "plan_limit",
    )
    assert plan.client_oid == "mine" != order.client_oid, "the order has a name of its own"


def test_the_traders_own_fills_trigger(scene: PlanScene) -> None:
    """The own trade sets the last price; a look only after market events would come too late."""
    plan = scene.trigger(SELL, "0.5", "100.2")
    scene.buy("2")
    assert scene.status(plan) is EXECUTED
    assert scene.size() == Decimal("1.5")


def test_plans_reached_together_run_in_the_order_of_their_creation(scene: PlanScene) -> None:
    """The first one's own trade moves the price back below the second one's trigger: that was reached."""
    first, second = scene.trigger(SELL, "1", "101"), scene.trigger(BUY, "1", "101")
    scene.last("101")
    assert [scene.status(plan) for plan in (first, second)] == [EXECUTED, EXECUTED]
    changes = [event for event in scene.events if isinstance(event, OrderChanged | PlanChanged)][-6:]
    told = [
        event.plan.plan_id if isinstance(event, PlanChanged) else event.order.order_id for event in changes
    ]
    one, two = scene.placed_by(first).order_id, scene.placed_by(second).order_id
    assert told == [one, one, first.plan_id, two, two, second.plan_id]


def test_a_refused_execution_fails_the_plan(scene: PlanScene) -> None:
    poor = scene.trigger(BUY, "40", "101", "150")
    nothing_to_reduce = scene.trigger(SELL, "1", "101", reduce_only=True)
    scene.last("101")
    assert (scene.status(poor), scene.status(nothing_to_reduce)) == (FAILED, FAILED)
    assert scene.now_of(poor).execute_order_id is None
    assert scene.venue.finished() == scene.venue.pending() == []


def test_a_decided_plan_never_triggers_again(scene: PlanScene) -> None:
    plan = scene.trigger(BUY, "1", "101")
    scene.last("101")
    scene.last("100")
    scene.last("101")
    assert len(scene.venue.finished()) == 1
    with pytest.raises(Refused) as refused:
        scene.venue.plans.cancel(plan.plan_id, None, SYMBOL, {PlanType.NORMAL})
    assert refused.value.code == "43026"


def test_a_hedge_plan_closes_what_it_says() -> None:
    scene = PlanScene(PositionMode.HEDGE)
    scene.hold(LONG, "1")
    scene.hold(SHORT, "1")
    plan = scene.trigger(SELL, "1", "99", hold=LONG, closes=True)
    scene.last("99")
    assert scene.status(plan) is EXECUTED
    assert (scene.size(LONG), scene.size(SHORT)) == (0, 1)


@pytest.mark.parametrize(
    ("direction", "armed_at", "path", "turn"),
    [
        (SELL, "102", ["101.9", "95", "102", "110", "108"], "107.8"),
        (BUY, "98", ["98.1", "105", "98", "90", "91.7"], "91.8"),
    ],
)
def test_a_trailing_order_turns_from_its_best_price(
    scene: PlanScene, direction: str, armed_at: str, path: list[str], turn: str
) -> None:
    """Unarmed it does not trail; armed it turns two percent from the extreme, not from the activation."""
    plan = scene.trigger(
        BUY if direction == "buy" else SELL, "1", armed_at, kind=PlanType.TRACK, callback="2"
    )
    for price in path:
        scene.last(price)
        assert scene.status(plan) is LIVE, price
    scene.last(turn)
    assert scene.status(plan) is EXECUTED
    assert scene.placed_by(plan).order_source == "tracking_market"


def test_a_trailing_order_tells_nothing_while_it_follows(scene: PlanScene) -> None:
    plan = scene.trigger(SELL, "1", "102", kind=PlanType.TRACK, callback="5")
    for price in ("102", "103", "104"):
        scene.last(price)
    assert scene.told(plan) == [LIVE]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"trigger": "0"}, "45052"),
        ({"trigger": "101.05"}, "45115"),
        ({"size": "0.0005"}, "40808"),
        ({"size": "0"}, "40808"),
        ({"price": "99.95"}, "45115"),
        ({"kind": PlanType.TRACK}, "40019"),
        ({"kind": PlanType.TRACK, "callback": "0"}, "43032"),
        ({"kind": PlanType.TRACK, "callback": "10.1"}, "40020"),
        ({"kind": PlanType.TRACK, "callback": "1", "trigger": "101"}, "43034"),
        ({"presets": Presets(take_profit=Decimal(101))}, "40895"),
        ({"presets": Presets(stop_loss=Decimal(101))}, "40895"),
        ({"presets": Presets(take_profit=Decimal(102)), "reduce_only": True}, "40808"),
        ({"presets": Presets(stop_loss=Decimal(99), stop_loss_execute=Decimal(-1))}, "45051"),
        (
            {
                "kind": PlanType.TRACK,
                "callback": "1",
                "trigger": "99",
                "presets": Presets(take_profit=Decimal(1000)),
            },
            "43056",
        ),
    ],
)
def test_what_is_refused(scene: PlanScene, changes: dict[str, object], code: str) -> None:
    asked: dict[str, object] = {"size": "1", "trigger": "101", **changes}
    with pytest.raises(Refused) as refused:
        scene.trigger(BUY, **asked)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert scene.waiting() == []


def test_a_client_id_is_used_once_and_the_contract_holds_so_many() -> None:
    scene = PlanScene(choices=Choices(plans_per_symbol=2))
    scene.trigger(BUY, "1", "101", client_oid="mine")
    with pytest.raises(Refused, match="45034"):
        scene.trigger(BUY, "1", "101", client_oid="mine")
    scene.trigger(BUY, "1", "101", kind=PlanType.NORMAL)
    with pytest.raises(Refused, match="40889"):
        scene.trigger(BUY, "1", "101")


def test_a_hedge_account_must_say_what_a_plan_opens() -> None:
    with pytest.raises(Refused, match="40774"):
        PlanScene(PositionMode.HEDGE).trigger(BUY, "1", "101")


def modify(scene: PlanScene, plan_id: str, change: PlanChange) -> None:
    scene.venue.plans.modify(plan_id, None, None, change)


def test_a_modified_trigger_is_crossed_from_where_the_price_is_now(scene: PlanScene) -> None:
    plan = scene.trigger(BUY, "1", "105")
    scene.last("103")
    modify(scene, plan.plan_id, PlanChange(trigger_price=Decimal(102)))
    assert scene.status(plan) is LIVE, "102 lies below the market now: it waits for a fall"
    scene.last("102.1")
    assert scene.status(plan) is LIVE
    scene.last("102")
    assert scene.status(plan) is EXECUTED


def test_a_modified_size_leaves_everything_else(scene: PlanScene) -> None:
    plan = scene.trigger(BUY, "1", "105", presets=Presets(take_profit=Decimal(120)))
    modify(scene, plan.plan_id, PlanChange(size=Decimal(2)))
    after = scene.now_of(plan)
    assert (after.order.size, after.trigger_price, after.plan_id) == (2, 105, plan.plan_id)
    assert after.order.presets == plan.order.presets
    assert after.client_oid == plan.client_oid


def test_a_modify_removes_one_leg_with_zero_and_keeps_the_other(scene: PlanScene) -> None:
    presets = Presets(Decimal(120), Decimal(90), take_profit_execute=Decimal(121))
    plan = scene.trigger(BUY, "1", "105", presets=presets)
    modify(scene, plan.plan_id, PlanChange(take_profit=LegChange(trigger_price=Decimal(0))))
    assert scene.now_of(plan).order.presets == Presets(stop_loss=Decimal(90))
    modify(scene, plan.plan_id, PlanChange(stop_loss=LegChange(Decimal(91), Decimal("90.5"), MARK)))
    after = scene.now_of(plan).order.presets
    assert (after.stop_loss, after.stop_loss_execute, after.stop_loss_type) == (91, Decimal("90.5"), MARK)


def test_a_trailing_order_keeps_its_best_price_unless_its_activation_changes(scene: PlanScene) -> None:
    plan = scene.trigger(SELL, "1", "102", kind=PlanType.TRACK, callback="5")
    scene.last("110")
    scene.last("109")
    modify(scene, plan.plan_id, PlanChange(callback=Decimal(4), trigger_price=Decimal(102)))
    assert scene.now_of(plan).extreme == 110, "sent along unchanged, it changes nothing"
    modify(scene, plan.plan_id, PlanChange(trigger_price=Decimal(115)))
    assert scene.now_of(plan).extreme is None
    scene.last("100")
    assert scene.status(plan) is LIVE, "it has to be armed anew"


def test_cancelling_by_type_and_many(scene: PlanScene) -> None:
    """The default type of Bitget's route is the plain trigger: another type's id is not found there."""
    trailing = scene.trigger(SELL, "1", "102", kind=PlanType.TRACK, callback="5")
    plain = scene.trigger(BUY, "1", "105")
    plans = scene.venue.plans
    with pytest.raises(Refused, match="43025"):
        plans.cancel(trailing.plan_id, None, SYMBOL, {PlanType.NORMAL})
    with pytest.raises(Refused, match="43033"):
        plans.cancel(plain.plan_id, None, SYMBOL, {PlanType.TRACK})
    with pytest.raises(Refused, match="43025"):
        plans.cancel(plain.plan_id, None, "ETHUSDT", {PlanType.NORMAL})
    assert [plan.plan_id for plan in plans.cancel_many(SYMBOL, {PlanType.NORMAL})] == [plain.plan_id]
    assert scene.status(plain) is PlanStatus.CANCELLED
    with pytest.raises(Refused, match="22001"):
        plans.cancel_many(SYMBOL, {PlanType.NORMAL})
    assert scene.waiting() == [trailing]


def test_the_position_mode_is_frozen_while_plans_wait(scene: PlanScene) -> None:
    """A plan made for one mode would be nonsense in the other."""
    scene.trigger(BUY, "1", "105")
    with pytest.raises(Refused, match="40920"):
        scene.venue.settings.set_position_mode(PositionMode.HEDGE)


def test_a_modify_must_change_something(scene: PlanScene) -> None:
    plan = scene.trigger(BUY, "1", "105")
    with pytest.raises(Refused, match="40923"):
        modify(scene, plan.plan_id, PlanChange())


def test_a_symbol_under_maintenance_takes_no_plans(scene: PlanScene) -> None:
    """A stop that waits in a market that will not trade protects nobody; the trader must hear it at once."""
    scene.hold(LONG, "1")
    waiting = scene.trigger(SELL, "1", "98")
    scene.venue.listings.change(SYMBOL, SymbolStatus.MAINTAIN)
    with pytest.raises(Refused, match="41114"):
        scene.trigger(BUY, "1", "105")
    with pytest.raises(Refused, match="41114"):
        scene.guard(PlanType.POSITION_LOSS, LONG, "95")
    scene.last("98")
    assert scene.status(waiting) is FAILED


def test_a_long_life_forgets_decided_plans_and_keeps_what_waits(
    scene: PlanScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_store, "_REMEMBERED", 3)
    waiting = scene.trigger(BUY, "1", "150", client_oid="waits")
    gone = []
    for number in range(5):
        plan = scene.trigger(BUY, "1", "150", client_oid=f"gone-{number}")
        gone.append(scene.venue.plans.cancel(plan.plan_id, None, SYMBOL, {PlanType.NORMAL}).plan_id)
    assert [plan.plan_id for plan in scene.venue.plans.decided()] == gone[:1:-1]
    assert scene.waiting() == [waiting]
    scene.trigger(BUY, "1", "150", client_oid="gone-0")
    with pytest.raises(Refused, match="45034"):
        scene.trigger(BUY, "1", "150", client_oid="gone-4")
