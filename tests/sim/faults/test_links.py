"""Faults of connections as bytes, seen from a bare socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from omega_tui.sim.server import SimServer
from tests.sim.faults.conftest import Harm
from tests.sim.protocol.clients import PATIENCE, RestClient, Stream, open_stream, topic, until

ASK = b"GET /api/v2/public/time HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SHORT = 0.3


class Bare:
    """A socket to the exchange."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self) -> None:
        self.writer.write(ASK)
        await self.writer.drain()

    async def answer(self) -> bytes:
        """A whole HTTP answer: head and body."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        body = await asyncio.wait_for(self.reader.readexactly(int(length.split(b":")[1])), PATIENCE)
        return head + body

    async def rest(self) -> bytes:
        """Everything until the end."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE)

    async def silent(self) -> bool:
        try:
            await asyncio.wait_for(self.reader.read(1), SHORT)
        except TimeoutError:
            return True
        return False


async def connect(server: SimServer) -> Bare:
    port = int(server.address.rest.rpartition(":")[2])
    return Bare(*await asyncio.open_connection("127.0.0.1", port))


@pytest.fixture
async def bare(server: SimServer) -> AsyncIterator[Bare]:
    client = await connect(server)
    yield client
    client.writer.close()


def monotonic() -> float:
    return asyncio.get_running_loop().time()


async def test_latency_delays_and_keeps_order(bare: Bare, harm: Harm) -> None:
    harm("latency", address="rest", ms=200, jitter_ms=150)
    began = monotonic()
    for _ in range(5):
        await bare.ask()
    answers = [await bare.answer() for _ in range(5)]
    assert monotonic() - began > 0.05
    told = [json.loads(answer.partition(b"\r\n\r\n")[2])["requestTime"] for answer in answers]
    assert told == sorted(told)


async def test_latency_to_the_server_lets_no_request_get_lost(server: SimServer, harm: Harm) -> None:
    """A client that sends and leaves was heard all the same."""
    active = harm("latency", direction="to_server", ms=150)
    heard = harm("delay_answer", ms=0)
    client = await connect(server)
    await client.ask()
    client.writer.write_eof()
    await until(lambda: heard.seen == 1)
    assert active.fired == 1
    client.writer.close()


async def test_bandwidth_makes_bytes_late(bare: Bare, harm: Harm) -> None:
    await bare.ask()
    whole = await bare.answer()
    harm("bandwidth", bytes_per_second=len(whole) * 4)
    began = monotonic()
    await bare.ask()
    await bare.answer()
    assert 0.2 < monotonic() - began < 2


async def test_sliced_bytes_are_the_same_bytes(bare: Bare, harm: Harm) -> None:
    harm("slicer", size=1, delay_ms=1, direction="both")
    await bare.ask()
    pieces: list[bytes] = []
    while not is_whole(b"".join(pieces)):
        pieces.append(await asyncio.wait_for(bare.reader.read(65536), PATIENCE))
    assert len(pieces) > 10


def is_whole(answer: bytes) -> bool:
    """Whether the body is as long as the head says."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return b"Content-Length: " + str(len(body)).encode() in head


async def test_every_offset_of_an_answer_can_be_the_last(server: SimServer, harm: Harm) -> None:
    first = await connect(server)
    await first.ask()
    whole = len(await first.answer())
    first.writer.close()
    for size in (0, 1, whole // 2, whole - 1):
        active = harm("limit_data", address="rest", size=size)
        client = await connect(server)
        await client.ask()
        assert len(await client.rest()) == size
        client.writer.close()
        server.faults.desk.remove(active.number)


async def test_a_request_that_is_cut_is_not_carried_out(
    server: SimServer, rest: RestClient, harm: Harm
) -> None:
    harm("limit_data", direction="to_server", size=400, ends="reset")
    with pytest.raises(Exception, match=r"reset|disconnected|closing"):
        await rest.order(price="59000", size="0.01")
    assert server.exchange.venue.pending() == []


@pytest.mark.parametrize("direction", ["both", "to_client", "to_server"])
async def test_a_half_open_connection_is_silent_and_stays(bare: Bare, harm: Harm, direction: str) -> None:
    await bare.ask()
    await bare.answer()
    harm("half_open", direction=direction)
    await bare.ask()
    assert await bare.silent()


async def test_the_other_direction_of_a_half_open_stream_works(server: SimServer, harm: Harm) -> None:
    """The exchange hears the client, the client hears nothing: its own pings prove nothing."""
    async with open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        await stream.say("ping")
        assert await stream.hear_text() == "pong"
        active = harm("half_open", address="public", direction="to_client")
        await stream.subscribe(topic("ticker"))
        assert await stream.silent()
        assert server.streams.feeds.topics  # the subscription was heard
        server.faults.desk.remove(active.number)
        await stream.say("ping")
        assert await stream.hear_text() == "pong"


@pytest.mark.parametrize("abrupt", [False, True])
async def test_a_connection_that_vanished_does_not_say_goodbye(
    server: SimServer, harm: Harm, abrupt: bool
) -> None:
    """Not even the end of the exchange's side is heard; when the fault is gone, it is."""
    async with open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        await stream.say("ping")
        await stream.hear_text()
        active = harm("half_open", address="public")
        server.streams.cut() if abrupt else server.streams.close()
        assert await stream.silent()
        await until(lambda: not server.streams.connections)
        server.faults.desk.remove(active.number)
        with pytest.raises(ConnectionClosed):
            await stream.hear_text()


async def test_a_black_hole_ends_after_its_time(bare: Bare, harm: Harm) -> None:
    began = monotonic()
    harm("timeout", ms=250)
    await bare.ask()
    assert await bare.rest() == b""
    assert 0.2 < monotonic() - began < 2


async def test_a_reset_that_is_taken_back_in_time_does_not_happen(server: SimServer, harm: Harm) -> None:
    async with open_stream(server.address.ws_public) as socket:
        await socket.send("ping")
        await socket.recv()
        harm("reset_peer", ms=150)
        harm("timeout", ms=150, direction="to_server")
        server.faults.desk.clear()
        await asyncio.sleep(0.2)
        await socket.send("ping")
        assert await socket.recv() == "pong"


@pytest.mark.parametrize("ms", [0, 150])
async def test_a_reset_reaches_connections_that_are_open_already(
    server: SimServer, harm: Harm, ms: int
) -> None:
    async with (
        open_stream(server.address.ws_private) as private,
        open_stream(server.address.ws_public) as public,
    ):
        for socket in (private, public):
            await socket.send("ping")
            assert await socket.recv() == "pong"
        active = harm("reset_peer", address="private", ms=ms)
        with pytest.raises(ConnectionClosedError) as broken:
            await asyncio.wait_for(private.recv(), PATIENCE)
        assert broken.value.rcvd is None
        await public.send("ping")
        assert await public.recv() == "pong"
        assert (active.seen, active.fired) == (1, 1)


async def test_a_reset_waits_for_its_time(server: SimServer, harm: Harm) -> None:
    """In force from a moment on, though no byte flows then."""
    async with open_stream(server.address.ws_public) as socket:
        await socket.send("ping")
        await socket.recv()
        harm("reset_peer", address="public", at_ms=200)
        await socket.send("ping")
        assert await socket.recv() == "pong"
        server.exchange.venue.on_time(server.exchange.clock.now_ms())
        await asyncio.sleep(0.25)
        server.exchange.venue.on_time(server.exchange.clock.now_ms())
        with pytest.raises(ConnectionClosedError):
            await asyncio.wait_for(socket.recv(), PATIENCE)


async def test_connections_are_counted_each_once(server: SimServer, harm: Harm) -> None:
    active = harm("half_open", address="rest", after=1, count=1)
    clients = [await connect(server) for _ in range(3)]
    heard = []
    for client in clients:
        await client.ask()
        heard.append(not await client.silent())
        client.writer.close()
    assert heard == [True, False, True]
    assert active.fired == 1


async def test_a_close_may_be_slow(server: SimServer, harm: Harm) -> None:
    async with open_stream(server.address.ws_public) as socket:
        await socket.send("ping")
        await socket.recv()
        harm("slow_close", address="public", ms=300)
        server.streams.close()
        began = monotonic()
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        await socket.wait_closed()
        assert monotonic() - began > 0.25


async def test_nobody_serves_while_it_is_down(server: SimServer, harm: Harm) -> None:
    async with open_stream(server.address.ws_public) as socket:
        await socket.send("ping")
        await socket.recv()
        active = harm("down", count=2)
        for _ in range(2):
            client = await connect(server)
            await client.ask()
            with pytest.raises(ConnectionError):
                await client.reader.read()
            client.writer.close()
        client = await connect(server)
        await client.ask()
        assert (await client.answer()).startswith(b"HTTP/1.1 200")
        client.writer.close()
        await socket.send("ping")
        assert await socket.recv() == "pong", "connections of before are served on"
        assert active.fired == 2


async def test_what_is_on_its_way_arrives_when_the_fault_is_gone(
    bare: Bare, server: SimServer, harm: Harm
) -> None:
    harm("latency", ms=200)
    await bare.ask()
    await asyncio.sleep(0.05)
    server.faults.desk.clear()
    await bare.ask()
    first, second = await bare.answer(), await bare.answer()
    assert first.startswith(b"HTTP/1.1 200")
    assert second.startswith(b"HTTP/1.1 200")
