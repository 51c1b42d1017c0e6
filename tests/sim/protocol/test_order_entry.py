"""Orders over the private stream, for whom Bitget lets: replies in its shape, refusals in its numbers."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.limits import RequestLimits
from omega_tui.sim.personas import Permission, Persona
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, Stream, open_stream, private_topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC
from tests.sim.protocol.shapes import differences, shape_of
from tests.support.shared import needs_shared, shared_path

ORDER = {
    "orderType": "limit",
    "side": "buy",
    "size": "0.01",
    "price": "59000",
    "force": "gtc",
    "marginCoin": "USDT",
    "marginMode": "crossed",
}


def asked(channel: str, params: object, identity: object = "mine-1", **changes: object) -> dict[str, object]:
    named = {"id": identity, "instType": PRODUCT, "instId": BTC, "channel": channel}
    return {"op": "trade", "args": [{**named, "params": params, **changes}]}


@pytest.fixture
async def approved() -> AsyncIterator[SimServer]:
    async with running(choices=Choices(ws_order_entry=True)) as server:
        yield server


@pytest.fixture
async def trading(approved: SimServer) -> AsyncIterator[Stream]:
    async with open_stream(approved.address.ws_private) as socket:
        stream = Stream(socket)
        await stream.login(approved.api_key)
        yield stream


async def exchange_words(stream: Stream, message: object) -> Any:
    await stream.say(message)
    return await stream.hear()


async def test_an_order_is_placed_and_cancelled(trading: Stream, approved: SimServer) -> None:
    venue = approved.exchange.venue
    placed = await exchange_words(trading, asked("place-order", {**ORDER, "clientOid": "over-ws"}))
    order = venue.pending()[0]
    names = {"orderId": order.order_id, "clientOid": "over-ws"}
    argument = {"id": "mine-1", "instType": PRODUCT, "channel": "place-order", "instId": BTC, "params": names}
    assert placed == {"event": "trade", "arg": [argument], "code": 0, "msg": "Success"}
    gone = await exchange_words(trading, asked("cancel-order", {"orderId": order.order_id}, "mine-2"))
    assert (gone["arg"][0]["id"], gone["arg"][0]["params"], gone["code"]) == ("mine-2", names, 0)
    assert venue.pending() == []


async def test_what_follows_comes_on_the_channels(trading: Stream) -> None:
    await trading.subscribe(private_topic("orders"))
    await trading.hear()
    await trading.say(asked("place-order", ORDER))
    heard = [await trading.hear() for _ in range(2)]
    assert {message.get("event", message.get("action")) for message in heard} == {"trade", "snapshot"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (asked("place-order", {**ORDER, "size": "5000"}), 25200),
        (asked("place-order", {**ORDER, "size": "1000"}), 25203),
        (asked("place-order", ORDER, instId="NOPEUSDT"), 25100),
        (asked("place-order", {**ORDER, "tradeSide": "open"}), 25236),
        (asked("place-order", {**ORDER, "size": "0.01"}, "x" * 41), 25200),
        (asked("place-order", ORDER, "no/slash"), 25200),
        (asked("place-order", ORDER, 7.5), 25200),
        (asked("place-order", None), 25200),
        (asked("place-order", [1]), 25200),
        (asked("modify-order", ORDER), 25200),
        (asked("cancel-order", {"orderId": "1"}), 25204),
        (asked("cancel-order", {}), 25200),
    ],
)
async def test_refusals(trading: Stream, approved: SimServer, message: dict[str, object], code: int) -> None:
    reply = await exchange_words(trading, message)
    assert (reply["event"], reply["code"]) == ("error", code)
    assert "params" not in reply["arg"][0]
    assert approved.exchange.venue.pending() == []


async def test_each_order_of_a_message_is_answered(trading: Stream, approved: SimServer) -> None:
    both = asked("place-order", ORDER)["args"] + asked("place-order", {**ORDER, "size": "0"}, "b")["args"]  # type: ignore[operator]
    await trading.say({"op": "trade", "args": both})
    replies = [await trading.hear() for _ in both]
    assert [(reply["event"], reply["arg"][0]["id"]) for reply in replies] == [
        ("trade", "mine-1"),
        ("error", "b"),
    ]


async def test_a_message_whose_order_could_be_read_twice_is_refused(trading: Stream) -> None:
    text = json.dumps(asked("place-order", ORDER)).replace('"side"', '"side": "sell", "side"')
    reply = await exchange_words(trading, text)
    assert (reply["event"], reply["code"]) == ("error", 25200)


async def test_without_login_or_approval(approved: SimServer, private: Stream) -> None:
    async with open_stream(approved.address.ws_private) as socket:
        assert (await exchange_words(Stream(socket), asked("place-order", ORDER)))["code"] == 30004
    async with open_stream(approved.address.ws_public) as socket:
        assert (await exchange_words(Stream(socket), asked("place-order", ORDER)))["event"] == "error"
    assert (await exchange_words(private, asked("place-order", ORDER)))["event"] == "error"
    assert approved.exchange.venue.pending() == []


async def test_a_key_that_may_only_read_cannot_trade_here_either() -> None:
    """A second door to the order desk must have the same lock."""
    reader = Persona(permissions=frozenset({Permission.READ}))
    async with running(choices=Choices(ws_order_entry=True), persona=reader) as server:
        async with open_stream(server.address.ws_private) as socket:
            stream = Stream(socket)
            await stream.login(server.api_key)
            reply = await exchange_words(stream, asked("place-order", ORDER))
        assert (reply["event"], reply["code"]) == ("error", 25200)
        assert server.exchange.venue.pending() == []


@needs_shared
@pytest.mark.parametrize("channel", ["place-order", "cancel-order"])
async def test_replies_have_bitgets_shape(trading: Stream, approved: SimServer, channel: str) -> None:
    reply = await exchange_words(trading, asked("place-order", ORDER))
    if channel == "cancel-order":
        order = approved.exchange.venue.pending()[0]
        reply = await exchange_words(trading, asked(channel, {"orderId": order.order_id}))
    lines = shared_path("bitget", "fixtures", "ws", f"trade-{channel}.jsonl").read_text().splitlines()
    acks = [each["payload"] for each in map(json.loads, lines) if each["kind"] == "ack"]
    assert differences(shape_of([reply]), shape_of(acks), shape_of(acks), {}) == []


async def test_orders_over_the_stream_share_the_limit_of_rest() -> None:
    """Ten a second of one account, however many a message holds."""
    many = {"op": "trade", "args": [asked("place-order", ORDER)["args"][0] for _ in range(12)]}  # type: ignore[index]
    async with (
        running(choices=Choices(ws_order_entry=True), requests=RequestLimits()) as server,
        open_stream(server.address.ws_private) as socket,
    ):
        stream = Stream(socket)
        await stream.login(server.api_key)
        await stream.say(many)
        replies = [await stream.hear() for _ in range(12)]
        assert [reply["event"] for reply in replies] == ["trade"] * 10 + ["error"] * 2
        assert len(server.exchange.venue.pending()) == 10
