"""No file of Bitget's payloads is left out: replies and pushes are compared, requests served, acks equalled.

The comparisons themselves stand beside their surfaces; this holds them to the folder, so that a payload that
is found later fails here until somebody compares it.
"""

import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from omega_tui.exchange.bitget.wire import PRIVATE_CHANNELS
from omega_tui.sim.facts import PositionMode
from tests.sim.protocol import test_account_routes, test_plan_shapes, test_shapes
from tests.sim.protocol.clients import RestClient, Stream, open_stream
from tests.sim.protocol.conftest import running
from tests.support.shared import SHARED, needs_shared, shared_path

ALWAYS_EMPTY = "the account has none of these, so the reply's list is always empty"
ELSEWHERE = {
    "GET.mix.account.bill": "test_bills",
    "trade-place-order": "test_order_entry",
    "trade-cancel-order": "test_order_entry",
    "books-checksum-vectors": "test_books",
    "orders-algo": "test_plan_shapes",
    "session": "the acknowledgements below; logins in test_sessions",
}
NOT_COMPARED = {
    "GET.mix.account.isolated-symbols": ALWAYS_EMPTY,
    "GET.mix.account.sub-account-assets": ALWAYS_EMPTY,
    "POST.mix.account.union-convert": "there is no other coin to convert, so it never succeeds",
}
COMPARED = {
    *(reply.fixture for reply in test_shapes.REPLIES.values()),
    *(surface[0] for surface in test_plan_shapes.SURFACES.values()),
    *(surface[0] for surface in test_account_routes.SHAPES.values()),
    *(f"POST.mix.account.{name}" for name in test_account_routes.CHANGES),
    *(*test_shapes.PRIVATE, "ticker", "trade", "candle", "books"),
    *("positions-history", "adl-noti", "equity"),
}


def files(folder: str) -> dict[str, list[Any]]:
    """The records of every file of a folder by the file's name."""
    if SHARED is None:
        return {}
    paths = sorted(shared_path("bitget", "fixtures", folder).glob("*.jsonl"))
    return {path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in paths}


@needs_shared
def test_every_file_is_compared_or_excused() -> None:
    known = [*COMPARED, *ELSEWHERE, *NOT_COMPARED]
    assert len(known) == len(set(known)), "compared and excused at once"
    assert set(known) == {*files("rest"), *files("ws")}


def documented_requests() -> Iterator[tuple[str, Any]]:
    """The request samples of the documentation, by method and path."""
    for name, records in files("rest").items():
        for record in records:
            if record["kind"] in ("request_query", "request_body"):
                yield name, record["payload"]


REQUESTS = dict(documented_requests())

MALFORMED = {"40017", "40019", "40020", "40034", "40404", "40808", "40924"}
REFUSED = {
    "GET.mix.market.ticker": ("40034", "the sample asks for a delivery of 2024"),
    "GET.common.trade-rate": ("40019", "the sample says business, the page's table and ccxt businessType"),
    "POST.mix.order.click-backhand": ("40019", "the sample leaves the side out, which the table requires"),
}


@needs_shared
@pytest.mark.parametrize("name", REQUESTS)
async def test_a_documented_request_is_understood(name: str) -> None:
    """Whatever the account's state makes of it, the sample's own shape is never what is refused."""
    method, _, path = name.partition(".")
    sample = REQUESTS[name]
    hedge = isinstance(sample, dict) and ("tradeSide" in str(sample) or sample.get("holdSide") == "long")
    mode = PositionMode.HEDGE if hedge else PositionMode.ONE_WAY
    async with running(mode) as server, aiohttp.ClientSession() as http:
        rest = RestClient(server, http)
        target = "/api/v2/" + path.replace(".", "/")
        if method == "GET":
            target = f"{target}?{sample}"
            _, reply = await rest.send("GET", target, rest.headers("GET", target))
        else:
            _, reply = await rest.post(target, sample)
    if name in REFUSED:
        assert reply["code"] == REFUSED[name][0], reply
    else:
        assert reply["code"] not in MALFORMED, reply


def acknowledged() -> Iterator[tuple[str, Any, Any]]:
    """Each documented subscription with its documented acknowledgement."""
    for name, records in files("ws").items():
        requests = [each["payload"] for each in records if each["kind"] == "request"]
        acks = [each["payload"] for each in records if each["kind"] == "ack"]
        for request in requests:
            for ack in acks:
                if request["op"] == ack["event"] == "subscribe" and isinstance(request["args"][0], dict):
                    yield name, {"op": "subscribe", "args": request["args"][:1]}, ack


ACKS = list(acknowledged())


@needs_shared
@pytest.mark.parametrize(("name", "request_", "ack"), ACKS, ids=[each[0] for each in ACKS])
async def test_a_documented_subscription_gets_its_documented_answer(
    name: str, request_: dict[str, Any], ack: dict[str, Any]
) -> None:
    async with running() as server:
        private = name in PRIVATE_CHANNELS
        address = server.address.ws_private if private else server.address.ws_public
        async with open_stream(address) as socket:
            stream = Stream(socket)
            if private:
                await stream.login(server.api_key)
            await stream.say(request_)
            assert await stream.hear() == ack
