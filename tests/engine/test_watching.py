"""Switching markets, and background work that fails: visible, retried, never in the way."""

import asyncio
from dataclasses import replace
from pathlib import Path

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.events import BookChanged, CandlesChanged, Health, TickerChanged
from omega_tui.domain.market import Candle, Timeframe
from omega_tui.domain.orders import OrderType, Side
from omega_tui.engine.intents import (
    LoadOlderCandles,
    PlaceOrder,
    SelectSwing,
    SelectSymbol,
    SelectTimeframe,
)
from omega_tui.engine.views import LogLevel, Posture
from omega_tui.exchange.port import Rejected
from tests.engine.fake_gateway import BTC, ETH, EXCHANGE_MS, D, FakeGateway, FakeReads, book, position, ticker
from tests.engine.rig import running


def past(count: int) -> tuple[Candle, ...]:
    """Waves of sixty candles: swings for a zigzag."""
    candles = []
    for index in range(count):
        middle = 60_000 + 400 * abs(index % 60 - 30) + index
        start = EXCHANGE_MS - (count - index) * 60_000
        candles.append(Candle(start, middle, middle + 40, middle - 40, middle + 10, 3.0))
    return tuple(candles)


PAST = tuple(Candle(EXCHANGE_MS - minute * 60_000, 1.0, 2.0, 0.5, 1.5, 3.0) for minute in range(40, 0, -1))


async def test_a_switch_shows_nothing_of_the_old_market(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(past=PAST)) as rig:
        assert rig.engine.submit(SelectSymbol("ETHUSDT")).taken
        assert rig.gateway.watched[-1] == ("ETHUSDT", Timeframe.M1)
        status, ladder = rig.views.status(), rig.views.ladder(1, 5)
        assert (status.symbol, status.last_price, status.book.health) == ("ETHUSDT", None, Health.CONNECTING)
        assert (ladder.bids, ladder.asks, ladder.tick) == ((), (), D("0.01"))
        late = rig.clock.wall_ms()
        rig.gateway.emit(BookChanged("BTCUSDT", book(), late), TickerChanged(ticker(at=late)))
        assert rig.views.ladder(1, 5).bids == ()
        assert rig.views.status().last_price is None
        rig.gateway.emit(
            BookChanged("ETHUSDT", book(), late), TickerChanged(ticker(at=late, symbol="ETHUSDT"))
        )
        assert rig.views.status().book.health is Health.LIVE
        await rig.settle()
        assert "settings ETHUSDT" in rig.gateway.asked


async def test_a_market_that_does_not_exist_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        receipt = rig.engine.submit(SelectSymbol("NOPEUSDT"))
        assert not receipt.taken
        assert rig.views.status().symbol == "BTCUSDT"
        assert rig.gateway.watched == [("BTCUSDT", Timeframe.M1)]


async def test_a_market_that_is_not_listed_gives_way_to_one_that_is(tmp_path: Path) -> None:
    """A tape without the configured symbol left the cockpit on an empty market for ever."""
    closed = replace(ETH, symbol="OLDUSDT", tradable=False)
    async with running(tmp_path, FakeGateway(listed=(closed, ETH)), live=False) as rig:
        await rig.until(lambda: rig.views.status().symbol == "ETHUSDT")
        assert rig.gateway.watched[-1] == ("ETHUSDT", Timeframe.M1)
        assert "BTCUSDT is not listed here: showing ETHUSDT instead" in rig.log_text()


async def test_p32_rules_that_changed_are_read_after_a_refusal_and_tickets_are_judged_anew(
    tmp_path: Path,
) -> None:
    """A ticket that was typed under the old tick must not leave under the new one as something else."""
    refusal = Rejected("45115", "price is not a multiple of the price step")
    async with running(tmp_path, FakeGateway(on_place=lambda request: refusal)) as rig:
        typed = rig.draft(price=D("59000.1"))
        shown = rig.views.preview(typed)
        rig.gateway.listed = (replace(BTC, tick=D("0.5")), ETH)
        await rig.advance(61)
        assert rig.place().taken
        await rig.until(lambda: rig.gateway.asked.count("instruments fresh") == 1)
        await rig.settle()
        assert "BTCUSDT: tick is now 0.5, it was 0.1" in rig.log_text()
        await rig.advance(2)
        assert rig.gateway.asked.count("tiers BTCUSDT") == 2
        assert "the price is now 59000" in rig.engine.submit(PlaceOrder(typed, shown)).text
        assert rig.place().taken
        await rig.settle()
        assert rig.gateway.asked.count("instruments fresh") == 1, "not again for each refusal"


async def test_the_rules_are_read_anew_every_day(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        await rig.advance(86_401)
        assert rig.gateway.asked.count("instruments fresh") == 1


async def test_p33_a_contract_that_is_listed_no_more_can_be_closed_and_nothing_else(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        rig.gateway.listed = (ETH,)
        await rig.advance(86_401)
        assert "BTCUSDT takes no new orders any more" in rig.log_text()
        assert rig.views.status().symbol == "BTCUSDT", "the market with the position stays on the screen"
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)
        assert "takes no new orders" in rig.place().text
        assert "BTCUSDT" not in rig.views.symbols()
        close = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
        assert rig.place(close).taken


async def test_past_candles_arrive_with_their_progress_in_the_log(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(past=PAST), history_candles=30) as rig:
        await rig.until(lambda: len(rig.views.chart(100).candles) == 30)
        assert "loading 30 1m candles of BTCUSDT" in rig.log_text()
        assert "loaded 30 1m candles of BTCUSDT" in rig.log_text()


async def test_another_timeframe_fetches_its_own_candles(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(past=PAST)) as rig:
        assert rig.engine.submit(SelectTimeframe(Timeframe.H1)).taken
        assert rig.views.chart(9).candles == ()
        await rig.until(lambda: rig.views.chart(9).candles)
        assert rig.gateway.watched[-1] == ("BTCUSDT", Timeframe.H1)
        assert "candles BTCUSDT 1H" in rig.gateway.asked


async def test_a_gap_in_the_candles_fetches_what_is_missing(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(past=PAST)) as rig:
        await rig.until(lambda: rig.views.chart(100).candles)
        asked = rig.gateway.asked.count("candles BTCUSDT 1m")
        far = Candle(EXCHANGE_MS + 3_600_000, 1.0, 2.0, 0.5, 1.5, 3.0)
        rig.gateway.emit(CandlesChanged("BTCUSDT", Timeframe.M1, (far,), True))
        await rig.until(lambda: rig.gateway.asked.count("candles BTCUSDT 1m") == asked + 1)


async def test_an_answer_for_the_market_left_behind_is_dropped(tmp_path: Path) -> None:
    gate = asyncio.Event()

    class Slow(FakeReads):
        async def candles(
            self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
        ) -> tuple[Candle, ...]:
            if symbol == "BTCUSDT":
                await gate.wait()
                return PAST
            return ()

    async with running(tmp_path, FakeGateway(reads_type=Slow)) as rig:
        rig.engine.submit(SelectSymbol("ETHUSDT"))
        gate.set()
        await rig.settle()
        assert rig.views.chart(100).candles == ()


async def test_reads_that_fail_are_said_once_and_said_again_when_they_work(tmp_path: Path) -> None:
    gateway = FakeGateway(past=PAST, reads_fail=True)
    async with running(tmp_path, gateway, live=False) as rig:
        for _ in range(5):
            await rig.advance(31, fresh=False)
        lines = [row for row in rig.views.log(99).rows if row.text.startswith("past candles: ")]
        assert [row.level for row in lines] == [LogLevel.WARNING]
        gateway.reads_fail = False
        await rig.until_advancing(lambda: "past candles works again" in rig.log_text(), 31)
        assert rig.views.chart(5).candles


async def test_s21_a_bug_in_a_background_task_is_a_visible_state_and_not_the_end(tmp_path: Path) -> None:
    """A comparison that breaks must shut new risk and say so, and open it again when it works."""

    class Broken(FakeReads):
        broken = False

        async def settings(self, symbol: str) -> SymbolSettings:
            if self.broken:
                raise KeyError("surprise")
            return await super().settings(symbol)

    gateway = FakeGateway(reads_type=Broken)
    async with running(tmp_path, gateway) as rig:
        Broken.broken = True
        await rig.advance(31)
        status = rig.views.status()
        assert (status.private.health, status.posture) == (Health.DOWN, Posture.REDUCE_ONLY)
        assert "comparing the account failed: KeyError" in status.private.reason
        assert rig.log_text().count("KeyError") == 1
        Broken.broken = False
        await rig.until_advancing(lambda: rig.views.status().posture is Posture.NORMAL, 2)


async def test_s23_an_event_that_cannot_be_taken_in_does_not_break_the_stream_that_told_it(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(TickerChanged(None))  # type: ignore[arg-type]
        assert rig.views.status().book.health is Health.DOWN
        assert "new risk" in rig.place().text
        assert "taking in TickerChanged failed" in rig.log_text()
        rig.gateway.emit(TickerChanged(ticker(at=rig.clock.wall_ms())))
        assert rig.views.status().book.health is Health.LIVE, "the next good one ends the alarm"


async def test_stopping_ends_every_task_and_the_gateway(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        pass
    assert rig.gateway.asked[-1] == "stop"
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


async def test_older_candles_come_a_page_at_a_time_until_there_are_none(tmp_path: Path) -> None:
    """Bug: a page that is asked for twice, or a chart that asks for ever at the day of the listing."""
    gateway = FakeGateway(past=past(700))
    async with running(tmp_path, gateway) as rig:
        await rig.until(lambda: rig.views.chart(1000).candles)
        known = len(rig.views.chart(1000).candles)
        assert rig.engine.submit(LoadOlderCandles()).taken
        assert not rig.engine.submit(LoadOlderCandles()).taken, "one page at a time"
        await rig.until(lambda: len(rig.views.chart(1000).candles) == known + 200)
        starts = [candle.start_ms for candle in rig.views.chart(1000).candles]
        assert starts == sorted(set(starts))
        assert rig.engine.submit(LoadOlderCandles()).taken
        await rig.until(lambda: rig.views.chart(1).complete)
        assert rig.engine.submit(LoadOlderCandles()).text == "there are no older candles"


async def test_looking_into_the_past_moves_no_level(tmp_path: Path) -> None:
    """Bug: orders rest at levels that jump because somebody scrolled."""
    async with running(tmp_path, FakeGateway(past=past(900))) as rig:
        await rig.until(lambda: rig.views.chart(1000).candles)
        levels = rig.views.fibonacci().rows
        rig.engine.submit(LoadOlderCandles())
        await rig.until(lambda: rig.views.chart(1).older > 500)
        assert rig.views.fibonacci().rows == levels


async def test_the_swing_is_what_was_chosen(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(past=past(60))) as rig:
        await rig.until(lambda: rig.views.chart(9).candles)
        assert rig.engine.submit(SelectSwing(points=(61_000.0, 64_000.0))).taken
        view = rig.views.fibonacci()
        assert (view.low, view.high, view.direction, view.choice) == (61_000, 64_000, "up", "picked")
        assert not rig.engine.submit(SelectSwing(points=(5.0, 5.0))).taken
        assert not rig.engine.submit(SelectSwing(lookback=1)).taken
        assert rig.views.fibonacci().choice == "picked"
        assert rig.engine.submit(SelectSwing(lookback=20)).taken
        window = rig.views.chart(21).candles[:-1]
        assert rig.views.fibonacci().high == max(D(str(each.high)) for each in window)
