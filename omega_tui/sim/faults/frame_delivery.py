"""Faults of how frames are delivered: not, late, twice, out of order, or in part."""

from typing import Final

from omega_tui.sim.faults.fault import Dice, Ending, Fault, NotNegative, Positive
from omega_tui.sim.faults.frames import AnyFrameFault, Departure, Frame, FrameEvent


class DeliveryFault(AnyFrameFault, frozen=True, kw_only=True):
    """A fault that leaves alone what a frame says."""

    changes_content = False


class SilentFault(DeliveryFault, frozen=True, kw_only=True):
    """A frame that does not leave."""

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return []


class DropFrame(SilentFault, frozen=True, kw_only=True):
    """The frame never leaves, and nobody says so."""

    serves = ("N04", "P02", "O02")


class WithheldAck(SilentFault, frozen=True, kw_only=True):
    """A subscription is in force, its acknowledgement never comes."""

    serves = ("P24",)

    event: FrameEvent = FrameEvent.SUBSCRIBE


class WithheldPong(SilentFault, frozen=True, kw_only=True):
    """Pings are not answered while data still flows."""

    serves = ("P26", "N04")

    event: FrameEvent = FrameEvent.PONG


class DelayFrame(DeliveryFault, frozen=True, kw_only=True):
    """The frame leaves late; with jitter, later frames may overtake it."""

    serves = ("N07", "N08", "O02")

    ms: NotNegative = 1000
    jitter_ms: NotNegative = 0

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data, wait=dice.seconds(self.ms, self.jitter_ms))]


class ReorderFrame(DeliveryFault, frozen=True, kw_only=True):
    """The frame leaves after the next `behind` frames of its topic."""

    serves = ("P01", "N08")

    behind: Positive = 1

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data, behind=self.behind)]


class DuplicateFrame(DeliveryFault, frozen=True, kw_only=True):
    """The frame leaves `times` times more."""

    serves = ("P06",)

    times: Positive = 1

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data)] * (1 + self.times)


class LateFrame(DeliveryFault, frozen=True, kw_only=True):
    """The frame leaves after another connection's snapshot, on its own one if that is still open."""

    serves = ("P07",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data, late=True)]


class CutFrame(DeliveryFault, frozen=True, kw_only=True):
    """The connection breaks off after the first `at` bytes of the frame, its head included."""

    serves = ("N14",)

    at: NotNegative = 10
    ends: Ending = Ending.CLOSE

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data, cut=self.at, ends=self.ends)]


KINDS: Final[tuple[type[Fault], ...]] = (
    *(DropFrame, WithheldAck, WithheldPong, DelayFrame, ReorderFrame, DuplicateFrame, LateFrame),
    *(CutFrame,),
)
"""The faults of this module."""
