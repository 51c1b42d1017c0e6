"""Funding, which bills tell by symbol, given to the positions that were open when it was settled."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.account import Bill, BillKind
from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.orders import HoldSide

_ZERO = Decimal(0)


def with_funding(positions: Sequence[ClosedPosition], bills: Iterable[Bill]) -> list[ClosedPosition]:
    """The positions with the sum of the funding bills of their life.

    A bill names no side: where both sides of a symbol were open at once, what each paid is not known from
    bills, and neither gets any. Positions without a bill stay as they are.
    """
    settled: dict[str, list[tuple[int, Decimal]]] = {}
    for bill in bills:
        if bill.kind is BillKind.FUNDING and bill.symbol is not None:
            settled.setdefault(bill.symbol, []).append((bill.exchange_ms, bill.amount))
    books = {symbol: _Settlements(sorted(each), symbol, positions) for symbol, each in settled.items()}
    return [
        books[position.symbol].given_to(position) if position.symbol in books else position
        for position in positions
    ]


class _Settlements:
    """The funding of one symbol, and when each of its sides was open."""

    def __init__(
        self, settled: list[tuple[int, Decimal]], symbol: str, positions: Sequence[ClosedPosition]
    ) -> None:
        self._times = [at for at, _ in settled]
        self._amounts = [amount for _, amount in settled]
        # Positions of one side follow each other, so both columns of a list grow.
        self._spans = {
            side: sorted(
                (each.opened_ms, each.closed_ms)
                for each in positions
                if each.symbol == symbol and each.hold_side is side
            )
            for side in HoldSide
        }

    def given_to(self, position: ClosedPosition) -> ClosedPosition:
        """The position with its funding, when it is known to be its own."""
        first = bisect_left(self._times, position.opened_ms)
        last = bisect_right(self._times, position.closed_ms)
        if first == last or self._other_side_was_open(position):
            return position
        return replace(position, funding=sum(self._amounts[first:last], _ZERO))

    def _other_side_was_open(self, position: ClosedPosition) -> bool:
        spans = self._spans[position.hold_side.opposite]
        before = bisect_left(spans, (position.closed_ms,)) - 1
        return before >= 0 and spans[before][1] > position.opened_ms
