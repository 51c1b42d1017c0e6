"""How a total is shared out over the orders of a scale: prices evenly spaced, sizes by weight.

Sizes are rounded down to the lot and what that leaves goes to the heaviest, so that the sum is never above
the total. Weights grow towards the far end; those of `fib` by the golden ratio from one order to the next.
"""

from collections.abc import Sequence
from decimal import Decimal

from omega_tui.domain.orders import Side
from omega_tui.domain.profiles import PHI
from omega_tui.domain.sizing import legal_price
from omega_tui.domain.values import decimal_text, floor_to_step
from omega_tui.language.commands import Shape
from omega_tui.language.facts import Facts
from omega_tui.language.mistakes import Unresolved

_DEFAULT_CUBIC = Decimal("0.5")


def spread_prices(first: Decimal, last: Decimal, count: int, facts: Facts, side: Side) -> tuple[Decimal, ...]:
    """`count` prices from `first` to `last`, on the tick. Raises Unresolved when two would be the same."""
    step = (last - first) / (count - 1)
    prices = tuple(legal_price(first + step * index, side, facts.instrument) for index in range(count))
    if len(set(prices)) < count:
        raise Unresolved(f"{count} orders do not fit between {decimal_text(first)} and {decimal_text(last)}")
    return prices


def weights(count: int, shape: Shape, weight: Decimal | None = None) -> tuple[Decimal, ...]:
    """The share of each order, nearest to the market first; positive, in no particular sum."""
    one = Decimal(1)
    places = [Decimal(index) / max(1, count - 1) for index in range(count)]
    match shape:
        case Shape.EQUAL:
            return (one,) * count
        case Shape.LINEAR:
            return tuple(one + place for place in places)
        case Shape.CUBIC:
            steep = _DEFAULT_CUBIC if weight is None else weight
            return tuple(one + steep * place**3 for place in places)
        case Shape.FIB:
            return tuple(PHI**index for index in range(count))


def share_out(total: Decimal, shares: Sequence[Decimal], facts: Facts) -> tuple[Decimal, ...]:
    """`total` base units by weight, each on the lot, the rest on the heaviest.

    Raises Unresolved when one of them is below the least order, with the total that it takes.
    """
    instrument, whole = facts.instrument, sum(shares)
    total = floor_to_step(total, instrument.lot)
    sizes = [floor_to_step(total * share / whole, instrument.lot) for share in shares]
    heaviest = max(range(len(shares)), key=lambda index: (shares[index], index))
    sizes[heaviest] += total - sum(sizes)
    least = max(instrument.min_size, instrument.lot)
    if min(sizes) < least:
        needed = floor_to_step(least * whole / min(shares), instrument.lot) + instrument.lot
        raise Unresolved(
            f"{decimal_text(total)} {instrument.base} is too little for {len(sizes)} orders: "
            f"it takes {decimal_text(needed)} {instrument.base}"
        )
    return tuple(sizes)
