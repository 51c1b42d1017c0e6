"""A misbehaving exchange on loopback: raw HTTP with scripted faults, and a scripted stream server.

Raw sockets, because the faults are below HTTP: cut bodies, resets, silence.
"""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """One HTTP request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: str
    at: float

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path


@dataclass
class FakeRest:
    """Answers by path; without a script every path is an unknown route, and the time is told."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    offset_ms: int = 0
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    def to(self, path: str) -> list[Request]:
        """The requests that came to one path."""
        return [request for request in self.requests if request.path == path]

    async def __aenter__(self) -> "FakeRest":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                request = await _read_request(reader)
                self.requests.append(request)
                await self.answers.get(request.path, self._default(request.path))(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError, ValueError):
            writer.close()

    def _default(self, path: str) -> Answer:
        if path == "/api/v2/public/time":
            return reply({"serverTime": str(time.time_ns() // 1_000_000 + self.offset_ms)})
        if path == "/api/v2/mix/account/accounts":
            return reply([])
        return refusal("40404", "Request URL NOT FOUND", 404)


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body.decode(), time.monotonic())


def reply(data: Any) -> Answer:
    """Success with these data."""
    return raw(json.dumps({"code": "00000", "msg": "success", "requestTime": 1, "data": data}))


def refusal(code: str, message: str = "no", status: int = 400) -> Answer:
    """A Bitget error."""
    return raw(json.dumps({"code": code, "msg": message, "requestTime": 1, "data": None}), status)


def raw(body: str, status: int = 200, headers: str = "", kind: str = "application/json") -> Answer:
    """Any body with any status."""
    return cut(body, len(body.encode()), status, headers, kind)


def cut(
    body: str, length: int, status: int = 200, headers: str = "", kind: str = "application/json"
) -> Answer:
    """A body that promises `length` bytes, whatever it has; a broken promise closes the connection."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n"
        writer.write(head.encode() + body.encode())
        await writer.drain()
        if length != len(body.encode()):
            raise ConnectionError

    return answer


def one_byte_at_a_time(answer_text: str) -> Answer:
    """A right answer in packets of one byte."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        text = f"HTTP/1.1 200 X\r\nContent-Length: {len(answer_text)}\r\n\r\n{answer_text}"
        for character in text.encode():
            writer.write(bytes([character]))
            await writer.drain()
            await asyncio.sleep(0)

    return answer


async def close_silently(writer: asyncio.StreamWriter) -> None:
    """End the connection without an answer."""
    raise ConnectionError


async def reset(writer: asyncio.StreamWriter) -> None:
    """Answer with a TCP reset."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise ConnectionError


async def hang(writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


StreamScript = Callable[["FakeStream", ServerConnection, Any], Awaitable[None]]


@dataclass
class FakeStream:
    """A stream server: acknowledges everything and keeps what clients said."""

    login_reply: Callable[[dict[str, str]], Any] = lambda argument: {"event": "login", "code": 0}
    on_subscribe: StreamScript | None = None
    said: list[Any] = field(default_factory=list)
    live: list[ServerConnection] = field(default_factory=list)
    opened: int = 0
    port: int = 0
    _server: Server | None = None

    @property
    def url(self) -> str:
        """The base address."""
        return f"ws://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "FakeStream":
        self._server = await serve(self._serve, "127.0.0.1", 0, ping_interval=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close(close_connections=True)
        await self._server.wait_closed()

    async def tell(self, frame: Any) -> None:
        """Push a frame to everybody."""
        for connection in self.live:
            await connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def drop(self) -> None:
        """Cut every connection without a close frame."""
        for connection in self.live:
            connection.transport.abort()

    async def _serve(self, connection: ServerConnection) -> None:
        self.opened += 1
        self.live.append(connection)
        try:
            async for text in connection:
                await self._hear(connection, str(text))
        except ConnectionClosed:
            pass
        finally:
            self.live.remove(connection)

    async def _hear(self, connection: ServerConnection, text: str) -> None:
        if text == "ping":
            self.said.append(text)
            await connection.send("pong")
            return
        message = json.loads(text)
        self.said.append(message)
        if message["op"] == "login":
            await connection.send(json.dumps(self.login_reply(message["args"][0])))
            return
        for argument in message["args"]:
            await connection.send(json.dumps({"event": message["op"], "arg": argument}))
            if message["op"] == "subscribe" and self.on_subscribe is not None:
                await self.on_subscribe(self, connection, argument)


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until something is true, and fail when it does not become so in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition, not one with an event
            await asyncio.sleep(0.005)
