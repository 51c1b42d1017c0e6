"""Exchange time: the machine's time, one that runs faster than it, or one that moves only when told.

Everything the simulated exchange stamps or compares is in this time. It knows nothing of markets.
"""

from decimal import Decimal

from omega_tui.clock import Clock


class ExchangeClock:
    """Milliseconds since the Unix epoch, running `speed` times as fast as the machine from its creation on.

    With speed 1 it is the wall clock of the start plus what has passed since, so it never steps. `start_ms`
    is the exchange time it begins at, the wall clock's unless told.
    """

    stepped = False
    """Whether time stands still until somebody moves it."""

    def __init__(self, clock: Clock, speed: Decimal | int = 1, start_ms: int | None = None) -> None:
        if speed <= 0:
            raise ValueError(f"the speed of time must be positive, not {speed}")
        self._clock = clock
        self._rate = float(speed)
        self._start = clock.monotonic()
        self.start_ms = clock.wall_ms() if start_ms is None else start_ms

    def now_ms(self) -> int:
        """The present moment in exchange time."""
        return self.start_ms + int((self._clock.monotonic() - self._start) * 1000 * self._rate)

    def wall_ms(self) -> int:
        """The present moment on the machine's wall clock, which clients sign with."""
        return self._clock.wall_ms()

    def monotonic(self) -> float:
        """Real seconds on a clock that never steps, for session limits and for sharing the processor."""
        return self._clock.monotonic()

    def push_seconds(self) -> float:
        """The seconds that pushes and requests are counted in: real ones, however fast the market plays."""
        return self._clock.monotonic()

    def seconds_until(self, moment_ms: int) -> float:
        """Real seconds until exchange time reaches `moment_ms`; negative when it is past."""
        elapsed = (self._clock.monotonic() - self._start) * self._rate
        return ((moment_ms - self.start_ms) / 1000 - elapsed) / self._rate


class SteppedClock(ExchangeClock):
    """Exchange time that stands still until `move_to`; it counts pushes and requests, but not sessions."""

    stepped = True

    def __init__(self, clock: Clock, start_ms: int | None = None) -> None:
        super().__init__(clock, 1, start_ms)
        self._now_ms = self.start_ms

    def move_to(self, moment_ms: int) -> None:
        """It is `moment_ms` now, unless it is later already."""
        self._now_ms = max(self._now_ms, moment_ms)

    def now_ms(self) -> int:
        return self._now_ms

    def push_seconds(self) -> float:
        return self._now_ms / 1000

    def seconds_until(self, moment_ms: int) -> float:
        """Exchange seconds until `moment_ms`: how long it takes in reality is up to whoever moves time."""
        return (moment_ms - self._now_ms) / 1000
