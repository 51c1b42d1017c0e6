"""A second connection beside one that grows old: logged in and subscribed before it takes over.

Bitget ends a connection after a day. Whoever waits for that misses what happens while the next one opens;
here nothing is missed, because the old one is read until the new one has every topic, and what the new one
brought meanwhile is kept and told when it takes over. What comes twice is for those above to recognise.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from omega_tui.clock import Clock
from omega_tui.exchange.bitget.streams.dialing import Dial, Socket
from omega_tui.exchange.bitget.streams.frames import Push
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.session_events import LoginRefused, ReconnectNeeded, TopicFailed

_PATIENCE_SECONDS = 30.0
_TICK_SECONDS = 0.1


@dataclass(slots=True)
class Successor:
    """An open connection with its session, confirmed, and the pushes that it brought so far."""

    socket: Socket
    session: Session
    held: list[Push] = field(default_factory=list)


async def raise_successor(dial: Dial, url: str, session: Session, clock: Clock) -> Successor | None:
    """Open a connection that wants what `session` wants; None when that did not work in half a minute."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            socket = await dial(url)
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ValueError):
        return None
    successor = Successor(socket, session.successor(clock.monotonic()))
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            ready = await _subscribe(successor, clock)
    except (TimeoutError, ConnectionClosed):
        ready = False
    except asyncio.CancelledError:
        socket.transport.abort()
        raise
    if not ready:
        socket.transport.abort()
    return successor if ready else None


async def _subscribe(successor: Successor, clock: Clock) -> bool:
    session = successor.session
    epoch = session.connected(clock.monotonic())
    while not session.confirmed:
        for text in session.take_outgoing(clock.monotonic()):
            await successor.socket.send(text)
        with suppress(TimeoutError):
            async with asyncio.timeout(_TICK_SECONDS):
                frame = await successor.socket.recv(decode=False)
                told = session.receive(frame, clock.monotonic(), epoch)
                if isinstance(told, Push):
                    successor.held.append(told)
                elif isinstance(told, LoginRefused | ReconnectNeeded | TopicFailed):
                    return False
        if any(isinstance(one, ReconnectNeeded | TopicFailed) for one in session.tick(clock.monotonic())):
            return False
    return True
