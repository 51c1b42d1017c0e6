"""Closed positions from Bitget's history and from files of exported rows."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.orders import HoldSide, Side
from omega_tui.exchange.bitget.translation.closed import (
    ClosedRow,
    ExportUnreadable,
    parse_closed_rows,
    read_export,
)
from omega_tui.exchange.bitget.translation.words import TranslationError
from tests.exchange.payloads import replies
from tests.support.shared import needs_shared

ROW = {
    "symbol": "BTCUSDT",
    "marginCoin": "USDT",
    "holdSide": "long",
    "openAvgPrice": "37272.1",
    "closeAvgPrice": "37271.4",
    "marginMode": "crossed",
    "openTotalPos": "0.001",
    "closeTotalPos": "0.001",
    "pnl": "-0.0007",
    "netProfit": "-0.0454261",
    "totalFunding": "0",
    "openFee": "-0.02236326",
    "closeFee": "-0.02236284",
    "ctime": "1700720651684",
    "utime": "1700720700400",
}
"""A real row as an independent client captured it: it has no position id."""

FILL = {
    "tradeId": "7",
    "symbol": "ETHUSDT",
    "orderId": "70",
    "price": "1801.33",
    "baseVolume": "0.02",
    "feeDetail": [{"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": "0", "totalFee": "-0.02"}],
    "side": "buy",
    "profit": "0.0252",
    "tradeSide": "close",
    "posMode": "hedge_mode",
    "tradeScope": "taker",
    "cTime": "1698730804882",
}
"""Of the documentation of Get-Fill-History, in hedge mode: `buy` is the position's side there."""

ORDER = {
    "symbol": "ethusdt",
    "size": "100",
    "orderId": "123",
    "clientOid": "12321",
    "baseVolume": "12.1",
    "fee": "-0.00854",
    "price": "1900",
    "priceAvg": "1903",
    "status": "filled",
    "side": "buy",
    "totalProfits": "0",
    "posSide": "long",
    "marginCoin": "usdt",
    "tradeSide": "open",
    "posMode": "hedge_mode",
    "cTime": "1627293504612",
    "uTime": "1627293505612",
}
"""Of the documentation of Get-Orders-History."""


def test_a_row_of_the_history_becomes_a_position() -> None:
    (one,) = parse_closed_rows([msgspec.convert(ROW, ClosedRow)])
    assert (one.symbol, one.hold_side, one.closed_size) == ("BTCUSDT", HoldSide.LONG, Decimal("0.001"))
    assert (one.gross, one.fees, one.funding) == (Decimal("-0.0007"), Decimal("-0.0447261"), 0)
    assert (one.opened_ms, one.closed_ms) == (1700720651684, 1700720700400)
    assert one.gross + one.fees + one.funding == one.net + Decimal("0"), "the exchange's own sum"


@needs_shared
def test_every_captured_and_documented_row_is_read() -> None:
    """Bug: a member that a table promises and the wire does not send."""
    rows = []
    for reply in replies("GET.mix.position.history-position"):
        rows += reply["list"] if isinstance(reply, dict) else reply
    assert len(rows) >= 4
    found = parse_closed_rows([msgspec.convert(row, ClosedRow, strict=False) for row in rows])
    assert len({each.position_id for each in found}) == len(found)
    assert [each.closed_ms for each in found] == sorted(each.closed_ms for each in found)


@pytest.mark.parametrize(
    "change", [{"utime": ""}, {"holdSide": "net"}, {"pnl": "x"}, {"closeTotalPos": None}]
)
def test_a_row_that_cannot_be_meant_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TranslationError):
        parse_closed_rows([msgspec.convert(ROW | change, ClosedRow)])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ROW]),
        json.dumps({"code": "00000", "data": {"list": [ROW], "endId": "1"}}),
        "\n".join(json.dumps(row) for row in (ROW,)) + "\n",
        ",".join(ROW) + "\n" + ",".join(ROW.values()) + "\n",
    ],
    ids=["list", "reply", "lines", "csv"],
)
def test_the_same_rows_are_read_from_every_form(text: str) -> None:
    (one,) = read_export(text).positions
    assert one.gross == Decimal("-0.0007")


def test_numbers_of_a_file_stay_the_text_that_they_are() -> None:
    """Bug: 0.1 + 0.2 in somebody's profit."""
    text = json.dumps(ROW).replace('"-0.0007"', "-0.00070000000000000001")
    assert read_export(text).positions[0].gross == Decimal("-0.00070000000000000001")


def test_fills_and_orders_of_hedge_mode_name_their_position() -> None:
    """Bug: a close of a long read as the opening of a short."""
    (fill,) = read_export(json.dumps([FILL])).fills
    assert (fill.side, fill.hold_side, fill.profit) == (Side.SELL, HoldSide.LONG, Decimal("0.0252"))
    closing = ORDER | {"tradeSide": "close", "totalProfits": "3"}
    opened, closed = read_export(json.dumps([ORDER, closing | {"uTime": "1627293505613"}])).fills
    assert (opened.side, opened.hold_side, opened.size) == (Side.BUY, HoldSide.LONG, Decimal("12.1"))
    assert (closed.side, closed.hold_side, closed.profit) == (Side.SELL, HoldSide.LONG, 3)
    single = ORDER | {"posMode": "one_way_mode", "tradeSide": "sell_single", "side": "sell", "posSide": "net"}
    (netted,) = read_export(json.dumps([single])).fills
    assert (netted.side, netted.hold_side) == (Side.SELL, None)


def test_an_order_that_executed_nothing_is_no_fill() -> None:
    assert read_export(json.dumps([ORDER | {"baseVolume": "0", "priceAvg": ""}])).fills == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rows"),
        ("[]", "no rows"),
        ("[1]", "no list of rows"),
        ('{"data": [{"a": 1}', "not JSON: line 1"),
        (json.dumps([ROW, ROW | {"pnl": "1,5"}]), "row 2: pnl"),
        (json.dumps([{"Date": "x", "Pair": "y"}]), "it has Date, Pair"),
        ('a,b\n"c,d\n', "not CSV: line"),
        ("a,b\n1,2,3\n", "row 1: it has more cells"),
        ("[" * 100_000, "nested too deeply"),
        ("Date,Direction\n2024-01-01,Close long\n", "it has Date, Direction"),
        (json.dumps([ORDER | {"symbol": "\x1b[31m"}]), "row 1"),
        (json.dumps([ORDER | {"priceAvg": None}]), "priceAvg is missing"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_row(text: str, words: str) -> None:
    with pytest.raises(ExportUnreadable) as raised:
        read_export(text)
    assert words in str(raised.value)
    assert "\x1b" not in str(raised.value)


def _rows_or_reason(text: str) -> object:
    try:
        return read_export(text)
    except ExportUnreadable as error:
        return str(error)


@given(st.text(max_size=200) | st.text(alphabet='"\n,;a[{', max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert _rows_or_reason(text)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*ROW, *FILL, *ORDER]),
            st.none() | st.text(max_size=8) | st.integers() | st.floats(allow_nan=True),
        ),
        max_size=4,
    )
)
def test_no_row_breaks_the_reader(rows: list[dict[str, Any]]) -> None:
    assert _rows_or_reason(json.dumps(rows))
