"""Position arithmetic: notional, margin, fee, unrealized profit, liquidation estimates. Exact Decimal.

Formulas are Bitget's: "Bitget futures: Estimated liquidation price", "Unrealized PnL" and "Maintenance
margin" in its help centre.
"""

from collections.abc import Sequence
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.instruments import Tier
from omega_tui.domain.orders import HoldSide

_ZERO = Decimal(0)


def maintenance(tiers: Sequence[Tier], notional: Decimal) -> tuple[Decimal, Decimal]:
    """The maintenance rate of a position value, and what the lower rates of the tiers below it save.

    Maintenance margin is notional x rate - saving: each part of the value at its own tier's rate
    ("Maintenance margin", editions since 2025-11-10, its "pre-calculated offset"). Beyond the last tier's
    end the last applies. Raises ValueError without tiers.
    """
    if not tiers:
        raise ValueError("a maintenance rate needs tiers")
    saving, below = _ZERO, tiers[0]
    for tier in tiers[1:]:
        if notional <= tier.start:
            break
        saving += (tier.maintenance_rate - below.maintenance_rate) * tier.start
        below = tier
    return below.maintenance_rate, saving


def direction_sign(hold_side: HoldSide) -> int:
    """+1 for long, -1 for short."""
    return 1 if hold_side is HoldSide.LONG else -1


def notional_value(size: Decimal, price: Decimal) -> Decimal:
    """What `size` base units are worth at `price`, in quote units."""
    return size * price


def initial_margin(notional: Decimal, leverage: int) -> Decimal:
    """What opening `notional` binds."""
    return notional / leverage


def position_margin(position: Position) -> Decimal:
    """The margin that the exchange states for a position, else its entry value over its leverage."""
    if position.margin is not None:
        return position.margin
    return initial_margin(notional_value(position.size, position.entry_price), position.leverage)


def trading_fee(notional: Decimal, rate: Decimal) -> Decimal:
    """The fee of a fill: negative when paid, positive for a rebate."""
    return -notional * rate


def unrealized_profit(
    hold_side: HoldSide, size: Decimal, entry_price: Decimal, mark_price: Decimal
) -> Decimal:
    """(mark - entry) x size, mirrored for a short."""
    return direction_sign(hold_side) * (mark_price - entry_price) * size


def isolated_liquidation_price(
    hold_side: HoldSide,
    size: Decimal,
    entry_price: Decimal,
    margin: Decimal,
    maintenance_rate: Decimal,
    taker_fee_rate: Decimal,
    saving: Decimal = _ZERO,
) -> Decimal | None:
    """The mark price at which margin and loss leave just the maintenance margin and the closing fee.

    (margin + saving - size*entry*dir) / (size*(rate + fee - dir)), dir = +1 long, -1 short. `saving` is that
    of the tiers (see `maintenance`). None when no positive price liquidates.
    """
    if size <= 0:
        return None
    sign = direction_sign(hold_side)
    price = (margin + saving - sign * size * entry_price) / (
        size * (maintenance_rate + taker_fee_rate - sign)
    )
    return price if price > 0 else None


def crossed_liquidation_price(mark_price: Decimal, net_size: Decimal, spare: Decimal) -> Decimal | None:
    """The mark price at which a signed `net_size` has eaten `spare` (equity above maintenance margin).

    Other symbols are taken to stand still. None when nothing is held or no positive price liquidates.
    """
    if not net_size:
        return None
    price = mark_price - spare / net_size
    return price if price > 0 else None


def average_entry(size: Decimal, entry_price: Decimal, added: Decimal, price: Decimal) -> Decimal:
    """The average entry after `added` more units at `price`. Raises ValueError when nothing is held then."""
    total = size + added
    if total <= _ZERO:
        raise ValueError("an average needs a size")
    return (size * entry_price + added * price) / total
