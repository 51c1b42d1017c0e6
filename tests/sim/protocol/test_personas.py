"""Who calls: each persona is refused where Bitget refuses it, with Bitget's code, and served elsewhere."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from websockets.exceptions import ConnectionClosed

from omega_tui.exchange.bitget.wire import Channel, RestPath
from omega_tui.sim.choices import Choices
from omega_tui.sim.personas import PERSONAS, Permission, Persona, PersonaUnknown, Standing, build_persona
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest.entrance import check_access
from omega_tui.sim.rest.face import ROUTES
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import (
    LIMIT_BUY,
    PATIENCE,
    PRODUCT,
    RestClient,
    Stream,
    open_stream,
    private_topic,
    topic,
    until,
)
from tests.sim.protocol.conftest import running

PLACE = "/api/v2/mix/order/place-order"
MODE = "/api/v2/mix/account/set-position-mode"
ACCOUNTS = "/api/v2/mix/account/accounts"
INFO = "/api/v2/spot/account/info"
TICKER = "/api/v2/mix/market/ticker"
PAIR = "BTC/USDT:USDT"
Connect = Callable[..., Any]


class PersonaClient(RestClient):
    """Signs with the exchange's key; `demo` sends the header of the demo environment as well."""

    demo = False

    def headers(self, method: str, target: str, body: str = "", stamp: str | None = None) -> dict[str, str]:
        told = super().headers(method, target, body, stamp)
        return {**told, "paptrading": "1"} if self.demo else told

    async def code(self, path: str, body: dict[str, object] | None = None, **query: object) -> str:
        """The code of the reply to a GET, or to a POST when there is a body."""
        answer = self.post(path, body) if body else self.get(path, **query)
        _, envelope = await answer
        return str(envelope["code"])


@pytest.mark.parametrize(
    ("name", "place", "accounts"),
    [
        ("read-only", "40014", "00000"),
        ("no-permission", "40014", "40014"),
        ("withdraw", "00000", "00000"),
        ("unified", "40085", "40085"),
        ("copy-trader", "00000", "00000"),
        ("bound-here", "00000", "00000"),
        ("bound-elsewhere", "40018", "40018"),
        ("expired-key", "40006", "40006"),
        ("deleted-key", "40037", "40037"),
        ("frozen", "40024", "40024"),
        ("region-locked", "40024", "00000"),
    ],
)
async def test_each_persona_is_refused_where_bitget_does(
    http: aiohttp.ClientSession, name: str, place: str, accounts: str
) -> None:
    async with running(persona=PERSONAS[name]) as server:
        client = PersonaClient(server, http)
        assert await client.code(PLACE, LIMIT_BUY) == place
        assert await client.code(ACCOUNTS, productType=PRODUCT) == accounts
        assert await client.code(TICKER, symbol="BTCUSDT", productType=PRODUCT) == "00000", "public data"
        placed = len(server.exchange.venue.pending())
    assert placed == (place == "00000"), "a refused order must not rest"


async def test_what_a_key_lacks_is_named(http: aiohttp.ClientSession) -> None:
    async with running(persona=build_persona(["read-only"])) as server:
        _, envelope = await RestClient(server, http).post(PLACE, LIMIT_BUY)
    assert envelope["msg"] == "Incorrect permissions, need future order write permissions"


@pytest.mark.parametrize(("name", "header"), [("demo", False), ("demo", True), (None, False), (None, True)])
async def test_demo_and_live_keys_belong_to_their_own_world(
    http: aiohttp.ClientSession, name: str | None, header: bool
) -> None:
    """A demo key without the header, or a live key with it, must not reach the wrong account."""
    async with running(persona=build_persona([name] if name else [])) as server:
        client = PersonaClient(server, http)
        client.demo = header
        expected = "00000" if header is (name == "demo") else "40099"
        assert await client.code(PLACE, LIMIT_BUY) == expected
        assert await client.code(TICKER, symbol="BTCUSDT", productType=PRODUCT) == "00000"


async def test_a_wrong_signature_is_told_before_the_wrong_world(http: aiohttp.ClientSession) -> None:
    """The environment is looked at after the proof, as on Bitget."""
    async with running(persona=PERSONAS["demo"]) as server:
        client = RestClient(server, http)
        headers = {**client.headers("GET", ACCOUNTS), "ACCESS-SIGN": "AAAA"}
        _, envelope = await client.send("GET", ACCOUNTS, headers)
    assert envelope["code"] == "40009"


async def test_the_bound_key_may_be_told_in_the_newer_words(http: aiohttp.ClientSession) -> None:
    choices = Choices(ip_refusal_names_list=True)
    async with running(persona=PERSONAS["bound-elsewhere"], choices=choices) as server:
        assert await PersonaClient(server, http).code(ACCOUNTS, productType=PRODUCT) == "40038"


async def test_what_demo_trading_does_not_have() -> None:
    with pytest.raises(Refused) as refused:
        check_access(PERSONAS["demo"], ROUTES[ACCOUNTS], RestPath.FILL_HISTORY)
    assert refused.value.code == "40110"
    check_access(Persona(), ROUTES[ACCOUNTS], RestPath.FILL_HISTORY)


async def test_a_copied_account_keeps_its_position_mode(http: aiohttp.ClientSession) -> None:
    body: dict[str, object] = {"productType": PRODUCT, "posMode": "hedge_mode"}
    async with running(persona=PERSONAS["copy-trader"]) as server:
        _, envelope = await RestClient(server, http).post(MODE, body)
        assert (envelope["code"], envelope["msg"]) == ("40731", "This product does not support copy trading")


@pytest.mark.parametrize(
    ("names", "authorities", "ips"),
    [
        ([], {"coor", "cpor", "wtor", "coow", "cpow", "wtow"}, ""),
        (["read-only"], {"coor", "cpor", "wtor"}, ""),
        (["withdraw", "bound-here"], {"coor", "cpor", "wtor", "coow", "cpow", "wtow", "wwow"}, "127.0.0.1"),
    ],
)
async def test_account_info_tells_what_the_key_may(
    http: aiohttp.ClientSession, names: list[str], authorities: set[str], ips: str
) -> None:
    """A cockpit warns of `wwow` and of an empty list of addresses."""
    async with running(persona=build_persona(names)) as server:
        told = await RestClient(server, http).data(INFO)
        uid = server.exchange.condition.persona.uid
    assert (set(told["authorities"]), told["ips"], told["userId"]) == (authorities, ips, uid)


async def test_keys_change_while_the_exchange_runs(http: aiohttp.ClientSession) -> None:
    """A key is revoked in the middle of a session: the next request says so, and no more once it is back."""
    async with running() as server:
        client, condition = PersonaClient(server, http), server.exchange.condition
        good = condition.persona
        for persona, code in (
            (good, "00000"),
            (replace(good, standing=Standing.EXPIRED), "40006"),
            (replace(good, standing=Standing.DELETED), "40037"),
            (replace(good, permissions=frozenset({Permission.TRADE})), "40014"),
            (good, "00000"),
        ):
            condition.become(persona)
            assert await client.code(ACCOUNTS, productType=PRODUCT) == code


async def test_a_unified_account_says_so_when_asked(http: aiohttp.ClientSession) -> None:
    async with running(persona=PERSONAS["unified"]) as server:
        client = PersonaClient(server, http)
        settings = await client.data("/api/v3/account/settings")
        assert (settings["accountMode"], settings["holdMode"]) == ("unified", "one_way_mode")
        assert await client.code("/api/v3/account/assets") == "40404", "no more of that protocol is played"


async def test_the_unified_probe_needs_a_key(http: aiohttp.ClientSession) -> None:
    async with running() as server:
        _, envelope = await RestClient(server, http).send("GET", "/api/v3/account/settings", {})
    assert envelope["code"] == "40001"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["read-onyl"], "did you mean read-only"),
        (["read-only", "withdraw"], "permissions"),
        (["?"], "choose from"),
    ],
)
def test_personas_that_cannot_be_are_explained(names: list[str], words: str) -> None:
    with pytest.raises(PersonaUnknown, match=words):
        build_persona(names)


def test_personas_combine() -> None:
    both = build_persona(["demo", "read-only"])
    assert (both.environment, both.permissions) == ("demo", frozenset({Permission.READ}))
    assert build_persona([]) == Persona()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("read-only", "PermissionDenied"),
        ("bound-elsewhere", "PermissionDenied"),
        ("unified", "PermissionDenied"),
        ("expired-key", "AuthenticationError"),
        ("deleted-key", "AuthenticationError"),
        ("region-locked", "RestrictedLocation"),
        ("demo", "ExchangeError"),
    ],
)
async def test_ccxt_knows_the_refusals(connected: Connect, ccxt_async: Any, name: str, error: str) -> None:
    async with running(persona=PERSONAS[name]) as server:
        client = connected(ccxt_async, server)
        with pytest.raises(getattr(ccxt_async, error)) as refused:
            await client.create_order(PAIR, "limit", "buy", 0.01, 59000)
        assert type(refused.value).__name__ == error
        await client.close()


async def test_ccxt_trades_in_the_demo_world(connected: Connect, ccxt_async: Any) -> None:
    async with running(persona=PERSONAS["demo"]) as server:
        client = connected(ccxt_async, server, sandboxMode=True)
        assert (await client.create_order(PAIR, "limit", "buy", 0.01, 59000))["id"]
        await client.close()


async def test_the_probe_sends_ccxt_to_the_other_protocol(connected: Connect, ccxt_async: Any) -> None:
    async with running(persona=PERSONAS["unified"]) as server:
        client = connected(ccxt_async, server, uta=None)
        with pytest.raises(ccxt_async.ExchangeError):
            await client.load_markets()
        assert client.options["uta"] is True
        await client.close()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("demo", 40099),
        ("expired-key", 30011),
        ("deleted-key", 30011),
        ("bound-elsewhere", 30005),
        ("frozen", 30005),
        ("unified", 30005),
        ("no-permission", 30005),
    ],
)
async def test_each_persona_is_refused_at_the_login(name: str, code: int) -> None:
    async with running() as server:
        server.exchange.condition.become(PERSONAS[name])
        async with open_stream(server.address.ws_private) as socket:
            stream = Stream(socket)
            reply = await stream.login(server.api_key)
            assert (reply["event"], reply["code"]) == ("error", code)
            with pytest.raises(ConnectionClosed):
                await stream.hear()


@pytest.mark.parametrize("name", ["read-only", "withdraw", "copy-trader", "bound-here", "region-locked"])
async def test_who_may_read_may_listen(name: str) -> None:
    async with running(persona=PERSONAS[name]) as server, open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        assert (await stream.login(server.api_key))["event"] == "login"
        await stream.subscribe(private_topic("positions"))
        assert (await stream.hear_push("positions"))["data"] == []


@pytest.mark.parametrize("ends", [True, False])
async def test_a_key_lost_in_the_middle_of_a_stream(*, ends: bool) -> None:
    """What Bitget does is not known: a client must notice either way."""
    async with (
        running(choices=Choices(lost_key_ends_streams=ends)) as server,
        open_stream(server.address.ws_private) as socket,
        open_stream(server.address.ws_public) as public_socket,
    ):
        stream, public = Stream(socket), Stream(public_socket)
        await stream.login(server.api_key)
        server.exchange.condition.become(PERSONAS["deleted-key"])
        if ends:
            assert (await stream.hear())["code"] == 30011
            with pytest.raises(ConnectionClosed):
                await stream.hear()
        else:
            await stream.say("ping")
            assert await stream.hear_text() == "pong"
        await public.say("ping")
        assert await public.hear_text() == "pong", "public streams have no key"


@pytest.mark.parametrize("path", sorted(path for path, route in ROUTES.items() if route.signed))
async def test_every_private_route_knows_the_personas(path: str) -> None:
    """A new route must not forget who may call it."""
    route = ROUTES[path]
    refused = {
        "unified": "40085" if path.startswith("/api/v2/") else "",
        "read-only": "40014" if route.method == "POST" else "",
        "frozen": "40024",
    }
    told = {}
    for name in refused:
        try:
            check_access(PERSONAS[name], route, path)
        except Refused as refusal:
            told[name] = refusal.code
        else:
            told[name] = ""
    assert told == refused


async def test_every_route_asks_for_a_key_or_is_public(rest: RestClient) -> None:
    for path, route in ROUTES.items():
        headers = {"Content-Type": "application/json"}
        _, envelope = await rest.send(route.method, path, headers, "{}" if route.method == "POST" else None)
        public = "/market/" in path or "/public/" in path or path == RestPath.MARGIN_CURRENCIES
        assert (envelope["code"] == "40001") is not public, path
        other = "GET" if route.method == "POST" else "POST"
        status, envelope = await rest.send(other, path, headers, None)
        assert (status, envelope["code"]) == (404, "40404") or path == RestPath.UNIFIED_SETTINGS, path


async def test_demo_and_live_keys_have_streams_of_their_own() -> None:
    async with running(persona=PERSONAS["demo"]) as server:
        assert server.address.ws_private.endswith("/wspap/v2/ws/private")
        live = server.address.ws_private.replace("/wspap", "")
        for address, event in ((server.address.ws_private, "login"), (live, "error")):
            async with open_stream(address) as socket:
                assert (await Stream(socket).login(server.api_key))["event"] == event
        server.exchange.condition.become(Persona())
        async with open_stream(server.address.ws_private) as socket:
            assert (await Stream(socket).login(server.api_key))["code"] == 40099
        async with open_stream(server.address.ws_public) as socket:
            stream = Stream(socket)
            await stream.subscribe(topic("ticker"))
            assert await stream.hear_push("ticker"), "the market is there for both"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"apiKey": "nonsense"}, "40006"),
        ({"apiKey": "bg_nobody"}, "40037"),
        ({"secret": "wrong"}, "40009"),
        ({"password": "wrong"}, "40012"),
    ],
)
async def test_ccxt_knows_a_wrong_key(
    connected: Connect, ccxt_async: Any, server: SimServer, changes: dict[str, str], code: str
) -> None:
    client = connected(ccxt_async, server)
    for name, value in changes.items():
        setattr(client, name, value)
    with pytest.raises(ccxt_async.AuthenticationError, match=code):
        await client.fetch_balance()


async def test_ccxt_streams_know_a_wrong_key(connected: Connect, ccxt_pro: Any, server: SimServer) -> None:
    client = connected(ccxt_pro, server)
    client.secret = "wrong"
    with pytest.raises(ccxt_pro.AuthenticationError, match="30015"):
        await asyncio.wait_for(client.watch_balance(), PATIENCE)


async def test_ccxt_streams_listen_in_the_demo_world(connected: Connect, ccxt_pro: Any) -> None:
    async with running(persona=PERSONAS["demo"]) as server:
        client = connected(ccxt_pro, server, sandboxMode=True)
        orders = asyncio.create_task(client.watch_orders(PAIR))
        await until(lambda: bool(server.streams.feeds.topics(Channel.ORDERS)))
        placed = await client.create_order(PAIR, "limit", "buy", 0.01, 59000)
        (seen,) = await asyncio.wait_for(orders, PATIENCE)
        assert seen["id"] == placed["id"]
        await client.close()
