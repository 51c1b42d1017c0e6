"""The trader's wallet: nothing but the sum of its bills, so that every change of it is one.

It knows no orders and no market; what a change is worth and why is decided by whoever books it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum

from omega_tui.sim.venue.ledger import LedgerBill

_ZERO = Decimal(0)
_REMEMBERED = 20_000


class Business(StrEnum):
    """What a bill is for when no trade is: Bitget's `businessType` ("Get-Account-Bill")."""

    DEPOSIT = "trans_from_exchange"
    WITHDRAWAL = "trans_to_exchange"
    FUNDING = "contract_settle_fee"
    INSURANCE = "risk_captital_user_transfer"
    ADD_MARGIN = "append_margin"
    REMOVE_MARGIN = "reduce_margin"
    AUTO_ADD_MARGIN = "auto_append_margin"
    ADD_MARGIN_FOR_LEVERAGE = "adjust_down_lever_append_margin"


MARGIN_MOVES = frozenset(
    {
        *(Business.ADD_MARGIN, Business.REMOVE_MARGIN),
        *(Business.AUTO_ADD_MARGIN, Business.ADD_MARGIN_FOR_LEVERAGE),
    }
)
"""Bills of money that only moves between the wallet's free part and a position's margin; Bitget calls these
four non-financial and leaves them out with `onlyFunding`. They do not count in the balance."""


class Wallet:
    """USDT of one account. The newest 20 000 bills are kept; the sum of the forgotten ones is."""

    def __init__(self, next_id: Callable[[], str], now_ms: Callable[[], int]) -> None:
        self._next_id = next_id
        self._now_ms = now_ms
        self._bills: deque[LedgerBill] = deque()
        self.balance = _ZERO
        self.carried = _ZERO

    def book(self, symbol: str, business: str, amount: Decimal, fee: Decimal = _ZERO) -> LedgerBill:
        """Write a bill: `amount` and `fee` are signed as they change the balance."""
        if business not in MARGIN_MOVES:
            self.balance += amount + fee
        bill = LedgerBill(self._next_id(), symbol, business, amount, fee, self.balance, self._now_ms())
        self._bills.append(bill)
        if len(self._bills) > _REMEMBERED:
            self._forget(self._bills.popleft())
        return bill

    def bills(self) -> Iterator[LedgerBill]:
        """The bills, newest first."""
        return reversed(self._bills)

    def _forget(self, bill: LedgerBill) -> None:
        if bill.business not in MARGIN_MOVES:
            self.carried += bill.amount + bill.fee
