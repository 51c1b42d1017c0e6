"""A served API over an engine on a fake exchange, and clients that say what no library would."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from omega_tui.api.guard import Guard
from omega_tui.api.options import ApiOptions
from omega_tui.api.server import serving
from omega_tui.api.source import Source
from omega_tui.clock import CountingIds
from tests.engine.fake_gateway import FakeGateway
from tests.engine.rig import Rig, running

TOKEN = "t0ken" * 10


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Served:
    """A running API."""

    rig: Rig
    port: int
    guard: Guard
    session: aiohttp.ClientSession

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer, None for one of another kind or an empty one."""
        async with self.session.get(f"http://127.0.0.1:{self.port}{path}", headers=headers) as reply:
            text = await reply.text()
            told = text and reply.content_type == "application/json"
            return reply.status, json.loads(text) if told else None

    async def text(self, path: str) -> str:
        """The text of an answer."""
        async with self.session.get(f"http://127.0.0.1:{self.port}{path}") as reply:
            return await reply.text()

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        """Status and JSON of what a body led to."""
        async with self.session.post(f"http://127.0.0.1:{self.port}{path}", json=body) as reply:
            text = await reply.text()
            return reply.status, json.loads(text) if text else None

    async def raw(self, *lines: bytes, body: bytes = b"") -> bytes:
        """Everything that is answered to these lines of a request head; the connection is then closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"\r\n".join(lines) + b"\r\nconnection: close\r\n\r\n" + body)
        try:
            return await asyncio.wait_for(reader.read(), 5)
        finally:
            writer.close()


@asynccontextmanager
async def house(
    tmp_path: Path,
    gateway: FakeGateway | None = None,
    *,
    live: bool = True,
    token: str = TOKEN,
    engine_options: dict[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[Served]:
    """An API on a free port; its client sends the token."""
    port = free_port()
    chosen = ApiOptions(token=TOKEN.encode(), port=port, **options)
    async with running(tmp_path, gateway, live=live, keeps_history=True, **engine_options or {}) as rig:
        source = Source(rig.engine, rig.clock, CountingIds(), "1.2.3", chosen.cache_seconds)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with serving(source, chosen) as guard, aiohttp.ClientSession(headers=headers) as session:
            yield Served(rig, port, guard, session)
