"""Asking by request where a stream is down, stale or not up yet; it ends by itself when the stream is live.

What is polled can be looked at and closed on; risk stays shut, because nobody tells of what happens between
two answers. How often each kind is asked for is decided here, so that no kind is asked for by two rounds.
"""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from omega_tui.domain.book import OrderBook
from omega_tui.domain.events import Health, Surface
from omega_tui.domain.market import Ticker
from omega_tui.engine.apply import take_ticker
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway

BOOK_DEPTH = 100
"""Levels of each side that a polled book holds: the most that one request gives."""

_CONNECTING_SECONDS = 3.0

_Answer = TypeVar("_Answer")


class MarketPoll:
    """Ticker and book of the market on screen, while its streams are in doubt."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self._state = state
        self._gateway = gateway
        self._connecting_since: float | None = None

    def pause_seconds(self) -> float:
        """How long until the next look."""
        return self._state.options.poll_price_seconds

    async def step(self) -> None:
        """Ask when it is needed. Raises ReadFailed."""
        if not self._is_needed():
            return
        symbol = self._state.market.symbol
        ticker = await self._gateway.reads.ticker(symbol)
        book = await self._gateway.reads.book(symbol, BOOK_DEPTH)
        if symbol == self._state.market.symbol and self._is_needed():
            self._take(ticker, book)

    def _is_needed(self) -> bool:
        feeds = self._state.feeds
        if not feeds.needs_answers(Surface.BOOK) and not feeds.needs_answers(Surface.TICKER):
            self._connecting_since = None
            return False
        if feeds.stated(Surface.BOOK) is not Health.CONNECTING:
            self._connecting_since = None
            return True
        now = self._state.clock.monotonic()
        if self._connecting_since is None:
            self._connecting_since = now
        return now - self._connecting_since >= _CONNECTING_SECONDS

    def _take(self, ticker: Ticker, book: OrderBook) -> None:
        state = self._state
        if state.feeds.needs_answers(Surface.BOOK):
            state.market.book = book
            state.feeds.answer(Surface.BOOK)
        take_ticker(state, ticker)
        state.feeds.answer(Surface.TICKER)
        state.touch(Panel.STATUS, Panel.LADDER)


class Rounds:
    """When each kind of the account's answers was last given, and whether it is due again.

    Whoever learns that the account changed calls `doubt`: no answer from before serves any more.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._answered: dict[str, float] = {}
        self._doubted = False

    def doubt(self, kinds: Iterable[str] | None = None) -> None:
        """What was answered to `kinds` (to everything for None), or is being answered, may be history."""
        for kind in tuple(self._answered) if kinds is None else kinds:
            self._answered.pop(kind, None)
        self._doubted = True

    async def ask(self, kind: str, question: Awaitable[_Answer]) -> _Answer:
        """Await the answer to a question of `kind`; it is as old as the asking. Raises ReadFailed."""
        asked_at, self._doubted = self._state.clock.monotonic(), False
        answer = await question
        if not self._doubted:
            self._answered[kind] = asked_at
        return answer

    def is_due(self, kind: str, seconds: float) -> bool:
        """Whether the newest answer of `kind` is at least `seconds` old, or there is none."""
        answered = self._answered.get(kind)
        return answered is None or self._state.clock.monotonic() - answered >= seconds

    @property
    def streaming(self) -> bool:
        """Whether the account's stream can be relied on to tell what changes."""
        return not self._state.feeds.needs_answers(Surface.PRIVATE)
