"""Closed positions as Bitget's position history and its exported rows tell them. Pure.

Sources: Bitget's Get-History-Position, Get-Fill-History and Get-Orders-History; of the retired V1 its
`historyOrders`, which people still have in their files.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from omega_tui.domain.closed import ReportedPosition
from omega_tui.domain.orders import Fill, HoldSide, Side
from omega_tui.domain.symbols import UnknownSymbol, parse_symbol
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.translation.orders import FillRow, Text, parse_rest_fill
from omega_tui.exchange.bitget.translation.words import (
    TranslationError,
    parse_number,
    parse_optional,
    parse_symbol_name,
    parse_time,
    parse_word,
)
from omega_tui.exchange.bitget.wire import MARGIN_COIN

_HOLD_SIDES = {side.value: side for side in HoldSide}
_LISTS = ("data", "list", "fillList", "entrustedList", "orderList", "orders", "rows")
"""Members that hold the rows in Bitget's replies, and in files that people made of them."""

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class ClosedRow(msgspec.Struct, frozen=True, rename="camel"):
    """One row of `history-position`; its times are lower-case, whatever the page's table says.

    Real rows carry no id, so a position is named by what cannot repeat: symbol, side and both times.
    """

    symbol: str
    hold_side: str
    open_avg_price: Text
    close_avg_price: Text
    open_total_pos: Text
    close_total_pos: Text
    pnl: Text
    net_profit: Text
    total_funding: Text
    open_fee: Text
    close_fee: Text
    opened: Text = msgspec.field(name="ctime")
    closed: Text = msgspec.field(name="utime")


def parse_closed(row: ClosedRow) -> ReportedPosition:
    """A closed position. Raises `TranslationError`."""
    opened, closed = parse_time(row.opened, "ctime"), parse_time(row.closed, "utime")
    if opened is None or closed is None:
        raise TranslationError("a closed position without its times")
    symbol, hold_side = parse_symbol_name(row.symbol), parse_word(_HOLD_SIDES, row.hold_side, "holdSide")
    return ReportedPosition(
        position_id=f"{symbol}-{hold_side}-{opened}-{closed}",
        symbol=symbol,
        hold_side=hold_side,
        entry_price=parse_number(row.open_avg_price, "openAvgPrice"),
        exit_price=parse_number(row.close_avg_price, "closeAvgPrice"),
        opened_size=parse_number(row.open_total_pos, "openTotalPos"),
        closed_size=parse_number(row.close_total_pos, "closeTotalPos"),
        gross=parse_number(row.pnl, "pnl"),
        net=parse_number(row.net_profit, "netProfit"),
        funding=parse_number(row.total_funding, "totalFunding"),
        fees=parse_number(row.open_fee, "openFee") + parse_number(row.close_fee, "closeFee"),
        opened_ms=opened,
        closed_ms=closed,
    )


def parse_closed_rows(rows: Iterable[ClosedRow]) -> tuple[ReportedPosition, ...]:
    """Closed positions, which arrive newest first, oldest first. Raises `TranslationError`."""
    return tuple(sorted(map(parse_closed, rows), key=lambda each: each.closed_ms))


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file of exported rows holds: closed positions, or executions, oldest first."""

    positions: tuple[ReportedPosition, ...] = ()
    fills: tuple[Fill, ...] = ()


class ExportUnreadable(ValueError):
    """A file that holds no rows that are known here; the message says where and what was wrong."""


def read_export(text: str) -> Exported:
    """Rows of position history, fill history or order history, as JSON, JSON Lines or CSV.

    Members are named as Bitget's replies name them. An order counts as one execution at its average price.
    Raises `ExportUnreadable` naming the row; then nothing of the file is taken.
    """
    rows = _rows(text)
    if not rows:
        raise ExportUnreadable("no rows in it")
    positions: list[ReportedPosition] = []
    fills: list[Fill] = []
    for number, row in enumerate(rows, start=1):
        try:
            if "openAvgPrice" in row:
                positions.append(parse_closed(msgspec.convert(row, ClosedRow, strict=False)))
            elif "tradeId" in row:
                fills.append(parse_rest_fill(msgspec.convert(row, FillRow, strict=False)))
            elif "orderId" in row:
                fills.extend(_fill_of_order(row))
            else:
                names = ", ".join(map(str, list(row)[:6]))
                raise TranslationError(
                    "no position history (openAvgPrice), fill (tradeId) or order (orderId): "
                    f"it has {safe_text(names, 100)}"
                )
        except (TranslationError, UnknownSymbol, msgspec.ValidationError) as error:
            raise ExportUnreadable(f"row {number}: {safe_text(str(error), 200)}") from None
    positions.sort(key=lambda each: each.closed_ms)
    fills.sort(key=lambda each: (each.exchange_ms, len(each.trade_id), each.trade_id))
    return Exported(tuple(positions), tuple(fills))


def _rows(text: str) -> list[dict[str, Any]]:
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return _table(text)
    try:
        # Numbers stay the text that they are.
        return _listed(json.loads(text, parse_float=str, parse_int=str))
    except RecursionError:
        raise ExportUnreadable("not a list of rows: it is nested too deeply") from None
    except json.JSONDecodeError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            found = [json.loads(line, parse_float=str, parse_int=str) for line in lines]
        except (json.JSONDecodeError, RecursionError):
            raise ExportUnreadable(f"not JSON: line {whole.lineno}, {whole.msg}") from None
        return _listed(found)


def _table(text: str) -> list[dict[str, Any]]:
    rows = csv.DictReader(text.splitlines(), restkey="more", strict=True)
    try:
        found = list(rows)
    except csv.Error as error:
        raise ExportUnreadable(f"not CSV: line {rows.line_num}, {error}") from None
    uneven = next((number for number, row in enumerate(found, start=1) if "more" in row), None)
    if uneven is not None:
        raise ExportUnreadable(f"row {uneven}: it has more cells than there are headings")
    return found


def _listed(value: Any) -> list[dict[str, Any]]:
    while isinstance(value, dict):
        inner = next((value[name] for name in _LISTS if name in value), None)
        if inner is None:
            return [value]
        value = inner
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ExportUnreadable("no list of rows in it")
    return value


def _fill_of_order(row: Mapping[str, Any]) -> Iterable[Fill]:
    """What an order executed, as one fill at its average price; nothing when it executed nothing."""
    told = _Told(row)
    size = told.number("baseVolume", "filledQty")
    if not size:
        return ()
    side, hold_side = _directions(told)
    stamp = parse_time(told.text("uTime", "cTime"), "uTime")
    if stamp is None:
        raise TranslationError("an order without a time")
    price = told.number("priceAvg")
    if price is None:
        raise TranslationError("priceAvg is missing of an order that executed")
    return (
        Fill(
            trade_id=safe_text(told.text("orderId") or "", 64),
            order_id=safe_text(told.text("orderId") or "", 64),
            client_order_id=safe_text(told.text("clientOid") or "", 64) or None,
            symbol=parse_symbol((told.text("symbol") or "").upper()).name,
            side=side,
            price=price,
            size=size,
            fee=told.number("fee"),
            fee_coin=(told.text("marginCoin") or MARGIN_COIN).upper(),
            profit=told.number("totalProfits"),
            maker=None,
            exchange_ms=stamp,
            hold_side=hold_side,
        ),
    )


class _Told:
    """The members of a row by any of their names, V2's before V1's."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row

    def text(self, *names: str) -> str | None:
        """The first member that says something."""
        found = (self._row.get(name) for name in names)
        return next((str(value) for value in found if value not in (None, "")), None)

    def number(self, *names: str) -> Any:
        """The first member that says something, as a number or None. Raises `TranslationError`."""
        return parse_optional(self.text(*names), names[0])


def _directions(told: _Told) -> tuple[Side, HoldSide | None]:
    """The true direction of an order and the position that it moved, None in one-way mode."""
    word = (told.text("tradeSide", "side") or "").lower()
    action, _, named = word.rpartition("_")
    held = _HOLD_SIDES.get(named)
    if held is None and told.text("posMode") == "hedge_mode":
        held = parse_word(_HOLD_SIDES, told.text("posSide"), "posSide")
    if held is None:
        return parse_word(_SIDES, told.text("side"), "side"), None
    closes = "close" in (action or word)
    side = held.opening_side.opposite if closes else held.opening_side
    hedged = told.text("holdMode") != "single_hold" and told.text("posMode") != "one_way_mode"
    return side, held if hedged else None
