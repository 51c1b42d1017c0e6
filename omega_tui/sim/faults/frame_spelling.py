"""Faults of how frames are spelled: as no JSON, as JSON that is too much, or in the wrong bytes."""

from typing import Annotated, Final

import msgspec
import orjson

from omega_tui.sim.faults.fault import Dice, Fault, Named
from omega_tui.sim.faults.frames import AnyFrameFault, Departure, Frame, Message, rows_of

_MARK = b'"@"'
Bytes = Annotated[int, msgspec.Meta(ge=1, le=1 << 27)]
Depth = Annotated[int, msgspec.Meta(ge=1, le=1 << 20)]


class MalformedJson(AnyFrameFault, frozen=True, kw_only=True):
    """The frame's JSON breaks off in the middle."""

    serves = ("P11",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data[: len(frame.data) // 2])]


class NanLiteral(AnyFrameFault, frozen=True, kw_only=True):
    """The frame's time is `literal`: NaN and Infinity are no JSON, 1e999 is, and no number can hold it."""

    serves = ("P12",)

    literal: Named = "NaN"

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [_spelled(frame.message(), "ts", self.literal)]


class HugeInteger(AnyFrameFault, frozen=True, kw_only=True):
    """The frame's time has `digits` digits."""

    serves = ("P16",)

    digits: Bytes = 5000

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [_spelled(frame.message(), "ts", "9" * self.digits)]


class DeepNesting(AnyFrameFault, frozen=True, kw_only=True):
    """The frame has a member of lists within lists, `depth` deep."""

    serves = ("P16",)

    depth: Depth = 100_000

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [_spelled(frame.message(), "extra", "[" * self.depth + "]" * self.depth)]


class HugeFrame(AnyFrameFault, frozen=True, kw_only=True):
    """The frame has a member of `size` characters."""

    serves = ("P14",)

    size: Bytes = 2 << 20

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [_spelled(frame.message(), "extra", f'"{"x" * self.size}"')]


class DuplicateKeys(AnyFrameFault, frozen=True, kw_only=True):
    """Every member of the frame's first row is there twice, with another value the second time."""

    serves = ("P13",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        rows = rows_of(message)
        if not rows:
            return [Departure(frame.data[:-1] + b',"action":"snapshot"}')]
        twice = [orjson.dumps(row)[1:-1] for row in (rows[0], dict.fromkeys(rows[0], "9"))]
        message["data"][0] = "@"
        return [Departure(orjson.dumps(message).replace(_MARK, b"{" + b",".join(twice) + b"}"))]


class InvalidUtf8(AnyFrameFault, frozen=True, kw_only=True):
    """A text frame whose bytes are not UTF-8."""

    serves = ("P17",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data[:-1] + b',"extra":"\xff\xfe"}')]


class BinaryFrame(AnyFrameFault, frozen=True, kw_only=True):
    """The frame is a binary one."""

    serves = ("P17",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        return [Departure(frame.data, binary=True)]


def _spelled(message: Message, name: str, text: str) -> Departure:
    """The message with `text` as the spelling of a member's value, which need not be JSON."""
    return Departure(orjson.dumps({**message, name: "@"}).replace(_MARK, text.encode()))


KINDS: Final[tuple[type[Fault], ...]] = (
    *(MalformedJson, NanLiteral, HugeInteger, DeepNesting, HugeFrame, DuplicateKeys, InvalidUtf8),
    *(BinaryFrame,),
)
"""The faults of this module."""
