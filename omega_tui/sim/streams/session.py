"""One client's conversation: login, subscriptions, pings, and the limits a client must keep to.

Follows Bitget's "Websocket introduction". It reads messages and queues replies; the socket itself is the
business of `streams`.
"""

from collections import deque
from dataclasses import dataclass
from math import inf
from typing import Final

import orjson

from omega_tui.exchange.bitget.codes import WsCode
from omega_tui.exchange.bitget.wire import (
    ARGUMENT_BYTES,
    CHANNELS_PER_CONNECTION,
    CONNECTION_ATTEMPTS,
    CONNECTION_SECONDS,
    CONNECTIONS_PER_ADDRESS,
    MESSAGES_PER_SECOND,
    PING,
    PONG,
    SILENCE_SECONDS,
    SUBSCRIPTIONS_PER_HOUR,
)
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.limits import Allowances
from omega_tui.sim.security import Guard, LoginRefused, Origin
from omega_tui.sim.streams.connection import Connection
from omega_tui.sim.streams.feeds import Feeds
from omega_tui.sim.streams.order_entry import answer_orders
from omega_tui.sim.streams.topics import NoSuchTopic, NoSuchType, Topic, acknowledged, parse_topic

Message = dict[str, object]
_SUBSCRIBE: Final = "subscribe"
_UNSUBSCRIBE: Final = "unsubscribe"
_LOGIN: Final = "login"
_TRADE: Final = "trade"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What stream clients are held to: how much at once, how silent, how old a connection may become.

    `connections` and `attempts` (within five minutes) are those of one address.
    """

    messages_per_second: float = MESSAGES_PER_SECOND
    subscriptions_per_hour: float = SUBSCRIPTIONS_PER_HOUR
    channels: float = CHANNELS_PER_CONNECTION
    connections: float = CONNECTIONS_PER_ADDRESS
    attempts: float = CONNECTION_ATTEMPTS
    silence_seconds: float = SILENCE_SECONDS
    lifetime_seconds: float = CONNECTION_SECONDS

    @classmethod
    def lifted(cls) -> "SessionLimits":
        """No limit on how much a client does; silence and age still end a connection."""
        return cls(inf, inf, inf, inf, inf)


@dataclass(frozen=True, slots=True)
class Gate:
    """What sessions that came the same way share."""

    feeds: Feeds
    guard: Guard
    exchange: SimulatedExchange
    limits: SessionLimits
    allowances: Allowances
    origin: Origin
    private: bool


class Session:
    """The state of one conversation. `connection_id` is told to the client when it logs in."""

    def __init__(self, gate: Gate, connection: Connection, connection_id: str, now: float) -> None:
        self._gate = gate
        self._connection = connection
        self._connection_id = connection_id
        self._logged_in = False
        self._topics: set[Topic] = set()
        self._messages: deque[float] = deque()
        self._subscriptions: deque[float] = deque()
        self._opened = self._last_ping = now

    def seconds_left(self, now: float) -> float:
        """How much longer the client may stay without a ping, and at all."""
        limits = self._gate.limits
        ends = min(self._last_ping + limits.silence_seconds, self._opened + limits.lifetime_seconds)
        return ends - now

    def receive(self, text: str, now: float) -> None:
        """Answer one text message that came at `now` (monotonic seconds)."""
        if count_within(self._messages, now, 1.0) > self._gate.limits.messages_per_second:
            self._error(WsCode.TOO_MANY_REQUESTS, "Too many requests")
            self._fail(WsCode.CLOSING, "Request over limit, the connection will be closed")
        elif text == PING:
            self._last_ping = now
            self._connection.send(PONG.encode())
        else:
            self._operate(text, now)

    def log_out(self) -> None:
        """The login is over; whatever it entitled to ends with it."""
        self._logged_in = False
        self.close()

    def drop_topic(self, argument: Message) -> None:
        """A subscription of this session ends without its asking."""
        topic = next((one for one in self._topics if one.argument == argument), None)
        if topic is None:
            return
        self._gate.feeds.unsubscribe(self._connection, topic)
        self._topics.discard(topic)

    def lose_key(self) -> None:
        """The key does not count any more: whoever logged in with it is shown out."""
        if self._logged_in:
            self._fail(WsCode.KEY_INVALID, "Invalid ACCESS_KEY")

    def close(self) -> None:
        """The connection is gone."""
        for topic in self._topics:
            self._gate.feeds.unsubscribe(self._connection, topic)
        self._topics.clear()

    def _operate(self, text: str, now: float) -> None:
        message = _parse(text)
        if message is None:
            self._error(WsCode.ILLEGAL_REQUEST, "Illegal request")
            return
        operation, arguments = message.get("op"), message.get("args")
        if operation not in self._operations:
            self._error(WsCode.UNKNOWN_OPERATION, "Invalid op")
        elif operation == _TRADE:
            self._trade(text)
        elif not isinstance(arguments, list) or not all(map(_is_flat, arguments)):
            self._error(WsCode.PARAMETER_WRONG, "Param error")
        elif operation == _LOGIN:
            self._login(arguments)
        elif operation == _SUBSCRIBE:
            self._subscribe(arguments, len(text.encode()), now)
        else:
            self._unsubscribe(arguments)

    @property
    def _operations(self) -> tuple[str, ...]:
        """What may be asked for at this address."""
        if not self._gate.private:
            return _SUBSCRIBE, _UNSUBSCRIBE
        private = _SUBSCRIBE, _UNSUBSCRIBE, _LOGIN
        return (*private, _TRADE) if self._gate.exchange.venue.choices.ws_order_entry else private

    def _trade(self, text: str) -> None:
        if not self._logged_in:
            self._error(WsCode.LOGIN_NEEDED, "User needs to log in", operation=_TRADE)
            return
        for reply in answer_orders(self._gate.exchange, self._gate.allowances, text):
            self._reply(reply)

    def _login(self, arguments: list[Message]) -> None:
        try:
            self._gate.guard.check_login(arguments[0] if arguments else {}, self._gate.origin)
        except LoginRefused as refused:
            self._fail(refused.code, refused.message)
            return
        self._logged_in = True
        self._reply({"event": _LOGIN, "code": 0, "connId": self._connection_id})

    def _subscribe(self, arguments: list[Message], length: int, now: float) -> None:
        if length > ARGUMENT_BYTES:
            text = f"Arguments are longer than {ARGUMENT_BYTES} bytes"
            self._error(WsCode.PARAMETER_WRONG, text, operation=_SUBSCRIBE)
            return
        if count_within(self._subscriptions, now, 3600.0) > self._gate.limits.subscriptions_per_hour:
            self._error(WsCode.TOO_MANY_REQUESTS, "Too many requests", operation=_SUBSCRIBE)
            return
        for argument in arguments:
            topic = self._topic(argument, _SUBSCRIBE)
            if topic is None:
                continue
            if len(self._topics | {topic}) > self._gate.limits.channels:
                self._error(WsCode.TOO_MANY_REQUESTS, "Too many channels", argument, _SUBSCRIBE)
                return
            ack = _acknowledgement(_SUBSCRIBE, acknowledged(argument, topic))
            self._gate.feeds.subscribe(self._connection, topic, ack)
            self._topics.add(topic)

    def _unsubscribe(self, arguments: list[Message]) -> None:
        for argument in arguments:
            topic = self._topic(argument, _UNSUBSCRIBE)
            if topic is None:
                continue
            self._gate.feeds.unsubscribe(self._connection, topic)
            self._topics.discard(topic)
            self._connection.send(_acknowledgement(_UNSUBSCRIBE, acknowledged(argument, topic)))

    def _topic(self, argument: Message, operation: str) -> Topic | None:
        """The topic of an argument; None after the client was told all there is to tell."""
        if self._gate.private and not self._logged_in:
            self._error(WsCode.LOGIN_NEEDED, "User needs to log in", argument, operation)
            return None
        try:
            return parse_topic(argument, self._gate.exchange.symbols, private=self._gate.private)
        except NoSuchTopic as problem:
            silent = self._gate.exchange.venue.choices.wrong_type_acknowledged
            if isinstance(problem, NoSuchType) and silent:
                self._connection.send(_acknowledgement(operation, argument))
            else:
                self._error(problem.code, problem.message, argument, operation)
            return None

    def _error(
        self, code: WsCode, text: str, argument: Message | None = None, operation: str | None = None
    ) -> None:
        """Tell what is wrong, in the shape captured in 2026."""
        about: Message = {} if argument is None else {"arg": argument}
        asked: Message = {} if operation is None else {"op": operation}
        self._reply({"event": "error", **about, "code": int(code), "msg": text, **asked})

    def _fail(self, code: WsCode, text: str) -> None:
        self._error(code, text)
        self._connection.finish()

    def _reply(self, message: Message) -> None:
        self._connection.send(orjson.dumps(message))


def _acknowledgement(operation: str, argument: Message) -> bytes:
    return orjson.dumps({"event": operation, "arg": argument})


def _parse(text: str) -> Message | None:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


def _is_flat(argument: object) -> bool:
    """An argument is an object of plain values, nothing nested."""
    return isinstance(argument, dict) and not any(
        isinstance(value, dict | list) for value in argument.values()
    )


def count_within(moments: deque[float], now: float, seconds: float) -> int:
    """Add a moment and say how many there were within the last `seconds`."""
    moments.append(now)
    while moments[0] <= now - seconds:
        moments.popleft()
    return len(moments)
