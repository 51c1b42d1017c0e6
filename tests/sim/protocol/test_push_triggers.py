"""What makes the account speak: an order's life for positions, money that moved for the account itself."""

import json
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.choices import Choices
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, open_stream, private_topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC

MONEY = (private_topic("account"), {"instType": PRODUCT, "channel": "equity"})


async def hear_until_pong(stream: Stream) -> list[Any]:
    """What was said since the last time; all that an answered action causes comes before the pong."""
    heard = []
    await stream.say("ping")
    while (text := await stream.hear_text()) != "pong":
        heard.append(text)
    return [json.loads(text) for text in heard]


async def channels(stream: Stream) -> list[str]:
    return [message["arg"]["channel"] for message in await hear_until_pong(stream)]


async def test_positions_are_told_of_every_order(private: Stream, rest: RestClient) -> None:
    """A client waits for this push after an order that rests, though no position changed."""
    await private.subscribe(private_topic("positions"))
    await hear_until_pong(private)
    placed = await rest.order(price="58000", size="0.01")
    (created,) = await hear_until_pong(private)
    assert (created["action"], created["data"]) == ("snapshot", [])
    await rest.act("/api/v2/mix/order/cancel-order", symbol=BTC, orderId=placed["orderId"])
    assert await channels(private) == ["positions"]
    await rest.order(size="0.01")
    (filled,) = await hear_until_pong(private)
    assert filled["data"][0]["total"] == "0.01"


async def test_money_is_told_when_it_moved(server: SimServer, private: Stream, rest: RestClient) -> None:
    """A resting order moves none: a client must not wait for the account to tell of what it binds."""
    await private.subscribe(*MONEY)
    await hear_until_pong(private)
    await rest.order(price="58000", size="0.01")
    assert await channels(private) == []
    await rest.order(size="0.01")
    assert await channels(private) == ["account", "equity"]
    server.exchange.venue.transfers.move(Decimal(5))
    assert await channels(private) == ["account", "equity"]


async def test_an_order_that_cost_nothing_says_so_in_eight_places(private: Stream, rest: RestClient) -> None:
    """As captured; the fee itself has as many places as it needs."""
    await private.subscribe(private_topic("orders"))
    await hear_until_pong(private)
    await rest.order(size="0.01")
    accepted, filled = await hear_until_pong(private)
    assert accepted["data"][0]["feeDetail"] == [{"feeCoin": "USDT", "fee": "0.00000000"}]
    assert filled["data"][0]["feeDetail"] == [{"feeCoin": "USDT", "fee": "-0.360003"}]


@pytest.mark.parametrize("told", [False, True])
async def test_money_may_be_told_of_orders_too(*, told: bool) -> None:
    async with (
        running(choices=Choices(account_told_of_orders=told)) as server,
        aiohttp.ClientSession() as http,
        open_stream(server.address.ws_private) as socket,
    ):
        private, rest = Stream(socket), RestClient(server, http)
        await private.login(server.api_key)
        await private.subscribe(*MONEY)
        await hear_until_pong(private)
        await rest.order(price="58000", size="0.01")
        assert await channels(private) == (["account", "equity"] if told else [])
