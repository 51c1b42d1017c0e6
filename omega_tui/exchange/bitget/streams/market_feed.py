"""Public pushes of the market on screen, as domain events. No sockets, no clock.

It decides per surface whether what arrived may be trusted and says so in health events; how old it may be is
the engine's business.
"""

from collections import deque
from collections.abc import Callable

from omega_tui.domain.events import (
    BookChanged,
    CandlesChanged,
    Health,
    HealthChanged,
    NoticeGiven,
    Surface,
    TickerChanged,
    TradesPrinted,
)
from omega_tui.domain.market import Timeframe
from omega_tui.exchange.bitget.streams.book_feed import BookFeed, Verdict
from omega_tui.exchange.bitget.streams.frames import (
    BookPush,
    BookRow,
    MalformedFrame,
    Push,
    RawPush,
    decode_book,
    decode_candle_rows,
    decode_flat_rows,
)
from omega_tui.exchange.bitget.streams.session_events import (
    ErrorReported,
    FrameDropped,
    SessionEvent,
    TopicConfirmed,
    TopicFailed,
)
from omega_tui.exchange.bitget.streams.topics import Topic, candle_channel, market_topics
from omega_tui.exchange.bitget.translation.market import parse_candles, parse_ticker, parse_trades
from omega_tui.exchange.bitget.translation.words import TranslationError, parse_time
from omega_tui.exchange.bitget.wire import SNAPSHOT, Channel
from omega_tui.exchange.port import Sink

_SURFACES: dict[str, Surface] = {
    Channel.BOOKS: Surface.BOOK,
    Channel.TICKER: Surface.TICKER,
    Channel.TRADE: Surface.TAPE,
}
# An enum's members are slow to look up, and these are looked up at every push.
_BOOKS, _TICKER, _TRADE = Channel.BOOKS.value, Channel.TICKER.value, Channel.TRADE.value
_CHANGED = Verdict.CHANGED
_ALARM_WINDOW_SECONDS = 60.0
_ALARM_COUNT = 3
_REMEMBERED_REASONS = 20
_SNAPSHOT_SECONDS = 5.0
_RESYNC_DELAYS = (0.0, 0.5, 2.0, 8.0, 30.0)


class MarketFeed:
    """One market's book, ticker, tape and candles.

    `report` receives events. `resync` is asked for a new book snapshot: topic, now, seconds to wait first.
    """

    def __init__(self, report: Sink, resync: Callable[[Topic, float, float], None]) -> None:
        self._report = report
        self._resync = resync
        self._books = BookFeed()
        self._symbol = ""
        self._timeframe = Timeframe.M1
        self._health: dict[Surface, Health] = {}
        self._condemned_at: deque[float] = deque()
        self._snapshot_due: float | None = None
        self._book_live = False
        self._dropped: deque[str] = deque(maxlen=_REMEMBERED_REASONS)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What has to be subscribed for the market on screen; nothing before the first `watch`."""
        return market_topics(self._symbol, self._timeframe) if self._symbol else ()

    def watch(self, symbol: str, timeframe: Timeframe) -> None:
        """Change the market or only its candles; what changes starts as CONNECTING."""
        if symbol != self._symbol:
            # A new object, so that nobody who still holds the last book can mistake it for this symbol's.
            self._books = BookFeed()
            self._book_live = False
            self._snapshot_due = None
            self._condemned_at.clear()
            self._health.clear()
        elif timeframe != self._timeframe:
            self._health.pop(Surface.CANDLES, None)
        self._symbol, self._timeframe = symbol, timeframe
        for surface in (Surface.BOOK, Surface.TICKER, Surface.TAPE, Surface.CANDLES):
            if surface not in self._health:
                self._become(surface, Health.CONNECTING, "subscribing")

    def opening(self) -> None:
        """A connection is being made: nothing to tell before it stands or fails."""

    def lost(self, reason: str) -> None:
        """The connection is gone: every surface is down."""
        self._distrust_book()
        for surface in list(self._health):
            self._become(surface, Health.DOWN, reason)

    def happened(self, event: SessionEvent, now: float) -> None:
        """What the session tells besides data."""
        match event:
            case TopicConfirmed(topic) if topic.channel == Channel.TRADE:
                # A quiet market sends no trades: the tape is live once it is subscribed.
                self._become(Surface.TAPE, Health.LIVE, "")
            case TopicConfirmed(topic) if topic.channel == Channel.BOOKS and not self._books.valid:
                self._snapshot_due = now + _SNAPSHOT_SECONDS
            case TopicFailed(topic, reason) if topic.target == self._symbol:
                # The other subscriptions are untouched.
                if topic.channel == Channel.BOOKS:
                    self._distrust_book()
                self._become(_SURFACES.get(topic.channel, Surface.CANDLES), Health.DOWN, reason)
            case ErrorReported(code, message):
                self._report(NoticeGiven(f"market stream: {code} {message}", warning=True))
            case FrameDropped(reason) if reason not in self._dropped:
                self._dropped.append(reason)
                self._report(NoticeGiven(f"market stream: a frame was left out: {reason}"))

    def tick(self, now: float) -> None:
        """Let time pass: an acknowledged book that does not come is asked for again."""
        if self._snapshot_due is not None and now >= self._snapshot_due:
            self._condemn("no snapshot came", now)

    def push(self, push: Push, now: float) -> None:
        """Report what a push says. Raises `MalformedFrame` when it says nothing sensible."""
        arg = push.arg
        if arg is None or arg.inst_id != self._symbol:
            return
        try:
            if isinstance(push, BookPush):
                self._push_book(push.action, push.rows[0], now)
            elif isinstance(push, RawPush):
                self._push_raw(arg.channel, push, now)
        except TranslationError as error:
            raise MalformedFrame(str(error)) from None

    def _push_raw(self, channel: str, push: RawPush, now: float) -> None:
        if channel == _TICKER:
            self._push_ticker(push)
        elif channel == _TRADE:
            self._push_trades(push)
        elif channel == _BOOKS:
            self._push_odd_book(push, now)
        elif channel == candle_channel(self._timeframe):
            self._push_candles(push)

    def _push_odd_book(self, push: RawPush, now: float) -> None:
        try:
            row = decode_book(push.data)
        except MalformedFrame:
            self._condemn("a malformed book", now)
            raise
        self._push_book(push.action, row, now)

    def _push_book(self, action: str, row: BookRow, now: float) -> None:
        verdict = self._books.push(action, row)
        if verdict is _CHANGED:
            if not self._book_live:
                self._show_book()
            self._report(BookChanged(self._symbol, self._books.book, row.ts))
        elif verdict is not Verdict.IGNORED:
            self._condemn(verdict.value, now)

    def _show_book(self) -> None:
        self._book_live = True
        self._snapshot_due = None
        self._become(Surface.BOOK, Health.LIVE, "")

    def _condemn(self, reason: str, now: float) -> None:
        self._distrust_book()
        self._become(Surface.BOOK, Health.RESYNC, reason)
        recent = self._condemned_at
        while recent and now - recent[0] > _ALARM_WINDOW_SECONDS:
            recent.popleft()
        delay = _RESYNC_DELAYS[min(len(recent), len(_RESYNC_DELAYS) - 1)]
        self._resync(Topic(Channel.BOOKS, self._symbol), now, delay)
        recent.append(now)
        if len(recent) == _ALARM_COUNT:
            self._report(NoticeGiven(f"{self._symbol}: the book was wrong 3 times in a minute", warning=True))

    def _distrust_book(self) -> None:
        self._books.distrust()
        self._book_live = False
        self._snapshot_due = None

    def _push_ticker(self, push: RawPush) -> None:
        for row in decode_flat_rows(push.data):
            ticker = parse_ticker(row, self._symbol, _pushed_ms(push))
            self._become(Surface.TICKER, Health.LIVE, "")
            self._report(TickerChanged(ticker))

    def _push_trades(self, push: RawPush) -> None:
        trades = parse_trades(decode_flat_rows(push.data))
        self._become(Surface.TAPE, Health.LIVE, "")
        self._report(TradesPrinted(self._symbol, trades, replaces=push.action == SNAPSHOT))

    def _push_candles(self, push: RawPush) -> None:
        candles = parse_candles(decode_candle_rows(push.data))
        self._become(Surface.CANDLES, Health.LIVE, "")
        replaces = push.action == SNAPSHOT
        self._report(CandlesChanged(self._symbol, self._timeframe, candles, replaces))

    def _become(self, surface: Surface, health: Health, reason: str) -> None:
        if self._health.get(surface) is not health:
            self._health[surface] = health
            self._report(HealthChanged(surface, health, reason, self._symbol))


def _pushed_ms(push: Push) -> int:
    return parse_time(push.ts, "ts") or 0
