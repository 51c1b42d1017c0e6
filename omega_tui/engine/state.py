"""The engine's only writable state: the watched market, the account, orders, postures; owned by one loop.

It holds; `apply` changes it, the view builders read it. Nothing outside the engine sees it.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.clock import Clock
from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.book import Level, OrderBook
from omega_tui.domain.events import Health, Surface
from omega_tui.domain.instruments import Instrument, Tier
from omega_tui.domain.market import Ticker, Timeframe
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode, Side
from omega_tui.engine.account.day import Day, day_start
from omega_tui.engine.account_views import Freshness
from omega_tui.engine.alarms import Alarms
from omega_tui.engine.diary import Diary
from omega_tui.engine.market.feeds import Feeds
from omega_tui.engine.market.queue import Queue
from omega_tui.engine.market.series import CandleSeries
from omega_tui.engine.market.tape import Tape
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.orders.ledger import OrderLedger
from omega_tui.engine.orders.unsettled import Unsettled
from omega_tui.engine.past.known import Past
from omega_tui.engine.risk.limits import RiskState
from omega_tui.engine.views import Panel, Posture
from omega_tui.history.records import ContextRow


class Market:
    """What is known of the watched symbol; replaced as a whole when another one is watched."""

    def __init__(self, symbol: str, timeframe: Timeframe) -> None:
        self.symbol = symbol
        self.ticker: Ticker | None = None
        self.last_price: Decimal | None = None
        self.last_ms = 0
        self.direction = 0
        self.book: OrderBook | None = None
        self.shown_levels: dict[Side, list[Level]] = {Side.BUY: [], Side.SELL: []}
        self.tape = Tape()
        self.queue = Queue()
        self.series = CandleSeries(timeframe)
        self.others: dict[Timeframe, CandleSeries] = {}
        """Candles of other timeframes, fetched for their swing."""
        self.fetched: dict[Timeframe, float] = {}
        """When they were asked for, in monotonic seconds."""

    def take_last(self, price: Decimal, exchange_ms: int) -> bool:
        """A price that traded; True when it is newer and different."""
        if exchange_ms < self.last_ms or price == self.last_price:
            self.last_ms = max(self.last_ms, exchange_ms)
            return False
        if self.last_price is not None:
            self.direction = 1 if price > self.last_price else -1
        self.last_price, self.last_ms = price, exchange_ms
        return True

    def levels(self, side: Side, depth: int, *, trusted: bool) -> list[Level]:
        """The best levels: from the gateway's live book while it may be trusted, else the last ones shown."""
        if trusted and self.book is not None and not self.book.crossed:
            levels = self.book.levels(side, depth)
            self.shown_levels[side] = levels
            return levels
        return self.shown_levels[side][:depth]


class State:
    """Everything the engine knows."""

    def __init__(self, clock: Clock, options: EngineOptions) -> None:
        self.clock = clock
        self.options = options
        self.feeds = Feeds(clock, options)
        self.diary = Diary(clock)
        self.ledger = OrderLedger()
        self.day = Day()
        self.unsettled = Unsettled(self.ledger, clock)
        self.risk = RiskState(options.profiles.get(options.profile))
        self.tiers: dict[str, tuple[Tier, ...]] = {}
        self.market = Market(options.symbol, options.timeframe)
        self.instruments: dict[str, Instrument] = {}
        self.settings: dict[str, SymbolSettings] = {}
        self.positions: tuple[Position, ...] = ()
        self.positions_known = False
        self.account_reports = 0
        self.holdings_pushed_at: float | None = None
        self.private_epoch = 0
        self.balance: Balance | None = None
        self.marks: dict[str, tuple[int, Decimal]] = {}
        self.alarms = Alarms()
        self.orders_read_at: float | None = None
        self.started_trails: set[str] = set()
        self.live_phrase = options.live_phrase
        self.halted = False
        self.halted_symbols: dict[str, str] = {}
        self.rival = ""
        self.flips: dict[str, Position] = {}
        self.mode_asked: PositionMode | None = None
        self.changing = ""
        self.modes_before: dict[str, PositionMode] = {}
        self.reconciled = False
        self.journal_fault = ""
        self.contexts: dict[tuple[str, HoldSide], ContextRow] = {}
        self.past = Past()
        self.faces: dict[str, Freshness] = {}
        self.ack_latencies_ms: list[int] = []
        self.slippages: list[Decimal] = []
        self._versions = dict.fromkeys(Panel, 1)

    def touch(self, *panels: Panel) -> None:
        """The pictures of `panels` would look different now."""
        for panel in panels:
            self._versions[panel] += 1

    def version(self, panel: Panel) -> int:
        """How often the panel's data changed."""
        return self._versions[panel]

    @property
    def instrument(self) -> Instrument | None:
        """The rules of the watched symbol."""
        return self.instruments.get(self.market.symbol)

    def take_position_mark(self, symbol: str, price: Decimal, exchange_ms: int) -> None:
        """A mark price that came with a position: it serves where no live ticker does."""
        if symbol == self.market.symbol and self.feeds.freshness(Surface.TICKER).health is Health.LIVE:
            return
        known = self.marks.get(symbol, (0, price))
        self.marks[symbol] = (max(known[0], exchange_ms), price)

    def take_mark(self, symbol: str, price: Decimal, exchange_ms: int) -> bool:
        """A mark price; True when it is newer and different."""
        known = self.marks.get(symbol)
        if known is not None and exchange_ms < known[0]:
            return False
        self.marks[symbol] = (exchange_ms, price)
        return known is None or known[1] != price

    def mark(self, symbol: str) -> Decimal | None:
        """The newest mark price of a symbol."""
        known = self.marks.get(symbol)
        return known[1] if known is not None else None

    def positions_of(self, symbol: str) -> Iterator[Position]:
        """The open positions of one symbol: at most one in one-way mode, two in hedge mode."""
        return (position for position in self.positions if position.symbol == symbol)

    def position(self, symbol: str, hold_side: HoldSide) -> Position | None:
        """The open position of a symbol on one side."""
        return next((each for each in self.positions_of(symbol) if each.hold_side is hold_side), None)

    def modes(self, symbol: str) -> tuple[PositionMode | None, MarginMode | None]:
        """Position and margin mode of a symbol, None while they are not known."""
        settings = self.settings.get(symbol)
        return (settings.position_mode, settings.margin_mode) if settings is not None else (None, None)

    def halt_symbol(self, symbol: str, reason: str) -> bool:
        """No new risk on `symbol` until `release_symbol`; `reason` says why. True when that is news.

        For what makes one market doubtful: a position mode that changed, figures that contradict each other.
        """
        if self.halted_symbols.get(symbol) == reason:
            return False
        self.halted_symbols[symbol] = reason
        self.diary.error(f"HALT of {symbol}: {reason}")
        self.touch(Panel.STATUS)
        return True

    def release_symbol(self, symbol: str) -> None:
        """What made `symbol` doubtful is settled: new risk is possible again."""
        if self.halted_symbols.pop(symbol, None) is not None:
            self.diary.good(f"{symbol} is no longer halted")
            self.touch(Panel.STATUS)

    def is_halted(self, symbol: str) -> bool:
        """Whether no opening order on `symbol` may leave."""
        return self.halted or symbol in self.halted_symbols

    @property
    def today(self) -> int:
        """The first millisecond of the running UTC day: of the one that is counted, else by our clock."""
        return self.day.start_ms if self.day.start_ms is not None else day_start(self.clock.wall_ms())

    @property
    def lock_words(self) -> str:
        """What is locked before the phrase of this session is typed, and how it is unlocked."""
        return f"LIVE is locked: type “{self.live_phrase}” to take new risk"

    def posture(self, symbol: str | None = None) -> tuple[Posture, str]:
        """What is let through and why, with the way back; of the account, or of one symbol."""
        if self.options.read_only:
            return Posture.READ_ONLY, self.options.read_only_reason
        if self.halted:
            return Posture.HALT, "halted here: no new risk until resume"
        if symbol in self.halted_symbols:
            return Posture.HALT, f"{symbol}: {self.halted_symbols[symbol]}"
        if self.live_phrase:
            return Posture.REDUCE_ONLY, self.lock_words
        if self.rival:
            return Posture.REDUCE_ONLY, self.rival
        if self.journal_fault:
            return Posture.REDUCE_ONLY, f"the journal cannot be used: {self.journal_fault}"
        return self._posture_by_what_comes_in()

    def _posture_by_what_comes_in(self) -> tuple[Posture, str]:
        actions = self.feeds.freshness(Surface.ACTIONS)
        if actions.health is Health.REFUSED:
            return Posture.HALT, actions.reason
        if actions.health is Health.MAINTENANCE:
            return Posture.REDUCE_ONLY, actions.reason
        private = self.feeds.freshness(Surface.PRIVATE)
        if private.health is not Health.LIVE:
            reason = private.reason or "waiting for it"
            return Posture.REDUCE_ONLY, f"account stream {private.health}: {reason}"
        if not self.reconciled:
            return Posture.REDUCE_ONLY, "the account has not been compared with the exchange yet"
        locked = self.risk.locked(self.today, self.clock.wall_ms())
        if locked:
            return Posture.REDUCE_ONLY, locked
        return Posture.NORMAL, ""
