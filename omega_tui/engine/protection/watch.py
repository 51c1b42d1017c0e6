"""Sees to it that no position is without a stop unnoticed: the alarm comes within two seconds and ends only
on proof, a stop that the exchange shows or a report without the position.

Partial stops of ours follow the size of their position here. What is done about a stop that does not come is
`expected_legs`' business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.plans import PlanKind
from omega_tui.domain.protection import Cover, is_confirmed, is_reached, naked_words
from omega_tui.domain.sizing import legal_size
from omega_tui.domain.values import decimal_text
from omega_tui.engine.alarms import Alarm
from omega_tui.engine.intents import AmendOrder, Receipt
from omega_tui.engine.orders.ledger import Tracked, is_marked
from omega_tui.engine.protection.cover import PositionKey, plans_of, position_cover, position_words
from omega_tui.engine.protection.expected_legs import ExpectedLegs
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

TICK_SECONDS = 0.5
"""How often the watch looks without being told anything."""

_ALARM_SECONDS = 1.0
_UNREAD_SECONDS = 5.0
_REPORT_SECONDS = 0.7
_RESIZE_SECONDS = 2.0
_MOST_SECONDS = 60.0
_ONE = Decimal(1)


@dataclass(slots=True)
class _Naked:
    since: float
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Resize:
    """A size that was asked for, when it may be asked for again, and how long that wait is."""

    size: Decimal
    again_at: float
    wait: float


class ProtectionWatch:
    """Compares what should protect each position with what does. `amend` takes up an amendment, `look_again`
    asks for a reconciliation."""

    def __init__(
        self,
        state: State,
        expected: ExpectedLegs,
        amend: Callable[[AmendOrder], Receipt],
        look_again: Callable[[], None],
    ) -> None:
        self._look_again = look_again
        self._positions_at: float | None = None
        self._fill_at: float | None = None
        self._state = state
        self._expected = expected
        self._amend = amend
        self._naked: dict[PositionKey, _Naked] = {}
        self._shares: dict[str, Decimal] = {}
        self._resized: dict[str, _Resize] = {}

    def follow(self, key: str, share: Decimal) -> None:
        """Keep the plan with this row key at that share of its position's size."""
        self._shares[key] = share

    def note_positions(self) -> None:
        """The exchange told the positions."""
        self._positions_at, self._fill_at = self._state.clock.monotonic(), None

    def note_fill(self) -> None:
        """Something was executed: the positions that it made have to be told at about the same time."""
        now = self._state.clock.monotonic()
        if self._positions_at is None or now - self._positions_at > _REPORT_SECONDS:
            self._fill_at = self._fill_at or now

    async def tick(self) -> None:
        """What time alone changes."""
        self.look()

    def look(self) -> None:
        """Compare and act; called after each piece of news of orders and positions."""
        state = self._state
        if self._fill_at is not None and state.clock.monotonic() - self._fill_at > _REPORT_SECONDS:
            self._fill_at = None
            self._look_again()
        hands_off = state.options.hands_off
        if not hands_off:
            self._expected.check()
        held = {(each.symbol, each.hold_side): each for each in state.positions}
        for key in [key for key in self._naked if key not in held and state.positions_known]:
            self._clear(key)
        for key, position in held.items():
            self._start_trails(position)
            cover = position_cover(state, position)
            self._judge(key, position, cover)
            if not hands_off:
                self._follow_size(position)

    def _judge(self, key: PositionKey, position: Position, cover: Cover | None) -> None:
        if cover is not None and cover.share >= _ONE:
            naked = self._naked.get(key)
            self._clear(key)
            if naked is not None and naked.told:
                self._state.diary.good(f"protected again: {position_words(position)}")
            return
        now = self._state.clock.monotonic()
        naked = self._naked.setdefault(key, _Naked(now))
        trouble = self._expected.trouble(key)
        patience = _ALARM_SECONDS if cover is not None else _UNREAD_SECONDS
        if trouble or now - naked.since >= patience:
            self._alarm(key, naked, _alarm_words(position, cover, trouble))

    def _alarm(self, key: PositionKey, naked: _Naked, text: str) -> None:
        if self._state.alarms.set(_alarm_key(key), Alarm(text)):
            self._state.touch(Panel.STATUS)
        if not naked.told:
            naked.told = True
            self._state.diary.error(text)

    def _clear(self, key: PositionKey) -> None:
        self._naked.pop(key, None)
        if self._state.alarms.clear(_alarm_key(key)):
            self._state.touch(Panel.STATUS)

    def _start_trails(self, position: Position) -> None:
        mark = self._state.mark(position.symbol)
        for tracked in plans_of(self._state, position):
            plan, order_id = tracked.order.plan, tracked.order.order_id
            if plan is None or plan.kind is not PlanKind.TRAILING_STOP or order_id is None:
                continue
            if is_reached(position, plan.trigger_price, mark):
                self._state.started_trails.add(order_id)

    def _follow_size(self, position: Position) -> None:
        instrument = self._state.instruments.get(position.symbol)
        if instrument is None:
            return
        for tracked in plans_of(self._state, position):
            share = self._share_of(tracked, position)
            if share is not None and is_confirmed(tracked.order):
                self._resize(tracked, legal_size(position.size * share, instrument), instrument)

    def _share_of(self, tracked: Tracked, position: Position) -> Decimal | None:
        """The share that a partial stop of ours keeps; of an earlier run's what it was when it was found."""
        order = tracked.order
        if tracked.key not in self._shares and not tracked.sent_here and not order.foreign:
            partial = order.plan is not None and order.plan.kind is PlanKind.STOP_LOSS
            if partial and is_marked(tracked.key) and order.size < position.size:
                self._shares[tracked.key] = order.size / position.size
        return self._shares.get(tracked.key)

    def _resize(self, tracked: Tracked, wanted: Decimal, instrument: Instrument) -> None:
        now = self._state.clock.monotonic()
        asked = self._resized.get(tracked.key)
        if wanted == tracked.order.size or wanted < instrument.min_size:
            self._resized.pop(tracked.key, None)
            return
        if asked is not None and now < asked.again_at:
            return
        # Asked for and not come to be: again later and later, so that a refusal is not a storm.
        wait = (
            _RESIZE_SECONDS if asked is None or asked.size != wanted else min(2 * asked.wait, _MOST_SECONDS)
        )
        self._resized[tracked.key] = _Resize(wanted, now + wait, wait)
        receipt = self._amend(AmendOrder(tracked.key, size=wanted))
        words = f"the stop follows the position to {decimal_text(wanted)} {instrument.base}"
        if receipt.taken:
            self._state.diary.write(words)
        else:
            self._state.diary.warn(f"{words}: refused: {receipt.text}")


def _alarm_words(position: Position, cover: Cover | None, trouble: str) -> str:
    if cover is None:
        return f"STOPS NOT KNOWN: {position_words(position)}: the exchange's orders could not be read yet"
    words = f"{naked_words(cover.share)}: {position_words(position)}"
    return f"UNPROTECTED, {words}: {trouble}" if trouble else f"{words} has no stop for it"


def _alarm_key(key: PositionKey) -> str:
    return f"naked {key[0]} {key[1]}"
