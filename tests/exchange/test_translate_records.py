"""Bills and tiers: money moves for a known reason or for Bitget's own word, never for none."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from omega_tui.domain.account import BillKind
from omega_tui.exchange.bitget.translation.records import (
    BillRow,
    TierRow,
    parse_bill,
    parse_bills,
    parse_tiers,
)
from omega_tui.exchange.bitget.translation.words import TranslationError
from tests.exchange.payloads import replies
from tests.support.shared import needs_shared

_BILL = {
    "billId": "1",
    "symbol": "BTCUSDT",
    "amount": "-0.004992",
    "fee": "0",
    "businessType": "contract_settle_fee",
    "coin": "USDT",
    "balance": "232.21",
    "cTime": "1695715200654",
}


def _bill(**changes: Any) -> BillRow:
    return msgspec.convert(_BILL | changes, BillRow)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("contract_settle_fee", BillKind.FUNDING),
        ("open_long", BillKind.TRADE),
        ("close_short", BillKind.TRADE),
        ("buy", BillKind.TRADE),
        ("sell", BillKind.TRADE),
        ("trans_from_exchange", BillKind.TRANSFER),
        ("trans_to_isolated", BillKind.TRANSFER),
        ("force_close_long", BillKind.LIQUIDATION),
        ("burst_short_loss_query", BillKind.LIQUIDATION),
        ("burst_buy", BillKind.LIQUIDATION),
        ("adl_close_long", BillKind.LIQUIDATION),
        ("risk_captital_user_transfer", BillKind.LIQUIDATION),
        ("append_margin", BillKind.OTHER),
        ("bonus_issue", BillKind.OTHER),
        ("something_new", BillKind.OTHER),
    ],
)
def test_why_money_moved(word: str, kind: BillKind) -> None:
    bill = parse_bill(_bill(businessType=word))
    assert (bill.kind, bill.business) == (kind, word)


def test_a_bill_keeps_signs_and_says_none_for_what_is_not_told() -> None:
    bill = parse_bill(_bill(fee="", balance=None, symbol=""))
    assert (bill.amount, bill.fee, bill.balance, bill.symbol) == (Decimal("-0.004992"), None, None, None)


@pytest.mark.parametrize("change", [{"amount": ""}, {"amount": "NaN"}, {"cTime": "0"}, {"billId": ""}])
def test_a_bill_that_is_not_understood_is_loud(change: dict[str, str]) -> None:
    with pytest.raises(TranslationError):
        parse_bill(_bill(**change))


def test_only_the_margin_coins_bills_count() -> None:
    rows = [_bill(billId="3"), _bill(billId="2", coin="BGB"), _bill(billId="1")]
    assert [bill.bill_id for bill in parse_bills(rows)] == ["1", "3"]


def test_without_tiers_there_is_no_lowest() -> None:
    with pytest.raises(TranslationError):
        parse_tiers([])


@needs_shared
def test_real_bills_and_tiers() -> None:
    for data in replies("GET.mix.account.bill"):
        assert parse_bills(msgspec.convert(data["bills"], list[BillRow]))
    captured = replies("GET.mix.market.query-position-lever")[-1]
    (tier,) = parse_tiers(msgspec.convert(captured, list[TierRow]))
    assert (tier.limit, tier.max_leverage, tier.maintenance_rate) == (150_000, 125, Decimal("0.004"))
