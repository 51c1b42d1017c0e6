"""On recorded markets the client's book is the exchange's book, frame after frame."""

from decimal import Decimal

import pytest

from omega_tui.domain.book import OrderBook
from omega_tui.domain.events import BookChanged, Event, Health, HealthChanged, Surface
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import Side
from omega_tui.exchange.bitget.streams.book_feed import BookFeed, Verdict
from omega_tui.exchange.bitget.streams.frames import (
    BookPush,
    BookRow,
    Push,
    RawPush,
    decode_book,
    decode_push,
)
from omega_tui.exchange.bitget.streams.market_feed import MarketFeed
from omega_tui.exchange.bitget.streams.session import Session
from omega_tui.exchange.bitget.streams.topics import market_topics
from tests.exchange.tapes import Converter, SlowBook, binance_frames, bitget_v1_frames, bybit_frames
from tests.support.shared import needs_shared

pytestmark = needs_shared


class Client:
    """The client's own path from a frame to a shown book: session and feed of one symbol."""

    def __init__(self, symbol: str) -> None:
        self.events: list[Event] = []
        self.book: OrderBook | None = None
        self._session = Session()
        self._session.want(market_topics(symbol, Timeframe.M1), 0.0)
        self._epoch = self._session.connected(0.0)
        self._feed = MarketFeed(self._note, lambda topic, now, delay: None)
        self._feed.watch(symbol, Timeframe.M1)

    def receive(self, frame: bytes) -> None:
        push = self._session.receive(frame, 0.0, self._epoch)
        assert isinstance(push, Push)
        self._feed.push(push, 0.0)

    def _note(self, event: Event) -> None:
        if isinstance(event, BookChanged):
            self.book = event.book
        else:
            self.events.append(event)

    @property
    def condemned(self) -> list[Event]:
        return [e for e in self.events if isinstance(e, HealthChanged) and e.health is Health.RESYNC]


def _equal(book: OrderBook | None, truth: SlowBook) -> bool:
    assert book is not None
    return (book.levels(Side.BUY, 9999), book.levels(Side.SELL, 9999)) == truth.levels()


def test_all_194_checksums_of_the_real_bitget_recording_verify() -> None:
    feeds: dict[str, BookFeed] = {}
    checked, seen = 0, set[str]()
    for symbol, frame in bitget_v1_frames():
        row = _row(frame)
        feed = feeds.setdefault(symbol, BookFeed())
        assert row.checksum
        action = "snapshot" if symbol not in seen else "update"
        seen.add(symbol)
        assert feed.push(action, row) is Verdict.CHANGED
        assert feed.book.checksum() == row.checksum
        checked += 1
    assert (checked, set(feeds)) == (194, {"DASHUSDT", "UNIUSDT"})


def test_one_changed_digit_of_the_real_recording_is_noticed() -> None:
    frames = [frame for symbol, frame in bitget_v1_frames() if symbol == "DASHUSDT"]
    feed = BookFeed()
    feed.push("snapshot", _row(frames[0]))
    price, size = feed.book.levels(Side.BUY, 1)[0]
    spoiled = frames[0].replace(f'["{price}","{size}"]'.encode(), f'["{price}","{size}1"]'.encode())
    assert spoiled != frames[0]
    assert feed.push("snapshot", _row(spoiled)) is Verdict.WRONG_CHECKSUM


def _row(frame: bytes) -> BookRow:
    push = decode_push(frame)
    if isinstance(push, BookPush):
        return push.rows[0]
    assert isinstance(push, RawPush)
    return decode_book(push.data)


@pytest.mark.parametrize(
    ("names", "symbol", "updates", "sampled"),
    [
        (["BTCUSDT_20240808"], "BTCUSDT", 6000, 100),
        (["ETHUSDT_20240718_part1", "ETHUSDT_20240719_part2"], "ETHUSDT", 8000, 100),
    ],
)
def test_a_binance_market_is_followed_level_by_level_and_agrees_with_its_own_best_prices(
    names: list[str], symbol: str, updates: int, sampled: int
) -> None:
    converter, client = Converter(symbol), Client(symbol)
    frames = compared = 0
    for frame, ticker in binance_frames(names, converter):
        client.receive(frame)
        frames += 1
        assert client.book is not None
        if ticker is not None:
            bid, ask = client.book.best_bid, client.book.best_ask
            assert bid is not None
            assert ask is not None
            assert [Decimal(text) for text in (*bid, *ask)] == [Decimal(ticker[key]) for key in "bBaA"]
            compared += 1
        if converter.checked:
            assert _equal(client.book, converter.truth)
    assert not client.condemned
    assert frames > updates
    assert compared >= sampled


def test_four_bybit_markets_are_followed_level_by_level() -> None:
    symbols = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT")
    converters = {symbol: Converter(symbol) for symbol in symbols}
    clients = {symbol: Client(symbol) for symbol in symbols}
    frames = 0
    for symbol, frame in bybit_frames(converters):
        clients[symbol].receive(frame)
        frames += 1
        if converters[symbol].checked:
            assert _equal(clients[symbol].book, converters[symbol].truth)
    for symbol in symbols:
        assert _equal(clients[symbol].book, converters[symbol].truth)
        assert not clients[symbol].condemned
    assert frames > 1000


def test_a_lost_frame_of_a_real_market_takes_the_book_off_until_the_next_snapshot() -> None:
    converter, client = Converter("BTCUSDT"), Client("BTCUSDT")
    frames = binance_frames(["BTCUSDT_20240808"], converter)
    for _ in range(50):
        client.receive(next(frames)[0])
    next(frames)
    shown = client.book.version if client.book else 0
    client.receive(next(frames)[0])
    assert len(client.condemned) == 1
    for _ in range(20):
        client.receive(next(frames)[0])
    assert client.book is not None
    assert client.book.version == shown
    bids, asks = converter.truth.levels()
    client.receive(converter.snapshot([list(b) for b in bids], [list(a) for a in asks], 7, 1))
    assert _equal(client.book, converter.truth)
    last = [e for e in client.events if isinstance(e, HealthChanged) and e.surface is Surface.BOOK][-1]
    assert last.health is Health.LIVE
