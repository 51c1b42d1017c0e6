"""Clients that come, change their minds and vanish amid pushes: the exchange keeps nothing of them."""

import asyncio
import logging
import random
from collections import defaultdict
from typing import Any

import pytest
from websockets.asyncio.client import connect

from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PATIENCE, RestClient, Stream, open_stream, private_topic, topic, until
from tests.sim.protocol.scripted import BTC, ETH, delta, trade

PUBLIC = [
    topic(channel, symbol) for symbol in (BTC, ETH) for channel in ("books", "books1", "trade", "ticker")
]
PRIVATE = [private_topic(channel) for channel in ("orders", "positions", "account", "fill", "equity")]


def moved(server: SimServer, chance: random.Random) -> None:
    """One change of both books and a trade, published at once."""
    exchange = server.exchange
    now = exchange.clock.now_ms()
    for symbol, price in (
        (BTC, f"{58_000 + chance.randrange(900)}"),
        (ETH, f"{2_900 + chance.randrange(90)}"),
    ):
        exchange.apply(delta(symbol, now, bids=((price, f"{chance.randrange(5)}"),)))
        exchange.apply(trade(symbol, now, price, "0.5", chance.randrange(10**9)))
    server.streams.feeds.publish_all()


async def converse(server: SimServer, chance: random.Random) -> None:
    """One client's life: subscribes and unsubscribes at random, reads a little, and ends in some way."""
    private = chance.random() < 0.4
    topics = PRIVATE if private else PUBLIC
    url = server.address.ws_private if private else server.address.ws_public
    async with connect(url, proxy=None, max_size=None, close_timeout=0.2) as socket:
        stream = Stream(socket)
        if private:
            await stream.login(server.api_key)
        for _ in range(chance.randrange(1, 6)):
            chosen = chance.sample(topics, chance.randrange(1, len(topics)))
            await stream.say({"op": chance.choice(["subscribe", "subscribe", "unsubscribe"]), "args": chosen})
            if chance.random() < 0.5:
                await stream.silent(0.01)
        if chance.random() < 0.5:
            socket.transport.abort()


def traces(server: SimServer) -> dict[str, int]:
    """What the stream face remembers of its clients."""
    streams, feeds = server.streams, server.streams.feeds
    return {
        "connections": len(streams.connections),
        "sessions": len(streams._sessions),
        "subscribers": len(feeds._subscribers),
        "publishers": len(feeds._publishers),
        "intervals": len(feeds._due_ms),
        "arrived": sum(streams._arrivals._open.values()),
        "tampers": len(streams._tampers._open),
    }


async def test_nothing_is_left_of_clients_that_are_gone(
    server: SimServer, rest: RestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A topic, a task or a session kept for each client would end a run of weeks."""
    caplog.set_level(logging.WARNING)
    chance = random.Random(5)
    before = len(asyncio.all_tasks())
    for _ in range(6):
        clients = [asyncio.create_task(converse(server, chance)) for _ in range(8)]
        while not all(client.done() for client in clients):
            moved(server, chance)
            await asyncio.sleep(0.001)
        await asyncio.gather(*clients, return_exceptions=True)
        await rest.order(price="55000", size="0.001")
    await until(lambda: not any(traces(server).values()))
    await until(lambda: len(asyncio.all_tasks()) <= before + 1)
    assert [record.getMessage() for record in caplog.records if record.name != "websockets.client"] == []


class Follower:
    """What a careful client checks of `books`: a snapshot first, then updates that follow one another."""

    def __init__(self) -> None:
        self.seq: dict[str, int | None] = defaultdict(lambda: None)
        self.heard = 0

    def hear(self, message: Any) -> None:
        symbol = message["arg"]["instId"]
        if "event" in message:
            if message["event"] == "unsubscribe":
                self.seq[symbol] = None
            return
        book = message["data"][0]
        if message["action"] == "snapshot":
            assert self.seq[symbol] is None, "a second snapshot without asking"
        else:
            assert self.seq[symbol] == book["pseq"], "an update without its forerunner"
        self.seq[symbol] = book["seq"]
        self.heard += 1


async def test_two_clients_follow_one_book_whoever_else_comes_and_goes(server: SimServer) -> None:
    """Both share a publisher: one's second subscription must not swallow the other's update."""
    chance = random.Random(9)
    wanted = [topic("books", symbol) for symbol in (BTC, ETH)]
    async with open_stream(server.address.ws_public) as one, open_stream(server.address.ws_public) as other:
        steady, fickle = Stream(one), Stream(other)
        followers = {steady: Follower(), fickle: Follower()}
        readers = [asyncio.create_task(read(stream, follower)) for stream, follower in followers.items()]
        await steady.subscribe(*wanted)
        for _ in range(60):
            moved(server, chance)
            operation = chance.choice(["subscribe", "unsubscribe"])
            await fickle.say({"op": operation, "args": chance.sample(wanted, chance.randrange(1, 3))})
            await asyncio.sleep(0.002)
        await until(lambda: followers[steady].heard > 60 and followers[fickle].heard > 20)
        for reader in readers:
            assert not reader.done(), reader.exception()
            reader.cancel()


async def read(stream: Stream, follower: Follower) -> None:
    while True:
        follower.hear(await stream.hear())


async def test_a_client_that_never_reads_costs_no_memory(server: SimServer) -> None:
    """What it leaves unread is dropped with its connection, and its subscriptions with it."""
    chance = random.Random(3)
    async with open_stream(server.address.ws_public) as socket:
        stream = Stream(socket)
        await stream.subscribe(*PUBLIC)
        await stream.hear()
        socket.transport.pause_reading()
        async with asyncio.timeout(PATIENCE * 4):
            while server.streams.connections:
                for _ in range(50):
                    moved(server, chance)
                await asyncio.sleep(0)
        await until(lambda: not any(traces(server).values()))
        socket.transport.abort()
