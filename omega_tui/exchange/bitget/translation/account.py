"""Positions, balance and settings, from the streams and from REST, as domain facts. Pure.

Sources: Bitget's Positions-Channel, get-all-position, Account-Channel, Get-Account-List, Get-Single-Account.
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.orders import HoldSide, MarginMode
from omega_tui.exchange.bitget.translation.orders import Text
from omega_tui.exchange.bitget.translation.words import (
    TranslationError,
    parse_integer,
    parse_margin_mode,
    parse_number,
    parse_optional,
    parse_position_mode,
    parse_positive,
    parse_symbol_name,
    parse_time,
    parse_word,
)
from omega_tui.exchange.bitget.wire import MARGIN_COIN

_HOLD_SIDES = {side.value: side for side in HoldSide}
# A crossed position's liquidation price further from the market than this is a figure of speech.
_ABSURD_FACTOR = 10


class PositionRow(msgspec.Struct, frozen=True, rename="camel"):
    """A position, as the positions channel and the REST lists describe it."""

    hold_side: str
    margin_mode: str
    pos_mode: str
    total: Text
    available: Text
    open_price_avg: Text
    leverage: Text
    symbol: str | None = None
    inst_id: str | None = None
    margin_size: Text = None
    mark_price: Text = None
    unrealized_pl: Text = msgspec.field(name="unrealizedPL", default=None)
    achieved_profits: Text = None
    liquidation_price: Text = None
    break_even_price: Text = None
    keep_margin_rate: Text = None
    total_fee: Text = None
    deducted_fee: Text = None
    c_time: Text = None
    u_time: Text = None


class BalanceRow(msgspec.Struct, frozen=True, rename="camel"):
    """A margin coin's account: the channel says `equity` and `frozen`, REST `accountEquity` and `locked`."""

    margin_coin: str
    available: Text
    equity: Text = None
    account_equity: Text = None
    frozen: Text = None
    locked: Text = None
    max_open_pos_available: Text = None
    crossed_max_available: Text = None
    unrealized_pl: Text = msgspec.field(name="unrealizedPL", default=None)


class SettingsRow(msgspec.Struct, frozen=True, rename="camel"):
    """The settings inside a single account: leverages are JSON integers or texts."""

    margin_mode: str
    pos_mode: str
    crossed_margin_leverage: Text
    isolated_long_lever: Text
    isolated_short_lever: Text


def parse_positions(rows: Iterable[PositionRow]) -> tuple[Position, ...]:
    """The open positions among the rows; empty ones are left out unread. Raises `TranslationError`."""
    return tuple(parse_position(row) for row in rows if parse_number(row.total, "total"))


def parse_position(row: PositionRow) -> Position:
    """One position. Raises `TranslationError`."""
    margin_mode = parse_margin_mode(row.margin_mode)
    entry, mark = (
        parse_number(row.open_price_avg, "openPriceAvg"),
        parse_positive(row.mark_price, "markPrice"),
    )
    deducted = parse_optional(row.deducted_fee, "deductedFee")
    return Position(
        symbol=parse_symbol_name(row.symbol, row.inst_id),
        hold_side=parse_word(_HOLD_SIDES, row.hold_side, "holdSide"),
        size=parse_number(row.total, "total"),
        available=parse_number(row.available, "available"),
        entry_price=entry,
        mark_price=mark,
        unrealized=parse_optional(row.unrealized_pl, "unrealizedPL"),
        realized=parse_optional(row.achieved_profits, "achievedProfits"),
        leverage=parse_integer(row.leverage, "leverage"),
        margin=parse_optional(row.margin_size, "marginSize"),
        margin_mode=margin_mode,
        position_mode=parse_position_mode(row.pos_mode),
        liquidation_price=_liquidation_price(row.liquidation_price, margin_mode, mark or entry),
        break_even_price=parse_positive(row.break_even_price, "breakEvenPrice"),
        maintenance_rate=parse_optional(row.keep_margin_rate, "keepMarginRate"),
        funding=parse_optional(row.total_fee, "totalFee"),
        # Bitget states what was deducted as an amount; here what was paid is negative.
        fees=-abs(deducted) if deducted is not None else None,
        opened_ms=parse_time(row.c_time, "cTime"),
        updated_ms=parse_time(row.u_time, "uTime"),
    )


def _liquidation_price(text: Text, margin_mode: MarginMode, market: Decimal) -> Decimal | None:
    price = parse_positive(text, "liquidationPrice")
    if price is None or margin_mode is MarginMode.ISOLATED:
        return price
    absurd = price > market * _ABSURD_FACTOR or price * _ABSURD_FACTOR < market
    return None if absurd else price


def parse_balance(rows: Iterable[BalanceRow], exchange_ms: int | None) -> Balance:
    """The margin coin's balance among the rows. Raises `TranslationError` when it is not there."""
    row = next((row for row in rows if row.margin_coin.upper() == MARGIN_COIN), None)
    if row is None:
        raise TranslationError(f"no {MARGIN_COIN} account")
    # Bitget's `available` still counts what crossed positions bind; these say what an entry may use.
    usable = (row.max_open_pos_available, row.crossed_max_available, row.available)
    return Balance(
        coin=MARGIN_COIN,
        equity=parse_number(row.equity if row.equity is not None else row.account_equity, "equity"),
        available=parse_number(next((text for text in usable if text), None), "available"),
        locked=parse_optional(row.frozen if row.frozen is not None else row.locked, "locked"),
        unrealized=parse_optional(row.unrealized_pl, "unrealizedPL"),
        exchange_ms=exchange_ms,
    )


def parse_settings(row: SettingsRow, symbol: str) -> SymbolSettings:
    """How the account trades `symbol`. Raises `TranslationError`."""
    return SymbolSettings(
        symbol=symbol,
        position_mode=parse_position_mode(row.pos_mode),
        margin_mode=parse_margin_mode(row.margin_mode),
        crossed_leverage=parse_integer(row.crossed_margin_leverage, "crossedMarginLeverage"),
        isolated_long_leverage=parse_integer(row.isolated_long_lever, "isolatedLongLever"),
        isolated_short_leverage=parse_integer(row.isolated_short_lever, "isolatedShortLever"),
    )
