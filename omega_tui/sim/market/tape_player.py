"""Plays the records of a recording as events of the simulated exchange, lap after lap.

It moves times and publishes books at a sane depth; what was recorded and where comes from
`tape`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from omega_tui.sim.facts import BookDelta, BookSnapshot, Level, MarketEvent, MarketFacts, PublicTrade
from omega_tui.sim.market.published_book import PublishedBook
from omega_tui.sim.market.tape_facts import TapeFacts
from omega_tui.sim.market.tape_records import TapeCandles, TapeRecord


@dataclass(slots=True)
class Playing:
    """What changes of a symbol while its recording plays."""

    book: PublishedBook
    facts: TapeFacts


_Books = dict[str, tuple[dict[str, str], dict[str, str]]]


class TapePlayer:
    """Plays a recording lap after lap; `now` is exchange time and never steps back."""

    def __init__(self, symbols: dict[str, Playing], start_ms: int) -> None:
        self._symbols = symbols
        self._shift = 0
        self._played = False
        self.now = start_ms

    def lap(self, records: Iterator[TapeRecord]) -> Iterator[MarketEvent]:
        """One pass over the recording."""
        yield from self._open(records)
        for record in records:
            if isinstance(record, TapeCandles) or record.symbol not in self._symbols:
                continue
            self.now = max(self.now, record.ts + self._shift)
            yield from self._play(record, self._symbols[record.symbol])

    def _open(self, records: Iterator[TapeRecord]) -> Iterator[MarketEvent]:
        """Reads on until every book is known, then states them all at one moment."""
        books: _Books = {}
        clock = 0
        for record in records:
            if isinstance(record, BookSnapshot | BookDelta) and record.symbol in self._symbols:
                clock = max(clock, record.ts)
                _fold_book(books, record)
                if len(books) == len(self._symbols):
                    break
        self._shift = self.now - clock
        for name, (bids, asks) in books.items():
            yield from self._state(name, tuple(bids.items()), tuple(asks.items()))
        self._played = True

    def _state(self, name: str, bids: tuple[Level, ...], asks: tuple[Level, ...]) -> Iterator[MarketEvent]:
        """The opening book of a symbol: a snapshot at first, later the changes that lead back to it."""
        playing = self._symbols[name]
        changes = (playing.book.bids.replace(bids), playing.book.asks.replace(asks))
        if self._played:
            yield BookDelta(name, self.now, *changes)
        else:
            yield BookSnapshot(name, self.now, playing.book.bids.published(), playing.book.asks.published())
        yield playing.facts.opening(self.now, playing.book)

    def _play(
        self, record: BookSnapshot | BookDelta | PublicTrade | MarketFacts, playing: Playing
    ) -> Iterator[MarketEvent]:
        name, book = record.symbol, playing.book
        if isinstance(record, PublicTrade):
            trade = PublicTrade(name, self.now, record.price, record.size, record.side)
            playing.facts.on_trade(trade)
            yield trade
            return
        if isinstance(record, MarketFacts):
            yield playing.facts.stated(record, self.now)
            return
        if isinstance(record, BookSnapshot):
            bids, asks = book.bids.replace(record.bids), book.asks.replace(record.asks)
        else:
            bids, asks = book.bids.apply(record.bids), book.asks.apply(record.asks)
        if bids or asks:
            yield BookDelta(name, self.now, bids, asks)
        facts = playing.facts.due(self.now, book)
        if facts is not None:
            yield facts


def _fold_book(books: _Books, record: BookSnapshot | BookDelta) -> None:
    """Applies a book frame; frames before a symbol's first snapshot count for nothing."""
    if isinstance(record, BookSnapshot):
        books[record.symbol] = (dict(record.bids), dict(record.asks))
    elif record.symbol in books:
        for side, changes in zip(books[record.symbol], (record.bids, record.asks), strict=True):
            side.update(changes)
            for price, size in changes:
                if size == "0":
                    side.pop(price, None)
