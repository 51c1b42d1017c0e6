"""How often: allowances per endpoint and per address, counted on a clock that the test moves."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.clock import ManualClock, SystemClock
from omega_tui.exchange.bitget.wire import REQUESTS_PER_SECOND, RestPath
from omega_tui.sim.clock import SteppedClock
from omega_tui.sim.limits import Allowances, RequestLimits
from omega_tui.sim.personas import PERSONAS
from omega_tui.sim.refusals import Refused
from omega_tui.sim.server import ServerSettings, SimServer
from tests.sim.protocol.clients import LIMIT_BUY, PRODUCT, RestClient
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import ScriptedSource

STRICT = RequestLimits()
BTC = {"symbol": "BTCUSDT", "productType": PRODUCT}
Connect = Callable[..., Any]


def taken(allowances: Allowances, times: int, per_second: int = 10, caller: str = "me") -> int:
    """How many of `times` requests are let through."""
    let = 0
    for _ in range(times):
        with suppress(Refused):
            allowances.spend("endpoint", caller, per_second)
            let += 1
    return let


def test_a_burst_gets_its_second_and_then_the_steady_rate() -> None:
    clock = ManualClock()
    allowances = Allowances(STRICT, clock.monotonic)
    assert taken(allowances, 25) == 10
    clock.advance(0.5)
    assert taken(allowances, 25) == 5
    clock.advance(60)
    assert taken(allowances, 25) == 10, "what was not used does not pile up"


def test_a_client_at_exactly_the_limit_is_never_refused() -> None:
    """Ten a second, evenly: a window that moves with the clock would refuse one of them now and then."""
    clock = ManualClock()
    allowances = Allowances(STRICT, clock.monotonic)
    for _ in range(300):
        assert taken(allowances, 1) == 1
        clock.advance(0.1)


def test_callers_and_endpoints_do_not_share() -> None:
    allowances = Allowances(STRICT, ManualClock().monotonic)
    assert taken(allowances, 10, caller="me") == 10
    assert taken(allowances, 10, caller="you") == 10
    assert allowances.spend("another", "me", 1) == 0


def test_whole_seconds_are_the_other_reading() -> None:
    clock = ManualClock(monotonic=0.9)
    allowances = Allowances(STRICT, clock.monotonic, whole_seconds=True)
    assert taken(allowances, 25) == 10
    clock.advance(0.05)
    assert taken(allowances, 5) == 0
    clock.advance(0.1)
    assert taken(allowances, 25) == 10


def test_an_address_over_its_minute_is_locked_out_for_five() -> None:
    clock = ManualClock()
    allowances = Allowances(STRICT, clock.monotonic)
    for _ in range(6000):
        allowances.count_address("here")
    with pytest.raises(Refused):
        allowances.count_address("here")
    allowances.count_address("there")
    clock.advance(299)
    with pytest.raises(Refused):
        allowances.count_address("here")
    clock.advance(2)
    allowances.count_address("here")


async def test_a_locked_out_address_gets_nothing(http: aiohttp.ClientSession) -> None:
    """Public and private, known routes and unknown ones: all of it waits until the five minutes are over."""
    limits = RequestLimits(per_minute=3)
    async with running(requests=limits) as server:
        client = RestClient(server, http)
        replies = [await client.get("/api/v2/public/time") for _ in range(3)]
        replies += [
            await client.get("/api/v2/public/time"),
            await client.get("/api/v2/mix/account/accounts", productType=PRODUCT),
            await client.get("/nowhere"),
        ]
    assert [status for status, _ in replies] == [200] * 3 + [429] * 3


def test_a_minute_forgets() -> None:
    clock = ManualClock()
    allowances = Allowances(STRICT, clock.monotonic)
    for _ in range(3):
        for _ in range(6000):
            allowances.count_address("here")
        clock.advance(60)


@given(
    pauses=st.lists(st.floats(0, 2), max_size=60),
    per_second=st.integers(1, 20),
    whole_seconds=st.booleans(),
)
def test_no_stretch_of_time_holds_more_than_a_burst_and_the_rate(
    pauses: list[float], per_second: int, *, whole_seconds: bool
) -> None:
    """However the requests come, so many seconds never let more through than so many and one more."""
    clock = ManualClock()
    allowances = Allowances(STRICT, clock.monotonic, whole_seconds=whole_seconds)
    moments: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        moments += [clock.monotonic()] * taken(allowances, 3, per_second)
    for first, start in enumerate(moments):
        for last in range(first, len(moments)):
            seconds = moments[last] - start + (1 if whole_seconds else 0)
            assert last - first + 1 <= per_second * (1 + seconds) + 1e-6


def test_ccxt_at_its_own_pace_is_never_refused(ccxt_async: Any) -> None:
    """Its costs are what live accounts get by with; a stricter figure here would be a wrong one."""
    costs: dict[str, float] = {}

    def collect(node: Any) -> None:
        for name, value in node.items() if isinstance(node, dict) else ():
            if name.startswith(("v2/", "v3/")):
                costs["/api/" + name] = value["cost"] if isinstance(value, dict) else value
            else:
                collect(value)

    client = ccxt_async.bitget()
    collect(client.api)
    paces = {path: 1000 / client.rateLimit / costs[path] for path in RestPath if path in costs}
    assert len(paces) == len(RestPath)
    assert not {path: pace for path, pace in paces.items() if pace > REQUESTS_PER_SECOND[path] + 0.001}


async def test_ccxt_paces_itself_through_a_busy_moment(connected: Connect, ccxt_async: Any) -> None:
    async with running(requests=STRICT) as server:
        client = connected(ccxt_async, server)
        client.enableRateLimit = True
        await client.load_markets()
        await asyncio.gather(
            *(client.create_order("BTC/USDT:USDT", "limit", "buy", 0.01, 59000) for _ in range(15))
        )
        assert len(server.exchange.venue.pending()) == 15
        await client.close()


def test_every_path_has_its_figure() -> None:
    assert REQUESTS_PER_SECOND.keys() == set(RestPath)
    assert REQUESTS_PER_SECOND[RestPath.CLOSE_POSITIONS] == 1
    assert REQUESTS_PER_SECOND[RestPath.PLACE_ORDER] == 10
    assert REQUESTS_PER_SECOND[RestPath.CONTRACTS] == REQUESTS_PER_SECOND[RestPath.TIME] == 20


async def test_too_many_requests_get_429_and_the_rest_is_counted_down(http: aiohttp.ClientSession) -> None:
    path = "/api/v2/mix/position/all-position"
    async with running(requests=STRICT) as server:
        client = RestClient(server, http)
        left = []
        for _ in range(5):
            target = f"{path}?productType={PRODUCT}"
            async with http.get(server.address.rest + target, headers=client.headers("GET", target)) as reply:
                assert reply.status == 200
                left.append(int(reply.headers["x-mbx-used-remain-limit"]))
        assert left[0] == 4
        status, envelope = 200, {}
        while status == 200:
            status, envelope = await client.get(path, productType=PRODUCT)
        assert (status, envelope["code"], envelope["msg"]) == (429, "429", "Too many requests")
        assert await client.data("/api/v2/mix/account/accounts", productType=PRODUCT), (
            "others are not touched"
        )


async def test_where_time_is_stepped_the_allowance_is_of_that_time(http: aiohttp.ClientSession) -> None:
    """Counted in real seconds, a script would be refused on a fast machine and served on a slow one."""
    clock = SteppedClock(SystemClock())
    server = SimServer(ScriptedSource(clock.start_ms), clock, ServerSettings())
    await server.start()
    try:
        client = RestClient(server, http)

        async def statuses() -> list[int]:
            path = "/api/v2/mix/position/all-position"
            return [(await client.get(path, productType=PRODUCT))[0] for _ in range(6)]

        assert await statuses() == [200] * 5 + [429]
        await asyncio.sleep(0.3)
        assert await statuses() == [429] * 6
        clock.move_to(clock.now_ms() + 1000)
        assert await statuses() == [200] * 5 + [429]
    finally:
        await server.stop()


async def test_a_refused_request_still_counts_down(http: aiohttp.ClientSession) -> None:
    """The header belongs to every reply of the endpoint, also to refusals of its own."""
    async with running(requests=STRICT) as server:
        url = f"{server.address.rest}/api/v2/mix/market/ticker?symbol=NOPE&productType={PRODUCT}"
        async with http.get(url) as reply:
            assert (reply.status, reply.headers["x-mbx-used-remain-limit"]) == (400, "19")


async def test_unproven_requests_do_not_use_up_the_account(http: aiohttp.ClientSession) -> None:
    """Somebody without the key must not be able to stop the owner from cancelling."""
    path = "/api/v2/mix/order/orders-pending"
    async with running(requests=STRICT) as server:
        client = RestClient(server, http)
        for _ in range(20):
            _, envelope = await client.send("GET", path, {})
            assert envelope["code"] == "40001"
        assert await client.data(path, productType=PRODUCT)


async def test_a_copied_account_places_one_order_a_second(http: aiohttp.ClientSession) -> None:
    async with running(requests=STRICT, persona=PERSONAS["copy-trader"]) as server:
        client = RestClient(server, http)
        codes = [(await client.post("/api/v2/mix/order/place-order", LIMIT_BUY))[1]["code"] for _ in range(2)]
    assert codes == ["00000", "429"]


async def test_ccxt_calls_it_ddos_protection(connected: Connect, ccxt_async: Any) -> None:
    async with running(requests=STRICT) as server:
        client = connected(ccxt_async, server)
        await client.load_markets()
        for _ in range(5):
            await client.fetch_positions()
        with pytest.raises(ccxt_async.DDoSProtection):
            await asyncio.gather(*(client.fetch_positions() for _ in range(20)))
        await client.close()
