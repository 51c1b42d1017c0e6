"""The exchange's time, estimated from its own answers. No sockets.

Bitget refuses requests and logins whose timestamp is 30 s off. The estimate hangs on the monotonic clock, so
that a corrected wall clock does not move it. A sample that contradicts the older ones (the machine slept)
replaces them all; when samples keep contradicting each other the exchange's clock runs at another pace (a
simulated market played fast), no estimate holds, and the wall clock is as good as any.
"""

from collections import deque
from statistics import median

from omega_tui.clock import Clock

_SAMPLES = 5
_CONTRADICTION_MS = 1000.0
_UNSTEADY = 2


class ServerClock:
    """What time it is at the exchange; the machine's own wall clock until a sample says better."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bases: deque[float] = deque(maxlen=_SAMPLES)
        self._contradictions = 0
        self._widths: deque[float] = deque(maxlen=_SAMPLES)

    def sample(self, sent: float, received: float, server_ms: int) -> None:
        """Note a time that the exchange told between two monotonic instants; it is taken for the middle."""
        base = server_ms - (sent + received) / 2 * 1000.0
        tolerance = _CONTRADICTION_MS + (received - sent) * 1000.0
        if self._bases and abs(base - median(self._bases)) > tolerance:
            self._bases.clear()
            self._widths.clear()
            self._contradictions += 1
        else:
            self._contradictions = 0
        self._bases.append(base)
        self._widths.append((received - sent) * 1000.0)

    def now_ms(self) -> int:
        """Milliseconds since the epoch, by the exchange's clock."""
        if not self._bases or self._contradictions >= _UNSTEADY:
            return self._clock.wall_ms()
        return round(self._clock.monotonic() * 1000.0 + median(self._bases))

    @property
    def error_ms(self) -> int:
        """How far the estimate may be off when all of the delay was on one way: half the median answer."""
        return round(median(self._widths) / 2) if self._widths else 0

    @property
    def offset_ms(self) -> int:
        """How far the exchange's clock is ahead of this machine's."""
        return self.now_ms() - self._clock.wall_ms()
