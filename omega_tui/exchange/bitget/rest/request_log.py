"""One JSON line for every request and its reply: what was asked when, how it ended and how long it took.

A line names no header, signature, key or passphrase. Bodies appear on request only, never of the live
exchange; where the lines go is not known here.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from omega_tui.exchange.bitget.rest.outcomes import Evidence
from omega_tui.exchange.bitget.rest.routes import http_method
from omega_tui.exchange.bitget.wire import RestPath

_encode = msgspec.json.Encoder().encode


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    time: int
    method: str
    route: str
    outcome: str
    status: int | None
    code: str | None
    latency_ms: float
    remaining: int | None
    attempt: int
    words: str = ""
    request: dict[str, Any] | None = None
    reply: str | None = None


class RequestLog:
    """Writes requests with `write`, which must not block and must not raise."""

    def __init__(self, write: Callable[[str], None], *, bodies: bool = False) -> None:
        self._write = write
        self._bodies = bodies

    def note(
        self,
        path: RestPath,
        params: dict[str, Any],
        evidence: Evidence,
        *,
        outcome: str,
        code: str,
        began_ms: int,
        seconds: float,
        attempt: int,
    ) -> None:
        """One request that ended; `began_ms` by the wall clock, `seconds` until its end."""
        line = _Line(
            time=began_ms,
            method=http_method(path),
            route=path.value,
            outcome=outcome,
            status=evidence.status,
            code=code or None,
            latency_ms=round(seconds * 1000, 2),
            remaining=evidence.remaining,
            attempt=attempt,
            words=evidence.words,
            request=params if self._bodies else None,
            reply=evidence.body if self._bodies else None,
        )
        self._write(_encode(line).decode())
