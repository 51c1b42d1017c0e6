"""Waiting for the fate of an order: a script learns it the moment the engine does, and never by guessing."""

import asyncio
from pathlib import Path

import pytest

from omega_tui.domain.events import OrderReported
from omega_tui.domain.orders import OrderState
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown
from tests.engine.fake_gateway import FakeGateway, order
from tests.engine.rig import running

S = OrderState


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted("9001", None), S.ACK),
        (Rejected("40762", "balance"), S.REJECTED),
        (NotSent("connection refused"), S.NOT_SENT),
        (Unknown("timed out"), S.UNKNOWN),
    ],
)
async def test_a_script_is_woken_by_each_outcome_without_the_clock_moving(
    tmp_path: Path, outcome: Outcome, state: OrderState
) -> None:
    async with running(tmp_path, FakeGateway(on_place=lambda request: outcome)) as rig:
        [key] = rig.place().keys
        async with asyncio.timeout(5):
            settled = await rig.engine.settled(key, 60)
        assert settled is not None
        assert settled.state is state
        assert rig.engine.order(key) == settled, "a finished order can still be asked for"


async def test_a_report_that_overtakes_the_answer_wakes_it_too(tmp_path: Path) -> None:
    """The reply hangs while the stream told of the fill already: the script must not wait for it."""
    gateway = FakeGateway(hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        [key] = rig.place().keys
        waiting = asyncio.ensure_future(rig.engine.settled(key, 60))
        await rig.until(lambda: gateway.placed)
        assert not waiting.done()
        gateway.emit(OrderReported(order(key, S.FILLED, filled="0.01")))
        settled = await asyncio.wait_for(waiting, 5)
        assert settled is not None
        assert settled.state is S.FILLED


async def test_the_wait_ends_with_what_is_known_when_nothing_answers(tmp_path: Path) -> None:
    """A lost answer must not hang a script for ever, nor be told as success or failure."""
    gateway = FakeGateway(hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        [key] = rig.place().keys
        waiting = asyncio.ensure_future(rig.engine.settled(key, 3))
        await rig.until(lambda: gateway.placed)
        await rig.advance(2)
        assert not waiting.done()
        await rig.advance(2)
        settled = await asyncio.wait_for(waiting, 5)
        assert settled is not None
        assert settled.state is S.SENT


async def test_an_order_nobody_knows_is_none_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        assert await rig.engine.settled("nobody", 60) is None
        assert rig.engine.order("nobody") is None


async def test_a_script_may_wait_for_the_end_rather_than_for_the_answer(tmp_path: Path) -> None:
    """A market order that is acknowledged is not filled yet: who asks for its end must not get the ack."""
    gateway = FakeGateway(on_place=lambda request: Accepted("9001", None))
    async with running(tmp_path, gateway) as rig:
        [key] = rig.place().keys
        waiting = asyncio.ensure_future(rig.engine.settled(key, 60, lambda order: order.state.terminal))
        acknowledged = await rig.engine.settled(key, 60)
        assert acknowledged is not None
        await rig.settle()
        assert not waiting.done()
        gateway.emit(OrderReported(order(key, S.FILLED, filled="0.01")))
        settled = await asyncio.wait_for(waiting, 5)
        assert settled is not None
        assert settled.state is S.FILLED
