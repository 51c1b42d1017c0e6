"""Whether the key belongs here: asked before the first order, and again until there is an answer.

A signed read that changes nothing is enough: Bitget answers a demo key on the live exchange, or the reverse,
with 40099, a unified account with 40085, an address that is not on the key's list with 40018. Only Bitget's
own codes decide. What the key may do besides is read once and told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from omega_tui.domain.account import KeyFacts
from omega_tui.domain.events import Health, NoticeGiven
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.rest.board import WITHDRAWAL, ActionsBoard
from omega_tui.exchange.bitget.rest.dispatch import Dispatch, Patience
from omega_tui.exchange.bitget.rest.outcomes import Envelope
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.rest.refusals import advice
from omega_tui.exchange.bitget.rest.service import Service, condemns_the_key
from omega_tui.exchange.bitget.wire import SUCCESS, ProductType, RestPath
from omega_tui.exchange.port import ReadFailed, Sink

_TICK_SECONDS = 1.0
_RETRY_SECONDS = 15.0
_PROBE = (RestPath.ACCOUNTS, {"productType": ProductType.USDT_FUTURES.value})
_ELSEWHERE = frozenset({Code.ENVIRONMENT_WRONG, Code.UNIFIED_ACCOUNT, Code.CLASSIC_ACCOUNT})
_UNCONFIRMED = "it is not confirmed yet that this key belongs to this environment"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of the account before the exchange is asked.

    `copied`: others copy it. `refuse_withdrawals`: a key that may withdraw is not used. `simulated`: there is
    nobody to warn about the key.
    """

    copied: bool = False
    refuse_withdrawals: bool = False
    simulated: bool = True


class KeyCheck:
    """Asks what the key is worth, and keeps asking while something stands against it.

    `synchronised` waits, but not for long, until the exchange's time is known.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        reads: RestReads,
        service: Service,
        board: ActionsBoard,
        report: Sink,
        facts: AccountFacts,
        monotonic: Callable[[], float],
        synchronised: Callable[[], Awaitable[None]],
    ) -> None:
        self._dispatch = dispatch
        self._reads = reads
        self._service = service
        self._board = board
        self._report = report
        self._facts = facts
        self._monotonic = monotonic
        self._synchronised = synchronised
        self._confirmed = False
        self._refused = self._withdrawal = ""
        self._elsewhere = False
        self._asking = asyncio.Lock()

    async def objection(self, patience: Patience) -> str:
        """Why nothing may be sent with this key, empty when nothing stands against it.

        What gets out is only held back from another environment: everything else the exchange may judge.
        """
        if patience.urgent:
            return self._refused if self._elsewhere else ""
        if not self._confirmed and not self._refused:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience.seconds):
                    await self._ask()
        return self._refused or self._withdrawal or ("" if self._confirmed else _UNCONFIRMED)

    async def run(self) -> None:
        """Ask until it is confirmed, and now and then while something stands against it."""
        asked = -_RETRY_SECONDS
        while True:
            self._service.tick()
            doubtful = not self._confirmed or self._refused or self._board.hindered
            if doubtful and self._monotonic() - asked >= _RETRY_SECONDS:
                asked = self._monotonic()
                await self._ask(again=True)
            await asyncio.sleep(_TICK_SECONDS)

    async def _ask(self, *, again: bool = False) -> None:
        async with self._asking:
            if self._confirmed and not again:
                return
            # Signed before the clock is measured, a good key would be refused for its timestamp.
            await self._synchronised()
            with suppress(ReadFailed):
                await self._take(await self._dispatch.ask(*_PROBE))

    async def _take(self, envelope: Envelope) -> None:
        code = envelope.code
        if condemns_the_key(code, _PROBE[0]):
            self._elsewhere = code in _ELSEWHERE
            self._refused = f"the exchange refuses this key ({code}): {advice(code)}"
        elif code == SUCCESS:
            first, self._confirmed, self._refused, self._elsewhere = not self._confirmed, True, "", False
            if first and not self._facts.simulated:
                await self._read_the_key()

    async def _read_the_key(self) -> None:
        try:
            facts = await self._reads.key()
        except ReadFailed as error:
            self._report(NoticeGiven(f"what the key may do cannot be read: {error}", warning=True))
        else:
            self._judge(facts)

    def _judge(self, facts: KeyFacts) -> None:
        if not facts.addresses:
            text = "the key may be used from any address: bind it to yours in Bitget's API settings"
            self._report(NoticeGiven(text, warning=True))
        if not facts.may_withdraw:
            return
        text = "the key may withdraw: make one without that permission"
        self._report(NoticeGiven(text, warning=True))
        if self._facts.refuse_withdrawals:
            self._withdrawal = f"{text}, or set account.allow_withdrawals"
            self._board.hinder(WITHDRAWAL, Health.REFUSED, self._withdrawal)
