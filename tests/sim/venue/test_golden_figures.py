"""The numbers that Bitget itself printed: help-centre examples and positions of real accounts."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.sim.facts import HoldSide, MarginMode, Tier
from omega_tui.sim.market.contracts import contract_for
from omega_tui.sim.venue.margin import (
    crossed_liquidation_point,
    isolated_liquidation_point,
    maintenance_margin,
    order_cost,
    trading_fee,
)
from omega_tui.sim.venue.positions import Position
from tests.support.shared import needs_shared, shared_path

D = Decimal
NOTHING = D(0)
FIRST_TIER = (Tier(1, D(0), D(150_000), 125, D("0.004")),)


def held(side: HoldSide, size: Decimal, entry: Decimal, fee: Decimal = NOTHING) -> Position:
    position = Position("1", "BTCUSDT", side, MarginMode.CROSSED, 0, 0)
    position.add(size, entry, fee, 10, 0)
    return position


def test_average_entry_is_exact() -> None:
    position = held(HoldSide.LONG, D("0.8"), D(25_000))
    position.add(D("0.6"), D(28_000), D(0), 10, 0)
    assert (position.entry_quote, position.size) == (D(36_800), D("1.4"))
    assert round(position.average_entry, 1) == D("26285.7")


def test_unrealized_profit() -> None:
    assert held(HoldSide.LONG, D("0.3"), D(27_000)).unrealized(D(27_500)) == 150
    assert held(HoldSide.SHORT, D("0.4"), D(27_000)).unrealized(D(26_500)) == 200


def test_realized_profit_of_a_partial_close() -> None:
    position = held(HoldSide.LONG, D("1.4"), D(25_000), trading_fee(D("1.4") * 25_000, D("0.0006")))
    profit = position.reduce(D("0.9"), D(27_000), trading_fee(D("0.9") * 27_000, D("0.0006")), 1)
    assert (profit, position.fees) == (D(1800), D("-35.58"))
    assert position.achieved + position.fees == D("1764.42")


def test_realized_profit_with_fees_and_funding() -> None:
    open_fee, close_fee = trading_fee(D(90_000), D("0.0002")), trading_fee(D(94_000), D("0.0002"))
    position = held(HoldSide.LONG, D(1), D(90_000), open_fee)
    assert position.unrealized(D(95_000)) == 5000
    profit = position.reduce(D(1), D(94_000), close_fee, 1)
    assert (open_fee, close_fee, profit) == (D(-18), D("-18.8"), D(4000))
    assert position.achieved + position.fees - 90 == D("3873.2")


def test_maintenance_margin_by_tier() -> None:
    tiers = (
        Tier(1, D(0), D(200_000), 125, D("0.0040")),
        Tier(2, D(200_000), D(1_000_000), 100, D("0.0050")),
    )
    assert maintenance_margin(tiers, D(3) * 110_000, D("0.0006")) == 1648
    assert maintenance_margin(tiers, D(200_000), D("0.0006")) == 920
    assert maintenance_margin(tiers, D(200_001), D("0.0006")) - 920 == D("0.0056")


def test_three_real_orders_bind_margin_and_fee_with_their_markups() -> None:
    """Three bids of 0.05 at 18950 in an account of October 2022 (20x, both markups 10 %) locked 158.21355."""
    contract = replace(
        contract_for("BTCUSDT"), open_cost_up_ratio=D("0.1"), fee_rate_up_ratio=D("0.1"), tiers=FIRST_TIER
    )
    assert 3 * order_cost(D("0.05") * 18_950, 20, contract) == D("158.21355")


@pytest.mark.parametrize(
    ("mark", "ratio", "published"),
    [("37370.5", "0.029550120396", "31725.023602417"), ("37359", "0.029599540355", "31724.970702417")],
)
def test_crossed_liquidation_price_of_a_real_position(mark: str, ratio: str, published: str) -> None:
    """0.002 BTC long from replies captured in ccxt's source; equity follows from the margin ratio."""
    size = D("0.002")
    maintenance = maintenance_margin(FIRST_TIER, size * D(mark), D("0.0006"))
    spare = maintenance / D(ratio) - maintenance
    price = crossed_liquidation_point(D(mark), size, spare)
    assert abs(price - D(published)) < D("0.001")


def test_isolated_liquidation_price_of_a_real_position() -> None:
    """A long of a real account, October 2022: 0.062 at 19147 with 15.8281 margin, liquidation at 18979.01."""
    size = D("0.062")
    price = isolated_liquidation_point(
        HoldSide.LONG, size, size * 19_147, D("15.8281"), FIRST_TIER, D("0.0006")
    )
    assert abs(price - D("18979.01")) < D("0.01")


def golden(name: str) -> Any:
    return json.loads(shared_path("tapes", "golden", name).read_text())


@needs_shared
def test_liquidation_prices_of_recorded_positions() -> None:
    checked = 0
    for row in golden("bitget_positions_liqpx.json")["positions"]:
        real = row["position"]
        if real["marginMode"] != "fixed" or D(real["total"]) == 0:
            continue
        size, keep = D(real["total"]), D(real["keepMarginRate"])
        price = isolated_liquidation_point(
            HoldSide(real["holdSide"]),
            size,
            size * D(real["averageOpenPrice"]),
            D(real["margin"]),
            (Tier(1, D(0), D(10**9), 125, keep),),
            D("0.0006"),
        )
        assert abs(price - D(real["liqPx"])) < D("0.01")
        checked += 1
    assert checked >= 5


@needs_shared
def test_unrealized_profit_of_recorded_positions() -> None:
    """Bitget cuts the figure after four places."""
    for row in golden("bitget_positions_liqpx.json")["positions"]:
        real = row["position"]
        position = held(HoldSide(real["holdSide"]), D(real["total"]), D(real["averageOpenPrice"]))
        assert abs(position.unrealized(D(real["markPrice"])) - D(real["upl"])) < D("0.0001")


@needs_shared
def test_the_help_centre_examples_are_the_ones_above() -> None:
    """Guards the inline numbers against a typing slip."""
    cases = {case["id"]: case for case in golden("bitget_pnl_margin_examples.json")["cases"]}
    assert cases["avg-entry"]["expected"]["total_value"] == "36800"
    assert cases["upl-long"]["expected"]["upl"] == "150"
    assert cases["upl-short"]["expected"]["upl"] == "200"
    assert cases["realized-partial-close"]["expected"]["closed_pnl"] == "1800"
    assert cases["realized-full"]["expected"]["realized"] == "3873.2"
    assert cases["maintenance-margin-tiered-since-2025-11-10"]["expected"]["maintenance_margin"] == "1648"
    assert cases["realized-partial-close"]["expected"]["realized"] == "1764.42"
