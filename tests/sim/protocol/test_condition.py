"""The state of the exchange, changed while it runs: what REST answers then, what becomes of the streams."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.condition import Condition, Outage, Status
from omega_tui.sim.refusals import Refused
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import LIMIT_BUY, PRODUCT, RestClient, Stream, open_stream, topic
from tests.sim.protocol.conftest import running

TIME = "/api/v2/public/time"
ACCOUNTS = "/api/v2/mix/account/accounts"
PLACE = "/api/v2/mix/order/place-order"
Connect = Callable[..., Any]


async def told(client: RestClient) -> list[tuple[int, str]]:
    """Status and code of a public, a reading and an acting request."""
    replies = [
        await client.get(TIME),
        await client.get(ACCOUNTS, productType=PRODUCT),
        await client.post(PLACE, LIMIT_BUY),
    ]
    return [(status, envelope["code"]) for status, envelope in replies]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.NORMAL, [(200, "00000")] * 3),
        (Status.MAINTENANCE, [(400, "40200")] * 3),
        (Status.UPGRADING, [(500, "45001"), (500, "40725"), (400, "40808")]),
        (Status.ABNORMAL, [(400, "40015")] * 3),
    ],
)
async def test_what_rest_answers_in_each_state(
    server: SimServer, rest: RestClient, status: Status, expected: list[tuple[int, str]]
) -> None:
    server.exchange.condition.enter(status)
    assert await told(rest) == expected
    assert bool(server.exchange.venue.pending()) is (status is Status.NORMAL)
    server.exchange.condition.enter(Status.NORMAL)
    assert await told(rest) == [(200, "00000")] * 3, "normal again"


async def test_an_outage_may_be_of_some_routes_only(server: SimServer, rest: RestClient) -> None:
    """Orders fail while everything else looks well: the state a trader must notice at once."""
    server.exchange.condition.enter(
        Status.ABNORMAL, Outage((Code.SYSTEM_ABNORMAL,), frozenset({PLACE}), streams=False)
    )
    assert await told(rest) == [(200, "00000"), (200, "00000"), (400, "40015")]


@pytest.mark.parametrize("status", [Status.MAINTENANCE, Status.UPGRADING])
async def test_streams_are_told_to_go_away_and_kept_out(
    server: SimServer, public: Stream, status: Status
) -> None:
    await public.subscribe(topic("books5"))
    await public.hear_push("books5")
    server.exchange.condition.enter(status)
    with pytest.raises(ConnectionClosed) as closed:
        await public.hear_push("nothing of that name")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    with pytest.raises(InvalidStatus) as refused:
        async with open_stream(server.address.ws_public):
            pass
    assert refused.value.response.status_code == 503
    server.exchange.condition.enter(Status.NORMAL)
    async with open_stream(server.address.ws_public) as socket:
        await socket.send("ping")
        assert await socket.recv() == "pong"


async def test_maintenance_is_told_before_anything_else(server: SimServer, rest: RestClient) -> None:
    """A client that probes for its protocol must not take an upgrade for an answer about its account."""
    server.exchange.condition.enter(Status.MAINTENANCE)
    for path in ("/api/v3/account/settings", "/api/v3/market/tickers", "/nowhere", ACCOUNTS):
        _, envelope = await rest.send("GET", path, {})
        assert envelope["code"] == "40200", path


async def test_streams_go_on_while_rest_has_trouble(server: SimServer, public: Stream) -> None:
    server.exchange.condition.enter(Status.ABNORMAL)
    await public.say("ping")
    assert await public.hear_text() == "pong"


def release(every: int, moment: datetime, requests: int) -> list[str]:
    """What so many requests at a moment get in the weekly release."""
    condition = Condition(Choices(release_window_every=every))
    codes = []
    for _ in range(requests):
        try:
            condition.check(TIME, round(moment.timestamp() * 1000))
        except Refused as refused:
            codes.append(refused.code)
        else:
            codes.append("")
    return codes


def test_the_weekly_release_fails_some_requests() -> None:
    tuesday = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert release(2, tuesday, 8) == ["", "45001", "", "40725", "", "40808", "", "40015"]
    assert release(0, tuesday, 4) == [""] * 4, "nobody asked for it"


@pytest.mark.parametrize(
    ("moment", "fails"),
    [
        (datetime(2026, 11, 24, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 26, 8, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 27, 7, 0, tzinfo=UTC), False),
    ],
)
def test_the_weekly_release_has_its_hours(moment: datetime, *, fails: bool) -> None:
    """14:00 to 17:00 in China is 06:00 to 09:00 UTC, Tuesday to Thursday."""
    assert any(release(1, moment, 1)) is fails


@pytest.mark.parametrize(
    ("choices", "status"),
    [
        (Choices(), (400, 400, 404, 500)),
        (
            Choices(
                status_of_refusals=200,
                status_of_unproven_keys=401,
                status_of_unknown_routes=400,
                status_of_failures=503,
            ),
            (200, 401, 400, 503),
        ),
    ],
)
async def test_the_statuses_are_choices(
    http: aiohttp.ClientSession, choices: Choices, status: tuple[int, ...]
) -> None:
    async with running(choices=choices) as server:
        client = RestClient(server, http)
        codes = [
            await client.get("/api/v2/mix/market/ticker", productType=PRODUCT, symbol="NOPE"),
            await client.send("GET", ACCOUNTS, {}),
            await client.get("/api/mix/v1/market/tickers", productType="umcbl"),
        ]
        server.exchange.condition.enter(Status.UPGRADING)
        codes.append(await client.get(TIME))
    assert tuple(code for code, _ in codes) == status


async def test_the_first_generation_is_switched_off(http: aiohttp.ClientSession) -> None:
    path = "/api/mix/v1/market/tickers"
    for choices, code in ((Choices(), "40404"), (Choices(retired_routes_code=Code.SERVER_UPGRADE), "40200")):
        async with running(choices=choices) as server:
            _, envelope = await RestClient(server, http).get(path, productType="umcbl")
            assert envelope["code"] == code


async def test_ccxt_calls_it_maintenance(connected: Connect, ccxt_async: Any, server: SimServer) -> None:
    client = connected(ccxt_async, server)
    await client.load_markets()
    server.exchange.condition.enter(Status.MAINTENANCE)
    with pytest.raises(ccxt_async.OnMaintenance):
        await client.create_order("BTC/USDT:USDT", "limit", "buy", 0.01, 59000)
    server.exchange.condition.enter(Status.ABNORMAL)
    with pytest.raises(ccxt_async.ExchangeError):
        await client.fetch_balance()


async def test_ccxt_calls_a_late_stamp_a_nonce(
    connected: Connect, ccxt_async: Any, server: SimServer
) -> None:
    client = connected(ccxt_async, server)
    client.nonce = lambda: client.milliseconds() - 60_000
    with pytest.raises(ccxt_async.InvalidNonce):
        await client.fetch_balance()


async def control(
    server: SimServer, http: aiohttp.ClientSession, method: str, path: str, body: object = None
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {server.control_token}"}
    text = "" if body is None else json.dumps(body)
    async with http.request(method, server.address.control + path, data=text, headers=headers) as reply:
        return reply.status, await reply.json()


async def test_whoever_runs_the_exchange_changes_it_by_request(
    server: SimServer, http: aiohttp.ClientSession, rest: RestClient
) -> None:
    status, now = await control(server, http, "POST", "persona", {"names": ["read-only", "bound-here"]})
    assert (status, now["persona"]["permissions"], now["persona"]["ips"]) == (200, ["read"], ["127.0.0.1"])
    assert [code for _, code in await told(rest)] == ["00000", "00000", "40014"]
    await control(server, http, "POST", "persona")
    outage = {"status": "maintenance", "codes": ["45001"], "paths": [PLACE], "streams": False}
    assert (await control(server, http, "POST", "status", outage))[1]["status"] == "maintenance"
    assert [code for _, code in await told(rest)] == ["00000", "00000", "45001"]
    assert (await control(server, http, "POST", "status", {"status": "normal"}))[0] == 200
    assert [code for _, code in await told(rest)] == ["00000"] * 3
    assert (await control(server, http, "GET", "condition"))[1]["status"] == "normal"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("persona", {"names": ["unifed"]}, "did you mean unified"),
        ("persona", {"nmes": []}, "nmes"),
        ("status", {"status": "gone"}, "gone"),
        ("status", {"status": "maintenance", "codes": ["99999"]}, "99999"),
        ("status", {"status": "maintenance", "codes": []}, "none given"),
        ("status", {"status": "normal", "codes": ["45001"]}, "normal"),
    ],
)
async def test_changes_that_cannot_be_are_explained(
    server: SimServer, http: aiohttp.ClientSession, path: str, body: object, words: str
) -> None:
    status, reply = await control(server, http, "POST", path, body)
    assert status == 400
    assert words in reply["error"]
    assert server.exchange.condition.status is Status.NORMAL
