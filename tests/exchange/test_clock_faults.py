"""C01 to C05 of the fault catalogue: whatever the clocks do, requests are stamped by the exchange's time."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock, RandomIds, SystemClock
from omega_tui.domain.events import Event, Health, HealthChanged, NoticeGiven, Surface
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.server_clock import ServerClock
from omega_tui.exchange.bitget.timekeeper import Timekeeper
from omega_tui.exchange.bitget.wire import SIGNATURE_WINDOW_MS, RestPath
from omega_tui.exchange.port import Accepted, ReadFailed
from tests.exchange.fake import FakeRest, FakeStream, refusal, reply, until
from tests.support.virtual_time import LoopClock, run_virtually

_KEYS = Credentials("key", "secret", "phrase")
_DAY = 86_400.0


class Time:
    """The exchange's time endpoint: `at` gives its clock, `out` and `back` are the ways there and back."""

    def __init__(self, at: Callable[[], float], out: float = 0.02, back: float = 0.02) -> None:
        self.at, self.out, self.back = at, out, back
        self.dead = False

    async def server_time(self) -> int:
        await asyncio.sleep(self.out)
        if self.dead:
            raise ReadFailed("HTTP 500")
        told = round(self.at())
        await asyncio.sleep(self.back)
        return told


def _keeping(
    clock: LoopClock, source: Time, events: list[Event]
) -> tuple[ServerClock, Callable[[], Awaitable[None]]]:
    async def ready() -> str:
        return ""

    server = ServerClock(clock)
    keeper = Timekeeper(source, server, clock, events.append, lambda health, why: None, ready, "")  # type: ignore[arg-type]
    return server, keeper.run


def _notices(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, NoticeGiven)]


@pytest.mark.usefixtures("ccxt_loaded")
@pytest.mark.parametrize("offset", [-40_000, 40_000])
async def test_c01_a_clock_40_seconds_off_is_corrected_on_requests_and_on_the_login(offset: int) -> None:
    """The mutant: the login is stamped by the machine's own clock."""
    async with FakeRest(offset_ms=offset) as rest, FakeStream() as public, FakeStream() as private:
        endpoints = Endpoints.loopback(rest.url, public.url, private.url)
        gateway = BitgetGateway(endpoints, _KEYS, SystemClock(), RandomIds())
        await gateway.start(lambda event: None)
        await until(lambda: private.said)
        rest.answers["/api/v2/mix/position/all-position"] = reply([])
        await gateway.reads.positions()
        there = time.time_ns() // 1_000_000 + offset
        login = int(private.said[0]["args"][0]["timestamp"]) * 1000
        stamp = int(rest.to("/api/v2/mix/position/all-position")[0].headers["access-timestamp"])
        await gateway.stop()
    assert abs(login - there) < 3000
    assert abs(stamp - there) < 2000


def test_c02_a_step_of_the_wall_clock_moves_neither_timestamps_nor_intervals() -> None:
    clock = LoopClock()

    async def run() -> tuple[int, float]:
        limits, events = Limits(clock), list[Event]()
        server, keep = _keeping(clock, Time(clock.wall_ms), events)
        keeper = asyncio.create_task(keep())
        await asyncio.sleep(5)
        limits.penalize(2.0)
        before, began = server.now_ms(), clock.monotonic()
        clock.step_wall(3_600_000)
        moved = server.now_ms() - before
        await limits.acquire(RestPath.PLACE_ORDER, 10.0)
        keeper.cancel()
        return moved, clock.monotonic() - began

    moved, waited = run_virtually(run())
    assert abs(moved) <= 1
    assert waited == pytest.approx(2.0, abs=0.01)


def test_c03_a_drift_of_500_ppm_is_followed_all_day_and_told_once_it_passes_a_second() -> None:
    clock, events = LoopClock(), list[Event]()

    async def run() -> list[float]:
        def there() -> float:
            return clock.wall_ms() + clock.monotonic() * 1000 * 500e-6

        server, keep = _keeping(clock, Time(there), events)
        keeper = asyncio.create_task(keep())
        errors = []
        for _ in range(24):
            await asyncio.sleep(_DAY / 24)
            errors.append(abs(server.now_ms() - there()))
        keeper.cancel()
        return errors

    errors = run_virtually(run())
    assert max(errors) < 150
    told = [text for text in _notices(events) if "behind" in text]
    assert 2 <= len(told) <= 8


def test_c04_a_time_endpoint_that_dies_leaves_the_last_offset_in_force() -> None:
    clock = LoopClock()

    async def run() -> float:
        source = Time(lambda: clock.wall_ms() + 7000)
        server, keep = _keeping(clock, source, [])
        keeper = asyncio.create_task(keep())
        await asyncio.sleep(10)
        source.dead = True
        await asyncio.sleep(3600)
        keeper.cancel()
        return server.now_ms() - (clock.wall_ms() + 7000)

    assert abs(run_virtually(run())) < 5


@pytest.mark.usefixtures("ccxt_loaded")
async def test_c04_a_dead_time_endpoint_never_holds_up_a_close() -> None:
    close = "/api/v2/mix/order/close-positions"
    async with FakeRest() as rest, FakeStream() as public, FakeStream() as private:
        rest.answers["/api/v2/public/time"] = refusal("45001", "Unknown error", 500)
        rest.answers[close] = reply({"successList": [{"orderId": "1", "clientOid": "a"}], "failureList": []})
        endpoints = Endpoints.loopback(rest.url, public.url, private.url)
        events: list[Event] = []
        gateway = BitgetGateway(endpoints, _KEYS, SystemClock(), RandomIds())
        await gateway.start(events.append)
        await gateway.ready()
        began = time.monotonic()
        assert isinstance(await gateway.actions.close_position("BTCUSDT", None), Accepted)
        assert time.monotonic() - began < 1.0
        await until(lambda: _live(events, Surface.PRIVATE), 10)
        await gateway.stop()


def _live(events: list[Event], surface: Surface) -> bool:
    found = [e for e in events if isinstance(e, HealthChanged) and e.surface is surface]
    return bool(found) and found[-1].health is Health.LIVE


@pytest.mark.parametrize(("out", "back"), [(2.0, 0.02), (0.02, 2.0)])
def test_c05_two_seconds_one_way_stay_within_the_bound_that_is_told(out: float, back: float) -> None:
    """And far within what the exchange forgives, so that no 40008 follows and no loop of measuring."""
    clock, events = LoopClock(), list[Event]()

    async def run() -> tuple[int, int]:
        server, keep = _keeping(clock, Time(clock.wall_ms, out, back), events)
        keeper = asyncio.create_task(keep())
        await asyncio.sleep(600)
        keeper.cancel()
        return abs(server.now_ms() - clock.wall_ms()), server.error_ms

    error, bound = run_virtually(run())
    assert error <= bound + 1
    assert bound < SIGNATURE_WINDOW_MS / 10
    assert len([text for text in _notices(events) if "slow" in text]) == 1


def test_every_clock_fault_has_a_test_of_its_name() -> None:
    names = re.findall(r"def test_(c\d\d)_", Path(__file__).read_text())
    assert set(names) == {f"c{number:02}" for number in range(1, 6)}


def test_a_sample_before_the_first_is_no_error() -> None:
    assert ServerClock(ManualClock()).error_ms == 0
