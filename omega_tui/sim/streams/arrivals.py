"""How many connections an address may have and how often it may try, by the "Websocket introduction"."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable

from omega_tui.exchange.bitget.wire import CONNECTION_ATTEMPT_SECONDS
from omega_tui.sim.streams.session import SessionLimits, count_within


class Arrivals:
    """Counts connections and attempts by address; refused attempts count as well."""

    def __init__(self, limits: SessionLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._open: Counter[str] = Counter()
        self._attempts: defaultdict[str, deque[float]] = defaultdict(deque)

    def arrive(self, address: str) -> bool:
        """Whether one more connection may open; then `leave` must follow."""
        tried = count_within(self._attempts[address], self._monotonic(), CONNECTION_ATTEMPT_SECONDS)
        if tried > self._limits.attempts or self._open[address] >= self._limits.connections:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A connection that opened is gone."""
        self._open[address] -= 1
