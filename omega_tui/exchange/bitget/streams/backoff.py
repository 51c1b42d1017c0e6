"""How long to wait before the next connection: capped exponential with full jitter, within a budget.

Bitget blocks an address that opens more than 300 connections in five minutes ("WebSocket introduction");
each stream of ours keeps to a third of that.
"""

from collections import deque

from omega_tui.clock import Ids

_CAPS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
_BUDGET = 100
_BUDGET_SECONDS = 300.0
_JITTER_DIGITS = 6
_JITTER_RANGE = int(36**_JITTER_DIGITS)


class Backoff:
    """The waits of one stream. `ids` is the source of jitter; times are seconds of one monotonic clock."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._failures = 0
        self._attempts: deque[float] = deque()

    def healthy(self) -> None:
        """The last connection lasted: begin again with the shortest wait."""
        self._failures = 0

    def next_delay(self, now: float) -> float:
        """Seconds to wait before the attempt that is about to be made, which is counted."""
        while self._attempts and now - self._attempts[0] >= _BUDGET_SECONDS:
            self._attempts.popleft()
        delay = _CAPS[min(self._failures, len(_CAPS) - 1)] * self._fraction()
        if len(self._attempts) >= _BUDGET:
            delay = max(delay, self._attempts[0] + _BUDGET_SECONDS - now)
        self._failures += 1
        self._attempts.append(now + delay)
        return delay

    def _fraction(self) -> float:
        return int(self._ids.token(_JITTER_DIGITS), 36) / _JITTER_RANGE
