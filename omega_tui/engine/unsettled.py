"""What executed but is not in the reported position yet: it left the order and must not fall between the two.

An order's executions and the position that they make are told apart from each other. Until the position's
report has caught up, what executed counts beside it: otherwise two tickets could spend the same room.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.clock import Clock
from omega_tui.engine.ledger import OrderLedger, Tracked

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
        self._positions_ms = 0
        ledger.listen(self._note)

    def settle(self, exchange_ms: int) -> None:
        """A report of positions as of `exchange_ms` arrived: it holds everything that executed before."""
        self._positions_ms = max(self._positions_ms, exchange_ms)
        self._waiting = [each for each in self._waiting if each.exchange_ms > exchange_ms]

    def executions(self) -> Iterator[tuple[Tracked, Decimal]]:
        """Each order with the size that executed and is not in its position yet."""
        oldest = self._clock.monotonic() - _KEPT_SECONDS
        self._waiting = [each for each in self._waiting if each.at >= oldest]
        return ((each.tracked, each.size) for each in self._waiting)

    def fresh(self) -> Iterator[tuple[Tracked, Decimal]]:
        """What executed within the last seconds, whether or not its position was told of since."""
        oldest = self._clock.monotonic() - _FRESH_SECONDS
        self._newest = [each for each in self._newest if each.at >= oldest]
        return ((each.tracked, each.size) for each in self._newest)

    def _note(self, tracked: Tracked) -> None:
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
