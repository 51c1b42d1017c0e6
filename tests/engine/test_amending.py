"""Other terms for a resting order: two orders until one is proven gone, and never a silent gap."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from omega_tui.domain.events import OrderReported, SettingsReported
from omega_tui.domain.orders import MarginMode, Order, OrderChange, OrderState, OrderType, Side, TimeInForce
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.intents import AmendOrder, CancelOrder, Halt
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Stopped, Unknown, never_stopped
from omega_tui.journal import Journal
from tests.engine.fake_gateway import D, FakeGateway, order, position, settings
from tests.engine.rig import Rig, running
from tests.engine.test_order_manager import journal_rows

S = OrderState


def _gateway(*resting: Order, **changes: Any) -> FakeGateway:
    return FakeGateway(open_orders=resting or (order("old"),), **changes)


def _states(rig: Rig) -> dict[str, OrderState]:
    return {row.key: row.state for row in rig.views.orders().rows}


async def _amend(rig: Rig, **terms: Any) -> str:
    """Amend the order `old` and wait until the request has left; the new order's key."""
    receipt = rig.engine.submit(AmendOrder("old", **terms))
    assert receipt.taken, receipt.text
    await rig.until(lambda: rig.gateway.amended)
    return receipt.keys[0]


async def test_the_successor_is_an_intent_on_disk_before_the_request_leaves(tmp_path: Path) -> None:
    """The power goes between the two: an order that nobody knows of would rest at the exchange."""
    seen: list[str] = []

    def amend(change: OrderChange) -> Outcome:
        rows = journal_rows(tmp_path / "j" / "sim.journal", "order.intent")
        seen.extend(msgspec.json.decode(body)["request"]["client_order_id"] for body in rows)
        return Accepted(None, change.new_client_order_id)

    async with running(tmp_path, _gateway(on_amend=amend)) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        assert seen == [new]
        [change] = rig.gateway.amended
        assert change.target.order_id == "9001"
        assert (change.size, change.price) == (D("0.01"), D("59100")), "size and price go together"
        assert (change.take_profit, change.stop_loss) == (None, None)


async def test_both_orders_count_until_the_old_one_is_proven_gone(tmp_path: Path) -> None:
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        await rig.until(lambda: _states(rig) == {"old": S.PENDING_CANCEL, new: S.ACK})
        rig.gateway.emit(OrderReported(order(new, order_id="9002", price="59100")))
        assert _states(rig) == {"old": S.PENDING_CANCEL, new: S.WORKING}
        rig.gateway.emit(OrderReported(order("old", S.CANCELED)))
        assert _states(rig) == {new: S.WORKING}
        assert "amended: buy 0.01 BTCUSDT at 59100 took the place" in rig.log_text()


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Rejected("40922", "not modifiable"), "40922"), (NotSent("no connection"), "no connection")],
)
async def test_a_refused_amendment_leaves_the_old_order_as_it_was(
    tmp_path: Path, outcome: Outcome, words: str
) -> None:
    async with running(tmp_path, _gateway(on_amend=lambda change: outcome)) as rig:
        await rig.until(lambda: _states(rig))
        await _amend(rig, price=D("59100"))
        await rig.until(lambda: _states(rig) == {"old": S.WORKING})
        assert words in rig.log_text()
        assert "not amended: buy 0.01 BTCUSDT at 59000 rests as before" in rig.log_text()
        assert rig.engine.submit(AmendOrder("old", price=D("59200"))).taken, "and can be amended again"


async def test_an_amendment_of_a_vanished_journal_does_not_leave(tmp_path: Path) -> None:
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        assert isinstance(rig.journal, Journal)
        rig.journal.close()
        rig.engine.submit(AmendOrder("old", price=D("59100")))
        await rig.until(lambda: "rests as before" in rig.log_text())
        assert rig.gateway.amended == []


async def test_an_amendment_that_did_nothing_gives_the_old_order_back(tmp_path: Path) -> None:
    """Taken, then neither done: the old order was shown as going for ever."""
    async with running(tmp_path, _gateway(), signature_window_seconds=10.0) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        await rig.until(lambda: _states(rig) == {"old": S.PENDING_CANCEL, new: S.ACK})
        await rig.until_advancing(lambda: _states(rig) == {"old": S.WORKING}, 3)
        assert rig.gateway.canceled == [], "nothing is cancelled as long as nothing took its place"


async def test_an_old_order_that_outlives_its_successor_is_cancelled(tmp_path: Path) -> None:
    """Both live: the exchange took the amendment and forgot the half of it that makes room."""
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        rig.gateway.open_orders = (order("old"), order(new, order_id="9002", price="59100"))
        await rig.until_advancing(lambda: rig.gateway.canceled, 3)
        assert [each.client_order_id for each in rig.gateway.canceled] == ["old"]


@pytest.mark.parametrize(
    ("resting", "words"),
    [
        (order("old", S.PARTIALLY_FILLED, filled="0.004"), "0.004 of it filled already"),
        (replace(order("old"), order_type=OrderType.MARKET, price=None), "market order"),
    ],
)
async def test_what_the_exchange_would_not_amend_is_refused_here(
    tmp_path: Path, resting: Order, words: str
) -> None:
    async with running(tmp_path, _gateway(resting)) as rig:
        await rig.until(lambda: _states(rig))
        receipt = rig.engine.submit(AmendOrder("old", price=D("59100")))
        assert (receipt.taken, words in receipt.text) == (False, True)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({}, "nothing would change"),
        ({"price": D("59000")}, "nothing would change"),
        ({"size": D("0.00001")}, "least size"),
        ({"size": D("-1")}, "above zero"),
        ({"price": D("NaN")}, "above zero"),
        ({"size": D("50")}, "available"),
        ({"trigger_price": D("1")}, "waits for no trigger"),
        ({"price": D("59100"), "stop_loss": D("58000")}, "one after the other"),
        ({"stop_loss": D("59500")}, "lies below its entry, 59000: not at 59500"),
    ],
)
async def test_terms_that_must_not_be_asked_for_are_refused_in_words(
    tmp_path: Path, terms: dict[str, Any], words: str
) -> None:
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        receipt = rig.engine.submit(AmendOrder("old", **terms))
        assert not receipt.taken
        assert words in receipt.text
        await rig.settle()
        assert rig.gateway.amended == []


async def test_an_amendment_passes_the_gates_of_a_new_order(tmp_path: Path) -> None:
    """HALT lets nothing open, and a larger size through the side door is an opening order."""
    closing = order("close", order_id="2", side=Side.SELL, price="61000", reduce_only=True)
    gateway = _gateway(order("old"), closing, positions=(position(),))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: len(_states(rig)) == 2)
        rig.engine.submit(Halt())
        refused = rig.engine.submit(AmendOrder("old", size=D("0.02")))
        assert not refused.taken
        assert rig.engine.submit(AmendOrder("close", price=D("60900"))).taken, "what reduces stays possible"
        await rig.until(lambda: rig.gateway.amended)
        assert rig.gateway.amended[0].reduces, "and leaves as a way out"


async def test_only_one_amendment_of_an_order_at_a_time(tmp_path: Path) -> None:
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        assert rig.engine.submit(AmendOrder("old", price=D("59100"))).taken
        second = rig.engine.submit(AmendOrder("old", price=D("59200")))
        assert not second.taken
        await rig.until(lambda: rig.gateway.amended)
        assert "taking its place" in rig.engine.submit(AmendOrder("old", price=D("59200"))).text
        await rig.settle()
        assert len(rig.gateway.amended) == 1


def _with_legs(**changes: Any) -> Order:
    fields = {"take_profit": D("61000"), "stop_loss": D("58000"), **changes}
    return replace(order("old"), **fields)


async def test_one_leg_changed_sends_the_other_along_and_the_order_stays_itself(tmp_path: Path) -> None:
    gateway = _gateway(_with_legs())
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        amended = _with_legs(take_profit=D("62000"))
        gateway.on_fetch_order, gateway.open_orders = lambda client_order_id: amended, (amended,)
        await _amend(rig, take_profit=D("62000"))
        [change] = gateway.amended
        assert (change.take_profit, change.stop_loss) == (D("62000"), D("58000"))
        assert (change.size, change.price) == (None, None)
        await rig.until(lambda: rig.views.orders().rows[0].take_profit == D("62000"))
        assert _states(rig) == {"old": S.WORKING}


async def test_a_leg_that_got_lost_on_the_way_is_told(tmp_path: Path) -> None:
    """The exchange drops the leg that it was not sent, and says nothing."""
    gateway = _gateway(_with_legs())
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        left = _with_legs(take_profit=D("62000"), stop_loss=None)
        gateway.on_fetch_order, gateway.open_orders = lambda client_order_id: left, (left,)
        await _amend(rig, take_profit=D("62000"))
        await rig.until(lambda: "the stop of buy 0.01" in rig.log_text())
        assert rig.views.orders().rows[0].stop_loss is None


async def test_a_removed_leg_is_gone_once_it_was_read_back(tmp_path: Path) -> None:
    gateway = _gateway(_with_legs())
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        left = _with_legs(take_profit=None)
        gateway.on_fetch_order, gateway.open_orders = lambda client_order_id: left, (left,)
        await _amend(rig, take_profit=D(0))
        assert gateway.amended[0].take_profit == D(0)
        await rig.until(lambda: rig.views.orders().rows[0].take_profit is None)


async def test_a_successor_whose_legs_were_left_behind_is_told(tmp_path: Path) -> None:
    gateway = _gateway(_with_legs())
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        gateway.on_fetch_order = lambda client_order_id: order(client_order_id, order_id="9002")
        gateway.emit(OrderReported(order("old", S.CANCELED)))
        gateway.emit(OrderReported(order(new, order_id="9002", price="59100")))
        await rig.until(lambda: "the stop of buy" in rig.log_text())


def _stop(kind: PlanKind = PlanKind.POSITION_STOP_LOSS, size: str = "0") -> Order:
    plan = Plan(kind, D("58000"), TriggerBy.MARK)
    resting = order("old", side=Side.SELL, size=size, reduce_only=True)
    return replace(resting, plan=plan, price=None, order_type=OrderType.MARKET)


async def test_a_plan_is_amended_in_place_and_keeps_its_ids(tmp_path: Path) -> None:
    async with running(tmp_path, _gateway(_stop(), positions=(position(),))) as rig:
        await rig.until(lambda: _states(rig))
        key = await _amend(rig, trigger_price=D("58500.04"))
        assert key == "old"
        [change] = rig.gateway.amended
        assert change.plan == Plan(PlanKind.POSITION_STOP_LOSS, D("58500.1"), TriggerBy.MARK)
        assert (change.new_client_order_id, change.size) == ("old", None)
        assert list(_states(rig)) == ["old"]
        moved = replace(_stop(), plan=change.plan, updated_ms=None)
        rig.gateway.emit(OrderReported(moved))
        assert rig.views.orders().rows[0].plan == change.plan
        assert journal_rows(tmp_path / "j" / "sim.journal", "order.amend")


@pytest.mark.parametrize("answer", [Rejected("43025", "gone"), Unknown("timed out"), NotSent("limiter")])
async def test_a_plan_whose_amendment_failed_is_as_it_was(tmp_path: Path, answer: Outcome) -> None:
    gateway = _gateway(_stop(), positions=(position(),), on_amend=lambda change: answer)
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        await _amend(rig, trigger_price=D("58500"))
        await rig.settle()
        assert _states(rig) == {"old": S.WORKING}
        assert rig.views.orders().rows[0].plan == _stop().plan


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"trigger_price": D("60500")}, "stop"),
        ({"size": D("0.1")}, "no size of its own"),
        ({"price": D("57000")}, "no limit price"),
        ({"stop_loss": D("57000")}, "brings no stop"),
    ],
)
async def test_terms_that_a_plan_cannot_have_are_refused(
    tmp_path: Path, terms: dict[str, Any], words: str
) -> None:
    """A stop above the mark of a long fires at once."""
    async with running(tmp_path, _gateway(_stop(), positions=(position(),))) as rig:
        await rig.until(lambda: _states(rig))
        receipt = rig.engine.submit(AmendOrder("old", **terms))
        assert not receipt.taken
        assert words in receipt.text


async def test_an_old_order_that_fills_meanwhile_is_no_gap(tmp_path: Path) -> None:
    gateway = _gateway(on_amend=lambda change: Rejected("40922", "not modifiable"))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        rig.engine.submit(AmendOrder("old", price=D("59100")))
        gateway.emit(OrderReported(order("old", S.FILLED, filled="0.01")))
        await rig.until(lambda: not _states(rig))
        assert "old order gone" not in rig.log_text()


@pytest.mark.parametrize("told_first", [0, 1, 2])
@pytest.mark.parametrize("turned", [False, True])
async def test_the_answer_the_end_and_the_beginning_may_come_in_any_order(
    tmp_path: Path, told_first: int, turned: bool
) -> None:
    """The stream overtakes the answer, or the new order is seen before the old one is gone."""
    gateway = _gateway()

    def told(new: str) -> list[OrderReported]:
        news = [
            OrderReported(order("old", S.CANCELED)),
            OrderReported(order(new, order_id="9002", price="59100")),
        ]
        return news[::-1] if turned else news

    def amend(change: OrderChange) -> Outcome:
        gateway.emit(*told(change.new_client_order_id)[:told_first])
        return Accepted(None, change.new_client_order_id)

    gateway.on_amend = amend
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        gateway.open_orders = (order(new, order_id="9002", price="59100"),)
        await rig.settle()
        gateway.emit(*told(new)[told_first:])
        await rig.until(lambda: "took the place of the old order" in rig.log_text())
        assert _states(rig) == {new: S.WORKING}
        assert "refused" not in rig.log_text()
        assert gateway.canceled == []


async def test_a_halt_while_an_entry_trigger_is_being_amended_stops_the_change(tmp_path: Path) -> None:
    """The trigger would have been moved nearer to the price after everything was to stop."""
    trigger = replace(_stop(PlanKind.TRIGGER, "0.01"), reduce_only=False, side=Side.BUY)
    async with running(tmp_path, _gateway(trigger)) as rig:
        await rig.until(lambda: _states(rig))
        assert rig.engine.submit(AmendOrder("old", trigger_price=D("58500"))).taken
        rig.engine.submit(Halt())
        await rig.until(lambda: "not sent: amend" in rig.log_text())
        assert rig.gateway.amended == []


async def test_an_unknown_order_on_the_symbol_forbids_an_amendment_that_opens(tmp_path: Path) -> None:
    """What may be live already has to be settled first; what reduces stays possible."""
    closing = order("close", order_id="2", side=Side.SELL, price="61000", reduce_only=True)
    gateway = _gateway(order("old"), closing, positions=(position(),))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: len(_states(rig)) == 2)
        gateway.on_place = lambda request: Unknown("timed out")
        rig.place()
        await rig.until(lambda: S.UNKNOWN in _states(rig).values())
        refused = rig.engine.submit(AmendOrder("old", price=D("59100")))
        assert (refused.taken, "unknown fate" in refused.text) == (False, True)
        assert rig.engine.submit(AmendOrder("close", price=D("60900"))).taken


async def test_the_id_in_the_answer_is_not_taken_for_the_new_orders(tmp_path: Path) -> None:
    """It may be the old one's: the new order would then be looked for under a dead id."""
    gateway = _gateway(on_amend=lambda change: Accepted(change.target.order_id, change.new_client_order_id))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        await rig.until(lambda: _states(rig) == {"old": S.PENDING_CANCEL, new: S.ACK})
        gateway.open_orders = (order(new, order_id="9002", price="59100"),)
        gateway.emit(OrderReported(order("old", S.CANCELED)))
        gateway.emit(OrderReported(gateway.open_orders[0]))
        assert _states(rig) == {new: S.WORKING}


def _trigger(**changes: Any) -> Order:
    """An entry that waits for 61000 and brings its stop."""
    plan = Plan(PlanKind.TRIGGER, D("61000"), TriggerBy.MARK)
    resting = replace(order("old"), plan=plan, price=None, order_type=OrderType.MARKET, stop_loss=D("60500"))
    return replace(resting, **changes)


@pytest.mark.parametrize(
    ("resting", "terms", "words"),
    [
        (_with_legs(), {"price": D("57900")}, "the stop of a long lies below its entry, 57900: not at 58000"),
        (_with_legs(), {"price": D("61500")}, "the target of a long lies above its entry, 61500"),
        (_with_legs(take_profit=None, stop_loss=D("59950")), {"price": D("60300")}, ""),
        (_with_legs(take_profit=None, stop_loss=D("60100")), {"price": D("60300")}, "60000: not at 60100"),
        (_trigger(), {"trigger_price": D("60400")}, "the stop of a long lies below its entry, 60400"),
        (_trigger(), {"stop_loss": D("61100")}, "the stop of a long lies below its entry, 61000"),
        (_trigger(), {"trigger_price": D("60900")}, ""),
    ],
)
async def test_an_amendment_leaves_no_leg_on_the_wrong_side(
    tmp_path: Path, resting: Order, terms: dict[str, Any], words: str
) -> None:
    """Bug: the price is moved past the stop that comes with it: it fires at once, or never rests."""
    async with running(tmp_path, _gateway(resting)) as rig:
        await rig.until(lambda: _states(rig))
        receipt = rig.engine.submit(AmendOrder("old", **terms))
        assert receipt.taken is not bool(words), receipt.text
        assert words in receipt.text


async def test_an_amendment_keeps_to_the_profiles_reward_and_to_the_liquidation(tmp_path: Path) -> None:
    """Bug: an entry passes with a far target and a near stop, and gets others as soon as it rests."""
    options = {"profile": "strategic"}
    async with running(tmp_path, _gateway(_with_legs()), **options) as rig:
        await rig.until(lambda: _states(rig))
        nearer = rig.engine.submit(AmendOrder("old", take_profit=D("60000")))
        assert "reward : risk is 1.00, strategic asks for 1.62" in nearer.text
        assert "reward : risk is 1.00" in rig.engine.submit(AmendOrder("old", price=D("59500"))).text
    isolated = replace(settings(), margin_mode=MarginMode.ISOLATED)
    async with running(tmp_path, _gateway(_with_legs())) as rig:
        await rig.until(lambda: _states(rig))
        rig.gateway.emit(SettingsReported(isolated))
        farther = rig.engine.submit(AmendOrder("old", stop_loss=D("53300")))
        assert "before the stop at 53300 is reached" in farther.text


async def test_a_moved_trigger_takes_its_limit_price_along(tmp_path: Path) -> None:
    """Bug: the distance is measured from where the trigger was: a wild price passes, a sound one does not."""
    resting = _trigger(price=D("61000"), order_type=OrderType.LIMIT, stop_loss=None)
    async with running(tmp_path, _gateway(resting), price_distance=D("0.1")) as rig:
        await rig.until(lambda: _states(rig))
        wild = rig.engine.submit(AmendOrder("old", trigger_price=D("50000")))
        assert "61000 is 22.0 % away from 50000" in wild.text
        assert rig.engine.submit(AmendOrder("old", trigger_price=D("70000"), price=D("70000"))).taken


async def test_a_farther_stop_is_new_risk_and_a_nearer_one_is_not(tmp_path: Path) -> None:
    """Bug: while nothing new may be risked, the stop of a resting entry is moved away or taken off."""
    gateway = _gateway(_with_legs())
    async with running(tmp_path, gateway, live_phrase="trade live", live=False) as rig:
        gateway.go_live(at=rig.clock.wall_ms() - 50)
        await rig.until(lambda: _states(rig))
        for stop in (D(0), D("57000")):
            assert "LIVE is locked" in rig.engine.submit(AmendOrder("old", stop_loss=stop)).text
        assert rig.engine.submit(AmendOrder("old", stop_loss=D("58500"))).taken


async def test_what_the_old_order_traded_meanwhile_is_told_beside_its_whole_successor(tmp_path: Path) -> None:
    """Bug: 0.004 executes while 0.01 are moved, another 0.01 rest, and the log says that all went well."""
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        new = await _amend(rig, price=D("59100"))
        await rig.until(lambda: _states(rig)[new] is S.ACK)
        rig.gateway.emit(OrderReported(order("old", S.CANCELED, filled="0.004")))
        rig.gateway.emit(OrderReported(order(new, order_id="9002", price="59100")))
        assert _states(rig) == {new: S.WORKING}
        assert "0.004 of the old one traded before it went, and all 0.01 rest again" in rig.log_text()


class _CrowdedGateway(FakeGateway):
    """Amendments wait for their turn, and are asked once more before they leave."""

    async def amend(self, change: OrderChange, stopped: Stopped = never_stopped) -> Outcome:
        assert self.crowded is not None
        await self.crowded.wait()
        if reason := stopped(change.new_client_order_id):
            return NotSent(reason)
        return await super().amend(change, stopped)


@pytest.mark.parametrize("terms", [{"trigger_price": D("60900")}, {"stop_loss": D("60600")}])
async def test_a_halt_reaches_a_change_in_place_that_waits_for_its_turn(
    tmp_path: Path, terms: dict[str, Any]
) -> None:
    """Bug: the limiter lets the change go seconds after everything was to stop."""
    crowded = asyncio.Event()
    gateway = _CrowdedGateway(open_orders=(_trigger(),), crowded=crowded)
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig))
        assert rig.engine.submit(AmendOrder("old", **terms)).taken
        await rig.until(lambda: "sending: amend" in rig.log_text())
        await rig.settle()
        rig.engine.submit(Halt())
        crowded.set()
        await rig.until(lambda: "not sent: amend" in rig.log_text())
        assert gateway.amended == []


async def test_an_order_of_another_market_is_not_measured_by_the_watched_ones_book(tmp_path: Path) -> None:
    """Bug: a sell of ETH at 3000 "takes" from a book of BTC at 60000, and its stop lies on the wrong side."""
    elsewhere = order("old", side=Side.SELL, price="3000", size="0.1", symbol="ETHUSDT")
    resting = replace(elsewhere, time_in_force=TimeInForce.POST_ONLY, stop_loss=D("3100"))
    async with running(tmp_path, _gateway(resting)) as rig:
        await rig.until(lambda: _states(rig))
        await rig.until(lambda: rig.engine._state.settings.get("ETHUSDT"))
        receipt = rig.engine.submit(AmendOrder("old", price=D("2990")))
        assert receipt.taken, receipt.text


async def test_a_post_only_order_is_not_moved_to_where_it_would_take(tmp_path: Path) -> None:
    """Bug: the exchange cancels the old one, refuses the new one, and the place in the queue is lost."""
    resting = replace(order("old"), time_in_force=TimeInForce.POST_ONLY)
    async with running(tmp_path, _gateway(resting)) as rig:
        await rig.until(lambda: _states(rig))
        receipt = rig.engine.submit(AmendOrder("old", price=D("60000.1")))
        assert "post-only would take: the other side is at 60000.1" in receipt.text
        assert rig.engine.submit(AmendOrder("old", price=D("60000"))).taken


@pytest.mark.parametrize("left", [False, True])
async def test_a_cancel_during_an_amendment_takes_the_successor_along(tmp_path: Path, left: bool) -> None:
    """Bug: cancelled while it is being moved, the order goes, and the one in its place rests and fills."""
    async with running(tmp_path, _gateway()) as rig:
        await rig.until(lambda: _states(rig))
        if left:
            new = await _amend(rig, price=D("59100"))
            await rig.until(lambda: _states(rig)[new] is S.ACK)
        else:
            rig.engine.submit(AmendOrder("old", price=D("59100")))
        assert rig.engine.submit(CancelOrder("old")).taken
        await rig.until(lambda: rig.gateway.canceled)
        await rig.settle()
        names = {ref.client_order_id for ref in rig.gateway.canceled}
        assert names == ({"old", new} if left else {"old"})
        assert bool(rig.gateway.amended) is left
