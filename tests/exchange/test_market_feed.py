"""Each public surface says for itself how far it may be trusted."""

import json
from typing import Any

import pytest

from omega_tui.domain.events import (
    BookChanged,
    CandlesChanged,
    Event,
    Health,
    HealthChanged,
    NoticeGiven,
    Surface,
    TickerChanged,
    TradesPrinted,
)
from omega_tui.domain.market import Timeframe
from omega_tui.exchange.bitget.streams.frames import MalformedFrame, decode_push
from omega_tui.exchange.bitget.streams.market_feed import MarketFeed
from omega_tui.exchange.bitget.streams.session_events import FrameDropped, TopicConfirmed, TopicFailed
from omega_tui.exchange.bitget.streams.topics import Topic


class Market:
    """A feed with everything it said."""

    def __init__(self, symbol: str = "BTCUSDT") -> None:
        self.events: list[Event] = []
        self.resyncs: list[tuple[Topic, float]] = []
        self.feed = MarketFeed(
            self.events.append, lambda topic, now, wait: self.resyncs.append((topic, wait))
        )
        self.feed.watch(symbol, Timeframe.M1)
        self._seq = 0

    def push(
        self, channel: str, rows: Any, action: str = "snapshot", symbol: str = "BTCUSDT", now: float = 0.0
    ) -> None:
        arg = {"instType": "USDT-FUTURES", "channel": channel, "instId": symbol}
        frame = json.dumps({"action": action, "arg": arg, "data": rows, "ts": 1700000000500})
        self.feed.push(decode_push(frame.encode()), now)

    def book(self, action: str = "snapshot", gap: bool = False, now: float = 0.0, **row: Any) -> None:
        previous, self._seq = self._seq, self._seq + (3 if gap else 1)
        pseq = 0 if action == "snapshot" else previous + (1 if gap else 0)
        plain = {
            "asks": [["11", "1"]],
            "bids": [["10", "1"]],
            "ts": "1700000000123",
            "seq": self._seq,
            "pseq": pseq,
        }
        self.push("books", [plain | row], action, now=now)

    def health(self, surface: Surface) -> Health:
        found = [e for e in self.events if isinstance(e, HealthChanged) and e.surface is surface]
        return found[-1].health

    def count(self, kind: type[Any]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


_TICKER = {"instId": "BTCUSDT", "lastPr": "100.5", "bidPr": "100", "askPr": "101", "ts": "1700000000001"}
_TRADES = [
    {"ts": "1700000000009", "price": "100", "size": "2", "side": "Sell", "tradeId": "12"},
    {"ts": "1700000000009", "price": "101", "size": "1", "side": "buy", "tradeId": "11"},
    {"ts": "1700000000001", "price": "102", "size": "1", "side": "buy", "tradeId": "10"},
]
_CANDLES = [
    ["60000", "1", "2", "0.5", "1.5", "9", "1", "1"],
    ["120000", "1", "2", "0.5", "1.5", "9", "1", "1"],
]


def test_every_surface_connects_and_becomes_live_by_its_own_data() -> None:
    market = Market()
    surfaces = (Surface.BOOK, Surface.TICKER, Surface.TAPE, Surface.CANDLES)
    assert [market.health(surface) for surface in surfaces] == [Health.CONNECTING] * 4
    market.book()
    assert [market.health(surface) for surface in surfaces] == [Health.LIVE] + [Health.CONNECTING] * 3
    market.push("ticker", [_TICKER])
    market.push("trade", _TRADES)
    market.push("candle1m", _CANDLES)
    assert [market.health(surface) for surface in surfaces] == [Health.LIVE] * 4


def test_a_quiet_markets_tape_is_live_once_it_is_subscribed() -> None:
    market = Market()
    market.feed.happened(TopicConfirmed(Topic("trade", "BTCUSDT")), 0.0)
    assert market.health(Surface.TAPE) is Health.LIVE


def test_trades_come_oldest_first_and_a_snapshot_replaces() -> None:
    market = Market()
    market.push("trade", _TRADES)
    market.push("trade", _TRADES[:1], "update")
    first, second = (event for event in market.events if isinstance(event, TradesPrinted))
    assert [trade.trade_id for trade in first.trades] == ["10", "11", "12"]
    assert (first.replaces, second.replaces) == (True, False)


def test_a_condemned_book_is_not_reported_again_before_a_new_snapshot() -> None:
    market = Market()
    market.book()
    market.book("update", gap=True)
    assert market.health(Surface.BOOK) is Health.RESYNC
    assert market.resyncs == [(Topic("books", "BTCUSDT"), 0.0)]
    reported = market.count(BookChanged)
    market.book("update")
    assert market.count(BookChanged) == reported
    market.book()
    assert market.health(Surface.BOOK) is Health.LIVE
    assert market.count(BookChanged) == reported + 1


def test_a_book_that_keeps_being_wrong_is_asked_for_less_often_and_told_to_the_trader() -> None:
    market = Market()
    for number in range(6):
        market.book(now=number)
        market.book("update", gap=True, now=number)
    waits = [wait for _, wait in market.resyncs]
    assert waits == sorted(waits)
    assert waits[0] == 0.0
    assert waits[-1] >= 30.0
    assert market.count(NoticeGiven) == 1
    market.book(now=200.0)
    market.book("update", gap=True, now=200.0)
    assert market.resyncs[-1][1] == 0.0


def test_a_malformed_book_is_counted_and_taken_off_the_screen() -> None:
    market = Market()
    market.book()
    with pytest.raises(MalformedFrame):
        market.push("books", [{"asks": "what"}], "update")
    assert market.health(Surface.BOOK) is Health.RESYNC


def test_a_book_that_is_acknowledged_and_never_sent_is_asked_for_again() -> None:
    market = Market()
    market.feed.happened(TopicConfirmed(Topic("books", "BTCUSDT")), 10.0)
    market.feed.tick(14.9)
    assert market.resyncs == []
    market.feed.tick(15.1)
    market.feed.tick(15.2)
    assert len(market.resyncs) == 1
    assert market.health(Surface.BOOK) is Health.RESYNC


def test_one_refused_subscription_leaves_the_other_surfaces_alone() -> None:
    market = Market()
    market.book()
    market.feed.happened(TopicFailed(Topic("candle1m", "BTCUSDT"), "30001 no"), 0.0)
    market.feed.happened(TopicFailed(Topic("ticker", "ETHUSDT"), "30001 no"), 0.0)
    assert market.health(Surface.CANDLES) is Health.DOWN
    assert market.health(Surface.BOOK) is Health.LIVE
    assert market.health(Surface.TICKER) is Health.CONNECTING


def test_a_frame_that_is_left_out_is_told_once_for_each_reason() -> None:
    market = Market()
    for reason in ("one", "one", "two", "one"):
        market.feed.happened(FrameDropped(reason), 0.0)
    assert market.count(NoticeGiven) == 2


def test_a_lost_connection_takes_everything_down_and_old_updates_change_nothing() -> None:
    market = Market()
    market.book()
    market.push("ticker", [_TICKER])
    market.feed.lost("connection lost")
    assert {market.health(surface) for surface in (Surface.BOOK, Surface.TICKER)} == {Health.DOWN}
    reported = market.count(BookChanged)
    market.book("update")
    assert market.count(BookChanged) == reported


def test_a_new_symbol_starts_from_nothing_with_a_new_book() -> None:
    market = Market()
    market.book()
    old = next(event.book for event in market.events if isinstance(event, BookChanged))
    market.feed.watch("ETHUSDT", Timeframe.M1)
    assert market.health(Surface.BOOK) is Health.CONNECTING
    market.book()
    market.push("ticker", [_TICKER])
    assert market.count(BookChanged) == 1
    market.push("books", [{"asks": [], "bids": [["3", "1"]], "ts": "1"}], symbol="ETHUSDT")
    new = [event for event in market.events if isinstance(event, BookChanged)][-1]
    assert new.symbol == "ETHUSDT"
    assert new.book is not old


def test_a_new_timeframe_replaces_only_the_candles() -> None:
    market = Market()
    market.book()
    market.push("candle1m", _CANDLES)
    market.feed.watch("BTCUSDT", Timeframe.M5)
    assert market.health(Surface.CANDLES) is Health.CONNECTING
    assert market.health(Surface.BOOK) is Health.LIVE
    shown = market.count(CandlesChanged)
    market.push("candle1m", _CANDLES, "update")
    assert market.count(CandlesChanged) == shown
    market.push("candle5m", _CANDLES)
    event = market.events[-1]
    assert isinstance(event, CandlesChanged)
    assert event.timeframe is Timeframe.M5


@pytest.mark.parametrize(
    ("channel", "rows"),
    [
        ("ticker", [_TICKER | {"instId": "ETHUSDT"}]),
        ("ticker", [_TICKER | {"lastPr": "NaN"}]),
        ("trade", [_TRADES[0] | {"side": "up"}]),
        ("trade", [_TRADES[0] | {"ts": ""}]),
        ("trade", [_TRADES[0] | {"price": ""}]),
        ("candle1m", [["60000", "1"]]),
        ("candle1m", [["soon", "1", "2", "0.5", "1.5", "9"]]),
        ("ticker", "text"),
    ],
)
def test_a_row_of_another_symbol_or_without_meaning_is_not_reported(channel: str, rows: Any) -> None:
    market = Market()
    with pytest.raises(MalformedFrame):
        market.push(channel, rows)
    assert not market.count(TickerChanged) + market.count(TradesPrinted) + market.count(CandlesChanged)


def test_what_a_ticker_does_not_say_is_none() -> None:
    market = Market()
    market.push("ticker", [_TICKER | {"markPrice": "", "fundingRate": "0", "ts": "0"}])
    event = market.events[-1]
    assert isinstance(event, TickerChanged)
    assert (event.ticker.mark_price, event.ticker.index_price, event.ticker.funding_rate) == (None, None, 0)
    assert event.ticker.exchange_ms == 1700000000500
