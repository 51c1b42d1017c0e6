"""Clients for the tests: signed REST requests and raw streams, written without the code under test."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect

from omega_tui.sim.security import ApiKey
from omega_tui.sim.server import SimServer

PATIENCE = 5.0
PRODUCT = "USDT-FUTURES"
LIMIT_BUY = {
    "symbol": "BTCUSDT",
    "productType": PRODUCT,
    "marginMode": "crossed",
    "marginCoin": "USDT",
    "size": "0.01",
    "price": "59000",
    "side": "buy",
    "orderType": "limit",
}
"""The body of a one-way crossed limit order far enough from the market to rest."""


def sign(secret: str, text: str) -> str:
    """Bitget's signature of a text."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


class RestClient:
    """Sends requests and returns HTTP status and decoded envelope."""

    def __init__(self, server: SimServer, session: aiohttp.ClientSession) -> None:
        self._base = server.address.rest
        self._key: ApiKey = server.api_key
        self._session = session

    def headers(self, method: str, target: str, body: str = "", stamp: str | None = None) -> dict[str, str]:
        stamp = stamp or str(int(time.time() * 1000))
        return {
            "ACCESS-KEY": self._key.key,
            "ACCESS-SIGN": sign(self._key.secret, stamp + method + target + body),
            "ACCESS-TIMESTAMP": stamp,
            "ACCESS-PASSPHRASE": self._key.passphrase,
            "Content-Type": "application/json",
        }

    async def get(self, path: str, **query: object) -> tuple[int, Any]:
        target = path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
        return await self.send("GET", target, self.headers("GET", target))

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        return await self.post_text(path, json.dumps(body))

    async def post_text(self, path: str, text: str) -> tuple[int, Any]:
        return await self.send("POST", path, self.headers("POST", path, text), text)

    async def send(
        self, method: str, target: str, headers: dict[str, str], body: str | bytes | None = None
    ) -> tuple[int, Any]:
        from yarl import URL

        url = URL(self._base + target, encoded=True)
        async with self._session.request(method, url, headers=headers, data=body) as response:
            return response.status, await response.json()

    async def data(self, path: str, **query: object) -> Any:
        """The data of a GET that must succeed."""
        status, envelope = await self.get(path, **query)
        assert (status, envelope["code"], envelope["msg"]) == (200, "00000", "success"), envelope
        return envelope["data"]

    async def act(self, path: str, **body: object) -> Any:
        """The data of a POST that must succeed."""
        status, envelope = await self.post(path, {"productType": PRODUCT, **body})
        assert (status, envelope["code"]) == (200, "00000"), envelope
        return envelope["data"]

    async def order(self, **order: object) -> Any:
        """Place an order on BTCUSDT; `order` overrides a one-way crossed limit buy."""
        standard = {"symbol": "BTCUSDT", "marginMode": "crossed", "marginCoin": "USDT", "side": "buy"}
        if "price" in order:
            standard |= {"orderType": "limit", "force": "gtc"}
        else:
            standard |= {"orderType": "market"}
        return await self.act("/api/v2/mix/order/place-order", **standard | order)


class Stream:
    """One raw stream connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, message: object) -> None:
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def hear_text(self) -> str:
        text = await asyncio.wait_for(self.socket.recv(decode=True), PATIENCE)
        assert isinstance(text, str)
        return text

    async def hear(self) -> Any:
        return json.loads(await self.hear_text())

    async def subscribe(self, *arguments: dict[str, str]) -> None:
        await self.say({"op": "subscribe", "args": list(arguments)})

    async def hear_push(self, channel: str) -> Any:
        """The next push of a channel; acknowledgements and other channels are passed over."""
        while True:
            message = await self.hear()
            if "action" in message and message["arg"]["channel"] == channel:
                return message

    async def silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a while."""
        try:
            await asyncio.wait_for(self.socket.recv(), seconds)
        except TimeoutError:
            return True
        return False

    async def login(self, key: ApiKey) -> Any:
        await self.say(login_message(key))
        return await self.hear()


def login_message(key: ApiKey, stamp: str | None = None, **changes: str) -> dict[str, object]:
    """A login operation; `changes` override its members."""
    stamp = str(int(time.time())) if stamp is None else stamp
    argument = {
        "apiKey": key.key,
        "passphrase": key.passphrase,
        "timestamp": stamp,
        "sign": sign(key.secret, stamp + "GET/user/verify"),
    }
    return {"op": "login", "args": [argument | changes]}


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something that another task does has happened."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def topic(channel: str, symbol: str = "BTCUSDT") -> dict[str, str]:
    """A public subscription's argument."""
    return {"instType": PRODUCT, "channel": channel, "instId": symbol}


def private_topic(channel: str) -> dict[str, str]:
    """A private subscription's argument as clients send it."""
    member = "coin" if channel == "account" else "instId"
    return {"instType": PRODUCT, "channel": channel, member: "default"}


def open_stream(url: str) -> connect:
    """A raw connection; use with `async with`."""
    return connect(url, proxy=None, max_size=None)
