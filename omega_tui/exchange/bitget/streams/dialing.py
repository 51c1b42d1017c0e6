"""Opening a WebSocket, and what a stream needs of one. What is said over it is not known here."""

import logging
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 1.0
_FAMILY_RACE_SECONDS = 0.25
_MAX_FRAME_BYTES = 4 * 2**20
_QUEUED_FRAMES = 64

# The library logs frames in full when told to debug, and a login frame holds a key.
_silent = logging.Logger("omega_tui.stream.frames", level=logging.CRITICAL + 1)


class Droppable(Protocol):
    """A transport that can be cut off."""

    def abort(self) -> None:
        """Drop the connection at once, unsent frames with it."""
        ...


class Socket(Protocol):
    """What a stream needs of a connection: one of `websockets`, or a test's."""

    async def recv(self, decode: Literal[False]) -> bytes:
        """The next frame. Raises ConnectionClosed at the end."""
        ...

    async def send(self, message: str) -> None:
        """Send a text frame. Raises ConnectionClosed at the end."""
        ...

    async def close(self) -> None:
        """Say goodbye and wait for the other side's."""
        ...

    @property
    def transport(self) -> Droppable:
        """What carries the frames."""
        ...


Dial = Callable[[str], Awaitable[Socket]]
"""Opens a connection to an address; raises what `websockets.connect` raises."""


async def dial(url: str) -> Socket:
    """Open a WebSocket."""
    # An explicit host makes the library refuse redirects to another one; proxies of the environment
    # would see keys, compression costs more than a local link saves.
    target = urlsplit(url)
    return await connect(
        url,
        host=target.hostname,
        port=target.port or (443 if target.scheme == "wss" else 80),
        proxy=None,
        compression=None,
        ping_interval=None,
        open_timeout=_OPEN_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        max_size=_MAX_FRAME_BYTES,
        max_queue=_QUEUED_FRAMES,
        logger=_silent,
        # Racing address families is for the internet; here it would only leave a socket open when
        # cancelled half-way (Python 3.11).
        happy_eyeballs_delay=_FAMILY_RACE_SECONDS if target.scheme == "wss" else None,
    )
