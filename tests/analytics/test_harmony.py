"""Harmony scores: the golden numbers of their definitions, their neutral values and their bounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.analytics.fibonacci import position_levels
from omega_tui.analytics.harmony import (
    INVERSE_PHI,
    PHI,
    PROFIT_FACTOR_TARGET,
    WIN_RATE_TARGET,
    Harmony,
    alignment,
    bio_energy,
    combined_energy,
    level_harmony,
    phi_resonance,
    pnl_distribution,
    position_balance,
)
from omega_tui.analytics.swings import Direction, Swing
from omega_tui.domain.orders import HoldSide

UP = Swing(100.0, 200.0, Direction.UP)
DOWN = Swing(100.0, 200.0, Direction.DOWN)
NOTIONAL = st.decimals("0", "1e12", places=4, allow_nan=False)


def _parts(ratio: float) -> tuple[Decimal, Decimal]:
    return Decimal(str(ratio)) * 1000, Decimal(1000)


def test_levels_of_a_position_hang_on_its_entry() -> None:
    """Bug: a short whose targets lie above its entry."""
    levels = {str(each.ratio): each.price for each in position_levels(Decimal(3200), HoldSide.SHORT, None)}
    assert levels["1"] == 3520
    assert levels["1.618"] == Decimal("3002.24")
    assert levels["2.618"] == Decimal("2682.24")
    long = {str(each.ratio): each.price for each in position_levels(Decimal(150), HoldSide.LONG, UP)}
    assert (long["0"], long["0.618"], long["1"], long["2.618"]) == (
        150,
        Decimal("88.2"),
        50,
        Decimal("311.8"),
    )


def test_a_level_below_zero_is_not_a_price() -> None:
    swing = Swing(1.0, 1000.0, Direction.UP)
    assert all(each.price > 0 for each in position_levels(Decimal(10), HoldSide.LONG, swing))


def test_entry_harmony_is_one_on_a_level_and_falls_with_twice_the_distance() -> None:
    assert level_harmony(138.2, UP) == pytest.approx(1.0)
    assert level_harmony(138.2, DOWN) == pytest.approx(1.0), "0.382 of a fall"
    # Halfway between 0.5 and 0.618: 0.059 of the swing from both.
    assert level_harmony(144.1, UP) == pytest.approx(1 - 2 * 0.059)
    assert level_harmony(1_000.0, UP) == 0.0
    assert level_harmony(None, UP) == level_harmony(150.0, None) == 0.5


@pytest.mark.parametrize(
    ("ratio", "wanted"), [(PHI, 1.0), (INVERSE_PHI, 1.0), (1.0, 0.618), (10.0, 0.0), (0.01, 0.016)]
)
def test_resonance_is_highest_at_the_golden_ratio_either_way(ratio: float, wanted: float) -> None:
    assert round(phi_resonance(*_parts(ratio)), 3) == wanted


def test_resonance_of_no_position_and_of_one_side_is_what_the_definition_names() -> None:
    assert phi_resonance(Decimal(0), Decimal(0)) == 0.5
    assert round(phi_resonance(Decimal(5), Decimal(0)), 3) == 0.618
    assert round(phi_resonance(Decimal(0), Decimal(5)), 3) == 0.618


def test_balance_names_the_side_that_comes_nearer() -> None:
    balance = position_balance(*_parts(0.587))
    assert (balance.ratio_type, round(balance.ratio or 0, 3)) == ("long:short", 0.587)
    assert round(balance.score, 3) == 0.950
    turned = position_balance(*reversed(_parts(0.587)))
    assert (turned.ratio_type, round(turned.score, 3)) == ("short:long", 0.950)
    assert position_balance(Decimal(1), Decimal(1)).ratio_type == "long:short", "a tie"
    none = position_balance(Decimal(0), Decimal(0))
    assert (none.ratio_type, none.ratio, none.score) == ("long:short", None, 0.5)
    one = position_balance(Decimal(7), Decimal(0))
    assert (one.ratio_type, one.ratio, round(one.score, 9)) == ("short:long", 0.0, 0.0)
    other = position_balance(Decimal(0), Decimal(7))
    assert (other.ratio_type, other.ratio, round(other.score, 9)) == ("long:short", 0.0, 0.0)


def test_performance_alignments_are_the_golden_ones() -> None:
    by_rate, by_factor = alignment(0.623, WIN_RATE_TARGET), alignment(2.347, PROFIT_FACTOR_TARGET)
    assert (round(by_rate, 3), round(by_factor, 3)) == (0.992, 0.896)
    assert round((by_rate + by_factor) / 2, 3) == 0.944
    assert alignment(None, WIN_RATE_TARGET) == 0.5
    assert alignment(100.0, PROFIT_FACTOR_TARGET) == 0.0


def test_the_harmonic_state_is_weighted_and_named() -> None:
    harmony = Harmony(0.782, 0.853, 0.624, 0.789)
    assert round(harmony.score, 4) == 0.7667
    assert harmony.state == "Balanced Flow"
    named = [Harmony(each, each, each, each).state for each in (0.9, 0.7, 0.5, 0.3, 0.1)]
    assert named == [
        "Divine Harmony",
        "Balanced Flow",
        "Neutral State",
        "Mild Dissonance",
        "Chaotic Disharmony",
    ]


def test_open_profits_are_weighed_against_open_losses() -> None:
    assert pnl_distribution([]) == 0.5
    assert pnl_distribution([Decimal(3), Decimal(0)]) == 1.0
    assert round(pnl_distribution([Decimal("161.8"), Decimal(-100)]), 3) == 1.0
    assert pnl_distribution([Decimal(-100)]) == 0.0


def test_energies_have_one_decimal_and_the_golden_name() -> None:
    assert combined_energy(7.8, 8.2) == 8.0
    energy = bio_energy(last=161.8, low=100.0, high=200.0, resonance=0.82)
    assert (energy.market, energy.position, energy.combined) == (10.0, 8.2, 9.3)
    assert energy.state == "Quantum Flow"
    # In the middle of a flat day: on the level 0.5.
    assert bio_energy(last=5.0, low=5.0, high=5.0, resonance=0.0).alignment == 1.0


@given(NOTIONAL, NOTIONAL)
def test_every_score_of_sizes_stays_between_zero_and_one(long: Decimal, short: Decimal) -> None:
    """Bug: a score of -3 or NaN on a page that draws gauges."""
    assert 0.0 <= phi_resonance(long, short) <= 1.0
    assert 0.0 <= position_balance(long, short).score <= 1.0


@given(
    st.floats(1e-6, 1e6),
    st.floats(1e-6, 1e6),
    st.floats(1.0001, 3.0),
    st.sampled_from(list(Direction)),
)
def test_every_score_of_prices_stays_between_zero_and_one(
    price: float, low: float, reach: float, direction: Direction
) -> None:
    assert 0.0 <= level_harmony(price, Swing(low, low * reach, direction)) <= 1.0
    energy = bio_energy(price, low, low * reach, 0.5)
    assert 0.0 <= energy.alignment <= 1.0
    assert 0.0 <= energy.combined <= 10.0
