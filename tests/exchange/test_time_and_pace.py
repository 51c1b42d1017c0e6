"""Time of the exchange, waits between connections, and the places that requests may go to."""

import pickle
from pathlib import Path

import pytest

from omega_tui.clock import CountingIds, ManualClock, RandomIds
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints, ForbiddenHost
from omega_tui.exchange.bitget.rest.contracts_cache import ContractsCache
from omega_tui.exchange.bitget.server_clock import ServerClock
from omega_tui.exchange.bitget.streams.backoff import Backoff
from omega_tui.exchange.bitget.translation.market import ContractRow


def _measure(
    clock: ManualClock, server: ServerClock, offset_ms: int, out: float = 0.05, back: float = 0.05
) -> None:
    sent = clock.monotonic()
    clock.advance(out)
    told = clock.wall_ms() + offset_ms
    clock.advance(back)
    server.sample(sent, clock.monotonic(), told)


@pytest.mark.parametrize("offset", [-40_000, 0, 40_000])
def test_a_clock_that_is_40_seconds_off_is_corrected(offset: int) -> None:
    clock = ManualClock()
    server = ServerClock(clock)
    assert server.now_ms() == clock.wall_ms()
    for _ in range(3):
        _measure(clock, server, offset)
        clock.advance(10.0)
    assert server.now_ms() == clock.wall_ms() + offset
    assert server.offset_ms == offset


def test_one_slow_answer_does_not_move_the_estimate() -> None:
    clock = ManualClock()
    server = ServerClock(clock)
    for back in (0.02, 0.02, 1.6, 0.02):
        _measure(clock, server, 500, out=0.02, back=back)
    assert abs(server.offset_ms - 500) <= 1


def test_a_stepped_wall_clock_does_not_move_the_exchanges_time() -> None:
    clock = ManualClock()
    server = ServerClock(clock)
    _measure(clock, server, 0)
    before = server.now_ms()
    clock.step_wall(-3_600_000)
    clock.advance(2.0)
    assert server.now_ms() == before + 2000


def test_after_a_sleep_the_next_sample_replaces_the_old_ones() -> None:
    clock = ManualClock()
    server = ServerClock(clock)
    for _ in range(5):
        _measure(clock, server, 0)
    clock.step_wall(600_000)  # the machine slept: its monotonic clock stood still
    _measure(clock, server, 0)
    assert abs(server.offset_ms) <= 1


def test_an_exchange_that_plays_time_fast_is_signed_for_by_the_wall_clock() -> None:
    clock = ManualClock()
    server = ServerClock(clock)
    for _ in range(4):
        _measure(clock, server, round(clock.monotonic() * 99_000))
        clock.advance(1.0)
    assert server.now_ms() == clock.wall_ms()
    for _ in range(2):
        _measure(clock, server, 40_000)
    assert server.offset_ms == 40_000


def test_the_first_reconnect_is_immediate_and_the_waits_grow_to_a_cap() -> None:
    backoff = Backoff(RandomIds())
    waits = [backoff.next_delay(1000.0 * number) for number in range(40)]
    assert waits[0] == 0.0
    assert max(waits) <= 10.0
    assert len({round(wait, 3) for wait in waits[10:]}) > 20  # jitter spreads them
    backoff.healthy()
    assert backoff.next_delay(50_000.0) == 0.0


def test_an_outage_stays_within_a_third_of_bitgets_connection_budget() -> None:
    backoff, now, attempts = Backoff(CountingIds()), 0.0, []
    for _ in range(400):
        now += backoff.next_delay(now)
        attempts.append(now)
        backoff.healthy()  # the worst case: every connection looks healthy and breaks at once
    for moment in attempts:
        assert sum(moment <= attempt < moment + 300.0 for attempt in attempts) <= 100


def test_a_secret_is_never_printed_or_pickled() -> None:
    keys = Credentials("canary-1", "canary-2", "canary-3")
    assert "canary" not in f"{keys} {keys!r} {keys!s} {[keys]} {(keys,)}"
    with pytest.raises(TypeError):
        pickle.dumps(keys)


_AT = "@"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1.evil.com:1", "http://example.com", f"http://localhost{_AT}example.com"],
)
def test_loopback_means_this_machine(url: str) -> None:
    with pytest.raises(ForbiddenHost):
        Endpoints.loopback(url, "ws://127.0.0.1:1/v2/ws/public", "ws://127.0.0.1:1/v2/ws/private")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.bitget.com.evil.com/api",
        "http://api.bitget.com/api",
        "https://api.bitget.com:8443/api",
        "https://evil.com/https://api.bitget.com",
    ],
)
def test_another_scheme_host_or_port_is_fenced_off(url: str) -> None:
    Endpoints.live().check_rest("https://api.bitget.com/api/v2/public/time")
    with pytest.raises(ForbiddenHost):
        Endpoints.live().check_rest(url)


def test_demo_trading_keeps_the_rest_host_and_has_streams_and_a_header_of_its_own() -> None:
    live, demo = Endpoints.live(), Endpoints.demo()
    assert (live.rest, live.demo_trading) == (demo.rest, False)
    assert demo.demo_trading
    assert "wspap" in demo.ws_private
    assert "wspap" not in live.ws_private


_ROW = ContractRow(
    "BTCUSDT",
    "BTC",
    "USDT",
    "0.0002",
    "0.0006",
    "0.001",
    "1",
    "1",
    "0.001",
    "perpetual",
    "normal",
    "1",
    "125",
    "5",
)


def test_contracts_are_kept_for_a_day_and_per_environment(tmp_path: Path) -> None:
    clock = ManualClock()
    folder = tmp_path / "cache"
    cache = ContractsCache(folder, "https://a", clock)
    assert cache.load() is None
    cache.save([_ROW])
    assert cache.load() == [_ROW]
    assert ContractsCache(folder, "https://b", clock).load() is None
    assert ContractsCache(None, "https://a", clock).load() is None
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    clock.advance(25 * 3600)
    assert cache.load() is None
    clock.advance(-26 * 3600)
    assert cache.load() is None  # saved in the future: the clock was wrong then or is now
    file.write_text("{bad")
    assert cache.load() is None
