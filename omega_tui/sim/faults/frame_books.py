"""Faults of books: a broken chain, a wrong proof, or a book that is proved and cannot be.

Where a fault makes up levels it proves them with a right checksum, so that only looking at the book tells.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import orjson

from omega_tui.exchange.bitget.wire import BOOK_DEPTHS, SNAPSHOT, Channel
from omega_tui.sim.facts import Level
from omega_tui.sim.faults.fault import Dice, Fault, Named, Positive
from omega_tui.sim.faults.frames import Action, Departure, Frame, FrameFacts, FrameFault, Message, Sides
from omega_tui.sim.streams.market import checksum

_NOTHING = "0"
_BOOKS = frozenset({Channel.BOOKS, *BOOK_DEPTHS})


class BookFault(FrameFault, frozen=True, kw_only=True):
    """A fault of the channel `books`, or another one of books."""

    channel: Named | None = Channel.BOOKS

    def concerns(self, facts: FrameFacts) -> bool:
        return facts.channel in _BOOKS and super().concerns(facts)


class SequenceGap(BookFault, frozen=True, kw_only=True):
    """An update whose `pseq` is `missed` too high, as if frames were lost; its levels are right."""

    serves = ("P02",)

    action: Action | None = Action.UPDATE
    missed: Positive = 1

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        _book(message)["pseq"] += self.missed
        return [Departure(orjson.dumps(message))]


class BadChecksum(BookFault, frozen=True, kw_only=True):
    """A checksum that does not prove the book."""

    serves = ("P03",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        _book(message)["checksum"] = _book(message).get("checksum", 0) ^ 1
        return [Departure(orjson.dumps(message))]


class SecondSnapshot(BookFault, frozen=True, kw_only=True):
    """A snapshot of the whole book in place of an update, though nobody asked for one."""

    serves = ("P05",)

    action: Action | None = Action.UPDATE

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        bids, asks = frame.book()
        _book(message).update({"bids": bids, "asks": asks, "pseq": 0})
        return [Departure(orjson.dumps({**message, "action": SNAPSHOT}))]


class CrossedBook(BookFault, frozen=True, kw_only=True):
    """The best bid is above the best ask, or with `locked` equal to it."""

    serves = ("P09",)

    locked: bool = False

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        bids, asks = frame.book()
        if not bids or len(asks) < 2:
            return [Departure(frame.data)]
        crossing = (asks[0][0] if self.locked else asks[1][0], bids[0][1])
        book = _book(message)
        if frame.facts.channel in BOOK_DEPTHS:
            book["bids"] = [crossing, *book["bids"][1:]]
        else:
            book["bids"] = [crossing, *book["bids"]]
            _prove(book, ([crossing, *bids], asks))
        return [Departure(orjson.dumps(message))]


class BookSide(StrEnum):
    """A side of the book."""

    BIDS = "bids"
    ASKS = "asks"


class EmptySide(BookFault, frozen=True, kw_only=True):
    """One side of the book is empty."""

    serves = ("P10",)

    side: BookSide = BookSide.ASKS

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        bids, asks = frame.book()
        book = _book(message)
        if message["action"] == SNAPSHOT:
            book[self.side] = []
        else:
            standing = asks if self.side is BookSide.ASKS else bids
            gone = [price for price, size in book[self.side] if size == _NOTHING]
            book[self.side] = [[price, _NOTHING] for price in (*gone, *(price for price, _ in standing))]
        _prove(book, (bids, []) if self.side is BookSide.ASKS else ([], asks))
        return [Departure(orjson.dumps(message))]


class ZeroLevel(BookFault, frozen=True, kw_only=True):
    """An update removes a price that the book does not have."""

    serves = ("P08",)

    action: Action | None = Action.UPDATE

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        bids, _ = frame.book()
        if bids:
            unknown = f"{Decimal(bids[-1][0]) / 2:f}"
            _book(message)["bids"].append([unknown, _NOTHING])
        return [Departure(orjson.dumps(message))]


class TrailingZeros(BookFault, frozen=True, kw_only=True):
    """Sizes have a zero more than they need, and the checksum is over them as they are spelled.

    It makes a book that proves itself when it strikes from the first snapshot on.
    """

    serves = ("P04",)

    def change(self, frame: Frame, dice: Dice) -> list[Departure]:
        message = frame.message()
        bids, asks = frame.book()
        book = _book(message)
        for side in ("bids", "asks"):
            book[side] = _padded(book[side])
        _prove(book, (_padded(bids), _padded(asks)))
        return [Departure(orjson.dumps(message))]


def _book(message: Message) -> dict[str, Any]:
    book: dict[str, Any] = message["data"][0]
    return book


def _prove(book: dict[str, Any], sides: Sides) -> None:
    """Put the checksum of `sides` where the frame has one."""
    if "checksum" in book:
        book["checksum"] = checksum(*sides)


def _padded(levels: Sequence[Level]) -> list[Level]:
    return [(price, size if size == _NOTHING else _zero_more(size)) for price, size in levels]


def _zero_more(size: str) -> str:
    return size + ("0" if "." in size else ".0")


KINDS: Final[tuple[type[Fault], ...]] = (
    *(SequenceGap, BadChecksum, SecondSnapshot, CrossedBook, EmptySide, ZeroLevel, TrailingZeros),
)
"""The faults of this module."""
