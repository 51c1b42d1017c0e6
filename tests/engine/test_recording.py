"""What the engine does when its journal cannot be written: no new risk, nothing dropped, back by itself."""

import sqlite3
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.events import FillReported, OrderReported
from omega_tui.domain.orders import OrderState, OrderType, Side
from omega_tui.engine.backlog import Backlog
from omega_tui.engine.intents import Halt, TicketDraft
from omega_tui.engine.recorder import FILL, INTENT
from omega_tui.engine.views import Posture
from omega_tui.journal import Journal, JournalDamaged, JournalRow, Onlooker, read_journal, schema
from omega_tui.journal.records import ORDER, POSTURE, IntentRow, OrderRow, PostureRow
from omega_tui.journal.schema import Head
from tests.engine.fake_gateway import D, FakeGateway, fill, order, position
from tests.engine.requests import request
from tests.engine.rig import WALL_MS, Rig, running

S = OrderState


def _rows(path: Path, *kinds: str) -> list[JournalRow]:
    with read_journal(path) as reader:
        return list(reader.rows(*kinds))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "j" / "sim.journal"


class _Holder:
    """A backup tool that holds the file's write lock."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)

    def hold(self) -> None:
        self._connection.execute("BEGIN EXCLUSIVE")

    def let_go(self) -> None:
        self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounded wait for a lock, short enough for a test."""
    monkeypatch.setattr(schema, "_BUSY_SECONDS", 0.03)


async def test_a_file_held_by_a_backup_tool_shuts_new_risk_and_drops_no_row(
    tmp_path: Path, path: Path, impatient: None
) -> None:
    """S12. Kills: rows of fills and ends that were lost while the lock was held."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        with closing(_Holder(path)) as holder:
            holder.hold()
            rig.gateway.emit(FillReported(fill("7")), OrderReported(order("webx")))
            await rig.until(lambda: rig.views.status().posture is Posture.REDUCE_ONLY)
            assert "locked" in rig.views.status().posture_reason
            assert not rig.place().taken
            assert rig.place(_close(rig)).taken, "being unable to get out is the greater risk"
            await rig.until(lambda: rig.gateway.placed)
            rig.gateway.emit(OrderReported(order("webx", S.CANCELED)))
            await rig.settle()
            holder.let_go()
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 5)
        await rig.settle()
        assert [row.body for row in _rows(path, FILL)], "the fill is on record"
        assert rig.gateway.placed[0].client_order_id.encode() in _rows(path, INTENT)[-1].body
        ends = [row.body for row in _rows(path, ORDER) if b'"webx"' in row.body]
        assert b'"canceled"' in ends[-1], "what was known first must not be written last"
        assert rig.place().taken
    with read_journal(path) as reader:
        reader.verify()


async def test_rows_that_wait_when_the_cockpit_ends_are_tried_once_more(
    tmp_path: Path, path: Path, impatient: None
) -> None:
    async with running(tmp_path) as rig:
        with closing(_Holder(path)) as holder:
            holder.hold()
            rig.gateway.emit(FillReported(fill("7")))
            await rig.until(lambda: rig.views.status().posture is Posture.REDUCE_ONLY)
            holder.let_go()
    assert len(_rows(path, FILL)) == 1


async def test_a_full_disk_shuts_new_risk_until_there_is_room_and_nothing_is_lost(
    tmp_path: Path, path: Path
) -> None:
    """S09: what was committed stays readable meanwhile."""
    async with running(tmp_path) as rig:
        assert isinstance(rig.journal, Journal)
        await _fill_disk(rig, full=True)
        rig.gateway.emit(*(FillReported(fill(str(number))) for number in range(60)))
        await rig.until(lambda: rig.views.status().posture is Posture.REDUCE_ONLY)
        assert "full" in rig.views.status().posture_reason
        assert "no new orders until it can" in rig.log_text()
        assert _rows(path, "session.start")
        await _fill_disk(rig, full=False)
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 5)
        await rig.settle()
        assert len(_rows(path, FILL)) == 60


async def _fill_disk(rig: Rig, *, full: bool) -> None:
    assert isinstance(rig.journal, Journal)

    def limit(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 1 << 30
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    rig.journal._ask(limit).result(5)


async def test_rot_found_by_the_recheck_shuts_new_risk_for_the_rest_of_the_run(tmp_path: Path) -> None:
    journal = _Rotten(tmp_path / "j" / "sim.journal", ManualClock())
    async with running(tmp_path, journal=journal, live=False) as rig:
        rig.gateway.go_live()
        await rig.until(lambda: "row 3 is not as it was written" in rig.views.status().posture_reason)
        await rig.advance(6)
        assert rig.views.status().posture is Posture.REDUCE_ONLY, "that rows can be added proves nothing"
        assert not rig.place().taken
    journal.close()


class _Rotten(Journal):
    """A journal whose distant past fails the recheck."""

    def inspect(self) -> "Future[Head]":
        def broken(connection: sqlite3.Connection) -> Head:
            raise JournalDamaged("row 3 is not as it was written")

        return self._ask(broken)


async def test_a_cockpit_that_only_looks_writes_no_row_and_sends_nothing(tmp_path: Path, path: Path) -> None:
    """S15: it shows what the trading cockpit wrote, with the reason why it does not trade."""
    async with running(tmp_path) as trading:
        trading.place()
        await trading.until(lambda: trading.gateway.placed)
        await trading.settle()
        rows = len(_rows(path))
        gateway = FakeGateway(open_orders=(order("webx", order_id="77"),))
        looker = Onlooker(path, "another cockpit trades this account")
        options = {"read_only": True, "read_only_reason": looker.reason}
        async with running(tmp_path, gateway, journal=looker, **options) as rig:
            await rig.until(lambda: len(rig.views.orders().rows) == 2)
            status = rig.views.status()
            assert (status.posture, status.posture_reason) == (Posture.READ_ONLY, looker.reason)
            assert "another cockpit trades this account" in rig.place().text
            rig.engine.submit(Halt())
            gateway.emit(FillReported(fill("7")), OrderReported(order("webx", S.CANCELED, order_id="77")))
            await rig.advance(6)
            assert rig.views.status().posture is Posture.READ_ONLY
            assert not {"place", "cancel", "place_batch"} & set(gateway.asked)
        assert len(_rows(path)) == rows


def _close(rig: Rig) -> TicketDraft:
    return rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)


def _order(key: str, state: OrderState = S.WORKING) -> tuple[str, object]:
    return ORDER, OrderRow(order(key, state))


def test_an_older_row_that_failed_is_let_go_for_a_newer_one_of_the_same_order() -> None:
    backlog = Backlog()
    rows = [_order("a"), _order("b"), _order("a", S.FILLED), (FILL, fill("1")), (FILL, fill("2"))]
    numbers = [backlog.handed_in(*row) for row in rows]
    for row, number, kept in zip(rows, numbers, (True, True, False, True, False), strict=True):
        backlog.settled(*row, number, kept=kept)
    assert backlog.take() == [rows[1], rows[3]]
    assert backlog.take() == []


def test_an_older_row_is_not_handed_out_behind_a_newer_one_on_its_way() -> None:
    """It would be written after it, and a restart would believe that a filled order is still open."""
    backlog = Backlog()
    older, newer = _order("a"), _order("a", S.FILLED)
    backlog.settled(*older, backlog.handed_in(*older), kept=True)
    number = backlog.handed_in(*newer)
    assert backlog.take() == []
    backlog.settled(*newer, number, kept=True)
    assert backlog.take() == [newer]


def test_the_newest_posture_waits_and_not_the_one_before() -> None:
    backlog = Backlog()
    rows: list[tuple[str, object]] = [(POSTURE, PostureRow(halted, {})) for halted in (True, False)]
    for row, number in [(row, backlog.handed_in(*row)) for row in rows]:
        backlog.settled(*row, number, kept=True)
    assert backlog.take() == [rows[1]]


async def test_a_wall_clock_that_jumped_between_two_runs_does_not_hasten_a_verdict(tmp_path: Path) -> None:
    """C02: by the clock the intent is an hour old, in truth a second: its order may still arrive."""
    clock = ManualClock(WALL_MS - 3_600_000)
    journal = Journal(tmp_path / "j" / "sim.journal", clock)
    journal.append(INTENT, IntentRow(request("omgdead"), "buy 0.01")).result(5)
    journal.close()
    async with running(tmp_path, live=False) as rig:
        rig.gateway.go_live()
        for _ in range(10):
            await rig.advance(3)
        assert [row.state for row in rig.views.orders().rows] == [S.UNKNOWN]
        await rig.until_advancing(lambda: not rig.views.orders().rows, 3)
        assert "never accepted" in rig.log_text()
