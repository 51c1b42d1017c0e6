"""Every request that ccxt was seen to send, but for signature and ids, is one that works here."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import aiohttp
import pytest

from omega_tui.sim.facts import MarketFacts, PositionMode
from tests.sim.protocol.clients import RestClient, Stream, open_stream
from tests.sim.protocol.conftest import running
from tests.support.shared import SHARED, needs_shared, shared_path

ORDERS = "/api/v2/mix/order"
CLASSIC_ONLY = "a classic account must say so, or ccxt goes on to speak V3"
PAIR = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"}
ORDER = {**PAIR, "marginMode": "crossed", "side": "buy"}
RESTING = {**ORDER, "orderType": "limit", "price": "59500", "size": "0.002"}
PLAN = {**ORDER, "size": "0.001", "triggerType": "mark_price", "orderType": "limit", "price": "58000"}
TRAILING = {**ORDER, "side": "sell", "size": "0.001", "orderType": "market", "callbackRatio": "1"}


class Recorded(NamedTuple):
    """One recorded request; `number` is its place in the file."""

    number: int
    call: str
    method: str
    path: str
    query: str
    body: dict[str, Any] | None


def recorded() -> Iterator[Recorded]:
    if SHARED is None:
        return
    lines = shared_path("bitget", "fixtures", "ccxt-4.5.90-rest-requests.jsonl").read_text().splitlines()
    for number, line in enumerate(lines):
        told = json.loads(line)
        yield Recorded(number, *(told[name] for name in ("call", "method", "path", "query", "body")))


EVERY = list(recorded())


def hedged(request: Recorded) -> bool:
    body = request.body or {}
    return "tradeSide" in body or (body.get("holdSide") == "long" and "tpsl" in request.path)


async def prepare(request: Recorded, rest: RestClient) -> dict[str, str]:
    """Bring the account into the state that the request was made for; the real ids for the recorded ones."""
    body = request.body or {}
    if "/account/" in request.path or "margin" in request.path:
        if request.path.endswith("/set-margin"):
            await rest.act("/api/v2/mix/account/set-margin-mode", **PAIR, marginMode="isolated")
            await rest.order(size="0.1", marginMode="isolated")
        return {}
    if body.get("marginMode") != "isolated":
        await hold(rest, request)
    ids = {"<random uuid4>": "766d3fc3-7321-4406-a689-15c9987a2e75"}
    maker = MAKERS.get(request.path.rpartition("/")[2])
    if maker is not None:
        ids["111"] = await maker(request, rest)
    if "222" in str(body):
        ids["222"] = await resting(request, rest)
    return ids


async def hold(rest: RestClient, request: Recorded) -> None:
    if hedged(request):
        await rest.order(size="0.1", tradeSide="open")
        await rest.order(size="0.1", tradeSide="open", side="sell")
    else:
        await rest.order(size="0.1", side="sell" if "65000" in str(request.body) else "buy")


async def resting(request: Recorded, rest: RestClient) -> str:
    name = {"clientOid": "cid"} if "clientOid" in (request.body or {}) else {}
    return str((await rest.act(f"{ORDERS}/place-order", **{**RESTING, **name}))["orderId"])


async def plan(request: Recorded, rest: RestClient) -> str:
    body = request.body or {}
    if body.get("planType") == "pos_loss":
        return await guard(request, rest)
    if body.get("planType") == "track_plan" or "newCallbackRatio" in body:
        order = {**TRAILING, "planType": "track_plan", "triggerType": "mark_price", "triggerPrice": "61000"}
    else:
        order = {**PLAN, "planType": "normal_plan", "triggerPrice": "59000"}
    return str((await rest.act(f"{ORDERS}/place-plan-order", **order))["orderId"])


async def guard(request: Recorded, rest: RestClient) -> str:
    size = (request.body or {}).get("size")
    kind = {"planType": "loss_plan", "size": size} if size else {"planType": "pos_loss"}
    wanted = {**PAIR, **kind, "holdSide": "buy", "triggerPrice": "55000", "triggerType": "mark_price"}
    return str((await rest.act(f"{ORDERS}/place-tpsl-order", **wanted))["orderId"])


MAKERS: dict[str, Callable[[Recorded, RestClient], Awaitable[str]]] = {
    **dict.fromkeys(("detail", "cancel-order", "modify-order", "batch-cancel-orders"), resting),
    **dict.fromkeys(("cancel-plan-order", "modify-plan-order"), plan),
    "modify-tpsl-order": guard,
}

REFUSED = {"/api/v3/account/settings": ("40084", CLASSIC_ONLY)}


@needs_shared
@pytest.mark.parametrize("request_", EVERY, ids=lambda each: f"{each.number} {each.call[:60]}")
async def test_a_recorded_request_is_served(request_: Recorded) -> None:
    """None may be refused for its shape: a bot in the field sends exactly this."""
    mode = PositionMode.HEDGE if hedged(request_) else PositionMode.ONE_WAY
    async with running(mode) as server, aiohttp.ClientSession() as http:
        rest = RestClient(server, http)
        ids = await prepare(request_, rest)
        target, text = request_.path + (f"?{request_.query}" if request_.query else ""), ""
        if request_.body is not None:
            text = json.dumps(request_.body)
        for old, new in ids.items():
            text = text.replace(f'"{old}"', f'"{new}"')
            target = target.replace(f"={old}&", f"={new}&")
        headers = rest.headers(request_.method, target, text) | {"X-CHANNEL-API-CODE": "p4sve"}
        if "newCallbackRatio" in text:
            server.exchange.apply(MarketFacts("BTCUSDT", server.exchange.clock.now_ms(), mark_price="59990"))
        _, reply = await rest.send(request_.method, target, headers, text or None)
        assert reply["code"] == REFUSED.get(request_.path, ("00000", ""))[0], reply
        if isinstance(reply["data"], dict):
            assert reply["data"].get("failureList", []) == [], reply


@needs_shared
async def test_recorded_frames_are_served() -> None:
    """Frames of ccxt and hummingbot, one conversation for each address; every argument is acknowledged."""
    lines = shared_path("bitget", "fixtures", "ccxt-4.5.90-ws-frames.jsonl").read_text().splitlines()
    told = [json.loads(line.replace("LTCUSDT", "ETHUSDT")) for line in lines]
    frames = [each for each in told if "frame" in each and each["frame"]["op"] != "login"]
    async with running() as server:
        for address in ("public", "private"):
            url = server.address.ws_public if address == "public" else server.address.ws_private
            async with open_stream(url) as socket:
                stream = Stream(socket)
                if address == "private":
                    await stream.login(server.api_key)
                for frame in (each["frame"] for each in frames if each["url"] == f"ws {address}"):
                    await stream.say(frame)
                    for argument in frame["args"]:
                        assert await hear_ack(stream) == {"event": frame["op"], "arg": argument}


async def hear_ack(stream: Stream) -> Any:
    """The next message that is no push."""
    while True:
        message = await stream.hear()
        if "action" not in message:
            return message
