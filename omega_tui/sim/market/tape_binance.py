"""Reads recordings of Binance's USD-M futures streams: depth@0ms, trade, markPrice and one REST snapshot.

Each line is `local_ts json`, local time in micro- or nanoseconds; only the exchange's own times are used,
since the recorder's clock was off by more than a second in places. Rules of Binance's "How to manage a
local order book correctly": depth events wait for the REST snapshot, those that end before it are dropped,
the first kept one straddles it, and from then on each names its predecessor in `pu`. Trades whose type `X`
is not MARKET (insurance fund, auto-deleveraging) happened away from the market and are left out;
bookTicker repeats what depth says and is not read.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, MarketFacts, PublicTrade
from omega_tui.sim.market.tape_lines import TapeLine
from omega_tui.sim.market.tape_records import TapeRecord, plain_levels, plain_or_none
from omega_tui.sim.market.texts import plain

_RECORD = re.compile(rb"^\d{16}(\d{3})? \{")
_IGNORED = re.compile(rb'"stream":"[^"]*@bookTicker"')


class BinanceReader:
    """The reader of one pass over a recording of one Binance USD-M symbol."""

    format_name = "Binance USD-M"

    def __init__(self) -> None:
        self._symbol: str | None = None
        self._snapshot: dict[str, Any] | None = None
        self._waiting: list[tuple[TapeLine, dict[str, Any]]] = []
        self._last_update: int | None = None
        self._chained = False

    @staticmethod
    def recognises(first: TapeLine) -> bool:
        """Whether a recording that opens with this line is of this format."""
        return bool(_RECORD.match(first.text))

    def records(self, line: TapeLine) -> Iterable[TapeRecord]:
        if _IGNORED.search(line.text, 0, 80):
            return ()
        frame = line.json(line.text.partition(b" ")[2])
        if "lastUpdateId" in frame:
            self._snapshot = frame
            return self._start()
        event = frame["data"]
        self._recognise_symbol(line, event["s"])
        return chain(self._start(), self._event(line, event))

    def _event(self, line: TapeLine, event: dict[str, Any]) -> Iterable[TapeRecord]:
        if event["e"] == "depthUpdate":
            return self._depth(line, event)
        if event["e"] == "trade":
            return _trade(event)
        return (_facts(event),) if event["e"] == "markPriceUpdate" else ()

    def _recognise_symbol(self, line: TapeLine, symbol: str) -> None:
        """The REST snapshot does not say whose it is, so a recording of two symbols cannot be played."""
        if self._symbol is None:
            self._symbol = symbol
        elif self._symbol != symbol:
            raise line.unreadable(f"{symbol} in a recording of {self._symbol}", "play one symbol at a time")

    def _start(self) -> Iterator[TapeRecord]:
        """Once a symbol and the snapshot are known: the snapshot, then what waited for it."""
        if self._snapshot is None or self._symbol is None:
            return
        frame, self._snapshot = self._snapshot, None
        self._last_update, self._chained = frame["lastUpdateId"], False
        yield BookSnapshot(self._symbol, frame["T"], plain_levels(frame["bids"]), plain_levels(frame["asks"]))
        waiting, self._waiting = self._waiting, []
        for line, event in waiting:
            yield from self._depth(line, event)

    def _depth(self, line: TapeLine, event: dict[str, Any]) -> Iterator[TapeRecord]:
        last = self._last_update
        if last is None:
            self._waiting.append((line, event))
            return
        if event["u"] < last:
            return
        follows = event["pu"] == last if self._chained else event["U"] <= last + 1
        if not follows:
            problem = f"depth updates between {last} and {event['U']} are missing"
            raise line.unreadable(problem, "play the part before this line")
        self._last_update, self._chained = event["u"], True
        yield BookDelta(event["s"], event["T"], plain_levels(event["b"]), plain_levels(event["a"]))


def _trade(event: dict[str, Any]) -> Iterator[PublicTrade]:
    """`m` says that the buyer was the maker, so the taker sold."""
    if event["X"] == "MARKET":
        side = Direction.SELL if event["m"] else Direction.BUY
        yield PublicTrade(event["s"], event["T"], plain(event["p"]), plain(event["q"]), side)


def _facts(event: dict[str, Any]) -> MarketFacts:
    return MarketFacts(
        event["s"],
        event["E"],
        mark_price=plain_or_none(event["p"]),
        index_price=plain_or_none(event["i"]),
        funding_rate=plain_or_none(event["r"]),
        next_funding_ms=event["T"],
    )
