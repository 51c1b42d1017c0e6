"""The profile in force and the day that its loss closes, in a running engine."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from omega_tui.clock import ManualClock
from omega_tui.domain.account import Bill, BillKind
from omega_tui.domain.events import BalanceReported, OrderReported
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import OrderState, OrderType, Side
from omega_tui.domain.profiles import BUILT_IN
from omega_tui.engine.account.day import DayOpening
from omega_tui.engine.intents import SelectProfile, UnlockDay
from omega_tui.engine.views import Posture
from omega_tui.exchange.port import ReadFailed
from omega_tui.journal import Journal
from tests.engine.fake_gateway import EXCHANGE_MS, FakeGateway, FakeReads, balance, order, position
from tests.engine.rig import WALL_MS, Rig, running

LOST = BalanceReported(balance("9390"))


async def lose(rig: Rig) -> None:
    day = rig.engine._state.day
    if day.opening_equity is None:
        day.open(DayOpening(rig.engine._state.today, Decimal(10000)))
    rig.gateway.balance = LOST.balance
    rig.gateway.emit(LOST)
    await rig.until_advancing(lambda: "daily loss limit" in rig.views.status().posture_reason, 1.0)


async def test_a_lost_day_locks_entries_withdraws_those_that_rest_and_lets_out(tmp_path: Path) -> None:
    """Bug: a day that goes on losing, by new entries or by those that still rest."""
    held = FakeGateway(open_orders=(order("rest1"),), positions=(position("0.001"),))
    async with running(tmp_path, held, profile="strategic") as rig:
        assert rig.views.status().profile == "strategic"
        await lose(rig)
        status, account = rig.views.status(), rig.views.account()
        assert status.posture is Posture.REDUCE_ONLY
        assert "610.00 lost, strategic allows 600.00" in status.posture_reason
        assert "until 00:00 UTC" in status.posture_reason
        assert (account.day_profit, account.day_loss_limit) == (-610, 600)
        assert not rig.place().taken
        await rig.until(lambda: [ref.client_order_id for ref in rig.gateway.canceled] == ["rest1"])
        close = rig.draft(
            side=Side.SELL, order_type=OrderType.MARKET, price=None, size=Decimal(1), closes=True
        )
        assert rig.place(close).taken
        rig.gateway.emit(BalanceReported(balance()))
        await rig.advance(2.0)
        assert rig.views.status().posture is Posture.REDUCE_ONLY, "equity that comes back opens nothing"


async def test_a_loss_that_is_only_a_report_not_arrived_yet_closes_no_day(tmp_path: Path) -> None:
    """Bug: the position is told as closed, its profit not yet in the balance, and the day ends on that."""
    async with running(tmp_path, profile="strategic") as rig:
        day = rig.engine._state.day
        if day.opening_equity is None:
            day.open(DayOpening(rig.engine._state.today, Decimal(10000)))
        rig.gateway.emit(LOST)
        assert "daily loss limit" in rig.place().text, "refused at once all the same"
        await rig.advance(1.5)
        rig.gateway.emit(BalanceReported(balance()))
        await rig.until_advancing(lambda: rig.clock.monotonic() > 1010, 1.0)
        assert rig.views.status().posture is Posture.NORMAL
        assert rig.place().taken


async def test_money_that_was_moved_out_closes_no_day(tmp_path: Path) -> None:
    """Bug: the balance tells of a withdrawal before its bill is read, and the day ends on that."""
    async with running(tmp_path, FakeGateway(open_orders=(order("rest1"),)), profile="strategic") as rig:
        day = rig.engine._state.day
        if day.opening_equity is None:
            day.open(DayOpening(rig.engine._state.today, Decimal(10000)))
        moved = Bill(
            "1", None, BillKind.TRANSFER, "trans_out", "USDT", Decimal(-610), None, None, EXCHANGE_MS + 1
        )
        rig.gateway.bills, rig.gateway.balance = (moved,), LOST.balance
        rig.gateway.emit(LOST)
        await rig.until_advancing(lambda: rig.clock.monotonic() > 1010, 1.0)
        assert rig.views.status().posture is Posture.NORMAL
        assert rig.gateway.canceled == []
        assert day.transfers == -610


async def test_a_loss_closes_the_day_although_the_bills_cannot_be_read(tmp_path: Path) -> None:
    """Bug: an exchange that shows no bills keeps the entries of a lost day resting for ever."""
    async with running(tmp_path, FakeGateway(reads_type=NoBills), profile="strategic") as rig:
        rig.engine._state.day.open(DayOpening(rig.engine._state.today, Decimal(10000)))
        rig.gateway.balance = LOST.balance
        rig.gateway.emit(LOST)
        await rig.advance(10.0)
        assert rig.views.status().posture is Posture.NORMAL
        await rig.until_advancing(lambda: "daily loss limit" in rig.views.status().posture_reason, 5.0)


class NoBills(FakeReads):
    async def bills(self, since_ms: int) -> tuple[Bill, ...]:
        raise ReadFailed("no answer")


async def test_only_the_whole_phrase_unlocks_the_day(tmp_path: Path) -> None:
    async with running(tmp_path, profile="strategic") as rig:
        assert "not locked" in rig.engine.submit(UnlockDay("trade on today")).text
        await lose(rig)
        assert not rig.engine.submit(UnlockDay("trade on")).taken
        assert rig.engine.submit(UnlockDay("  Trade on  TODAY ")).taken
        await rig.advance(3.0)
        assert rig.views.status().posture is Posture.NORMAL
        assert rig.place().taken


async def test_a_closed_day_outlives_a_crash_and_ends_at_midnight(tmp_path: Path) -> None:
    """Bug: a restart is all it takes to go on losing."""
    clock = ManualClock(WALL_MS, 1000.0)
    journal = Journal(tmp_path / "j" / "sim.journal", clock)
    try:
        async with running(tmp_path, journal=journal, profile="strategic") as rig:
            await lose(rig)
            await rig.settle()
        async with running(tmp_path, journal=journal, live=False, profile="strategic") as rig:
            rig.gateway.go_live()
            await rig.until(lambda: "daily loss limit" in rig.views.status().posture_reason)
            rig.timers.advance(86_400)
            rig.gateway.balance = replace(rig.gateway.balance, exchange_ms=rig.clock.wall_ms())
            rig.freshen()
            await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 5.0)
    finally:
        journal.close()


async def test_another_profile_is_taken_up_by_name_only(tmp_path: Path) -> None:
    async with running(tmp_path, profile="strategic") as rig:
        refused = rig.engine.submit(SelectProfile("newby"))
        assert (refused.taken, refused.text) == (
            False,
            "no profile is called 'newby'; did you mean 'newbie'?",
        )
        taken = rig.engine.submit(SelectProfile("newbie"))
        assert "0.5 % at risk a trade, 3x at most, 2 positions, 2 % daily loss" in taken.text
        assert rig.views.status().profile == "newbie"
        assert "already" in rig.engine.submit(SelectProfile("newbie")).text


class WildReads(FakeReads):
    """A day of calm minutes and a newest one twice as wild."""

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        end = (WALL_MS // 60_000) * 60_000 if end_ms is None else end_ms - 60_000
        starts = range(end - (limit - 1) * 60_000, end + 1, 60_000)
        newest = (WALL_MS // 60_000 - 1) * 60_000
        return tuple(
            Candle(start, 100.0, 102.0 if start == newest else 101.0, 100.0, 100.5, 1.0) for start in starts
        )


async def test_a_scalper_trades_smaller_while_the_market_is_wild(tmp_path: Path) -> None:
    """Bug: leverage for a quiet market, used in a storm."""
    wild = FakeGateway(reads_type=WildReads)
    async with running(tmp_path, wild, profile="scalper") as rig:
        calm = BUILT_IN["scalper"].leverages(None)
        state = rig.engine._state
        await rig.until_advancing(lambda: state.risk.volatility.get("BTCUSDT") is not None, 2.0)
        volatility = state.risk.volatility["BTCUSDT"]
        assert BUILT_IN["scalper"].leverages(volatility) == (calm[0] // 2, calm[1] // 2)


async def test_tiers_are_read_for_what_is_shown_and_held(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position("0.1", symbol="ETHUSDT"),))) as rig:
        await rig.until_advancing(lambda: set(rig.engine._state.tiers) == {"BTCUSDT", "ETHUSDT"}, 2.0)


async def test_starting_again_gives_no_new_room_within_the_hour(tmp_path: Path) -> None:
    """Bug: every command of a shell script is a run of its own, and none of them ever entered before."""
    clock = ManualClock(WALL_MS, 1000.0)
    journal = Journal(tmp_path / "j" / "sim.journal", clock)
    try:
        async with running(tmp_path, journal=journal, profile="newbie") as rig:
            for _ in range(4):
                assert rig.place(rig.draft(size=Decimal("0.001"))).taken
            await rig.until(lambda: len(rig.gateway.placed) == 4)
            for asked in rig.gateway.placed:
                gone = order(asked.client_order_id, OrderState.CANCELED, order_id=asked.client_order_id)
                rig.gateway.emit(OrderReported(gone))
            await rig.settle()
        async with running(tmp_path, journal=journal, profile="newbie") as rig:
            refused = rig.place(rig.draft(ticket_id="other", size=Decimal("0.001")))
            assert "4 entries within an hour: newbie allows 4" in refused.text
            rig.engine._state.clock.advance(3601)  # type: ignore[attr-defined]
            rig.freshen()
            assert "within an hour" not in rig.place(rig.draft(ticket_id="later")).text
    finally:
        journal.close()
