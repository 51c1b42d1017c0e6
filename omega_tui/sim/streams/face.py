"""The stream face: takes WebSocket connections on the public and the private address and keeps them.

It moves text between sockets and sessions; what is said is the business of `streams_session`.
"""

from aiohttp import WSMsgType, web

from omega_tui.clock import Ids
from omega_tui.exchange.bitget.wire import WS_PRIVATE_PATH
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.security import Guard
from omega_tui.sim.streams.account import AccountFeed
from omega_tui.sim.streams.connection import Connection
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.session import Gate, Session, SessionLimits

_MAX_MESSAGE_BYTES = 65_536


class StreamsFace:
    """Every stream connection of one exchange; `connections` are the open ones."""

    def __init__(self, exchange: SimulatedExchange, guard: Guard, limits: SessionLimits, ids: Ids) -> None:
        self._exchange = exchange
        self._guard = guard
        self._limits = limits
        self._ids = ids
        self.connections: set[Connection] = set()
        self.feeds = Feeds(exchange)
        self._account = AccountFeed(exchange, self.feeds)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=_MAX_MESSAGE_BYTES)
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        private = request.path == WS_PRIVATE_PATH
        gate = Gate(self.feeds, self._guard, self._exchange.symbols, self._limits, private)
        session = Session(gate, connection, self._ids.token(32), self._exchange.clock.monotonic())
        self.connections.add(connection)
        try:
            await self._converse(socket, session, connection)
        finally:
            self.connections.discard(connection)
            session.close()
            await connection.end()
        return socket

    def close(self) -> None:
        """Say goodbye to every client."""
        for connection in tuple(self.connections):
            connection.finish()

    def cut(self) -> None:
        """Cut every connection off without a word, as a failing network does."""
        for connection in tuple(self.connections):
            connection.abort()

    async def _converse(
        self, socket: web.WebSocketResponse, session: Session, connection: Connection
    ) -> None:
        monotonic = self._exchange.clock.monotonic
        while not connection.finishing:
            try:
                message = await socket.receive(timeout=max(session.seconds_left(monotonic()), 0.001))
            except TimeoutError:
                return
            if message.type is WSMsgType.TEXT:
                session.receive(message.data, monotonic())
            elif message.type is not WSMsgType.BINARY:
                return
