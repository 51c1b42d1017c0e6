"""One client's socket: frames queue here and leave in order; a client too slow to read them is cut off.

It knows nothing of what a frame says.
"""

import asyncio
from collections import deque
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

_MAX_WAITING_FRAMES: Final = 4_000
_MAX_WAITING_BYTES: Final = 16_000_000
_GOODBYE_SECONDS: Final = 1.0


class Connection:
    """The sending half of one open socket. `send` never waits, so no client can hold up another."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._socket = socket
        self._transport = transport
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._finishing = False
        self._code = WSCloseCode.OK
        self._writer = asyncio.create_task(self._write())

    @property
    def finishing(self) -> bool:
        """Whether this connection ends once what was queued has left."""
        return self._finishing

    @property
    def unsent(self) -> int:
        """How many frames wait to be taken by the client."""
        return len(self._waiting)

    def send(self, frame: bytes) -> None:
        """Queue a text frame; a client that left too much unread loses its connection."""
        if self._finishing:
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        self._wake.set()
        if len(self._waiting) > _MAX_WAITING_FRAMES or self._waiting_bytes > _MAX_WAITING_BYTES:
            self.abort()

    def finish(self, code: WSCloseCode = WSCloseCode.OK) -> None:
        """End the connection after what is queued; the first `code` given is the one it closes with."""
        if not self._finishing:
            self._code = code
        self._finishing = True
        self._wake.set()

    def abort(self) -> None:
        """Cut the connection off now, with everything unsent."""
        self._finishing = True
        self._waiting.clear()
        self._wake.set()
        if self._transport is not None:
            self._transport.abort()

    async def end(self) -> None:
        """Send what is queued and close; a client that does not take it in time is cut off."""
        self.finish()
        _, late = await asyncio.wait({self._writer}, timeout=_GOODBYE_SECONDS)
        if late:
            self.abort()
            self._writer.cancel()
        else:
            self._writer.result()

    async def _write(self) -> None:
        try:
            while not (self._finishing and not self._waiting):
                await self._wake.wait()
                self._wake.clear()
                await self._write_waiting()
            await self._socket.close(code=self._code)
        except ConnectionError:
            self.abort()

    async def _write_waiting(self) -> None:
        while self._waiting:
            frame = self._waiting.popleft()
            self._waiting_bytes -= len(frame)
            await self._socket.send_frame(frame, WSMsgType.TEXT)
