"""The UTC day by the exchange's clock: the equity it opened with, and what it has brought since.

Folded from the account's bills, each exactly once by its id. It asks nobody and judges nothing: which loss
closes a day is the risk desk's business.
"""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Bill, BillKind

DAY_MS = 86_400_000

_ZERO = Decimal(0)
_MADE = (BillKind.TRADE, BillKind.LIQUIDATION)


def day_start(exchange_ms: int) -> int:
    """The first millisecond of the UTC day of a time."""
    return exchange_ms - exchange_ms % DAY_MS


@dataclass(frozen=True, slots=True)
class DayOpening:
    """What a day began with, as the journal keeps it."""

    start_ms: int
    equity: Decimal


class Day:
    """The running day; sums are in the margin coin, negative when paid.

    `start_ms` and `opening_equity` are None until the day is opened; `realized` is what closing brought, fees
    left aside; `transfers` were moved in (positive) or out and are nobody's profit. `read_at` is when the
    bills were last asked for and read, monotonic.
    """

    def __init__(self) -> None:
        self.start_ms: int | None = None
        self.opening_equity: Decimal | None = None
        self.realized = _ZERO
        self.fees = _ZERO
        self.funding = _ZERO
        self.transfers = _ZERO
        self.read_at: float | None = None
        self._bills: dict[str, Bill] = {}

    @property
    def made(self) -> Decimal:
        """What was booked today: realized profit, fees and funding."""
        return self.realized + self.fees + self.funding

    def profit(self, equity: Decimal | None) -> Decimal | None:
        """What the day has brought at `equity`, unrealized profit included; None while it is not known."""
        if equity is None or self.opening_equity is None:
            return None
        return equity - self.opening_equity - self.transfers

    def open(self, opening: DayOpening) -> None:
        """Begin the day that `opening` names."""
        self.start_ms, self.opening_equity = opening.start_ms, opening.equity
        self._fold()

    def begin(self, now_ms: int, equity: Decimal) -> DayOpening | None:
        """Open the day of `now_ms` unless it, or a later one, is open; returns the opening that is new.

        `equity` is the present one. A day that is opened late is taken to have begun with what was booked
        since taken back: what unrealized profit was at midnight, nobody told.
        """
        start = day_start(now_ms)
        if self.start_ms is not None and start <= self.start_ms:
            return None
        self.start_ms = start
        self._fold()
        opening = DayOpening(start, equity - self.made - self.transfers)
        self.opening_equity = opening.equity
        return opening

    def take(self, bill: Bill) -> bool:
        """Take a bill; True when it was new."""
        if bill.bill_id in self._bills:
            return False
        self._bills[bill.bill_id] = bill
        self._book(bill)
        return True

    def newest_bill_ms(self) -> int | None:
        """Exchange time of the newest known bill."""
        return max((bill.exchange_ms for bill in self._bills.values()), default=None)

    def _fold(self) -> None:
        self.realized = self.fees = self.funding = self.transfers = _ZERO
        for bill in self._bills.values():
            self._book(bill)

    def _book(self, bill: Bill) -> None:
        if self.start_ms is None or bill.exchange_ms < self.start_ms:
            return
        if bill.kind in _MADE:
            self.realized += bill.amount
        elif bill.kind is BillKind.FUNDING:
            self.funding += bill.amount
        elif bill.kind is BillKind.TRANSFER:
            self.transfers += bill.amount
        self.fees += bill.fee or _ZERO
