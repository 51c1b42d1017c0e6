"""Faults of connections as bytes, by the names of Toxiproxy where it has one; `proxy` carries them out.

They are counted in connections: `after`, `count` and `probability` decide once for each connection.
"""

from typing import Final

from omega_tui.sim.faults.fault import Address, Direction, Ending, Fault, NotNegative, Positive


class LinkFault(Fault, frozen=True, kw_only=True):
    """A fault of connections: all, or those of an `address`, which the first request tells.

    None strikes before that request, nor a connection that began with one to the control face.
    """

    address: Address | None = None


class OneWayFault(LinkFault, frozen=True, kw_only=True):
    """A fault of the bytes in one direction, or both."""

    direction: Direction = Direction.TO_CLIENT

    def goes(self, direction: Direction) -> bool:
        """Whether bytes of a direction are concerned."""
        return self.direction in (direction, Direction.BOTH)


class Latency(OneWayFault, frozen=True, kw_only=True):
    """Bytes arrive `ms` later, up to `jitter_ms` more or less, and never overtake each other."""

    serves = ("N07", "C05")

    ms: NotNegative = 1000
    jitter_ms: NotNegative = 0


class Bandwidth(OneWayFault, frozen=True, kw_only=True):
    """No more than `bytes_per_second` get through."""

    serves = ("N06",)

    bytes_per_second: Positive = 1000


class Slicer(OneWayFault, frozen=True, kw_only=True):
    """Bytes arrive in pieces of `size`, `delay_ms` apart."""

    serves = ("N17",)

    size: Positive = 1
    delay_ms: NotNegative = 0


class LimitData(OneWayFault, frozen=True, kw_only=True):
    """After the next `size` bytes nothing gets through, and the connection ends."""

    serves = ("N14", "N15", "N16")

    size: NotNegative = 100
    ends: Ending = Ending.CLOSE


class HalfOpen(OneWayFault, frozen=True, kw_only=True):
    """No byte gets through and nothing ends: the other side seems to have vanished."""

    serves = ("N03", "N04", "N13", "N23")

    direction: Direction = Direction.BOTH


class Timeout(OneWayFault, frozen=True, kw_only=True):
    """No byte gets through, and after `ms` the connection ends."""

    serves = ("N03", "N13")

    direction: Direction = Direction.BOTH
    ms: Positive = 1000


class ResetPeer(LinkFault, frozen=True, kw_only=True):
    """The connection is reset after `ms`."""

    serves = ("N01", "N02", "N10")

    ms: NotNegative = 0


class SlowClose(LinkFault, frozen=True, kw_only=True):
    """When the exchange ends the connection, the client hears of it `ms` later."""

    serves = ("N22",)

    ms: Positive = 1000


class Down(LinkFault, frozen=True, kw_only=True):
    """New connections are reset at their first request: nobody serves here."""

    serves = ("N21",)


KINDS: Final[tuple[type[Fault], ...]] = (
    *(Latency, Bandwidth, Slicer, LimitData, HalfOpen, Timeout, ResetPeer, SlowClose, Down),
)
"""The faults of this module."""
