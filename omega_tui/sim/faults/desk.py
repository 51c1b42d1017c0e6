"""Decides which faults strike: pure, seeded, in exchange time. Whoever asks does what it says.

The same faults in the same order, asked about the same occasions at the same times, strike the same ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from omega_tui.sim.faults.fault import Dice, Fault
from omega_tui.sim.faults.frames import FrameFacts, FrameFault
from omega_tui.sim.faults.links import LinkFault
from omega_tui.sim.faults.messages import HandshakeFault, MessageFacts, MessageFault
from omega_tui.sim.faults.requests import RequestFacts, RequestFault
from omega_tui.sim.market.randomness import seeded

Kind = TypeVar("Kind", bound=Fault)


@dataclass(slots=True)
class ActiveFault:
    """A fault in force since `since_ms`: how many occasions it saw, and how many it struck.

    `outcome` is what its last strike came to, for faults that do something by themselves.
    """

    number: int
    fault: Fault
    dice: Dice
    since_ms: int
    seen: int = 0
    fired: int = 0
    outcome: object = None

    @property
    def starts_ms(self) -> int:
        """When it comes into force."""
        return self.since_ms + self.fault.at_ms

    def in_force(self, now_ms: int) -> bool:
        """Whether its time has come and has not passed."""
        ends = None if self.fault.for_ms is None else self.starts_ms + self.fault.for_ms
        return self.starts_ms <= now_ms and (ends is None or now_ms < ends)

    def strikes(self, now_ms: int) -> bool:
        """Whether it strikes an occasion in its scope; remembers both."""
        fault = self.fault
        if not self.in_force(now_ms) or (fault.count is not None and self.fired >= fault.count):
            return False
        self.seen += 1
        if self.seen <= fault.after or not self.dice.hits(fault.probability):
            return False
        self.fired += 1
        return True


Strike = tuple[Kind, Dice]
"""A fault that strikes, with the randomness for what it does."""


class FaultDesk:
    """The faults in force. The four flags tell the hot paths that nobody is interested in them."""

    def __init__(self, seed: int, now_ms: Callable[[], int]) -> None:
        self._seed = seed
        self.now_ms = now_ms
        self._active: dict[int, ActiveFault] = {}
        self._numbers = 0
        self._listeners: list[Callable[[], None]] = []
        self.watches_requests = False
        self.watches_frames = False
        self.watches_messages = False
        self.watches_links = False

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever a fault was added or removed."""
        self._listeners.append(listener)

    def add(self, fault: Fault) -> ActiveFault:
        """Put a fault in force."""
        self._numbers += 1
        dice = Dice(seeded(self._seed, "fault", self._numbers))
        active = ActiveFault(self._numbers, fault, dice, self.now_ms())
        self._active[active.number] = active
        self._changed()
        return active

    def remove(self, number: int) -> bool:
        """End a fault; False when there is none of that number."""
        gone = self._active.pop(number, None)
        self._changed()
        return gone is not None

    def clear(self) -> None:
        """End all faults."""
        self._active.clear()
        self._changed()

    def active(self) -> list[ActiveFault]:
        """The faults that were asked for and not removed, in the order of their numbers."""
        return list(self._active.values())

    def on_request(self, facts: RequestFacts) -> list[Strike[RequestFault]]:
        """The faults that strike a request."""
        return list(self._striking(RequestFault, lambda fault: fault.concerns(facts)))

    def on_frame(self, facts: FrameFacts) -> list[Strike[FrameFault]]:
        """The faults that strike a frame on its way to a client."""
        return list(self._striking(FrameFault, lambda fault: fault.concerns(facts)))

    def on_message(self, facts: MessageFacts) -> list[Strike[MessageFault]]:
        """The faults that strike an operation that a client sent on a stream."""
        return list(self._striking(MessageFault, lambda fault: fault.concerns(facts)))

    def on_handshake(self, address: str) -> list[Strike[HandshakeFault]]:
        """The faults that strike a stream's opening."""
        return list(self._striking(HandshakeFault, lambda fault: fault.address in (None, address)))

    def of_kind(self, kind: type[Kind]) -> list[ActiveFault]:
        """The faults of one kind that were asked for."""
        return [active for active in self._active.values() if isinstance(active.fault, kind)]

    def _striking(self, kind: type[Kind], concerns: Callable[[Kind], bool]) -> Iterator[Strike[Kind]]:
        now = self.now_ms()
        for active in tuple(self._active.values()):
            fault = active.fault
            if isinstance(fault, kind) and concerns(fault) and active.strikes(now):
                yield fault, active.dice

    def _changed(self) -> None:
        self.watches_requests = bool(self.of_kind(RequestFault))
        self.watches_frames = bool(self.of_kind(FrameFault))
        self.watches_messages = bool(self.of_kind(MessageFault)) or bool(self.of_kind(HandshakeFault))
        self.watches_links = bool(self.of_kind(LinkFault))
        for listener in self._listeners:
            listener()
