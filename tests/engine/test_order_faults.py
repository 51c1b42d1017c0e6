"""Faults of an order's life that are outcomes or an order of events: FAULTS.md, section 2.3.

Those that happen on the wire are tried against the simulated exchange in `tests/e2e/test_order_faults.py`;
that every one of them has a test is held here.
"""

import asyncio
import re
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.events import FillReported, OrderReported, PositionsReported
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, Side
from omega_tui.engine.intents import CancelOrder, ClosePosition, Flatten, Halt, PlaceOrder, Resume
from omega_tui.engine.recorder import IntentRow
from omega_tui.engine.views import Posture
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown
from omega_tui.journal import Journal
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, fill, order, position
from tests.engine.requests import request
from tests.engine.rig import WALL_MS, Rig, running

S = OrderState


def _states(rig: Rig) -> list[OrderState]:
    return [row.state for row in rig.views.orders().rows]


async def test_o03_a_ticket_that_is_sent_twice_in_one_tick_is_one_order(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        draft = rig.draft()
        intent = PlaceOrder(draft, rig.views.preview(draft))
        receipts = [rig.engine.submit(intent) for _ in range(3)]
        assert [each.taken for each in receipts] == [True, False, False]
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        assert len(rig.gateway.placed) == 1


async def test_o05_an_id_of_an_earlier_run_never_leaves_again_whatever_the_exchange_would_do(
    tmp_path: Path,
) -> None:
    """The exchange forgets its duplicates after a while, the journal never does."""
    async with running(tmp_path) as rig:
        [key] = rig.place().keys
        await rig.until(lambda: rig.gateway.placed)
        rig.gateway.emit(OrderReported(order(key, S.FILLED, filled="0.01")))
        await rig.settle()
    async with running(tmp_path) as rig:
        assert rig.place().keys == (key,), "the counting ids of the tests begin anew"
        await rig.until(lambda: "used before" in rig.log_text())
        assert rig.gateway.placed == []


async def test_o06_a_crash_before_the_request_ends_in_never_accepted(tmp_path: Path) -> None:
    clock = ManualClock(WALL_MS - 60_000)
    journal = Journal(tmp_path / "j" / "sim.journal", clock)
    journal.append("order.intent", IntentRow(request("omgdead"), "buy 0.01")).result(5)
    journal.close()
    async with running(tmp_path, live=False) as rig:
        assert _states(rig) == [S.UNKNOWN]
        rig.gateway.go_live()
        await rig.until_advancing(lambda: not _states(rig), 6)
        known = rig.engine.order("omgdead")
        assert known is not None
        assert known.state is S.NEVER_ACCEPTED
        assert rig.gateway.placed == []


async def test_o07_a_crash_between_request_and_answer_is_settled_by_asking(tmp_path: Path) -> None:
    gateway = FakeGateway(hold_place=asyncio.Event())
    async with running(tmp_path, gateway) as rig:
        [key] = rig.place().keys
        await rig.until(lambda: gateway.placed)
    after = FakeGateway(
        on_fetch_order=lambda client_order_id: order(client_order_id, S.FILLED, filled="0.01")
    )
    async with running(tmp_path, after, live=False) as rig:
        assert _states(rig) == [S.UNKNOWN]
        after.go_live()
        await rig.until(lambda: not _states(rig))
        known = rig.engine.order(key)
        assert known is not None
        assert (known.state, known.filled, known.foreign) == (S.FILLED, D("0.01"), False)


async def test_o08_a_crash_between_answer_and_journal_is_settled_by_asking(tmp_path: Path) -> None:
    """The answer was seen and never written down: the journal still says that the order is on its way."""
    gateway = FakeGateway()
    async with running(tmp_path, gateway) as rig:
        journal = rig.journal
        assert isinstance(journal, Journal)

        def place(sent: OrderRequest) -> Outcome:
            journal.close()
            return Accepted("9001", sent.client_order_id)

        gateway.on_place = place
        [key] = rig.place().keys
        await rig.until(lambda: gateway.placed)
        await rig.settle()
    after = FakeGateway(open_orders=(order(key),))
    async with running(tmp_path, after, live=False) as rig:
        assert _states(rig) == [S.UNKNOWN]
        after.go_live()
        await rig.until(lambda: _states(rig) == [S.WORKING])
        assert after.placed == []


@pytest.mark.parametrize("refused", [False, True])
async def test_o07_a_cancel_before_the_crash_holds_after_it(tmp_path: Path, refused: bool) -> None:
    """The entry was to go and its fate was unknown: after the restart it lived, and stayed."""
    answer: Outcome = Rejected("45055", "no") if refused else Unknown("timed out")
    gateway = FakeGateway(on_cancel=lambda target: answer)
    async with running(tmp_path, gateway) as rig:
        key = await _rested(rig)
        rig.engine.submit(CancelOrder(key))
        await rig.until(lambda: gateway.canceled)
        await rig.settle()
    after = FakeGateway(open_orders=(order(key),))
    async with running(tmp_path, after, live=False) as rig:
        after.go_live()
        await rig.until(lambda: _states(rig) == [S.WORKING if refused else S.PENDING_CANCEL])
        for _ in range(3):
            await rig.advance(3)
        assert bool(after.canceled) is not refused, "a cancel that was refused was left at that"


async def _rested(rig: Rig) -> str:
    [key] = rig.place().keys
    await rig.until(lambda: rig.gateway.placed)
    rig.gateway.emit(OrderReported(order(key)))
    await rig.until(lambda: _states(rig) == [S.WORKING])
    rig.gateway.open_orders = (order(key),)
    return key


@pytest.mark.parametrize("order_of", list(permutations(range(3))))
async def test_o09_a_part_that_trades_during_the_cancel_is_kept(
    tmp_path: Path, order_of: tuple[int, ...]
) -> None:
    async with running(tmp_path) as rig:
        key = await _rested(rig)
        rig.engine.submit(CancelOrder(key))
        await rig.until(lambda: rig.gateway.canceled)
        rig.gateway.open_orders = ()
        news = (
            FillReported(fill("1", "0.004", client_order_id=key)),
            OrderReported(order(key, S.PARTIALLY_FILLED, filled="0.004")),
            OrderReported(order(key, S.CANCELED, filled="0.004")),
        )
        rig.gateway.emit(*(news[index] for index in order_of))
        known = rig.engine.order(key)
        assert known is not None
        assert (known.state, known.filled) == (S.CANCELED, D("0.004"))


@pytest.mark.parametrize("order_of", list(permutations(range(3))))
async def test_o10_a_full_fill_wins_over_the_cancel_whatever_comes_first(
    tmp_path: Path, order_of: tuple[int, ...]
) -> None:
    """Not found as the answer to a cancel reads like success and means that the position is there."""
    gateway = FakeGateway(on_cancel=lambda target: Unknown("40768 no such order"))
    async with running(tmp_path, gateway) as rig:
        key = await _rested(rig)
        rig.engine.submit(CancelOrder(key))
        await rig.until(lambda: gateway.canceled)
        assert _states(rig) == [S.PENDING_CANCEL]
        news = (
            FillReported(fill("1", "0.01", client_order_id=key)),
            OrderReported(order(key, S.CANCELED)),
            OrderReported(order(key, S.FILLED, filled="0.01")),
        )
        gateway.emit(*(news[index] for index in order_of))
        known = rig.engine.order(key)
        assert known is not None
        assert (known.state, known.filled) == (S.FILLED, D("0.01"))


async def test_o32_a_fill_before_its_order_is_known_counts_and_nothing_is_lost(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(FillReported(fill("1", "0.004", order_id="777")))
        assert [row.size for row in rig.views.fills(10).rows] == [D("0.004")]
        theirs = replace(order("web", S.PARTIALLY_FILLED, order_id="777"), filled=D("0.004"))
        rig.gateway.emit(OrderReported(theirs))
        [row] = rig.views.orders().rows
        assert (row.foreign, row.filled) == (True, D("0.004"))
        rig.gateway.emit(FillReported(fill("1", "0.004", order_id="777")))
        assert len(rig.views.fills(10).rows) == 1


async def test_o33_more_traded_than_ordered_shuts_the_symbol_until_an_answer_takes_it_back(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as rig:
        key = await _rested(rig)
        rig.gateway.open_orders = ()
        rig.gateway.reads_fail = True
        rig.gateway.emit(OrderReported(order(key, S.FILLED, filled="0.02")))
        assert "0.02 of an order of 0.01" in rig.views.status().posture_reason
        refused = rig.place()
        assert (refused.taken, "HALT" in refused.text) == (False, True)
        close = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, closes=True)
        rig.gateway.emit(PositionsReported((position("0.02"),), EXCHANGE_MS))
        assert rig.place(close).taken, "getting out stays possible"
        rig.gateway.reads_fail = False
        rig.gateway.positions = (position("0.01"),)
        rig.gateway.on_fetch_order = lambda client_order_id: (
            order(client_order_id, S.FILLED, filled="0.01") if client_order_id == key else None
        )
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 3)
        known = rig.engine.order(key)
        assert known is not None
        assert known.filled == D("0.01")


async def test_o33_executions_that_add_up_to_too_much_are_not_explained_away(tmp_path: Path) -> None:
    """Two trade ids are two trades, whatever the order's own figure says: a person has to look."""
    async with running(tmp_path) as rig:
        key = await _rested(rig)
        rig.gateway.open_orders = ()
        for trade in ("1", "2"):
            rig.gateway.emit(FillReported(fill(trade, "0.01", client_order_id=key)))
        rig.gateway.on_fetch_order = lambda client_order_id: order(client_order_id, S.FILLED, filled="0.01")
        for _ in range(5):
            await rig.advance(3)
        assert rig.views.status().posture is Posture.HALT
        assert rig.engine.submit(Resume()).taken
        await rig.advance(3)
        assert rig.views.status().posture is Posture.NORMAL, "the trader has looked"


async def test_o37_a_kill_switch_during_a_rate_limit_goes_on_until_everything_is_gone(tmp_path: Path) -> None:
    """Cancels first, then reduce-only closes, then what is left: in that order, however long it takes."""
    answers: list[Outcome] = [NotSent("too many requests"), Unknown("429 too many requests")]
    gateway = FakeGateway(
        positions=(position(),),
        open_orders=(order("entry"),),
        on_cancel=lambda target: answers.pop(0) if answers else Accepted(target.order_id, None),
    )
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig) == [S.WORKING])
        assert rig.engine.submit(Halt()).taken
        await rig.until_advancing(lambda: len(gateway.canceled) >= 3, 2)
        gateway.open_orders = ()
        gateway.emit(OrderReported(order("entry", S.CANCELED)))
        gateway.on_place = lambda sent: Rejected("429", "too many requests")
        gateway.on_close = lambda symbol: Rejected("429", "too many requests")
        assert rig.engine.submit(Flatten(None)).taken
        await rig.until(lambda: "left open: long 0.5 BTCUSDT" in rig.log_text())
        gateway.on_place = lambda sent: Accepted("77", sent.client_order_id)
        await rig.until(lambda: rig.engine.submit(Flatten(None)).taken, "the first flatten has ended")
        await rig.until(lambda: len(gateway.placed) == 2)
        gateway.positions = ()
        report = order(gateway.placed[1].client_order_id, S.FILLED, side=Side.SELL, size="0.5", filled="0.5")
        gateway.emit(OrderReported(replace(report, order_id="77")))
        await rig.until(lambda: "all closed" in rig.log_text())
        assert all(each.reduce_only for each in gateway.placed), "nothing opened after HALT"


@pytest.mark.parametrize("size", ["0.0004", "0.5001"])
async def test_o38_dust_is_closed_by_the_exchange_itself(tmp_path: Path, size: str) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(size),))) as rig:
        receipt = rig.engine.submit(ClosePosition("BTCUSDT", HoldSide.LONG))
        assert receipt.taken
        assert "the exchange is asked to close it" in receipt.text
        await rig.until(lambda: "close_position BTCUSDT None" in rig.gateway.asked)
        assert rig.gateway.placed == []


async def test_o38_a_close_below_the_least_worth_is_explained_and_left_to_the_exchange(
    tmp_path: Path,
) -> None:
    gateway = FakeGateway(
        positions=(position("0.001", mode=PositionMode.HEDGE),),
        mode=PositionMode.HEDGE,
        on_place=lambda sent: Rejected("45110", "less than the minimum amount 5 USDT", "close all of it"),
    )
    async with running(tmp_path, gateway) as rig:
        rig.engine.submit(ClosePosition("BTCUSDT", HoldSide.LONG))
        await rig.until(lambda: "close_position BTCUSDT long" in gateway.asked)
        assert "less than the minimum amount 5 USDT (45110): close all of it" in rig.log_text()


OURS = (*range(1, 17), *range(22, 25), *range(32, 39))
"""The faults of FAULTS.md, section 2.3, that are the order manager's."""


def test_every_fault_of_the_order_manager_has_its_test() -> None:
    folder = Path(__file__).parent.parent
    texts = [(folder / part / "test_order_faults.py").read_text("utf-8") for part in ("engine", "e2e")]
    tried = {int(number) for text in texts for number in re.findall(r"^async def test_o(\d\d)_", text, re.M)}
    assert tried >= set(OURS), f"without a test: {sorted(set(OURS) - tried)}"
