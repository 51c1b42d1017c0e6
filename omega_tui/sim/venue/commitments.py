"""What live orders hold on to, kept as they change: sizes and margin by symbol, direction and intent.

Answers in the time of what it is asked about, not of all orders there are: every new order asks here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from omega_tui.sim.facts import Contract, Direction, HoldSide
from omega_tui.sim.venue.ledger import LedgerOrder
from omega_tui.sim.venue.margin import order_cost
from omega_tui.sim.venue.order_store import LIVE, remaining
from omega_tui.sim.venue.positions import Positions, opened_side, opening_direction, other_side

_ZERO = Decimal(0)

_Key = tuple[str, Direction, HoldSide | None]


@dataclass(slots=True)
class _Group:
    """The live orders of one key, oldest first, with their sums: what is left, its value, what it binds.

    What each binds is kept as it was counted, so that changed rules cannot leave a rest in the sum.
    """

    orders: dict[str, LedgerOrder] = field(default_factory=dict)
    margins: dict[str, Decimal] = field(default_factory=dict)
    size: Decimal = _ZERO
    margin: Decimal = _ZERO
    value: Decimal = _ZERO


class Commitments:
    """The live orders of one account with `positions`, those that close apart from those that may open.

    An open order binds the cost of the part that would open (`order_cost`). In one-way mode orders against a
    position close it in the order of their creation, and only the rest opens.
    """

    def __init__(self, contracts: Mapping[str, Contract], positions: Positions) -> None:
        self._contracts = contracts
        self._positions = positions
        self._closing: dict[_Key, _Group] = {}
        self._opening: dict[_Key, _Group] = {}

    def put(self, order: LedgerOrder) -> None:
        """Take over a new order, or the new state of a known one."""
        groups = self._closing if order.reduce_only else self._opening
        key = (order.symbol, order.direction, order.hold_side)
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group()
        before = group.orders.get(order.order_id)
        if before is not None:
            group.size -= remaining(before)
            group.value -= _value(before)
            group.margin -= group.margins[order.order_id]
        if order.status in LIVE:
            self._count(group, order)
        elif before is not None:
            del group.orders[order.order_id], group.margins[order.order_id]

    def closing(
        self, symbol: str, direction: Direction, hold_side: HoldSide | None
    ) -> Collection[LedgerOrder]:
        """Live orders that only reduce, oldest first; `hold_side` is None in one-way mode."""
        group = self._closing.get((symbol, direction, hold_side))
        return group.orders.values() if group else ()

    def reserved(self, symbol: str, side: HoldSide) -> Decimal:
        """What of a position live close orders reserve (hedge mode)."""
        group = self._closing.get((symbol, opening_direction(side).opposite, side))
        return group.size if group else _ZERO

    def resting_to_open(self, symbol: str, side: HoldSide) -> Decimal:
        """What is left of the live orders that trade in the direction which opens `side`."""
        groups = (self._opening.get((symbol, opening_direction(side), held)) for held in (None, side))
        return sum((group.size for group in groups if group), _ZERO)

    def value_to_open(self, symbol: str, side: HoldSide) -> Decimal:
        """What the live orders that would open `side` are worth at their limits."""
        total = _ZERO
        for held_side in (None, side):
            key = symbol, opening_direction(side), held_side
            group = self._opening.get(key)
            if group is not None and group.orders:
                total += group.value - self._closing_value(key, group)
        return total

    def order_margin(self, order: LedgerOrder, part: Decimal, price: Decimal | None = None) -> Decimal:
        """What `part` of an order binds at `price`, its own limit unless told."""
        notional = part * (price if price is not None else order.price or _ZERO)
        return order_cost(notional, order.leverage, self._contracts[order.symbol])

    def opening(self, symbol: str) -> Iterator[tuple[LedgerOrder, Decimal]]:
        """The live orders of a symbol that may open, each with the part of it that would."""
        for key, group in self._opening.items():
            if key[0] == symbol:
                closes = {order.order_id: size for order, size in self._closers(key, group)}
                for order in group.orders.values():
                    yield order, remaining(order) - closes.get(order.order_id, _ZERO)

    def locked(self) -> Decimal:
        """What all live orders bind together."""
        total = _ZERO
        for key, group in self._opening.items():
            if group.orders:
                total += group.margin - self._relief(key, group)
        return total

    def opening_part(self, newcomer: LedgerOrder) -> Decimal:
        """How much of an order that is not live yet would open rather than close."""
        if newcomer.reduce_only:
            return _ZERO
        if newcomer.hold_side is not None:
            return newcomer.size
        key = (newcomer.symbol, newcomer.direction, None)
        group = self._opening.get(key)
        spoken_for = group.size if group else _ZERO
        return max(newcomer.size - max(self._held_against(key) - spoken_for, _ZERO), _ZERO)

    def _count(self, group: _Group, order: LedgerOrder) -> None:
        left = remaining(order)
        margin = _ZERO if order.reduce_only else self.order_margin(order, left)
        group.orders[order.order_id] = order
        group.margins[order.order_id] = margin
        group.size += left
        group.value += _value(order)
        group.margin += margin

    def _held_against(self, key: _Key) -> Decimal:
        """The position that one-way orders of this key would close first."""
        symbol, direction, hold_side = key
        return _ZERO if hold_side else self._positions.size(symbol, other_side(opened_side(direction)))

    def _relief(self, key: _Key, group: _Group) -> Decimal:
        """What the orders of a group do not bind because they close a position."""
        relief = _ZERO
        for order, closes in self._closers(key, group):
            opening = remaining(order) - closes
            relief += group.margins[order.order_id] - self.order_margin(order, opening)
        return relief

    def _closing_value(self, key: _Key, group: _Group) -> Decimal:
        """What of a group's value closes a position."""
        return sum((closes * (order.price or _ZERO) for order, closes in self._closers(key, group)), _ZERO)

    def _closers(self, key: _Key, group: _Group) -> Iterator[tuple[LedgerOrder, Decimal]]:
        """The orders of a group that close some of a position first, and how much."""
        held = self._held_against(key)
        for order in group.orders.values():
            if held <= 0:
                return
            closes = min(remaining(order), held)
            held -= closes
            yield order, closes


def _value(order: LedgerOrder) -> Decimal:
    return remaining(order) * (order.price or _ZERO)
