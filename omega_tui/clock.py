"""The clock and id seams: the only module that reads the time or draws randomness.

Everything else receives a `Clock` or an `Ids` and can therefore be tested with a clock that a test moves
by hand and with ids that repeat. It knows nothing of exchanges: a server's clock offset is the gateway's
business.
"""

import secrets
import time
from typing import Protocol

_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class Clock(Protocol):
    """Wall time for stamping records, monotonic time for measuring intervals."""

    def wall_ms(self) -> int:
        """Milliseconds since the Unix epoch; may step when the machine's clock is corrected."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never steps back; only differences mean anything."""
        ...


class Ids(Protocol):
    """A source of identifiers that nobody else has used."""

    def token(self, length: int) -> str:
        """`length` characters of 0-9 and a-z, unguessable in production."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


def slept_seconds() -> float:
    """How long the machine has been suspended since it was booted; 0 where the system does not tell."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    if boottime is None:
        return 0.0
    return time.clock_gettime(boottime) - time.clock_gettime(time.CLOCK_MONOTONIC)


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, wall_ms: int = 1_700_000_000_000, monotonic: float = 0.0) -> None:
        self._wall_ms = wall_ms
        self._monotonic = monotonic

    def wall_ms(self) -> int:
        return self._wall_ms

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks forward by `seconds`."""
        self._wall_ms += round(seconds * 1000)
        self._monotonic += seconds

    def step_wall(self, milliseconds: int) -> None:
        """Step only the wall clock, as a time correction does; intervals must not notice."""
        self._wall_ms += milliseconds


class RandomIds:
    """Identifiers from the operating system's random source."""

    def token(self, length: int) -> str:
        return "".join(secrets.choice(_ID_ALPHABET) for _ in range(length))


class CountingIds:
    """Identifiers that count up, for tests and reproducible pictures."""

    def __init__(self) -> None:
        self._next = 0

    def token(self, length: int) -> str:
        self._next += 1
        return str(self._next).rjust(length, "0")[-length:]
