"""Position arithmetic against Bitget's own published examples and real positions."""

import json
from decimal import Decimal

import pytest

from omega_tui.domain.instruments import Tier
from omega_tui.domain.margin import (
    average_entry,
    crossed_liquidation_price,
    initial_margin,
    isolated_liquidation_price,
    maintenance,
    trading_fee,
    unrealized_profit,
)
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.sizing import legal_price, legal_size
from tests.engine.fake_gateway import BTC
from tests.support.shared import needs_shared, shared_path

D = Decimal
LONG, SHORT = HoldSide.LONG, HoldSide.SHORT


@pytest.mark.parametrize(
    ("hold_side", "size", "entry", "mark", "profit"),
    [
        (LONG, "0.3", "27000", "27500", "150"),
        (SHORT, "0.4", "27000", "26500", "200"),
        (SHORT, "1", "1", "3", "-2"),
    ],
)
def test_unrealized_profit_of_bitgets_examples(
    hold_side: HoldSide, size: str, entry: str, mark: str, profit: str
) -> None:
    assert unrealized_profit(hold_side, D(size), D(entry), D(mark)) == D(profit)


def test_average_entry_of_bitgets_example() -> None:
    assert round(average_entry(D("0.8"), D(25000), D("0.6"), D(28000)), 1) == D("26285.7")
    with pytest.raises(ValueError):
        average_entry(D(0), D(1), D(0), D(1))


def test_fees_are_negative_when_paid_and_positive_when_rebated() -> None:
    assert trading_fee(D(22500), D("0.0006")) == D("-13.5")
    assert trading_fee(D(22500), D("-0.0001")) == D("2.25")


def test_margin_is_the_notional_over_the_leverage() -> None:
    assert initial_margin(D(6000), 20) == D(300)


def test_a_crossed_short_is_liquidated_above_and_a_long_below() -> None:
    assert crossed_liquidation_price(D(100), D(2), D(50)) == D(75)
    assert crossed_liquidation_price(D(100), D(-2), D(50)) == D(125)
    assert crossed_liquidation_price(D(100), D(2), D(500)) is None
    assert crossed_liquidation_price(D(100), D(0), D(50)) is None


def test_a_long_without_leverage_has_no_liquidation_price() -> None:
    assert isolated_liquidation_price(LONG, D(1), D(100), D(101), D("0.004"), D("0.0006")) is None
    assert isolated_liquidation_price(LONG, D(0), D(100), D(10), D("0.004"), D("0.0006")) is None


@needs_shared
def test_isolated_liquidation_prices_of_a_real_account() -> None:
    """Rows of a real account's position channel; Bitget shows the price to the tick."""
    stored = json.loads(shared_path("tapes", "golden", "bitget_positions_liqpx.json").read_text())
    checked = 0
    for row in stored["positions"]:
        real = row["position"]
        if real["marginMode"] != "fixed" or D(str(real["liqPx"])) <= 0:
            continue
        ours = isolated_liquidation_price(
            HoldSide(real["holdSide"]),
            D(str(real["total"])),
            D(str(real["averageOpenPrice"])),
            D(str(real["margin"])),
            D(str(real["keepMarginRate"])),
            D("0.0006"),
        )
        assert ours is not None
        assert abs(ours - D(str(real["liqPx"]))) < D("0.01")
        checked += 1
    assert checked >= 3


def test_rounding_never_asks_for_more_nor_for_a_worse_price() -> None:
    assert legal_size(D("0.0129"), BTC) == D("0.012")
    assert legal_price(D("60000.19"), Side.BUY, BTC) == D("60000.1")
    assert legal_price(D("60000.11"), Side.SELL, BTC) == D("60000.2")


def test_each_part_of_a_position_is_kept_at_its_own_tiers_rate() -> None:
    """0.4 % of the first 150,000, 0.5 % of what lies above, up to 900,000, then 1 %."""
    tiers = (
        Tier(D(0), D(150_000), 125, D("0.004")),
        Tier(D(150_000), D(900_000), 100, D("0.005")),
        Tier(D(900_000), None, 50, D("0.01")),
    )
    for notional, margin in (("150000", "600"), ("200000", "850"), ("900000", "4350"), ("1000000", "5350")):
        rate, saving = maintenance(tiers, D(notional))
        assert D(notional) * rate - saving == D(margin)
    with pytest.raises(ValueError):
        maintenance((), D(1))
