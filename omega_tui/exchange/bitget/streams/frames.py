"""Stream frames: bytes in, typed pushes and rows out. Pure, and the first place that distrusts the wire.

A frame is refused when it is not strict JSON: NaN, infinities, a member named twice, broken UTF-8. Python's
and most decoders' habit of keeping the last of two members would let one frame say two things. Rows keep
Bitget's member names; what they mean is the translator's business.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

_Rows = TypeVar("_Rows")

_COLON = b":"
_DATA = b'"data":'
_BOOKS = b'"channel":"books"'
_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?", re.ASCII)
_PUSH_MEMBERS = 7  # action, arg with three members, data, ts


class MalformedFrame(ValueError):
    """A frame or its rows that cannot be what Bitget sends; the message says why, without quoting it."""


class Arg(msgspec.Struct, frozen=True, gc=False):
    """What a frame is about: a channel and a symbol, or a private channel and "default"."""

    channel: str
    inst_id: str = msgspec.field(name="instId", default="")
    coin: str = ""

    @property
    def target(self) -> str:
        """The symbol, or the word that stands for all of them."""
        return self.inst_id or self.coin


class Push(msgspec.Struct, frozen=True, gc=False):
    """Any JSON frame of a session: data when it has an `action`, else an answer (`event`)."""

    arg: Arg | None = None
    action: str = ""
    ts: int | str | None = None
    event: str = ""
    code: int | str | None = None
    msg: str | None = None


class RawPush(Push, frozen=True, gc=False):
    """A frame whose data are not looked at yet."""

    data: msgspec.Raw = msgspec.Raw(b"")


class BookRow(msgspec.Struct, frozen=True, gc=False):
    """One element of a `books` push: levels as `[price, size]` texts, `ts` in milliseconds."""

    asks: list[tuple[str, str]]
    bids: list[tuple[str, str]]
    ts: int
    seq: int | None = None
    pseq: int | None = None
    checksum: int | None = None

    @property
    def members(self) -> int:
        """How many members the row must have had on the wire, if none was named twice."""
        return 6 - (self.seq is None) - (self.pseq is None) - (self.checksum is None)


class BookPush(Push, frozen=True, kw_only=True, gc=False):
    """A frame of the `books` channel, the most frequent kind, decoded in one go; it has exactly one row."""

    rows: list[BookRow] = msgspec.field(name="data")


FlatRow = dict[str, str | int | None]
"""A row without nesting, as the ticker and trade channels send it."""

# Not strict: a time in quotes becomes a number; a price without quotes is still refused.
_decode_book_push = msgspec.json.Decoder(BookPush, strict=False).decode
_decode_push = msgspec.json.Decoder(RawPush).decode
_decode_books = msgspec.json.Decoder(list[BookRow], strict=False).decode
_decode_flat = msgspec.json.Decoder(list[FlatRow]).decode
_decode_candles = msgspec.json.Decoder(list[list[str]]).decode


def decode_push(frame: bytes) -> Push:
    """The frame as a `BookPush` or a `RawPush`. Raises `MalformedFrame`."""
    if _BOOKS in frame and (book := _book_push(frame)) is not None:
        return book
    try:
        push = _decode_push(frame)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedFrame(_brief(error)) from None
    # Every member brings one colon at least, so an envelope with as many colons as members repeats none;
    # what is around the data is short, the data is checked by whoever decodes it.
    inside = frame.find(_DATA) + len(_DATA)
    around = frame.count(_COLON, 0, inside) + frame.count(_COLON, inside + len(bytes(push.data)))
    if around != _PUSH_MEMBERS:
        require_strict(frame)
    return push


def _book_push(frame: bytes) -> BookPush | None:
    """The frame when it is a plain book push beyond doubt; None sends it the careful way."""
    try:
        push = _decode_book_push(frame)
    except msgspec.DecodeError:
        return None
    # Plain ASCII without underscores and escapes leaves float() nothing to be generous about.
    plain = frame.isascii() and b"_" not in frame and b"\\" not in frame
    if not plain or len(push.rows) != 1:
        return None
    return push if frame.count(_COLON) == _PUSH_MEMBERS + push.rows[0].members else None


def decode_book(data: msgspec.Raw) -> BookRow:
    """The only row of a `books` push, the careful way. Raises `MalformedFrame`."""
    raw = bytes(data)
    rows = _decode(_decode_books, raw)
    if len(rows) != 1:
        raise MalformedFrame(f"{len(rows)} books in one push")
    if not all(_PLAIN.fullmatch(text) for level in rows[0].bids + rows[0].asks for text in level):
        raise MalformedFrame("a book level that is not a plain number")
    require_strict(raw)
    return rows[0]


def decode_flat_rows(data: msgspec.Raw) -> list[FlatRow]:
    """The rows of a ticker or trade push. Raises `MalformedFrame`."""
    raw = bytes(data)
    rows = _decode(_decode_flat, raw)
    if raw.count(_COLON) != sum(map(len, rows)):
        require_strict(raw)
    return rows


def decode_candle_rows(data: msgspec.Raw) -> list[list[str]]:
    """The rows of a candle push, each a list of texts. Raises `MalformedFrame`."""
    return _decode(_decode_candles, bytes(data))


def require_strict(text: bytes | str) -> None:
    """Raise `MalformedFrame` unless `text` is JSON without repeated members, NaN or infinities.

    Slow (about 10 µs a kilobyte): for private frames, REST replies and frames that a cheap count finds odd.
    """
    try:
        json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedFrame(_brief(error)) from None


def _decode(decoder: Callable[[bytes], _Rows], raw: bytes) -> _Rows:
    try:
        return decoder(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedFrame(_brief(error)) from None


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise MalformedFrame("a member is named twice")
        members[name] = value
    return members


def _no_constant(name: str) -> None:
    raise MalformedFrame(f"{name} is not JSON")


def _brief(error: Exception) -> str:
    return str(error)[:120] if not isinstance(error, RecursionError) else "nested too deeply"
