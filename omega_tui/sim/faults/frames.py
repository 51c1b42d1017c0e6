"""The language of frame faults: what a frame is to a fault, and what may leave in its place.

Nothing is done here; `streams` carries out what the faults of `frame_delivery`, `frame_spelling`,
`frame_content` and `frame_books` decide.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

import orjson

from omega_tui.exchange.bitget.wire import PONG, SNAPSHOT, UPDATE
from omega_tui.sim.facts import Level
from omega_tui.sim.faults.fault import Address, Dice, Ending, Fault, Named

Message = dict[str, Any]
Sides = tuple[Sequence[Level], Sequence[Level]]


class FrameEvent(StrEnum):
    """What a frame is; PONG is the answer to a ping, TRADE to an order that came over the stream."""

    PUSH = "push"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    LOGIN = "login"
    ERROR = "error"
    TRADE = "trade"
    PONG = "pong"


class Action(StrEnum):
    """What a push holds: everything, or what has changed."""

    SNAPSHOT = SNAPSHOT
    UPDATE = UPDATE


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What a fault's scope looks at."""

    address: Address
    event: FrameEvent
    channel: str | None = None
    symbol: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame about to leave. `book` gives the book of its symbol as it stands: bids, asks, best first."""

    facts: FrameFacts
    data: bytes
    book: Callable[[], Sides]

    def message(self) -> Message:
        """The JSON object that it is; without members for the answer to a ping, which is none."""
        if self.facts.event is FrameEvent.PONG:
            return {}
        decoded: Message = orjson.loads(self.data)
        return decoded


@dataclass(frozen=True, slots=True)
class Departure:
    """Bytes that leave in a frame's place, and how.

    After `wait` seconds and `behind` later frames of the same topic; `late` means after another connection
    got a snapshot of the topic. `cut` breaks the connection off after that many bytes of the frame, in the
    way of `ends`. `unsubscribes` and `logs_out` end the topic or the login on the exchange's side.
    """

    data: bytes
    binary: bool = False
    wait: float = 0.0
    behind: int = 0
    late: bool = False
    cut: int | None = None
    ends: Ending = Ending.CLOSE
    unsubscribes: bool = False
    logs_out: bool = False

    def then(self, later: "Departure") -> "Departure":
        """What two faults make of one frame, the later one seeing the bytes of this."""
        return replace(
            later,
            binary=self.binary or later.binary,
            wait=self.wait + later.wait,
            behind=self.behind + later.behind,
            late=self.late or later.late,
            cut=self.cut if later.cut is None else later.cut,
            ends=self.ends if later.cut is None else later.ends,
            unsubscribes=self.unsubscribes or later.unsubscribes,
            logs_out=self.logs_out or later.logs_out,
        )


class FrameFault(Fault, frozen=True, kw_only=True):
    """A fault of pushes on their way to clients; an unset scope means all.

    `action` is a push's `snapshot` or `update`. The symbol of a private push is that of its first row.
    """

    address: Address | None = None
    channel: Named | None = None
    symbol: Named | None = None
    action: Action | None = None

    changes_content: ClassVar[bool] = True
    """Whether it changes what a frame says, and not only how it is delivered."""

    def concerns(self, facts: FrameFacts) -> bool:
        """Whether a frame is in scope."""
        return facts.event is FrameEvent.PUSH and self.matches(facts)

    def matches(self, facts: FrameFacts) -> bool:
        """Whether a frame is of the address, channel, symbol and action that are concerned."""
        wanted = (self.address, self.channel, self.symbol, self.action)
        given = (facts.address, facts.channel, facts.symbol, facts.action)
        return all(want in (None, have) for want, have in zip(wanted, given, strict=True))

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        """What leaves in the frame's place, in this order."""
        return [Departure(frame.data)]


class AnyFrameFault(FrameFault, frozen=True, kw_only=True):
    """A fault that may befall frames of every kind; `event` is what the frame is."""

    event: FrameEvent = FrameEvent.PUSH

    def concerns(self, facts: FrameFacts) -> bool:
        return facts.event is self.event and self.matches(facts)


def read_facts(data: bytes, address: Address) -> FrameFacts:
    """What a frame of ours is about."""
    if data == PONG.encode():
        return FrameFacts(address, FrameEvent.PONG)
    message: Message = orjson.loads(data)
    argument = message.get("arg")
    if not isinstance(argument, dict):
        argument = {}
    event = message.get("event")
    return FrameFacts(
        address,
        FrameEvent.PUSH if event is None else FrameEvent(event),
        argument.get("channel"),
        _symbol(argument, message.get("data")),
        message.get("action"),
    )


def rows_of(message: Message) -> list[Message]:
    """The rows of a push that are objects; candles are lists and have no members."""
    return [row for row in message.get("data") or () if isinstance(row, dict)]


def _symbol(argument: Message, rows: object) -> str | None:
    """The symbol of a topic, or of the first row where the topic is about all."""
    named = argument.get("instId")
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    if named not in (None, "default"):
        return str(named)
    found = row.get("instId") or row.get("symbol")
    return None if found is None else str(found)


def departures(frame: Frame, struck: Sequence[tuple[FrameFault, Dice]]) -> list[Departure]:
    """What leaves in a frame's place after the faults that strike it, the first one first.

    Only the first that changes what a frame says does so: its work need not be a frame that others can read.
    """
    leaving = [Departure(frame.data)]
    changed = False
    for fault, dice in struck:
        if fault.changes_content and changed:
            continue
        changed = changed or fault.changes_content
        leaving = [
            before.then(after)
            for before in leaving
            for after in fault.change(replace(frame, data=before.data), dice)
        ]
    return leaving
