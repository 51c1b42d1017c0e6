"""Turning a position: in one request where that works, and never more on the other side than was meant."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from omega_tui.domain.events import FillReported, OrderReported
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, Side
from omega_tui.engine.intents import Flatten, Halt, Reverse
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown
from tests.engine.fake_gateway import D, FakeGateway, fill, order, position
from tests.engine.rig import Rig, running
from tests.engine.test_order_manager import journal_rows

LONG, SHORT = HoldSide.LONG, HoldSide.SHORT
S = OrderState
SIZE = "0.05"


def _reverse(rig: Rig, hold_side: HoldSide = LONG) -> str:
    receipt = rig.engine.submit(Reverse("BTCUSDT", hold_side))
    assert receipt.taken, receipt.text
    return receipt.keys[0]


@pytest.mark.parametrize("mode", list(PositionMode))
async def test_one_request_turns_a_position_and_is_an_intent_on_disk_first(
    tmp_path: Path, mode: PositionMode
) -> None:
    seen: list[str] = []

    def place(request: OrderRequest) -> Outcome:
        rows = journal_rows(tmp_path / "j" / "sim.journal", "order.intent")
        seen.extend(msgspec.json.decode(body)["request"]["client_order_id"] for body in rows)
        return Accepted("9001", request.client_order_id)

    gateway = FakeGateway(positions=(position(SIZE, mode=mode),), mode=mode, on_place=place)
    async with running(tmp_path, gateway) as rig:
        key = _reverse(rig)
        await rig.until(lambda: "reverse" in gateway.asked)
        [sent] = gateway.placed
        assert seen == [key]
        assert (sent.side, sent.size, sent.reduce_only) == (Side.SELL, D(SIZE), False)
        assert sent.hold_side is (SHORT if mode is PositionMode.HEDGE else None)
        known = rig.engine.order(key)
        assert known is not None
        assert known.size == (D(SIZE) if mode is PositionMode.HEDGE else 2 * D(SIZE))


async def test_the_two_halves_of_one_order_are_no_overfill(tmp_path: Path) -> None:
    """In one-way mode the exchange trades twice the size that was named."""
    async with running(tmp_path, FakeGateway(positions=(position(SIZE),))) as rig:
        key = _reverse(rig)
        await rig.until(lambda: rig.gateway.placed)
        rig.gateway.emit(FillReported(fill("1", "0.1", side=Side.SELL, client_order_id=key)))
        known = rig.engine.order(key)
        assert known is not None
        assert known.state is S.FILLED
        assert rig.views.status().posture == "NORMAL"


async def test_the_opening_half_passes_the_gates(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(SIZE),))) as rig:
        rig.engine.submit(Halt())
        receipt = rig.engine.submit(Reverse("BTCUSDT", LONG))
        assert (receipt.taken, "HALT" in receipt.text) == (False, True)
        await rig.settle()
        assert rig.gateway.placed == []


async def test_a_position_that_is_not_there_is_not_turned(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(SIZE),))) as rig:
        assert "no short position" in rig.engine.submit(Reverse("BTCUSDT", SHORT)).text


async def test_a_second_press_turns_nothing_back(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(SIZE),))) as rig:
        _reverse(rig)
        assert "under way" in rig.engine.submit(Reverse("BTCUSDT", LONG)).text
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        assert len(rig.gateway.placed) == 1


@pytest.mark.parametrize("outcome", [Unknown("timed out"), NotSent("no connection")])
async def test_a_reversal_without_an_answer_is_not_tried_another_way(
    tmp_path: Path, outcome: Outcome
) -> None:
    gateway = FakeGateway(positions=(position(SIZE),), on_place=lambda request: outcome)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: gateway.placed)
        for _ in range(4):
            await rig.advance(3)
        assert len(gateway.placed) == 1


def _refusing(gateway: FakeGateway, after: Callable[[], None]) -> Callable[[OrderRequest], Outcome]:
    def place(request: OrderRequest) -> Outcome:
        if gateway.asked[-1] == "reverse":
            return Rejected("40774", "not here")
        after()
        return Accepted(f"id{len(gateway.placed)}", request.client_order_id)

    return place


def _report_filled(rig: Rig, index: int) -> None:
    sent = rig.gateway.placed[index]
    report = order(
        sent.client_order_id, S.FILLED, side=sent.side, filled=str(sent.size), order_id=f"id{index + 1}"
    )
    rig.gateway.emit(OrderReported(replace(report, size=sent.size, order_type=OrderType.MARKET)))


async def test_a_refused_reversal_becomes_a_close_and_then_an_opening(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(SIZE),))
    gateway.on_place = _refusing(gateway, lambda: None)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        await rig.settle()
        assert gateway.placed[1].reduce_only
        assert len(gateway.placed) == 2, "nothing opens before the close is proven"
        gateway.positions = ()
        _report_filled(rig, 1)
        await rig.until(lambda: len(gateway.placed) == 3)
        opening = gateway.placed[2]
        assert (opening.side, opening.size, opening.reduce_only) == (Side.SELL, D(SIZE), False)


async def test_nothing_opens_while_the_close_is_not_proven(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(SIZE),))
    gateway.on_place = _refusing(gateway, lambda: None)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        await rig.until_advancing(lambda: "nothing was opened" in rig.log_text(), 2)
        assert len(gateway.placed) == 2


async def test_a_halt_between_the_halves_opens_nothing(tmp_path: Path) -> None:
    gateway = FakeGateway(positions=(position(SIZE),))
    gateway.on_place = _refusing(gateway, lambda: None)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        rig.engine.submit(Halt())
        gateway.positions = ()
        _report_filled(rig, 1)
        await rig.until(lambda: "closed and nothing opened" in rig.log_text())
        assert len(gateway.placed) == 2


async def test_a_reversal_of_which_only_the_close_came_about_is_told(tmp_path: Path) -> None:
    """Hedge mode: the exchange closed, and refused to open."""
    gateway = FakeGateway(positions=(position(SIZE),))

    def place(request: OrderRequest) -> Outcome:
        gateway.positions = ()
        return Rejected("40762", "balance")

    gateway.on_place = place
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: "closed and nothing opened: balance" in rig.log_text())
        await rig.settle()
        assert len(gateway.placed) == 1


async def test_a_position_that_is_still_held_after_its_close_is_not_doubled(tmp_path: Path) -> None:
    """The close filled and the position is there: somebody added to it, and opening would be no reversal."""
    gateway = FakeGateway(positions=(position(SIZE),))
    gateway.on_place = _refusing(gateway, lambda: None)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        _report_filled(rig, 1)
        await rig.until(lambda: "not proven closed" in rig.log_text())
        assert len(gateway.placed) == 2


async def test_a_position_that_went_by_itself_is_not_turned(tmp_path: Path) -> None:
    """The close is still on its way: it would take from the new position."""
    gateway = FakeGateway(positions=(position(SIZE),))
    gateway.on_place = _refusing(gateway, lambda: None)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        gateway.positions = ()
        await rig.until_advancing(lambda: "so nothing was opened" in rig.log_text(), 2)
        assert len(gateway.placed) == 2


async def test_a_flatten_between_the_halves_opens_nothing(tmp_path: Path) -> None:
    """Whoever wants out gets out, although a reversal was under way."""
    gateway = FakeGateway(positions=(position(SIZE),))
    gateway.on_place = _refusing(gateway, lambda: None)
    async with running(tmp_path, gateway) as rig:
        _reverse(rig)
        await rig.until(lambda: len(gateway.placed) == 2)
        gateway.positions = ()
        assert rig.engine.submit(Flatten("BTCUSDT")).taken
        _report_filled(rig, 1)
        await rig.until(lambda: "a flatten was asked for meanwhile" in rig.log_text())
        await rig.settle()
        assert len(gateway.placed) == 2
