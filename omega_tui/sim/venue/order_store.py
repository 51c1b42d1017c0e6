"""Every order and fill of the trader, as it stands now. Knows no rules; it only finds and remembers."""

from collections import deque
from decimal import Decimal

from omega_tui.sim.facts import OrderStatus
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder

_REMEMBERED = 20_000

LIVE = frozenset({OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})
"""The states in which an order can still trade."""


def remaining(order: LedgerOrder) -> Decimal:
    """What of an order has not traded."""
    return order.size - order.filled


class OrderStore:
    """Orders by id in the order of their creation, and fills in the order they happened.

    The 20 000 orders that finished last and as many fills are kept; live orders always. Of orders that share
    a client id, which an exchange may let happen, the newest answers to it.
    """

    def __init__(self) -> None:
        self._orders: dict[str, LedgerOrder] = {}
        self._live: dict[str, LedgerOrder] = {}
        self._live_of: dict[str, dict[str, LedgerOrder]] = {}
        self._by_client_oid: dict[str, str] = {}
        self._promised: set[str] = set()
        self._finished: deque[str] = deque()
        self._fills: deque[LedgerFill] = deque(maxlen=_REMEMBERED)

    def put(self, order: LedgerOrder) -> None:
        """Remember a new order, or the new state of a known one."""
        order_id = order.order_id
        self._orders[order_id] = order
        self._by_client_oid[order.client_oid] = order_id
        if order.status in LIVE:
            self._live[order_id] = order
            self._live_of.setdefault(order.symbol, {})[order_id] = order
        else:
            self._live.pop(order_id, None)
            self._live_of.get(order.symbol, {}).pop(order_id, None)
            self._finished.append(order_id)
            self._forget_oldest()

    def put_fill(self, fill: LedgerFill) -> None:
        """Remember a fill."""
        self._fills.append(fill)

    def __getitem__(self, order_id: str) -> LedgerOrder:
        return self._orders[order_id]

    def knows_client_oid(self, client_oid: str) -> bool:
        """Whether an order with this client id was ever accepted, or is promised one."""
        return client_oid in self._by_client_oid or client_oid in self._promised

    def promise(self, client_oid: str) -> None:
        """Keep a client id for an order that is still to come."""
        self._promised.add(client_oid)

    def redeem(self, client_oid: str) -> None:
        """The order that a client id was promised to comes now."""
        self._promised.discard(client_oid)

    def find(self, symbol: str, order_id: str | None, client_oid: str | None) -> LedgerOrder | None:
        """An order of `symbol` by id, or by client id when no id is given."""
        key = order_id or self._by_client_oid.get(client_oid or "")
        order = self._orders.get(key) if key else None
        return order if order and order.symbol == symbol else None

    def live(self, symbol: str | None = None) -> list[LedgerOrder]:
        """Orders that can still trade, oldest first."""
        return list((self._live if symbol is None else self._live_of.get(symbol, {})).values())

    def live_count(self, symbol: str | None = None) -> int:
        """How many orders can still trade."""
        return len(self._live if symbol is None else self._live_of.get(symbol, {}))

    def finished(self, symbol: str | None) -> list[LedgerOrder]:
        """Filled and cancelled orders, newest first."""
        return [
            order
            for order in reversed(self._orders.values())
            if order.status not in LIVE and symbol in (None, order.symbol)
        ]

    def fills(self, symbol: str | None, order_id: str | None) -> list[LedgerFill]:
        """Fills, newest first."""
        return [
            fill
            for fill in reversed(self._fills)
            if symbol in (None, fill.symbol) and order_id in (None, fill.order_id)
        ]

    def _forget_oldest(self) -> None:
        if len(self._finished) > _REMEMBERED:
            oldest = self._orders.pop(self._finished.popleft())
            if self._by_client_oid.get(oldest.client_oid) == oldest.order_id:
                del self._by_client_oid[oldest.client_oid]
