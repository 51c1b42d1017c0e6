"""What each listed symbol may be traded for at the moment, which an exchange changes while it runs."""

from collections.abc import Iterable
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.facts import Contract, SymbolStatus
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.forced import SYSTEM
from omega_tui.sim.venue.ledger import OrderSpec

_BY_API: Final = "API"
_REFUSALS: Final = {
    SymbolStatus.LISTED: Code.NOT_TRADING_YET,
    SymbolStatus.MAINTAIN: Code.UNDER_MAINTENANCE,
    SymbolStatus.OFF: Code.CONTRACT_REMOVED,
}
"""Refusals of every order, whatever it wants."""


class Listings:
    """The status of every symbol: normal, until somebody changes it."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._status = {contract.symbol: SymbolStatus.NORMAL for contract in contracts}

    def status(self, symbol: str) -> SymbolStatus:
        """The present status of a listed symbol."""
        return self._status[symbol]

    def statuses(self) -> dict[str, SymbolStatus]:
        """The present status of every symbol."""
        return dict(self._status)

    def change(self, symbol: str, status: SymbolStatus) -> None:
        """From now on the symbol has this status; orders that rest are not touched. KeyError when unknown."""
        if symbol not in self._status:
            raise KeyError(symbol)
        self._status[symbol] = status

    def check(self, spec: OrderSpec) -> None:
        """Refused when the symbol may not be traded by whom `spec` comes from.

        `restrictedAPI` shuts out API clients only, and the exchange's own orders (liquidations) are let in
        always. Codes of Bitget's "RestAPI error code".
        """
        status = self._status[spec.symbol]
        if status is SymbolStatus.NORMAL or spec.enter_point == SYSTEM:
            return
        code = _REFUSALS.get(status)
        if code is not None:
            raise refusal(code)
        if status is SymbolStatus.RESTRICTED_API and spec.enter_point == _BY_API:
            raise refusal(Code.NO_API_TRADE, spec.symbol)

    def check_opening(self, symbol: str) -> None:
        """Refused while positions of the symbol may only be closed (`limit_open`)."""
        if self._status[symbol] is SymbolStatus.LIMIT_OPEN:
            raise refusal(Code.OPENING_REFUSED)
