"""Orders and fills: the side that is shown must be the side that was traded, in both position modes."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from omega_tui.domain.orders import (
    Forced,
    HoldSide,
    MarginMode,
    OrderRef,
    OrderRequest,
    OrderState,
    OrderType,
    Side,
    TimeInForce,
)
from omega_tui.exchange.bitget.translation.orders import (
    FillRow,
    OrderRow,
    build_cancel,
    build_order,
    parse_order,
    parse_pushed_fill,
    parse_rest_fill,
)
from omega_tui.exchange.bitget.translation.words import TranslationError

_ORDER = {
    "symbol": "BTCUSDT",
    "size": "0.002",
    "orderId": "111",
    "clientOid": "omega-1",
    "baseVolume": "0",
    "fee": "",
    "price": "25000",
    "priceAvg": "",
    "status": "live",
    "side": "buy",
    "force": "gtc",
    "posSide": "net",
    "orderType": "limit",
    "reduceOnly": "NO",
    "tradeSide": "buy_single",
    "posMode": "one_way_mode",
    "cTime": "1700725524378",
    "uTime": "1700725524379",
}
_FILL = {
    "tradeId": "9",
    "symbol": "BTCUSDT",
    "orderId": "111",
    "price": "37271.4",
    "baseVolume": "0.001",
    "feeDetail": [{"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": None, "totalFee": "-0.02236"}],
    "side": "buy",
    "profit": "-0.0007",
    "tradeSide": "open",
    "posMode": "hedge_mode",
    "tradeScope": "taker",
    "cTime": "1700720700342",
}


def _order(**changes: Any) -> OrderRow:
    return msgspec.convert(_ORDER | changes, OrderRow)


def _fill(**changes: Any) -> FillRow:
    return msgspec.convert(_FILL | changes, FillRow)


def _request(**changes: Any) -> OrderRequest:
    plain: dict[str, Any] = {
        "client_order_id": "omega-1",
        "symbol": "BTCUSDT",
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "size": Decimal("0.0010"),
        "price": Decimal("60000.50"),
        "time_in_force": TimeInForce.GTC,
        "reduce_only": False,
        "margin_mode": MarginMode.CROSSED,
    }
    return OrderRequest(**(plain | changes))


_HEDGE_TABLE = [
    # hold side, closes, true side, Bitget's side, tradeSide
    (HoldSide.LONG, False, Side.BUY, "buy", "open"),
    (HoldSide.LONG, True, Side.SELL, "buy", "close"),
    (HoldSide.SHORT, False, Side.SELL, "sell", "open"),
    (HoldSide.SHORT, True, Side.BUY, "sell", "close"),
]


@pytest.mark.parametrize(("hold", "closes", "side", "wire_side", "trade_side"), _HEDGE_TABLE)
def test_hedge_mode_names_the_position_on_the_wire_and_the_trade_here(
    hold: HoldSide, closes: bool, side: Side, wire_side: str, trade_side: str
) -> None:
    params = build_order(_request(side=side, hold_side=hold, reduce_only=closes))
    assert (params["side"], params["tradeSide"]) == (wire_side, trade_side)
    assert "reduceOnly" not in params
    row = _order(side=wire_side, tradeSide=trade_side, posSide=hold.value, posMode="hedge_mode")
    order = parse_order(row)
    assert (order.side, order.hold_side, order.reduce_only) == (side, hold, closes)


@pytest.mark.parametrize(("hold", "closes", "side", "wire_side", "trade_side"), _HEDGE_TABLE)
def test_a_hedge_order_whose_side_contradicts_its_position_never_leaves(
    hold: HoldSide, closes: bool, side: Side, wire_side: str, trade_side: str
) -> None:
    with pytest.raises(TranslationError):
        build_order(_request(side=side.opposite, hold_side=hold, reduce_only=closes))


@pytest.mark.parametrize("kind", ["reduce", "burst", "offset", "delivery", "dte_sys_adl"])
@pytest.mark.parametrize("hold", list(HoldSide))
def test_a_forced_close_is_a_trade_against_the_position(kind: str, hold: HoldSide) -> None:
    trade_side = f"{kind}_close_{hold}"
    against = hold.opening_side.opposite
    for wire_side in ("buy", "sell"):
        row = _order(side=wire_side, tradeSide=trade_side, posSide=hold.value, posMode="hedge_mode")
        assert parse_order(row).side is against
        assert parse_rest_fill(_fill(side=wire_side, tradeSide=trade_side)).side is against


@pytest.mark.parametrize(
    ("trade_side", "cause"),
    [
        ("open", None),
        ("close", None),
        ("buy_single", None),
        ("reduce_close_long", Forced.REDUCTION),
        ("reduce_sell_single", Forced.REDUCTION),
        ("burst_close_short", Forced.LIQUIDATION),
        ("burst_sell_single", Forced.LIQUIDATION),
        ("offset_close_long", Forced.NETTING),
        ("dte_sys_adl_close_short", Forced.DELEVERAGING),
        ("dte_sys_adl_buy_in_single_side_mode", Forced.DELEVERAGING),
        ("delivery_sell_single", Forced.DELIVERY),
    ],
)
def test_what_the_exchange_did_by_itself_is_named_by_its_cause(trade_side: str, cause: Forced | None) -> None:
    """A liquidation and a deleveraging read like somebody's trades otherwise (O25, O26)."""
    mode = "hedge_mode" if "close" in trade_side else "one_way_mode"
    row = _order(tradeSide=trade_side, posMode=mode, posSide="long" if mode == "hedge_mode" else "net")
    assert parse_order(row).forced is cause
    fill = _fill(tradeSide=trade_side, posMode=mode)
    assert (parse_rest_fill(fill).forced, parse_pushed_fill(fill).forced) == (cause, cause)


@pytest.mark.parametrize(
    ("mode", "wire_side", "trade_side", "rest", "pushed"),
    [
        ("one_way_mode", "sell", "sell_single", Side.SELL, Side.SELL),
        ("one_way_mode", "buy", "open", Side.BUY, Side.BUY),
        ("hedge_mode", "buy", "open", Side.BUY, Side.BUY),
        ("hedge_mode", "sell", "open", Side.SELL, Side.SELL),
        # The REST list names the position, the fill channel the trade.
        ("hedge_mode", "buy", "close", Side.SELL, Side.BUY),
        ("hedge_mode", "sell", "close", Side.BUY, Side.SELL),
    ],
)
def test_a_fill_is_turned_from_rest_and_taken_as_it_is_from_the_stream(
    mode: str, wire_side: str, trade_side: str, rest: Side, pushed: Side
) -> None:
    row = _fill(posMode=mode, side=wire_side, tradeSide=trade_side)
    assert (parse_rest_fill(row).side, parse_pushed_fill(row).side) == (rest, pushed)


@pytest.mark.parametrize("hold", list(HoldSide))
@pytest.mark.parametrize("trade_side", ["open", "close", "burst_close_{}"])
def test_a_fill_of_hedge_mode_names_the_position_that_it_moved(hold: HoldSide, trade_side: str) -> None:
    """Bug: closing a long counted as opening a short, so that the history shows trades nobody made."""
    trade_side = trade_side.format(hold)
    rest = _fill(posMode="hedge_mode", side=hold.opening_side.value, tradeSide=trade_side)
    true_side = hold.opening_side if trade_side == "open" else hold.opening_side.opposite
    pushed = _fill(posMode="hedge_mode", side=true_side.value, tradeSide=trade_side)
    assert (parse_rest_fill(rest).hold_side, parse_pushed_fill(pushed).hold_side) == (hold, hold)
    assert parse_rest_fill(_fill(posMode="one_way_mode", tradeSide=trade_side)).hold_side is None


def test_a_limit_order_is_written_in_exact_plain_text() -> None:
    assert build_order(_request(time_in_force=TimeInForce.POST_ONLY, reduce_only=True)) == {
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": "0.001",
        "orderType": "limit",
        "clientOid": "omega-1",
        "price": "60000.5",
        "force": "post_only",
        "side": "buy",
        "reduceOnly": "YES",
    }


def test_legs_come_along_with_an_order_that_opens_and_are_read_back() -> None:
    params = build_order(_request(take_profit=Decimal("62000.0"), stop_loss=Decimal(58_000)))
    assert (params["presetStopSurplusPrice"], params["presetStopLossPrice"]) == ("62000", "58000")
    row = _order(presetStopSurplusPrice="62000", presetStopLossPrice="58000")
    assert (parse_order(row).take_profit, parse_order(row).stop_loss) == (Decimal(62_000), Decimal(58_000))
    none = _order(presetStopSurplusPrice="", presetStopLossPrice="0")
    assert (parse_order(none).take_profit, parse_order(none).stop_loss) == (None, None)


@pytest.mark.parametrize("leg", ["take_profit", "stop_loss"])
def test_an_order_that_only_closes_brings_no_legs(leg: str) -> None:
    """Bitget refuses or drops them: a stop that was thought to be there would not be."""
    with pytest.raises(TranslationError, match="only closes"):
        build_order(_request(reduce_only=True, **{leg: Decimal(1)}))


def test_a_market_order_carries_neither_price_nor_force() -> None:
    params = build_order(_request(order_type=OrderType.MARKET, price=None))
    assert not {"price", "force"} & set(params)
    with pytest.raises(TranslationError, match="price"):
        build_order(_request(price=None))


def test_an_amount_with_an_exponent_is_spelled_out() -> None:
    assert build_order(_request(size=Decimal("1E+3"), price=Decimal("1E-7")))["size"] == "1000"
    assert build_order(_request(size=Decimal("1E+3"), price=Decimal("1E-7")))["price"] == "0.0000001"


def test_a_cancel_names_the_exchange_id_first_and_never_nothing() -> None:
    both = build_cancel(OrderRef("BTCUSDT", "1", "omega-1"))
    assert both == {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": "1"}
    assert build_cancel(OrderRef("BTCUSDT", None, "omega-1"))["clientOid"] == "omega-1"
    with pytest.raises(TranslationError):
        build_cancel(OrderRef("BTCUSDT", None, ""))


@pytest.mark.parametrize("word", ["new", "", None, "LIVE?", "triggered\x1b"])
def test_an_unknown_order_state_fails_loudly(word: str | None) -> None:
    with pytest.raises(TranslationError, match="status") as caught:
        parse_order(_order(status=word))
    assert "\x1b" not in str(caught.value)


def test_what_merely_describes_an_order_degrades() -> None:
    order = parse_order(_order(force="something new", cancelReason="weird\x1b[2J"))
    assert order.time_in_force is TimeInForce.GTC
    assert order.reason == "weird␛[2J"


def test_an_order_without_figures_says_none_and_not_zero() -> None:
    order = parse_order(_order(orderType="market", price="0"))
    assert (order.price, order.average_price, order.fee, order.filled) == (None, None, None, Decimal(0))
    with pytest.raises(TranslationError, match="executed size"):
        parse_order(_order(status="filled", baseVolume=""))
    with pytest.raises(TranslationError, match="size"):
        parse_order(_order(size=""))


def test_the_stream_fills_are_the_sum_and_not_the_last_execution() -> None:
    row = _order(status="partially_filled", accBaseVolume="0.0015", baseVolume="0.0005")
    assert parse_order(row).filled == Decimal("0.0015")


@pytest.mark.parametrize(
    ("scope", "maker"), [("maker", True), ("M", True), ("taker", False), ("T", False), (None, None)]
)
def test_who_made_the_market_is_known_or_none(scope: str | None, maker: bool | None) -> None:
    assert parse_rest_fill(_fill(tradeScope=scope)).maker is maker


def test_a_fee_in_two_coins_is_not_added_up() -> None:
    parts = [{"feeCoin": "BGB", "totalFee": "-3"}, {"feeCoin": "USDT", "totalFee": "-0.01"}]
    fill = parse_rest_fill(_fill(feeDetail=parts))
    assert (fill.fee, fill.fee_coin) == (Decimal("-0.01"), "USDT")
    assert parse_rest_fill(_fill(feeDetail=[])).fee is None


@pytest.mark.parametrize("text", ["NaN", "1e5", "１", "1_000", " 1", "Infinity"])
def test_a_number_that_only_python_would_read_is_refused(text: str) -> None:
    with pytest.raises(TranslationError):
        parse_rest_fill(_fill(price=text))


def test_states_map_one_to_one() -> None:
    states = {
        "live": OrderState.WORKING,
        "partially_filled": OrderState.PARTIALLY_FILLED,
        "filled": OrderState.FILLED,
        "canceled": OrderState.CANCELED,
        "cancelled": OrderState.CANCELED,
    }
    for word, state in states.items():
        assert parse_order(_order(status=word, baseVolume="0")).state is state
        assert parse_order(_order(status=None, state=word, baseVolume="0")).state is state


@pytest.mark.parametrize("stamp", [10**17, 2**63, 2**70, -5, "9" * 17, "１７００７２０７００３４２"])
def test_a_time_that_is_none_is_refused_as_a_number_too(stamp: int | str) -> None:
    """P34. Bug: only a text is looked at, and a number that no database holds goes through."""
    with pytest.raises(TranslationError, match="cTime"):
        parse_pushed_fill(_fill(cTime=stamp))
