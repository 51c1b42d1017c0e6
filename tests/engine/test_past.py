"""Closed positions in the engine: read at the start, added to by fills, checked, and their context frozen."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from omega_tui.analytics.swings import Direction, Swing
from omega_tui.domain.closed import Check, Origin, ReportedPosition
from omega_tui.domain.events import CandlesChanged, FillReported, PositionsReported, TickerChanged
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.engine.intents import NoteDown
from omega_tui.engine.past.desk import SOON_SECONDS
from omega_tui.history.records import CONTEXT, TOLD, ContextRow
from omega_tui.journal import NoJournal, read_body
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, fill, position, ticker
from tests.engine.rig import Rig, running

HELD = replace(position("0.004", entry="59000"), opened_ms=EXCHANGE_MS + 1_000)
TOLD_POSITION = ReportedPosition(
    "told",
    "BTCUSDT",
    HoldSide.LONG,
    entry_price=D(59_000),
    exit_price=D(59_500),
    opened_size=D("0.004"),
    closed_size=D("0.004"),
    gross=D(2),
    net=D("1.7"),
    funding=D("-0.02"),
    fees=D("-0.28"),
    opened_ms=EXCHANGE_MS + 1_000,
    closed_ms=EXCHANGE_MS + 9_000,
)


def opening(at: int = 1_000) -> FillReported:
    return FillReported(fill("1", at=EXCHANGE_MS + at))


def closing(at: int = 9_000) -> FillReported:
    made = fill("2", price="59500", side=Side.SELL, profit="2", at=EXCHANGE_MS + at)
    return FillReported(made)


async def known(rig: Rig, count: int) -> None:
    await rig.until(lambda: rig.views.history().known and len(rig.views.history().trades) == count, "trades")


async def trade(rig: Rig) -> None:
    """From flat to flat, as the streams tell it."""
    rig.gateway.emit(opening(), PositionsReported((HELD,), EXCHANGE_MS + 1_000))
    await rig.advance(9)
    rig.gateway.emit(closing(), PositionsReported((), EXCHANGE_MS + 9_000))


async def test_a_position_that_closes_is_in_the_history_and_is_checked_soon(tmp_path: Path) -> None:
    """Bug: the history shows what was there at the start until the cockpit is opened again."""
    async with running(tmp_path, keeps_history=True) as rig:
        await known(rig, 0)
        await trade(rig)
        await known(rig, 1)
        (one,) = rig.views.history().trades
        assert (one.position.gross, one.position.fees, one.position.check) == (
            2,
            D("-0.28"),
            Check.UNCHECKED,
        )
        rig.gateway.closed_positions = (TOLD_POSITION,)
        await rig.until_advancing(
            lambda: rig.views.history().trades[0].position.check is Check.AGREES, SOON_SECONDS + 0.1
        )
        assert rig.views.history().trades[0].position.net == D("1.7")
        assert rig.views.history().performance.result.win_rate == 1


async def test_a_restart_knows_the_same_history_and_writes_nothing_twice(tmp_path: Path) -> None:
    gateway = FakeGateway(closed_positions=(TOLD_POSITION,))
    async with running(tmp_path, gateway, keeps_history=True) as rig:
        await trade(rig)
        await known(rig, 1)
    async with running(tmp_path, FakeGateway(closed_positions=(TOLD_POSITION,)), keeps_history=True) as rig:
        await known(rig, 1)
        (one,) = rig.views.history().trades
        assert (one.position.origin, one.position.check) == (Origin.FILLS, Check.AGREES)
        rows = await asyncio.wrap_future(rig.journal.read(TOLD))
        assert len(rows) == 1


async def test_a_late_fill_of_an_outage_puts_the_history_right(tmp_path: Path) -> None:
    """Bug: executions that are read after later ones make a position that never was."""
    async with running(tmp_path, keeps_history=True) as rig:
        await known(rig, 0)
        rig.gateway.emit(closing(), opening())
        await rig.until_advancing(lambda: len(rig.views.history().trades) == 1, SOON_SECONDS)
        assert rig.views.history().trades[0].position.gross == 2


async def test_what_the_exchange_cannot_tell_now_is_said_and_asked_again(tmp_path: Path) -> None:
    gateway = FakeGateway(closed_positions=(TOLD_POSITION,))
    async with running(tmp_path, gateway, keeps_history=True) as rig:
        await known(rig, 1)
        gateway.reads_fail = True
        rig.engine.submit(NoteDown("why"))
        await rig.until(lambda: rig.views.history().problem, "a problem")
        assert "no answer" in rig.views.history().problem
        assert len(rig.views.history().trades) == 1, "what is known stays"


async def test_without_a_journal_the_history_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, journal=NoJournal("disk full"), live=False, keeps_history=True) as rig:
        await rig.until(lambda: rig.views.history().problem)
        assert "disk full" in rig.views.history().problem
        assert not rig.views.history().known


async def test_nobody_is_asked_for_a_face_that_shows_no_history(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        await rig.advance(700)
        assert "closed_positions" not in rig.gateway.asked


def candles(*highs: int) -> CandlesChanged:
    """A minute each, with a range of 100 around its middle."""
    made = [
        Candle(EXCHANGE_MS - (len(highs) - at) * 60_000, each, each + 50.0, each - 50.0, each, 1.0)
        for at, each in enumerate(map(float, highs))
    ]
    return CandlesChanged("BTCUSDT", Timeframe.M1, tuple(made), replaces=True)


def leg() -> CandlesChanged:
    """Up from 58 000 to 60 000 and down, which confirms the leg."""
    down = range(60_000, 58_000, -100)
    return candles(*down, *range(58_000, 60_001, 100), *range(59_900, 58_900, -100), 58_900)


async def contexts(rig: Rig) -> list[ContextRow]:
    rows = await asyncio.wrap_future(rig.journal.read(CONTEXT))
    return [read_body(row, ContextRow) for row in rows]


async def test_the_swing_of_the_entry_is_frozen_and_the_marks_extremes_are_kept(tmp_path: Path) -> None:
    """Bug: an entry judged by a swing that formed after it."""
    async with running(tmp_path, keeps_history=True, profile="strategic") as rig:
        await known(rig, 0)
        rig.gateway.emit(leg())
        swing = Swing(57_950.0, 60_050.0, Direction.UP)
        await trade(rig)
        await known(rig, 1)
        (one,) = rig.views.history().trades
        assert (one.entry_swing, one.profile) == (swing, "strategic")
        assert one.lowest is not None
        assert one.entry_harmony == pytest.approx(1 - 2 * abs((60_050 - 59_000) / 2_100 - 0.5))
        last = (await contexts(rig))[-1]
        assert (last.closed_ms is not None, last.lowest, last.highest) == (True, one.lowest, one.highest)


async def test_a_position_from_before_the_cockpit_has_no_entry_swing_and_no_extremes(tmp_path: Path) -> None:
    """Bug: the low since the cockpit was opened shown as the worst of a position of last week."""
    gateway = FakeGateway(positions=(HELD,))
    async with running(tmp_path, gateway, keeps_history=True) as rig:
        rig.gateway.emit(leg(), PositionsReported((HELD,), EXCHANGE_MS))
        await rig.advance(3)
        gateway.positions = ()
        rig.gateway.emit(PositionsReported((), EXCHANGE_MS + 9_000))
        await rig.settle()
        last = (await contexts(rig))[-1]
        assert (last.entry_swing, last.lowest, last.highest) == (None, None, None)
        assert last.exit_swing is not None


async def test_an_opening_that_an_earlier_run_wrote_down_is_taken_up(tmp_path: Path) -> None:
    async with running(tmp_path, keeps_history=True) as rig:
        rig.gateway.emit(leg(), PositionsReported((HELD,), EXCHANGE_MS + 1_000))
        await rig.settle()
    async with running(tmp_path, FakeGateway(positions=(HELD,)), keeps_history=True) as rig:
        rig.gateway.emit(PositionsReported((HELD,), EXCHANGE_MS + 2_000))
        await rig.advance(2)
        rig.gateway.emit(PositionsReported((), EXCHANGE_MS + 9_000))
        await rig.settle()
        last = (await contexts(rig))[-1]
        assert last.entry_swing == Swing(57_950.0, 60_050.0, Direction.UP)
        assert (last.lowest, last.highest) == (None, None), "nobody watched while the cockpit was closed"


async def test_a_position_that_was_turned_within_one_report_is_another_one(tmp_path: Path) -> None:
    async with running(tmp_path, keeps_history=True) as rig:
        await known(rig, 0)
        again = replace(HELD, opened_ms=EXCHANGE_MS + 60_000)
        rig.gateway.emit(PositionsReported((HELD,), EXCHANGE_MS + 1_000))
        rig.gateway.emit(PositionsReported((again,), EXCHANGE_MS + 60_000))
        await rig.settle()
        rows = await contexts(rig)
        assert [(row.opened_ms, row.closed_ms is None) for row in rows] == [
            (HELD.opened_ms, True),
            (HELD.opened_ms, False),
            (again.opened_ms, True),
        ]


async def test_harmony_is_measured_on_marks_and_is_unknown_without_them(tmp_path: Path) -> None:
    """Bug: a resonance of 0 for somebody whose prices have not arrived."""
    async with running(tmp_path, keeps_history=True) as rig:
        long, short = position("0.618"), position("1", HoldSide.SHORT)
        rig.gateway.emit(PositionsReported((long, short), EXCHANGE_MS))
        view = rig.views.harmony()
        assert view.resonance == pytest.approx(1.0, abs=1e-3)
        assert view.balance is not None
        assert (view.balance.ratio_type, round(view.balance.score, 2)) == ("long:short", 1.0)
        assert view.closed == 0
        assert (view.win_rate, view.win_rate_alignment) == (None, 0.5)
        assert view.harmony is not None
        assert view.energy is None, "the day's range is not known yet"
        day = replace(ticker(), high_24h=D(61_000), low_24h=D(59_000))
        rig.gateway.emit(TickerChanged(day))
        energy = rig.views.harmony().energy
        assert energy is not None
        assert (energy.alignment, energy.position) == (1.0, 10.0), "60000 is in the middle of the day"
        stranger = replace(position(symbol="ETHUSDT"), mark_price=None)
        rig.gateway.emit(PositionsReported((long, stranger), EXCHANGE_MS))
        unknown = rig.views.harmony()
        assert (unknown.resonance, unknown.balance, unknown.harmony, unknown.energy) == (None,) * 4
        assert [each.has_swing for each in unknown.positions] == [False, False]
