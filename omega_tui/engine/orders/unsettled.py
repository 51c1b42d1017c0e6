"""What has left an order and is not anywhere else yet: it must not fall between the two.

An order's executions and the position that they make are told apart from each other. Until the position's
report has caught up, what executed counts beside it: otherwise two tickets could spend the same room. So does
a plan that fired, until the order that it gave birth to is told of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.clock import Clock
from omega_tui.domain.orders import OrderState
from omega_tui.engine.orders.ledger import OrderLedger, Tracked

_ZERO = Decimal(0)
_KEPT_SECONDS = 10.0
"""As long as positions may go unread before the account counts as stale, which forbids new risk by itself."""

_FRESH_SECONDS = 5.0
"""As long as the exchange may take to tell of the stop that an entry brought along."""

_MOST_ORDERS = 2000


@dataclass(frozen=True, slots=True)
class _Execution:
    tracked: Tracked
    size: Decimal
    exchange_ms: int
    at: float


class Unsettled:
    """Executions of orders that may open, until a newer report of positions holds them."""

    def __init__(self, ledger: OrderLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._filled: dict[str, Decimal] = {}
        self._waiting: list[_Execution] = []
        self._newest: list[_Execution] = []
        self._fired: dict[str, _Execution] = {}
        self._positions_ms = 0
        ledger.listen(self._note)

    def settle(self, exchange_ms: int) -> None:
        """A report of positions as of `exchange_ms` arrived: it holds everything that executed before."""
        self._positions_ms = max(self._positions_ms, exchange_ms)
        self._waiting = [each for each in self._waiting if each.exchange_ms > exchange_ms]

    def executions(self) -> Iterator[tuple[Tracked, Decimal]]:
        """Each order with the size that left it and is not in its position, or its child, yet."""
        oldest = self._clock.monotonic() - _KEPT_SECONDS
        self._waiting = [each for each in self._waiting if each.at >= oldest]
        fired = [each for each in self._fired.values() if each.at >= oldest and not self._has_child(each)]
        return ((each.tracked, each.size) for each in (*self._waiting, *fired))

    def fresh(self) -> Iterator[tuple[Tracked, Decimal]]:
        """What executed within the last seconds, whether or not its position was told of since."""
        oldest = self._clock.monotonic() - _FRESH_SECONDS
        self._newest = [each for each in self._newest if each.at >= oldest]
        return ((each.tracked, each.size) for each in self._newest)

    def _has_child(self, fired: _Execution) -> bool:
        child = fired.tracked.order.child_order_id
        return child is not None and self._ledger.find(None, child) is not None

    def _note_fired(self, tracked: Tracked) -> None:
        order, now = tracked.order, self._clock.monotonic()
        if order.state is OrderState.TRIGGERED and order.may_add and tracked.key not in self._fired:
            if len(self._fired) > _MOST_ORDERS:
                del self._fired[next(iter(self._fired))]
            self._fired[tracked.key] = _Execution(tracked, order.remaining, 0, now)

    def _note(self, tracked: Tracked) -> None:
        self._note_fired(tracked)
        order = tracked.order
        grown = order.filled - self._filled.get(tracked.key, _ZERO)
        if grown <= 0:
            return
        self._filled[tracked.key] = order.filled
        if len(self._filled) > _MOST_ORDERS:
            del self._filled[next(iter(self._filled))]
        fills = self._ledger.fills_of(order)
        told = max([order.updated_ms or 0, *(fill.exchange_ms for fill in fills)])
        if order.reduce_only or 0 < told <= self._positions_ms:
            return
        execution = _Execution(tracked, grown, told, self._clock.monotonic())
        self._waiting.append(execution)
        self._newest.append(execution)
