"""Identifiers that look and sort like Bitget's: 19 decimal digits, time first, then a counter.

Knows nothing of what an identifier names.
"""

from collections.abc import Callable

_EPOCH_MS = 1_435_725_920_000
_COUNTER_BITS = 22
_SMALLEST_OF_19_DIGITS = 10**18


class Snowflakes:
    """Ever increasing ids from exchange time (ms) and a counter.

    The layout (milliseconds above 22 bits) and the epoch were derived from order ids and creation times of
    public Bitget captures. Ids grow even when the clock stands still or steps back.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._last = _SMALLEST_OF_19_DIGITS

    def next(self) -> str:
        """An id above every id before it."""
        from_clock = (self._now_ms() - _EPOCH_MS) << _COUNTER_BITS
        self._last = max(from_clock, self._last + 1)
        return str(self._last)
