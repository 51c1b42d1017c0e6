"""Reads from Bitget's REST endpoints: values of the domain, or ReadFailed.

A read may be repeated, because repeating it changes nothing. What is read is said in `reads_orders`,
`reads_account` and `reads_market`; how requests travel is the sender's business.
"""

from collections.abc import Callable

import msgspec
import stamina

from omega_tui.clock import Clock, SystemClock
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.actions import Sender
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.limits import Limits
from omega_tui.exchange.bitget.outcomes import Envelope, Transport, parse_envelope
from omega_tui.exchange.bitget.reader import data_of, decode, translated
from omega_tui.exchange.bitget.reads_account import AccountReads
from omega_tui.exchange.bitget.reads_market import MarketReads
from omega_tui.exchange.bitget.reads_orders import OrderReads
from omega_tui.exchange.bitget.refusals import Kind, codes_of, kind_of
from omega_tui.exchange.bitget.routes import is_public
from omega_tui.exchange.bitget.translate import parse_time
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed

_PATIENCE = 10.0
_ATTEMPTS = 3
_SECONDS = 12.0

# The library would log each repetition, and without a log file that line lands on the trader's screen.
stamina.instrumentation.set_on_retry_hooks([])

_TRANSIENT_CODES = codes_of(Kind.INTERNAL, Kind.LIMIT)


class _Transient(Exception):
    """A read that may work the next time."""


class _ServerTime(msgspec.Struct, frozen=True, rename="camel"):
    server_time: str


class RestReads(OrderReads, AccountReads, MarketReads):
    """Reads over a `Sender`.

    `clock_refused` is called when a timestamp was not accepted. Without a key (`signed` False) only public
    reads are tried. `clock` says how old is what was kept.
    """

    def __init__(
        self,
        sender: Sender,
        limits: Limits,
        clock_refused: Callable[[], None],
        signed: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(clock or SystemClock())
        self._sender = sender
        self._limits = limits
        self._clock_refused = clock_refused
        self._signed = signed

    async def server_time(self) -> int:
        """Milliseconds since the epoch by the exchange's clock. Raises ReadFailed, and is tried once."""
        try:
            reply = decode(data_of(await self._ask_once(RestPath.TIME, {})), _ServerTime)
        except _Transient as error:
            raise ReadFailed(str(error)) from None
        milliseconds = translated(lambda text: parse_time(text, "serverTime"), reply.server_time)
        if milliseconds is None:
            raise ReadFailed("the exchange told no time")
        return milliseconds

    async def _ask(self, path: RestPath, params: dict[str, str]) -> Envelope:
        if not self._signed and not is_public(path):
            raise ReadFailed("no API key")
        attempts = stamina.retry_context(
            on=_Transient, attempts=_ATTEMPTS, timeout=_SECONDS, wait_initial=0.2, wait_max=1.0
        )
        try:
            async for attempt in attempts:
                with attempt:
                    return await self._ask_once(path, params)
        except _Transient as error:
            raise ReadFailed(str(error)) from None
        raise ReadFailed("never tried")

    async def _ask_once(self, path: RestPath, params: dict[str, str]) -> Envelope:
        if not await self._limits.acquire(path, _PATIENCE):
            raise ReadFailed("too many requests are waiting here already")
        evidence = await self._sender.send(path, params)
        if evidence.transport is not Transport.ANSWERED:
            raise _Transient(safe_text(evidence.words))
        envelope = parse_envelope(evidence.body)
        if envelope is None:
            raise _Transient(f"HTTP {evidence.status} with a reply that is not Bitget's")
        if kind_of(envelope.code) is Kind.CLOCK:
            self._clock_refused()
        if envelope.code in _TRANSIENT_CODES:
            if envelope.code == Code.TOO_MANY_REQUESTS:
                self._limits.penalize()
            raise _Transient(f"{envelope.code} {safe_text(envelope.msg or '')}")
        return envelope
