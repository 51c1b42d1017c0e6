"""Our own share of Bitget's request limits: a pace per endpoint and for all, a reserve for getting out.

The limits are `wire.REQUESTS_PER_SECOND` and `wire.REQUESTS_PER_MINUTE`; requests leave a little slower than
that, because the exchange counts when they arrive. What opens or only looks passes a second, slower gate in
front of the common one, so that a cancel or a close never finds more than one of them before it. Every second
that a request may wait here is bounded: an order that left late would be an order at an old price.
"""

import asyncio
from contextlib import suppress

from aiolimiter import AsyncLimiter

from omega_tui.clock import Clock
from omega_tui.exchange.bitget.wire import (
    COPY_TRADER_ORDERS_PER_SECOND,
    LOCKOUT_SECONDS,
    REQUESTS_PER_MINUTE,
    REQUESTS_PER_SECOND,
    RestPath,
)

PACE = 1.02
"""How many times the shortest legal interval lies between two requests."""
ORDINARY_SHARE = 0.8
"""What opening orders and reads may use of a limit; the rest is for cancels and closes."""
_BURST = 10
_FIRST_HOLD, _LONGEST_HOLD = 1.0, 32.0

_URGENT = frozenset(
    {
        RestPath.CANCEL_ORDER,
        RestPath.BATCH_CANCEL_ORDERS,
        RestPath.CANCEL_ALL_ORDERS,
        RestPath.CANCEL_PLAN_ORDER,
        RestPath.CLOSE_POSITIONS,
    }
)


class _Lanes:
    """One limit with two ways in: the ordinary one is slower and leads into the common one."""

    def __init__(self, per_second: float, burst: int = 1) -> None:
        # A bucket of one drop: a larger one would let nearly twice the limit through in one second.
        self._common = AsyncLimiter(burst, burst * PACE / per_second)
        self._ordinary = AsyncLimiter(burst, burst * PACE / (per_second * ORDINARY_SHARE))

    async def pass_through(self, urgent: bool) -> None:
        if not urgent:
            await self._ordinary.acquire()
        await self._common.acquire()


class Limits:
    """Hands out permission to send. An idle endpoint never waits.

    `copied` is for an account that others copy: Bitget takes one order a second of it.
    """

    def __init__(self, clock: Clock, *, copied: bool = False) -> None:
        self._clock = clock
        self._address = _Lanes(REQUESTS_PER_MINUTE / 60, _BURST)
        self._endpoints: dict[RestPath, _Lanes] = {}
        self._held_until = 0.0
        self._hold = 0.0
        if copied:
            self.slow_down_orders()

    def slow_down_orders(self) -> None:
        """The account turned out to be one that others copy."""
        self._endpoints[RestPath.PLACE_ORDER] = _Lanes(COPY_TRADER_ORDERS_PER_SECOND)

    async def acquire(self, path: RestPath, patience: float, *, urgent: bool = False) -> bool:
        """Wait for permission at most `patience` seconds; False means that it did not come.

        `urgent` is for what only reduces on an endpoint that also opens; cancels and closes always are.
        """
        urgent = urgent or path in _URGENT
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._endpoint(path).pass_through(urgent)
                if not urgent:
                    await self._wait_for_the_hold()
                await self._address.pass_through(urgent)
                return True
        return False

    def penalize(self, retry_after: float | None = None) -> float:
        """The exchange said "too many requests": hold everything but cancels and closes; returns how long.

        For as long as it asked (`retry_after`, seconds, at most Bitget's own lockout), else for a second, and
        twice as long each time that it says so again.
        """
        now = self._clock.monotonic()
        if now >= self._held_until:
            self._hold = min(max(_FIRST_HOLD, self._hold * 2), _LONGEST_HOLD)
        self._held_until = max(
            self._held_until, now + max(self._hold, min(retry_after or 0.0, LOCKOUT_SECONDS))
        )
        return self._held_until - now

    def relieve(self) -> None:
        """The exchange answers again: the next hold is a short one."""
        self._hold = 0.0

    async def _wait_for_the_hold(self) -> None:
        # It may be told to hold on while it waits.
        while (remaining := self._held_until - self._clock.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(remaining)

    def _endpoint(self, path: RestPath) -> _Lanes:
        lanes = self._endpoints.get(path)
        if lanes is None:
            lanes = self._endpoints[path] = _Lanes(REQUESTS_PER_SECOND[path])
        return lanes
