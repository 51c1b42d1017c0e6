"""Waiting until it is known how sending an order ended: woken by the ledger, never by looking again.

Belongs to the engine's loop. It decides nothing: the order's state says what is known when the wait ends.
"""

import asyncio

from omega_tui.domain.orders import Order, OrderState
from omega_tui.engine.ledger import OrderLedger, Tracked
from omega_tui.engine.supervise import Pause

_TRAVELLING = frozenset({OrderState.INTENT, OrderState.SENT})


class Settling:
    """Hands out waits for the orders of one ledger; `pause` is the sleep that bounds them."""

    def __init__(self, ledger: OrderLedger, pause: Pause) -> None:
        self._ledger = ledger
        self._pause = pause
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        ledger.listen(self._note)

    async def wait(self, key: str, seconds: float) -> Order | None:
        """The order with this row key once it is acknowledged, at its end or UNKNOWN, or after `seconds`
        as it is then; None when no such order is known."""
        tracked = self._ledger.get(key)
        if tracked is None:
            return None
        if tracked.order.state in _TRAVELLING:
            await self._sleep(key, seconds)
        return tracked.order

    async def _sleep(self, key: str, seconds: float) -> None:
        known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, set()).add(known)
        limit = asyncio.ensure_future(self._pause(seconds))
        try:
            await asyncio.wait({known, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
            self._drop(key, known)

    def _drop(self, key: str, known: "asyncio.Future[None]") -> None:
        waiting = self._waiting.get(key, set())
        waiting.discard(known)
        if not waiting:
            self._waiting.pop(key, None)

    def _note(self, tracked: Tracked) -> None:
        if tracked.order.state in _TRAVELLING:
            return
        for known in self._waiting.get(tracked.key, ()):
            if not known.done():
                known.set_result(None)
