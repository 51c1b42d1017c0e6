"""The trader's orders and fills as Bitget's payloads spell them, on REST and on the streams.

Pure functions. In hedge mode the wire's `side` names the position's side and not the trade's direction, on
every surface but the channel `fill`; this module and `rest_trade` are where the two meet.
"""

from decimal import Decimal

from omega_tui.exchange.bitget.wire import MARGIN_COIN
from omega_tui.sim.facts import PositionMode, TriggerType
from omega_tui.sim.payloads.market import UNKNOWN, Row, average, exact, money
from omega_tui.sim.venue.ledger import LedgerFill, LedgerOrder
from omega_tui.sim.venue.positions import opening_direction

_MARKET_PRICE_ON_STREAMS = "0"
_NO_FEE = "0.00000000"
"""What the channel `orders` calls nothing, as captured in 2026."""


def order_row(order: LedgerOrder) -> Row:
    """The members that every REST order record has ("Get-Orders-Pending")."""
    return {
        "symbol": order.symbol,
        "size": exact(order.size),
        "orderId": order.order_id,
        "clientOid": order.client_oid,
        "baseVolume": exact(order.filled),
        "fee": money(order.fee),
        "price": exact(order.price),
        "priceAvg": average(order.average_price),
        "status": str(order.status),
        "side": _wire_side(order),
        "force": str(order.force),
        "totalProfits": money(order.profit),
        "posSide": _position_side(order),
        "marginCoin": MARGIN_COIN,
        "quoteVolume": money(order.filled_quote),
        "leverage": str(order.leverage),
        "marginMode": str(order.margin_mode),
        "reduceOnly": "YES" if _closes(order) else "NO",
        "enterPointSource": order.enter_point_source,
        "tradeSide": order.trade_side,
        "posMode": str(order.position_mode),
        "orderType": str(order.order_type),
        "orderSource": order.order_source,
        "presetStopSurplusPrice": exact(order.presets.take_profit),
        "presetStopLossPrice": exact(order.presets.stop_loss),
        "cTime": str(order.created_ms),
        "uTime": str(order.updated_ms),
    }


def pending_row(order: LedgerOrder) -> Row:
    """One row of `orders-pending`."""
    return {**order_row(order), **_presets(order)}


def history_row(order: LedgerOrder) -> Row:
    """One row of `orders-history` ("Get-Orders-History")."""
    position_average, liquidation = average(order.position_average), exact(order.liquidation_price)
    return {**order_row(order), "posAvg": position_average, "liqPrice": liquidation}


def detail_row(order: LedgerOrder) -> Row:
    """The data of `detail` ("Get-Order-Details"): captures name the status `state`, the page `status`."""
    return {
        **order_row(order),
        **_presets(order),
        "state": str(order.status),
        "cancelReason": order.cancel_reason,
    }


def order_push(order: LedgerOrder, fill: LedgerFill | None, reference: Decimal | None) -> Row:
    """One row of the channel `orders` ("Order-Channel"); `reference` values an order without a price."""
    row: Row = {
        "accBaseVolume": exact(order.filled),
        "cTime": str(order.created_ms),
        "cancelReason": order.cancel_reason,
        "clientOid": order.client_oid,
        "enterPointSource": order.enter_point_source,
        "feeDetail": [{"feeCoin": MARGIN_COIN, "fee": money(order.fee) if order.fee else _NO_FEE}],
        "force": str(order.force),
        "instId": order.symbol,
        "leverage": str(order.leverage),
        "marginCoin": MARGIN_COIN,
        "marginMode": str(order.margin_mode),
        "notionalUsd": money(order.size * (order.price or reference or Decimal(0))),
        "orderId": order.order_id,
        "orderType": str(order.order_type),
        "posMode": str(order.position_mode),
        "posSide": _position_side(order),
        "price": _MARKET_PRICE_ON_STREAMS if order.price is None else exact(order.price),
        "reduceOnly": "yes" if _closes(order) else "no",
        "side": _wire_side(order),
        "size": exact(order.size),
        "status": str(order.status),
        "stpMode": str(order.self_trade),
        "totalProfits": money(order.profit),
        "tradeSide": order.trade_side,
        "uTime": str(order.updated_ms),
        **_presets(order),
    }
    if order.presets.take_profit is not None:
        row["presetStopSurplusPrice"] = exact(order.presets.take_profit)
    if order.presets.stop_loss is not None:
        row["presetStopLossPrice"] = exact(order.presets.stop_loss)
    if order.average_price is not None:
        row["priceAvg"] = average(order.average_price)
    return row if fill is None else {**row, **_last_fill(fill)}


def fill_row(fill: LedgerFill) -> Row:
    """One row of the trader's `fills` ("Get-Order-Fills")."""
    return {
        "tradeId": fill.trade_id,
        "symbol": fill.symbol,
        "orderId": fill.order_id,
        "price": exact(fill.price),
        "baseVolume": exact(fill.size),
        "feeDetail": [
            {
                "deduction": "no",
                "feeCoin": MARGIN_COIN,
                "totalDeductionFee": None,
                "totalFee": money(fill.fee),
            }
        ],
        "side": _fill_side(fill),
        "quoteVolume": money(fill.price * fill.size),
        "profit": money(fill.profit),
        "enterPointSource": fill.enter_point_source,
        "tradeSide": fill.trade_side,
        "posMode": str(fill.position_mode),
        "tradeScope": _scope(fill),
        "cTime": str(fill.ts),
    }


def past_fill_row(fill: LedgerFill) -> Row:
    """One row of the trader's `fill-history` ("Get-Fill-History")."""
    return {**fill_row(fill), "marginCoin": MARGIN_COIN}


def fill_push(fill: LedgerFill) -> Row:
    """One row of the channel `fill` ("Fill-Channel"), whose side is the trade's true direction."""
    return {
        "orderId": fill.order_id,
        "tradeId": fill.trade_id,
        "symbol": fill.symbol,
        "orderType": str(fill.order_type),
        "side": str(fill.direction),
        "price": exact(fill.price),
        "baseVolume": exact(fill.size),
        "quoteVolume": money(fill.price * fill.size),
        "profit": money(fill.profit),
        "tradeSide": fill.trade_side,
        "posMode": str(fill.position_mode),
        "tradeScope": _scope(fill),
        "feeDetail": [
            {
                "feeCoin": MARGIN_COIN,
                "deduction": "no",
                "totalDeductionFee": "0",
                "totalFee": money(fill.fee),
            }
        ],
        "cTime": str(fill.ts),
        "uTime": str(fill.ts),
        "clientOid": fill.client_oid,
    }


def ids_row(order: LedgerOrder) -> Row:
    """The two names of an order, as replies to actions give them."""
    return {"orderId": order.order_id, "clientOid": order.client_oid}


def accepted_row(order: LedgerOrder) -> Row:
    """The names that the reply to placing an order gives: the id is not always known by then."""
    names = ids_row(order)
    if order.id_withheld:
        del names["orderId"]
    return names


def _last_fill(fill: LedgerFill) -> Row:
    return {
        "baseVolume": exact(fill.size),
        "fillFee": money(fill.fee),
        "fillFeeCoin": MARGIN_COIN,
        "fillNotionalUsd": money(fill.price * fill.size),
        "fillPrice": exact(fill.price),
        "fillTime": str(fill.ts),
        "pnl": money(fill.profit),
        "tradeId": fill.trade_id,
        "tradeScope": "M" if fill.maker else "T",
    }


def _presets(order: LedgerOrder) -> Row:
    """Trigger types and execution prices of the presets."""
    presets = order.presets
    return {
        "presetStopSurplusType": _trigger_type(presets.take_profit, presets.take_profit_type),
        "presetStopSurplusExecutePrice": exact(presets.take_profit_execute),
        "presetStopLossType": _trigger_type(presets.stop_loss, presets.stop_loss_type),
        "presetStopLossExecutePrice": exact(presets.stop_loss_execute),
    }


def _trigger_type(preset: Decimal | None, trigger_type: TriggerType) -> str:
    return UNKNOWN if preset is None else str(trigger_type)


def _closes(order: LedgerOrder) -> bool:
    return order.reduce_only or order.trade_side == "close"


def _position_side(order: LedgerOrder) -> str:
    return "net" if order.hold_side is None else str(order.hold_side)


def _wire_side(order: LedgerOrder) -> str:
    if order.hold_side is None:
        return str(order.direction)
    return str(opening_direction(order.hold_side))


def _fill_side(fill: LedgerFill) -> str:
    closing = fill.position_mode is PositionMode.HEDGE and fill.trade_side != "open"
    return str(fill.direction.opposite if closing else fill.direction)


def _scope(fill: LedgerFill) -> str:
    return "maker" if fill.maker else "taker"
