"""P25: a connection is replaced before Bitget cuts it, and nothing that is pushed meanwhile is missed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.exchange.bitget.streams.frames import Push, RawPush
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.session_events import SessionEvent
from omega_tui.exchange.bitget.streams.stream import ROTATION_SECONDS, Stream
from omega_tui.exchange.bitget.streams.topics import PRIVATE_TOPICS, Topic
from omega_tui.exchange.bitget.wire import CONNECTION_SECONDS
from tests.exchange.fake import FakeStream, until

_LOGIN = json.dumps(
    {"op": "login", "args": [{"apiKey": "k", "passphrase": "p", "timestamp": "1", "sign": "s"}]}
)


class Heard:
    """A handler that keeps the numbers it was pushed, and how often it was told of a loss."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.losses: list[str] = []

    def opening(self) -> None:
        """Nothing to note."""

    def push(self, push: Push, now: float) -> None:
        assert isinstance(push, RawPush)
        self.numbers += [row["n"] for row in json.loads(bytes(push.data))]

    def happened(self, event: SessionEvent, now: float) -> None:
        """Nothing to note."""

    def tick(self, now: float) -> None:
        """Nothing to note."""

    def lost(self, reason: str) -> None:
        self.losses.append(reason)


class Bench:
    """A stream on a server that pushes numbers to everybody who listens."""

    def __init__(self, server: FakeStream, rotation: float) -> None:
        self.server, self.heard = server, Heard()
        self.session = Session(lambda: _LOGIN)
        self.session.want(PRIVATE_TOPICS, 0.0)
        self.stream = Stream(
            server.url, self.session, self.heard, SystemClock(), RandomIds(), rotation=rotation
        )
        self.sent = 0
        self.topic: Topic = next(topic for topic in PRIVATE_TOPICS if topic.channel == "fill")

    async def push(self) -> None:
        self.sent += 1
        frame = json.dumps(
            {"action": "update", "arg": self.topic.as_arg(), "data": [{"n": self.sent}], "ts": 1}
        )
        for connection in tuple(self.server.live):
            with suppress(ConnectionClosed):
                await connection.send(frame)


@asynccontextmanager
async def _bench(rotation: float, **server: Any) -> AsyncIterator[Bench]:
    async with FakeStream(**server) as stream:
        bench = Bench(stream, rotation)
        task = asyncio.create_task(bench.stream.run())
        await until(lambda: bench.session.confirmed)
        yield bench
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_the_planned_age_is_an_hour_before_the_forced_one() -> None:
    assert ROTATION_SECONDS == CONNECTION_SECONDS - 3600


async def test_p25_no_fill_is_missed_through_several_rotations() -> None:
    """The mutant: close first, connect after."""
    async with _bench(0.25) as bench:
        while bench.server.opened < 5:
            await bench.push()
            await asyncio.sleep(0.002)
        await until(lambda: len(bench.server.live) == 1)
        await until(lambda: bench.session.confirmed)
        await bench.push()
        await until(lambda: bench.sent in bench.heard.numbers)
    assert bench.sent > 50
    assert sorted(set(bench.heard.numbers)) == list(range(1, bench.sent + 1))
    assert bench.heard.losses == []


async def test_a_successor_that_cannot_open_leaves_the_old_connection_alone() -> None:
    refused: list[int] = []

    def login(argument: dict[str, str]) -> dict[str, Any]:
        refused.append(1)
        return (
            {"event": "login", "code": 0}
            if len(refused) == 1
            else {"event": "error", "code": 30005, "msg": "no"}
        )

    async with _bench(0.1, login_reply=login) as bench:
        await until(lambda: len(refused) == 2)
        await until(lambda: len(bench.server.live) == 1)
        await bench.push()
        await until(lambda: bench.heard.numbers == [1])
        assert bench.heard.losses == []


async def test_what_is_wanted_anew_during_a_rotation_is_wanted_after_it() -> None:
    """The mutant: the successor's topics win, and the market that was chosen meanwhile never comes."""
    chosen = Topic("positions-history")
    switched = asyncio.Event()

    async with _bench(0.2) as bench:

        async def choose(server: FakeStream, connection: ServerConnection, argument: Any) -> None:
            if server.opened > 1 and not switched.is_set():
                bench.session.want([*PRIVATE_TOPICS, chosen], 0.0)
                switched.set()

        bench.server.on_subscribe = choose
        await until(switched.is_set)
        await until(lambda: chosen in bench.session._topics and bench.session.confirmed)
        assert any(
            said != "ping" and said["op"] == "subscribe" and "positions-history" in json.dumps(said)
            for said in bench.server.said
        )


@pytest.mark.parametrize("when", [0, 1, 2])
async def test_a_connection_that_breaks_while_its_successor_opens_is_replaced_as_ever(when: int) -> None:
    async with _bench(0.15) as bench:
        await until(lambda: bench.server.opened == 2)
        for _ in range(when):
            await asyncio.sleep(0)
        bench.server.drop()
        async with asyncio.timeout(5):
            while bench.sent not in bench.heard.numbers:
                await bench.push()
                await asyncio.sleep(0.02)
