"""The stream face: takes WebSocket connections on the public and the private address and keeps them.

It moves text between sockets and sessions; what is said is the business of `session`.
"""

import hashlib
from collections.abc import Awaitable, Callable
from itertools import accumulate, pairwise
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from omega_tui.clock import Ids
from omega_tui.exchange.bitget.wire import PING, WS_PRIVATE_PATH
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.faults.fault import Address
from omega_tui.sim.faults.streams import StreamTamper, StreamTampers
from omega_tui.sim.limits import Allowances
from omega_tui.sim.personas import NO_KEY, Environment
from omega_tui.sim.security import Guard, Origin
from omega_tui.sim.streams.account import AccountFeed
from omega_tui.sim.streams.arrivals import Arrivals
from omega_tui.sim.streams.connection import Connection
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.session import Gate, Session, SessionLimits

DEMO_PREFIX: Final = "/wspap"
"""What stands before the paths of the demo world's streams; on Bitget that is a host of its own, `wspap`."""
_MAX_MESSAGE_BYTES: Final = 65_536
_CONNECTION_ID_GROUPS: Final = (16, 8, 8, 16, 8)


async def _time_never_steps() -> None:
    """Nothing to wait for."""


class StreamsFace:
    """Every stream connection of one exchange; `connections` are the open ones.

    Before anything but a ping is answered `standstill` is awaited: time may be in the middle of a step.
    """

    def __init__(
        self,
        exchange: SimulatedExchange,
        guard: Guard,
        limits: SessionLimits,
        allowances: Allowances,
        ids: Ids,
        tampers: StreamTampers,
    ) -> None:
        self._exchange = exchange
        self._guard = guard
        self._limits = limits
        self._allowances = allowances
        self._ids = ids
        self._tampers = tampers
        self.connections: set[Connection] = set()
        self._sessions: set[Session] = set()
        self.feeds = Feeds(exchange)
        self._account = AccountFeed(exchange, self.feeds)
        self.standstill: Callable[[], Awaitable[None]] = _time_never_steps
        self._arrivals = Arrivals(limits, exchange.clock.monotonic)
        exchange.condition.listen(self._on_condition)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends, or refuse it: 503 while there are none, 429 for too many."""
        address = request.remote or ""
        if self._exchange.condition.streams_down:
            return web.Response(status=503)
        if not self._arrivals.arrive(address):
            return web.Response(status=429)
        kind = Address.PRIVATE if request.path.endswith(WS_PRIVATE_PATH) else Address.PUBLIC
        try:
            return self._tampers.refusal(kind) or await self._serve(request, address, kind)
        finally:
            self._arrivals.leave(address)

    async def _serve(self, request: web.Request, address: str, kind: Address) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=_MAX_MESSAGE_BYTES)
        try:
            await socket.prepare(request)
        except ConnectionError:
            # The client left before it was answered, which is its right; nobody reads this.
            return web.Response(status=400)
        connection = Connection(socket, request.transport)
        demo = request.path.startswith(DEMO_PREFIX)
        origin = Origin(address, Environment.DEMO if demo else Environment.LIVE)
        private = kind is Address.PRIVATE
        gate = Gate(self.feeds, self._guard, self._exchange, self._limits, self._allowances, origin, private)
        session = Session(gate, connection, _connection_id(self._ids), self._exchange.clock.monotonic())
        tamper = connection.tamper = self._tampers.attach(kind, connection, session)
        self.connections.add(connection)
        self._sessions.add(session)
        try:
            await self._converse(socket, session, connection, tamper)
        finally:
            self.connections.discard(connection)
            self._tampers.detach(tamper)
            self._sessions.discard(session)
            session.close()
            await connection.end()
        return socket

    def close(self) -> None:
        """Say goodbye to every client."""
        for connection in tuple(self.connections):
            connection.finish(WSCloseCode.GOING_AWAY)

    def cut(self) -> None:
        """Cut every connection off without a word, as a failing network does."""
        for connection in tuple(self.connections):
            connection.abort()

    def _on_condition(self) -> None:
        condition = self._exchange.condition
        if condition.streams_down:
            self.close()
        if self._exchange.venue.choices.lost_key_ends_streams and condition.persona.standing in NO_KEY:
            for session in tuple(self._sessions):
                session.lose_key()

    async def _converse(
        self,
        socket: web.WebSocketResponse,
        session: Session,
        connection: Connection,
        tamper: StreamTamper,
    ) -> None:
        monotonic = self._exchange.clock.monotonic
        while not connection.finishing:
            try:
                message = await socket.receive(timeout=max(session.seconds_left(monotonic()), 0.001))
            except TimeoutError:
                connection.finish(WSCloseCode.GOING_AWAY)
                continue
            if message.type is WSMsgType.TEXT:
                heard = tamper.incoming(message.data)
                if heard is not None:
                    came = monotonic()
                    if heard != PING:
                        await self.standstill()
                    session.receive(heard, came)
            elif message.type is not WSMsgType.BINARY:
                return


def _connection_id(ids: Ids) -> str:
    """A name for a connection, spelled as the captured one: five groups of hexadecimal digits."""
    digits = hashlib.sha256(ids.token(32).encode()).hexdigest()
    ends = accumulate(_CONNECTION_ID_GROUPS, initial=0)
    return "-".join(digits[start:end] for start, end in pairwise(ends))
