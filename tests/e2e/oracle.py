"""A hand-written account in exact Decimal: what fills must have done to a one-way account.

Written from Bitget's help pages (average entry, realized profit, fees), sharing no code with the simulator or
the cockpit: profit is (exit - average entry) x size x direction, a fee is a share of the traded value.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

TAKER = Fraction(6, 10_000)
MAKER = Fraction(2, 10_000)


@dataclass
class Holding:
    """Signed size (negative when short) and the exact cost of what is held."""

    size: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)

    @property
    def entry(self) -> Fraction:
        return self.cost / abs(self.size)


@dataclass
class Oracle:
    """Cash and holdings after a run of fills; money in USDT."""

    cash: Fraction
    holdings: dict[str, Holding] = field(default_factory=dict)
    realized: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)

    def fill(
        self, symbol: str, side: str, price: Decimal, size: Decimal, maker: bool
    ) -> tuple[Fraction, Fraction]:
        """Apply one fill; returns its profit before fees and its fee (negative when paid)."""
        amount = Fraction(size) if side == "buy" else -Fraction(size)
        holding = self.holdings.setdefault(symbol, Holding())
        profit = self._trade(holding, amount, Fraction(price))
        fee = -Fraction(price) * Fraction(size) * (MAKER if maker else TAKER)
        self.realized += profit
        self.fees += fee
        self.cash += profit + fee
        return profit, fee

    def _trade(self, holding: Holding, amount: Fraction, price: Fraction) -> Fraction:
        profit = Fraction(0)
        if holding.size * amount < 0:
            closed = min(abs(amount), abs(holding.size))
            direction = 1 if holding.size > 0 else -1
            profit = (price - holding.entry) * closed * direction
            holding.cost -= holding.entry * closed
            holding.size -= direction * closed
            amount += direction * closed
        holding.size += amount
        holding.cost += abs(amount) * price
        return profit

    def unrealized(self, symbol: str, mark: Decimal) -> Fraction:
        """Profit of what is held, at `mark`."""
        holding = self.holdings[symbol]
        direction = 1 if holding.size > 0 else -1
        return direction * (Fraction(mark) * abs(holding.size) - holding.cost)
