"""Funding and fees of an outage are found in the bills, once; a day's loss survives a restart."""

import asyncio
from pathlib import Path

from omega_tui.domain.account import Bill, BillKind
from omega_tui.engine.account.day import DAY_MS, day_start
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, balance
from tests.engine.rig import WALL_MS, Rig, running

TODAY = day_start(WALL_MS)


def _bill(bill_id: str, amount: str, kind: BillKind = BillKind.TRADE, at: int = TODAY + 1) -> Bill:
    return Bill(bill_id, "BTCUSDT", kind, kind.value, "USDT", D(amount), None, None, at)


def _day(rig: Rig) -> tuple[object, object]:
    day = rig.engine._state.day
    return day.opening_equity, day.profit(rig.gateway.balance.equity)


async def test_o31_funding_charged_during_an_outage_is_taken_from_the_bills_once(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        await rig.advance(31)
        rig.gateway.bills = (_bill("f1", "-4.5", BillKind.FUNDING, WALL_MS + 1000),)
        for _ in range(4):
            await rig.advance(31)
        assert rig.engine._state.day.funding == D("-4.5")
        assert rig.log_text().count("funding paid: 4.5 USDT on BTCUSDT") == 1
        rows = await _rows(rig)
        assert rows == 1
    async with running(tmp_path, FakeGateway(bills=rig.gateway.bills)) as rig:
        await rig.advance(31)
        assert rig.engine._state.day.funding == D("-4.5")
        assert (await _rows(rig), rig.log_text().count("funding paid")) == (1, 0)


async def _rows(rig: Rig) -> int:
    return len(await asyncio.wrap_future(rig.journal.read("bill")))


async def test_a_restart_does_not_give_the_days_loss_back(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        await rig.advance(31)
        assert _day(rig) == (D(10000), D(0))
    lost = FakeGateway(balance=balance("9400"), bills=(_bill("1", "-600", at=WALL_MS),))
    async with running(tmp_path, lost) as rig:
        await rig.advance(31)
        assert _day(rig) == (D(10000), D(-600))


async def test_a_day_that_was_lost_before_the_first_start_counts_as_well(tmp_path: Path) -> None:
    lost = FakeGateway(balance=balance("9400"), bills=(_bill("1", "-600"),))
    async with running(tmp_path, lost) as rig:
        await rig.advance(31)
        assert _day(rig) == (D(10000), D(-600))


async def test_a_day_is_not_opened_while_its_bills_cannot_be_read(tmp_path: Path) -> None:
    """What was lost today would be forgotten."""

    class Broken(FakeReads):
        async def bills(self, since_ms: int) -> tuple[Bill, ...]:
            self.gateway.reads_fail = True
            try:
                return await super().bills(since_ms)
            finally:
                self.gateway.reads_fail = False

    async with running(tmp_path, FakeGateway(reads_type=Broken)) as rig:
        await rig.advance(31)
        assert _day(rig) == (None, None)


async def test_midnight_by_the_exchange_opens_the_next_day(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        await rig.advance(31)
        rig.gateway.balance = balance("9000")
        rig.gateway.bills = (_bill("1", "-1000", at=WALL_MS + 60_000),)
        await rig.advance(31)
        assert _day(rig) == (D(10000), D(-1000))
        for _ in range(3):
            await rig.advance(DAY_MS / 1000 / 3)
        await rig.advance(31)
        assert _day(rig) == (D(9000), D(0))


async def test_bills_that_are_known_are_not_read_again_all_day_long(tmp_path: Path) -> None:
    """A scalper's day has thousands of bills; each look asked for all of them."""
    asked: list[int] = []

    class Noting(FakeReads):
        async def bills(self, since_ms: int) -> tuple[Bill, ...]:
            asked.append(since_ms)
            return await super().bills(since_ms)

    gateway = FakeGateway(reads_type=Noting, bills=(_bill("1", "-1", at=WALL_MS - 1000),))
    async with running(tmp_path, gateway) as rig:
        await rig.advance(31)
        assert asked[0] == TODAY
        assert asked[-1] > WALL_MS - 120_000
