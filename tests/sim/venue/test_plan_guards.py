"""Take profit and stop loss of positions: what they close, when they end, what presets become."""

from decimal import Decimal

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import OrderStatus, PlanStatus, PlanType, PositionMode, TriggerType
from omega_tui.sim.refusals import Refused
from omega_tui.sim.venue.ledger import Presets
from omega_tui.sim.venue.plan_requests import GuardChange, GuardRequest
from tests.sim.venue.plan_scene import LAST, MARK, PlanScene
from tests.sim.venue.scene import BUY, LONG, SELL, SHORT, SYMBOL

PROFIT, LOSS, MOVING = PlanType.PROFIT, PlanType.LOSS, PlanType.MOVING
WHOLE_PROFIT, WHOLE_LOSS = PlanType.POSITION_PROFIT, PlanType.POSITION_LOSS
LIVE, EXECUTED, CANCELLED = PlanStatus.LIVE, PlanStatus.EXECUTED, PlanStatus.CANCELLED
BOTH_MODES = pytest.mark.parametrize("mode", list(PositionMode))


@pytest.fixture
def scene() -> PlanScene:
    scene = PlanScene()
    scene.deep("100")
    return scene


@BOTH_MODES
@pytest.mark.parametrize(
    ("kind", "side", "trigger", "source"),
    [
        (PROFIT, LONG, "105", "profit_market"),
        (LOSS, LONG, "95", "loss_market"),
        (PROFIT, SHORT, "95", "profit_market"),
        (LOSS, SHORT, "105", "loss_market"),
    ],
)
def test_a_part_is_closed_at_the_trigger(
    mode: PositionMode, kind: PlanType, side: str, trigger: str, source: str
) -> None:
    held = LONG if side == "long" else SHORT
    scene = PlanScene(mode)
    scene.deep("100")
    scene.hold(held, "3")
    guard = scene.guard(kind, held, trigger, size="1")
    scene.deep(trigger)
    assert scene.status(guard) is LIVE, "the book alone is no last price"
    scene.last(trigger)
    assert scene.status(guard) is EXECUTED
    assert scene.size(held) == 2
    order = scene.placed_by(guard)
    assert (order.order_source, order.reduce_only, order.filled) == (source, True, 1)


@BOTH_MODES
def test_whole_position_guards_follow_its_size_and_end_together(mode: PositionMode) -> None:
    """A stop that closes what was held when it was set leaves a later addition naked."""
    scene = PlanScene(mode)
    scene.deep("100")
    scene.hold(LONG, "1")
    profit, loss = scene.guard(WHOLE_PROFIT, LONG, "105"), scene.guard(WHOLE_LOSS, LONG, "95")
    scene.hold(LONG, "2")
    scene.deep("94")
    scene.last("94")
    assert scene.size() == 0
    assert (scene.status(profit), scene.status(loss)) == (CANCELLED, EXECUTED)
    assert scene.placed_by(loss).order_source == "pos_loss_market"
    assert scene.placed_by(loss).filled == 3


def test_take_profit_and_stop_loss_reached_together_close_once(scene: PlanScene) -> None:
    """By mark and by last both can be reached at one moment: the second must not turn the position around."""
    scene.hold(LONG, "1")
    loss = scene.guard(WHOLE_LOSS, LONG, "98", by=MARK)
    profit = scene.guard(PROFIT, LONG, "104", size="1")
    scene.deep("104")
    scene.buy("1")
    scene.sell("1")
    assert scene.status(profit) is EXECUTED
    scene.facts(mark_price="97")
    assert scene.status(loss) is CANCELLED
    assert (scene.size(LONG), scene.size(SHORT)) == (0, 0)


def test_both_legs_in_one_tick_never_flip(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    first = scene.guard(PROFIT, LONG, "101", size="1")
    second = scene.guard(PROFIT, LONG, "101", size="0.5")
    scene.deep("101")
    scene.last("101")
    assert (scene.status(first), scene.status(second)) == (EXECUTED, CANCELLED)
    assert (scene.size(LONG), scene.size(SHORT)) == (0, 0)


def test_a_guard_is_cut_to_what_is_left(scene: PlanScene) -> None:
    scene.hold(LONG, "3")
    guard = scene.guard(LOSS, LONG, "95", size="3")
    scene.sell("2")
    scene.last("95")
    assert scene.placed_by(guard).filled == 1
    assert (scene.size(LONG), scene.size(SHORT)) == (0, 0)


def test_a_limit_guard_is_cut_too() -> None:
    """A hedge account refuses a limit close of more than is held: uncut, the stop would fail."""
    scene = PlanScene(PositionMode.HEDGE)
    scene.deep("100")
    scene.hold(LONG, "3")
    guard = scene.guard(LOSS, LONG, "95", size="3", execute="96")
    scene.close(LONG, "2")
    scene.last("95")
    assert scene.placed_by(guard).size == 1


def test_a_guard_reached_together_with_the_end_of_its_position_leaves_the_next_alone(
    scene: PlanScene,
) -> None:
    """In one tick a plan closes the position and another opens the next: the old stop is not for that one."""
    scene.hold(LONG, "1")
    scene.trigger(SELL, "1", "95")
    scene.trigger(BUY, "1", "95")
    guard = scene.guard(WHOLE_LOSS, LONG, "95")
    scene.last("95")
    assert scene.status(guard) is CANCELLED
    assert scene.size() == 1


def test_a_liquidation_takes_the_stop_along() -> None:
    """One jump of the mark price reaches both: what is liquidated is not sold once more."""
    scene = PlanScene(balance="100")
    scene.deep("100")
    scene.hold(LONG, "9")
    guard = scene.guard(WHOLE_LOSS, LONG, "95", by=MARK)
    scene.facts(mark_price="88")
    assert scene.status(guard) is CANCELLED
    assert (scene.size(LONG), scene.size(SHORT)) == (0, 0)


def test_a_limit_guard_rests_until_it_fills(scene: PlanScene) -> None:
    scene.hold(LONG, "2")
    guard = scene.guard(WHOLE_PROFIT, LONG, "105", execute="106")
    scene.last("105")
    order = scene.placed_by(guard)
    assert (order.status, order.price, order.order_source) == (
        OrderStatus.LIVE,
        Decimal(106),
        "pos_profit_limit",
    )
    scene.trade("107", "5", BUY)
    assert scene.size() == 0


def test_a_stop_of_the_whole_hedge_position_takes_resting_closes_along() -> None:
    """A resting close reserves its part; the stop of the whole must not leave that part behind."""
    scene = PlanScene(PositionMode.HEDGE)
    scene.deep("100")
    scene.hold(LONG, "2")
    resting = scene.close(LONG, "1.5", "104")
    scene.guard(WHOLE_LOSS, LONG, "95")
    scene.deep("95")
    scene.last("95")
    assert scene.state_of(resting).status is OrderStatus.CANCELED
    assert scene.size() == 0


@BOTH_MODES
def test_guards_end_with_their_position_and_leave_the_next_alone(mode: PositionMode) -> None:
    """A stop of yesterday's position that closes today's is the classic orphan."""
    scene = PlanScene(mode)
    scene.deep("100")
    scene.hold(LONG, "1")
    old = scene.guard(LOSS, LONG, "95", size="1")
    scene.venue.closer.close(SYMBOL, LONG)
    assert scene.status(old) is CANCELLED
    scene.hold(LONG, "1")
    scene.last("94")
    assert scene.size() == 1


def test_a_flip_ends_the_guards_of_the_side_it_left(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    guard = scene.guard(WHOLE_LOSS, LONG, "95")
    scene.sell("3")
    assert scene.status(guard) is CANCELLED
    assert scene.size(SHORT) == 2


@pytest.mark.parametrize(
    ("side", "path", "turn"),
    [
        (LONG, ["104.9", "99", "105", "110", "107"], "106.7"),
        (SHORT, ["95.1", "101", "95", "90", "92"], "92.7"),
    ],
)
def test_a_trailing_guard_locks_profit_in(scene: PlanScene, side: str, path: list[str], turn: str) -> None:
    held = LONG if side == "long" else SHORT
    scene.hold(held, "2")
    guard = scene.guard(MOVING, held, path[2], size="1", callback="3")
    for price in path:
        scene.last(price)
        assert scene.status(guard) is LIVE, price
    scene.last(turn)
    assert scene.status(guard) is EXECUTED
    assert scene.placed_by(guard).order_source == "move_market"
    assert scene.size(held) == 1


def test_a_trailing_guard_keeps_its_best_price_unless_its_activation_changes(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    guard = scene.guard(MOVING, LONG, "105", size="1", callback="3")
    scene.last("110")
    scene.last("109")
    guards = scene.venue.plans.guards
    guards.modify(guard.plan_id, None, SYMBOL, GuardChange(Decimal(105), callback=Decimal(4)))
    assert (scene.now_of(guard).extreme, scene.now_of(guard).callback) == (110, 4)
    guards.modify(guard.plan_id, None, SYMBOL, GuardChange(Decimal(112)))
    assert scene.now_of(guard).extreme is None


@pytest.mark.parametrize(
    ("kind", "side", "trigger", "by", "code"),
    [
        (WHOLE_PROFIT, LONG, "100", LAST, "40830"),
        (WHOLE_PROFIT, SHORT, "100", LAST, "40832"),
        (WHOLE_LOSS, LONG, "100", LAST, "40834"),
        (WHOLE_LOSS, SHORT, "100", LAST, "40836"),
        (WHOLE_PROFIT, LONG, "99", MARK, "40915"),
        (WHOLE_PROFIT, SHORT, "101", MARK, "40832"),
        (WHOLE_LOSS, LONG, "101", MARK, "40917"),
        (WHOLE_LOSS, SHORT, "99", MARK, "45122"),
    ],
)
def test_a_guard_on_the_wrong_side_is_refused(
    scene: PlanScene, kind: PlanType, side: str, trigger: str, by: TriggerType, code: str
) -> None:
    held = LONG if side == "long" else SHORT
    scene.hold(held, "1")
    scene.last("100")
    with pytest.raises(Refused) as refused:
        scene.guard(kind, held, trigger, by=by)
    assert refused.value.code == code
    assert scene.waiting() == []


def test_the_mark_price_is_named(scene: PlanScene) -> None:
    scene.hold(SHORT, "1")
    scene.facts(mark_price="106.8")
    with pytest.raises(Refused) as refused:
        scene.guard(WHOLE_LOSS, SHORT, "105", by=MARK)
    assert refused.value.message == "Short position stop loss price please > mark price 106.8"


def test_a_stop_may_lock_profit_in_unless_the_entry_is_asked_for(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    scene.last("110")
    assert scene.status(scene.guard(WHOLE_LOSS, LONG, "105")) is LIVE
    strict = PlanScene(choices=Choices(tpsl_measured_by_entry=True))
    strict.hold(LONG, "1")
    strict.last("110")
    with pytest.raises(Refused, match="40833"):
        strict.guard(WHOLE_LOSS, LONG, "105")


@pytest.mark.parametrize(
    ("size", "trigger", "callback", "kind", "code"),
    [
        ("3", "95", None, LOSS, "43023"),
        ("0", "95", None, LOSS, "40808"),
        ("1", "95.05", None, LOSS, "45115"),
        ("1", "-1", None, LOSS, "45052"),
        ("1", "105", None, MOVING, "40019"),
        ("1", "105", "11", MOVING, "40020"),
        ("1", "95", "1", MOVING, "43035"),
    ],
)
def test_what_a_guard_is_refused_for(
    scene: PlanScene, size: str, trigger: str, callback: str | None, kind: PlanType, code: str
) -> None:
    scene.hold(LONG, "2")
    scene.last("100")
    with pytest.raises(Refused) as refused:
        scene.guard(kind, LONG, trigger, size=size, callback=callback)
    assert refused.value.code == code


def test_without_a_position_there_is_nothing_to_guard(scene: PlanScene) -> None:
    scene.hold(SHORT, "1")
    with pytest.raises(Refused, match="40837"):
        scene.guard(WHOLE_LOSS, LONG, "95")


def test_a_second_guard_of_the_whole_is_refused_or_changes_the_first(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    first = scene.guard(WHOLE_LOSS, LONG, "95")
    again = scene.guard(WHOLE_LOSS, LONG, "96")
    assert (again.plan_id, again.client_oid, again.trigger_price) == (first.plan_id, first.client_oid, 96)
    wanted = [
        GuardRequest(kind, SYMBOL, LONG, Decimal(at)) for kind, at in ((WHOLE_PROFIT, 120), (WHOLE_LOSS, 97))
    ]
    profit, loss = scene.venue.plans.guards.set_all(wanted)
    assert (loss.plan_id, loss.trigger_price) == (first.plan_id, 97)
    assert [guard.plan_id for guard in scene.waiting()] == [first.plan_id, profit.plan_id]
    strict = PlanScene(choices=Choices(second_position_tpsl_refused=True))
    strict.hold(LONG, "1")
    strict.guard(WHOLE_LOSS, LONG, "95")
    with pytest.raises(Refused, match="43031"):
        strict.guard(WHOLE_LOSS, LONG, "96")


def test_set_together_is_all_or_nothing(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    wanted = [
        GuardRequest(kind, SYMBOL, LONG, Decimal(at)) for kind, at in ((WHOLE_PROFIT, 120), (WHOLE_LOSS, 130))
    ]
    with pytest.raises(Refused, match="40834"):
        scene.venue.plans.guards.set_all(wanted)
    assert scene.waiting() == []


def test_two_legs_cannot_share_a_client_id(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    wanted = [
        GuardRequest(kind, SYMBOL, LONG, Decimal(at), client_oid="mine")
        for kind, at in ((WHOLE_PROFIT, 120), (WHOLE_LOSS, 90))
    ]
    with pytest.raises(Refused, match="45034"):
        scene.venue.plans.guards.set_all(wanted)
    assert scene.waiting() == []


def test_only_so_many_guards_wait_in_a_contract() -> None:
    scene = PlanScene(choices=Choices(tpsl_per_symbol=1))
    scene.hold(LONG, "1")
    scene.guard(LOSS, LONG, "95", size="0.5")
    with pytest.raises(Refused, match="40890"):
        scene.guard(LOSS, LONG, "96", size="0.5")


def test_a_guard_is_modified_in_place(scene: PlanScene) -> None:
    scene.hold(LONG, "2")
    part, whole = scene.guard(LOSS, LONG, "95", size="1"), scene.guard(WHOLE_LOSS, LONG, "90")
    guards = scene.venue.plans.guards
    guards.modify(part.plan_id, None, SYMBOL, GuardChange(Decimal(96), MARK, Decimal("95.9"), Decimal(2)))
    after = scene.now_of(part)
    assert (after.trigger_price, after.trigger_type, after.order.price, after.order.size) == (
        96,
        MARK,
        Decimal("95.9"),
        2,
    )
    guards.modify(None, whole.client_oid, SYMBOL, GuardChange(Decimal(91), size=Decimal("0.002")))
    assert scene.now_of(whole).order.size == 0, "clients send a size for the whole position too"
    with pytest.raises(Refused, match="40834"):
        guards.modify(part.plan_id, None, SYMBOL, GuardChange(Decimal(120), LAST))
    scene.last("90")
    with pytest.raises(Refused, match="43021"):
        guards.modify(whole.plan_id, None, SYMBOL, GuardChange(Decimal(89)))
    with pytest.raises(Refused, match="43020"):
        guards.modify("7", None, SYMBOL, GuardChange(Decimal(89)))


def test_a_failed_stop_is_told_as_failed(scene: PlanScene) -> None:
    scene.hold(LONG, "1")
    guard = scene.guard(WHOLE_LOSS, LONG, "95")
    scene.snapshot((), ())
    scene.last("95")
    assert scene.status(guard) is PlanStatus.FAILED
    assert scene.size() == 1


def test_presets_of_a_filled_order_guard_the_position(scene: PlanScene) -> None:
    presets = Presets(Decimal(110), Decimal(90), stop_loss_execute=Decimal("89.5"))
    scene.venue.place(scene.spec(BUY, "1", presets=presets))
    profit, loss = scene.waiting()
    assert (profit.plan_type, profit.trigger_price, profit.order.price) == (WHOLE_PROFIT, 110, None)
    assert (loss.plan_type, loss.trigger_price, loss.order.price) == (WHOLE_LOSS, 90, Decimal("89.5"))


def test_presets_wait_for_the_first_fill_and_guard_from_then_on(scene: PlanScene) -> None:
    """Half filled is held, and what is held is guarded at once; the rest does not double the guards."""
    presets = Presets(Decimal(110), Decimal(90))
    order = scene.venue.place(scene.spec(BUY, "2", "99", presets=presets))
    assert scene.waiting() == []
    scene.trade("98.9", "0.5", SELL)
    assert [guard.trigger_price for guard in scene.waiting()] == [110, 90]
    loss = scene.waiting()[1]
    scene.venue.plans.guards.modify(loss.plan_id, None, SYMBOL, GuardChange(Decimal(92)))
    scene.trade("98.9", "1.5", SELL)
    assert scene.state_of(order).status is OrderStatus.FILLED
    assert [guard.trigger_price for guard in scene.waiting()] == [110, 92], "what the trader changed stays"


def test_a_guard_that_the_trader_cancelled_does_not_come_back_with_the_next_fill(scene: PlanScene) -> None:
    scene.venue.place(scene.spec(BUY, "2", "99", presets=Presets(stop_loss=Decimal(90))))
    scene.trade("98.9", "0.5", SELL)
    (loss,) = scene.waiting()
    scene.venue.plans.cancel(loss.plan_id, None, SYMBOL, {WHOLE_LOSS})
    scene.trade("98.9", "5", SELL)
    assert scene.size() == 2
    assert scene.waiting() == []


def test_an_older_orders_next_fill_leaves_newer_presets_alone(scene: PlanScene) -> None:
    """The first order fills on after the second one set a tighter stop: the stop must not slip back."""
    scene.venue.place(scene.spec(BUY, "2", "99", presets=Presets(stop_loss=Decimal(90))))
    scene.trade("98.9", "0.5", SELL)
    scene.venue.place(scene.spec(BUY, "1", presets=Presets(stop_loss=Decimal(95))))
    scene.trade("98.9", "5", SELL)
    assert [guard.trigger_price for guard in scene.waiting()] == [95]


def test_an_order_guards_the_next_position_too(scene: PlanScene) -> None:
    """The position that its first fill opened is gone; the one that its next fill opens is as naked."""
    scene.venue.place(scene.spec(BUY, "2", "99", presets=Presets(stop_loss=Decimal(90))))
    scene.trade("98.9", "0.5", SELL)
    scene.venue.closer.close(SYMBOL, LONG)
    assert scene.waiting() == []
    scene.trade("98.9", "0.5", SELL)
    assert [guard.trigger_price for guard in scene.waiting()] == [90]


def test_new_presets_replace_the_positions_guards_leg_by_leg(scene: PlanScene) -> None:
    scene.venue.place(scene.spec(BUY, "1", presets=Presets(Decimal(110), Decimal(90))))
    before = scene.waiting()
    scene.venue.place(scene.spec(BUY, "1", presets=Presets(stop_loss=Decimal(95))))
    assert [guard.plan_id for guard in scene.waiting()] == [guard.plan_id for guard in before]
    assert [guard.trigger_price for guard in scene.waiting()] == [110, 95]


def test_presets_over_the_opened_size_grow_with_every_fill() -> None:
    scene = PlanScene(choices=Choices(presets_guard_whole_position=False))
    scene.deep("100")
    scene.venue.place(scene.spec(BUY, "2", "99", presets=Presets(stop_loss=Decimal(90))))
    scene.trade("98.9", "0.5", SELL)
    scene.trade("98.9", "1", SELL)
    (guard,) = scene.waiting()
    assert (guard.plan_type, guard.order.size) == (LOSS, Decimal("1.5"))


def test_a_flip_guards_only_what_it_opened() -> None:
    """The order's whole size on the new side would ask to close more than is there."""
    scene = PlanScene(choices=Choices(presets_guard_whole_position=False))
    scene.deep("100")
    scene.hold(SHORT, "1")
    scene.venue.place(scene.spec(BUY, "3", presets=Presets(stop_loss=Decimal(90))))
    (guard,) = scene.waiting()
    assert guard.order.size == 2
    scene.last("89")
    assert (scene.size(LONG), scene.size(SHORT)) == (0, 0)


def test_an_order_that_only_closes_brings_no_guards(scene: PlanScene) -> None:
    scene.hold(SHORT, "2")
    scene.venue.place(scene.spec(BUY, "1", presets=Presets(stop_loss=Decimal(90))))
    assert scene.waiting() == []
    with pytest.raises(Refused, match="40808"):
        scene.venue.place(scene.spec(BUY, "1", reduce_only=True, presets=Presets(stop_loss=Decimal(90))))


def test_presets_on_a_hedge_close_guard_nothing() -> None:
    """The rest of the position must not get a stop that was meant for nothing."""
    scene = PlanScene(PositionMode.HEDGE, Choices(closing_presets_refused=False))
    scene.deep("100")
    scene.hold(LONG, "2")
    spec = scene.spec(SELL, "1", hold=LONG, closes=True, presets=Presets(stop_loss=Decimal(90)))
    scene.venue.place(spec)
    assert scene.size() == 1
    assert scene.waiting() == []


@pytest.mark.parametrize(
    ("direction", "price", "presets", "code"),
    [
        (BUY, "99", Presets(take_profit=Decimal(99)), "45064"),
        (SELL, "101", Presets(take_profit=Decimal(102)), "45065"),
        (BUY, "99", Presets(stop_loss=Decimal(99)), "45066"),
        (SELL, "101", Presets(stop_loss=Decimal(100)), "45067"),
        (BUY, None, Presets(take_profit=Decimal(99)), "45060"),
        (SELL, None, Presets(take_profit=Decimal(101)), "45061"),
        (BUY, None, Presets(stop_loss=Decimal(101)), "45062"),
        (SELL, None, Presets(stop_loss=Decimal(99)), "40836"),
    ],
)
def test_presets_on_the_wrong_side_are_refused(
    scene: PlanScene, direction: str, price: str | None, presets: Presets, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        scene.venue.place(scene.spec(BUY if direction == "buy" else SELL, "1", price, presets=presets))
    assert refused.value.code == code
    assert scene.venue.pending() == scene.venue.positions() == []


def test_what_the_market_left_behind_triggers_at_once(scene: PlanScene) -> None:
    """The order rests, the market crashes through order and stop: the position must not stay naked."""
    scene.venue.place(scene.spec(BUY, "1", "98", presets=Presets(stop_loss=Decimal(97))))
    scene.deep("90")
    scene.trade("90", "1", SELL)
    assert scene.size() == 0
    assert scene.venue.plans.decided()[0].status is EXECUTED


def test_a_plan_brings_its_own_guards_with_their_trigger_types(scene: PlanScene) -> None:
    presets = Presets(Decimal(110), Decimal(95), take_profit_type=MARK)
    plan = scene.trigger(BUY, "1", "101", presets=presets)
    assert scene.waiting() == [plan]
    scene.last("101")
    guards = {guard.plan_type: guard for guard in scene.waiting()}
    assert guards[WHOLE_PROFIT].trigger_type is MARK
    assert guards[WHOLE_LOSS].trigger_type is LAST
    assert guards[WHOLE_LOSS].origin_order_id == scene.placed_by(plan).order_id


@pytest.mark.parametrize(("direction", "profit", "loss"), [(BUY, "110.1", "95"), (SELL, "89.9", "104.8")])
def test_a_trailing_orders_percentages_count_from_its_fill(
    scene: PlanScene, direction: str, profit: str, loss: str
) -> None:
    """Bought at 100.1, sold at 99.9: ten percent ahead, five percent behind, on the tick below."""
    presets = Presets(take_profit=Decimal(10), stop_loss=Decimal(5))
    buys = direction == "buy"
    plan = scene.trigger(
        BUY if buys else SELL, "1", "100", kind=PlanType.TRACK, callback="1", presets=presets
    )
    scene.last("101" if buys else "99")
    assert scene.status(plan) is EXECUTED
    guards = {guard.plan_type: guard.trigger_price for guard in scene.waiting()}
    assert guards == {WHOLE_PROFIT: Decimal(profit), WHOLE_LOSS: Decimal(loss)}


def test_a_stop_that_fails_leaves_resting_closes() -> None:
    scene = PlanScene(PositionMode.HEDGE)
    scene.hold(LONG, "1")
    resting = scene.close(LONG, "1", "102")
    stop = scene.guard(PlanType.POSITION_LOSS, LONG, "95")
    scene.snapshot((), ())
    scene.last("95")
    assert scene.status(stop) is PlanStatus.FAILED
    assert scene.venue.pending() == [resting]


def test_an_order_whose_openings_are_gone_is_forgotten() -> None:
    """Two triggers at once fill the rest of a guarded order and close all it opened: its name stayed."""
    scene = PlanScene()
    order = scene.place(scene.spec(BUY, "2", "99.9", presets=Presets(stop_loss=Decimal(90))))
    scene.snapshot((("99.8", "5"),), (("100.1", "5"),))
    scene.trade("99.9", "1", SELL)
    for _ in range(2):
        scene.trigger(SELL, "1", "99.5", by=MARK)
    scene.facts("99.5")
    assert scene.state_of(order).status is OrderStatus.FILLED
    assert (scene.size(LONG), scene.size(SHORT), scene.waiting()) == (0, 0, [])
    assert not scene.venue.plans.runner._guards._guarded


def test_presets_do_not_hide_that_an_order_names_no_side() -> None:
    """A client that forgot `tradeSide` was told that its opening order does not open."""
    scene = PlanScene(PositionMode.HEDGE)
    with pytest.raises(Refused, match="40774"):
        scene.venue.place(scene.spec(BUY, "1", presets=Presets(stop_loss=Decimal(90))))
