"""The socket around a session: connects, reads, sends what the session wants sent, connects again.

Everything that can be decided without a socket is decided in `session`; this module only moves bytes and
time. A failing stream is told to its handler in words and tried again, it never raises out of `run`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from omega_tui.clock import Clock, Ids
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.streams.backoff import Backoff
from omega_tui.exchange.bitget.streams.dialing import Dial, Socket, dial
from omega_tui.exchange.bitget.streams.frames import MalformedFrame, Push
from omega_tui.exchange.bitget.streams.rotation import Successor, raise_successor
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.session_events import LoginRefused, ReconnectNeeded, SessionEvent

_TICK_SECONDS = 0.25
_HEALTHY_SECONDS = 10.0
_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 1.0
_LOGIN_PAUSE_SECONDS = 60.0
_CROWDED_PAUSE_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 300.0
_GOING_AWAY = 1001
ROTATION_SECONDS = 23 * 3600.0
"""Age at which a connection is replaced, an hour before Bitget would cut it (`wire.CONNECTION_SECONDS`)."""
_ROTATION_RETRY_SECONDS = 120.0

_log = logging.getLogger(__name__)


class StreamHandler(Protocol):
    """Who wants to know what a stream brings. Called from the stream's task; must not block."""

    def opening(self) -> None:
        """A connection is about to be made."""
        ...

    def push(self, push: Push, now: float) -> None:
        """Data of a wanted topic. Raises `MalformedFrame` to have it counted."""
        ...

    def happened(self, event: SessionEvent, now: float) -> None:
        """Anything else the session has to tell."""
        ...

    def tick(self, now: float) -> None:
        """A quarter of a second passed."""
        ...

    def lost(self, reason: str) -> None:
        """The connection is gone; another one will be tried."""
        ...


@dataclass(frozen=True, slots=True)
class _Ended:
    """Why a connection ended, and the least pause before the next one."""

    reason: str
    pause: float = 0.0
    clock_is_off: bool = False


class Stream:
    """One connection that is kept up until `run` is cancelled.

    `prepare` is awaited before each connection with True when the last login failed over its timestamp, and
    says whether the clock is measured then. At the age of `rotation` seconds a second connection takes over
    before the first one is closed.
    """

    def __init__(
        self,
        url: str,
        session: Session,
        handler: StreamHandler,
        clock: Clock,
        ids: Ids,
        prepare: Callable[[bool], Awaitable[bool]] | None = None,
        dial: Dial = dial,
        rotation: float = ROTATION_SECONDS,
    ) -> None:
        self._url = url
        self._dial = dial
        self._session = session
        self._handler = handler
        self._clock = clock
        self._backoff = Backoff(ids)
        self._prepare = prepare
        self._rotation = rotation
        self._rotate_at = 0.0
        self._successor: Successor | None = None
        self._socket: Socket | None = None
        self._wake = asyncio.Event()
        self._verdict: _Ended | None = None
        self._reported: set[str] = set()

    def wake(self) -> None:
        """The session has something new to send."""
        self._wake.set()

    def reconnect(self, reason: str) -> None:
        """Believe this connection no more: it is lost at once, and another one is opened."""
        if self._socket is not None:
            self._verdict = _Ended(reason)
            self._handler.lost(reason)
            self._socket.transport.abort()

    async def run(self) -> None:
        """Keep the stream up. The supervisor of this task: a failure is logged once, shown and survived."""
        ended = _Ended("")
        while True:
            delay = max(self._backoff.next_delay(self._clock.monotonic()), ended.pause)
            await asyncio.sleep(delay)
            try:
                ended = await self._one_connection(ended.clock_is_off)
            except Exception as error:
                ended = _Ended(f"internal error: {type(error).__name__}", pause=_OPEN_SECONDS)
                self._log_once(error)
            self._session.disconnected()
            await self._drop_the_successor()
            self._handler.lost(ended.reason)

    def _log_once(self, error: Exception) -> None:
        kind = type(error).__name__
        if kind not in self._reported:
            self._reported.add(kind)
            _log.error("stream %s: %s", urlsplit(self._url).path, kind, exc_info=error)

    async def _one_connection(self, clock_is_off: bool) -> _Ended:
        self._handler.opening()
        measured = await self._prepare(clock_is_off) if self._prepare is not None else False
        try:
            websocket = await self._dial(self._url)
        except InvalidStatus as error:
            return _refused_handshake(error)
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ValueError) as error:
            return _Ended(f"cannot connect: {safe_text(str(error)) or type(error).__name__}")
        began = self._clock.monotonic()
        epoch = self._session.connected(began)
        try:
            ended = await self._converse(websocket, epoch)
            while (successor := self._successor) is not None and not ended.reason:
                self._successor = None
                ended = await self._take_over(successor)
            return _second_clock_failure(ended) if clock_is_off and measured else ended
        finally:
            if self._clock.monotonic() - began >= _HEALTHY_SECONDS:
                self._backoff.healthy()

    async def _take_over(self, successor: Successor) -> _Ended:
        """Go on with the connection that was opened beside the old one, first with what it brought so far."""
        now = self._clock.monotonic()
        epoch = self._session.adopt(successor.session, now)
        for push in successor.held:
            with suppress(MalformedFrame):
                self._handler.push(push, now)
        return await self._converse(successor.socket, epoch)

    async def _converse(self, websocket: Socket, epoch: int) -> _Ended:
        """Talk until the connection ends; without a reason when a successor is to take over."""
        self._verdict, self._socket = None, websocket
        self._rotate_at = self._clock.monotonic() + self._rotation
        self._wake.set()
        tasks = [asyncio.create_task(self._keep(websocket)), asyncio.create_task(self._rotate(websocket))]
        try:
            return await self._read(websocket, epoch)
        except ConnectionClosed as closed:
            return self._verdict or _Ended(_farewell(closed))
        finally:
            self._socket = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close(websocket)

    async def _rotate(self, websocket: Socket) -> None:
        """Once this connection is old, open another one beside it and then end this one."""
        while True:
            await asyncio.sleep(max(self._rotate_at - self._clock.monotonic(), 0.0))
            if self._prepare is not None:
                await self._prepare(False)
            successor = await raise_successor(self._dial, self._url, self._session, self._clock)
            if successor is not None:
                self._successor, self._verdict = successor, _Ended("")
                websocket.transport.abort()
                return
            self._rotate_at = self._clock.monotonic() + _ROTATION_RETRY_SECONDS

    async def _drop_the_successor(self) -> None:
        if self._successor is not None:
            await self._close(self._successor.socket)
            self._successor = None

    async def _read(self, websocket: Socket, epoch: int) -> _Ended:
        session, handler, monotonic = self._session, self._handler, self._clock.monotonic
        while True:
            frame = await websocket.recv(decode=False)
            now = monotonic()
            result = session.receive(frame, now, epoch)
            if isinstance(result, Push):
                try:
                    handler.push(result, now)
                    session.understood()
                    continue
                except MalformedFrame as error:
                    result = session.malformed(str(error))
            if result is not None:
                verdict = self._pass_on(result, now)
                if verdict is not None:
                    return verdict

    async def _keep(self, websocket: Socket) -> None:
        """Send what is due and let the session's time pass, until a deadline condemns the connection."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            now = self._clock.monotonic()
            self._handler.tick(now)
            for event in self._session.tick(now):
                verdict = self._pass_on(event, now)
                if verdict is not None:
                    self._verdict = verdict
                    websocket.transport.abort()
                    return
            for text in self._session.take_outgoing(now):
                with suppress(ConnectionClosed):
                    await websocket.send(text)

    def _pass_on(self, event: Push | SessionEvent, now: float) -> _Ended | None:
        match event:
            case ReconnectNeeded(reason):
                return _Ended(reason, _CROWDED_PAUSE_SECONDS if "too many requests" in reason else 0.0)
            case LoginRefused(code, message, clock_is_off):
                pause = 0.0 if clock_is_off else _LOGIN_PAUSE_SECONDS
                return _Ended(f"login refused: {code} {message}", pause, clock_is_off)
            case Push():
                return None
        self._handler.happened(event, now)
        # An acknowledged login puts the subscriptions into the outbox.
        self._wake.set()
        return None

    async def _close(self, websocket: Socket) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await websocket.close()
        websocket.transport.abort()


def _farewell(closed: ConnectionClosed) -> str:
    if closed.rcvd is None:
        return "connection lost"
    if closed.rcvd.code == _GOING_AWAY:
        return f"the exchange closed the connection ({_GOING_AWAY}), as it does for maintenance"
    return f"connection closed: {closed.rcvd.code}"


def _second_clock_failure(ended: _Ended) -> _Ended:
    # A measured clock gets one login of its own; refused again, the timestamp was not the trouble.
    return replace(ended, pause=_LOGIN_PAUSE_SECONDS) if ended.clock_is_off else ended


def _refused_handshake(error: InvalidStatus) -> _Ended:
    status, wait = error.response.status_code, error.response.headers.get("Retry-After", "")
    pause = float(wait) if wait.isascii() and wait.isdigit() else 0.0
    if status in {403, 429}:
        pause = max(pause, _CROWDED_PAUSE_SECONDS)
    return _Ended(f"handshake refused: HTTP {status}", min(pause, _LONGEST_PAUSE_SECONDS))
