"""The account's bills, each taken once by its id and written down, and the day that they add up to.

It asks and keeps; what a day's loss forbids is the risk desk's business.
"""

from collections.abc import Callable

from omega_tui.domain.account import Bill, BillKind
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account.day import day_start
from omega_tui.engine.recorder import BILL, DAY, Recorder
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel
from omega_tui.exchange.port import Gateway

_OVERLAP_MS = 60_000
_LONGEST_SPAN_MS = 29 * 86_400_000


class Bookkeeper:
    """Reads the bills of one account; each new one is handed to `keep`."""

    def __init__(
        self, state: State, gateway: Gateway, recorder: Recorder, keep: Callable[[Bill], None]
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._recorder = recorder
        self._keep = keep

    def pause_seconds(self) -> float:
        """How long until the next look."""
        return self._state.options.reconcile_seconds

    async def run(self) -> None:
        """Take the bills since the newest known one, and open the day when it is a new one.

        Raises ReadFailed; the day is not opened then, because what was lost today would be forgotten.
        """
        asked_at = self._state.clock.monotonic()
        bills = await self._gateway.reads.bills(self._since())
        for bill in bills:
            if self._state.day.take(bill):
                self._recorder.note(BILL, bill)
                self._keep(bill)
                self._tell(bill)
        self._state.day.read_at = asked_at
        self._open_day()

    def _since(self) -> int:
        """Bills come from here alone, oldest first, so nothing before the newest one was missed."""
        now = self._state.feeds.exchange_now_ms()
        newest = self._state.day.newest_bill_ms()
        since = day_start(now) if newest is None else newest - _OVERLAP_MS
        return max(since, now - _LONGEST_SPAN_MS)

    def _open_day(self) -> None:
        balance = self._state.balance
        if balance is None:
            return
        opening = self._state.day.begin(self._state.feeds.exchange_now_ms(), balance.equity)
        if opening is not None:
            self._recorder.note(DAY, opening)
            moved = self._state.day.transfers
            since = f", {decimal_text(moved)} moved in since" if moved else ""
            self._state.diary.write(
                f"the day opened with {decimal_text(opening.equity)} {balance.coin}{since}"
            )
            self._state.touch(Panel.ACCOUNT)

    def _tell(self, bill: Bill) -> None:
        self._state.touch(Panel.ACCOUNT)
        if bill.kind is not BillKind.FUNDING:
            return
        what = "paid" if bill.amount < 0 else "received"
        self._state.diary.write(
            f"funding {what}: {decimal_text(abs(bill.amount))} {bill.coin} on {bill.symbol or 'the account'}"
        )
