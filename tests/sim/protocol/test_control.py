"""The control face: nobody but the holder of the token, and no web page, steers the exchange."""

from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.control import Asked, ControlRefused
from omega_tui.sim.server import SimServer


class Steering:
    """A client of the control face, with the token unless told otherwise."""

    def __init__(self, server: SimServer, http: aiohttp.ClientSession) -> None:
        self._server = server
        self._http = http

    async def send(self, method: str, path: str, text: str = "", **headers: str) -> tuple[int, Any]:
        given = {"Authorization": f"Bearer {self._server.control_token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        address = self._server.address.control + path
        async with self._http.request(method, address, data=text, headers=given) as response:
            return response.status, await response.read()


async def echo(asked: Asked) -> object:
    """A route of the tests: gives back what it was asked."""
    if asked.tail == "nothing":
        raise ControlRefused("there is nothing to echo")
    return {"tail": asked.tail, "body": asked.read(dict[str, int])}


@pytest.fixture
def steering(server: SimServer, http: aiohttp.ClientSession) -> Steering:
    server.control.offer("POST", "echo/*", echo)
    return Steering(server, http)


async def test_a_route_gets_what_was_asked_and_answers_in_json(steering: Steering) -> None:
    assert await steering.send("POST", "echo/5", '{"a":1}') == (200, b'{"tail":"5","body":{"a":1}}')
    assert await steering.send("POST", "echo/nothing") == (400, b'{"error":"there is nothing to echo"}')
    status, body = await steering.send("POST", "echo/5", '{"a":"x"}')
    assert status == 400
    assert b"Expected `int`, got `str`" in body


async def test_nothing_else_is_there(steering: Steering) -> None:
    assert await steering.send("GET", "echo/5") == (404, b"")
    assert await steering.send("POST", "echo") == (404, b"")
    assert await steering.send("POST", "") == (404, b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer w\u00f6rong"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "evil@127.0.0.1"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 403),
    ],
)
async def test_strangers_and_web_pages_learn_nothing(
    steering: Steering, headers: dict[str, str], status: int
) -> None:
    """A page in the trader's browser must not reach the account through a name bound to loopback."""
    assert await steering.send("POST", "echo/5", **headers) == (status, b"")


async def test_money_can_be_moved_while_clients_look(server: SimServer, steering: Steering) -> None:
    """Deposits and withdrawals elsewhere are what a client must not take for profit and loss."""
    status, body = await steering.send("POST", "transfer", '{"amount":"-400000.5"}')
    assert (status, body) == (200, b'{"balance":"599999.5","transferable":"599999.5"}')
    assert server.exchange.venue.account().balance == Decimal("599999.5")
    status, body = await steering.send("POST", "transfer", '{"amount":"-600000"}')
    assert (status, b"43012" in body) == (400, True)


async def test_no_route_answers_without_the_token(server: SimServer, steering: Steering) -> None:
    """Every route of the running exchange, by every method, with no token and with a wrong one."""
    paths = [path.replace("*", "1") for _, path in server.control._routes]
    assert len(paths) > 10
    for path in (*paths, "nothing", ""):
        for method in ("GET", "POST", "DELETE", "PUT"):
            for given in ("", "Bearer ", f"Bearer {server.control_token[:-1]}", server.control_token):
                assert await steering.send(method, path, "{}", Authorization=given) == (401, b"")


async def test_no_reply_shows_a_secret(
    server: SimServer, steering: Steering, http: aiohttp.ClientSession
) -> None:
    """Neither what is steered nor what is refused repeats the secret, the passphrase or the token."""
    key = server.api_key
    told = [
        await steering.send(method, path.replace("*", "1"), "{") for method, path in server.control._routes
    ]
    bodies = [body for _, body in told]
    target = server.address.rest + "/api/v2/mix/account/accounts"
    for changed in ("ACCESS-KEY", "ACCESS-SIGN", "ACCESS-TIMESTAMP", "ACCESS-PASSPHRASE", "none"):
        headers = {
            "ACCESS-KEY": key.key,
            "ACCESS-SIGN": key.secret,
            "ACCESS-TIMESTAMP": server.control_token,
            "ACCESS-PASSPHRASE": key.passphrase,
        } | {changed: "x"}
        async with http.get(target, headers=headers) as response:
            bodies.append(await response.read())
    for secret in (key.secret, key.passphrase, server.control_token):
        assert not any(secret.encode() in body for body in bodies)
