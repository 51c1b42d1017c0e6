"""What replies say about the exchange itself: too busy, closed for maintenance, or refusing this key.

Each is shown in plain words with the way back, and taken back once a reply shows that it is over. It decides
nothing about a single action: that is the business of `outcomes`.
"""

from collections.abc import Callable

from omega_tui.clock import Clock
from omega_tui.domain.events import Health, HealthChanged, NoticeGiven, Surface
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.rest.board import KEY, MAINTENANCE, ActionsBoard
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.rest.outcomes import Evidence
from omega_tui.exchange.bitget.rest.refusals import MEANINGS, Kind, advice, codes_of, kind_of
from omega_tui.exchange.bitget.rest.routes import http_method, is_public
from omega_tui.exchange.bitget.wire import SUCCESS, RestPath
from omega_tui.exchange.port import Sink

_SETTLED_SECONDS = 10.0
_TRIED_AGAIN_SECONDS = 60.0
_LEFT = "; only Bitget's own app or site controls the account now"
_TRADING = "/mix/"
_ACCOUNT_CODES = frozenset({"40000", "40022", "40024"})
"""Refusals that concern the account, or one contract that is not offered where its owner lives."""
_KEY_CODES = codes_of(Kind.KEY, Kind.PERMISSION) - _ACCOUNT_CODES


def condemns_the_key(code: str, path: RestPath) -> bool:
    """Whether a refusal of a request on `path` says that this key is of no use here."""
    # An account that is closed is refused what it asks, a contract that is not offered what it orders.
    return code in _KEY_CODES or (code in _ACCOUNT_CODES and http_method(path) == "GET")


class Service:
    """Watches every reply of one environment."""

    def __init__(
        self,
        limits: Limits,
        board: ActionsBoard,
        clock: Clock,
        report: Sink,
        clock_refused: Callable[[], None],
    ) -> None:
        self._limits = limits
        self._board = board
        self._clock = clock
        self._report = report
        self._clock_refused = clock_refused
        self._busy = False
        self._sending_refused_at: float | None = None
        self._closed_at = 0.0
        self._closed_symbols: dict[str, tuple[float, str]] = {}

    def saw(self, path: RestPath, symbol: str | None, evidence: Evidence, code: str) -> None:
        """A reply came: `code` is what it carries, `symbol` what the request was about, if one."""
        kind = kind_of(code)
        if code == SUCCESS:
            self._worked(path)
        elif kind is Kind.LIMIT:
            self._crowded(evidence.retry_after)
        elif kind is Kind.CLOCK:
            self._clock_refused()
        elif code == Code.SERVER_UPGRADE:
            self._upgrading()
        elif kind is Kind.MAINTENANCE and symbol is not None:
            self._symbol_closed(symbol, code)
        elif condemns_the_key(code, path) and _TRADING in path:
            self._sending_refused_at = self._clock.monotonic() if http_method(path) == "POST" else None
            self.key_refused(code)
        elif code == Code.COPY_TRADING_LOCK:
            self._limits.slow_down_orders()

    def key_refused(self, code: str) -> None:
        """The exchange does not take this key for trading: nothing can be sent until it does."""
        words = f"{MEANINGS.get(code, 'the key is refused')} ({code}): {advice(code)}{_LEFT}"
        self._board.hinder(KEY, Health.REFUSED, words)

    def tick(self) -> None:
        """Time passes: let a contract that was closed be tried again."""
        now = self._clock.monotonic()
        for symbol, (until, text) in tuple(self._closed_symbols.items()):
            if now >= until:
                del self._closed_symbols[symbol]
                self._report(HealthChanged(Surface.ACTIONS, Health.LIVE, text, symbol))

    def _worked(self, path: RestPath) -> None:
        self._limits.relieve()
        if self._busy:
            self._busy = False
            self._report(NoticeGiven("Bitget takes requests again"))
        if is_public(path) or not self._board.hindered:
            return
        if self._takes_the_key(path):
            self._board.clear(KEY)
        if self._clock.monotonic() - self._closed_at >= _SETTLED_SECONDS and self._board.clear(MAINTENANCE):
            self._report(NoticeGiven("Bitget's upgrade is over: requests are answered again"))

    def _takes_the_key(self, path: RestPath) -> bool:
        # A key that may only look answers reads well: that says nothing about sending.
        since = self._sending_refused_at
        overdue = since is not None and self._clock.monotonic() - since >= _TRIED_AGAIN_SECONDS
        return since is None or overdue or http_method(path) == "POST"

    def _crowded(self, retry_after: float | None) -> None:
        seconds = self._limits.penalize(retry_after)
        if not self._busy:
            self._busy = True
            text = f"Bitget says: too many requests (429); reads and new orders wait {seconds:.0f} s, "
            self._report(NoticeGiven(text + "cancels and closes go on", warning=True))

    def _upgrading(self) -> None:
        self._closed_at = self._clock.monotonic()
        text = (
            "Bitget is being upgraded (40200): orders there stay as they are; new risk waits until it answers"
        )
        self._board.hinder(MAINTENANCE, Health.MAINTENANCE, text)

    def _symbol_closed(self, symbol: str, code: str) -> None:
        news = symbol not in self._closed_symbols
        text = f"{MEANINGS[code]} ({code}): orders there stay as they are; tried again within a minute"
        self._closed_symbols[symbol] = (self._clock.monotonic() + _TRIED_AGAIN_SECONDS, text)
        if news:
            self._report(HealthChanged(Surface.ACTIONS, Health.MAINTENANCE, text, symbol))
