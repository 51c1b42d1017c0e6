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
    """One side in ascending order: float keys beside price and size texts.

    An infinite key ends the keys and spares every look-up a length check.
    """

    __slots__ = ("keys", "prices", "sizes")

    def __init__(self) -> None:
        self.keys: list[float] = [_END]
        self.prices: list[str] = []
        self.sizes: list[str] = []

    def replace(self, levels: Sequence[Sequence[str]]) -> None:
        """Forget everything and take `levels`, in any order."""
        self.keys, self.prices, self.sizes = [_END], [], []
        self.update(levels)

    def update(self, levels: Sequence[Sequence[str]]) -> None:
        """Set each level, or remove it when its size is zero. Raises ValueError."""
        keys, prices, sizes = self.keys, self.prices, self.sizes
        try:
            for price, size in levels:
                key, amount = float(price), float(size)
                # Written so that NaN fails a comparison.
                if not key > 0.0 <= amount:
                    raise InvalidLevel(f"{price[:40]}:{size[:40]}")
                index = bisect_left(keys, key)
                if keys[index] == key:
                    if amount:
                        prices[index], sizes[index] = price, size
                    else:
                        del keys[index], prices[index], sizes[index]
                elif amount:
                    keys.insert(index, key)
                    prices.insert(index, price)
                    sizes.insert(index, size)
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
        bids = self._bids
        return (bids.prices[-1], bids.sizes[-1]) if bids.prices else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest offer, or None when nobody offers."""
        asks = self._asks
        return (asks.prices[0], asks.sizes[0]) if asks.prices else None

    @property
    def crossed(self) -> bool:
        """True when the best bid reaches the best ask (a locked book included): such a book is wrong."""
        bids = self._bids.keys
        return len(bids) > 1 and bids[-2] >= self._asks.keys[0]

    def levels(self, side: Side, depth: int) -> list[Level]:
        """The best `depth` levels of the bids (`BUY`) or the asks (`SELL`), best first."""
        prices, sizes = self._best(side, depth)
        return list(zip(prices, sizes, strict=True))

    def checksum(self) -> int:
        """CRC-32 as a signed integer over the best 25 bids and asks, interleaved, in the received texts.

        As Bitget's Order-Book-Channel defines it: `bid:ask:bid:ask…`, each `price:size`; when one side
        ends, the other goes on.
        """
        bids, asks, depth = self._bids, self._asks, CHECKSUM_DEPTH
        if len(bids.prices) >= depth and len(asks.prices) >= depth:
            texts = [""] * (4 * depth)
            texts[0::4], texts[1::4] = bids.prices[: -depth - 1 : -1], bids.sizes[: -depth - 1 : -1]
            texts[2::4], texts[3::4] = asks.prices[:depth], asks.sizes[:depth]
        else:
            sides = (self.levels(Side.BUY, depth), self.levels(Side.SELL, depth))
            texts = [text for pair in zip_longest(*sides, fillvalue=()) for level in pair for text in level]
        unsigned = zlib.crc32(":".join(texts).encode())
        return unsigned - 0x1_0000_0000 if unsigned & 0x8000_0000 else unsigned

    def _best(self, side: Side, depth: int) -> tuple[list[str], list[str]]:
        if side is Side.BUY:
            return self._bids.prices[: -depth - 1 : -1], self._bids.sizes[: -depth - 1 : -1]
        return self._asks.prices[:depth], self._asks.sizes[:depth]
