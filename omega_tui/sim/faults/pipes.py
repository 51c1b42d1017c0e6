"""The bytes of one direction on their way, as link faults delay, slice, limit or swallow them."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from omega_tui.sim.faults.desk import ActiveFault
from omega_tui.sim.faults.fault import Direction, Ending
from omega_tui.sim.faults.links import Bandwidth, HalfOpen, Latency, LimitData, Slicer, Timeout

_PARTS_PER_SECOND: Final = 10


class Wire(Protocol):
    """The connection that a pipe is part of."""

    def now(self) -> float:
        """Real seconds."""
        ...

    def faults(self, direction: Direction) -> list[ActiveFault]:
        """The faults in force for bytes of a direction."""
        ...

    def arrived(self, direction: Direction) -> None:
        """All bytes of a direction have arrived."""
        ...

    def end(self, how: Ending) -> None:
        """End the connection."""
        ...


class Pipe:
    """The bytes of one direction on their way: each part with the moment at which it arrives."""

    def __init__(self, direction: Direction, link: Wire, deliver: Callable[[bytes], None]) -> None:
        self.direction = direction
        self._link = link
        self._deliver = deliver
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._passed: dict[int, int] = {}

    @property
    def busy(self) -> bool:
        """Whether bytes are on their way, so that later ones must queue."""
        return bool(self._waiting)

    def take(self, data: bytes) -> None:
        """Bytes set out; they arrive as the faults in force say."""
        faults = self._link.faults(self.direction)
        if swallows(faults):
            return
        ending: Ending | None = None
        for each in faults:
            if isinstance(each.fault, LimitData):
                data, ending = self._limit(each.number, each.fault, data)
        self._schedule(data, faults)
        self._arrive()
        if ending is not None:
            self._link.end(ending)

    def stop(self) -> None:
        """Forget what is on its way."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _limit(self, number: int, fault: LimitData, data: bytes) -> tuple[bytes, Ending | None]:
        passed = self._passed.get(number, 0)
        self._passed[number] = passed + len(data)
        if passed + len(data) < fault.size:
            return data, None
        return data[: max(0, fault.size - passed)], fault.ends

    def _schedule(self, data: bytes, faults: list[ActiveFault]) -> None:
        delay, between, rate, size = 0.0, 0.0, 0, len(data) or 1
        for each in faults:
            fault = each.fault
            if isinstance(fault, Latency):
                delay += each.dice.seconds(fault.ms, fault.jitter_ms)
            elif isinstance(fault, Slicer):
                size, between = min(size, fault.size), fault.delay_ms / 1000
            elif isinstance(fault, Bandwidth):
                rate = fault.bytes_per_second
                size = min(size, max(1, rate // _PARTS_PER_SECOND))
        due = max(self._last, self._link.now() + delay)
        for start in range(0, len(data), size):
            part = data[start : start + size]
            due += len(part) / rate if rate else 0.0
            self._waiting.append((due, part))
            due += between
        self._last = due

    def _arrive(self) -> None:
        now = self._link.now()
        while self._waiting and self._waiting[0][0] <= now:
            _, part = self._waiting.popleft()
            self._deliver(part)
        if self._waiting:
            wait = self._waiting[0][0] - now
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(wait, self._arrive)
        else:
            self._link.arrived(self.direction)


def swallows(faults: list[ActiveFault]) -> bool:
    """Whether no byte, and no end, gets through."""
    return any(isinstance(each.fault, HalfOpen | Timeout) for each in faults)
