"""Exchange time: the machine's time, or one that runs faster than it.

Everything the simulated exchange stamps or compares is in this time. It knows nothing of markets.
"""

from decimal import Decimal

from omega_tui.clock import Clock


class ExchangeClock:
    """Milliseconds since the Unix epoch, running `speed` times as fast as the machine from its creation on.

    With speed 1 it is the wall clock of the start plus what has passed since, so it never steps.
    """

    def __init__(self, clock: Clock, speed: Decimal | int = 1) -> None:
        if speed <= 0:
            raise ValueError(f"the speed of time must be positive, not {speed}")
        self._clock = clock
        self._rate = float(speed)
        self._start = clock.monotonic()
        self.start_ms = clock.wall_ms()

    def now_ms(self) -> int:
        """The present moment in exchange time."""
        return self.start_ms + int((self._clock.monotonic() - self._start) * 1000 * self._rate)

    def wall_ms(self) -> int:
        """The present moment on the machine's wall clock, which clients sign with."""
        return self._clock.wall_ms()

    def monotonic(self) -> float:
        """Real seconds on a clock that never steps, for push rates and session limits."""
        return self._clock.monotonic()

    def seconds_until(self, moment_ms: int) -> float:
        """Real seconds until exchange time reaches `moment_ms`; negative when it is past."""
        elapsed = (self._clock.monotonic() - self._start) * self._rate
        return ((moment_ms - self.start_ms) / 1000 - elapsed) / self._rate
