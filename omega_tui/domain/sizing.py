"""From what a trader typed to what an instrument accepts: legal sizes and prices."""

from decimal import Decimal

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import Side
from omega_tui.domain.values import ceil_to_step, floor_to_step


def legal_size(size: Decimal, instrument: Instrument) -> Decimal:
    """`size` rounded down to the lot: rounding never risks more than was asked."""
    return floor_to_step(size, instrument.lot)


def legal_price(price: Decimal, side: Side, instrument: Instrument) -> Decimal:
    """`price` on the tick grid, rounded to the passive side: a buy down, a sell up."""
    round_passively = floor_to_step if side is Side.BUY else ceil_to_step
    return round_passively(price, instrument.tick)
