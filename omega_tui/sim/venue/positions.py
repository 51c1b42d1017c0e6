"""Positions as the fold of fills: exact cost, realised profit, fees. Knows no orders and no market.

The average entry is never stored: the cost of what is held is, so that a hundred partial fills and closes
leave no rounding in it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from omega_tui.sim.facts import Direction, HoldSide, MarginMode, PositionMode
from omega_tui.sim.venue.ledger import LedgerClosedPosition
from omega_tui.sim.venue.margin import direction_sign, initial_margin

_ZERO = Decimal(0)
_REMEMBERED = 20_000
_MONEY = Decimal("1e-8")
_COST = Decimal("1e-16")


def other_side(side: HoldSide) -> HoldSide:
    """Long for short and short for long."""
    return HoldSide.SHORT if side is HoldSide.LONG else HoldSide.LONG


def opening_direction(side: HoldSide) -> Direction:
    """The direction of a trade that opens this side."""
    return Direction.BUY if side is HoldSide.LONG else Direction.SELL


def opened_side(direction: Direction) -> HoldSide:
    """The side that a trade in this direction opens."""
    return HoldSide.LONG if direction is Direction.BUY else HoldSide.SHORT


@dataclass(slots=True)
class Position:
    """One open position; sizes in base units, money in USDT.

    `entry_quote` is the exact cost of what is held (size times average entry), `unbooked` the rounding of
    profits booked so far (below 1e-8), which the closing fill settles. `isolated_margin` counts only when
    the margin mode is isolated, and grows by itself in need with `auto_margin`. Fees and funding are
    negative when paid. What was opened and closed over its life is kept by size and by value.
    """

    position_id: str
    symbol: str
    side: HoldSide
    margin_mode: MarginMode
    created_ms: int
    updated_ms: int
    size: Decimal = _ZERO
    entry_quote: Decimal = _ZERO
    unbooked: Decimal = _ZERO
    isolated_margin: Decimal = _ZERO
    achieved: Decimal = _ZERO
    open_fee: Decimal = _ZERO
    close_fee: Decimal = _ZERO
    funding: Decimal = _ZERO
    opened_size: Decimal = _ZERO
    opened_quote: Decimal = _ZERO
    closed_size: Decimal = _ZERO
    closed_quote: Decimal = _ZERO
    auto_margin: bool = False

    @property
    def fees(self) -> Decimal:
        """Trading fees so far."""
        return self.open_fee + self.close_fee

    @property
    def average_entry(self) -> Decimal:
        """Average entry price."""
        return self.entry_quote / self.size

    @property
    def signed_size(self) -> Decimal:
        """Size, negative when short."""
        return self.size * direction_sign(self.side)

    def unrealized(self, mark: Decimal) -> Decimal:
        """Profit if closed at `mark`, before fees: (mark - entry) * size * direction."""
        return direction_sign(self.side) * (mark * self.size - self.entry_quote)

    def add(self, size: Decimal, price: Decimal, fee: Decimal, leverage: int, ts: int) -> None:
        """Open or enlarge."""
        quote = size * price
        self.size += size
        self.entry_quote += quote
        self.opened_size += size
        self.opened_quote += quote
        self.open_fee += fee
        self.updated_ms = ts
        if self.margin_mode is MarginMode.ISOLATED:
            self.isolated_margin += initial_margin(quote, leverage)

    def fund(self, amount: Decimal, ts: int) -> None:
        """Pay (negative) or receive funding; an isolated position's own margin does.

        So a real short's margin fell from 4.6299 to 4.6183 over a settlement.
        """
        self.funding += amount
        if self.margin_mode is MarginMode.ISOLATED:
            self.isolated_margin += amount
        self.updated_ms = ts

    def reduce(self, size: Decimal, price: Decimal, fee: Decimal, ts: int) -> Decimal:
        """Close `size` of it and return the profit booked, to eight places and before the fee.

        What rounding leaves over is carried and booked with the fill that closes the position.
        """
        cost = self._share(self.entry_quote, size)
        profit = direction_sign(self.side) * (size * price - cost) + self.unbooked
        booked = profit.quantize(_MONEY, ROUND_HALF_EVEN)
        if size == self.size and booked != profit:
            booked = profit
        self.unbooked = profit - booked
        self.isolated_margin -= self._share(self.isolated_margin, size)
        self.entry_quote -= cost
        self.size -= size
        self.closed_size += size
        self.closed_quote += size * price
        self.achieved += booked
        self.close_fee += fee
        self.updated_ms = ts
        return booked

    def closed(self, mode: PositionMode, record_id: str) -> LedgerClosedPosition:
        """The record of a position of which nothing is left."""
        return LedgerClosedPosition(
            record_id=record_id,
            position_id=self.position_id,
            symbol=self.symbol,
            hold_side=self.side,
            margin_mode=self.margin_mode,
            position_mode=mode,
            open_price_average=self.opened_quote / self.opened_size,
            close_price_average=self.closed_quote / self.closed_size,
            opened_size=self.opened_size,
            closed_size=self.closed_size,
            profit=self.achieved,
            funding=self.funding,
            open_fee=self.open_fee,
            close_fee=self.close_fee,
            created_ms=self.created_ms,
            closed_ms=self.updated_ms,
        )

    def _share(self, amount: Decimal, size: Decimal) -> Decimal:
        if size == self.size:
            return amount
        return (amount * size / self.size).quantize(_COST, ROUND_HALF_EVEN)


class Positions:
    """The open positions, one per symbol and side, and the newest 20 000 of those that were closed."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, HoldSide], Position] = {}
        self.closed: deque[LedgerClosedPosition] = deque(maxlen=_REMEMBERED)

    def __iter__(self) -> Iterator[Position]:
        return iter(tuple(self._open.values()))

    def __bool__(self) -> bool:
        return bool(self._open)

    def get(self, symbol: str, side: HoldSide) -> Position | None:
        """The open position of a side, None when flat."""
        return self._open.get((symbol, side))

    def size(self, symbol: str, side: HoldSide) -> Decimal:
        """The size held on a side, 0 when flat."""
        position = self.get(symbol, side)
        return position.size if position else _ZERO

    def of(self, symbol: str) -> list[Position]:
        """The open positions of a symbol, long first."""
        return [position for side in HoldSide if (position := self.get(symbol, side))]

    def put(self, position: Position) -> None:
        """Remember a position that has just been opened."""
        self._open[position.symbol, position.side] = position

    def close(self, position: Position, record: LedgerClosedPosition) -> None:
        """Keep only the record of a position that has just been closed."""
        del self._open[position.symbol, position.side]
        self.closed.appendleft(record)
