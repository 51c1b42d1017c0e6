"""What ends a stream or keeps a client out: too much at once, too many, too silent, too old, too slow."""

import asyncio
import time
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from omega_tui.clock import ManualClock
from omega_tui.sim.server import SimServer
from omega_tui.sim.streams.arrivals import Arrivals
from omega_tui.sim.streams.session import SessionLimits
from tests.sim.protocol.clients import (
    PATIENCE,
    Stream,
    open_stream,
    topic,
    until,
)
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, trade


async def test_more_than_ten_messages_a_second_end_the_connection(strict_server: SimServer) -> None:
    async with open_stream(strict_server.address.ws_public) as socket:
        stream = Stream(socket)
        for _ in range(11):
            await stream.say("ping")
        assert [await stream.hear_text() for _ in range(10)] == ["pong"] * 10
        assert [(await stream.hear())["code"] for _ in range(2)] == [30006, 30007]
        with pytest.raises(ConnectionClosed):
            await stream.hear()


async def test_messages_within_the_limit_never_end_it(strict_server: SimServer) -> None:
    """Ten a second may go on for as long as one likes; nine at once and one more half a second later too."""
    async with open_stream(strict_server.address.ws_public) as socket:
        stream = Stream(socket)
        for _ in range(2):
            for _ in range(9):
                await stream.say("ping")
            assert [await stream.hear_text() for _ in range(9)] == ["pong"] * 9
            await asyncio.sleep(1.05)


async def test_channels_of_a_connection_are_counted() -> None:
    limits = replace(SessionLimits.lifted(), channels=2)
    async with running(limits=limits) as server, open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        await stream.subscribe(topic("books1"), topic("books1"), topic("books5"), topic("books15"))
        heard = [await stream.hear() for _ in range(6)]
        assert [message["code"] for message in heard if message.get("event") == "error"] == [30006]
        await stream.say({"op": "unsubscribe", "args": [topic("books1")]})
        await stream.say({"op": "subscribe", "args": [topic("ticker")]})
        while (reply := await stream.hear()).get("event") != "subscribe":
            assert reply.get("event") != "error", "what was given up makes room"


async def test_unsubscribing_does_not_use_up_the_hour() -> None:
    limits = replace(SessionLimits.lifted(), subscriptions_per_hour=1)
    async with running(limits=limits) as server, open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        for _ in range(3):
            await stream.say({"op": "unsubscribe", "args": [topic("books1")]})
            assert (await stream.hear())["event"] == "unsubscribe"
        await stream.subscribe(topic("books1"))
        assert (await stream.hear())["event"] == "subscribe"


async def handshake(server: SimServer) -> int:
    """The HTTP status that a connection attempt ends with; 101 when it opens."""
    try:
        async with open_stream(server.address.ws_public):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_connections_of_an_address_are_counted() -> None:
    async with running(limits=replace(SessionLimits.lifted(), connections=2)) as server:
        async with open_stream(server.address.ws_public), open_stream(server.address.ws_private):
            assert await handshake(server) == 429
        await until(lambda: not server.streams.connections)
        assert await handshake(server) == 101, "a closed connection makes room"


async def test_attempts_of_an_address_are_counted() -> None:
    """A client that reconnects without pause is kept out, refused attempts included."""
    async with running(limits=replace(SessionLimits.lifted(), attempts=3)) as server:
        assert [await handshake(server) for _ in range(5)] == [101, 101, 101, 429, 429]


def test_attempts_are_forgotten_after_five_minutes() -> None:
    clock = ManualClock()
    arrivals = Arrivals(SessionLimits(), clock.monotonic)
    let = [arrivals.arrive("here") for _ in range(301)]
    for _ in range(100):
        arrivals.leave("here")
    assert let == [True] * 100 + [False] * 201
    assert not arrivals.arrive("here"), "the attempts are used up"
    assert arrivals.arrive("there")
    clock.advance(301)
    assert arrivals.arrive("here")


async def test_every_connection_ends_at_its_age() -> None:
    """The planned disconnect: pings do not help, and the client is told that the server goes away."""
    async with (
        running(limits=SessionLimits(lifetime_seconds=0.3)) as server,
        open_stream(server.address.ws_public) as socket,
    ):
        stream = Stream(socket)
        await stream.say("ping")
        assert await stream.hear_text() == "pong"
        with pytest.raises(ConnectionClosed) as closed:
            await stream.hear()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


async def test_subscriptions_are_limited_by_the_hour() -> None:
    limits = SessionLimits(messages_per_second=1000, subscriptions_per_hour=2)
    async with running(limits=limits) as server, open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        for channel in ("books1", "books5", "books15"):
            await stream.subscribe(topic(channel))
        heard = [await stream.hear() for _ in range(5)]
    assert [message.get("code") for message in heard] == [None] * 4 + [30006]


async def test_silence_ends_the_connection() -> None:
    async with (
        running(limits=SessionLimits(silence_seconds=0.3)) as server,
        open_stream(server.address.ws_public) as socket,
    ):
        started = time.monotonic()
        stream = Stream(socket)
        await asyncio.sleep(0.2)
        await stream.say("ping")
        assert await stream.hear_text() == "pong"
        with pytest.raises(ConnectionClosed):
            await stream.hear()
        assert 0.45 < time.monotonic() - started < PATIENCE


async def test_a_client_that_does_not_read_is_cut_off_and_others_never_notice(server: SimServer) -> None:
    """One full socket must not hold up the market of everybody else."""
    async with (
        open_stream(server.address.ws_public) as stuck_socket,
        open_stream(server.address.ws_public) as socket,
    ):
        stuck, live = Stream(stuck_socket), Stream(socket)
        for stream in (stuck, live):
            await stream.subscribe(topic("trade"))
            await stream.hear_push("trade")
        stuck_socket.transport.pause_reading()
        clock = server.exchange.clock
        fat = "0." + "1" * 40_000
        heard = 0
        for number in range(4_000):
            server.exchange.apply(trade(BTC, clock.now_ms(), "60000", fat, number))
            if number % 10 == 9:
                push = await live.hear_push("trade")
                heard += len(push["data"])
            if len(server.streams.connections) == 1:
                break
        else:
            pytest.fail("the stuck client kept its connection")
        assert heard > 0
        stuck_socket.transport.abort()
