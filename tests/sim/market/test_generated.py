"""The generated market: the same for the same seed, never crossed, trading at the touch, like a real one."""

import statistics
from itertools import islice, pairwise

import pytest

from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, MarketEvent, MarketFacts, PublicTrade
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.shapes import GENERATED_SYMBOLS, SHAPES
from tests.sim.market.books import ClientBook, events_for

START_MS = 1_795_000_000_123


@pytest.fixture(scope="module")
def minute() -> list[MarketEvent]:
    """A minute of all symbols."""
    return events_for(GeneratedSource(7, START_MS), START_MS, 60)


def test_the_same_seed_gives_the_same_events(minute: list[MarketEvent]) -> None:
    """A demo, a test or a bug report must be repeatable."""
    again = GeneratedSource(7, START_MS).events()
    assert list(islice(again, len(minute))) == minute
    other = GeneratedSource(8, START_MS).events()
    assert list(islice(other, len(minute))) != minute


def test_asking_twice_begins_anew() -> None:
    """`events` is the market from the start on, not a shared stream."""
    source = GeneratedSource(7, START_MS)
    assert list(islice(source.events(), 200)) == list(islice(source.events(), 200))


def test_events_come_in_order_of_time(minute: list[MarketEvent]) -> None:
    """The pump waits for each event's time; one out of order would delay the rest."""
    times = [event.ts for event in minute]
    assert times == sorted(times)


def test_every_symbol_opens_with_a_snapshot_and_facts(minute: list[MarketEvent]) -> None:
    """Nothing can be drawn or valued before both are there."""
    symbols = list(SHAPES)
    opening = minute[: 2 * len(symbols)]
    assert [type(event) for event in opening] == [BookSnapshot, MarketFacts] * len(symbols)
    assert {event.symbol for event in opening if isinstance(event, BookSnapshot)} == set(symbols)
    for facts in opening:
        if isinstance(facts, MarketFacts):
            stated = set(MarketFacts.__slots__) - {"last_price"}
            assert all(getattr(facts, name) is not None for name in stated)


def test_the_book_is_never_crossed_and_trades_take_what_is_shown(minute: list[MarketEvent]) -> None:
    """A trade through the book or above the size shown would fill orders that no real market fills."""
    books = {symbol: ClientBook() for symbol in SHAPES}
    taken: dict[tuple[str, str], float] = {}
    trades = 0
    for event in minute:
        if isinstance(event, BookSnapshot | BookDelta):
            book = books[event.symbol]
            book.apply(event)
            bid, ask = book.touch()
            assert bid < ask
            taken = {key: size for key, size in taken.items() if key[0] != event.symbol}
        elif isinstance(event, PublicTrade):
            book = books[event.symbol]
            side = book.asks if event.side is Direction.BUY else book.bids
            key = (event.symbol, event.price)
            taken[key] = taken.get(key, 0.0) + float(event.size)
            assert taken[key] <= float(side[event.price]) * (1 + 1e-9)
            better = [p for p in side if (float(p) < float(event.price)) == (event.side is Direction.BUY)]
            left = [
                p
                for p in better
                if p != event.price and taken.get((event.symbol, p), 0) + 1e-9 < float(side[p])
            ]
            assert left == []
            trades += 1
    assert trades > 500


def test_prices_and_sizes_fit_the_contract(minute: list[MarketEvent]) -> None:
    """A level off the tick or the lot is one that nobody may trade at."""
    contracts = {contract.symbol: contract for contract in GeneratedSource(7, START_MS).contracts}
    for event in minute:
        if isinstance(event, BookSnapshot | BookDelta):
            for price, size in (*event.bids, *event.asks):
                contract = contracts[event.symbol]
                assert len(price.partition(".")[2]) <= contract.price_place
                assert len(size.partition(".")[2]) <= contract.volume_place
                assert not ("." in price and price.endswith("0"))
                assert not ("." in size and size.endswith("0"))


def test_the_book_stays_deep_and_narrow_for_a_long_time() -> None:
    """Levels that leak away or pile up show only after the market has wandered far."""
    book, spreads, depths = ClientBook(), [], []
    for event in events_for(GeneratedSource(11, START_MS, ["BTCUSDT"]), START_MS, 900):
        if isinstance(event, BookSnapshot | BookDelta):
            book.apply(event)
            if len(depths) * 5000 < event.ts - START_MS:
                bid, ask = book.touch()
                spreads.append(round((ask - bid) * 10))
                depths.append((len(book.bids), len(book.asks)))
    assert statistics.median(spreads) == 1
    assert max(spreads) <= 3
    assert all(90 < count < 320 for pair in depths for count in pair)


def test_rates_and_tails_are_those_of_a_market() -> None:
    """Bounds are wide around the recorded figures that bench/market_realism.py prints."""
    events = events_for(GeneratedSource(5, START_MS, ["BTCUSDT"]), START_MS, 600)
    trades = [event for event in events if isinstance(event, PublicTrade)]
    deltas = [event for event in events if isinstance(event, BookDelta)]
    sizes = sorted(float(trade.size) for trade in trades)
    assert 5 < len(trades) / 600 < 40
    assert 8 < len(deltas) / 600 <= 10
    assert 5 <= statistics.median(len(delta.bids) + len(delta.asks) for delta in deltas) <= 25
    assert sizes[len(sizes) * 99 // 100] > 15 * sizes[len(sizes) // 2]
    by_second = {trade.ts // 1000: float(trade.price) for trade in trades}
    prices = list(by_second.values())
    returns = [after / before - 1 for before, after in pairwise(prices)]
    stdev = statistics.pstdev(returns)
    assert 2e-5 < stdev < 2.5e-4
    assert statistics.fmean((one / stdev) ** 4 for one in returns) > 4


def test_an_unknown_symbol_is_refused_by_name() -> None:
    """A silently empty market would look like a dead feed."""
    with pytest.raises(ValueError, match="no generated market for NOPEUSDT; there are BTCUSDT"):
        GeneratedSource(1, START_MS, ["NOPEUSDT"])


def test_the_label_names_the_seed() -> None:
    """The mode line must say that this market is made up."""
    assert GeneratedSource(42, START_MS).label == "synthetic, seed 42"


def test_fifty_perpetuals_can_be_listed_and_trade() -> None:
    """A contract whose digits do not fit its price has no book, or one that nobody can trade in."""
    assert len(GENERATED_SYMBOLS) == len(set(GENERATED_SYMBOLS)) == 50
    source = GeneratedSource(7, START_MS, GENERATED_SYMBOLS)
    books = {symbol: ClientBook() for symbol in GENERATED_SYMBOLS}
    traded: set[str] = set()
    for event in events_for(source, START_MS, 30):
        if isinstance(event, BookSnapshot | BookDelta):
            books[event.symbol].apply(event)
        elif isinstance(event, PublicTrade):
            traded.add(event.symbol)
    assert traded == set(GENERATED_SYMBOLS)
    for contract in source.contracts:
        book = books[contract.symbol]
        bid, ask = book.touch()
        assert 0 < ask - bid <= 4 * float(contract.tick)
        assert len(book.bids) > 60 < len(book.asks)
        assert 1e-6 < float(contract.tick) / bid < 1e-3, contract.symbol
        assert contract.max_order_qty > contract.max_market_order_qty >= contract.min_trade_num
        assert contract.tiers[0].leverage == contract.max_lever
        assert min(float(size) for size in book.bids.values()) * bid < 1e6
