"""Stands between the sockets and the server and does to bytes what link faults say.

Every connection is a `Link`. Without link faults it passes bytes on as they come; a fault that is asked for
later reaches the connections that are open already. It knows no HTTP but the first line of a connection.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final

from omega_tui.exchange.bitget.wire import WS_PRIVATE_PATH, WS_PUBLIC_PATH
from omega_tui.sim.control import CONTROL_PREFIX
from omega_tui.sim.faults.desk import ActiveFault, FaultDesk
from omega_tui.sim.faults.fault import Address, Direction, Ending
from omega_tui.sim.faults.links import Down, LinkFault, OneWayFault, ResetPeer, SlowClose, Timeout
from omega_tui.sim.faults.pipes import Pipe, swallows

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_STREAMS: Final = {WS_PUBLIC_PATH: Address.PUBLIC, WS_PRIVATE_PATH: Address.PRIVATE}


class LinkOffice:
    """Every open connection of one server. `monotonic` is in real seconds, as the network's time is."""

    def __init__(self, desk: FaultDesk, monotonic: Callable[[], float]) -> None:
        self.desk = desk
        self.monotonic = monotonic
        self.links: set[Link] = set()
        desk.listen(self.refresh)

    def wrap(self, protocol: asyncio.Protocol) -> "Link":
        """A connection whose other end is `protocol`."""
        return Link(protocol, self)

    def refresh(self) -> None:
        """Let faults that begin or end reach the open connections."""
        for link in tuple(self.links):
            link.refresh()

    def close(self) -> None:
        """Cut off what is left, also what a fault kept open."""
        for link in tuple(self.links):
            link.end(Ending.RESET)


class Link(asyncio.Protocol):
    """One connection: the real socket on one side, the server's protocol on the other."""

    def __init__(self, protocol: asyncio.Protocol, office: LinkOffice) -> None:
        self._protocol = protocol
        self._office = office
        self._real: asyncio.Transport | None = None
        self._address: Address | None = None
        self._struck: dict[int, bool] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self._to_server = Pipe(Direction.TO_SERVER, self, self._heard)
        self._to_client = Pipe(Direction.TO_CLIENT, self, self._told)
        self._eof = self._closing = self._ended = False
        self._begun = self._answered = False
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a link needs a transport that carries bytes both ways")
        self._real = transport
        self._office.links.add(self)
        self._protocol.connection_made(LinkTransport(self, transport))

    def data_received(self, data: bytes) -> None:
        """The client sent bytes."""
        if not self._begun:
            self._begun = True
            self._address = _address_of(data)
            self.refresh()
        if self._office.desk.watches_links or self._to_server.busy:
            self._to_server.take(data)
        else:
            self._heard(data)

    def eof_received(self) -> bool:
        """The client says that it will send no more; the server hears it after all that came before."""
        self._eof = True
        if not self._to_server.busy:
            self.arrived(Direction.TO_SERVER)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._office.links.discard(self)
        for timer in self._timers:
            timer.cancel()
        self._to_server.stop()
        self._to_client.stop()
        self.gone.set()
        self._tell_lost(exc)

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._protocol.resume_writing()

    def write(self, data: bytes) -> None:
        """The server sent bytes."""
        self._answered = True
        if self._office.desk.watches_links or self._to_client.busy:
            self._to_client.take(data)
        else:
            self._told(data)

    def close(self) -> None:
        """The server ends the connection: after what is on its way, and when a fault lets it."""
        self._closing = True
        if not self._to_client.busy:
            self.arrived(Direction.TO_CLIENT)

    def is_closing(self) -> bool:
        """Whether the server has ended the connection."""
        return self._closing or self._real is None or self._real.is_closing()

    def abort(self) -> None:
        """The server cuts the connection off; a client to whom nothing gets through does not hear of it."""
        if self._real is not None and not swallows(self.faults(Direction.TO_CLIENT)):
            self._real.abort()
        else:
            self.close()

    def arrived(self, direction: Direction) -> None:
        """All bytes of a direction have arrived; if it has ended, its end arrives too."""
        if direction is Direction.TO_SERVER and self._eof:
            self._end_of_requests()
        elif direction is Direction.TO_CLIENT and self._closing:
            self._end_of_answers()

    def end(self, how: Ending) -> None:
        """End the real connection."""
        if self._real is None or how is Ending.SILENCE:
            return
        if how is Ending.RESET:
            reset(self._real)
        else:
            self._real.close()

    def faults(self, direction: Direction) -> list[ActiveFault]:
        """The faults in force for bytes of a direction, and those for the connection as a whole."""
        return [
            active
            for active in self._office.desk.of_kind(LinkFault)
            if (not isinstance(active.fault, OneWayFault) or active.fault.goes(direction))
            and self._strikes(active)
        ]

    def refresh(self) -> None:
        """Take notice of faults that began or ended."""
        for active in self._office.desk.of_kind(LinkFault):
            new = active.number not in self._struck
            if self._strikes(active) and new:
                self._begin(active)
        for pipe in (self._to_client, self._to_server):
            if not pipe.busy:
                self.arrived(pipe.direction)

    def now(self) -> float:
        """Real seconds."""
        return self._office.monotonic()

    def _strikes(self, active: ActiveFault) -> bool:
        """Whether a fault is in force for this connection; decided once, when it could first strike."""
        fault = active.fault
        if not isinstance(fault, LinkFault) or self._address is None:
            return False
        if fault.address not in (None, self._address):
            return False
        now_ms = self._office.desk.now_ms()
        if not active.in_force(now_ms):
            return False
        if active.number not in self._struck:
            self._struck[active.number] = self._may_strike(fault) and active.strikes(now_ms)
        return self._struck[active.number]

    def _may_strike(self, fault: LinkFault) -> bool:
        """`Down` is for connections that are only beginning."""
        return not (isinstance(fault, Down) and self._answered)

    def _end_of_requests(self) -> None:
        if not swallows(self.faults(Direction.TO_SERVER)) and not self._protocol.eof_received():
            self.close()

    def _end_of_answers(self) -> None:
        faults = self.faults(Direction.TO_CLIENT)
        if swallows(faults):
            asyncio.get_running_loop().call_soon(self._tell_lost, None)
            return
        wait = sum(each.fault.ms for each in faults if isinstance(each.fault, SlowClose))
        if wait:
            self._later(wait, self.end, Ending.CLOSE)
        else:
            self.end(Ending.CLOSE)

    def _begin(self, active: ActiveFault) -> None:
        fault = active.fault
        if isinstance(fault, Down) or (isinstance(fault, ResetPeer) and not fault.ms):
            self.end(Ending.RESET)
        elif isinstance(fault, ResetPeer):
            self._later(fault.ms, self._end_if_in_force, active, Ending.RESET)
        elif isinstance(fault, Timeout):
            self._later(fault.ms, self._end_if_in_force, active, Ending.CLOSE)

    def _end_if_in_force(self, active: ActiveFault, how: Ending) -> None:
        """End the connection, unless the fault that wants it is over."""
        if active in self._office.desk.active() and self._strikes(active):
            self.end(how)

    def _later(self, ms: int, action: Callable[..., None], *arguments: object) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(ms / 1000, action, *arguments))

    def _heard(self, data: bytes) -> None:
        if not self._ended and self._real is not None and not self._real.is_closing():
            self._protocol.data_received(data)

    def _told(self, data: bytes) -> None:
        if self._real is not None and not self._real.is_closing():
            self._real.write(data)

    def _tell_lost(self, exc: Exception | None) -> None:
        """Let the server forget the connection, once."""
        if not self._ended:
            self._ended = True
            self._protocol.connection_lost(exc)


class LinkTransport(asyncio.Transport):
    """What the server writes to: the real transport, but for bytes and for the end.

    `gone` is set when the client has ended the connection.
    """

    def __init__(self, link: Link, real: asyncio.Transport) -> None:
        super().__init__()
        self._link = link
        self._real = real
        self.gone = link.gone

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._real.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._link.is_closing()

    def close(self) -> None:
        self._link.close()

    def abort(self) -> None:
        self._link.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._link.write(bytes(data))

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return self._real.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._real.set_write_buffer_limits(high, low)

    def pause_reading(self) -> None:
        self._real.pause_reading()

    def resume_reading(self) -> None:
        self._real.resume_reading()

    def is_reading(self) -> bool:
        return self._real.is_reading()


def reset(transport: asyncio.Transport) -> None:
    """Cut a connection off with a reset, unsent bytes and all."""
    raw = transport.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def _address_of(data: bytes) -> Address | None:
    """What a connection is for, by its first request; None for the control face, which no fault reaches."""
    target = data.partition(b" ")[2].partition(b" ")[0].partition(b"?")[0]
    if target.startswith(CONTROL_PREFIX.encode()):
        return None
    ends = (kind for path, kind in _STREAMS.items() if target.endswith(path.encode()))
    return next(ends, Address.REST)
