"""Cancels: by name, by group, by family; stops only when named; asked for again until the end is proven."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from omega_tui.domain.events import OrderReported
from omega_tui.domain.orders import HoldSide, Order, OrderRef, OrderState, OrderType, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.intents import CancelAll, CancelOrder, CancelScope, OrderFamily
from omega_tui.exchange.port import BATCH_LIMIT, Accepted, NotSent, Outcome, Rejected, Unknown
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, order, position
from tests.engine.rig import Rig, running

S = OrderState


def _plan(key: str, kind: PlanKind, order_id: str, side: Side = Side.SELL) -> Order:
    resting = order(key, side=side, order_id=order_id, reduce_only=kind.of_position)
    waits = Plan(kind, D("58000"), TriggerBy.MARK)
    return replace(resting, plan=waits, order_type=OrderType.MARKET, price=None)


EVERYTHING = (
    order("buy", order_id="1"),
    order("sell", order_id="2", side=Side.SELL, price="61000"),
    order("target", order_id="3", side=Side.SELL, price="62000", reduce_only=True),
    order("eth", order_id="4", symbol="ETHUSDT"),
    _plan("trigger", PlanKind.TRIGGER, "5", Side.BUY),
    _plan("stop", PlanKind.POSITION_STOP_LOSS, "6"),
    _plan("part", PlanKind.STOP_LOSS, "7"),
)


def _gateway(**changes: object) -> FakeGateway:
    held = (position("0.5", HoldSide.LONG),)
    return FakeGateway(open_orders=EVERYTHING, positions=held, **changes)  # type: ignore[arg-type]


async def _ready(rig: Rig) -> None:
    await rig.until(lambda: len(rig.views.orders().rows) == len(rig.gateway.open_orders))


def _swept(gateway: FakeGateway) -> set[str]:
    return {each for each in gateway.asked if each.startswith(("cancel_all", "cancel_plans"))}


@pytest.mark.parametrize(
    ("intent", "named", "swept"),
    [
        (CancelAll(CancelScope.SYMBOL), set(), {"cancel_all BTCUSDT"}),
        (CancelAll(CancelScope.ACCOUNT), set(), {"cancel_all None"}),
        (CancelAll(CancelScope.SYMBOL, symbol="ETHUSDT"), set(), {"cancel_all ETHUSDT"}),
        (CancelAll(CancelScope.BUYS), {"buy"}, set()),
        (CancelAll(CancelScope.SELLS), {"sell", "target"}, set()),
        (CancelAll(CancelScope.SYMBOL, OrderFamily.ENTRIES), {"buy", "sell", "trigger"}, set()),
        (CancelAll(CancelScope.ACCOUNT, OrderFamily.ENTRIES), {"buy", "sell", "eth", "trigger"}, set()),
        (CancelAll(CancelScope.BUYS, OrderFamily.TRIGGERS), {"trigger"}, set()),
        (CancelAll(CancelScope.SELLS, OrderFamily.PROTECTION), {"stop", "part"}, set()),
        (CancelAll(CancelScope.SELLS, OrderFamily.ALL), {"sell", "target", "stop", "part"}, set()),
        (
            CancelAll(CancelScope.SYMBOL, OrderFamily.TRIGGERS),
            set(),
            {f"cancel_plans BTCUSDT {kind}" for kind in PlanKind if not kind.of_position},
        ),
        (
            CancelAll(CancelScope.ACCOUNT, OrderFamily.PROTECTION),
            set(),
            {f"cancel_plans None {kind}" for kind in PlanKind if kind.of_position},
        ),
        (
            CancelAll(CancelScope.SYMBOL, OrderFamily.ALL),
            set(),
            {"cancel_all BTCUSDT", *(f"cancel_plans BTCUSDT {kind}" for kind in PlanKind)},
        ),
    ],
)
async def test_each_scope_and_family_cancels_what_it_names_and_no_stop_beside(
    tmp_path: Path, intent: CancelAll, named: set[str], swept: set[str]
) -> None:
    async with running(tmp_path, _gateway()) as rig:
        await _ready(rig)
        receipt = rig.engine.submit(intent)
        assert receipt.taken, receipt.text
        await rig.until(lambda: len(rig.gateway.canceled) == len(named) and _swept(rig.gateway) == swept)
        assert {each.client_order_id for each in rig.gateway.canceled} == named
        await rig.settle()
        assert _swept(rig.gateway) == swept


async def test_many_cancels_leave_in_as_few_requests_as_possible(tmp_path: Path) -> None:
    """HALT with sixty entries must not wait for sixty answers."""
    resting = tuple(order(f"e{number}", order_id=f"{number}", size="0.001") for number in range(60))
    async with running(tmp_path, FakeGateway(open_orders=resting)) as rig:
        await _ready(rig)
        rig.engine.submit(CancelAll(CancelScope.BUYS))
        await rig.until(lambda: len(rig.gateway.canceled) == 60)
        assert rig.gateway.asked.count("cancel_batch") == -(-60 // BATCH_LIMIT)
        assert "cancel" not in rig.gateway.asked


async def test_each_leg_of_a_batch_cancel_is_judged_alone(tmp_path: Path) -> None:
    """A success as a whole hid that one of the orders stayed."""

    def answer(target: OrderRef) -> Outcome:
        return {
            "buy": Accepted(target.order_id, None),
            "sell": Rejected("45055", "finished already"),
            "trigger": Unknown("40768 not found proves nothing"),
        }[target.client_order_id or ""]

    async with running(tmp_path, _gateway(on_cancel=answer)) as rig:
        await _ready(rig)
        rig.engine.submit(CancelAll(CancelScope.SYMBOL, OrderFamily.ENTRIES))
        await rig.until(lambda: "45055" in rig.log_text() and "40768" in rig.log_text())
        states = {row.key: row.state for row in rig.views.orders().rows}
        assert states["buy"] is S.PENDING_CANCEL
        assert states["sell"] is S.WORKING
        assert states["trigger"] is S.PENDING_CANCEL


async def test_an_order_that_stays_open_after_its_cancel_is_cancelled_again_and_cried_out(
    tmp_path: Path,
) -> None:
    """The exchange says "cancelled" and lies: one more, then more, then a person has to look."""
    async with running(tmp_path, FakeGateway(open_orders=(order("web"),))) as rig:
        await _ready(rig)
        rig.engine.submit(CancelOrder("web"))
        await rig.until_advancing(lambda: len(rig.gateway.canceled) == 2, 1)
        assert "still open after 1 cancel" in rig.log_text()
        await rig.until_advancing(lambda: "on the exchange's own page" in rig.log_text(), 2)
        tries = len(rig.gateway.canceled)
        rig.gateway.open_orders = ()
        rig.gateway.emit(OrderReported(order("web", S.CANCELED)))
        for _ in range(10):
            await rig.advance(10)
        assert len(rig.gateway.canceled) == tries, "its end is proven: nothing more is asked"


async def test_an_order_is_not_cancelled_again_without_news_that_it_lives(tmp_path: Path) -> None:
    """The list was asked for before the cancel was answered: it says nothing about it."""
    async with running(tmp_path, FakeGateway(open_orders=(order("web"),))) as rig:
        await _ready(rig)
        rig.engine.submit(CancelOrder("web"))
        await rig.until(lambda: rig.gateway.canceled)
        rig.gateway.reads_fail = True
        for _ in range(10):
            await rig.advance(5)
        assert len(rig.gateway.canceled) == 1
        assert [row.state for row in rig.views.orders().rows] == [S.PENDING_CANCEL]


@pytest.mark.parametrize("answer", [Unknown("timed out"), Rejected("40768", "not found"), NotSent("limiter")])
async def test_an_unknown_order_that_turns_out_live_is_cancelled_if_that_was_asked_for(
    tmp_path: Path, answer: Outcome
) -> None:
    """The first cancel found nothing, because the order had not arrived: it then rested for ever."""
    outcomes = iter([answer])
    gateway = FakeGateway(
        on_place=lambda request: Unknown("timed out"),
        on_cancel=lambda target: next(outcomes, Accepted(target.order_id, None)),
    )
    async with running(tmp_path, gateway) as rig:
        [key] = rig.place().keys
        await rig.until(lambda: [row.state for row in rig.views.orders().rows] == [S.UNKNOWN])
        assert rig.engine.submit(CancelOrder(key)).taken
        await rig.until(lambda: len(gateway.canceled) == 1)
        await rig.settle()
        gateway.open_orders = (order(key),)
        gateway.emit(OrderReported(order(key)))
        await rig.until(lambda: len(gateway.canceled) == 2)
        assert "it lives after all" in rig.log_text()


async def test_a_cancel_that_hangs_holds_up_no_other(tmp_path: Path) -> None:
    async with running(tmp_path, _gateway(on_cancel=lambda target: Unknown("no answer"))) as rig:
        await _ready(rig)
        rig.engine.submit(CancelAll(CancelScope.ACCOUNT, OrderFamily.ENTRIES))
        await rig.until(lambda: {each.client_order_id for each in rig.gateway.canceled} >= {"buy", "eth"})
        states = {row.key: row.state for row in rig.views.orders().rows}
        assert {states[key] for key in ("buy", "sell", "eth", "trigger")} == {S.PENDING_CANCEL}


async def test_a_gateway_that_breaks_while_cancelling_leaves_the_order_pending(tmp_path: Path) -> None:
    def broken(target: OrderRef) -> Outcome:
        raise RuntimeError("bug")

    async with running(tmp_path, FakeGateway(open_orders=(order("web"),), on_cancel=broken)) as rig:
        await _ready(rig)
        rig.engine.submit(CancelOrder("web"))
        await rig.until(lambda: "RuntimeError" in rig.log_text())
        assert [row.state for row in rig.views.orders().rows] == [S.PENDING_CANCEL]


class _SlowReads(FakeReads):
    """Answers the list of open orders late, as it was when it was asked for."""

    gate: asyncio.Event | None = None

    async def open_orders(self) -> tuple[Order, ...]:
        listed = await super().open_orders()
        if _SlowReads.gate is not None:
            await _SlowReads.gate.wait()
        return listed


async def test_a_list_from_before_the_cancel_does_not_prove_that_it_failed(tmp_path: Path) -> None:
    """The list was on its way when the cancel was answered: a second cancel would shoot at nothing."""
    gateway = FakeGateway(open_orders=(order("web"),), reads_type=_SlowReads)
    async with running(tmp_path, gateway) as rig:
        await _ready(rig)
        gate = _SlowReads.gate = asyncio.Event()
        await rig.advance(31)
        rig.engine.submit(CancelOrder("web"))
        await rig.until(lambda: gateway.canceled)
        await rig.settle()
        gateway.open_orders = ()
        _SlowReads.gate = None
        await rig.advance(10)
        gate.set()
        await rig.settle()
        assert len(gateway.canceled) == 1
