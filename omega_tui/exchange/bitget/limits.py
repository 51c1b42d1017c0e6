"""Our own share of Bitget's request limits: a budget per endpoint, and a reserve for getting out.

The limits are `wire.REQUESTS_PER_SECOND` and `wire.REQUESTS_PER_MINUTE`. Every second that a request may wait
here is bounded: an order that left late would be an order at an old price.
"""

import asyncio
from contextlib import suppress

from aiolimiter import AsyncLimiter

from omega_tui.clock import Clock
from omega_tui.exchange.bitget.wire import REQUESTS_PER_MINUTE, REQUESTS_PER_SECOND, RestPath

_OVERALL_PER_SECOND = REQUESTS_PER_MINUTE * 0.8 / 60  # the rest is for cancels and closes
_PENALTY_SECONDS = 1.0

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
            # A bucket of one drop: a larger one would let nearly twice the limit through in one second.
            limiter = self._endpoints[path] = AsyncLimiter(1, 1 / REQUESTS_PER_SECOND[path])
        return limiter
