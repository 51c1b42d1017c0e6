"""The one way a request leaves: within the limits, watched, logged, sent again only where that is harmless.

Only reads, cancels and closes are ever sent a second time: a read after any failure, the others when the
exchange was too busy to look or no byte left. New, amended and reversed orders are sent once, whatever comes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import stamina

from omega_tui.clock import Clock, Ids
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.rest.limits import Limits
from omega_tui.exchange.bitget.rest.outcomes import (
    Action,
    Envelope,
    Evidence,
    Legs,
    Transport,
    parse_envelope,
    peek_code,
)
from omega_tui.exchange.bitget.rest.refusals import Kind, codes_of, kind_of
from omega_tui.exchange.bitget.rest.request_log import RequestLog
from omega_tui.exchange.bitget.rest.service import Service
from omega_tui.exchange.bitget.wire import SUCCESS, RestPath
from omega_tui.exchange.port import Outcome, ReadFailed

_Verdict = TypeVar("_Verdict", bound=Outcome | Legs)

_CROWDED = "too many requests are waiting here already"
_HARMLESS_TWICE = frozenset({Action.CANCEL, Action.CANCEL_ALL, Action.CLOSE})
_TRANSIENT_CODES = codes_of(Kind.INTERNAL, Kind.LIMIT)
_MOST_ATTEMPTS = 6
_READ_ATTEMPTS = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
_JITTER_DIGITS = 6
_JITTER_RANGE = int(36**_JITTER_DIGITS)

# The library would log each repetition, and without a log file that line lands on the trader's screen.
stamina.instrumentation.set_on_retry_hooks([])


class Sender(Protocol):
    """Whatever carries requests: ccxt here, something else one day."""

    async def send(self, path: RestPath, params: dict[str, Any]) -> Evidence:
        """Send one request once and report what was seen."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Patience:
    """How long a request may wait and be tried; `urgent` ones use the reserve for getting out."""

    seconds: float
    urgent: bool = False


ENTRY = Patience(1.0)
"""An entry that waits leaves at an old price."""
WAY_OUT = Patience(5.0, urgent=True)
"""A close that gives up leaves the position open."""
LOOK = Patience(12.0)
"""A read."""


class _Again(Exception):
    """This evidence is worth another try after a pause."""

    def __init__(self, evidence: Evidence, pause: float) -> None:
        self.evidence = evidence
        self.pause = pause


def nothing_stops() -> str:
    """The last look at a request that leaves whatever happened while it waited."""
    return ""


class Dispatch:
    """Sends requests over a `Sender`. `ids` is the source of jitter; without a `log` nothing is written."""

    def __init__(
        self,
        sender: Sender,
        limits: Limits,
        service: Service,
        clock: Clock,
        ids: Ids,
        log: RequestLog | None = None,
    ) -> None:
        self._sender = sender
        self._limits = limits
        self._service = service
        self._clock = clock
        self._ids = ids
        self._log = log

    async def act(
        self,
        action: Action,
        path: RestPath,
        params: dict[str, Any],
        patience: Patience,
        judge: Callable[[Evidence], _Verdict],
        last_look: Callable[[], str] = nothing_stops,
    ) -> _Verdict:
        """Send what changes something; the verdict is `judge`'s on the last evidence.

        `last_look` is taken when its turn has come: it may still change the parameters, or say why nothing
        must leave.
        """
        attempts = _MOST_ATTEMPTS if action in _HARMLESS_TWICE else 1
        return judge(
            await self._send(
                *(path, params, patience, attempts, _was_not_looked_at),
                lambda seen: _described(judge(seen)),
                last_look,
            )
        )

    async def ask(self, path: RestPath, params: dict[str, Any], *, once: bool = False) -> Envelope:
        """The reply to a read, whatever its code says; tried again unless `once`. Raises ReadFailed."""
        attempts, reading = 1 if once else _READ_ATTEMPTS, _Reading()
        await self._send(path, params, LOOK, attempts, reading.failed, _read_outcome)
        if reading.envelope is None:
            raise ReadFailed(reading.trouble)
        return reading.envelope

    async def _send(
        self,
        path: RestPath,
        params: dict[str, Any],
        patience: Patience,
        attempts: int,
        again: Callable[[Evidence], bool],
        outcome: Callable[[Evidence], str],
        last_look: Callable[[], str] = nothing_stops,
    ) -> Evidence:
        deadline = self._clock.monotonic() + patience.seconds
        if attempts == 1:
            # What is sent once, an order above all, goes without the machinery of repetition.
            evidence = await self._send_once(path, params, patience.urgent, deadline, 1, outcome, last_look)
            again(evidence)
            return evidence
        try:
            async for attempt in stamina.retry_context(on=_pause_of, attempts=attempts, timeout=None):
                with attempt:
                    evidence = await self._send_once(
                        path, params, patience.urgent, deadline, attempt.num, outcome, last_look
                    )
                    pause = self._pause(attempt.num, evidence)
                    late = self._clock.monotonic() + pause >= deadline
                    if again(evidence) and not (late or evidence.lasting):
                        raise _Again(evidence, pause)
                    return evidence
        except _Again as last:
            return last.evidence
        raise AssertionError("no attempt was made")

    async def _send_once(
        self,
        path: RestPath,
        params: dict[str, Any],
        urgent: bool,
        deadline: float,
        attempt: int,
        outcome: Callable[[Evidence], str],
        last_look: Callable[[], str],
    ) -> Evidence:
        left = deadline - self._clock.monotonic()
        if not await self._limits.acquire(path, max(left, 0.0), urgent=urgent):
            return Evidence(Transport.NO_BYTE_LEFT, words=_CROWDED, lasting=True)
        if stopped := last_look():
            return Evidence(Transport.NO_BYTE_LEFT, words=stopped, lasting=True)
        began, began_ms = self._clock.monotonic(), self._clock.wall_ms()
        evidence = await self._sender.send(path, params)
        seconds, code = self._clock.monotonic() - began, peek_code(evidence)
        self._service.saw(path, params.get("symbol"), evidence, code)
        if self._log is not None:
            self._log.note(
                *(path, params, evidence),
                outcome=outcome(evidence),
                code=code,
                began_ms=began_ms,
                seconds=seconds,
                attempt=attempt,
            )
        return evidence

    def _pause(self, attempt: int, evidence: Evidence) -> float:
        """Exponential with jitter, or what the exchange asked for when that is longer."""
        longest = min(_FIRST_PAUSE * float(2 ** (attempt - 1)), _LONGEST_PAUSE)
        fraction = int(self._ids.token(_JITTER_DIGITS), 36) / _JITTER_RANGE
        return max(longest * (0.5 + fraction / 2), evidence.retry_after or 0.0)


class _Reading:
    """The reply to a read, or why there is none worth having."""

    envelope: Envelope | None = None
    trouble = ""

    def failed(self, evidence: Evidence) -> bool:
        """Take in what came; True when another try may do better."""
        if evidence.transport is not Transport.ANSWERED:
            self.trouble = safe_text(evidence.words)
            return True
        envelope = parse_envelope(evidence.body)
        if envelope is None:
            self.trouble = f"HTTP {evidence.status} with a reply that is not Bitget's"
            return True
        if envelope.code in _TRANSIENT_CODES:
            self.trouble = f"{envelope.code} {safe_text(envelope.msg or '')}"
            return True
        self.envelope = envelope
        return False


def _pause_of(error: Exception) -> bool | float:
    return error.pause if isinstance(error, _Again) else False


def _was_not_looked_at(evidence: Evidence) -> bool:
    return evidence.transport is Transport.NO_BYTE_LEFT or kind_of(peek_code(evidence)) is Kind.LIMIT


def _described(verdict: Outcome | Legs) -> str:
    if not isinstance(verdict, tuple):
        return type(verdict).__name__.lower()
    names = [type(leg).__name__.lower() for leg in verdict]
    return ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names))


def _read_outcome(evidence: Evidence) -> str:
    if evidence.transport is not Transport.ANSWERED:
        return "lost" if evidence.transport is Transport.LOST else "notsent"
    code = peek_code(evidence)
    return "read" if code == SUCCESS else "refused" if code else "garbled"
