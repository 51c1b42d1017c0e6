"""A level-2 order book kept the way the feed sends it: texts for the checksum, sorted keys for speed.

The book knows levels, nothing of channels or sequence numbers; whether it may be shown is the feed's
verdict. It is the hottest code of the cockpit: no Decimal, no object per level, two flat lists a side.
"""

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain, zip_longest

from omega_tui.domain.orders import Side

Level = tuple[str, str]
"""Price text and size text as received."""

CHECKSUM_DEPTH = 25
"""Levels a side that Bitget's book checksum covers."""

_END = float("inf")


class InvalidLevel(ValueError):
    """A level whose price or size is no number that a book can hold."""


class _HalfBook:
    """One side, best first: ascending keys beside `price:size` texts.

    Bid prices are negated, so that both sides ascend. An infinite key ends the list and spares every
    look-up a length check.
    """

    __slots__ = ("keys", "sign", "texts")

    def __init__(self, sign: float) -> None:
        self.sign = sign
        self.keys: list[float] = [_END]
        self.texts: list[str] = []

    def replace(self, levels: Sequence[Sequence[str]]) -> None:
        """Forget everything and take `levels`, in any order."""
        self.keys, self.texts = [_END], []
        self.update(levels)

    def update(self, levels: Sequence[Sequence[str]]) -> None:
        """Set each level, or remove it when its size is zero. Raises `InvalidLevel`."""
        keys, texts, sign = self.keys, self.texts, self.sign
        for price, size in levels:
            value, amount = float(price), float(size)
            # Written so that NaN fails both comparisons.
            if not (0.0 < value < _END and 0.0 <= amount < _END):
                raise InvalidLevel(f"{price[:40]}:{size[:40]}")
            key = value * sign
            index = bisect_left(keys, key)
            if keys[index] == key:
                if amount:
                    texts[index] = f"{price}:{size}"
                else:
                    del keys[index], texts[index]
            elif amount:
                keys.insert(index, key)
                texts.insert(index, f"{price}:{size}")


class OrderBook:
    """Bids and asks of one symbol, best first.

    Keys are floats for ordering only; every text that is shown or hashed is the received one. `version`
    grows with every change.
    """

    __slots__ = ("_asks", "_bids", "version")

    def __init__(self) -> None:
        self._bids = _HalfBook(-1.0)
        self._asks = _HalfBook(1.0)
        self.version = 0

    def reset(self, bids: Sequence[Sequence[str]], asks: Sequence[Sequence[str]]) -> None:
        """Replace the whole book by a snapshot. Raises `InvalidLevel` (or ValueError) and is then void."""
        self.version += 1
        self._bids.replace(bids)
        self._asks.replace(asks)

    def apply(self, bids: Sequence[Sequence[str]], asks: Sequence[Sequence[str]]) -> None:
        """Set the given levels; size zero removes one. Raises as `reset` does and is then half applied."""
        self.version += 1
        self._bids.update(bids)
        self._asks.update(asks)

    @property
    def best_bid(self) -> Level | None:
        """The highest bid, or None when nobody bids."""
        return _split(self._bids.texts[0]) if self._bids.texts else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest offer, or None when nobody offers."""
        return _split(self._asks.texts[0]) if self._asks.texts else None

    @property
    def crossed(self) -> bool:
        """True when the best bid reaches the best ask (a locked book included): such a book is wrong."""
        return -self._bids.keys[0] >= self._asks.keys[0] and bool(self._bids.texts)

    def levels(self, side: Side, depth: int) -> list[Level]:
        """The best `depth` levels of the bids (`BUY`) or the asks (`SELL`), best first."""
        half = self._bids if side is Side.BUY else self._asks
        return [_split(text) for text in half.texts[:depth]]

    def depth(self, side: Side) -> int:
        """How many levels a side holds."""
        return len((self._bids if side is Side.BUY else self._asks).texts)

    def checksum(self) -> int:
        """CRC-32 as a signed integer over the best 25 bids and asks, interleaved, in the received texts.

        As Bitget's Order-Book-Channel defines it: `bid:ask:bid:ask…`; when one side ends, the other goes on.
        """
        bids, asks = self._bids.texts[:CHECKSUM_DEPTH], self._asks.texts[:CHECKSUM_DEPTH]
        if len(bids) == len(asks) == CHECKSUM_DEPTH:
            texts = [""] * (2 * CHECKSUM_DEPTH)
            texts[0::2], texts[1::2] = bids, asks
        else:
            texts = [text for text in chain.from_iterable(zip_longest(bids, asks)) if text is not None]
        unsigned = zlib.crc32(":".join(texts).encode())
        return unsigned - 0x1_0000_0000 if unsigned & 0x8000_0000 else unsigned


def _split(text: str) -> Level:
    price, _, size = text.partition(":")
    return price, size
