"""Write-ahead, outcomes, cancels: what leaves, when, and what is believed afterwards."""

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.events import OrderReported
from omega_tui.domain.orders import OrderRequest, OrderState, OrderType, Side
from omega_tui.engine import recorder
from omega_tui.engine.intents import (
    CancelAll,
    CancelOrder,
    CancelScope,
    Halt,
    Intent,
    PlaceOrder,
    Resume,
    TicketDraft,
)
from omega_tui.engine.recorder import IntentRow
from omega_tui.engine.views import Posture
from omega_tui.exchange.port import Accepted, NotSent, Outcome, Rejected, Unknown
from omega_tui.journal import Journal, JournalRow, NoJournal, Recollection
from omega_tui.journal.schema import Head
from tests.engine.fake_gateway import D, FakeGateway, order, position
from tests.engine.requests import request
from tests.engine.rig import WALL_MS, Rig, running

S = OrderState


def _states(rig: Rig) -> list[OrderState]:
    return [row.state for row in rig.views.orders().rows]


def journal_rows(path: Path, kind: str) -> list[bytes]:
    """Bodies of the rows of a kind, read as another program would."""
    other = sqlite3.connect(path)
    rows = other.execute("SELECT body FROM event WHERE kind = ? ORDER BY sequence", (kind,)).fetchall()
    other.close()
    return [body for (body,) in rows]


async def test_the_intent_is_on_disk_before_the_order_leaves(tmp_path: Path) -> None:
    """Seen from a second connection inside the gateway: an order without a durable intent can be lost."""
    gateway = FakeGateway()
    seen: list[str] = []

    def place(request: OrderRequest) -> Outcome:
        for body in journal_rows(tmp_path / "j" / "sim.journal", "order.intent"):
            seen.append(msgspec.json.decode(body)["request"]["client_order_id"])
        return Accepted("9001", request.client_order_id)

    gateway.on_place = place
    async with running(tmp_path, gateway) as rig:
        for _ in range(3):
            rig.place()
        await rig.until(lambda: len(gateway.placed) == 3 and _states(rig) == [S.ACK] * 3)
    assert set(seen) >= {sent.client_order_id for sent in gateway.placed}


async def test_client_order_ids_are_ours_unique_and_legal(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        for _ in range(5):
            rig.place()
        await rig.until(lambda: len(rig.gateway.placed) == 5)
        ids = {sent.client_order_id for sent in rig.gateway.placed}
        assert len(ids) == 5
        assert all(each.startswith("omg") and each.isalnum() and len(each) <= 50 for each in ids)


async def test_a_broker_code_stands_in_every_client_order_id(tmp_path: Path) -> None:
    """The longest code that the settings take still leaves a whole token within Bitget's 50 characters."""
    code = "B" * 22 + "_"
    async with running(tmp_path, broker_code=code) as rig:
        keys = {rig.place().keys[0] for _ in range(3)}
        assert len(keys) == 3
        assert all(key.startswith(f"omg{code}") and len(key) == 50 for key in keys)


async def test_an_id_that_the_ledger_knows_is_not_given_again(tmp_path: Path) -> None:
    """The exchange told of an order with the very id that comes next: sending it would be a duplicate."""
    async with running(tmp_path) as rig:
        [key] = rig.place().keys
        following = str(int(key.removeprefix("omg")) + 1).rjust(24, "0")
        rig.gateway.emit(OrderReported(order(f"omg{following}", order_id="77")))
        assert rig.place().keys[0] not in (key, f"omg{following}")


async def test_a_second_press_of_the_send_key_sends_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        draft = rig.draft()
        intent = PlaceOrder(draft, rig.views.preview(draft))
        assert rig.engine.submit(intent).taken
        second = rig.engine.submit(intent)
        assert not second.taken
        assert "sent already" in second.text
        await rig.settle()
        assert not rig.engine.submit(intent).taken
        await rig.settle()
        assert len(rig.gateway.placed) == 1


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Rejected("40762", "balance", "reduce the size"), None, "refused: buy 0.01 BTCUSDT"),
        (NotSent("connection refused"), None, "not sent: buy 0.01 BTCUSDT"),
        (Unknown("the reply was lost"), S.UNKNOWN, "fate unknown: buy 0.01 BTCUSDT"),
        (Accepted(None, None), S.ACK, "acknowledged"),
    ],
)
async def test_each_outcome_is_what_the_trader_reads(
    tmp_path: Path, outcome: Outcome, state: OrderState | None, words: str
) -> None:
    async with running(tmp_path, FakeGateway(on_place=lambda request: outcome)) as rig:
        rig.place()
        await rig.until(lambda: words in rig.log_text())
        assert _states(rig) == ([state] if state else [])


async def test_an_order_of_unknown_fate_blocks_new_risk_on_its_symbol_and_is_never_resent(
    tmp_path: Path,
) -> None:
    """Resending on a lost answer doubles the position."""
    async with running(tmp_path, FakeGateway(on_place=lambda request: Unknown("timed out"))) as rig:
        rig.place()
        await rig.until(lambda: _states(rig) == [S.UNKNOWN])
        refused = rig.place()
        assert not refused.taken
        assert "unknown fate" in refused.text
        for _ in range(10):
            await rig.advance(3)
        assert len(rig.gateway.placed) == 1


async def test_an_unknown_order_is_settled_by_what_the_exchange_tells(tmp_path: Path) -> None:
    gateway = FakeGateway(on_place=lambda request: Unknown("timed out"))
    async with running(tmp_path, gateway) as rig:
        gateway.on_fetch_order = lambda client_order_id: order(client_order_id, S.WORKING)
        gateway.open_orders = ()
        rig.place()
        await rig.until(lambda: _states(rig) == [S.WORKING])
        assert rig.place().taken


async def test_absence_proves_nothing_until_the_signature_has_expired(tmp_path: Path) -> None:
    """A timer alone never settles UNKNOWN: two clean looks after the window do, one does not."""
    gateway = FakeGateway(on_place=lambda request: Unknown("timed out"))
    async with running(tmp_path, gateway, signature_window_seconds=30.0) as rig:
        rig.place()
        await rig.until(lambda: _states(rig) == [S.UNKNOWN])
        for _ in range(9):
            await rig.advance(3)
        assert _states(rig) == [S.UNKNOWN]
        gateway.reads_fail = True
        for _ in range(5):
            await rig.advance(30)
        assert _states(rig) == [S.UNKNOWN], "a failed look is no evidence"
        gateway.reads_fail = False
        await rig.until_advancing(lambda: rig.views.orders().rows[0].evidence.count("1 clean"), 3)
        assert _states(rig) == [S.UNKNOWN]
        await rig.until_advancing(lambda: _states(rig) == [], 3)
        assert "never accepted" in rig.log_text()
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 3)
        assert rig.place().taken
    bodies = journal_rows(tmp_path / "j" / "sim.journal", "order.state")
    assert any(b'"never_accepted"' in body for body in bodies), "the evidence is on record"


async def test_an_order_accepted_without_an_id_is_found_by_our_id(tmp_path: Path) -> None:
    gateway = FakeGateway(on_place=lambda request: Accepted(None, None))
    async with running(tmp_path, gateway) as rig:
        gateway.on_fetch_order = lambda client_order_id: order(client_order_id, S.FILLED, filled="0.01")
        rig.place()
        await rig.until(lambda: _states(rig) == [S.ACK])
        await rig.until_advancing(lambda: _states(rig) == [], 3)


async def test_a_gateway_that_breaks_while_sending_leaves_the_fate_unknown(tmp_path: Path) -> None:
    def broken(request: OrderRequest) -> Outcome:
        raise RuntimeError("bug")

    async with running(tmp_path, FakeGateway(on_place=broken)) as rig:
        rig.place()
        await rig.until(lambda: _states(rig) == [S.UNKNOWN])
        assert "RuntimeError" in rig.log_text()


async def test_without_a_journal_nothing_new_is_sent_and_reading_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, journal=NoJournal("disk gone"), live=False) as rig:
        rig.gateway.go_live()
        await rig.until(lambda: rig.views.account().equity is not None and rig.views.symbols())
        status = rig.views.status()
        assert (status.posture, "disk gone" in status.posture_reason) == (Posture.REDUCE_ONLY, True)
        assert "disk gone" in rig.place().text
        assert rig.gateway.placed == []


async def test_a_journal_that_fails_at_the_write_stops_the_order(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        assert isinstance(rig.journal, Journal)
        rig.journal.close()
        assert rig.place().taken
        await rig.until(lambda: "not sent" in rig.log_text())
        assert rig.gateway.placed == []
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        assert _states(rig) == []


async def test_a_past_that_cannot_be_understood_shuts_new_risk_for_the_whole_run(tmp_path: Path) -> None:
    """An open order may hide behind the row; that new rows can be written proves nothing about it."""
    journal = Journal(tmp_path / "j" / "sim.journal", ManualClock())
    journal.append("day.opening", {"start_ms": "of another make"}).result(5)
    journal.close()
    async with running(tmp_path, live=False) as rig:
        rig.gateway.go_live()
        await rig.advance(6)
        assert "row 1 (day.opening)" in rig.views.status().posture_reason
        assert not rig.place().taken


async def test_an_order_lost_between_intent_and_answer_is_asked_for_after_a_restart(tmp_path: Path) -> None:
    """The cockpit dies while the exchange holds the order: the next one must find it, not forget it."""
    hold = FakeGateway(hold_place=asyncio.Event())
    async with running(tmp_path, hold) as rig:
        rig.place()
        await rig.until(lambda: hold.placed)
    lost = hold.placed[0].client_order_id
    after = FakeGateway()
    async with running(tmp_path, after, live=False) as rig:
        assert _states(rig) == [S.UNKNOWN]
        after.on_fetch_order = lambda client_order_id: order(client_order_id, S.WORKING)
        after.go_live()
        await rig.until(lambda: _states(rig) == [S.WORKING])
        assert rig.views.orders().rows[0].key == lost
        assert not rig.views.orders().rows[0].foreign
        assert after.placed == []


async def test_an_intent_that_was_written_and_perhaps_never_sent_is_asked_for(tmp_path: Path) -> None:
    """Killed between the disk and the line: only the exchange knows whether the order left."""
    clock = ManualClock(WALL_MS - 60_000)
    journal = Journal(tmp_path / "j" / "sim.journal", clock)
    journal.append("order.intent", IntentRow(request("omgdead"), "buy 0.01")).result(5)
    journal.close()
    async with running(tmp_path, live=False) as rig:
        assert _states(rig) == [S.UNKNOWN]
        assert rig.views.orders().rows[0].age_seconds == 60
        rig.gateway.go_live()
        await rig.until_advancing(lambda: _states(rig) == [], 3)
        assert "never accepted" in rig.log_text()
        for witness in ("order omgdead", "past_order omgdead"):
            assert rig.gateway.asked.count(witness) >= 2, "one clean answer of one witness proves nothing"


async def test_finished_orders_and_known_fills_stay_finished_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.place()
        await rig.until(lambda: _states(rig) == [S.ACK])
        rig.gateway.emit(OrderReported(order(rig.gateway.placed[0].client_order_id, S.CANCELED)))
        await rig.settle()
    async with running(tmp_path) as rig:
        assert _states(rig) == []


async def test_a_taken_cancel_is_pending_until_the_exchange_reports_the_end(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(OrderReported(order("webx")))
        rig.gateway.open_orders = (order("webx"),)
        assert rig.engine.submit(CancelOrder("webx")).taken
        await rig.until(lambda: rig.gateway.canceled)
        assert _states(rig) == [S.PENDING_CANCEL]
        for _ in range(3):
            await rig.advance(5)
        assert _states(rig) == [S.PENDING_CANCEL], "an exchange that still lists it has not canceled it"
        rig.gateway.emit(OrderReported(order("webx", S.CANCELED, filled="0.004")))
        rig.gateway.emit(OrderReported(order("webx", S.CANCELED, filled="0.004")))
        assert _states(rig) == []
        assert rig.log_text().count("canceled: buy 0.01 BTCUSDT at 59000, 0.004 of it filled") == 1


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (Unknown("40768 not found does not prove that it was canceled"), S.PENDING_CANCEL),
        (Rejected("45055", "already finished"), S.WORKING),
        (NotSent("no connection"), S.WORKING),
    ],
)
async def test_a_cancel_that_failed_does_not_end_the_order(
    tmp_path: Path, outcome: Outcome, left: OrderState
) -> None:
    """'Not found' on a cancel may mean filled: the order's own record decides."""
    gateway = FakeGateway(on_cancel=lambda target: outcome, open_orders=(order("webx"),))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: _states(rig) == [S.WORKING])
        rig.engine.submit(CancelOrder("webx"))
        await rig.until(lambda: gateway.canceled)
        await rig.settle()
        assert _states(rig) == [left]
        gateway.open_orders = ()
        gateway.on_fetch_order = lambda client_order_id: order(client_order_id, S.FILLED, filled="0.01")
        await rig.until_advancing(lambda: _states(rig) == [], 31)


async def test_cancel_scopes_pick_their_side_and_symbol(tmp_path: Path) -> None:
    resting = (
        order("a", side=Side.BUY, order_id="1"),
        order("b", side=Side.SELL, order_id="2", price="61000"),
        order("c", side=Side.SELL, order_id="3", symbol="ETHUSDT"),
    )
    async with running(tmp_path, FakeGateway(open_orders=resting)) as rig:
        await rig.until(lambda: len(_states(rig)) == 3)
        rig.engine.submit(CancelAll(CancelScope.SELLS))
        await rig.until(lambda: rig.gateway.canceled)
        assert [target.client_order_id for target in rig.gateway.canceled] == ["b"]
        rig.engine.submit(CancelAll(CancelScope.SYMBOL))
        rig.engine.submit(CancelAll(CancelScope.ACCOUNT))
        await rig.until(lambda: {"cancel_all BTCUSDT", "cancel_all None"} <= set(rig.gateway.asked))
        assert set(_states(rig)) == {S.PENDING_CANCEL}


async def test_cancelling_what_is_finished_or_unheard_of_is_refused_in_words(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(OrderReported(order("webx", S.CANCELED)))
        assert "canceled already" in rig.engine.submit(CancelOrder("webx")).text
        assert not rig.engine.submit(CancelOrder("nobody")).taken
        assert not rig.engine.submit(CancelAll(CancelScope.BUYS)).taken


async def test_halt_cancels_entries_keeps_closes_and_lets_no_risk_in(tmp_path: Path) -> None:
    resting = (order("entry", order_id="1"), order("stop", order_id="2", reduce_only=True, side=Side.SELL))
    async with running(tmp_path, FakeGateway(open_orders=resting)) as rig:
        await rig.until(lambda: len(_states(rig)) == 2)
        assert rig.engine.submit(Halt()).taken
        await rig.until(lambda: rig.gateway.canceled)
        assert [target.client_order_id for target in rig.gateway.canceled] == ["entry"]
        assert rig.views.status().posture is Posture.HALT
        assert "HALT" in rig.place().text
        assert rig.engine.submit(Resume()).taken
        assert rig.place().taken
        assert not rig.engine.submit(Resume()).taken


@pytest.mark.parametrize("stop", [Halt(), CancelAll(CancelScope.BUYS), CancelAll(CancelScope.ACCOUNT)])
async def test_an_order_that_is_still_being_written_down_can_be_stopped(tmp_path: Path, stop: Intent) -> None:
    async with running(tmp_path) as rig:
        assert rig.place().taken
        assert rig.engine.submit(stop).taken
        await rig.until(lambda: "before it left" in rig.log_text())
        await rig.settle()
        assert rig.gateway.placed == []
        assert rig.gateway.canceled == []


async def test_a_read_only_venue_sends_nothing_at_all(tmp_path: Path) -> None:
    gateway = FakeGateway(open_orders=(order("webx"),))
    async with running(tmp_path, gateway, read_only=True) as rig:
        await rig.until(lambda: _states(rig))
        assert "read-only" in rig.place().text
        for intent in (CancelOrder("webx"), CancelAll(CancelScope.ACCOUNT)):
            assert "read-only" in rig.engine.submit(intent).text
        rig.engine.submit(Halt())
        await rig.settle()
        assert not {"place", "cancel"} & set(gateway.asked)


async def test_two_tickets_cannot_spend_the_same_balance(tmp_path: Path) -> None:
    """Before the exchange has booked the first order's margin the balance still shows it as free."""
    async with running(tmp_path, FakeGateway(on_place=lambda request: Accepted("1", None))) as rig:
        big = {"size": D("1"), "price": D("59000")}
        assert rig.place(rig.draft(**big)).taken
        refused = rig.place(rig.draft(**big))
        assert not refused.taken
        assert "available" in refused.text


async def test_the_ack_latency_is_measured_on_the_monotonic_clock(tmp_path: Path) -> None:
    gateway = FakeGateway()

    def slow(request: OrderRequest) -> Outcome:
        rig.clock.advance(0.12)
        rig.clock.step_wall(-5_000)
        return Accepted("1", None)

    gateway.on_place = slow
    async with running(tmp_path, gateway) as rig:
        assert rig.views.status().ack_p50_ms is None
        rig.place()
        await rig.until(lambda: rig.views.status().ack_p50_ms)
        assert rig.views.status().ack_p50_ms == 120


class _Hanging:
    """A journal on a disk that takes rows and never answers while `hangs`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.hangs = False

    def append(self, kind: str, body: object) -> "Future[int]":
        return Future() if self.hangs else self._journal.append(kind, body)

    def read(self, *kinds: str, after: int = 0, newest: int | None = None) -> "Future[list[JournalRow]]":
        return self._journal.read(*kinds, after=after, newest=newest)

    def intended(self, *client_order_ids: str) -> "Future[frozenset[str]]":
        return self._journal.intended(*client_order_ids)

    def recall(self, *kinds: str) -> "Future[Recollection]":
        return self._journal.recall(*kinds)

    def inspect(self) -> "Future[Head]":
        return self._journal.inspect()


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Hanging]:
    monkeypatch.setattr(recorder, "_PATIENCE_SECONDS", 0.02)
    journal = Journal(tmp_path / "j" / "sim.journal", ManualClock())
    yield _Hanging(journal)
    journal.close()


def _close(rig: Rig) -> TicketDraft:
    return rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)


async def test_a_close_leaves_although_the_journal_fails(tmp_path: Path) -> None:
    """Being unable to get out is the greater risk: a full disk must not block a reduce-only order."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        assert isinstance(rig.journal, Journal)
        rig.journal.close()
        assert rig.place(_close(rig)).taken
        await rig.until(lambda: rig.gateway.placed)
        assert "leaves without a record in the journal" in rig.log_text()
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        assert rig.place(_close(rig)).taken, "nor once the failure is known"
        await rig.until(lambda: len(rig.gateway.placed) == 2)


async def test_a_journal_that_hangs_stops_entries_and_not_closes(tmp_path: Path, hanging: _Hanging) -> None:
    """Waiting for ever on a dead disk froze every order; an entry that left later would have an old price."""
    async with running(tmp_path, FakeGateway(positions=(position(),)), journal=hanging) as rig:
        hanging.hangs = True
        assert rig.place().taken
        await rig.until(lambda: "not sent: buy 0.01 BTCUSDT" in rig.log_text())
        assert rig.gateway.placed == []
        assert rig.place(_close(rig)).taken
        await rig.until(lambda: rig.gateway.placed)
        assert not rig.place().taken


async def test_a_refused_sweep_does_not_let_go_an_order_that_is_still_being_written(
    tmp_path: Path, hanging: _Hanging
) -> None:
    """The refusal came back before the disk had answered, and the order left after the cancel-all."""
    gateway = FakeGateway(on_cancel_all=lambda symbol: Rejected("22001", "no order to cancel"))
    async with running(tmp_path, gateway, journal=hanging) as rig:
        slow: Future[int] = Future()
        slow.set_running_or_notify_cancel()
        append, hanging.append = hanging.append, lambda kind, body: slow  # type: ignore[method-assign]
        assert rig.place().taken
        await asyncio.sleep(0)
        hanging.append = append  # type: ignore[method-assign]
        rig.engine.submit(CancelAll(CancelScope.SYMBOL))
        await rig.until(lambda: "cancel_all BTCUSDT" in gateway.asked)
        slow.set_result(1)
        await rig.until(lambda: "cancelled before it left" in rig.log_text())
        assert gateway.placed == []


async def test_a_cancel_that_overtook_its_order_is_asked_for_again(tmp_path: Path) -> None:
    """HALT while an entry travels: the exchange does not know it yet, and it would then rest for ever."""
    gateway = FakeGateway(hold_place=asyncio.Event(), on_cancel=lambda target: Unknown("40768 no such order"))
    async with running(tmp_path, gateway) as rig:
        rig.place()
        await rig.until(lambda: gateway.placed)
        rig.engine.submit(Halt())
        await rig.until(lambda: len(gateway.canceled) == 1)
        assert gateway.hold_place is not None
        gateway.hold_place.set()
        await rig.until(lambda: len(gateway.canceled) == 2)
        assert gateway.canceled[-1].order_id == "9001"


async def test_a_symbol_that_is_halted_while_its_entry_is_written_down_lets_it_not_leave(
    tmp_path: Path, hanging: _Hanging
) -> None:
    """Figures contradict each other in the very moment: the entry was judged before."""
    async with running(tmp_path, journal=hanging) as rig:
        slow: Future[int] = Future()
        slow.set_running_or_notify_cancel()
        append, hanging.append = hanging.append, lambda kind, body: slow  # type: ignore[method-assign]
        assert rig.place().taken
        await asyncio.sleep(0)
        hanging.append = append  # type: ignore[method-assign]
        rig.gateway.emit(OrderReported(order("web", S.FILLED, filled="0.02")))
        slow.set_result(1)
        await rig.until(lambda: "halted before it left" in rig.log_text())
        assert rig.gateway.placed == []
