"""Margin arithmetic: maintenance tiers, liquidation price, break-even. Pure functions over Decimal.

Formulas are those of Bitget's help pages "Bitget futures: Estimated liquidation price" and "Maintenance
margin" (editions since 2025-11-10, tiered), checked against positions of a real account; money is USDT.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from omega_tui.sim.facts import Contract, Direction, HoldSide, Tier

_ZERO = Decimal(0)
_MONEY = Decimal("1e-8")


def direction_sign(side: HoldSide) -> int:
    """+1 for long, -1 for short."""
    return 1 if side is HoldSide.LONG else -1


def trading_fee(quote: Decimal, rate: Decimal) -> Decimal:
    """The fee of a fill worth `quote`: negative when paid, cut after eight places as Bitget prints it."""
    return -(quote * rate).quantize(_MONEY, ROUND_DOWN)


def funding_payment(side: HoldSide, size: Decimal, mark: Decimal, rate: Decimal) -> Decimal:
    """Size at mark times the rate: longs pay a positive rate, shorts receive it; cut after eight places.

    ("Bitget futures: Funding rate")
    """
    return -(direction_sign(side) * size * mark * rate).quantize(_MONEY, ROUND_DOWN)


def initial_margin(notional: Decimal, leverage: int) -> Decimal:
    """What opening `notional` binds, rounded up to eight places."""
    return (notional / leverage).quantize(_MONEY, ROUND_UP)


def unit_cost(price: Decimal, leverage: int, contract: Contract) -> Decimal:
    """About what one unit of an opening order at `price` binds; `order_cost` is exact."""
    margin = (1 + contract.open_cost_up_ratio) / leverage
    return price * (margin + contract.taker_fee_rate * (1 + contract.fee_rate_up_ratio))


def order_cost(notional: Decimal, leverage: int, contract: Contract) -> Decimal:
    """What an opening order worth `notional` binds: margin and taker fee, each with its markup.

    ("Bitget Futures Position Initial Margin Overview"; three real orders bound just that.)
    """
    margin = initial_margin(notional * (1 + contract.open_cost_up_ratio), leverage)
    return margin - trading_fee(notional * (1 + contract.fee_rate_up_ratio), contract.taker_fee_rate)


def opening_loss(direction: Direction, size: Decimal, price: Decimal, mark: Decimal) -> Decimal:
    """What an order loses at once by trading on the wrong side of the mark price, same source; 0 or more."""
    worse = price - mark if direction is Direction.BUY else mark - price
    return max(worse, _ZERO) * size


def tier_of(tiers: Sequence[Tier], notional: Decimal) -> Tier:
    """The tier that a position value falls in; beyond the last tier's end the last applies."""
    return next((tier for tier in tiers if notional <= tier.end_unit), tiers[-1])


def largest_notional(tiers: Sequence[Tier], leverage: int) -> Decimal:
    """The greatest position value that `leverage` may carry."""
    return max((tier.end_unit for tier in tiers if tier.leverage >= leverage), default=_ZERO)


def maintenance_offset(tiers: Sequence[Tier], tier: Tier) -> Decimal:
    """What the lower rates of the lower tiers save: the "pre-calculated offset" of Bitget's formula."""
    offset, below = _ZERO, None
    for each in tiers:
        if below is not None and each.level <= tier.level:
            offset += (each.keep_margin_rate - below.keep_margin_rate) * each.start_unit
        below = each
    return offset


def maintenance_margin(tiers: Sequence[Tier], notional: Decimal, taker_fee_rate: Decimal) -> Decimal:
    """Each part of the value at its own tier's rate, plus the fee of closing it all as a taker."""
    tier = tier_of(tiers, notional)
    return notional * (tier.keep_margin_rate + taker_fee_rate) - maintenance_offset(tiers, tier)


def isolated_liquidation_point(
    side: HoldSide,
    size: Decimal,
    entry_quote: Decimal,
    margin: Decimal,
    tiers: Sequence[Tier],
    taker_fee_rate: Decimal,
) -> Decimal:
    """The mark price at which `margin` and loss together leave just the maintenance margin.

    (margin + offset - size*entry*dir) / (size*(rate + fee - dir)) with the tier of the entry value; not
    above zero when no price brings that about.
    """
    sign = direction_sign(side)
    tier = tier_of(tiers, entry_quote)
    rate = tier.keep_margin_rate + taker_fee_rate
    return (margin + maintenance_offset(tiers, tier) - sign * entry_quote) / (size * (rate - sign))


def crossed_liquidation_point(mark: Decimal, net_size: Decimal, spare: Decimal) -> Decimal:
    """An estimate: the mark price at which losses on `net_size` (negative when short) have eaten `spare`.

    `spare` is crossed equity above maintenance margin, other symbols standing still. Not above zero when no
    price does that, as for a position that is netted out. Reproduces a real crossed position within 0.001.
    """
    return mark - spare / net_size if net_size else _ZERO


def break_even_price(
    side: HoldSide, size: Decimal, entry_quote: Decimal, booked: Decimal, taker_fee_rate: Decimal
) -> Decimal:
    """The price at which closing everything as a taker brings back all fees.

    `booked` is what the position has earned so far: profit, funding and fees, each negative when paid.
    """
    sign = direction_sign(side)
    price = (sign * entry_quote - booked) / (size * (sign - taker_fee_rate))
    return max(price, _ZERO)
