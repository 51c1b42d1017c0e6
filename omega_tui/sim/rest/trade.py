"""The routes that trade: place, cancel, close, one or many.

Each function answers one route with the reply's `data`: an acknowledgement, never a result. What became of
an order is told by the streams and by `rest_orders`.
"""

import re
from contextlib import suppress
from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RECEIVE_WINDOW_LIMIT_MS, ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import (
    Direction,
    Force,
    HoldSide,
    MarginMode,
    OrderStatus,
    OrderType,
    PlanType,
    PositionMode,
    SelfTrade,
)
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.orders import accepted_row, ids_row
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest.batches import batch, failure_row, given_text, lists_row
from omega_tui.sim.rest.market import listed_symbol
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, act
from omega_tui.sim.venue.closing import Reversal
from omega_tui.sim.venue.ledger import LedgerOrder, OrderSpec, Presets
from omega_tui.sim.venue.modifying import Modification
from omega_tui.sim.venue.plan_requests import GuardRequest
from omega_tui.sim.venue.positions import opened_side, other_side

_CLIENT_OID = re.compile(r"[0-9A-Za-z+_#-]+")
_CANCEL_PAUSE_MS = 1000


class TradeSide(StrEnum):
    """Whether a hedge-mode order opens or closes."""

    OPEN = "open"
    CLOSE = "close"


def place_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`place-order`."""
    listed_symbol(exchange, parameters)
    return accepted_row(exchange.venue.place(parse_order(parameters, exchange.venue.position_mode)))


def batch_place_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`batch-place-order`: each order on its own; a refused one is a row of `failureList`.

    Presets of an order for a position that is there already change that position's take profit and stop loss.
    """
    listed_symbol(exchange, parameters)
    orders = batch(parameters, "orderList", refusal(Code.PARAMETER_WRONG, "orderList"))
    if orders is None:
        raise refusal(Code.PARAMETER_EMPTY, "orderList")
    placed: list[Row] = []
    failed: list[Row] = []
    for element in orders:
        merged = parameters.merged(element, "symbol", "productType", "marginCoin", "marginMode")
        try:
            placed.append(_place_of_batch(exchange, merged))
        except Refused as refused:
            failed.append(failure_row(refused, None, given_text(merged, "clientOid")))
    return lists_row(placed, failed)


def cancel_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`cancel-order` by `orderId` (wins) or `clientOid`."""
    return ids_row(_cancel(exchange, listed_symbol(exchange, parameters), parameters))


def batch_cancel_orders(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`batch-cancel-orders`: the listed orders, or without a list all that match the other parameters."""
    elements = batch(parameters, "orderIdList", refusal(Code.CANCELS_TOO_MANY))
    if elements is None:
        return _cancel_many(exchange, parameters, parameters.optional_symbol())
    symbol = listed_symbol(exchange, parameters)
    cancelled: list[Row] = []
    failed: list[Row] = []
    for element in elements:
        try:
            cancelled.append(ids_row(_cancel(exchange, symbol, element)))
        except Refused as refused:
            names = given_text(element, "orderId"), given_text(element, "clientOid")
            failed.append(failure_row(refused, *names))
    return lists_row(cancelled, failed)


def cancel_all_orders(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`cancel-all-orders` of the product type, within `receiveWindow` when one is asked for.

    Bitget's page knows no `symbol` here: a client that sends one and expects less to be cancelled is wrong.
    """
    window = parameters.integer("receiveWindow")
    requested = parameters.integer("requestTime")
    if window is not None and window > RECEIVE_WINDOW_LIMIT_MS:
        raise refusal(Code.RECEIVE_WINDOW_TOO_LONG)
    if window is not None and requested is not None and exchange.clock.now_ms() - requested > window:
        raise refusal(Code.OUTSIDE_RECEIVE_WINDOW)
    return _cancel_many(exchange, parameters, None)


def close_positions(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`close-positions` at market: one symbol or all, one side or both; one-way accounts send any side."""
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        raise refusal(Code.NO_POSITION_TO_CLOSE)
    hedge = exchange.venue.position_mode is PositionMode.HEDGE
    hold_side = parameters.word("holdSide", HoldSide) if hedge else None
    closing = exchange.venue.closer.close(parameters.optional_symbol(), hold_side)
    placed: list[Row] = [{**ids_row(order), "symbol": order.symbol} for order in closing.placed]
    failed: list[Row] = [{**failure_row(why, None, None), "symbol": symbol} for symbol, why in closing.failed]
    return {**lists_row(placed, failed), "result": False}


def modify_order(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`modify-order`: a new order's id is not known yet when the reply is written, its client id is."""
    symbol = listed_symbol(exchange, parameters)
    order = _named_order(exchange, symbol, parameters)
    if order is None:
        raise refusal(Code.CANCEL_UNKNOWN_ORDER)
    wanted = Modification(
        client_oid=parse_client_oid(parameters, "newClientOid"),
        size=parameters.decimal("newSize"),
        price=parameters.decimal("newPrice"),
        take_profit=parameters.decimal("newPresetStopSurplusPrice"),
        stop_loss=parameters.decimal("newPresetStopLossPrice"),
    )
    kept = exchange.venue.modifier.modify(order, wanted)
    return {"orderId": None, "clientOid": wanted.client_oid} if kept is None else ids_row(kept)


def click_backhand(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`click-backhand`: what is held, or `size` of it, becomes as much on the other side."""
    symbol = listed_symbol(exchange, parameters)
    parameters.margin_coin(required=True)
    reversal = Reversal(
        symbol=symbol,
        side=_reversed_side(parameters, exchange.venue.position_mode),
        size=parameters.decimal("size"),
        client_oid=parse_client_oid(parameters, "clientOid"),
    )
    return ids_row(exchange.venue.closer.reverse(reversal))


def parse_order(parameters: Parameters, mode: PositionMode) -> OrderSpec:
    """An order with its true direction: in hedge mode `side` names the position's side.

    Raises Refused for anything malformed, and 40774 for an order shaped for the other position mode.
    """
    parameters.margin_coin(required=True)
    side = parameters.required_word("side", Direction)
    order_type = parameters.required_word("orderType", OrderType)
    hold_side, closes = _hedge_intent(parameters, side, mode)
    limit = order_type is OrderType.LIMIT
    return OrderSpec(
        symbol=parameters.symbol(),
        direction=side.opposite if closes else side,
        order_type=order_type,
        size=parameters.required_decimal("size"),
        price=parameters.required_decimal("price") if limit else None,
        force=(parameters.word("force", Force) or Force.GTC) if limit else Force.GTC,
        margin_mode=parameters.required_word("marginMode", MarginMode),
        hold_side=hold_side,
        closes=closes,
        reduce_only=parameters.flag("reduceOnly"),
        client_oid=parse_client_oid(parameters, "clientOid"),
        presets=_presets(parameters),
        self_trade=parameters.word("stpMode", SelfTrade) or SelfTrade.NONE,
    )


def _hedge_intent(
    parameters: Parameters, side: Direction, mode: PositionMode
) -> tuple[HoldSide | None, bool]:
    """The position's side and whether the order closes it; neither in one-way mode.

    Without a `tradeSide` a hedge account refuses the order itself. With one, a one-way account refuses it
    here: Bitget's page says that it is ignored, but its own reply 40774 was captured.
    """
    trade_side = parameters.word("tradeSide", TradeSide)
    if trade_side is None:
        return None, False
    if mode is PositionMode.ONE_WAY:
        raise refusal(Code.MODE_MISMATCH)
    return opened_side(side), trade_side is TradeSide.CLOSE


def _reversed_side(parameters: Parameters, mode: PositionMode) -> HoldSide:
    """The position that is turned: in hedge mode as `side` and `tradeSide` of any order name it.

    In one-way mode, or with `tradeSide` open, `side` is the direction of the new position.
    """
    named = opened_side(parameters.required_word("side", Direction))
    trade_side = parameters.word("tradeSide", TradeSide)
    if mode is PositionMode.HEDGE and trade_side is not TradeSide.OPEN:
        return named
    return other_side(named)


def parse_client_oid(parameters: Parameters, name: str) -> str | None:
    """The client's own name of an order, None when absent. Raises Refused 40305 for a malformed one."""
    client_oid = parameters.text(name)
    if client_oid is not None and _CLIENT_OID.fullmatch(client_oid) is None:
        raise refusal(Code.CLIENT_OID_MALFORMED)
    return client_oid


def _place_of_batch(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    spec = parse_order(parameters, exchange.venue.position_mode)
    guards, wanted = exchange.venue.plans.guards, _guards_of_held(exchange, spec)
    guards.check(wanted)
    order = exchange.venue.place(spec)
    # The order's own fills may have moved the price past what was checked; the order stands all the same.
    with suppress(Refused):
        guards.set_all(wanted)
    return accepted_row(order)


def _guards_of_held(exchange: SimulatedExchange, spec: OrderSpec) -> list[GuardRequest]:
    """What the presets of an order set for the position that it adds to, nothing when there is none."""
    side = spec.hold_side or opened_side(spec.direction)
    held = [each.hold_side for each in exchange.venue.positions(spec.symbol)]
    if spec.closes or spec.reduce_only or side not in held:
        return []
    presets = spec.presets
    legs = (
        (PlanType.POSITION_PROFIT, presets.take_profit, presets.take_profit_execute),
        (PlanType.POSITION_LOSS, presets.stop_loss, presets.stop_loss_execute),
    )
    return [
        GuardRequest(kind, spec.symbol, side, trigger, execute_price=execute)
        for kind, trigger, execute in legs
        if trigger is not None
    ]


def _presets(parameters: Parameters) -> Presets:
    """The order's take profit and stop loss; zero means none, as an absent price does."""
    return Presets(
        take_profit=parameters.decimal("presetStopSurplusPrice") or None,
        stop_loss=parameters.decimal("presetStopLossPrice") or None,
        take_profit_execute=parameters.decimal("presetStopSurplusExecutePrice") or None,
        stop_loss_execute=parameters.decimal("presetStopLossExecutePrice") or None,
    )


def _cancel(exchange: SimulatedExchange, symbol: str, parameters: Parameters) -> LedgerOrder:
    order = _named_order(exchange, symbol, parameters)
    if order is not None and _just_cancelled(order, exchange.clock.now_ms()):
        raise refusal(Code.CANCEL_TOO_OFTEN)
    return exchange.venue.cancel(symbol, parameters.identity("orderId"), parameters.text("clientOid"))


def _named_order(exchange: SimulatedExchange, symbol: str, parameters: Parameters) -> LedgerOrder | None:
    """The order that `orderId` (wins) or `clientOid` names; Refused 40924 without either."""
    order_id, client_oid = parameters.identity("orderId"), parameters.text("clientOid")
    if order_id is None and client_oid is None:
        raise refusal(Code.ORDER_ID_MISSING)
    return exchange.venue.order(symbol, order_id, client_oid)


def _just_cancelled(order: LedgerOrder, now_ms: int) -> bool:
    return order.status is OrderStatus.CANCELED and now_ms - order.updated_ms < _CANCEL_PAUSE_MS


def _cancel_many(exchange: SimulatedExchange, parameters: Parameters, symbol: str | None) -> Row:
    parameters.margin_coin(required=False)
    if parameters.product_type() is not ProductType.USDT_FUTURES:
        raise refusal(Code.NO_ORDER_TO_CANCEL)
    cancelled = exchange.venue.cancel_many(symbol)
    return lists_row([ids_row(order) for order in cancelled], [])


ROUTES: Final[dict[str, Route]] = {
    RestPath.PLACE_ORDER: act(place_order),
    RestPath.BATCH_PLACE_ORDER: act(batch_place_order),
    RestPath.CANCEL_ORDER: act(cancel_order),
    RestPath.BATCH_CANCEL_ORDERS: act(batch_cancel_orders),
    RestPath.CANCEL_ALL_ORDERS: act(cancel_all_orders),
    RestPath.MODIFY_ORDER: act(modify_order),
    RestPath.CLICK_BACKHAND: act(click_backhand),
    RestPath.CLOSE_POSITIONS: act(close_positions),
}
"""The routes of this module by their paths."""
