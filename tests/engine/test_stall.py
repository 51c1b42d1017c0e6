"""A program that stands still shows old data without knowing; it has to notice by itself."""

import asyncio
from pathlib import Path

from omega_tui.domain.events import BalanceReported, Health, HealthChanged, Surface
from omega_tui.domain.orders import Order
from omega_tui.engine.views import Posture
from tests.engine.fake_gateway import FakeGateway, FakeReads, balance
from tests.engine.rig import running


async def test_s18_a_standstill_is_measured_and_said_and_the_market_is_stale_until_newer_news(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, FakeGateway(market_reads_fail=True), stall_seconds=0.25) as rig:
        for _ in range(4):
            await rig.advance(0.25)
        assert "stood still" not in rig.log_text(), "its own beat is no standstill"
        await rig.advance(0.25 + 0.4, fresh=False)
        assert "the program stood still for 0.4 s" in rig.log_text()
        book = rig.views.status().book
        assert (book.health, book.reason) == (Health.STALE, "the program stood still 0.4 s")
        assert "STALE" in rig.place().text
        rig.freshen()
        assert rig.views.status().book.health is Health.LIVE


async def test_n24_a_machine_that_slept_compares_the_account_before_it_takes_risk(tmp_path: Path) -> None:
    gate = asyncio.Event()
    gate.set()

    class Slow(FakeReads):
        async def open_orders(self) -> tuple[Order, ...]:
            await gate.wait()
            return await super().open_orders()

    async with running(tmp_path, FakeGateway(reads_type=Slow), stall_seconds=0.25) as rig:
        gate.clear()
        await rig.advance(600)
        rig.gateway.emit(HealthChanged(Surface.PRIVATE, Health.LIVE, ""), BalanceReported(balance()))
        assert rig.views.status().private.health is Health.LIVE
        assert rig.views.status().posture is Posture.REDUCE_ONLY
        assert not rig.place().taken
        gate.set()
        await rig.until(lambda: rig.views.status().posture is Posture.NORMAL)


async def test_a_machine_that_is_too_slow_does_not_flood_the_log(tmp_path: Path) -> None:
    async with running(tmp_path, stall_seconds=0.25) as rig:
        for _ in range(30):
            await rig.advance(0.25 + 0.3)
        assert 1 <= rig.log_text().count("stood still") <= 3
