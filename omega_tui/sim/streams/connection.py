"""One client's socket: frames queue here and leave in order; a client too slow to read them is cut off.

It knows nothing of what a frame says.
"""

import asyncio
from collections import deque
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from omega_tui.sim.faults.streams import StreamTamper

_MAX_WAITING_FRAMES: Final = 4_000
_MAX_WAITING_BYTES: Final = 16_000_000
_GOODBYE_SECONDS: Final = 1.0


class Connection:
    """The sending half of one open socket. `send` never waits, so no client can hold up another.

    `tamper` is given every frame first while faults are asked for.
    """

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._socket = socket
        self._transport = transport
        self._waiting: deque[tuple[bytes, WSMsgType]] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._finishing = False
        self._code: int = WSCloseCode.OK
        self.tamper: StreamTamper | None = None
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
        """Send a text frame, or what faults make of it."""
        if self.tamper is not None and self.tamper.watches:
            self.tamper.outgoing(frame)
        else:
            self.queue(frame)

    def queue(self, frame: bytes, *, binary: bool = False) -> None:
        """Queue a frame as it is; a client that left too much unread loses its connection."""
        if self._finishing:
            return
        self._waiting.append((frame, WSMsgType.BINARY if binary else WSMsgType.TEXT))
        self._waiting_bytes += len(frame)
        self._wake.set()
        if len(self._waiting) > _MAX_WAITING_FRAMES or self._waiting_bytes > _MAX_WAITING_BYTES:
            self.abort()

    def write_part(self, frame: bytes, count: int) -> asyncio.Transport | None:
        """Send what is queued and `count` bytes of a text frame; the transport that they went to."""
        if self._transport is not None:
            for whole, kind in self._waiting:
                self._transport.write(_encoded(whole, kind))
            self._transport.write(_encoded(frame, WSMsgType.TEXT)[:count])
        self._waiting.clear()
        return self._transport

    def finish(self, code: int = WSCloseCode.OK) -> None:
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
            frame, kind = self._waiting.popleft()
            self._waiting_bytes -= len(frame)
            await self._socket.send_frame(frame, kind)


def _encoded(frame: bytes, kind: WSMsgType) -> bytes:
    """A whole, unmasked frame as RFC 6455 spells it (section 5.2)."""
    length = len(frame)
    first = bytes([0x80 | kind.value])
    if length < 126:
        return first + bytes([length]) + frame
    if length < 1 << 16:
        return first + b"\x7e" + length.to_bytes(2) + frame
    return first + b"\x7f" + length.to_bytes(8) + frame
