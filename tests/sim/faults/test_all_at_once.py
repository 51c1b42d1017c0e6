"""Every fault at once, by chance: whatever happens to clients, the exchange itself comes to no harm."""

import asyncio
import logging
import random
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from websockets.exceptions import WebSocketException

from omega_tui.sim.faults.catalogue import KINDS, describe
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.frames import FrameFault
from omega_tui.sim.faults.links import LinkFault
from omega_tui.sim.faults.messages import HandshakeFault, MessageFault
from omega_tui.sim.faults.plan import parse_fault
from omega_tui.sim.faults.requests import RequestFault
from omega_tui.sim.server import SimServer
from tests.sim.faults.test_catalogue import NEEDED
from tests.sim.protocol.clients import RestClient, Stream, login_message, open_stream, private_topic, topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, delta, trade

BROKEN = (aiohttp.ClientError, TimeoutError, AssertionError, ValueError, TypeError)
"""What a client meets, answers that are no JSON or null included."""
PUBLIC = ("books", "books1", "books5", "books15", "ticker", "trade", "candle1m")
PRIVATE = ("orders", "fill", "positions", "account", "orders-algo", "equity")
HURRY: dict[str, Any] = {"ms": 5, "size": 50_000, "depth": 500, "digits": 500, "bytes_per_second": 10_000_000}


def asked(kind: type[Fault], **members: object) -> Fault:
    """A fault of a kind that does not take long."""
    told = describe(kind)["members"]
    required = {name: NEEDED[name] for name in describe(kind)["needed"]}
    hurried = {name: HURRY[name] for name in HURRY if name in told}
    if "ends" in told:
        hurried["ends"] = "close"
    return parse_fault({"name": describe(kind)["name"], **required, **hurried, **members})


async def trade_about(server: SimServer, dice: random.Random) -> None:
    """A client's requests; nothing that becomes of them matters."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as http:
        rest = RestClient(server, http)
        for number in range(12):
            with suppress(*BROKEN):
                await rest.order(price="59000", size="0.01", clientOid=f"c-{dice.randrange(9)}")
            with suppress(*BROKEN):
                await rest.act(
                    "/api/v2/mix/order/batch-cancel-orders",
                    symbol=BTC,
                    orderIdList=[{"clientOid": f"c-{number % 9}"}, {"clientOid": "none"}],
                )
            for path in ("order/orders-pending", "order/orders-history", "order/fills", "account/accounts"):
                with suppress(*BROKEN):
                    await rest.get(f"/api/v2/mix/{path}", productType="USDT-FUTURES")


async def listen(server: SimServer, url: str, sayings: list[object]) -> None:
    """A client that subscribes to everything, over and over."""
    for _ in range(6):
        with suppress(WebSocketException, OSError, TimeoutError):
            async with asyncio.timeout(0.6), open_stream(url) as socket:
                stream = Stream(socket)
                for saying in sayings:
                    await stream.say(saying)
                while True:
                    await socket.recv()


async def stir(server: SimServer) -> None:
    """The market moves."""
    for number in range(60):
        now = server.exchange.clock.now_ms()
        server.exchange.apply(delta(BTC, now, bids=(("59999", f"{number + 1}"),)))
        server.exchange.apply(trade(BTC, now, "60000", "1", number))
        await asyncio.sleep(0.03)


@pytest.mark.parametrize("family", [RequestFault, (FrameFault, MessageFault, HandshakeFault), LinkFault])
@pytest.mark.parametrize("seed", [1, 2])
async def test_the_exchange_survives_its_own_faults(
    family: Any, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with running() as server:
        for kind in KINDS:
            if issubclass(kind, family):
                server.faults.add(asked(kind, probability=0.15))
                if "event" in describe(kind)["members"]:
                    for event in ("subscribe", "unsubscribe", "login", "error", "pong"):
                        server.faults.add(asked(kind, event=event, probability=0.1))
        address, key = server.address, server.api_key
        public = [{"op": "subscribe", "args": [topic(channel)]} for channel in PUBLIC]
        private: list[object] = [login_message(key)]
        private += [{"op": "subscribe", "args": [private_topic(channel)]} for channel in PRIVATE]
        await asyncio.gather(
            stir(server),
            trade_about(server, random.Random(seed)),
            listen(server, address.ws_public, ["ping", *public, "ping", *public]),
            listen(server, address.ws_private, [*private, "ping"]),
        )
        fired = sum(active.fired > 0 for active in server.faults.desk.active())
        assert fired > 5
        server.faults.desk.clear()
        async with aiohttp.ClientSession() as http:
            rest = RestClient(server, http)
            placed = await rest.order(price="58000", size="0.01")
            assert placed["orderId"]
        async with open_stream(address.ws_public) as socket:
            stream = Stream(socket)
            await stream.subscribe(topic("books"))
            assert (await stream.hear_push("books"))["action"] == "snapshot"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.wait(), 0.05)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
