"""Orders and fills between Bitget's vocabulary and the domain's, both ways. Pure.

In hedge mode Bitget's `side` names the position's direction ("Place-Order": to close a long, send `buy` with
`close`), in one-way mode the trade's; the fill channel alone always names the trade's. The domain's side is
always the trade's, so every turn of a side in this program happens in this file.
"""

from decimal import Decimal

import msgspec

from omega_tui.domain.orders import (
    Fill,
    HoldSide,
    Order,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.domain.text import safe_text
from omega_tui.domain.values import decimal_text
from omega_tui.exchange.bitget.translation.words import (
    TranslationError,
    parse_forced,
    parse_number,
    parse_optional,
    parse_position_mode,
    parse_positive,
    parse_side,
    parse_symbol_name,
    parse_time,
    parse_word,
)
from omega_tui.exchange.bitget.wire import MARGIN_COIN, ProductType

Text = str | int | None
"""A member as it occurs: text, sometimes an integer, null or absent."""

_STATES = {
    "live": OrderState.WORKING,
    "partially_filled": OrderState.PARTIALLY_FILLED,
    "filled": OrderState.FILLED,
    "canceled": OrderState.CANCELED,
    "cancelled": OrderState.CANCELED,
}
_ORDER_TYPES = {kind.value: kind for kind in OrderType}
_FORCES = {force.value: force for force in TimeInForce}
_HOLD_SIDES = {side.value: side for side in HoldSide}
_MAKER = {"maker": True, "m": True, "taker": False, "t": False}


class FeeRow(msgspec.Struct, frozen=True, rename="camel"):
    """A part of a fee: orders say `fee`, fills say `totalFee`; negative when paid."""

    fee_coin: str | None = None
    fee: Text = None
    total_fee: Text = None


class OrderRow(msgspec.Struct, frozen=True, rename="camel"):
    """An order, as the orders channel and every REST order list describe it."""

    size: Text
    side: str
    order_type: str
    order_id: str
    pos_mode: str
    client_oid: str | None = None
    symbol: str | None = None
    inst_id: str | None = None
    status: str | None = None
    state: str | None = None
    price: Text = None
    price_avg: Text = None
    base_volume: Text = None
    acc_base_volume: Text = None
    force: str | None = None
    trade_side: str | None = None
    pos_side: str | None = None
    reduce_only: str | None = None
    fee: Text = None
    fee_detail: list[FeeRow] | None = None
    preset_stop_surplus_price: Text = None
    preset_stop_loss_price: Text = None
    cancel_reason: str | None = None
    c_time: Text = None
    u_time: Text = None


class FillRow(msgspec.Struct, frozen=True, rename="camel"):
    """An execution, as the fill channel and the REST fill lists describe it."""

    trade_id: str
    order_id: str
    symbol: str
    side: str
    price: Text
    base_volume: Text
    pos_mode: str
    client_oid: str | None = None
    profit: Text = None
    trade_side: str | None = None
    trade_scope: str | None = None
    fee_detail: list[FeeRow] | None = None
    c_time: Text = None


def build_order(request: OrderRequest) -> dict[str, str]:
    """The parameters of Place-Order.

    Raises `TranslationError` when side, hold side and reduce-only contradict each other, a limit order has
    no price or an order that only closes brings a take profit or stop loss: such a request must not leave.
    """
    params = {
        "symbol": request.symbol,
        "productType": ProductType.USDT_FUTURES.value,
        "marginMode": request.margin_mode.value,
        "marginCoin": MARGIN_COIN,
        "size": decimal_text(request.size),
        "orderType": request.order_type.value,
        "clientOid": request.client_order_id,
    }
    if request.order_type is OrderType.LIMIT:
        params |= {"price": limit_price(request), "force": request.time_in_force.value}
    require_opening_for_legs(request)
    if request.take_profit is not None:
        params["presetStopSurplusPrice"] = decimal_text(request.take_profit)
    if request.stop_loss is not None:
        params["presetStopLossPrice"] = decimal_text(request.stop_loss)
    return params | build_direction(request)


def limit_price(request: OrderRequest) -> str:
    """The price of a limit order. Raises `TranslationError` when it has none."""
    if request.price is None:
        raise TranslationError("a limit order needs a price")
    return decimal_text(request.price)


def require_opening_for_legs(request: OrderRequest) -> None:
    """Only an order that may open can bring a take profit and stop loss. Raises `TranslationError`."""
    if request.reduce_only and (request.take_profit is not None or request.stop_loss is not None):
        raise TranslationError("an order that only closes brings no take profit and no stop loss")


def build_direction(request: OrderRequest) -> dict[str, str]:
    """`side` with what the position mode adds to it. Raises `TranslationError` for a contradiction."""
    if request.hold_side is None:
        one_way = {"side": request.side.value}
        return one_way | {"reduceOnly": "YES"} if request.reduce_only else one_way
    opening = request.hold_side.opening_side
    expected = opening.opposite if request.reduce_only else opening
    if request.side is not expected:
        verb = "close" if request.reduce_only else "open"
        raise TranslationError(f"{request.side} does not {verb} a {request.hold_side} position")
    return {"side": opening.value, "tradeSide": "close" if request.reduce_only else "open"}


def build_cancel(target: OrderRef) -> dict[str, str]:
    """The parameters of Cancel-Order. Raises `TranslationError` when the target names no id."""
    return {"symbol": target.symbol, "productType": ProductType.USDT_FUTURES.value} | build_name(target)


def build_name(target: OrderRef) -> dict[str, str]:
    """One id of an order, the exchange's when it is known. Raises `TranslationError` without any."""
    if target.order_id:
        return {"orderId": target.order_id}
    if target.client_order_id:
        return {"clientOid": target.client_order_id}
    raise TranslationError("an order is named by an id")


def parse_order(row: OrderRow) -> Order:
    """One order. Raises `TranslationError`: above all for a state that is not known here."""
    order_type = parse_order_type(row.order_type)
    state = parse_word(_STATES, row.status or row.state, "status")
    hold_side, closing = parse_hold_side(row.pos_mode, row.pos_side), is_closing(row.trade_side)
    return Order(
        client_order_id=safe_text(row.client_oid or "", 64),
        order_id=safe_text(row.order_id, 64) or None,
        symbol=parse_symbol_name(row.symbol, row.inst_id),
        side=parse_order_side(row.side, hold_side, closing),
        order_type=order_type,
        time_in_force=_FORCES.get((row.force or "").lower(), TimeInForce.GTC),
        size=parse_number(row.size, "size"),
        price=parse_positive(row.price, "price") if order_type is OrderType.LIMIT else None,
        reduce_only=closing if hold_side is not None else (row.reduce_only or "").lower() == "yes",
        hold_side=hold_side,
        state=state,
        filled=_filled(row, state),
        average_price=parse_positive(row.price_avg, "priceAvg"),
        fee=_order_fee(row),
        created_ms=parse_time(row.c_time, "cTime"),
        updated_ms=parse_time(row.u_time, "uTime"),
        reason=safe_text(row.cancel_reason or ""),
        take_profit=parse_positive(row.preset_stop_surplus_price, "presetStopSurplusPrice"),
        stop_loss=parse_positive(row.preset_stop_loss_price, "presetStopLossPrice"),
        forced=parse_forced(row.trade_side),
    )


def parse_rest_fill(row: FillRow) -> Fill:
    """An execution from a REST list, whose `side` follows the order's rule."""
    side = parse_side(row.side)
    if parse_position_mode(row.pos_mode) is PositionMode.HEDGE and is_closing(row.trade_side):
        side = _named_direction(row.trade_side, side).opposite
    return _parse_fill(row, side)


def parse_pushed_fill(row: FillRow) -> Fill:
    """An execution from the fill channel, whose `side` is the trade's true direction."""
    return _parse_fill(row, parse_side(row.side))


def _parse_fill(row: FillRow, side: Side) -> Fill:
    fee, coin = _fill_fee(row.fee_detail or [])
    stamp = parse_time(row.c_time, "cTime")
    if stamp is None or not row.trade_id:
        raise TranslationError("a fill without a time or an id")
    return Fill(
        trade_id=safe_text(row.trade_id, 64),
        order_id=safe_text(row.order_id, 64),
        client_order_id=safe_text(row.client_oid, 64) if row.client_oid else None,
        symbol=parse_symbol_name(row.symbol),
        side=side,
        price=parse_number(row.price, "price"),
        size=parse_number(row.base_volume, "baseVolume"),
        fee=fee,
        fee_coin=coin,
        profit=parse_optional(row.profit, "profit"),
        maker=_MAKER.get((row.trade_scope or "").lower()),
        exchange_ms=stamp,
        forced=parse_forced(row.trade_side),
        hold_side=_moved(row, side),
    )


def _moved(row: FillRow, side: Side) -> HoldSide | None:
    """The position that an execution in this true direction moved, None in one-way mode."""
    if parse_position_mode(row.pos_mode) is PositionMode.ONE_WAY:
        return None
    opening = side.opposite if is_closing(row.trade_side) else side
    return HoldSide.LONG if opening is Side.BUY else HoldSide.SHORT


def is_closing(trade_side: str | None) -> bool:
    """Whether a hedge order closes its position."""
    # close, reduce_close_long, burst_close_short, offset_…, delivery_…, dte_sys_adl_close_… all close.
    return "close" in (trade_side or "").lower()


def _named_direction(trade_side: str | None, side: Side) -> Side:
    """The opening direction of the position: forced closes say long or short, plain ones only `side`."""
    word = (trade_side or "").lower()
    if word.endswith("_long"):
        return Side.BUY
    return Side.SELL if word.endswith("_short") else side


def parse_order_type(text: str | None) -> OrderType:
    """`limit` or `market`. Raises `TranslationError`."""
    return parse_word(_ORDER_TYPES, text, "orderType")


def parse_hold_side(position_mode: str | None, position_side: str | None) -> HoldSide | None:
    """The position that an order belongs to, None in one-way mode. Raises `TranslationError`."""
    if parse_position_mode(position_mode) is PositionMode.ONE_WAY:
        return None
    return parse_word(_HOLD_SIDES, position_side, "posSide")


def parse_order_side(text: str | None, hold_side: HoldSide | None, closing: bool) -> Side:
    """The true direction of an order; a hedge one's follows from its position. Raises `TranslationError`."""
    if hold_side is None:
        return parse_side(text)
    return hold_side.opening_side.opposite if closing else hold_side.opening_side


def _filled(row: OrderRow, state: OrderState) -> Decimal:
    # On the stream `baseVolume` is the last fill only; there the sum is `accBaseVolume`.
    text = row.acc_base_volume if row.acc_base_volume is not None else row.base_volume
    filled = parse_optional(text, "baseVolume")
    if filled is None and state is OrderState.WORKING:
        return Decimal(0)
    if filled is None:
        raise TranslationError(f"a {state} order without its executed size")
    return filled


def _order_fee(row: OrderRow) -> Decimal | None:
    if row.fee_detail:
        return _sum_of_one_coin([(part.fee_coin, part.fee) for part in row.fee_detail])[0]
    return parse_optional(row.fee, "fee")


def _fill_fee(parts: list[FeeRow]) -> tuple[Decimal | None, str | None]:
    return _sum_of_one_coin([(part.fee_coin, part.total_fee) for part in parts])


def _sum_of_one_coin(parts: list[tuple[str | None, Text]]) -> tuple[Decimal | None, str | None]:
    """The fee in the margin coin when a part is in it, else in the coin of the first part."""
    coins = [coin for coin, _ in parts]
    coin = MARGIN_COIN if MARGIN_COIN in coins else next(iter(coins), None)
    fees = [parse_optional(text, "fee") for part_coin, text in parts if part_coin == coin]
    known = [fee for fee in fees if fee is not None]
    return (sum(known, Decimal(0)) if known else None), (safe_text(coin, 20) if coin else None)
