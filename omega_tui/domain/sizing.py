"""From what a trader means to what an instrument accepts: sizes from money, share or risk; legal sizes and
prices; and which limit a size runs into first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.instruments import Instrument, Tier
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.profiles import Target
from omega_tui.domain.risk import unit_risk
from omega_tui.domain.values import ceil_to_step, floor_to_step

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SizeCap:
    """A limit in base units: `name` for short, `why` says where it comes from. `size` may be below zero."""

    name: str
    size: Decimal
    why: str


def legal_size(size: Decimal, instrument: Instrument) -> Decimal:
    """`size` rounded down to the lot: rounding never risks more than was asked."""
    return floor_to_step(size, instrument.lot)


def legal_price(price: Decimal, side: Side, instrument: Instrument) -> Decimal:
    """`price` on the tick grid, rounded to the passive side: a buy down, a sell up."""
    round_passively = floor_to_step if side is Side.BUY else ceil_to_step
    return round_passively(price, instrument.tick)


def legal_exit(price: Decimal, hold_side: HoldSide, instrument: Instrument, *, stops: bool) -> Decimal:
    """A trigger price that ends a position, on the tick grid and never farther from the entry than asked: a
    stop that would lose less, a target that is reached sooner."""
    upwards = stops is (hold_side is HoldSide.LONG)
    return (ceil_to_step if upwards else floor_to_step)(price, instrument.tick)


def size_by_notional(notional: Decimal, price: Decimal) -> Decimal:
    """How much `notional` quote units buy at `price`; not rounded."""
    return notional / price


def size_by_balance(available: Decimal, share: Decimal, cost: Decimal) -> Decimal:
    """How much a share of the available balance opens, margin and fee paid from it; not rounded.

    `cost` is that of one base unit (`unit_cost`). A share of 1 is the largest order that can be paid for.
    """
    return max(_ZERO, available) * share / cost


def size_by_position(position_size: Decimal, share: Decimal) -> Decimal:
    """A share of a position; not rounded."""
    return position_size * share


def size_by_risk(
    equity: Decimal, risk: Decimal, entry: Decimal, stop: Decimal, entry_fee: Decimal, exit_fee: Decimal
) -> Decimal:
    """How much may be opened so that reaching the stop costs the share `risk` of equity, fees both ways
    included; not rounded. Fees are rates."""
    return max(_ZERO, equity) * risk / unit_risk(entry, stop, entry_fee, exit_fee)


def unit_cost(price: Decimal, leverage: int, instrument: Instrument) -> Decimal:
    """What one base unit of an opening order binds: margin and taker fee, each with the exchange's markup.

    ("Bitget Futures Position Initial Margin Overview".)
    """
    margin = (1 + instrument.open_cost_markup) / leverage
    return price * (margin + instrument.taker_fee_rate * (1 + instrument.fee_markup))


def opening_loss(side: Side, price: Decimal, mark_price: Decimal) -> Decimal:
    """What one base unit loses at once by trading on the wrong side of the mark price, same source; bound
    beside its cost. 0 or more."""
    return max(_ZERO, price - mark_price if side is Side.BUY else mark_price - price)


def largest_notional(tiers: Iterable[Tier], leverage: int) -> Decimal | None:
    """The greatest position value that `leverage` may carry; None when no tier ends it."""
    fitting = [tier.limit for tier in tiers if tier.max_leverage >= leverage]
    if not fitting:
        return _ZERO
    known = [limit for limit in fitting if limit is not None]
    return max(known) if len(known) == len(fitting) else None


def tightest(caps: Iterable[SizeCap]) -> SizeCap | None:
    """The cap that a growing size meets first."""
    return min(caps, key=lambda cap: cap.size, default=None)


def target_legs(
    targets: Iterable[Target],
    hold_side: HoldSide,
    entry: Decimal,
    stop: Decimal,
    size: Decimal,
    instrument: Instrument,
) -> tuple[tuple[Decimal, Decimal], ...]:
    """Trigger price and size of each take-profit leg of a position, nearest first.

    Sizes are whole lots and together the size of the position: what rounding leaves goes to the last leg.
    Legs that come to less than the least size give theirs to the next.
    """
    way = abs(entry - stop) * (1 if hold_side is HoldSide.LONG else -1)
    legs: list[tuple[Decimal, Decimal]] = []
    asked, given = _ZERO, _ZERO
    chosen = sorted(targets, key=lambda target: target.multiple)
    for number, target in enumerate(chosen, 1):
        asked += size * target.share_percent / 100
        part = (size if number == len(chosen) else legal_size(asked, instrument)) - given
        price = legal_exit(entry + way * target.multiple, hold_side, instrument, stops=False)
        if part >= instrument.min_size and price > 0:
            legs.append((price, part))
            given += part
    return tuple(legs)
