"""Orders that take the place of others: which of the two lives, told as soon as it is proven.

The exchange cancels the old order and places the new one afterwards; either half can fail by itself. Nothing
is sent from here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from omega_tui.domain.orders import OrderState
from omega_tui.domain.values import decimal_text
from omega_tui.engine.orders.cancelling import name_order
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.state import State

_EXPECTED = (OrderState.ACK, OrderState.UNKNOWN)
_SEEN = (OrderState.WORKING, OrderState.PARTIALLY_FILLED, OrderState.FILLED)


@dataclass(slots=True)
class _Pair:
    old: Tracked
    new: Tracked
    is_taken: bool = False
    is_seen: bool = False
    gap_told: bool = False


class AmendedPairs:
    """The amendments of which the outcome is not proven yet."""

    def __init__(self, state: State, on_success: Callable[[Tracked], None]) -> None:
        """`on_success` is handed the order that has taken another's place."""
        self._state = state
        self._on_success = on_success
        self._pairs: dict[str, _Pair] = {}
        state.ledger.listen(self._look)

    def begin(self, old: Tracked, new: Tracked) -> None:
        """`new` is about to be asked for in place of `old`; both count from now on."""
        old.replaced_by, new.replaces = new.key, old.key
        self._pairs[new.key] = _Pair(old, new)

    def taken(self, new: Tracked) -> None:
        """The exchange took the request: the old order goes, which is not proven yet."""
        pair = self._pairs.get(new.key)
        if pair is None:
            return
        pair.is_taken = True
        pair.old.cancel_requested = True
        pair.old.cancels += 1
        pair.old.cancel_answered_at = self._state.clock.monotonic()
        self._judge(pair)

    def _look(self, tracked: Tracked) -> None:
        pair = self._pairs.get(tracked.key) or self._pairs.get(tracked.replaced_by or "")
        if pair is not None:
            self._judge(pair)

    def _judge(self, pair: _Pair) -> None:
        old, new, diary = pair.old, pair.new, self._state.diary
        pair.is_seen |= new.order.state in _SEEN
        gone = old.order.state.terminal
        if gone and pair.is_seen:
            diary.good(f"amended: {name_order(new.order)} took the place of the old order")
            if old.order.filled:
                both = f"{decimal_text(old.order.filled)} of the old one traded before it went"
                diary.error(f"{both}, and all {decimal_text(new.order.size)} rest again: reduce or cancel")
            self._end(pair)
            self._on_success(new)
        elif new.order.state.terminal and not pair.is_seen:
            why = f": {new.order.reason}" if new.order.reason else ""
            if gone and old.order.state is OrderState.CANCELED:
                diary.error(f"old order gone, new one refused: {name_order(new.order)} does not rest{why}")
            elif not gone:
                diary.warn(f"not amended: {name_order(old.order)} rests as before{why}")
                old.cancel_requested = old.cancel_requested and not pair.is_taken
            self._end(pair)
        elif old.order.state is OrderState.CANCELED and new.order.state in _EXPECTED and not pair.gap_told:
            pair.gap_told = True
            diary.warn(f"old order gone, new one not seen yet: {name_order(new.order)}; asking for it")

    def _end(self, pair: _Pair) -> None:
        del self._pairs[pair.new.key]
        if not pair.old.order.state.terminal:
            pair.old.replaced_by = None
