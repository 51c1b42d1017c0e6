"""The four built-in profiles are exactly the table that traders were shown, cell by cell."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.profiles import (
    BUILT_IN,
    NEWBIE,
    OPEN_RISK_PERCENT,
    PHI,
    RANGES,
    SCALPER,
    STRATEGIC,
    EntryType,
    Profile,
    Target,
    profile_problems,
)

D = Decimal

# strategic, aggressive, newbie, scalper: the columns of the design's table, from left to right.
TABLE = {
    "meant_for": (
        "trend following, patience",
        "quick momentum trades",
        "learning, strict limits",
        "seconds to minutes, in and out",
    ),
    "risk_percent": (D(2), D(5), D("0.5"), D(1)),
    "default_leverage": (3, 5, 2, 10),
    "max_leverage": (5, 10, 3, 20),
    "least_reward_to_risk": (PHI, D("1.2"), D(2), D(1)),
    "stop_percent": (D(4), D("0.8"), D(2), D("0.2")),
    "targets": (
        (("1.5", 40), ("2.5", 40), ("3.5", 20)),
        (("1.2", 50), ("1.5", 30), ("2", 20)),
        (("2", 100),),
        (("1.5", 100),),
    ),
    "position_percent": (D(30), D(50), D(10), D(30)),
    "most_positions": (5, 8, 2, 3),
    "day_loss_percent": (D(6), D(15), D(2), D(4)),
    "most_entries_an_hour": (10, 30, 4, 20),
    "stop_required": (True, True, True, True),
    "entry_type": (EntryType.POST_ONLY, EntryType.MARKET, EntryType.LIMIT, EntryType.POST_ONLY),
    "scales_leverage": (False, False, False, True),
    "unasked_percent": (D(0), D(0), D(0), D(1)),
}
COLUMNS = ("strategic", "aggressive", "newbie", "scalper")


@pytest.mark.parametrize("cell", TABLE)
@pytest.mark.parametrize("column", COLUMNS)
def test_every_cell_of_the_table(cell: str, column: str) -> None:
    """Bug: a limit that is not the one the trader was promised."""
    profile, expected = BUILT_IN[column], TABLE[cell][COLUMNS.index(column)]
    found = getattr(profile, cell)
    if cell == "targets":
        found = tuple((str(leg.multiple), int(leg.share_percent)) for leg in found)
    assert found == expected


def test_the_table_has_no_other_row_or_column() -> None:
    assert tuple(BUILT_IN) == COLUMNS
    assert {*TABLE, "name"} == set(Profile.__slots__)
    assert Decimal("14.6") == OPEN_RISK_PERCENT
    assert abs(PHI * PHI - PHI - 1) < D("1e-25")
    assert [problem for each in BUILT_IN.values() for problem in profile_problems(each)] == []


@pytest.mark.parametrize(
    ("volatility", "leverages"),
    [
        (None, (10, 20)),  # unknown: as in calm
        ("0", (10, 20)),
        ("1", (10, 20)),
        ("1.5", (7, 15)),  # v = 1/6: the factor is 3/4
        ("2", (5, 10)),  # v = 1/3: the factor is 1/2
        ("90", (5, 10)),
    ],
)
def test_a_scalpers_leverage_shrinks_with_volatility(
    volatility: str | None, leverages: tuple[int, int]
) -> None:
    """default x max(0, 1 - 1.5 v) with v = clip(volatility - 1, 0, 1) / 3."""
    assert SCALPER.leverages(D(volatility) if volatility is not None else None) == leverages
    assert STRATEGIC.leverages(D(90)) == (3, 5), "only the scalper's does"


@given(st.decimals(0, 1000, places=4, allow_nan=False), st.integers(1, 125), st.integers(1, 125))
def test_a_scaled_leverage_is_never_below_one_nor_above_its_own(
    volatility: Decimal, default: int, most: int
) -> None:
    profile = replace(SCALPER, default_leverage=min(default, most), max_leverage=most)
    scaled = profile.leverages(volatility)
    assert 1 <= scaled[0] <= profile.default_leverage
    assert scaled[0] <= scaled[1] <= most


@given(
    st.sampled_from(sorted(RANGES)),
    st.booleans(),
    st.decimals(min_value=D("0.001"), max_value=10**6, places=3),
)
def test_whatever_lies_outside_its_range_is_named(name: str, above: bool, way: Decimal) -> None:
    """FAULTS K10: a cap out of range must not start the cockpit."""
    least, most = RANGES[name]
    outside = most + way if above else least - way
    problems = list(profile_problems(replace(NEWBIE, **{name: outside})))
    assert any(problem.startswith(f"{name}:") for problem in problems)


@pytest.mark.parametrize(
    "targets",
    [
        (Target(D(1), D(50)),),
        (Target(D(1), D(60)), Target(D(2), D(60))),
        (Target(D(0), D(100)),),
        (Target(D("NaN"), D(100)),),
    ],
)
def test_legs_must_make_a_whole(targets: tuple[Target, ...]) -> None:
    assert any("targets" in problem for problem in profile_problems(replace(NEWBIE, targets=targets)))
