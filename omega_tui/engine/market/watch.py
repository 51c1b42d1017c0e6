"""Which market is on screen: switching symbol and timeframe, fetching past candles and account settings.

The list of contracts is read at the start, once a day, and when an order is refused that our own rules let
pass: then the rules may have changed.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from omega_tui.domain.events import SettingsReported, Surface
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import OrderState
from omega_tui.engine.apply import apply_event
from omega_tui.engine.intents import (
    Doors,
    LoadOlderCandles,
    LoadSwing,
    Receipt,
    SelectSwing,
    SelectSymbol,
    SelectTimeframe,
)
from omega_tui.engine.market.series import CandleSeries, SwingChoice
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.state import Market, State
from omega_tui.engine.supervise import Supervisor
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway, ReadFailed

_OLDER_PAGE = 200
"""Candles a page: what one request for past candles brings (Bitget's history-candles)."""
_SWING_SECONDS = 60.0
"""How old the candles of a timeframe that is not shown may be before a command fetches them anew."""
_DAY_SECONDS = 86_400.0
_LEAST_SECONDS_BETWEEN_LISTS = 60.0
_RULES = ("tick", "lot", "min_size", "min_notional", "max_leverage", "max_limit_size", "max_market_size")


class Watch:
    """Keeps the gateway's streams and the state's market on the same symbol."""

    def __init__(
        self, state: State, gateway: Gateway, supervisor: Supervisor, look_again: Callable[[], None]
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._supervisor = supervisor
        self._look_again = look_again
        self._wake: asyncio.Event | None = None
        self._listed_at: float | None = None
        self._refused: set[str] = set()
        state.ledger.listen(self._note_refusal)

    def start(self) -> None:
        """Stream the first market and fetch what surrounds it."""
        market = self._state.market
        self._gateway.watch(market.symbol, market.series.timeframe)
        self._wake = self._supervisor.every(
            "the list of contracts", lambda: _DAY_SECONDS, self._load_instruments, Surface.ACTIONS
        )
        self.load_history()
        self._load_settings()

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {
            SelectSymbol: lambda intent: self.select_symbol(intent.symbol),
            SelectTimeframe: lambda intent: self.select_timeframe(intent.timeframe),
            SelectSwing: lambda intent: self.select_swing(SwingChoice(intent.lookback, intent.points)),
            LoadSwing: lambda intent: self.load_swing(intent.timeframe),
            LoadOlderCandles: lambda _: self.load_older(),
        }

    def select_symbol(self, symbol: str) -> Receipt:
        """Show another market."""
        state = self._state
        if symbol == state.market.symbol:
            return Receipt(True, f"{symbol} is on the screen already")
        if state.instruments and symbol not in state.instruments:
            return Receipt(False, f"{symbol} is not in the list of contracts")
        state.market = Market(symbol, state.market.series.timeframe)
        state.feeds.restart()
        state.touch(*Panel)
        self._gateway.watch(symbol, state.market.series.timeframe)
        self.load_history()
        self._load_settings()
        return Receipt(True, f"switching to {symbol}")

    def select_timeframe(self, timeframe: Timeframe) -> Receipt:
        """Show candles of another length."""
        market = self._state.market
        if timeframe is market.series.timeframe:
            return Receipt(True, f"{timeframe} candles are on the screen already")
        choice = market.series.choice
        market.series = CandleSeries(timeframe)
        market.series.choice = choice
        self._state.feeds.restart(Surface.CANDLES)
        self._state.touch(Panel.CHART, Panel.FIBONACCI, Panel.LADDER)
        self._gateway.watch(market.symbol, timeframe)
        self.load_history()
        return Receipt(True, f"switching to {timeframe} candles")

    def select_swing(self, choice: SwingChoice) -> Receipt:
        """Hang the levels on another swing."""
        if choice.problem:
            return Receipt(False, choice.problem)
        self._state.market.series.choice = choice
        self._state.touch(Panel.CHART, Panel.FIBONACCI, Panel.LADDER)
        return Receipt(True, f"swing: {choice.words}")

    def load_swing(self, timeframe: Timeframe) -> Receipt:
        """Fetch the candles of another timeframe; again only once they are old."""
        market, now = self._state.market, self._state.clock.monotonic()
        words = f"loading {timeframe} candles of {market.symbol}"
        if now - market.fetched.get(timeframe, float("-inf")) >= _SWING_SECONDS:
            market.fetched[timeframe] = now
            what = f"{timeframe} candles"
            self._supervisor.once(what, lambda: self._fetch_swing(market, timeframe), Surface.CANDLES)
        return Receipt(True, words)

    async def _fetch_swing(self, market: Market, timeframe: Timeframe) -> None:
        series = CandleSeries(timeframe)
        wanted = self._state.options.history_candles
        series.add_history(await self._gateway.reads.candles(market.symbol, timeframe, wanted))
        market.others[timeframe] = series
        self._state.touch(Panel.FIBONACCI)

    def load_older(self) -> Receipt:
        """Fetch a page of candles from before the oldest; one at a time."""
        series = self._state.market.series
        if not series.candles or series.loading:
            return Receipt(False, "candles are on their way")
        if series.complete:
            return Receipt(False, "there are no older candles")
        series.loading = True
        self._state.touch(Panel.CHART)
        self._supervisor.once("older candles", self._fetch_older, Surface.CANDLES)
        return Receipt(True, "loading older candles")

    async def _fetch_older(self) -> None:
        market = self._state.market
        series = market.series
        try:
            oldest = series.candles[0].start_ms
            page = await self._gateway.reads.candles(market.symbol, series.timeframe, _OLDER_PAGE, oldest)
            series.prepend(page)
        finally:
            series.loading = False
            self._state.touch(Panel.CHART)

    def load_history(self) -> None:
        """Fetch past candles of what is on screen, until it works or the screen shows something else."""
        self._supervisor.until_done("past candles", self._fetch_history, Surface.CANDLES)

    def _load_settings(self) -> None:
        self._supervisor.until_done("account settings", self._fetch_settings, Surface.PRIVATE)

    async def _load_instruments(self) -> None:
        listed = await self._gateway.instruments(fresh=self._listed_at is not None)
        if not listed:
            raise ReadFailed("the exchange listed no contracts")
        self._listed_at = self._state.clock.monotonic()
        self.take_instruments(listed)

    def _note_refusal(self, tracked: Tracked) -> None:
        """An order was refused that our own rules had let pass: rules and modes are read again."""
        if tracked.order.state is not OrderState.REJECTED or tracked.key in self._refused:
            return
        self._refused.add(tracked.key)
        self._look_again()
        if self._wake is None or self._listed_at is None:
            return
        if self._state.clock.monotonic() - self._listed_at >= _LEAST_SECONDS_BETWEEN_LISTS:
            self._wake.set()

    def take_instruments(self, listed: tuple[Instrument, ...]) -> None:
        """Replace the list of contracts. One that is listed no more can still be looked at and closed."""
        before = self._state.instruments
        gone = {each.symbol: replace(each, tradable=False) for each in before.values()}
        self._state.instruments = gone | {each.symbol: each for each in listed}
        self._state.touch(*Panel)
        for words in _changes(before, self._state.instruments):
            self._state.diary.warn(words)
        if not before:
            self._state.diary.write(f"{len(listed)} contracts listed")
        wanted = self._state.market.symbol
        if wanted not in self._state.instruments:
            chosen = next((each.symbol for each in listed if each.tradable), listed[0].symbol)
            self._state.diary.warn(f"{wanted} is not listed here: showing {chosen} instead")
            self.select_symbol(chosen)

    async def _fetch_history(self) -> None:
        # Whoever changes the market or the timeframe replaces this task, so the answer is for what is shown.
        market = self._state.market
        series, wanted = market.series, self._state.options.history_candles
        what = f"{series.timeframe} candles of {market.symbol}"
        self._state.diary.write(f"loading {wanted} {what}")
        started = self._state.clock.monotonic()
        candles = await self._gateway.reads.candles(market.symbol, series.timeframe, wanted)
        series.add_history(candles)
        self._state.touch(Panel.CHART, Panel.FIBONACCI, Panel.LADDER)
        took = self._state.clock.monotonic() - started
        self._state.diary.write(f"loaded {len(candles)} {what} in {took:.1f} s")

    async def _fetch_settings(self) -> None:
        symbol = self._state.market.symbol
        apply_event(self._state, SettingsReported(await self._gateway.reads.settings(symbol)))


def _changes(before: dict[str, Instrument], after: dict[str, Instrument]) -> Iterator[str]:
    """What the exchange changed about contracts that were known already, in words."""
    for symbol, was in before.items():
        now = after[symbol]
        if was.tradable and not now.tradable:
            yield f"{symbol} takes no new orders any more; what is open can be closed"
        for rule in _RULES:
            if getattr(was, rule) != getattr(now, rule):
                name = rule.replace("_", " ")
                yield f"{symbol}: {name} is now {getattr(now, rule)}, it was {getattr(was, rule)}"
