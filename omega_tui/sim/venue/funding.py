"""Funding: at each symbol's hour the longs pay the shorts, or the other way round.

A position pays -side * size * mark * rate at the rate and the mark of the moment ("Bitget futures: Funding
rate"). The market may say when a symbol's next settlement falls; where it says nothing the contract's
interval does, counted from midnight UTC, so that settlements go on whatever the market does.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from omega_tui.sim.venue.accounts import Account
from omega_tui.sim.venue.agenda import Agenda
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.intake import Market
from omega_tui.sim.venue.margin import funding_payment
from omega_tui.sim.venue.wallet import Business

_KEPT_SETTLEMENTS: Final = 1000


@dataclass(frozen=True, slots=True)
class FundingSettlement:
    """What was settled for one symbol at `ts` (ms); `rate` of the position's value at mark."""

    symbol: str
    rate: Decimal
    ts: int


class FundingOffice:
    """Settles the funding of every symbol in time, and remembers the newest thousand rates of each."""

    def __init__(
        self,
        markets: Mapping[str, Market],
        account: Account,
        desk: Desk,
        agenda: Agenda,
        now_ms: Callable[[], int],
    ) -> None:
        self._markets = markets
        self._account = account
        self._desk = desk
        self._agenda = agenda
        self._now_ms = now_ms
        self._due: dict[str, int] = {}
        self._settled: dict[str, deque[FundingSettlement]] = {
            symbol: deque(maxlen=_KEPT_SETTLEMENTS) for symbol in markets
        }
        for symbol in markets:
            self._await_next(symbol, now_ms())

    def history(self, symbol: str) -> Sequence[FundingSettlement]:
        """The settlements of a listed symbol since the exchange began, newest first."""
        return self._settled[symbol]

    def expect(self, symbol: str) -> None:
        """Go by what the symbol's ticker says of the next settlement."""
        due = self._markets[symbol].ticker.next_funding_ms
        if due is not None and due != self._due.get(symbol):
            self._due[symbol] = due
            self._agenda.at(due, lambda: self._fall_due(symbol, due))

    def _await_next(self, symbol: str, settled_ms: int) -> None:
        market = self._markets[symbol]
        market.ticker.funding_settled(settled_ms, market.contract.next_funding(settled_ms))
        self.expect(symbol)

    def _fall_due(self, symbol: str, due: int) -> None:
        """Settle, unless the market has moved the settlement since."""
        if self._due[symbol] != due:
            return
        ticker = self._markets[symbol].ticker
        rate, mark = ticker.funding_rate, ticker.mark
        if rate is not None and mark is not None:
            self._settled[symbol].appendleft(FundingSettlement(symbol, rate, due))
            self._settle(symbol, rate, mark)
        self._await_next(symbol, due)

    def _settle(self, symbol: str, rate: Decimal, mark: Decimal) -> None:
        for position in self._account.positions.of(symbol):
            amount = funding_payment(position.side, position.size, mark, rate)
            position.fund(amount, self._now_ms())
            self._account.wallet.book(symbol, Business.FUNDING, amount)
            self._desk.money_moved()
