"""The trader's resting orders of one symbol, in price-time priority, each with the size queued ahead of it.

Knows places in a queue and nothing of fills, money or why an order rests.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.sim.facts import Direction

_ZERO = Decimal(0)


@dataclass(slots=True, eq=False)
class Resting:
    """One order in the queue of its price.

    `key` is the book key of its price (best first), `ahead` the public size that must trade before it, and
    `live` turns False once it has left, for those who hold on to it while executions go on.
    """

    order_id: str
    direction: Direction
    price: Decimal
    key: int
    arrival: int
    remaining: Decimal
    ahead: Decimal
    live: bool = True

    def wait_less(self, traded: Decimal) -> None:
        """`traded` of the public size ahead is gone."""
        self.ahead = max(self.ahead - traded, _ZERO)


class RestingOrders:
    """Both sides' queues; an order is found by its id."""

    def __init__(self) -> None:
        self._queues: dict[Direction, list[Resting]] = {side: [] for side in Direction}
        self._by_id: dict[str, Resting] = {}
        self._arrivals = 0

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def join(
        self, order_id: str, side: Direction, price: Decimal, key: int, size: Decimal, ahead: Decimal
    ) -> Resting:
        """Queue an order of `size` behind `ahead`."""
        self._arrivals += 1
        order = Resting(order_id, side, price, key, self._arrivals, size, ahead)
        insort(self._queues[side], order, key=_priority)
        self._by_id[order_id] = order
        return order

    def leave(self, order: Resting) -> None:
        """Take an order out of its queue."""
        order.live = False
        del self._by_id[order.order_id]
        queue = self._queues[order.direction]
        del queue[bisect_left(queue, _priority(order), key=_priority)]

    def find(self, order_id: str) -> Resting | None:
        """The order with this id, None when it does not rest."""
        return self._by_id.get(order_id)

    def queue(self, side: Direction) -> tuple[Resting, ...]:
        """The orders of a side in priority order, as they stand now."""
        return tuple(self._queues[side])

    def best(self, side: Direction) -> Resting | None:
        """The first order of a side."""
        queue = self._queues[side]
        return queue[0] if queue else None

    def at(self, side: Direction, key: int) -> list[Resting]:
        """The orders of a side at one price, oldest first, as they stand now."""
        queue = self._queues[side]
        start = bisect_left(queue, key, key=_key)
        end = start
        while end < len(queue) and queue[end].key == key:
            end += 1
        return queue[start:end]

    def first_at(self, side: Direction, key: int) -> Resting | None:
        """The oldest order of a side at one price."""
        queue = self._queues[side]
        start = bisect_left(queue, key, key=_key)
        return queue[start] if start < len(queue) and queue[start].key == key else None


def _priority(order: Resting) -> tuple[int, int]:
    return order.key, order.arrival


def _key(order: Resting) -> int:
    return order.key
