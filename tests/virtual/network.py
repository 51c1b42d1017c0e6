"""The network between gateway and exchange: latency, losses on either way, cuts. All of it from a seed.

Names follow FAULTS: a lost request never arrives, a lost answer was carried out, a late request arrives after
its sender gave up, a cut ends a stream without a word.
"""

import asyncio
import base64
import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import orjson
from websockets.exceptions import ConnectionClosedError

from omega_tui.exchange.bitget.rest.outcomes import Evidence, Transport
from omega_tui.exchange.bitget.rest.routes import http_method, is_public
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.rest.entrance import Call
from omega_tui.sim.streams.session import Session
from tests.virtual.exchange import KEY, VirtualExchange

TIMEOUT_SECONDS = 10.0
_SHORT_SECONDS = 0.2
"""How long the connection lives that breaks before the answer is there."""


class Fate(StrEnum):
    """What may befall a request, see this module's head."""

    REFUSED = "refused"
    LOST_REQUEST = "lost_request"
    LATE_REQUEST = "late_request"
    LOST_ANSWER = "lost_answer"
    BROKEN_ANSWER = "broken_answer"


@dataclass
class Weather:
    """Chances of each trouble, per request or per frame; latency in seconds. A fresh one has none.

    `fates` are what befalls the next requests that change something, one each, whatever the chances are.
    """

    refused: float = 0.0
    lost_request: float = 0.0
    late_request: float = 0.0
    lost_answer: float = 0.0
    broken_answer: float = 0.0
    cut: float = 0.0
    latency: tuple[float, float] = (0.005, 0.05)
    fates: list[Fate] = field(default_factory=list)

    @classmethod
    def stormy(cls) -> "Weather":
        """Everything happens, and yet there are minutes in which one can trade."""
        return cls(0.02, 0.03, 0.03, 0.05, 0.03, 0.0003, (0.005, 0.3))


class VirtualRest:
    """Carries requests to the exchange; stands where ccxt stands."""

    def __init__(
        self, exchange: VirtualExchange, weather: Weather, rng: random.Random, now_ms: Callable[[], int]
    ) -> None:
        self._exchange = exchange
        self._weather = weather
        self._rng = rng
        self._now_ms = now_ms
        self._closed = False
        self.inspect: Callable[[RestPath, dict[str, Any]], None] = lambda path, params: None

    async def ready(self) -> str:
        return ""

    async def close(self) -> None:
        self._closed = True

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        """Send one request once and report what was seen."""
        if self._closed:
            return Evidence(Transport.NO_BYTE_LEFT, words="the session is closed")
        call, weather = self._sign(path, params), self._weather
        self.inspect(path, params)
        fate = weather.fates.pop(0) if weather.fates and call.method == "POST" else None
        if fate is Fate.REFUSED or self._happens(weather.refused):
            return Evidence(Transport.NO_BYTE_LEFT, words="connection refused")
        if fate is Fate.LOST_REQUEST or self._happens(weather.lost_request):
            return await self._give_up()
        if fate is Fate.LATE_REQUEST:
            asyncio.get_running_loop().call_later(TIMEOUT_SECONDS, self._exchange.answer, call)
            return await self._give_up(_SHORT_SECONDS)
        if self._happens(weather.late_request):
            late = self._rng.uniform(0.5, 1.5) * TIMEOUT_SECONDS
            asyncio.get_running_loop().call_later(late, self._exchange.answer, call)
            return await self._give_up()
        await asyncio.sleep(self._rng.uniform(*weather.latency))
        status, body = self._exchange.answer(call)
        if fate is Fate.LOST_ANSWER or self._happens(weather.lost_answer):
            return await self._give_up()
        await asyncio.sleep(self._rng.uniform(*weather.latency))
        if fate is Fate.BROKEN_ANSWER or self._happens(weather.broken_answer):
            return self._broken(status, body)
        return Evidence(Transport.ANSWERED, status, body)

    async def _give_up(self, seconds: float | None = None) -> Evidence:
        await asyncio.sleep(seconds or self._rng.choice((_SHORT_SECONDS, TIMEOUT_SECONDS)))
        return Evidence(Transport.LOST, words="no reply")

    def _broken(self, status: int, body: str) -> Evidence:
        broken = (
            Evidence(Transport.LOST, words="the reply was cut"),
            Evidence(Transport.ANSWERED, 502, "<html>Bad Gateway</html>"),
            Evidence(Transport.ANSWERED, 200, ""),
            Evidence(Transport.ANSWERED, status, body[: len(body) // 2]),
        )
        return self._rng.choice(broken)

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._rng.random() < chance

    def _sign(self, path: RestPath, params: dict[str, Any]) -> Call:
        method = http_method(path)
        query = f"?{urlencode(params)}" if method == "GET" and params else ""
        body = orjson.dumps(params) if method == "POST" else b""
        headers = {"Content-Type": "application/json"}
        if not is_public(path):
            stamp = str(self._now_ms())
            text = (stamp + method + path + query).encode() + body
            digest = hmac.new(KEY.secret.encode(), text, hashlib.sha256).digest()
            headers |= {
                "ACCESS-KEY": KEY.key,
                "ACCESS-SIGN": base64.b64encode(digest).decode(),
                "ACCESS-TIMESTAMP": stamp,
                "ACCESS-PASSPHRASE": KEY.passphrase,
            }
        return Call(method, path + query, headers, body, "127.0.0.1")


class VirtualSocket:
    """The client's end of a stream, see `exchange.bitget.stream.Socket`."""

    def __init__(self, exchange: VirtualExchange, url: str, weather: Weather, rng: random.Random) -> None:
        self._weather = weather
        self._rng = rng
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._gone = False
        self._last_down = self._last_up = 0.0
        self._session: Session = exchange.open_session(url, self._deliver)

    @property
    def transport(self) -> "VirtualSocket":
        return self

    async def recv(self, decode: bool = False) -> bytes:
        frame = None if self._gone else await self._frames.get()
        if frame is None:
            self.abort()
            raise ConnectionClosedError(None, None)
        return frame

    async def send(self, message: str) -> None:
        if self._gone:
            raise ConnectionClosedError(None, None)
        self._last_up = self._arrival(self._last_up)
        asyncio.get_running_loop().call_at(self._last_up, self._hear, message)

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        """The connection is gone at both ends."""
        if not self._gone:
            self._gone = True
            # The exchange learns of it a moment later, never in the middle of telling everybody something.
            asyncio.get_running_loop().call_soon(self._session.close)
            self._frames.put_nowait(None)

    def _hear(self, message: str) -> None:
        if not self._gone:
            self._session.receive(message, asyncio.get_running_loop().time())

    def _deliver(self, frame: bytes | None) -> None:
        if self._gone:
            return
        if self._weather.cut and self._rng.random() < self._weather.cut:
            self.abort()
            return
        self._last_down = self._arrival(self._last_down)
        asyncio.get_running_loop().call_at(self._last_down, self._frames.put_nowait, frame)

    def _arrival(self, last: float) -> float:
        # TCP keeps the order, whatever the delay: a frame never overtakes the one before it.
        delay = self._rng.uniform(*self._weather.latency)
        return max(last + 1e-6, asyncio.get_running_loop().time() + delay)
