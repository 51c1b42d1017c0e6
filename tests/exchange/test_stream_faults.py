"""P26, P27 and P29 of the fault catalogue: lost pongs, refused handshakes and a goodbye, in virtual time."""

import asyncio
import itertools
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response

from omega_tui.clock import CountingIds
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.session_events import SessionEvent
from omega_tui.exchange.bitget.streams.stream import Stream
from omega_tui.exchange.bitget.streams.topics import Topic
from tests.support.virtual_time import LoopClock, run_virtually


class Losses:
    """A handler that notes why connections ended."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def opening(self) -> None:
        """Nothing to note."""

    def push(self, push: Any, now: float) -> None:
        """Nothing to note."""

    def happened(self, event: SessionEvent, now: float) -> None:
        """Nothing to note."""

    def tick(self, now: float) -> None:
        """Nothing to note."""

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)


class Line:
    """A connection that pushes once a second, never pongs, and may say goodbye with a code."""

    def __init__(self, goodbye: int | None = None) -> None:
        self.goodbye = goodbye
        self.sent: list[str] = []
        self._cut = asyncio.Event()

    @property
    def transport(self) -> "Line":
        return self

    def abort(self) -> None:
        self._cut.set()

    async def recv(self, decode: bool) -> bytes:
        if self.goodbye is not None:
            raise ConnectionClosedOK(Close(self.goodbye, "bye"), None)
        try:
            async with asyncio.timeout(1):
                await self._cut.wait()
        except TimeoutError:
            return b'{"action":"update","arg":{"channel":"ticker","instId":"BTCUSDT"},"data":[],"ts":1}'
        raise ConnectionClosedOK(None, None)

    async def send(self, message: str) -> None:
        self.sent.append(message)

    async def close(self) -> None:
        self.abort()


def _run(dial: Any, seconds: float) -> tuple[list[str], list[float]]:
    """Losses, and the moments of the attempts."""
    losses, attempts = Losses(), list[float]()

    async def counted(url: str) -> Any:
        attempts.append(asyncio.get_running_loop().time())
        return dial()

    async def run() -> None:
        session = Session()
        session.want([Topic("ticker", "BTCUSDT")], 0.0)
        stream = Stream("wss://x", session, losses, LoopClock(), CountingIds(), dial=counted)
        task = asyncio.create_task(stream.run())
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtually(run())
    return losses.reasons, attempts


def test_p26_data_alone_is_no_pong() -> None:
    losses, _ = _run(Line, 60)
    assert losses
    assert "pong" in losses[0]


@pytest.mark.parametrize(
    ("status", "asked", "least"), [(429, "90", 90), (429, "5", 30), (403, "", 30), (503, "7", 7)]
)
def test_p27_a_refused_handshake_waits_as_long_as_it_is_asked_to(
    status: int, asked: str, least: float
) -> None:
    headers = Headers({"Retry-After": asked} if asked else {})

    def refuse() -> Any:
        raise InvalidStatus(Response(status, "no", headers, b""))

    losses, attempts = _run(refuse, 300)
    waits = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    assert waits
    assert min(waits) >= least - 0.001
    assert str(status) in losses[0]


def test_p29_a_goodbye_for_maintenance_is_said_in_words() -> None:
    losses, _ = _run(lambda: Line(goodbye=1001), 5)
    assert "maintenance" in losses[0]
