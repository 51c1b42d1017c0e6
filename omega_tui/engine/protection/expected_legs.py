"""Stops and targets that were asked for and are not proven yet: asks for proof, and gives the answer that was
chosen when a stop does not come.

A stop of an unknown fate is not sent again before its fate is settled. Legs that a new stop replaces go only
once it is confirmed. What a stop is made of is `protection`'s business.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.orders import Fill, HoldSide, Order, OrderState, Side
from omega_tui.domain.plans import TriggerBy
from omega_tui.domain.protection import is_confirmed
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import ClosePosition, Receipt
from omega_tui.engine.options import StopAnswer
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.manager import OrderManager
from omega_tui.engine.protection.cover import PositionKey, plans_of, position_cover, position_words
from omega_tui.engine.state import State

_QUERY_SECONDS = 0.5
_ANSWER_SECONDS = 1.4
_GONE_SECONDS = 5.0
_NEWS_MS = 60_000
_ONE = Decimal(1)
_TRAVELLING = frozenset({OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN})


@dataclass(slots=True)
class Expected:
    """What one position was promised; `since` is the newest attempt in monotonic seconds.

    `stop_key` is the order sent for the stop, None for an amendment or a preset of an entry; `share` how much
    of the position it is for; `replaces` what may go once it is confirmed.
    `trouble` says what became of the stop and what is done about it.
    """

    symbol: str
    hold_side: HoldSide
    stop: Decimal | None
    target: Decimal | None
    trigger_by: TriggerBy
    since: float
    share: Decimal = _ONE
    stop_key: str | None = None
    replaces: tuple[Tracked, ...] = ()
    attempts: int = 0
    queried: bool = False
    closed: bool = False
    trouble: str = ""

    @property
    def key(self) -> PositionKey:
        """The position that is meant."""
        return (self.symbol, self.hold_side)


PlaceStop = Callable[[Position, Decimal, TriggerBy, Decimal], str | None]
"""Places a stop for a share of a position; its row key, None when the price has passed it."""


class ExpectedLegs:
    """One promise a position. `close` takes up a close at market, `look_again` asks for a reconciliation."""

    def __init__(
        self,
        state: State,
        orders: OrderManager,
        close: Callable[[ClosePosition], Receipt],
        look_again: Callable[[], None],
    ) -> None:
        self._state = state
        self._orders = orders
        self._close = close
        self._look_again = look_again
        self._expected: dict[PositionKey, Expected] = {}
        self._told: dict[PositionKey, str] = {}
        self._born: set[str] = set()
        self.place_stop: PlaceStop = lambda *leg: None

    def expect(self, expected: Expected) -> None:
        """Something was asked for: it has to show at the exchange soon."""
        known = self._expected.get(expected.key)
        if known is not None and expected.stop is None:
            # A new target changes nothing about a stop that is still waited for.
            known.target = expected.target
            known.since = expected.since if known.stop is None else known.since
            return
        self._expected[expected.key] = expected

    def forget(self, key: PositionKey) -> None:
        """Nothing is expected there any more, and nothing is placed again."""
        self._expected.pop(key, None)

    def trouble(self, key: PositionKey) -> str:
        """What is wrong with the stop of a position, empty for nothing."""
        expected = self._expected.get(key)
        return expected.trouble if expected is not None else ""

    def take_fills(self, fills: Iterable[Fill]) -> None:
        """An entry that carries a stop or a target was filled: both have to show."""
        for fill in fills:
            tracked = self._state.ledger.find(fill.client_order_id, fill.order_id)
            if tracked is not None and self._is_answered_for(tracked, fill.exchange_ms):
                self._expect_presets(tracked, fill.side)

    def take_orders(self, orders: Iterable[Tracked]) -> None:
        """What a trigger gave birth to may have been filled before anybody told whose it is."""
        for tracked in orders:
            child_id = tracked.order.child_order_id
            child = tracked if child_id is None else self._state.ledger.find(None, child_id)
            if child is None or child.parent is None or not child.order.filled or child.key in self._born:
                continue
            self._born.add(child.key)
            if self._is_answered_for(child, child.order.updated_ms or 0):
                self._expect_presets(child, child.order.side)

    def _is_answered_for(self, tracked: Tracked, exchange_ms: int) -> bool:
        """Whether a missing stop is this run's business: of an earlier run's entry only what happens now,
        since what happened meanwhile may have been dealt with."""
        order, now = tracked.order, self._state.feeds.exchange_now_ms()
        ours = tracked.sent_here or (not order.foreign and now - exchange_ms < _NEWS_MS)
        return ours and not order.reduce_only

    def _expect_presets(self, tracked: Tracked, side: Side) -> None:
        order = tracked.order
        stop, target = order.stop_loss, order.take_profit
        trigger = self._state.ledger.get(tracked.parent or "")
        if trigger is not None and stop is None and target is None:
            # The child of a trigger does not always tell the legs that it takes along.
            stop, target = trigger.order.stop_loss, trigger.order.take_profit
        if stop is None and target is None:
            return
        hold_side = order.hold_side or (HoldSide.LONG if side is Side.BUY else HoldSide.SHORT)
        known = self._expected.get((order.symbol, hold_side))
        if known is not None and known.stop == stop:
            return
        now = self._state.clock.monotonic()
        self.expect(Expected(order.symbol, hold_side, stop, target, TriggerBy.MARK, now))

    def check(self) -> None:
        """Compare what is expected with what the exchange shows, and act on the difference."""
        for expected in tuple(self._expected.values()):
            self._check(expected, self._state.position(*expected.key))

    def _check(self, expected: Expected, position: Position | None) -> None:
        waited = self._state.clock.monotonic() - expected.since
        if position is None:
            if self._state.positions_known and waited > _GONE_SECONDS:
                self.forget(expected.key)
            return
        plans = [each for each in plans_of(self._state, position) if is_confirmed(each.order)]
        failed = self._failure(expected)
        if not expected.queried and (failed or waited >= _QUERY_SECONDS):
            expected.queried = True
            self._look_again()
        if expected.target is not None:
            self._check_target(expected, expected.target, position, plans, waited)
        if expected.stop is not None:
            self._check_stop(expected, expected.stop, position, plans, failed, waited)
        if expected.stop is None and expected.target is None:
            self.forget(expected.key)

    def _check_target(
        self, expected: Expected, target: Decimal, position: Position, plans: list[Tracked], waited: float
    ) -> None:
        words = f"{position_words(position)} at {decimal_text(target)}"
        if self._shows(plans, target, stops=False):
            self._state.diary.good(f"target confirmed: {words}")
            expected.target = None
        elif waited >= _ANSWER_SECONDS:
            self._state.diary.warn(f"the target is not at the exchange: {words}; the stop stays as it is")
            expected.target = None

    def _check_stop(
        self,
        expected: Expected,
        stop: Decimal,
        position: Position,
        plans: list[Tracked],
        failed: str,
        waited: float,
    ) -> None:
        sent = self._sent(expected)
        if self._shows(plans, stop, stops=True) or (sent is not None and sent.state is OrderState.TRIGGERED):
            self._confirm(expected, f"{position_words(position)} at {decimal_text(stop)}")
            return
        cover = position_cover(self._state, position)
        if cover is None or (waited < _ANSWER_SECONDS and not failed):
            return
        read_at = self._state.orders_read_at
        seen = failed or (read_at is not None and read_at > expected.since)
        if cover.share >= _ONE:
            at = "" if cover.stop_price is None else f" at {decimal_text(cover.stop_price)}"
            words = f"the stop was not changed, the old one stays{at}: {position_words(position)}"
            self._state.diary.warn(words)
            expected.stop, expected.trouble = None, ""
        else:
            why = failed or ("the exchange does not show it" if seen else "")
            self._answer(expected, stop, position, why)

    def _confirm(self, expected: Expected, words: str) -> None:
        if self._told.get(expected.key) != words:
            # An entry that fills in many parts proves the same stop with each of them.
            self._told[expected.key] = words
            self._state.diary.good(f"stop confirmed: {words}")
        self._orders.cancel_many(expected.replaces)
        expected.stop, expected.replaces, expected.trouble = None, (), ""

    def _sent(self, expected: Expected) -> Order | None:
        tracked = self._state.ledger.get(expected.stop_key) if expected.stop_key else None
        return tracked.order if tracked is not None else None

    def _failure(self, expected: Expected) -> str:
        """Why the newest stop sent for it can no longer come to be; empty while it may."""
        sent = self._sent(expected)
        if sent is None or not sent.state.terminal:
            return ""
        return f"the stop was {sent.state.replace('_', ' ')}: {sent.reason}"

    def _answer(self, expected: Expected, stop: Decimal, position: Position, why: str) -> None:
        options, sent = self._state.options, self._sent(expected)
        if not why or (sent is not None and sent.state in _TRAVELLING):
            # Absence is proven by an answer of the exchange, never by silence.
            trouble = "whether its stop is at the exchange is not known; it is being asked for"
        elif options.stop_answer is StopAnswer.ALARM:
            trouble = f"{why}; protect or close it"
        elif expected.attempts < options.stop_retries and self._retry(expected, stop, position):
            trouble = f"{why}; placing it again ({expected.attempts} of {options.stop_retries})"
        elif options.stop_answer is StopAnswer.RETRY:
            trouble = f"{why}; protect or close it"
        elif expected.closed:
            return
        else:
            receipt = self._close(ClosePosition(position.symbol, position.hold_side, expected.share))
            expected.closed = receipt.taken
            trouble = f"{why}; {receipt.text}"
        if trouble != expected.trouble:
            expected.trouble = trouble
            self._state.diary.error(f"UNPROTECTED: {position_words(position)}: {trouble}")

    def _retry(self, expected: Expected, stop: Decimal, position: Position) -> bool:
        """Place the stop again; False when the price has passed it."""
        key = self.place_stop(position, stop, expected.trigger_by, expected.share)
        if key is None:
            return False
        expected.stop_key, expected.queried = key, False
        expected.attempts += 1
        expected.since = self._state.clock.monotonic()
        return True

    def _shows(self, plans: list[Tracked], price: Decimal, *, stops: bool) -> bool:
        """Whether a confirmed plan of that purpose waits at that price; such a one is ours."""
        found = False
        for tracked in plans:
            plan = tracked.order.plan
            if plan is not None and plan.trigger_price == price and plan.kind.limits_loss is stops:
                found = True
                if tracked.order.foreign:
                    self._state.ledger.claim(tracked)
        return found
