"""Typed commands over a running engine: what a line is explained as is what the engine is handed."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.clock import CountingIds
from omega_tui.console.chain import Chain, News, Progress
from omega_tui.console.console import Console
from omega_tui.console.deeds import Care
from omega_tui.console.names import Names
from omega_tui.domain.events import OrderReported
from omega_tui.domain.orders import HoldSide, OrderState, OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.engine.intents import (
    CancelAll,
    CancelOrder,
    CancelScope,
    ClosePosition,
    Flatten,
    Halt,
    PlaceBatch,
    PlaceOrder,
    Protect,
    Reverse,
    SelectSymbol,
)
from omega_tui.language.spelling import spell
from tests.engine.fake_gateway import FakeGateway, order, position
from tests.engine.rig import Rig, running
from tests.engine.test_watching import past
from tests.language.strategies import COMMANDS
from tests.ui.fake_engine import FakeEngine

D = Decimal


def a_console(engine: object) -> Console:
    return Console(engine, CountingIds(), Names({}, lambda names: True))  # type: ignore[arg-type]


def run(console: Console, rig: Rig, text: str) -> tuple[Chain, News]:
    line = console.explain(text)
    assert not line.problems, line.problems
    chain = Chain(console, rig.views, line)
    return chain, chain.move(rig.clock.monotonic())


async def test_an_order_leaves_exactly_as_it_was_explained(tmp_path: Path) -> None:
    """Bug: the figures belong to another order than the one that is sent."""
    async with running(tmp_path, profile="strategic") as rig:
        console = a_console(rig.engine)
        line = console.explain("buy 500$ at 59000 sl 1% tp 2r po")
        (explained,) = line.deeds[0].orders
        assert "0.008 BTC post-only 59,000.0, stop 58,410.0, target 60,180.0" in line.scope
        assert any("loss at stop" in figure for figure in line.deeds[0].figures)
        Chain(console, rig.views, line).move(0.0)
        await rig.until(lambda: rig.gateway.placed)
        (sent,) = rig.gateway.placed
        assert (sent.size, sent.price, sent.stop_loss, sent.take_profit) == (
            explained.preview.size,
            explained.preview.price,
            explained.preview.stop_loss,
            explained.preview.take_profit,
        )
        assert sent.time_in_force is TimeInForce.POST_ONLY


async def test_several_targets_are_as_many_orders_with_their_share(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        line = a_console(rig.engine).explain(
            "buy 0.01btc at 59000 sl 58000 tp 60000 50%, 61000 30%, 63000 rest"
        )
        (batch,) = line.deeds[0].intents
        assert isinstance(batch, PlaceBatch)
        legs = [(each.draft.size, each.draft.take_profit, each.draft.stop_loss) for each in batch.orders]
        assert legs == [
            (D("0.005"), D(60000), D(58000)),
            (D("0.003"), D(61000), D(58000)),
            (D("0.002"), D(63000), D(58000)),
        ]
        assert len({each.draft.ticket_id for each in batch.orders}) == 3


async def test_a_scale_has_one_stop_and_never_more_than_its_total(tmp_path: Path) -> None:
    """Bug: the stop of the farthest order becomes that of the whole position."""
    async with running(tmp_path) as rig:
        line = a_console(rig.engine).explain("scale buy 0.02btc into 4 from 59000 to 58000 linear sl 3%")
        drafts = [each.draft for each in line.deeds[0].orders]
        assert [draft.price for draft in drafts] == [D(59000), D("58666.6"), D("58333.3"), D(58000)]
        assert sum(draft.size or 0 for draft in drafts) == D("0.02")
        assert len({draft.stop_loss for draft in drafts}) == 1


@pytest.mark.parametrize(
    ("text", "kind", "by"),
    [
        ("trigger buy 0.01btc above 61000", PlanKind.TRIGGER, TriggerBy.MARK),
        ("trigger sell 0.01btc below 59000 last limit 58990", PlanKind.TRIGGER, TriggerBy.LAST),
    ],
)
async def test_triggers_wait_on_the_side_that_was_said(
    tmp_path: Path, text: str, kind: PlanKind, by: TriggerBy
) -> None:
    async with running(tmp_path) as rig:
        (placed,) = a_console(rig.engine).explain(text).deeds[0].orders
        assert placed.draft.plan is not None
        assert (placed.draft.plan.kind, placed.draft.plan.trigger_by) == (kind, by)
        wrong = a_console(rig.engine).explain(text.replace("above", "below").replace("sell", "buy"))
        assert "above" in text or not wrong.problems
        if "above" in text:
            assert any("is not below" in problem for problem in wrong.problems)


async def test_a_trail_closes_the_whole_position(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        line = a_console(rig.engine).explain("trail 0.8%")
        (placed,) = line.deeds[0].orders
        assert placed.draft.closes
        assert placed.draft.side is Side.SELL
        assert placed.draft.size == D("0.5")
        assert placed.draft.order_type is OrderType.MARKET
        assert placed.draft.plan is not None
        assert placed.draft.plan.callback_rate == D("0.008")
        assert line.care is Care.ALWAYS


@pytest.mark.parametrize(
    ("text", "intents", "care"),
    [
        ("close 50%", (ClosePosition("BTCUSDT", HoldSide.LONG, D("0.5")),), Care.ALWAYS),
        ("flatten", (Flatten("BTCUSDT"),), Care.ALWAYS),
        ("flatten all", (Flatten(None),), Care.ALWAYS),
        ("reverse", (Reverse("BTCUSDT", HoldSide.LONG),), Care.ALWAYS),
        (
            "stop 2% last tp 3%",
            (Protect("BTCUSDT", HoldSide.LONG, D("58800.0"), D("61800.0"), TriggerBy.LAST),),
            Care.ALWAYS,
        ),
        ("ethusdt", (SelectSymbol("ETHUSDT"),), Care.NONE),
        ("halt", (Halt(),), Care.NONE),
    ],
)
async def test_each_command_is_its_intent(
    tmp_path: Path, text: str, intents: tuple[object, ...], care: Care
) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        line = a_console(rig.engine).explain(text)
        assert line.deeds[0].intents == intents
        assert line.care is care


async def test_cancels_ask_nothing_but_taking_stops_away_does(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        console = a_console(rig.engine)
        assert console.explain("cancel buys").care is Care.NONE
        (first, *_) = console.explain("cancel buys").deeds[0].intents
        assert first == CancelAll(CancelScope.BUYS)
        assert console.explain("cancel stops").care is Care.ALWAYS


async def test_undo_cancels_what_the_newest_command_placed_and_nothing_else(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        console = a_console(rig.engine)
        run(console, rig, "buy 0.01btc at 58000")
        run(console, rig, "scale buy 0.02btc into 2 from 59000 to 58500")
        await rig.until(lambda: len(rig.gateway.placed) == 3)
        newest = {each.client_order_id for each in rig.gateway.placed[1:]}
        keys = {intent.key for intent in console.explain("undo").deeds[0].intents}  # type: ignore[union-attr]
        assert keys == newest
        assert all(isinstance(each, CancelOrder) for each in console.explain("undo").deeds[0].intents)


async def test_a_chain_stops_at_what_is_refused_and_says_what_was_not_done(tmp_path: Path) -> None:
    """Bug: the close of a chain goes although its entry never left."""
    async with running(tmp_path) as rig:
        console = a_console(rig.engine)
        line = console.explain("buy 0.01btc at 59000; cancel buys")
        rig.engine.submit(Halt())
        news = Chain(console, rig.views, line).move(0.0)
        assert news.progress is Progress.STOPPED
        assert not news.good
        assert "not done: cancel buys" in news.words
        joined = console.explain("buy 0.01btc at 59000 & cancel buys")
        assert Chain(console, rig.views, joined).move(0.0).progress is Progress.DONE


async def test_a_wait_goes_on_with_the_fill_and_then_works_the_rest_out(tmp_path: Path) -> None:
    """Bug: the stop of `buy; wait fill; stop 1%` is measured before there is a position."""
    async with running(tmp_path, FakeGateway()) as rig:
        console = a_console(rig.engine)
        line = console.explain("buy 0.01btc at 59000; wait fill 1m; cancel buys")
        assert line.deeds[2].later
        chain = Chain(console, rig.views, line)
        now = rig.clock.monotonic()
        assert chain.move(now).progress is Progress.WAITING
        await rig.until(lambda: rig.gateway.placed)
        assert chain.move(now + 59).progress is Progress.WAITING
        sent = rig.gateway.placed[0]
        rig.gateway.emit(
            OrderReported(order(sent.client_order_id, OrderState.FILLED, size="0.01", filled="0.01"))
        )
        await rig.settle()
        assert chain.move(now + 60).progress is Progress.DONE


async def test_a_wait_that_is_not_filled_in_time_stops_the_chain(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        chain, first = run(a_console(rig.engine), rig, "buy 0.01btc at 59000; wait fill 30s; flatten")
        assert first.progress is Progress.WAITING
        news = chain.move(rig.clock.monotonic() + 30)
        assert news.progress is Progress.STOPPED
        assert "not filled in time; not done: flatten" in news.words


async def test_what_opens_behind_a_wait_is_asked_for_again(tmp_path: Path) -> None:
    """Bug: an entry whose figures nobody saw leaves minutes after the ENTER."""
    async with running(tmp_path) as rig:
        console = a_console(rig.engine)
        chain, _ = run(console, rig, "buy 0.01btc at 59000; wait fill; sell 0.01btc at 61000")
        await rig.until(lambda: rig.gateway.placed)
        sent = rig.gateway.placed[0]
        rig.gateway.emit(
            OrderReported(order(sent.client_order_id, OrderState.FILLED, size="0.01", filled="0.01"))
        )
        await rig.settle()
        news = chain.move(rig.clock.monotonic())
        assert news.ask == "sell 0.01btc at 61000"
        assert len(rig.gateway.placed) == 1


async def test_what_stands_in_the_way_of_a_later_step_holds_up_no_earlier_one(tmp_path: Path) -> None:
    """Bug: `cancel all; flatten` cancels nothing because there is no position."""
    async with running(tmp_path) as rig:
        console = a_console(rig.engine)
        console.names.aliases["z"] = "cancel all; flatten"
        assert console.explain("z").problems == ()
        assert console.explain("flatten").problems


async def test_algorithms_are_understood_and_send_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        console = a_console(rig.engine)
        for text in ("chase buy 0.1btc", "twap sell 1btc over 30m", "when price above 65000: flatten"):
            line = console.explain(text)
            assert not line.deeds[0].intents
            assert "comes with the algorithms: nothing is sent" in line.scope


async def test_explaining_does_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        console = a_console(rig.engine)
        line = console.explain("explain buy 500$ at 59000")
        assert not line.deeds[0].intents
        assert "would buy 0.008 BTC limit 59,000.0" in line.scope


def test_names_are_kept_and_foreign_ones_dropped() -> None:
    kept: list[object] = []
    names = Names(
        {"aliases": {"z": "flatten", "bad": 5}, "variables": ["x"]},
        lambda values: bool(kept.append(values)) or True,
    )
    assert names.aliases == {"z": "flatten"}
    assert names.variables == {}
    console = Console(FakeEngine(), CountingIds(), names)
    line = console.explain("let big = 5000$")
    console.hand_over(line.steps[0], line.deeds[0])
    assert kept == [{"aliases": {"z": "flatten"}, "variables": {"big": "5000$"}}]
    assert not console.explain("buy $big at 64000").problems


@settings(max_examples=150, deadline=None)
@given(COMMANDS, st.booleans())
def test_every_command_is_explained_or_refused_in_words(command: object, chained: bool) -> None:
    """Bug: a legal line ends the cockpit because something it names is not known."""
    text = spell(command)  # type: ignore[arg-type]
    line = a_console(FakeEngine()).explain(f"{text}; undo" if chained else text)
    assert line.mistake is not None or len(line.deeds) == len(line.steps)
    for deed in line.deeds:
        assert deed.scope
        assert deed.loss is None or deed.loss >= 0
    for placed in (each for deed in line.deeds for each in deed.orders):
        assert isinstance(placed, PlaceOrder)
        assert placed.draft.size is None or placed.draft.size > 0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    line = a_console(FakeEngine()).explain(text)
    assert line.problems or len(line.deeds) == len(line.steps)


async def test_a_level_of_another_timeframe_fetches_its_candles_once_and_is_then_used(tmp_path: Path) -> None:
    """Bug: `fib@4h` is read and never worked out; or each explanation asks the exchange anew."""
    async with running(tmp_path, FakeGateway(past=past(400))) as rig:
        console = a_console(rig.engine)
        assert "loading 4H candles of BTCUSDT" in console.explain("buy 500$ at fib@4h:0.618").problems
        assert console.explain("buy 500$ at fib@4h:0.618").problems
        await rig.until(lambda: rig.views.swings())
        [swing] = rig.views.swings()
        line = console.explain("buy 500$ at fib@4h:0.618")
        assert not line.problems
        [order] = line.deeds[0].orders
        assert order.draft.price is not None
        assert swing.low < order.draft.price < swing.high
        assert rig.gateway.asked.count("candles BTCUSDT 4H") == 1
