"""Contracts of the simulated exchange."""

import itertools
from decimal import Decimal

import pytest

from omega_tui.sim.market.contracts import contract_for, refined
from omega_tui.sim.market.shapes import SHAPES


def test_bitcoin_is_as_bitget_lists_it() -> None:
    """The captured contract and tier rows of September 2026."""
    contract = contract_for("BTCUSDT")
    assert (contract.tick, contract.size_multiplier, contract.min_trade_num) == (
        Decimal("0.1"),
        Decimal("0.0001"),
        Decimal("0.0001"),
    )
    assert (contract.maker_fee_rate, contract.taker_fee_rate) == (Decimal("0.0002"), Decimal("0.0006"))
    assert (contract.max_market_order_qty, contract.max_order_qty) == (220, 1200)
    assert [(tier.end_unit, tier.leverage) for tier in contract.tiers][:3] == [
        (200_000, 150),
        (1_000_000, 100),
        (5_000_000, 75),
    ]
    assert len(contract.tiers) == 12


@pytest.mark.parametrize("symbol", [*SHAPES, "DASHUSDT", "UNIUSDT", "SOMETHINGUSDT"])
def test_tiers_tile_notional_and_never_loosen(symbol: str) -> None:
    """A gap between tiers leaves a position without a maintenance rate."""
    contract = contract_for(symbol)
    tiers = contract.tiers
    assert tiers[0].start_unit == 0
    assert tiers[0].leverage == contract.max_lever
    assert [tier.level for tier in tiers] == list(range(1, len(tiers) + 1))
    for lower, upper in itertools.pairwise(tiers):
        assert lower.end_unit == upper.start_unit < upper.end_unit
        assert lower.leverage > upper.leverage
        assert lower.keep_margin_rate < upper.keep_margin_rate
    assert all(tier.keep_margin_rate < Decimal(1) / tier.leverage for tier in tiers)
    assert contract.base_coin + contract.quote_coin == symbol


def test_a_finer_recording_refines_the_contract() -> None:
    """A recorded lot of 0.001 on a contract of 0.01 could be shown but not traded."""
    contract = refined(contract_for("ETHUSDT"), ["3424.98"], ["0.045", "12"])
    assert (contract.tick, contract.size_multiplier, contract.volume_place) == (
        Decimal("0.01"),
        Decimal("0.001"),
        3,
    )
    assert contract.min_trade_num == Decimal("0.001")
    assert refined(contract_for("BTCUSDT"), ["65114"], ["1"]) == contract_for("BTCUSDT")
