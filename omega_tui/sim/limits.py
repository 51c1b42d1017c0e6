"""How often a client may call: the allowance of each endpoint and of each address.

Counted in real seconds, however fast the market is played; in exchange time where that is stepped, so that
the same requests get the same answers on any machine. The figures are facts of `wire`. It knows no route and
no account: it is asked with what has to be counted.
"""

from collections.abc import Callable
from dataclasses import dataclass

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import LOCKOUT_SECONDS, REQUESTS_PER_MINUTE
from omega_tui.sim.refusals import refusal

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """What REST clients are held to; `enforced` False takes whatever comes, for tests that hammer."""

    enforced: bool = True
    per_minute: int = REQUESTS_PER_MINUTE
    lockout_seconds: float = LOCKOUT_SECONDS


@dataclass(slots=True)
class _Bucket:
    left: float
    filled: float


@dataclass(slots=True)
class _Address:
    started: float
    requests: int = 0
    locked_until: float = 0.0


class Allowances:
    """What is left to each caller.

    An endpoint's allowance is a bucket that refills evenly, so that a client at exactly the limit is never
    refused; with `whole_seconds` it is filled at every full second instead. Refused requests cost nothing.
    """

    def __init__(
        self, limits: RequestLimits, seconds: Callable[[], float], *, whole_seconds: bool = False
    ) -> None:
        self._limits = limits
        self._seconds = seconds
        self._whole_seconds = whole_seconds
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._addresses: dict[str, _Address] = {}

    def count_address(self, address: str) -> None:
        """One more request of this address. Raises Refused 429 when there were too many, and long after."""
        if not self._limits.enforced:
            return
        now = self._seconds()
        seen = self._addresses.setdefault(address, _Address(now))
        if now < seen.locked_until:
            raise refusal(Code.TOO_MANY_REQUESTS)
        if now - seen.started >= _MINUTE:
            seen.started, seen.requests = now, 0
        seen.requests += 1
        if seen.requests > self._limits.per_minute:
            seen.locked_until = now + self._limits.lockout_seconds
            raise refusal(Code.TOO_MANY_REQUESTS)

    def spend(self, endpoint: str, caller: str, per_second: int) -> int | None:
        """Take one request off the allowance; returns what is left, None when nothing is counted.

        Raises Refused 429 when nothing was left.
        """
        if not self._limits.enforced:
            return None
        now = self._seconds()
        bucket = self._buckets.setdefault((endpoint, caller), _Bucket(per_second, now))
        bucket.left = min(per_second, bucket.left + self._refill(bucket.filled, now, per_second))
        bucket.filled = now
        if bucket.left < 1:
            raise refusal(Code.TOO_MANY_REQUESTS)
        bucket.left -= 1
        return int(bucket.left)

    def _refill(self, since: float, now: float, per_second: int) -> float:
        if self._whole_seconds:
            return per_second if int(now) > int(since) else 0
        return (now - since) * per_second
