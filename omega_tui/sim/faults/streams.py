"""Carries out the faults of streams: what a frame becomes on its way out, and a message on its way in."""

import asyncio
from functools import partial
from typing import Any, Protocol

import orjson
from aiohttp import WSCloseCode, web

from omega_tui.exchange.bitget.wire import PING, SNAPSHOT
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import Direction
from omega_tui.sim.faults.desk import FaultDesk
from omega_tui.sim.faults.fault import Address, Ending
from omega_tui.sim.faults.frames import (
    Departure,
    Frame,
    FrameFacts,
    Sides,
    departures,
    read_facts,
)
from omega_tui.sim.faults.messages import HandshakeStatus, MessageFacts
from omega_tui.sim.faults.proxy import reset

_ALL_LEVELS = 1_000_000
TopicKey = tuple[str | None, str | None]


class Line(Protocol):
    """What a tamper does to its client's connection."""

    def queue(self, frame: bytes, *, binary: bool = False) -> None:
        """Send a frame without asking the tamper."""
        ...

    def finish(self, code: int = WSCloseCode.OK) -> None:
        """End the connection after what is queued."""
        ...

    def abort(self) -> None:
        """Cut the connection off now."""
        ...

    def write_part(self, frame: bytes, count: int) -> asyncio.Transport | None:
        """Send the first bytes of a frame's encoding past the queue; the transport that they went to."""
        ...


class Talk(Protocol):
    """What a tamper does to its client's session."""

    def drop_topic(self, argument: dict[str, object]) -> None:
        """End a subscription on the exchange's side."""
        ...

    def log_out(self) -> None:
        """End the login and every subscription."""
        ...


class StreamTampers:
    """The tampers of every open stream connection of one exchange."""

    def __init__(self, desk: FaultDesk, exchange: SimulatedExchange) -> None:
        self.desk = desk
        self._exchange = exchange
        self._open: dict[StreamTamper, None] = {}
        self._late: dict[TopicKey, list[tuple[StreamTamper, bytes]]] = {}

    @property
    def keeps_late(self) -> bool:
        """Whether frames wait for somebody else's snapshot."""
        return bool(self._late)

    def attach(self, address: Address, line: Line, talk: Talk) -> "StreamTamper":
        """The tamper of a new connection."""
        tamper = StreamTamper(self, address, line, talk)
        self._open[tamper] = None
        return tamper

    def detach(self, tamper: "StreamTamper") -> None:
        """A connection is gone."""
        tamper.gone = True
        self._open.pop(tamper, None)

    def lines(self, address: Address | None) -> "list[Line]":
        """The open connections of an address, or of both."""
        return [tamper.line for tamper in self._open if address in (None, tamper.address)]

    def refusal(self, address: Address) -> web.Response | None:
        """The answer to a client that may not open a stream now."""
        if not self.desk.watches_messages:
            return None
        for fault, _ in self.desk.on_handshake(address):
            if isinstance(fault, HandshakeStatus):
                wait = fault.retry_after_s
                headers = {} if wait is None else {"Retry-After": str(wait)}
                return web.Response(status=fault.status, headers=headers)
        return None

    def book(self, symbol: str | None) -> Sides:
        """A symbol's whole book as it stands, nothing for none."""
        if symbol not in self._exchange.symbols:
            return (), ()
        book = self._exchange.venue.book(symbol)
        return book.levels(Direction.BUY, _ALL_LEVELS), book.levels(Direction.SELL, _ALL_LEVELS)

    def keep_late(self, key: TopicKey, tamper: "StreamTamper", data: bytes) -> None:
        """Keep a frame until another connection has a snapshot of its topic."""
        self._late.setdefault(key, []).append((tamper, data))

    def release_late(self, key: TopicKey, newcomer: "StreamTamper") -> None:
        """`newcomer` has its snapshot: what was kept for others leaves now, to it where they are gone."""
        waiting = self._late.pop(key, [])
        for tamper, data in waiting:
            if tamper is newcomer:
                self.keep_late(key, tamper, data)
            else:
                (newcomer if tamper.gone else tamper).leave(data)


class StreamTamper:
    """Stands between one connection and what is sent and heard on it."""

    def __init__(self, tampers: StreamTampers, address: Address, line: Line, talk: Talk) -> None:
        self._tampers = tampers
        self._desk = tampers.desk
        self.address = address
        self.line = line
        self._talk = talk
        self._behind: dict[TopicKey, list[tuple[int, Departure]]] = {}
        self.gone = False

    @property
    def watches(self) -> bool:
        """Whether frames have to pass here."""
        return self._desk.watches_frames or self.gone or bool(self._behind) or self._tampers.keeps_late

    def outgoing(self, data: bytes) -> None:
        """A frame is to leave: send what the faults make of it."""
        facts = read_facts(data, self.address)
        frame = Frame(facts, data, partial(self._tampers.book, facts.symbol))
        for departure in departures(frame, self._desk.on_frame(facts)):
            self._depart(departure, facts)
        self._release_behind((facts.channel, facts.symbol))
        if facts.action == SNAPSHOT:
            self._tampers.release_late((facts.channel, facts.symbol), self)

    def incoming(self, text: str) -> str | None:
        """What the exchange hears of a client's message, None when it hears nothing."""
        if not self._desk.watches_messages:
            return text
        if text == PING:
            return None if self._answered(MessageFacts(self.address, PING)) else text
        message = _object(text)
        operation = str(message.get("op"))
        given = message.get("args")
        arguments = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        if operation == "login":
            return None if self._answered(MessageFacts(self.address, operation)) else text
        heard = [
            each for each in arguments if not self._answered(MessageFacts(self.address, operation, each))
        ]
        if len(heard) == len(arguments):
            return text
        return orjson.dumps({**message, "args": heard}).decode() if heard else None

    def leave(self, data: bytes) -> None:
        """Send bytes that waited."""
        if not self.gone:
            self.line.queue(data)

    def _answered(self, facts: MessageFacts) -> bool:
        """Whether a fault answers in the exchange's place; its answer is sent then."""
        for fault, _ in self._desk.on_message(facts):
            answered = fault.answer(facts)
            if answered.frame:
                self.line.queue(answered.frame)
            if answered.closes:
                self.line.finish()
            return True
        return False

    def _depart(self, departure: Departure, facts: FrameFacts) -> None:
        key = (facts.channel, facts.symbol)
        if departure.late:
            self._tampers.keep_late(key, self, departure.data)
        elif departure.behind:
            self._behind.setdefault(key, []).append((departure.behind + 1, departure))
        elif departure.wait:
            asyncio.get_running_loop().call_later(departure.wait, self._send, departure)
        else:
            self._send(departure)

    def _send(self, departure: Departure) -> None:
        if self.gone:
            return
        if departure.cut is not None:
            self._cut(departure.data, departure.cut, departure.ends)
            return
        self.line.queue(departure.data, binary=departure.binary)
        if departure.logs_out:
            self._talk.log_out()
        if departure.unsubscribes:
            self._talk.drop_topic(orjson.loads(departure.data)["arg"])

    def _cut(self, data: bytes, count: int, ends: Ending) -> None:
        self.gone = True
        transport = self.line.write_part(data, count)
        if transport is None or ends is Ending.SILENCE:
            return
        if ends is Ending.RESET:
            reset(transport)
        else:
            transport.close()

    def _release_behind(self, key: TopicKey) -> None:
        """Another frame of the topic has left: those that it was to overtake come nearer."""
        nearer = [(count - 1, departure) for count, departure in self._behind.pop(key, [])]
        kept = [one for one in nearer if one[0]]
        if kept:
            self._behind[key] = kept
        for count, departure in nearer:
            if not count:
                self._send(departure)


def _object(text: str) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return message if isinstance(message, dict) else {}
