"""Between keys and the engine: arms a question, checks the answer, submits the intent, keeps the last answer.

It knows no widget. Cancelling needs no question; everything that opens or closes positions does.
"""

from collections.abc import Callable

from omega_tui.clock import Clock
from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.intents import (
    CancelAll,
    CancelOrder,
    Flatten,
    Halt,
    Intent,
    PlaceOrder,
    Receipt,
    Resume,
    Reverse,
)
from omega_tui.engine.port import EnginePort
from omega_tui.ui import format as text_of
from omega_tui.ui.arming import Answer, Armed
from omega_tui.ui.cancel_choices import CANCEL_CHOICES, in_scope, scope_words
from omega_tui.ui.confirming import asks_first
from omega_tui.ui.rows.account import counted
from omega_tui.ui.rows.sentences import what_stays
from omega_tui.ui.ticket_form import materially_different

_NEWS_SECONDS = 6.0


class TradeDesk:
    """One armed question at a time. `news` is the newest answer in words, with its style token; `key` names
    the key of an action."""

    def __init__(self, engine: EnginePort, clock: Clock, key: Callable[[str], str]) -> None:
        self.key = key
        self._engine = engine
        self._clock = clock
        self._armed: Armed | None = None
        self._news: tuple[str, str] = ("", "ink")
        self._news_until = 0.0

    @property
    def armed(self) -> Armed | None:
        """The question on the screen, withdrawn by itself after 3 s."""
        if self._armed is not None and self._armed.answer(self._clock.monotonic()) is Answer.EXPIRED:
            self._armed = None
            self.say("not confirmed within 3 s: nothing was sent", "warn")
        return self._armed

    @property
    def news(self) -> tuple[str, str]:
        """The newest answer while it is new, else an empty text."""
        return self._news if self._clock.monotonic() < self._news_until else ("", "ink")

    def say(self, text: str, style: str = "ink", seconds: float = _NEWS_SECONDS) -> None:
        """Show a sentence for some seconds, or until the next one."""
        self._news, self._news_until = (text, style), self._clock.monotonic() + seconds

    def arm(self, scope: str, intent: Intent) -> None:
        """Ask; the next deliberate ENTER within 3 s submits `intent`."""
        self._armed = Armed(scope, intent, self._clock.monotonic())

    def arm_act(self, scope: str, act: Callable[[], Receipt | None]) -> None:
        """Ask; the next deliberate ENTER within 3 s runs `act`, which answers None when it did nothing."""
        self._armed = Armed(scope, None, self._clock.monotonic(), act)

    def propose(self, scope: str, order: PlaceOrder) -> Receipt | None:
        """Send a sendable order at once where the profile lets its risk pass, else ask; None when asked."""
        views = self._engine.views
        if asks_first(order.preview, views.account().equity, views.status().unasked):
            self.arm(scope, order)
            return None
        self._armed = None
        return self.submit(order)

    @property
    def now(self) -> float:
        """The desk's monotonic time."""
        return self._clock.monotonic()

    def disarm(self) -> bool:
        """Withdraw the question; True when there was one."""
        had = self._armed is not None
        self._armed = None
        return had

    def confirm(self, pressed_at: float) -> Receipt | None:
        """ENTER was pressed deliberately at `pressed_at`: submit what is armed. None when nothing was
        submitted."""
        armed = self.armed
        if armed is None or armed.answer(pressed_at) is not Answer.YES:
            return None
        if isinstance(armed.intent, PlaceOrder) and self._moved_on(armed.intent):
            return None
        self._armed = None
        if armed.act is not None:
            return armed.act()
        return self.submit(armed.intent) if armed.intent is not None else None

    def _moved_on(self, order: PlaceOrder) -> bool:
        """Disarm when sending now would do something else than what the question said."""
        preview = self._engine.views.preview(order.draft)
        if not materially_different(order.preview, preview):
            return False
        self._armed = None
        self.say("the order changed while it waited: read it and press ENTER again", "warn bold")
        return True

    def submit(self, intent: Intent) -> Receipt:
        """Hand an intent over and show the answer."""
        receipt = self._engine.submit(intent)
        self.say(receipt.text, "good" if receipt.taken else "error bold")
        return receipt

    def cancel(self, keys: tuple[str, ...]) -> None:
        """Cancel these orders at once: less risk needs no question."""
        for key in keys:
            self.submit(CancelOrder(key))

    def arm_cancel_all(self) -> None:
        """Ask which orders to cancel; asking again moves on to the next choice that has any."""
        current = self._armed.intent if self._armed is not None else None
        now = (current.scope, current.family) if isinstance(current, CancelAll) else None
        start = CANCEL_CHOICES.index(now) + 1 if now in CANCEL_CHOICES else 0
        views = self._engine.views
        rows, status = views.orders().rows, views.status()
        for offset in range(len(CANCEL_CHOICES)):
            scope, family = CANCEL_CHOICES[(start + offset) % len(CANCEL_CHOICES)]
            count = len(in_scope(rows, status.symbol, scope, family))
            if count:
                words = scope_words(status, scope, family, count)
                another = f"{self.key('cancel.all')} for another choice"
                self.arm(f"cancel {words} · {another}", CancelAll(scope, family))
                return
        self.say("no open order to cancel", "muted")

    def arm_flatten(self, symbol: str) -> None:
        """Ask whether to close this symbol's positions, saying which and how many orders go first."""
        views = self._engine.views
        positions = [row for row in views.positions().rows if row.symbol == symbol]
        if not positions:
            self.say(f"no position in {symbol} to close", "muted")
            return
        held = " and ".join(
            f"{row.hold_side.value.upper()} {text_of.number(row.size, row.size_places)} {row.base}"
            for row in positions
        )
        orders = sum(row.symbol == symbol for row in views.orders().rows)
        first = f"cancel {counted(orders, 'order')}, then " if orders else ""
        self.arm(f"flatten {symbol}: {first}close {held} at market", Flatten(symbol))

    def arm_reverse(self, position: PositionRow) -> None:
        """Ask whether to turn a position into one of the same size on the other side."""
        size = text_of.number(position.size, position.size_places)
        held = f"{position.hold_side.value.upper()} {size} {position.base}"
        turned = f"{position.hold_side.opposite.value.upper()} {size}"
        self.arm(
            f"reverse {position.symbol}: {held} into {turned} at market",
            Reverse(position.symbol, position.hold_side),
        )

    def halt(self) -> None:
        """Stop new risk at once; while halted, ask whether to resume."""
        if self._engine.views.status().halted:
            self.arm("resume trading: leave HALT", Resume())
        else:
            self._armed = None
            self.submit(Halt())

    def what_stays(self) -> str:
        """What quitting leaves on the exchange."""
        return what_stays(self._engine.views)
