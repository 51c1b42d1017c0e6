"""The account's bills, the position tiers and the key's rights as domain facts. Pure.

Sources: Bitget's Get-Account-Bill, Get-Query-Position-Lever and Get-Account-Info (spot).
"""

from collections.abc import Iterable

import msgspec

from omega_tui.domain.account import Bill, BillKind, KeyFacts
from omega_tui.domain.instruments import Tier
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.translation.orders import Text
from omega_tui.exchange.bitget.translation.words import (
    TranslationError,
    parse_integer,
    parse_number,
    parse_optional,
    parse_positive,
    parse_symbol_name,
    parse_time,
)
from omega_tui.exchange.bitget.wire import MARGIN_COIN

_TRADES = frozenset({"open_long", "open_short", "close_long", "close_short", "buy", "sell"})
_FUNDING = "contract_settle_fee"
_FORCED = ("force_", "burst_", "adl_", "risk_captital_")
_TRANSFERS = ("trans_from_", "trans_to_")
# Today's words are codes; the page's own sample still shows the older ones.
_MAY_TRADE = frozenset({"coow", "trade"})
_MAY_WITHDRAW = frozenset({"wwow", "withdraw"})


class BillRow(msgspec.Struct, frozen=True, rename="camel"):
    """One bill."""

    bill_id: str
    amount: Text
    business_type: str
    coin: str
    c_time: Text
    symbol: str | None = None
    fee: Text = None
    balance: Text = None


class TierRow(msgspec.Struct, frozen=True, rename="camel"):
    """A position tier in units of notional."""

    start_unit: Text
    end_unit: Text
    leverage: Text
    keep_margin_rate: Text


class KeyRow(msgspec.Struct, frozen=True, rename="camel"):
    """The key's owner and rights; `ips` are joined by commas."""

    user_id: Text
    authorities: list[str]
    ips: str | None = None


def parse_bills(rows: Iterable[BillRow]) -> tuple[Bill, ...]:
    """The margin coin's bills, which arrive newest first, oldest first. Raises `TranslationError`."""
    bills = [parse_bill(row) for row in rows if row.coin.upper() == MARGIN_COIN]
    bills.reverse()
    return tuple(sorted(bills, key=lambda bill: bill.exchange_ms))


def parse_bill(row: BillRow) -> Bill:
    """One movement of money. Raises `TranslationError`."""
    stamp = parse_time(row.c_time, "cTime")
    if stamp is None or not row.bill_id:
        raise TranslationError("a bill without a time or an id")
    business = safe_text(row.business_type, 60)
    return Bill(
        bill_id=safe_text(row.bill_id, 64),
        symbol=parse_symbol_name(row.symbol) if row.symbol else None,
        kind=_kind(business.lower()),
        business=business,
        coin=safe_text(row.coin, 20),
        amount=parse_number(row.amount, "amount"),
        fee=parse_optional(row.fee, "fee"),
        balance=parse_optional(row.balance, "balance"),
        exchange_ms=stamp,
    )


def _kind(business: str) -> BillKind:
    if business in _TRADES:
        return BillKind.TRADE
    if business == _FUNDING:
        return BillKind.FUNDING
    if business.startswith(_FORCED):
        return BillKind.LIQUIDATION
    return BillKind.TRANSFER if business.startswith(_TRANSFERS) else BillKind.OTHER


def parse_tiers(rows: Iterable[TierRow]) -> tuple[Tier, ...]:
    """Position tiers, the lowest first. Raises `TranslationError`, also when there are none."""
    tiers = sorted((_parse_tier(row) for row in rows), key=lambda tier: tier.start)
    if not tiers:
        raise TranslationError("no position tiers")
    return tuple(tiers)


def _parse_tier(row: TierRow) -> Tier:
    return Tier(
        start=parse_number(row.start_unit, "startUnit"),
        limit=parse_positive(row.end_unit, "endUnit"),
        max_leverage=parse_integer(row.leverage, "leverage"),
        maintenance_rate=parse_number(row.keep_margin_rate, "keepMarginRate"),
    )


def parse_key(row: KeyRow) -> KeyFacts:
    """What the key may do, and from where."""
    permissions = tuple(safe_text(word, 40) for word in row.authorities)
    words = {word.lower() for word in permissions}
    return KeyFacts(
        user_id=safe_text(str(row.user_id or ""), 40),
        may_trade=bool(words & _MAY_TRADE),
        may_withdraw=bool(words & _MAY_WITHDRAW),
        permissions=permissions,
        addresses=tuple(safe_text(part.strip(), 60) for part in (row.ips or "").split(",") if part.strip()),
    )
