"""The book that the public sees of one symbol, and what of it a taker may still take.

Shown size of a level = what the source says, minus what the trader's takers consumed since the source last
said it, plus the trader's own resting orders. Levels that nobody touched keep the source's texts and never
become numbers. The book knows sizes, not orders: who queues where is the business of `resting`.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from omega_tui.domain.values import decimal_text
from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, Level

_PLACES = 12
_ZERO = Decimal(0)


@lru_cache(maxsize=65_536)
def price_key(price: str) -> int:
    """The price as a whole number of 10^-12, so that equal prices are equal however they are written."""
    whole, _, fraction = price.partition(".")
    return int(whole + fraction[:_PLACES].ljust(_PLACES, "0"))


@dataclass(slots=True)
class _Cover:
    """A level on which the trader left a mark: `consumed` by takers, `own` resting."""

    price_text: str
    source_text: str
    consumed: Decimal = _ZERO
    own: Decimal = _ZERO

    @property
    def left(self) -> Decimal:
        return max(Decimal(self.source_text) - self.consumed, _ZERO)

    @property
    def plain(self) -> bool:
        return not self.consumed and not self.own

    def level(self) -> Level | None:
        if self.plain:
            return None if _is_zero(self.source_text) else (self.price_text, self.source_text)
        total = self.left + self.own
        return (self.price_text, decimal_text(total)) if total else None


def _is_zero(size: str) -> bool:
    return not size.strip("0.")


class BookSide:
    """One side of the book. Keys are price keys signed so that the best level has the smallest key."""

    def __init__(self, side: Direction) -> None:
        self.sign = -1 if side is Direction.BUY else 1
        self.keys: list[int] = []
        self.restated: set[int] = set()
        """Keys of own orders whose source level was stated anew; whoever tracks queues clears it."""
        self._shown: dict[int, Level] = {}
        self._covers: dict[int, _Cover] = {}
        self._changed: dict[int, str] = {}

    def key_of(self, price: Decimal) -> int:
        """The key of a price."""
        return self.sign * price_key(decimal_text(price))

    def price_of(self, key: int) -> Decimal:
        """The price of a key."""
        return Decimal(key * self.sign).scaleb(-_PLACES).normalize()

    def state(self, levels: Iterable[Level]) -> None:
        """The source says these levels; what was consumed there is forgotten."""
        sign = self.sign
        for level in levels:
            key = sign * price_key(level[0])
            if key in self._covers:
                self._restate_covered(key, level)
            else:
                self._show(key, level[0], None if _is_zero(level[1]) else level)

    def state_all(self, levels: tuple[Level, ...]) -> None:
        """The source says the whole side; levels it does not name are gone."""
        named = {self.sign * price_key(level[0]) for level in levels}
        gone = [(level[0], "0") for key, level in self._shown.items() if key not in named]
        gone += [(cover.price_text, "0") for key, cover in self._covers.items() if key not in named]
        self.state(gone)
        self.state(levels)

    def available(self, key: int) -> Decimal:
        """What the source shows at `key` and nobody of ours has taken yet."""
        cover = self._covers.get(key)
        if cover is not None:
            return cover.left
        level = self._shown.get(key)
        return Decimal(level[1]) if level else _ZERO

    def consume(self, key: int, size: Decimal) -> None:
        """Our taker took `size` of the source's level."""
        cover = self._cover(key)
        cover.consumed += size
        self._refresh(key, cover)

    def add_own(self, key: int, size: Decimal) -> None:
        """Our resting size at `key` grows by `size`, or shrinks when it is negative."""
        cover = self._cover(key)
        cover.own += size
        self._refresh(key, cover)

    def top(self, depth: int) -> list[Level]:
        """The best `depth` levels as shown."""
        shown = self._shown
        return [shown[key] for key in self.keys[:depth]]

    def offers(self, worst_key: int | None) -> Iterator[int]:
        """Keys from the best to `worst_key`, as they stood at the call."""
        for key in self.keys.copy():
            if worst_key is not None and key > worst_key:
                return
            yield key

    def drain(self) -> list[Level]:
        """Levels changed since the last drain, best first, size "0" for those that went."""
        if not self._changed:
            return []
        changed, self._changed = self._changed, {}
        return [self._shown.get(key, (changed[key], "0")) for key in sorted(changed)]

    @property
    def changed_count(self) -> int:
        """How many levels wait to be drained."""
        return len(self._changed)

    def _restate_covered(self, key: int, level: Level) -> None:
        cover = self._covers[key]
        cover.price_text, cover.source_text = level
        cover.consumed = _ZERO
        if cover.own:
            self.restated.add(key)
        self._refresh(key, cover)

    def _cover(self, key: int) -> _Cover:
        cover = self._covers.get(key)
        if cover is None:
            level = self._shown.get(key) or (decimal_text(self.price_of(key)), "0")
            cover = self._covers[key] = _Cover(*level)
        return cover

    def _refresh(self, key: int, cover: _Cover) -> None:
        if cover.plain:
            del self._covers[key]
        self._show(key, cover.price_text, cover.level())

    def _show(self, key: int, price: str, level: Level | None) -> None:
        before = self._shown.get(key)
        if before == level:
            return
        if level is None:
            del self._shown[key]
            del self.keys[bisect_left(self.keys, key)]
        else:
            if before is None:
                insort(self.keys, key)
            self._shown[key] = level
        self._changed[key] = price


class VenueBook:
    """The public book of one symbol.

    `ts` is the matching time (ms) of the last change and `seq` grows with every change. There is one
    reader of changes: `drain_changes` hands each change out once.
    """

    def __init__(self) -> None:
        self.bids = BookSide(Direction.BUY)
        self.asks = BookSide(Direction.SELL)
        self.ts = 0
        self.seq = 0

    def side(self, side: Direction) -> BookSide:
        """BUY is the bids, SELL the asks."""
        return self.bids if side is Direction.BUY else self.asks

    def levels(self, side: Direction, depth: int) -> list[Level]:
        """Up to `depth` levels of a side, best first, as shown."""
        return self.side(side).top(depth)

    def drain_changes(self) -> tuple[list[Level], list[Level]]:
        """Bids and asks that changed since the last drain, best first; size "0" deletes."""
        return self.bids.drain(), self.asks.drain()

    def apply(self, event: BookSnapshot | BookDelta) -> None:
        """Take over what the source says."""
        if isinstance(event, BookDelta):
            self.bids.state(event.bids)
            self.asks.state(event.asks)
        else:
            self.bids.state_all(event.bids)
            self.asks.state_all(event.asks)
        self.stamp(event.ts)

    def stamp(self, ts: int) -> None:
        """Something changed at `ts` (ms)."""
        self.ts = max(self.ts, ts)
        self.seq += 1
