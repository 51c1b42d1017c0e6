"""Our own share of Bitget's request limits: a budget per endpoint, and a reserve for getting out.

Limits are those of each endpoint's page in Bitget's documentation, per second and user (public ones per
address), and 6000 requests a minute per address in all. Every second that a request may wait here is bounded:
an order that left late would be an order at an old price.
"""

import asyncio
from contextlib import suppress

from aiolimiter import AsyncLimiter

from omega_tui.clock import Clock
from omega_tui.exchange.bitget.routes import is_public
from omega_tui.exchange.bitget.wire import RestPath

_PUBLIC_PER_SECOND = 20
_DEFAULT_PER_SECOND = 10
_OVERALL_PER_SECOND = 80  # of 100: the rest is for cancels and closes
_PENALTY_SECONDS = 1.0

_PER_SECOND = {
    RestPath.CLOSE_POSITIONS: 1,
    RestPath.BATCH_PLACE_ORDER: 5,
    RestPath.SET_LEVERAGE: 5,
    RestPath.SET_MARGIN_MODE: 5,
    RestPath.SET_POSITION_MODE: 5,
    RestPath.ALL_POSITION: 5,
    RestPath.POSITION_LEVER: 10,
}
_URGENT = frozenset(
    {
        RestPath.CANCEL_ORDER,
        RestPath.BATCH_CANCEL_ORDERS,
        RestPath.CANCEL_ALL_ORDERS,
        RestPath.CLOSE_POSITIONS,
    }
)


class Limits:
    """Hands out permission to send. An idle endpoint never waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._overall = AsyncLimiter(1, 1 / _OVERALL_PER_SECOND)
        self._endpoints: dict[RestPath, AsyncLimiter] = {}
        self._held_until = 0.0

    async def acquire(self, path: RestPath, patience: float) -> bool:
        """Wait for permission at most `patience` seconds; False means that it did not come."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._endpoint(path).acquire()
                if path not in _URGENT:
                    await self._overall.acquire()
                    await self._held()
                return True
        return False

    def penalize(self) -> None:
        """The exchange said "too many requests": hold everything but cancels and closes for a second."""
        self._held_until = self._clock.monotonic() + _PENALTY_SECONDS

    async def _held(self) -> None:
        remaining = self._held_until - self._clock.monotonic()
        if remaining > 0:
            await asyncio.sleep(remaining)

    def _endpoint(self, path: RestPath) -> AsyncLimiter:
        limiter = self._endpoints.get(path)
        if limiter is None:
            usual = _PUBLIC_PER_SECOND if is_public(path) else _DEFAULT_PER_SECOND
            per_second = _PER_SECOND.get(path, usual)
            # A bucket of one drop: a larger one would let nearly twice the limit through in one second.
            limiter = self._endpoints[path] = AsyncLimiter(1, 1 / per_second)
        return limiter
