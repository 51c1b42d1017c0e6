"""Pushes answers to WebSocket clients as their pictures change: `{"view": name, "data": …}`.

Names and data are those of the routes. What nobody can be told yet is left out until it can.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fastapi import WebSocket
from pydantic import BaseModel
from starlette.websockets import WebSocketDisconnect, WebSocketState

from omega_tui.api import answers
from omega_tui.api.guard import STREAM_PROTOCOL
from omega_tui.api.source import Source
from omega_tui.engine.views import Panel, Views

MOST_STREAMS = 16
LOOK_SECONDS = 0.25
"""How often pictures are compared: as often as a person can follow."""

NEWEST = 100
"""Closed positions that are pushed; older ones are paged through by their route."""

BEAT_SECONDS = 5.0
"""After so much quiet the health is told again: a client that hears nothing knows that its line is dead."""

_SLOWEST_SECONDS = 5.0
"""A client that takes no message for so long is let go: what waits for it would only grow."""


class Stream:
    """Serves any number of clients up to `MOST_STREAMS`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open = 0
        self._answers: dict[str, Callable[[], bytes]] = {
            "metrics": lambda: source.kept(
                "metrics", self._metrics, Panel.HISTORY, Panel.POSITIONS, Panel.FIBONACCI
            ),
            "positions": lambda: source.kept(
                "positions", answers.positions, Panel.POSITIONS, Panel.FIBONACCI
            ),
            "orders": lambda: source.kept("orders", answers.orders, Panel.ORDERS),
            "account": lambda: source.kept("account", answers.account, Panel.ACCOUNT, Panel.STATUS),
            "performance": lambda: source.kept("performance", answers.performance_report, Panel.HISTORY),
            "history": lambda: source.kept("history", _newest, Panel.HISTORY),
            "health": lambda: source.kept("health", self._health, Panel.STATUS),
        }

    def _metrics(self, views: Views) -> BaseModel:
        return answers.fibonacci_metrics(views, self._source.clock.wall_ms())

    def _health(self, views: Views) -> BaseModel:
        return answers.health(views, self._source.engine.trades)

    async def serve(self, socket: WebSocket) -> None:
        """Accept a client and push until it goes."""
        if self._open >= MOST_STREAMS:
            await socket.close(code=1013)
            return
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(STREAM_PROTOCOL if STREAM_PROTOCOL in offered else None)
        self._open += 1
        pushing = asyncio.create_task(self._push(socket))
        try:
            # What a client says is of no interest; that it went is.
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass
        finally:
            self._open -= 1
            pushing.cancel()
            with suppress(asyncio.CancelledError):
                await pushing

    async def _push(self, socket: WebSocket) -> None:
        sent: dict[str, bytes] = {}
        quiet = 0
        while socket.client_state is WebSocketState.CONNECTED:
            quiet += 1
            if quiet * LOOK_SECONDS >= BEAT_SECONDS:
                sent.pop("health", None)
            for name, build in self._answers.items():
                try:
                    body = build()
                except answers.NotServed:
                    continue
                if sent.get(name) != body:
                    sent[name], quiet = body, 0
                    text = f'{{"view":"{name}","data":{body.decode()}}}'
                    if not await _sent(socket, text):
                        return
            await asyncio.sleep(LOOK_SECONDS)


def _newest(views: Views) -> BaseModel:
    return answers.position_history(views, NEWEST, 0)


async def _sent(socket: WebSocket, text: str) -> bool:
    """Whether the client took a message in time; it is let go otherwise."""
    try:
        async with asyncio.timeout(_SLOWEST_SECONDS):
            await socket.send_text(text)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        with suppress(RuntimeError, OSError):
            await socket.close(code=1013)
        return False
    return True
