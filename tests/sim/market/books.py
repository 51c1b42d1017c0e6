"""A book rebuilt from a source's events the way a client would, for the tests of sources."""

from collections.abc import Iterable, Iterator
from itertools import takewhile

from omega_tui.sim.facts import BookDelta, BookSnapshot, Level, MarketEvent, MarketSource


class ClientBook:
    """Both sides by price text; `apply` takes snapshots and deltas."""

    def __init__(self) -> None:
        self.bids: dict[str, str] = {}
        self.asks: dict[str, str] = {}

    def apply(self, event: BookSnapshot | BookDelta) -> None:
        if isinstance(event, BookSnapshot):
            self.bids, self.asks = {}, {}
        for side, changes in ((self.bids, event.bids), (self.asks, event.asks)):
            for price, size in changes:
                if size == "0":
                    side.pop(price, None)
                else:
                    side[price] = size

    def levels(self) -> tuple[list[Level], list[Level]]:
        """Bids and asks, best first."""
        bids = sorted(self.bids.items(), key=lambda level: -float(level[0]))
        return bids, sorted(self.asks.items(), key=lambda level: float(level[0]))

    def touch(self) -> tuple[float, float]:
        """Best bid and best ask."""
        return max(map(float, self.bids)), min(map(float, self.asks))


def book_events(events: Iterable[MarketEvent], symbol: str) -> Iterator[BookSnapshot | BookDelta]:
    """Only the book events of one symbol."""
    for event in events:
        if isinstance(event, BookSnapshot | BookDelta) and event.symbol == symbol:
            yield event


def events_for(source: MarketSource, start_ms: int, seconds: int) -> list[MarketEvent]:
    """The events of a source's first `seconds`."""
    end = start_ms + seconds * 1000
    return list(takewhile(lambda event: event.ts <= end, source.events()))
