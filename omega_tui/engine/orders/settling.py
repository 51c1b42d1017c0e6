"""Waiting until it is known how sending an order ended: woken by the ledger, never by looking again.

Belongs to the engine's loop. It decides nothing: the order's state says what is known when the wait ends.
"""

import asyncio
from collections.abc import Callable

from omega_tui.domain.orders import Order, OrderState
from omega_tui.engine.orders.ledger import OrderLedger, Tracked
from omega_tui.engine.supervise import Pause

_TRAVELLING = frozenset({OrderState.INTENT, OrderState.SENT})

Enough = Callable[[Order], bool]
"""Whether an order is known well enough for whoever waits."""


def answered(order: Order) -> bool:
    """Acknowledged, at its end or UNKNOWN: no longer on its way."""
    return order.state not in _TRAVELLING


def done(order: Order) -> bool:
    """At its end, or of a fate that waiting does not tell."""
    return order.state.terminal or order.state is OrderState.UNKNOWN


class Settling:
    """Hands out waits for the orders of one ledger; `pause` is the sleep that bounds them."""

    def __init__(self, ledger: OrderLedger, pause: Pause) -> None:
        self._ledger = ledger
        self._pause = pause
        self._waiting: dict[str, dict[asyncio.Future[None], Enough]] = {}
        ledger.listen(self._note)

    async def wait(self, key: str, seconds: float, enough: Enough = answered) -> Order | None:
        """The order with this row key once `enough` holds for it, or after `seconds` as it is then; None when
        no such order is known."""
        tracked = self._ledger.get(key)
        if tracked is None:
            return None
        if not enough(tracked.order):
            await self._sleep(key, seconds, enough)
        return tracked.order

    async def _sleep(self, key: str, seconds: float, enough: Enough) -> None:
        known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, {})[known] = enough
        limit = asyncio.ensure_future(self._pause(seconds))
        try:
            await asyncio.wait({known, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
            self._drop(key, known)

    def _drop(self, key: str, known: "asyncio.Future[None]") -> None:
        waiting = self._waiting.get(key, {})
        waiting.pop(known, None)
        if not waiting:
            self._waiting.pop(key, None)

    def _note(self, tracked: Tracked) -> None:
        for known, enough in self._waiting.get(tracked.key, {}).items():
            if not known.done() and enough(tracked.order):
                known.set_result(None)
