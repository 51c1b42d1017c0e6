"""Closed positions, deleveraging and forecasts as Bitget's payloads spell them, on REST and on the streams.

Pure functions.
"""

from decimal import Decimal

from omega_tui.exchange.bitget.wire import MARGIN_COIN
from omega_tui.sim.payloads.market import Row, average, exact, money
from omega_tui.sim.venue.ledger import Deleveraged, LedgerClosedPosition, LedgerPosition

_TRIGGERED = "triggered"
_RANK_STEP = Decimal("0.0001")


def closed_position_row(closed: LedgerClosedPosition) -> Row:
    """One row of `history-position` ("Get-History-Position")."""
    return {
        "positionId": closed.position_id,
        "marginCoin": MARGIN_COIN,
        "symbol": closed.symbol,
        "holdSide": str(closed.hold_side),
        "openAvgPrice": average(closed.open_price_average),
        "closeAvgPrice": average(closed.close_price_average),
        "marginMode": str(closed.margin_mode),
        "openTotalPos": exact(closed.opened_size),
        "closeTotalPos": exact(closed.closed_size),
        "pnl": money(closed.profit),
        "netProfit": money(closed.net_profit),
        "totalFunding": money(closed.funding),
        "openFee": money(closed.open_fee),
        "closeFee": money(closed.close_fee),
        "posMode": str(closed.position_mode),
        "ctime": str(closed.created_ms),
        "utime": str(closed.closed_ms),
    }


def closed_position_push(closed: LedgerClosedPosition) -> Row:
    """One row of the channel `positions-history` ("History-Positions-Channel")."""
    return {
        "posId": closed.position_id,
        "instId": closed.symbol,
        "marginCoin": MARGIN_COIN,
        "marginMode": str(closed.margin_mode),
        "holdSide": str(closed.hold_side),
        "posMode": str(closed.position_mode),
        "openPriceAvg": average(closed.open_price_average),
        "closePriceAvg": average(closed.close_price_average),
        "openSize": exact(closed.opened_size),
        "closeSize": exact(closed.closed_size),
        "achievedProfits": money(closed.profit),
        "settleFee": money(closed.funding),
        "openFee": money(closed.open_fee),
        "closeFee": money(closed.close_fee),
        "cTime": str(closed.created_ms),
        "uTime": str(closed.closed_ms),
    }


def adl_rank_row(position: LedgerPosition, rank: Decimal) -> Row:
    """One row of `adlRank` ("Get-Position-Adl"): a `rank` of 1 is first in the line, 1 less it `adlRank`."""
    told = rank.quantize(_RANK_STEP)
    return {
        "symbol": position.symbol,
        "marginCoin": MARGIN_COIN,
        "adlRank": exact(1 - told),
        "rank": exact(told),
        "holdSide": str(position.hold_side),
    }


def deleveraged_push(event: Deleveraged) -> Row:
    """One row of the channel `adl-noti` ("ADL-Notification-Channel")."""
    return {
        "symbol": event.symbol,
        "side": str(event.direction),
        "status": _TRIGGERED,
        "price": exact(event.price),
        "amount": exact(event.size),
        "ts": str(event.ts),
    }
