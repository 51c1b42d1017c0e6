"""Statistics of closed positions: every figure on results small enough to check by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.analytics.performance import (
    DAY_MS,
    add_up,
    daily_ratios,
    equity_curve,
    group,
    measure_drawdown,
    performance,
)
from omega_tui.analytics.swings import Direction, Swing
from omega_tui.analytics.trades import Trade
from omega_tui.analytics.zones import Verdict, by_zone, study_levels, wilson, zone_name
from omega_tui.domain.orders import HoldSide
from tests.analytics.trades import trade

RESULTS = [Decimal(each) for each in (5, -2, -3, 4, 1, 2, -8, 0, -1)]
MONEY = st.decimals("-1000", "1000", places=2, allow_nan=False)


def test_sums_rates_and_streaks() -> None:
    found = add_up(RESULTS)
    assert (found.count, found.wins, found.losses) == (9, 4, 4)
    assert (found.gross_profit, found.gross_loss, found.net) == (12, -14, -2)
    assert (found.win_rate, found.expectancy) == (Decimal(4) / 9, Decimal(-2) / 9)
    assert (found.average_win, found.average_loss) == (3, Decimal("-3.5"))
    assert (found.best, found.worst) == (5, -8)
    assert (found.winning_streak, found.losing_streak) == (3, 2)


def test_without_results_nothing_is_known() -> None:
    """Bug: a win rate of 0 % of somebody who has not traded."""
    found = performance([])
    assert (found.result.win_rate, found.result.profit_factor, found.result.expectancy) == (None, None, None)
    assert (found.average_hold_ms, found.daily.sharpe, found.fees.mean) == (None, None, None)
    assert (found.drawdown.depth, found.drawdown.length_ms) == (0, 0)


def test_without_a_loss_there_is_no_profit_factor() -> None:
    assert add_up([Decimal(1)]).profit_factor is None


def test_drawdown_has_the_depth_of_the_deepest_and_the_length_of_the_longest() -> None:
    timed = list(zip((1, 2, 3, 10, 11, 12, 13), map(Decimal, (5, -3, 1, 2, 10, -7, 2)), strict=True))
    found = measure_drawdown(timed)
    # The peak of 5 at 1 was reached again at 10; from 15 to 8 is the deepest and has not ended.
    assert (found.depth, found.length_ms) == (7, 9)
    assert measure_drawdown([(1, Decimal(-4))]).depth == 4, "a first loss is a drawdown too"


def test_ratios_count_the_days_without_a_trade() -> None:
    """Bug: one trade a month with the Sharpe ratio of one a day."""
    daily = daily_ratios([(0, Decimal(2)), (DAY_MS * 3 + 5, Decimal(-1))])
    assert daily.days == 4
    # Days of 2, 0, 0, -1: mean 0.25, sample deviation sqrt(4.75 / 3), downside sqrt(1 / 4).
    assert daily.sharpe == pytest.approx(0.25 / (4.75 / 3) ** 0.5 * 365**0.5)
    assert daily.sortino == pytest.approx(0.25 / 0.5 * 365**0.5)
    assert daily_ratios([(0, Decimal(2))]).sharpe is None
    assert daily_ratios([(0, Decimal(2)), (DAY_MS, Decimal(2))]).sharpe is None, "nothing varies"


def test_r_and_excursions_are_measured_from_the_entry_on_the_right_side() -> None:
    """Bug: a short whose best price counts as its worst."""
    long = trade(entry="100", left="106", size="2", stop="97", lowest="98", highest="110")
    assert (long.r_multiple, long.adverse, long.favourable) == (2, Decimal("0.02"), Decimal("0.1"))
    short = trade("short", entry="100", left="106", size="2", stop="103", lowest="98", highest="110")
    assert (short.r_multiple, short.adverse, short.favourable) == (-2, Decimal("0.1"), Decimal("0.02"))
    assert trade(stop=None).r_multiple is None
    assert trade(entry="100", left="90", stop="101").r_multiple is None, (
        "a stop in profit put nothing at stake"
    )


def test_figures_say_on_how_many_trades_they_rest() -> None:
    found = performance(
        [trade(stop="99", fees="-1"), trade(stop=None, fees=None), trade(stop="98", fees="-3")]
    )
    assert (found.result.count, found.r_multiple.count, found.adverse.count) == (3, 2, 0)
    assert (found.fees.count, found.fees.total, found.fees.mean) == (2, -4, -2)
    assert (found.funding.count, found.funding.mean) == (0, None)


def test_trades_are_grouped_by_when_they_were_entered_in_utc() -> None:
    # 1970-01-01 was a Thursday.
    one, two = trade(opened=0, closed=DAY_MS), trade(opened=23 * 3_600_000, closed=DAY_MS, tags=("a", "b"))
    assert list(group([two, one], "hour")) == ["00", "23"]
    assert list(group([one, two], "weekday")) == ["Thursday"]
    assert {name: len(each) for name, each in group([one, two], "tag").items()} == {"a": 1, "b": 1}
    assert group([one], "profile") == {}
    monday = trade(opened=4 * DAY_MS, closed=5 * DAY_MS)
    assert list(group([one, monday], "weekday")) == ["Monday", "Thursday"]


@given(st.lists(MONEY, max_size=60))
def test_figures_hang_together(results: list[Decimal]) -> None:
    found = add_up(results)
    assert found.net == sum(results, Decimal(0))
    assert found.wins + found.losses <= found.count
    assert found.winning_streak <= found.wins
    timed = list(enumerate(results))
    depth = measure_drawdown(timed).depth
    assert 0 <= depth <= -found.gross_loss
    trades = [trade(entry="1000000", left=str(1_000_000 + each), closed=at) for at, each in timed]
    curve = equity_curve(trades)
    assert [value for _, value in curve][-1:] == ([found.net] if results else [])


def test_an_interval_of_a_win_rate_is_wilsons() -> None:
    found = wilson(9, 10)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.5958, 0.9821)
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("ratio", "name"),
    [(-0.1, "beyond 0"), (0.0, "0-0.236"), (0.618, "0.618-0.786"), (1.0, "0.786-1"), (1.01, "beyond 1")],
)
def test_zones_begin_at_their_level(ratio: float, name: str) -> None:
    assert zone_name(ratio) == name


def at_ratio(ratio: float, *, wins: bool) -> Trade:
    """A long entered at a ratio of the swing from 100 up to 200."""
    entry = Decimal(str(200 - 100 * ratio))
    swing = Swing(100.0, 200.0, Direction.UP)
    return trade(entry=str(entry), left=str(entry + (1 if wins else -1)), entry_swing=swing)


def evenly(at_level: float) -> list[Trade]:
    """Entries spread over the swing that win every second time, those near `at_level` always."""
    spread = [at_ratio(k / 1000, wins=k % 2 == 0) for k in range(1000)]
    return [
        at_ratio(k / 1000, wins=True) if abs(k / 1000 - at_level) <= 0.03 else spread[k] for k in range(1000)
    ]


def test_a_level_is_called_better_only_when_its_band_beats_bands_that_mean_nothing() -> None:
    verdicts = {str(each.level): each.verdict for each in study_levels(evenly(0.618))}
    assert verdicts["0.618"] is Verdict.BETTER
    assert verdicts["0.382"] is Verdict.NO_DIFFERENCE
    flat = {each.verdict for each in study_levels(evenly(5.0))}
    assert flat == {Verdict.NO_DIFFERENCE}, "0.618 does not help here, and the page says so"


def test_few_trades_tell_nothing() -> None:
    """Bug: three lucky entries at 0.618 sold as an edge."""
    verdicts = {each.verdict for each in study_levels([at_ratio(0.618, wins=True)] * 3)}
    assert verdicts == {Verdict.TOO_FEW}


def test_zones_count_every_entry_whose_swing_is_known_once() -> None:
    trades = [at_ratio(0.3, wins=True), at_ratio(0.3, wins=False), at_ratio(1.2, wins=True), trade()]
    counted = {each.name: (each.count, each.wins) for each in by_zone(trades) if each.count}
    assert counted == {"0.236-0.382": (2, 1), "beyond 1": (1, 1)}


def test_harmony_of_a_trade_is_the_mean_of_both_ends_each_on_its_own_swing() -> None:
    one = trade(
        entry="138.2",
        left="150",
        entry_swing=Swing(100.0, 200.0, Direction.UP),
        exit_swing=Swing(100.0, 160.0, Direction.DOWN),
    )
    assert one.entry_harmony == pytest.approx(1.0)
    # 150 is at 0.8333 of the fall, 0.0473 from 0.786.
    assert one.exit_harmony == pytest.approx(1 - 2 * (50 / 60 - 0.786))
    assert one.alignment == pytest.approx((one.entry_harmony + one.exit_harmony) / 2)
    assert trade().alignment == 0.5
    assert trade("short").position.hold_side is HoldSide.SHORT
