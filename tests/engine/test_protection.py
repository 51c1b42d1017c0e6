"""No position is without a stop unnoticed; what was asked for is proven, retried, or said to be missing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omega_tui.domain.events import FillReported, OrderReported, PositionsReported, TickerChanged
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, Side
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.engine.intents import ClosePosition, PlanDraft, Protect
from omega_tui.engine.options import StopAnswer
from omega_tui.exchange.port import Outcome, Rejected, Unknown
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, fill, order, position, ticker
from tests.engine.plan_desk import PlanDesk, plan_order
from tests.engine.rig import Rig, running

LONG, SHORT = HoldSide.LONG, HoldSide.SHORT
WHOLE = PlanKind.POSITION_STOP_LOSS


@asynccontextmanager
async def holding(tmp_path: Path, *, held: Any = None, **options: Any) -> AsyncIterator[tuple[Rig, PlanDesk]]:
    """An account with one position, by default a long of 0.5 at 60000."""
    gateway = FakeGateway(positions=held or (position(),))
    desk = PlanDesk(gateway, shows=options.pop("shows", True))
    async with running(tmp_path, gateway, **options) as rig:
        yield rig, desk


def protect(rig: Rig, stop: str | None = "59000", target: str | None = None, **changes: Any) -> Any:
    prices = {"stop_loss": D(stop) if stop else None, "take_profit": D(target) if target else None}
    return rig.engine.submit(Protect("BTCUSDT", LONG, **{**prices, **changes}))


def alarm(rig: Rig) -> str:
    return rig.views.status().alarm


def protected(rig: Rig) -> Any:
    return rig.views.positions().rows[0].protected


async def advance(rig: Rig, seconds: float) -> None:
    """Half a second at a time, as the watch does."""
    for _ in range(round(seconds / 0.5)):
        await rig.advance(0.5)


async def test_a_naked_position_is_shown_at_once_and_alarmed_within_two_seconds(tmp_path: Path) -> None:
    """Invariant 11."""
    async with running(tmp_path) as rig:
        assert alarm(rig) == ""
        rig.gateway.positions = (position(),)
        rig.gateway.emit(PositionsReported(rig.gateway.positions, EXCHANGE_MS + 1))
        assert protected(rig) == 0
        await advance(rig, 1.5)
        assert alarm(rig) == "NAKED 100 %: LONG 0.5 BTCUSDT has no stop for it"
        await advance(rig, 5)
        assert rig.log_text().count("NAKED") == 1


async def test_the_alarm_ends_only_on_proof(tmp_path: Path) -> None:
    """An acknowledged stop that the exchange does not show protects nobody."""
    async with holding(tmp_path, shows=False) as (rig, desk):
        await advance(rig, 1.5)
        rig.gateway.reads_fail = True
        assert protect(rig).taken
        await rig.until(lambda: desk.events)
        await advance(rig, 2)
        assert desk.events == ["placed position_stop_loss 59000.0"], "silence is no proof of absence"
        assert "NAKED 100 %" in alarm(rig)
        rig.gateway.reads_fail = False
        desk.show(rig.gateway.open_orders[0])
        assert alarm(rig) == ""
        assert protected(rig) == 1
        assert rig.views.positions().rows[0].stop_price == D("59000")


async def test_a_partial_stop_leaves_the_rest_naked(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, desk):
        desk.show(plan_order("a", "59000", PlanKind.STOP_LOSS, size="0.3"))
        await advance(rig, 1.5)
        assert alarm(rig).startswith("NAKED 40 %: LONG 0.5 BTCUSDT")
        rig.gateway.emit(PositionsReported((), EXCHANGE_MS + 9))
        assert alarm(rig) == "", "a position that is gone needs no stop"


async def test_a_stop_that_somebody_cancels_brings_the_alarm_back(tmp_path: Path) -> None:
    stop = plan_order("a", "59000")
    async with holding(tmp_path) as (rig, desk):
        desk.show(stop)
        await advance(rig, 1.5)
        assert alarm(rig) == ""
        desk.end(stop, OrderState.CANCELED)
        await advance(rig, 1.5)
        assert "NAKED 100 %" in alarm(rig)


async def test_a_stop_covers_the_whole_position_and_names_it_in_hedge_mode(tmp_path: Path) -> None:
    hedge = PositionMode.HEDGE
    held = (position("0.5", mode=hedge), position("0.2", SHORT, mode=hedge))
    async with holding(tmp_path, held=held) as (rig, _):
        receipt = protect(rig, "59000.04", "62000")
        assert receipt.text == "protecting LONG 0.5 BTCUSDT: stop 59000.1, target 62000"
        await rig.until(lambda: len(rig.gateway.placed) == 2)
        stop, target = rig.gateway.placed
        assert (stop.side, stop.hold_side, stop.size, stop.reduce_only) == (Side.SELL, LONG, 0, True)
        assert stop.plan is not None
        assert (stop.plan.kind, stop.plan.trigger_by) == (WHOLE, TriggerBy.MARK)
        assert target.plan is not None
        assert target.plan.kind is PlanKind.POSITION_TAKE_PROFIT
        await advance(rig, 1)
        assert "stop confirmed: LONG 0.5 BTCUSDT at 59000.1" in rig.log_text()
        assert "target confirmed: LONG 0.5 BTCUSDT at 62000" in rig.log_text()


@pytest.mark.parametrize(
    ("stop", "target", "words"),
    [("60001", None, "must be below the price, 60000 now"), (None, "59999", "must be above the price")],
)
async def test_o20_a_trigger_on_the_wrong_side_of_the_mark_is_refused_here(
    tmp_path: Path, stop: str | None, target: str | None, words: str
) -> None:
    async with holding(tmp_path) as (rig, _):
        receipt = protect(rig, stop, target)
        assert not receipt.taken
        assert words in receipt.text
        await rig.settle()
        assert rig.gateway.placed == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stop": None}, "type a stop or a target"),
        ({"share": D(0)}, "the share must be above zero"),
        ({"share": D("0.001")}, "below the least size"),
        ({"hold_side": SHORT}, "no short position"),
    ],
)
async def test_what_cannot_be_protected_is_refused_in_words(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    async with holding(tmp_path) as (rig, _):
        fields = {"symbol": "BTCUSDT", "hold_side": LONG, "stop_loss": D("59000"), **changes}
        fields["stop_loss"] = fields.pop("stop", fields["stop_loss"])
        receipt = rig.engine.submit(Protect(**fields))
        assert not receipt.taken
        assert words in receipt.text


def entry_with(rig: Rig, **legs: Any) -> None:
    """A buy that fills at once, with presets."""
    assert rig.place(rig.draft(order_type=OrderType.MARKET, price=None, size=D("0.5"), **legs)).taken


async def fill_entry(rig: Rig) -> None:
    await rig.until(lambda: rig.gateway.placed)
    await rig.settle()
    entry = rig.gateway.placed[0]
    rig.gateway.positions = (position(),)
    rig.gateway.emit(
        FillReported(
            fill("t1", "0.5", price="60000", order_id="7000", client_order_id=entry.client_order_id)
        ),
        PositionsReported(rig.gateway.positions, EXCHANGE_MS + 5),
    )


def stops_refused(request: OrderRequest) -> Outcome | None:
    return Rejected("45122", "stop price refused") if request.plan else None


async def test_o17_an_entry_whose_stop_is_missing_alarms_and_has_its_stop_placed(tmp_path: Path) -> None:
    """FAULTS O17: the exchange filled the entry and dropped its stop."""
    gateway = FakeGateway()
    desk = PlanDesk(gateway)
    async with running(tmp_path, gateway) as rig:
        entry_with(rig, stop_loss=D("59000"))
        await fill_entry(rig)
        desk.judge = lambda request: Unknown("late") if request.plan else None
        await advance(rig, 1.5)
        assert "UNPROTECTED, NAKED 100 %" in alarm(rig)
        assert "the exchange does not show it; placing it again (1 of 3)" in alarm(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        sent = gateway.placed[1]
        assert sent.plan is not None
        assert (sent.plan.kind, sent.plan.trigger_price) == (WHOLE, D("59000"))
        desk.show(plan_order(sent.client_order_id, "59000"))
        await advance(rig, 0.5)
        assert alarm(rig) == ""
        assert "stop confirmed" in rig.log_text()


async def test_o17_an_entry_of_an_earlier_run_has_its_missing_stop_placed_too(tmp_path: Path) -> None:
    """Bug: after a restart an entry fills, its stop was dropped, and only an alarm comes of it."""
    gateway = FakeGateway()
    PlanDesk(gateway)
    async with running(tmp_path, gateway) as rig:
        assert rig.place(rig.draft(size=D("0.5"), stop_loss=D("58000"))).taken
        await rig.until(lambda: rig.views.orders().rows[0].state is OrderState.ACK)
    entry = gateway.placed[0]
    resting = order(entry.client_order_id, order_id="7000", size="0.5")
    gateway.open_orders = (replace(resting, stop_loss=D("58000")),)
    async with running(tmp_path, gateway) as rig:
        gateway.open_orders = ()
        gateway.emit(OrderReported(replace(resting, state=OrderState.FILLED, filled=D("0.5"))))
        await fill_entry(rig)
        await advance(rig, 1.5)
        await rig.until(lambda: len(gateway.placed) == 2)
        sent = gateway.placed[1].plan
        assert sent is not None
        assert (sent.kind, sent.trigger_price) == (WHOLE, D("58000"))


async def test_o17_an_entry_that_a_trigger_made_has_the_triggers_stop_placed(tmp_path: Path) -> None:
    """Bug: the order that a trigger gives birth to does not tell its stop, so nobody misses it."""
    gateway = FakeGateway()
    PlanDesk(gateway)
    async with running(tmp_path, gateway) as rig:
        plan = PlanDraft(PlanKind.TRIGGER, D("60500"), TriggerBy.MARK)
        draft = rig.draft(order_type=OrderType.MARKET, price=None, size=D("0.5"), plan=plan)
        assert rig.place(replace(draft, stop_loss=D("59000"))).taken
        await rig.until(lambda: gateway.open_orders)
        [waiting] = gateway.open_orders
        fired = replace(waiting, state=OrderState.TRIGGERED, child_order_id="8000")
        child = replace(order("", order_id="8000", size="0.5", filled="0.5"), state=OrderState.FILLED)
        gateway.open_orders, gateway.positions = (), (position(),)
        gateway.emit(OrderReported(fired), OrderReported(child))
        gateway.emit(FillReported(fill("t1", "0.5", price="60500", order_id="8000")))
        gateway.emit(PositionsReported(gateway.positions, EXCHANGE_MS + 5))
        await advance(rig, 1.5)
        await rig.until(lambda: len(gateway.placed) == 2)
        sent = gateway.placed[1].plan
        assert sent is not None
        assert (sent.kind, sent.trigger_price) == (WHOLE, D("59000"))


async def test_presets_that_the_exchange_shows_are_proof(tmp_path: Path) -> None:
    gateway = FakeGateway()
    desk = PlanDesk(gateway)
    async with running(tmp_path, gateway) as rig:
        entry_with(rig, stop_loss=D("59000"), take_profit=D("62000"))
        await fill_entry(rig)
        desk.show(plan_order("sl", "59000", PlanKind.STOP_LOSS, size="0.5"))
        desk.show(plan_order("tp", "62000", PlanKind.TAKE_PROFIT, size="0.5"))
        await advance(rig, 4)
        assert not any(row.foreign for row in rig.views.orders().rows), "the legs of our entry are ours"
        assert len(gateway.placed) == 1
        assert alarm(rig) == ""
        assert "stop confirmed: LONG 0.5 BTCUSDT at 59000" in rig.log_text()
        assert "target confirmed: LONG 0.5 BTCUSDT at 62000" in rig.log_text()


async def test_o17_a_stop_that_is_refused_again_and_again_ends_in_words(tmp_path: Path) -> None:
    async with holding(tmp_path, stop_answer=StopAnswer.RETRY, stop_retries=2) as (rig, desk):
        desk.judge = stops_refused
        protect(rig)
        await advance(rig, 5)
        assert len(rig.gateway.placed) == 3, "the stop and two more attempts"
        assert len({each.client_order_id for each in rig.gateway.placed}) == 3
        assert "the stop was rejected: stop price refused (45122); protect or close it" in alarm(rig)


async def test_o17_the_close_in_place_of_a_stop_is_not_forgotten_behind_another_close(tmp_path: Path) -> None:
    """Refused because half was just being closed, it was counted as done, and the rest stayed naked."""
    answer = StopAnswer.RETRY_THEN_CLOSE
    async with holding(tmp_path, stop_answer=answer, stop_retries=0) as (rig, desk):
        desk.judge = stops_refused
        assert rig.engine.submit(ClosePosition("BTCUSDT", LONG, D("0.5"))).taken
        protect(rig)
        await advance(rig, 8)
        closes = [each.size for each in rig.gateway.placed if each.reduce_only and each.plan is None]
        assert closes == [D("0.25"), D("0.5")]


async def test_o17_only_the_alarm_when_that_is_the_answer(tmp_path: Path) -> None:
    async with holding(tmp_path, stop_answer=StopAnswer.ALARM) as (rig, desk):
        desk.judge = stops_refused
        protect(rig)
        await advance(rig, 4)
        assert len(rig.gateway.placed) == 1
        assert "UNPROTECTED" in alarm(rig)


async def test_a_stop_of_unknown_fate_is_not_sent_again(tmp_path: Path) -> None:
    """It may be at the exchange; its fate is asked for, and the alarm stays."""
    async with holding(tmp_path) as (rig, desk):
        desk.judge = lambda request: Unknown("no answer")
        protect(rig)
        await advance(rig, 10)
        assert len(rig.gateway.placed) == 1
        assert "whether its stop is at the exchange is not known" in alarm(rig)


async def test_o18_a_missing_target_is_told_and_the_stop_stays(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, desk):
        desk.judge = lambda request: (
            Rejected("1", "no") if request.plan and request.plan.kind.takes_profit else None
        )
        protect(rig, "59000", "62000")
        await advance(rig, 3)
        assert "the target is not at the exchange" in rig.log_text()
        assert alarm(rig) == ""
        assert protected(rig) == 1
        assert rig.gateway.canceled == []


async def test_o19_both_legs_only_close(tmp_path: Path) -> None:
    """FAULTS O19: in a fast market both fire; the second one must find nothing to open."""
    async with holding(tmp_path) as (rig, _):
        protect(rig, "59000", "62000")
        await rig.until(lambda: len(rig.gateway.placed) == 2)
        assert all(each.reduce_only and each.side is Side.SELL for each in rig.gateway.placed)
        assert all(each.plan and each.plan.kind.of_position for each in rig.gateway.placed)


async def test_o21_partial_stops_go_only_once_the_new_one_is_confirmed(tmp_path: Path) -> None:
    old = plan_order("old", "58000", PlanKind.STOP_LOSS, size="0.5")
    async with holding(tmp_path, shows=False) as (rig, desk):
        desk.show(old)
        protect(rig)
        await rig.until(lambda: desk.events)
        assert rig.gateway.canceled == []
        await advance(rig, 1)
        await rig.until(lambda: rig.gateway.canceled)
        assert rig.gateway.canceled[0].client_order_id == "old"
        assert protected(rig) == 1


async def test_o21_a_refused_replacement_leaves_the_old_stop(tmp_path: Path) -> None:
    old = plan_order("old", "58000", PlanKind.STOP_LOSS, size="0.5")
    async with holding(tmp_path) as (rig, desk):
        desk.show(old)
        desk.judge = stops_refused
        protect(rig)
        await advance(rig, 6)
        assert rig.gateway.canceled == []
        assert "the old one stays at 58000" in rig.log_text()
        assert alarm(rig) == ""


async def test_a_second_stop_waits_for_the_first_ones_proof(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, _):
        rig.gateway.hold_place = asyncio.Event()
        protect(rig)
        await rig.until(lambda: rig.gateway.placed)
        assert "on its way" in protect(rig, "59100").text
        rig.gateway.hold_place.set()


async def test_the_preview_says_what_the_stop_loses_before_it_is_sent(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, _):
        asked = Protect("BTCUSDT", LONG, D("59000.04"), D("62000"), share=D("0.5"))
        preview = rig.views.protection(asked)
        assert preview.effect == "protect 50 % of LONG 0.5 BTCUSDT: stop 59000.1, target 62000"
        assert (preview.stop_loss, preview.take_profit, preview.problems) == (D("59000.1"), D("62000"), ())
        assert preview.loss_at_stop == D("0.25") * (D("999.9") + D("59000.1") * D("0.0006"))
        assert preview.loss_share == preview.loss_at_stop / 10000
        assert preview.profit_at_target == D("0.25") * (D(2000) - D(62000) * D("0.0006"))
        wrong = rig.views.protection(Protect("BTCUSDT", LONG, D("61000")))
        assert "must be below the price" in wrong.problems[0]


async def test_removing_a_stop_is_a_choice_and_brings_the_alarm_back(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, desk):
        protect(rig)
        await advance(rig, 1)
        [stop] = rig.gateway.open_orders
        receipt = protect(rig, None, stop_loss=D(0))
        assert receipt.text == "protecting LONG 0.5 BTCUSDT: no stop any more"
        await rig.until(lambda: rig.gateway.canceled)
        desk.end(stop, OrderState.CANCELED)
        await advance(rig, 4)
        assert "NAKED 100 %" in alarm(rig)
        assert len(rig.gateway.placed) == 1, "nothing is placed again against the trader's will"


async def test_o17_a_position_that_cannot_be_protected_is_closed_when_that_is_the_answer(
    tmp_path: Path,
) -> None:
    options: dict[str, Any] = {"stop_answer": StopAnswer.RETRY_THEN_CLOSE, "stop_retries": 1}
    async with holding(tmp_path, **options) as (rig, desk):
        desk.judge = stops_refused
        protect(rig)
        await advance(rig, 6)
        closes = [each for each in rig.gateway.placed if each.plan is None]
        assert len([each for each in rig.gateway.placed if each.plan is not None]) == 2
        assert [(each.side, each.size, each.reduce_only) for each in closes] == [(Side.SELL, D("0.5"), True)]
        assert "UNPROTECTED" in alarm(rig), "until the position is gone"
        rig.gateway.positions = ()
        rig.gateway.emit(PositionsReported((), EXCHANGE_MS + 9))
        assert alarm(rig) == ""


async def test_a_partial_stop_follows_the_size_of_its_position(tmp_path: Path) -> None:
    """`pstop`: a position that grew must not be left with the stop of what it was."""
    async with holding(tmp_path) as (rig, _):
        protect(rig, share=D("0.5"))
        await advance(rig, 1)
        assert rig.gateway.open_orders[0].size == D("0.25")
        for size, wanted in (("0.8", "0.4"), ("0.2", "0.1")):
            rig.gateway.positions = (position(size),)
            rig.gateway.emit(PositionsReported(rig.gateway.positions, rig.clock.wall_ms()))
            await advance(rig, 3)
            await rig.until(lambda wanted=wanted: rig.gateway.open_orders[0].size == D(wanted))
        await advance(rig, 5)
        assert len(rig.gateway.amended) == 2
        assert rig.gateway.canceled == []


async def test_a_refused_resize_is_asked_for_again_and_is_no_storm(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, _):
        protect(rig, share=D("0.5"))
        await advance(rig, 1)
        rig.gateway.on_amend = lambda change: Rejected("40917", "not now")
        rig.gateway.positions = (position("0.8"),)
        rig.gateway.emit(PositionsReported(rig.gateway.positions, rig.clock.wall_ms()))
        await advance(rig, 20)
        assert 2 <= len(rig.gateway.amended) <= 4
        assert "NAKED 69 %" in alarm(rig)


async def test_a_partial_stop_follows_its_position_after_a_restart_too(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(),))
    desk = PlanDesk(gateway)
    async with running(tmp_path, gateway) as rig:
        protect(rig, share=D("0.5"))
        await advance(rig, 1)
    async with running(tmp_path, gateway) as rig:
        await advance(rig, 1)
        gateway.positions = (position("0.8"),)
        gateway.emit(PositionsReported(gateway.positions, rig.clock.wall_ms() + 10))
        await advance(rig, 1)
        await rig.until(lambda: gateway.open_orders[0].size == D("0.4"))
        assert [event.split()[0] for event in desk.events] == ["placed", "amended"]


async def test_a_whole_stop_is_moved_in_place(tmp_path: Path) -> None:
    """FAULTS O21: the exchange keeps one; there is no moment without it."""
    async with holding(tmp_path) as (rig, desk):
        protect(rig)
        await advance(rig, 1)
        assert protect(rig, "59500").taken
        await advance(rig, 1)
        assert [event.split()[0] for event in desk.events] == ["placed", "amended"]
        assert rig.views.positions().rows[0].stop_price == D("59500")
        assert "stop confirmed: LONG 0.5 BTCUSDT at 59500" in rig.log_text()


async def test_a_fill_whose_position_is_not_told_is_asked_for_within_two_seconds(tmp_path: Path) -> None:
    """A lost push must not hide a naked position until the next poll."""
    async with running(tmp_path) as rig:
        await advance(rig, 3)
        rig.gateway.positions = (position(),)
        asked = rig.gateway.asked.count("positions")
        rig.gateway.emit(FillReported(fill("t1", "0.5", price="60000")))
        await advance(rig, 1)
        assert rig.gateway.asked.count("positions") > asked
        await advance(rig, 1)
        assert "NAKED 100 %" in alarm(rig)


async def test_stops_that_cannot_be_read_are_an_alarm_of_their_own(tmp_path: Path) -> None:
    """Not known is not protected."""
    gateway = FakeGateway(positions=(position(),), reads_fail=True)
    async with running(tmp_path, gateway, live=False) as rig:
        gateway.go_live()
        assert protected(rig) is None
        await advance(rig, 6)
        assert alarm(rig).startswith("STOPS NOT KNOWN: LONG 0.5 BTCUSDT")


async def test_stops_targets_and_triggers_are_marked_on_ladder_and_chart(tmp_path: Path) -> None:
    async with holding(tmp_path) as (rig, desk):
        protect(rig, "59000", "62000")
        await advance(rig, 1)
        desk.show(plan_order("t", "61000", PlanKind.TRIGGER, size="0.1"))
        marks = {(mark.ticks, mark.kind) for mark in rig.views.ladder(1, 5).marks}
        assert {(590_000, "stop"), (620_000, "target"), (610_000, "trigger")} <= marks
        lines = {(line.price, line.kind) for line in rig.views.chart(5).lines}
        assert {(59000.0, "stop"), (62000.0, "target"), (61000.0, "trigger")} <= lines


@pytest.mark.parametrize(
    ("answer", "closes"), [(StopAnswer.RETRY, False), (StopAnswer.RETRY_THEN_CLOSE, True)]
)
async def test_a_stop_that_the_price_has_passed_is_not_placed_but_answered(
    tmp_path: Path, answer: StopAnswer, closes: bool
) -> None:
    """Placed again it would be refused, or fire at once at any price: the chosen answer comes instead."""
    gateway = FakeGateway()
    desk = PlanDesk(gateway)
    async with running(tmp_path, gateway, stop_answer=answer) as rig:
        entry_with(rig, stop_loss=D("59000"))
        await fill_entry(rig)
        rig.freshen = lambda: rig.gateway.emit(  # type: ignore[method-assign]
            TickerChanged(ticker("58000", "58000", at=rig.clock.wall_ms() - 50))
        )
        await advance(rig, 3)
        assert desk.events == []
        assert "UNPROTECTED" in alarm(rig)
        assert [each.order_type for each in gateway.placed[1:]] == ([OrderType.MARKET] if closes else [])


async def test_a_leg_that_stays_as_it_is_does_not_hold_up_the_other(tmp_path: Path) -> None:
    """Bug: the stop typed again as it stands is refused, and the new target with it."""
    async with holding(tmp_path) as (rig, _):
        protect(rig, "59000", "62000")
        await advance(rig, 1)
        receipt = protect(rig, "59000", "63000")
        assert receipt.taken
        await advance(rig, 1)
        assert rig.views.positions().rows[0].target_price == D("63000")
        assert rig.views.positions().rows[0].stop_price == D("59000")


async def test_a_moved_stop_says_that_it_watches_the_same_price_as_before(tmp_path: Path) -> None:
    """Bug: the stop is asked to watch the last price, is moved and goes on to watch the mark unsaid."""
    async with holding(tmp_path) as (rig, _):
        protect(rig)
        await advance(rig, 1)
        receipt = protect(rig, "59500", trigger_by=TriggerBy.LAST)
        assert receipt.text == "protecting LONG 0.5 BTCUSDT: stop 59500, still by the mark price"
