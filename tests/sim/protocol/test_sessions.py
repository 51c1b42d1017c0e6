"""Conversations on the streams as raw text: login, acknowledgements, errors, pings, pushes."""

import re
import time

import pytest
from websockets.exceptions import ConnectionClosed

from omega_tui.exchange.bitget.wire import Channel
from omega_tui.sim.choices import Choices
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import (
    PRODUCT,
    RestClient,
    Stream,
    login_message,
    open_stream,
    private_topic,
    topic,
    until,
)
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, trade


async def test_bare_ping_gets_bare_pong(public: Stream) -> None:
    await public.say("ping")
    assert await public.hear_text() == "pong"


async def test_login_reply_is_the_captured_one(server: SimServer) -> None:
    async with open_stream(server.address.ws_private) as socket:
        reply = await Stream(socket).login(server.api_key)
    assert reply.keys() == {"event", "code", "connId"}
    assert (reply["event"], reply["code"]) == ("login", 0)
    assert re.fullmatch("-".join(f"[0-9a-f]{{{digits}}}" for digits in (16, 8, 8, 16, 8)), reply["connId"])


async def test_extra_members_of_a_login_are_ignored(server: SimServer) -> None:
    """ccxt adds the address to its login message."""
    async with open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        await stream.say({**login_message(server.api_key), "url": "ws://somewhere", "uta": False})
        assert (await stream.hear())["event"] == "login"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "AAAA"}, 30015),
        ({"apiKey": "bg_other"}, 30011),
        ({"passphrase": "no"}, 30012),
        ({"timestamp": "soon"}, 30013),
        ({"timestamp": str(int(time.time()) - 60)}, 30014),
        ({"apiKey": ""}, 30005),
    ],
)
async def test_a_failed_login_is_told_and_ends(server: SimServer, changes: dict[str, str], code: int) -> None:
    async with open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        await stream.say(login_message(server.api_key, **changes))
        reply = await stream.hear()
        assert (reply["event"], reply["code"]) == ("error", code)
        with pytest.raises(ConnectionClosed):
            await stream.hear()


async def test_private_channels_need_a_login(server: SimServer) -> None:
    async with open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        await stream.subscribe(private_topic("orders"))
        reply = await stream.hear()
    assert (reply["event"], reply["code"], reply["arg"]) == ("error", 30004, private_topic("orders"))


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        (topic("depth"), 30016),
        (topic("books50"), 30016),
        (topic("candle1h"), 30016),
        (topic("candle"), 30016),
        (topic("ticker", "NOPEUSDT"), 30001),
        (private_topic("orders"), 30004),
        ({"instType": PRODUCT, "channel": "ticker"}, 30016),
        ({"instType": PRODUCT, "channel": 5, "instId": "BTCUSDT"}, 30016),
    ],
)
async def test_what_cannot_be_subscribed(public: Stream, argument: dict[str, str], code: int) -> None:
    await public.subscribe(argument)
    reply = await public.hear()
    assert (reply["event"], reply["arg"], reply["code"]) == ("error", argument, code)
    await public.say("ping")
    assert await public.hear_text() == "pong", "an error must not end the connection"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("pingpong", 30002),
        ("[]", 30002),
        ("{", 30002),
        ('{"op":"login","args":[{"apiKey":"\\ud800"}]}', 30002),
        ('{"op":"subscribe"}', 30016),
        ('{"op":"subscribe","args":["ticker"]}', 30016),
        ('{"op":"subscribe","args":[{"channel":' + "[" * 300 + "]" * 300 + "}]}", 30016),
        ('{"op":"dance","args":[]}', 30003),
        ('{"op":"dance"}', 30003),
        ("{}", 30003),
        ('{"op":{"a":1},"args":[]}', 30003),
        ('{"op":"login","args":[]}', 30003),
        ('{"op":"subscribe","args":[{"a":"' + "x" * 5000 + '"}]}', 30016),
    ],
)
async def test_malformed_messages_are_answered(public: Stream, message: str, code: int) -> None:
    await public.say(message)
    reply = await public.hear()
    assert (reply["event"], reply["code"]) == ("error", code)


async def test_what_does_not_exist_is_named_in_bitgets_words(private: Stream) -> None:
    """A coin where an instrument is expected is null there, and nothing of Python's."""
    await private.subscribe({"instType": PRODUCT, "channel": "positions", "coin": "BTC"})
    reply = await private.hear()
    assert reply["msg"] == "instType:USDT-FUTURES,channel:positions,instId:null doesn't exist"


async def test_acks_echo_the_argument_as_sent(public: Stream) -> None:
    argument = {"instType": "usdt-futures", "channel": "ticker", "instId": "btcusdt", "note": "mine"}
    await public.subscribe(argument)
    assert await public.hear() == {"event": "subscribe", "arg": argument}
    assert (await public.hear())["arg"] == topic("ticker")
    await public.say({"op": "unsubscribe", "args": [argument]})
    assert await public.hear() == {"event": "unsubscribe", "arg": argument}


async def test_a_second_subscription_is_acknowledged_and_changes_nothing(public: Stream) -> None:
    """ccxt re-sends arguments; a second snapshot would be merged into its book."""
    await public.subscribe(topic("books"))
    await public.hear()
    assert (await public.hear())["action"] == "snapshot"
    await public.subscribe(topic("books"))
    assert (await public.hear())["event"] == "subscribe"
    assert await public.silent()


async def test_unsubscribing_ends_the_pushes(server: SimServer, public: Stream) -> None:
    await public.subscribe(topic("trade"))
    await public.hear_push("trade")
    await public.say({"op": "unsubscribe", "args": [topic("trade")]})
    assert (await public.hear())["event"] == "unsubscribe"
    server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000", "1", 1))
    assert await public.silent()


@pytest.mark.parametrize(
    ("argument", "code", "text"),
    [
        (
            {"instType": "USDT-FUTURES", "channel": "books", "instId": "NOPEUSDT"},
            30001,
            "instType:USDT-FUTURES,channel:books,instId:NOPEUSDT,precision:null doesn't exist",
        ),
        (
            {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "NOPEUSDT"},
            30001,
            "instType:USDT-FUTURES,channel:ticker,instId:NOPEUSDT doesn't exist",
        ),
        ({"instType": "USDT-FUTURES", "channel": "books50", "instId": "BTCUSDT"}, 30016, "Param error"),
    ],
)
@pytest.mark.parametrize("operation", ["subscribe", "unsubscribe"])
async def test_errors_have_the_captured_shape(
    public: Stream, argument: dict[str, str], code: int, text: str, operation: str
) -> None:
    await public.say({"op": operation, "args": [argument]})
    assert await public.hear() == {
        "event": "error",
        "arg": argument,
        "code": code,
        "msg": text,
        "op": operation,
    }


@pytest.mark.parametrize("name", ["SPOT", "usdt-future", "COIN-FUTURES"])
async def test_a_wrong_type_is_acknowledged_and_then_silent(public: Stream, name: str) -> None:
    """Captured in 2026: a client that counts on an error here waits for ever, and must notice by itself."""
    argument = {**topic("ticker"), "instType": name}
    for operation in ("subscribe", "unsubscribe"):
        await public.say({"op": operation, "args": [argument]})
        assert await public.hear() == {"event": operation, "arg": argument}
        assert await public.silent(0.5 if operation == "subscribe" else 0.05)


async def test_a_wrong_type_may_be_refused_instead() -> None:
    async with (
        running(choices=Choices(wrong_type_acknowledged=False)) as server,
        open_stream(server.address.ws_public) as socket,
    ):
        stream = Stream(socket)
        await stream.subscribe({**topic("ticker"), "instType": "SPOT"})
        reply = await stream.hear()
    assert (reply["code"], reply["msg"]) == (
        30001,
        "instType:SPOT,channel:ticker,instId:BTCUSDT doesn't exist",
    )


async def test_a_second_login_is_acknowledged_and_changes_nothing(server: SimServer, private: Stream) -> None:
    await private.subscribe(private_topic("orders"))
    await private.hear()
    assert (await private.login(server.api_key))["event"] == "login"
    await private.subscribe(private_topic("fill"))
    assert (await private.hear())["event"] == "subscribe"


async def test_private_pushes_arrive_in_the_ledgers_order(
    server: SimServer, private: Stream, rest: RestClient
) -> None:
    """Orders before fills before positions before money, as on Bitget."""
    await private.subscribe(*(private_topic(name) for name in ("orders", "fill", "positions", "account")))
    heard = [await private.hear() for _ in range(6)]
    first = {message["arg"]["channel"]: message["data"] for message in heard if "action" in message}
    assert first.keys() == {"positions", "account"}
    assert first["positions"] == [], "a flat account pushes an empty list"
    await rest.order(size="0.5")
    pushes = [await private.hear() for _ in range(5)]
    told = [(message["arg"]["channel"], message["data"][0].get("status")) for message in pushes]
    assert told == [
        ("orders", "live"),
        ("orders", "filled"),
        ("fill", None),
        ("positions", None),
        ("account", None),
    ]
    assert all(message["action"] == "snapshot" for message in pushes)
    assert pushes[2]["data"][0]["tradeId"] == pushes[1]["data"][0]["tradeId"]


async def test_coin_default_works_for_every_private_channel(server: SimServer, private: Stream) -> None:
    """hummingbot names `coin` everywhere and trades live that way."""
    argument = {"instType": PRODUCT, "channel": "positions", "coin": "default"}
    await private.subscribe(argument)
    assert (await private.hear())["arg"] == argument
    assert (await private.hear())["arg"] == argument


async def test_orders_of_one_symbol_only(server: SimServer, private: Stream, rest: RestClient) -> None:
    await private.subscribe({**private_topic("orders"), "instId": "ETHUSDT"})
    await private.hear()
    await rest.order(price="59000", size="0.001")
    await rest.order(symbol="ETHUSDT", price="2900", size="0.1")
    assert (await private.hear())["data"][0]["instId"] == "ETHUSDT"


async def test_stopping_says_goodbye(public: Stream, server: SimServer) -> None:
    server.streams.close()
    with pytest.raises(ConnectionClosed) as closed:
        await public.hear()
    assert closed.value.rcvd is not None


async def test_a_cut_connection_leaves_no_subscription(server: SimServer) -> None:
    """A dead client's topics would be published for ever."""
    async with open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        await stream.subscribe(topic("books"), topic("ticker"))
        for _ in range(4):
            await stream.hear()
        server.streams.cut()
        with pytest.raises(ConnectionClosed):
            await stream.hear()
    await until(lambda: not server.streams.feeds.topics(Channel.BOOKS))
