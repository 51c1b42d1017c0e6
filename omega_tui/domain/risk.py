"""Risk arithmetic: what a stop costs, how wild the market is. Pure and exact.

Which limits apply is the profiles' business, whether an order passes them the engine's.
"""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from omega_tui.domain.market import Candle
from omega_tui.domain.orders import HoldSide

_MINUTE_MS = 60_000
_MINUTES = 1440


def unit_risk(entry_price: Decimal, stop_price: Decimal, entry_fee: Decimal, exit_fee: Decimal) -> Decimal:
    """What one base unit loses when it is entered and stopped out, both fees (as rates) included.

    |entry - stop| + entry x entry fee + stop x exit fee, in quote units.
    """
    return abs(entry_price - stop_price) + entry_price * entry_fee + stop_price * exit_fee


def position_risk(
    hold_side: HoldSide, size: Decimal, entry_price: Decimal, exit_price: Decimal, exit_fee: Decimal
) -> Decimal:
    """What an open position loses when it ends at `exit_price`: from its entry, with the fee of getting out.

    Profit that is open but not taken is not counted as lost when a stop gives it back: 0 is the least.
    """
    way = entry_price - exit_price if hold_side is HoldSide.LONG else exit_price - entry_price
    return max(Decimal(0), (way + exit_price * exit_fee) * size)


def relative_volatility(candles: Sequence[Candle], now_ms: int) -> Decimal | None:
    """The volatility of the newest whole minute over its median of the last 24 hours (1 is as usual).

    `candles` are 1-minute ones. A minute's volatility is its range over its low, which ranks and divides as
    Parkinson's estimator does (its constant cancels). None unless the newest minute is known, most of the day
    is, and the market moved in it.
    """
    since = now_ms - (_MINUTES + 1) * _MINUTE_MS
    whole = [each for each in candles if since <= each.start_ms <= now_ms - _MINUTE_MS and each.low > 0]
    if len(whole) < _MINUTES * 0.9:
        return None
    newest = max(whole, key=lambda each: each.start_ms)
    if newest.start_ms < now_ms - 3 * _MINUTE_MS:
        return None
    usual = median(_range(each) for each in whole)
    return Decimal(str(round(_range(newest) / usual, 6))) if usual > 0 else None


def _range(candle: Candle) -> float:
    return (candle.high - candle.low) / candle.low
