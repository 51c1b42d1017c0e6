"""Made-up funding rates: the same for the same settlement, near the usual one, never beyond Bitget's cap."""

import statistics

import pytest

from omega_tui.sim.market.contracts import contract_for
from omega_tui.sim.market.funding_rates import FundingRates

EIGHT_HOURS_MS = 8 * 3_600_000
FIRST_MS = 1_795_017_600_000


def rates(usual: str, seed: str = "7|BTCUSDT", count: int = 1000) -> list[float]:
    series = FundingRates(seed, contract_for("BTCUSDT"), usual)
    return [float(series.at(FIRST_MS + number * EIGHT_HOURS_MS)) for number in range(count)]


def test_they_wander_slowly_around_the_usual_rate() -> None:
    """A backtest of carry needs runs of like rates, not noise."""
    series = rates("0.0001")
    assert 0.00007 < statistics.fmean(series) < 0.00013
    assert 0.00002 < statistics.pstdev(series) < 0.00008
    neighbours = statistics.correlation(series[:-1], series[1:])
    assert 0.6 < neighbours < 0.99


def test_they_depend_on_seed_and_settlement_alone() -> None:
    """Asked before or after, of the past or of the present, a settlement has one rate."""
    series = FundingRates("7|BTCUSDT", contract_for("BTCUSDT"), "0.0001")
    late = series.at(FIRST_MS + 50 * EIGHT_HOURS_MS)
    assert series.at(FIRST_MS) != late
    assert series.at(FIRST_MS + 50 * EIGHT_HOURS_MS) == late
    assert rates("0.0001") == rates("0.0001") != rates("0.0001", "8|BTCUSDT")


@pytest.mark.parametrize("usual", ["0.01", "-0.01"])
def test_they_stay_within_the_cap(usual: str) -> None:
    assert max(map(abs, rates(usual, count=100))) == 0.003
