"""Money that comes from the spot account or goes back to it."""

from collections.abc import Callable
from decimal import Decimal

from omega_tui.domain.values import is_multiple
from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.statements import Statements
from omega_tui.sim.venue.wallet import Business, Wallet

_MONEY = Decimal("1e-8")
_LARGEST = Decimal("1e12")
"""More would not be summed exactly."""


class TransferOffice:
    """Moves USDT in and out of one account; `announce` is called when it did."""

    def __init__(self, wallet: Wallet, statements: Statements, announce: Callable[[], None]) -> None:
        self._wallet = wallet
        self._statements = statements
        self._announce = announce

    def move(self, amount: Decimal) -> None:
        """Bring `amount` in, or take it out when negative; Refused 43012 for more than may leave."""
        if not amount.is_finite() or not amount or abs(amount) > _LARGEST or not is_multiple(amount, _MONEY):
            raise refusal(Code.PARAMETER_WRONG, "amount")
        if -amount > self._statements.account().transferable:
            raise refusal(Code.INSUFFICIENT_BALANCE)
        self._wallet.book("", Business.DEPOSIT if amount > 0 else Business.WITHDRAWAL, amount)
        self._announce()
