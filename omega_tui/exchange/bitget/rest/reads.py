"""Reads from Bitget's REST endpoints: values of the domain, or ReadFailed.

A read may be repeated, because repeating it changes nothing. What is read is said in `reads_orders`,
`reads_account` and `reads_market`; how requests travel is the business of `dispatch`.
"""

import msgspec

from omega_tui.clock import Clock, SystemClock
from omega_tui.exchange.bitget.rest.account_reads import AccountReads
from omega_tui.exchange.bitget.rest.dispatch import Dispatch
from omega_tui.exchange.bitget.rest.market_reads import MarketReads
from omega_tui.exchange.bitget.rest.order_reads import OrderReads
from omega_tui.exchange.bitget.rest.outcomes import Envelope
from omega_tui.exchange.bitget.rest.reader import data_of, decode, translated
from omega_tui.exchange.bitget.rest.routes import is_public
from omega_tui.exchange.bitget.translation.words import parse_time
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import ReadFailed


class _ServerTime(msgspec.Struct, frozen=True, rename="camel"):
    server_time: str


class RestReads(OrderReads, AccountReads, MarketReads):
    """Reads by way of a `Dispatch`; without a key (`signed` False) only public ones are tried.

    `clock` says how old is what was kept.
    """

    def __init__(self, dispatch: Dispatch, signed: bool = True, clock: Clock | None = None) -> None:
        super().__init__(clock or SystemClock())
        self._dispatch = dispatch
        self._signed = signed

    async def server_time(self) -> int:
        """Milliseconds since the epoch by the exchange's clock. Raises ReadFailed, and is tried once."""
        reply = decode(data_of(await self._dispatch.ask(RestPath.TIME, {}, once=True)), _ServerTime)
        milliseconds = translated(lambda text: parse_time(text, "serverTime"), reply.server_time)
        if milliseconds is None:
            raise ReadFailed("the exchange told no time")
        return milliseconds

    async def _ask(self, path: RestPath, params: dict[str, str]) -> Envelope:
        if not self._signed and not is_public(path):
            raise ReadFailed("no API key")
        return await self._dispatch.ask(path, params)
