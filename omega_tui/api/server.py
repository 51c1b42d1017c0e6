"""Serves the API on the engine's own event loop, and ends with it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from omega_tui.api.guard import Guard
from omega_tui.api.options import ApiOptions, ApiRefused
from omega_tui.api.routes import build_app
from omega_tui.api.source import Source

_LARGEST_HEAD = 16_384
_HEAD_SECONDS = 10.0
"""A request that takes longer to be said is not waited for (slowloris)."""

_MOST_CONNECTIONS = 64
_BACKLOG = 128


class _Impatient(H11Protocol):
    """A connection that has to say its first request in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = asyncio.get_running_loop().call_later(_HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        # A cycle stands for a request whose head has arrived.
        if self.cycle is None:
            self.transport.close()


@asynccontextmanager
async def serving(source: Source, options: ApiOptions) -> AsyncIterator[Guard]:
    """Serve until the block ends. Raises `ApiRefused` when the address must not or cannot be served."""
    options.check()
    guard = Guard(build_app(source, options), options, source.clock)
    listening = _listen(options)
    server = uvicorn.Server(
        uvicorn.Config(
            cast("uvicorn._types.ASGIApplication", guard),
            http=_Impatient,
            ws="websockets-sansio",
            ws_max_size=_LARGEST_HEAD,
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=1,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
        )
    )
    # The screen, or the command, takes signals; a server that did too would end before it.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve([listening]))
    try:
        yield guard
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
        listening.close()
        if options.socket is not None:
            options.socket.unlink(missing_ok=True)


def _listen(options: ApiOptions) -> socket.socket:
    try:
        if options.socket is not None:
            return _listen_unix(options)
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        # Named as TCP, so that asyncio sends each write at once: head and body would else wait 40 ms apart.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((options.host, options.port))
    except OSError as error:
        raise ApiRefused(f"{options.place} cannot be served: {error.strerror or error}") from None
    made.listen(_BACKLOG)
    made.setblocking(False)
    return made


def _listen_unix(options: ApiOptions) -> socket.socket:
    assert options.socket is not None  # noqa: S101 - the caller looked
    options.socket.parent.mkdir(parents=True, exist_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if options.socket.is_socket():
        # Left by a server that was killed, or one that still answers: that one is not taken its place.
        if made.connect_ex(str(options.socket)) == 0:
            made.close()
            raise ApiRefused(f"{options.place} is served by another program")
        options.socket.unlink()
    before = os.umask(0o177)
    try:
        made.bind(str(options.socket))
    finally:
        os.umask(before)
    made.listen(_BACKLOG)
    made.setblocking(False)
    return made
