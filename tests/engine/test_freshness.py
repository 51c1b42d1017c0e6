"""Staleness is honest: what is old is never called live, and nothing that adds risk is priced from it."""

from pathlib import Path

import pytest

from omega_tui.domain.events import BookChanged, Health, HealthChanged, OrderReported, Surface, TickerChanged
from omega_tui.domain.orders import OrderType, Side
from omega_tui.engine.intents import CancelOrder, Flatten
from omega_tui.engine.market.feeds import DelayFloor
from omega_tui.engine.views import Panel, Posture
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, book, order, position, ticker
from tests.engine.rig import Rig, running


def _market(rig: Rig) -> tuple[Health, int | None]:
    book_freshness = rig.views.status().book
    age = book_freshness.age_seconds
    return book_freshness.health, int(age) if age is not None else None


async def test_a_silent_book_goes_stale_and_says_how_old_it_is(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(market_reads_fail=True)) as rig:
        await rig.advance(1.9, fresh=False)
        assert _market(rig)[0] is Health.LIVE
        await rig.advance(0.2, fresh=False)
        assert _market(rig) == (Health.STALE, 2)
        await rig.advance(3, fresh=False)
        assert _market(rig) == (Health.STALE, 5)
        rig.freshen()
        assert _market(rig)[0] is Health.LIVE


async def test_a_stale_market_refuses_risk_but_never_a_way_out(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(positions=(position(),), market_reads_fail=True)) as rig:
        rig.gateway.emit(OrderReported(order("webx")))
        await rig.advance(3, fresh=False)
        refused = rig.place()
        assert not refused.taken
        assert "STALE 3 s" in refused.text
        close = rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D("0.5"), closes=True)
        assert rig.place(close).taken
        assert rig.engine.submit(CancelOrder("webx")).taken
        assert rig.engine.submit(Flatten("BTCUSDT")).taken


async def test_a_stale_mark_counts_even_while_the_book_moves(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(market_reads_fail=True)) as rig:
        await rig.advance(3, fresh=False)
        rig.gateway.emit(BookChanged("BTCUSDT", book(), rig.clock.wall_ms()))
        health, _ = _market(rig)
        assert health is Health.STALE
        assert "mark price" in rig.views.status().book.reason


async def test_n06_news_that_is_old_by_the_exchanges_own_stamp_is_stale_on_arrival(tmp_path: Path) -> None:
    """A slow line delivers frame after frame, each a little older: counting arrivals would call that live."""
    async with running(tmp_path, FakeGateway(market_reads_fail=True)) as rig:
        for second in range(1, 8):
            await rig.advance(1, fresh=False)
            late = EXCHANGE_MS + second * 400
            rig.gateway.emit(TickerChanged(ticker(at=late)), BookChanged("BTCUSDT", book(), late))
        assert _market(rig)[0] is Health.STALE


async def test_a_clock_that_is_wrong_by_minutes_makes_nothing_stale(tmp_path: Path) -> None:
    async with running(tmp_path, live=False) as rig:
        rig.clock.step_wall(-180_000)
        rig.gateway.go_live(at=EXCHANGE_MS + 500_000)
        assert _market(rig)[0] is Health.LIVE


async def test_stepping_the_wall_clock_changes_no_age(tmp_path: Path) -> None:
    async with running(tmp_path, FakeGateway(market_reads_fail=True)) as rig:
        rig.clock.step_wall(3_600_000)
        assert _market(rig)[0] is Health.LIVE
        await rig.advance(2.5, fresh=False)
        rig.clock.step_wall(-7_200_000)
        assert _market(rig) == (Health.STALE, 2)


async def test_after_a_suspension_nothing_old_is_live(tmp_path: Path) -> None:
    """A suspended machine's monotonic clock stands still: the first fresh frame shows how much was missed."""
    async with running(tmp_path) as rig:
        for moment in (600_000, 600_100):
            rig.gateway.emit(TickerChanged(ticker(at=EXCHANGE_MS + moment)))
        assert _market(rig)[0] is Health.STALE


async def test_one_stamp_from_the_future_or_without_time_ages_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        for odd in (EXCHANGE_MS + 86_400_000, 0):
            rig.gateway.emit(BookChanged("BTCUSDT", book(), odd))
            await rig.advance(0.5)
            assert _market(rig)[0] is Health.LIVE


async def test_a_replay_at_another_speed_can_be_judged_by_arrival_alone(tmp_path: Path) -> None:
    async with running(tmp_path, judge_lag=False) as rig:
        for second in range(1, 8):
            await rig.advance(1, fresh=False)
            slow = EXCHANGE_MS + second * 400
            rig.gateway.emit(TickerChanged(ticker(at=slow)), BookChanged("BTCUSDT", book(), slow))
        assert _market(rig)[0] is Health.LIVE


def test_the_delay_floor_forgets_after_an_hour() -> None:
    floor = DelayFloor()
    assert floor.value is None
    floor.add(0.0, 10.0)
    floor.add(60.0, -90_000.0)
    floor.add(60.0, 40.0)
    assert floor.value == 10.0
    for minutes in range(5, 66, 5):
        floor.add(minutes * 60.0, 50.0)
    assert floor.value == 50.0


@pytest.mark.parametrize("health", [Health.RESYNC, Health.DOWN, Health.CONNECTING])
async def test_a_doubt_of_the_gateway_is_shown_with_its_reason(tmp_path: Path, health: Health) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(HealthChanged(Surface.BOOK, health, "sequence gap", "BTCUSDT"))
        shown = rig.views.ladder(1, 5)
        assert (shown.health.health, shown.health.reason) == (health, "sequence gap")
        assert "sequence gap" in rig.place().text


async def test_a_book_in_doubt_keeps_its_last_picture_and_takes_no_new_one(tmp_path: Path) -> None:
    """The gateway's live book may be half applied while it is in doubt."""
    async with running(tmp_path) as rig:
        live = book()
        rig.gateway.emit(BookChanged("BTCUSDT", live, rig.clock.wall_ms()))
        before = rig.views.ladder(1, 5)
        rig.gateway.emit(HealthChanged(Surface.BOOK, Health.RESYNC, "checksum", "BTCUSDT"))
        live.apply([("59000.0", "9")], [("60000.0", "9")])
        assert rig.views.ladder(1, 5).asks == before.asks


async def test_health_of_another_market_is_not_ours(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(HealthChanged(Surface.BOOK, Health.DOWN, "gone", "ETHUSDT"))
        assert _market(rig)[0] is Health.LIVE


async def test_the_account_stays_fresh_by_being_read_and_goes_stale_when_it_cannot(tmp_path: Path) -> None:
    """The account's stream has nothing to say for hours; only a read proves that it is still so."""
    async with running(tmp_path) as rig:
        for _ in range(6):
            await rig.advance(4.5)
        assert rig.views.status().posture is Posture.NORMAL
        rig.gateway.reads_fail = True
        for _ in range(4):
            await rig.advance(4.5)
        status = rig.views.status()
        assert (status.private.health, status.posture) == (Health.STALE, Posture.REDUCE_ONLY)
        assert "REDUCE-ONLY" in rig.place().text


async def test_reading_the_account_does_not_make_a_stream_live_that_never_was(tmp_path: Path) -> None:
    async with running(tmp_path, live=False) as rig:
        for _ in range(3):
            await rig.advance(5, fresh=False)
        assert rig.views.status().private.health is Health.POLLING
        assert rig.views.status().posture is Posture.REDUCE_ONLY


async def test_growing_old_changes_the_version_of_what_shows_the_age(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        seen = {panel: rig.views.version(panel) for panel in (Panel.STATUS, Panel.LADDER)}
        assert {panel: rig.views.version(panel) for panel in seen} == seen
        rig.clock.advance(2.5)
        stale = {panel: rig.views.version(panel) for panel in seen}
        assert all(stale[panel] > seen[panel] for panel in seen)
        rig.clock.advance(1.0)
        assert all(rig.views.version(panel) > stale[panel] for panel in seen)


async def test_n07_a_spike_of_latency_is_stale_while_it_lasts_and_nothing_after_it(tmp_path: Path) -> None:
    """For five seconds everything arrives five seconds late: prices of then are not those of now."""
    async with running(tmp_path, FakeGateway(market_reads_fail=True)) as rig:
        for _ in range(3):
            await rig.advance(1)
        for _ in range(5):
            await rig.advance(1, fresh=False)
            late = rig.clock.wall_ms() - 5_050
            rig.gateway.emit(TickerChanged(ticker(at=late)), BookChanged("BTCUSDT", book(), late))
            assert _market(rig)[0] is Health.STALE
            assert not rig.place().taken
        await rig.advance(1)
        assert _market(rig)[0] is Health.LIVE
        assert rig.place().taken
        assert len(rig.gateway.watched) == 1, "nothing was subscribed anew"
