"""Positions, balance, settings: absent is None, absurd is None, unknown modes are loud."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode
from omega_tui.exchange.bitget.translation.account import (
    BalanceRow,
    PositionRow,
    SettingsRow,
    parse_balance,
    parse_position,
    parse_positions,
    parse_settings,
)
from omega_tui.exchange.bitget.translation.words import TranslationError

_POSITION = {
    "instId": "BTCUSDT",
    "marginSize": "3.7",
    "marginMode": "crossed",
    "holdSide": "long",
    "posMode": "one_way_mode",
    "total": "0.002",
    "available": "0.002",
    "openPriceAvg": "37355.5",
    "leverage": 20,
    "achievedProfits": "0",
    "unrealizedPL": "0.03",
    "liquidationPrice": "31725.02",
    "keepMarginRate": "0.004",
    "markPrice": "37370.5",
    "breakEvenPrice": "",
    "totalFee": "",
    "deductedFee": "0.044",
    "cTime": "1700807507275",
    "uTime": None,
}


def _position(**changes: Any) -> PositionRow:
    return msgspec.convert(_POSITION | changes, PositionRow)


def test_a_position_keeps_exact_figures_and_absent_ones_are_none() -> None:
    position = parse_position(_position())
    assert (position.symbol, position.hold_side, position.size) == (
        "BTCUSDT",
        HoldSide.LONG,
        Decimal("0.002"),
    )
    assert (position.leverage, position.margin_mode) == (20, MarginMode.CROSSED)
    assert (position.break_even_price, position.funding, position.updated_ms) == (None, None, None)
    assert position.fees == Decimal("-0.044")
    assert position.opened_ms == 1700807507275


@pytest.mark.parametrize(
    ("text", "mode", "shown"),
    [
        ("31725.02", "crossed", Decimal("31725.02")),
        ("0", "crossed", None),
        ("-348951", "crossed", None),
        ("3271394.4", "crossed", None),
        ("0.5", "crossed", None),
        ("", "crossed", None),
        (None, "isolated", None),
        ("-1", "isolated", None),
        # In isolated margin the figure is computed for this position alone and is believed.
        ("1800", "isolated", Decimal(1800)),
    ],
)
def test_an_absurd_liquidation_price_is_none(text: str | None, mode: str, shown: Decimal | None) -> None:
    position = parse_position(_position(liquidationPrice=text, marginMode=mode))
    assert position.liquidation_price == shown


def test_an_empty_row_takes_no_position_with_it() -> None:
    """Bug: a side that holds nothing has no entry price, and the other side's position is not told either."""
    empty = _position(holdSide="short", total="0", available="0", openPriceAvg="", leverage="")
    assert parse_positions([empty, _position()]) == (parse_position(_position()),)


def test_a_closed_row_is_no_position() -> None:
    assert parse_positions([_position(total="0", available="0")]) == ()


@pytest.mark.parametrize(
    "change", [{"posMode": "net"}, {"marginMode": "?"}, {"holdSide": "net"}, {"total": ""}]
)
def test_a_position_that_is_not_understood_is_loud(change: dict[str, str]) -> None:
    with pytest.raises(TranslationError):
        parse_position(_position(**change))


def test_the_balance_is_the_margin_coins_from_either_source() -> None:
    pushed = {"marginCoin": "USDT", "frozen": "1", "available": "11.98", "equity": "12.5", "unrealizedPL": ""}
    listed = {"marginCoin": "USDT", "locked": "1", "available": "11.98", "accountEquity": "12.5"}
    other = {"marginCoin": "BTC", "available": "1", "equity": "1"}
    for row in (pushed, listed):
        rows = msgspec.convert([other, row], list[BalanceRow])
        balance = parse_balance(rows, 7)
        assert (balance.equity, balance.available, balance.locked) == (
            Decimal("12.5"),
            Decimal("11.98"),
            Decimal(1),
        )
        assert balance.unrealized is None
    with pytest.raises(TranslationError):
        parse_balance(msgspec.convert([other], list[BalanceRow]), 7)


def test_available_leaves_out_what_crossed_positions_bind() -> None:
    """Bug: an entry sized on `available`, which Bitget prints with crossed margin still in it."""
    row = {"marginCoin": "USDT", "available": "11490.16", "maxOpenPosAvailable": "10940.45", "equity": "1"}
    balance = parse_balance(msgspec.convert([row], list[BalanceRow]), 7)
    assert balance.available == Decimal("10940.45")


@pytest.mark.parametrize("leverage", [20, "20"])
def test_settings_read_leverages_as_numbers_or_texts(leverage: object) -> None:
    row = {
        "marginMode": "isolated",
        "posMode": "hedge_mode",
        "crossedMarginLeverage": leverage,
        "isolatedLongLever": leverage,
        "isolatedShortLever": "5",
    }
    settings = parse_settings(msgspec.convert(row, SettingsRow), "BTCUSDT")
    assert settings.position_mode is PositionMode.HEDGE
    assert (settings.leverage(HoldSide.LONG), settings.leverage(HoldSide.SHORT)) == (20, 5)
