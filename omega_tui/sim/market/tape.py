"""A recorded market: plays recordings of Bitget V1, Binance USD-M or Bybit V5 as if they happened now.

The format is told by what the first line looks like. Playing begins at the moment when the book of every
recorded symbol is known, which is within the first second of the recordings this was made for. Prices and
sizes are real; times are moved to the exchange's, trade ids are left to it. What a frame of a format means is
the readers' business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omega_tui.sim.facts import (
    BookSnapshot,
    CandleRow,
    Contract,
    MarketEvent,
    MarketFacts,
    PublicTrade,
    TapeEnded,
)
from omega_tui.sim.market.contracts import contract_for, refined
from omega_tui.sim.market.funding_rates import FundingRates
from omega_tui.sim.market.granularity import MINUTE_MS
from omega_tui.sim.market.past import PastCandles
from omega_tui.sim.market.published_book import PublishedBook
from omega_tui.sim.market.shapes import shape_of
from omega_tui.sim.market.tape_binance import BinanceReader
from omega_tui.sim.market.tape_bitget_v1 import BitgetV1Reader
from omega_tui.sim.market.tape_bybit import BybitReader
from omega_tui.sim.market.tape_facts import TapeFacts, first_stated
from omega_tui.sim.market.tape_lines import TapeUnreadable, read_lines
from omega_tui.sim.market.tape_player import Playing, TapePlayer
from omega_tui.sim.market.tape_records import TapeCandles, TapeReader, TapeRecord

_FORMATS = (BitgetV1Reader, BinanceReader, BybitReader)
_LISTED_WITHIN_MS = 5000
_LAP_PAUSE_MS = 100


@dataclass(slots=True)
class _Listing:
    """What the first seconds of a recording say of one symbol, as its own exchange words it."""

    snapshot: BookSnapshot
    facts: MarketFacts | None = None
    first_trade: PublicTrade | None = None
    trade_sizes: list[str] = field(default_factory=list)
    candles: tuple[CandleRow, ...] = ()


def _reader_class(paths: Sequence[Path]) -> type[BitgetV1Reader] | type[BinanceReader] | type[BybitReader]:
    first = next(read_lines(paths), None)
    if first is None:
        raise TapeUnreadable(paths[0], 0, "the file is empty", "record it again")
    for known in _FORMATS:
        if known.recognises(first):
            return known
    names = ", ".join(known.format_name for known in _FORMATS)
    raise TapeUnreadable(first.path, first.number, "not a recording of a known format", f"known are {names}")


def _read(reader: TapeReader, paths: Sequence[Path]) -> Iterator[TapeRecord]:
    """Everything a recording says, in its own time; a frame of another shape than its format's is named."""
    for line in read_lines(paths):
        try:
            yield from reader.records(line)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise line.unreadable(f"a frame of an unknown shape ({error!r})", "remove the line") from error


def _list_symbols(records: Iterator[TapeRecord]) -> dict[str, _Listing]:
    """The symbols whose book is known within a few seconds of the first book, in order of appearance."""
    listings: dict[str, _Listing] = {}
    facts: dict[str, MarketFacts] = {}
    until: int | None = None
    for record in records:
        if isinstance(record, TapeCandles):
            if record.symbol in listings:
                listings[record.symbol].candles = record.rows
            continue
        if until is not None and record.ts > until:
            break
        if isinstance(record, BookSnapshot) and record.symbol not in listings:
            listings[record.symbol] = _Listing(record)
            until = until or record.ts + _LISTED_WITHIN_MS
        elif isinstance(record, PublicTrade) and record.symbol in listings:
            listing = listings[record.symbol]
            listing.first_trade = listing.first_trade or record
            listing.trade_sizes.append(record.size)
        elif isinstance(record, MarketFacts):
            facts[record.symbol] = first_stated(facts.get(record.symbol), record)
    for symbol, listing in listings.items():
        listing.facts = facts.get(symbol)
    return listings


class _Symbol:
    """One recorded symbol on the simulated exchange: contract, past, published book, ticker facts."""

    def __init__(self, listing: _Listing, seed: str, start_ms: int) -> None:
        snapshot = listing.snapshot
        prices = [price for price, _ in (*snapshot.bids, *snapshot.asks)]
        sizes = [*(size for _, size in (*snapshot.bids, *snapshot.asks)), *listing.trade_sizes]
        if listing.first_trade:
            prices.append(listing.first_trade.price)
        self.contract = refined(contract_for(snapshot.symbol), prices, sizes)
        price = prices[-1] if listing.first_trade else snapshot.bids[0][0]
        shape = shape_of(snapshot.symbol).past(float(self.contract.size_multiplier))
        recorded = _moved(listing.candles, start_ms)
        self.past = PastCandles(self.contract, f"{seed}|{snapshot.symbol}", shape, start_ms, price, recorded)
        self._recorded_facts = listing.facts
        usual = listing.facts.funding_rate if listing.facts else None
        rate = usual or shape_of(snapshot.symbol).funding_rate
        self.rates = FundingRates(f"{seed}|{snapshot.symbol}", self.contract, rate)

    def fresh(self) -> Playing:
        """The state of this symbol at the beginning of a play."""
        facts = TapeFacts(self.contract, self._recorded_facts, self.past.last_day())
        return Playing(PublishedBook(), facts)


def _moved(rows: tuple[CandleRow, ...], start_ms: int) -> list[CandleRow]:
    """Recorded minutes moved so that the last finished one ends where the market's first minute begins."""
    if not rows:
        return []
    shift = start_ms - start_ms % MINUTE_MS - MINUTE_MS - rows[-1][0]
    return [(row[0] + shift, *row[1:]) for row in rows]


class TapeSource:
    """A `MarketSource` that plays recordings; several files are the parts of one recording, in order.

    `symbols` chooses among the recorded ones (all when None). With `loop` the recording starts again after
    its end: `TapeEnded(looping=True)`, then one delta a symbol that turns the last book into the first.
    Raises `TapeUnreadable`, here and while playing, for what cannot be read.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        start_ms: int,
        *,
        loop: bool = False,
        symbols: Sequence[str] | None = None,
    ) -> None:
        if not paths:
            raise ValueError("a tape needs at least one file")
        self._paths = tuple(paths)
        self._start_ms = start_ms
        self._loop = loop
        self._reader = _reader_class(self._paths)
        listings = _list_symbols(_read(self._reader(), self._paths))
        if not listings:
            problem = "no order book snapshot in the recording"
            raise TapeUnreadable(self._paths[0], 0, problem, "play it after the part that has one")
        chosen = self._chosen(listings, symbols)
        self._symbols = {name: _Symbol(listings[name], self._paths[0].name, start_ms) for name in chosen}
        self._has_candles = any(listings[name].candles for name in chosen)

    def _chosen(self, listings: dict[str, _Listing], symbols: Sequence[str] | None) -> list[str]:
        missing = [symbol for symbol in symbols or () if symbol not in listings]
        if missing:
            problem = f"{', '.join(missing)} is not in the recording"
            raise TapeUnreadable(self._paths[0], 0, problem, f"choose among {', '.join(listings)}")
        return list(symbols) if symbols else list(listings)

    @property
    def label(self) -> str:
        name = self._paths[0].name
        more = f" and {len(self._paths) - 1} more" if len(self._paths) > 1 else ""
        before = "older candles" if self._has_candles else "candles before it"
        return f"replay of {name}{more} ({self._reader.format_name}); {before} are synthetic"

    @property
    def contracts(self) -> tuple[Contract, ...]:
        return tuple(symbol.contract for symbol in self._symbols.values())

    def past_candles(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """As `MarketSource` says; KeyError for a symbol this market does not have."""
        return self._symbols[symbol].past.rows(granularity, before_ms, limit)

    def past_funding_rate(self, symbol: str, settled_ms: int) -> str:
        """As `MarketSource` says; made up around what the recording states first."""
        return self._symbols[symbol].rates.at(settled_ms)

    def events(self) -> Iterator[MarketEvent]:
        player = TapePlayer({name: symbol.fresh() for name, symbol in self._symbols.items()}, self._start_ms)
        lap = 0
        while True:
            lap += 1
            yield from player.lap(_read(self._reader(), self._paths))
            yield TapeEnded(player.now, lap, self._loop)
            if not self._loop:
                return
            player.now += _LAP_PAUSE_MS
