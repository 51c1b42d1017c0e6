"""A level-2 order book kept the way the feed sends it: texts for the checksum, sorted keys for speed.

The book knows levels, nothing of channels or sequence numbers; whether it may be shown is the feed's
verdict. It is the hottest code of the cockpit: no Decimal, no object per level, two flat lists a side.
"""

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from itertools import zip_longest

from omega_tui.domain.orders import Side

Level = tuple[str, str]
"""Price text and size text as received."""

CHECKSUM_DEPTH = 25
"""Levels a side that Bitget's book checksum covers."""

_END = float("inf")


class InvalidLevel(ValueError):
    """A level whose price or size is no number that a book can hold."""


class _HalfBook:
    """One side in ascending order: float keys beside `price:size` texts, as the checksum wants them.

    An infinite key ends the keys and spares every look-up a length check.
    """

    __slots__ = ("keys", "texts")

    def __init__(self) -> None:
        self.keys: list[float] = [_END]
        self.texts: list[str] = []

    def replace(self, levels: Sequence[Sequence[str]]) -> None:
        """Forget everything and take `levels`, in any order."""
        self.keys, self.texts = [_END], []
        self.update(levels)

    def update(self, levels: Sequence[Sequence[str]]) -> None:
        """Set each level, or remove it when its size is zero. Raises ValueError."""
        keys, texts = self.keys, self.texts
        try:
            for price, size in levels:
                index = bisect_left(keys, key := float(price))
                # Written so that NaN and what is below zero fall through to a refusal.
                if (amount := float(size)) > 0.0:
                    if keys[index] == key:
                        texts[index] = f"{price}:{size}"
                    elif key > 0.0:
                        keys.insert(index, key)
                        texts.insert(index, f"{price}:{size}")
                    else:
                        raise InvalidLevel(f"{price[:40]}:{size[:40]}")
                elif amount == 0.0 < key:
                    if keys[index] == key:
                        del keys[index], texts[index]
                else:
                    raise InvalidLevel(f"{price[:40]}:{size[:40]}")
        except IndexError:
            # Only an infinite price meets the key that ends the list.
            raise InvalidLevel("an infinite price") from None


class OrderBook:
    """Bids and asks of one symbol, best first.

    Keys are floats for ordering only; every text that is shown or hashed is the received one. `version`
    grows with every change.
    """

    __slots__ = ("_asks", "_bids", "version")

    def __init__(self) -> None:
        self._bids = _HalfBook()
        self._asks = _HalfBook()
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
        texts = self._bids.texts
        return _level(texts[-1]) if texts else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest offer, or None when nobody offers."""
        texts = self._asks.texts
        return _level(texts[0]) if texts else None

    @property
    def crossed(self) -> bool:
        """True when the best bid reaches the best ask (a locked book included): such a book is wrong."""
        bids = self._bids.keys
        return len(bids) > 1 and bids[-2] >= self._asks.keys[0]

    def levels(self, side: Side, depth: int) -> list[Level]:
        """The best `depth` levels of the bids (`BUY`) or the asks (`SELL`), best first."""
        best = self._bids.texts[: -depth - 1 : -1] if side is Side.BUY else self._asks.texts[:depth]
        return [_level(text) for text in best]

    def checksum(self) -> int:
        """CRC-32 as a signed integer over the best 25 bids and asks, interleaved, in the received texts.

        As Bitget's Order-Book-Channel defines it: `bid:ask:bid:ask…`, each `price:size`; when one side
        ends, the other goes on.
        """
        bids, asks = self._bids.texts[: -CHECKSUM_DEPTH - 1 : -1], self._asks.texts[:CHECKSUM_DEPTH]
        if len(bids) == len(asks):
            texts = bids + asks
            texts[0::2], texts[1::2] = bids, asks
        else:
            texts = [text for pair in zip_longest(bids, asks) for text in pair if text is not None]
        unsigned = zlib.crc32(":".join(texts).encode())
        return unsigned - 0x1_0000_0000 if unsigned & 0x8000_0000 else unsigned


def _level(text: str) -> Level:
    price, _, size = text.partition(":")
    return price, size
