"""The chart's window: it never leaves the candles, and the crosshair never leaves the window."""

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.market import Candle
from omega_tui.ui.chart_window import MERGES, ChartWindow, column_starts, merged

STEP = 60_000


def candles(count: int, first: int = 0) -> list[Candle]:
    return [Candle((first + i) * STEP, 100 + i, 103 + i, 98 + i, 101 + i, 2.0 + i % 3) for i in range(count)]


def sight(every: list[Candle], window: ChartWindow, width: int) -> list[Candle]:
    """What a chart of `width` columns shows of them."""
    settled = window.settled(column_starts(every, window.merge, STEP), width)
    columns = merged(every, window.merge, STEP)
    shown = [each for each in columns if settled.until_ms is None or each.start_ms <= settled.until_ms]
    return shown[-width:]


@given(
    taken=st.sets(st.integers(0, 300), min_size=1, max_size=120),
    moves=st.lists(st.tuples(st.sampled_from("mmzra"), st.integers(-60, 60)), max_size=25),
)
def test_whatever_is_pressed_the_crosshair_is_on_a_column_in_sight(
    taken: set[int], moves: list[tuple[str, int]]
) -> None:
    """Bugs: a crosshair in the void, whose price an order or a swing would then take; a chart that scrolls
    off its candles; a step over a gap in the record that goes nowhere."""
    every, window, width = [candles(1, first=at)[0] for at in sorted(taken)], ChartWindow(), 20
    for kind, by in moves:
        starts = column_starts(every, window.merge, STEP)
        if kind == "z":
            window = window.zoomed(1 if by > 0 else -1)
        elif kind == "r":
            width = abs(by) + 1
        elif kind == "a":
            every = [*every, *candles(abs(by), first=every[-1].start_ms // STEP + 1)]
        else:
            window = window.moved(by, starts, width)
        shown = sight(every, window, width)
        columns = merged(every, window.merge, STEP)
        assert len(shown) == min(width, len(columns))
        settled = window.settled(column_starts(every, window.merge, STEP), width)
        if settled.cursor_ms is not None:
            assert settled.cursor_ms in [each.start_ms for each in shown]


@given(
    taken=st.sets(st.integers(0, 300), min_size=1, max_size=60),
    width=st.integers(1, 30),
    merge=st.sampled_from(MERGES),
)
def test_key_by_key_the_crosshair_visits_every_column_and_comes_back(
    taken: set[int], width: int, merge: int
) -> None:
    """Bug: a gap in the record is a wall that no key gets over."""
    every = [candles(1, first=at)[0] for at in sorted(taken)]
    starts = column_starts(every, merge, STEP)
    window, seen = ChartWindow(merge=merge).moved(0, starts, width), []
    for way in (-1, 1):
        for _ in starts:
            seen.append(window.cursor_ms)
            window = window.moved(way, starts, width)
    assert seen == [*reversed(starts), *starts]
    assert window.until_ms is None


@given(count=st.integers(1, 200), merge=st.sampled_from(MERGES))
def test_columns_hold_every_trade_of_their_candles(count: int, merge: int) -> None:
    every = candles(count, first=5)
    columns = merged(every, merge, STEP)
    assert sum(each.volume for each in columns) == sum(each.volume for each in every)
    assert max(each.high for each in columns) == max(each.high for each in every)
    assert min(each.low for each in columns) == min(each.low for each in every)
    assert (columns[0].open, columns[-1].close) == (every[0].open, every[-1].close)


def test_a_column_stays_what_it_was_when_newer_candles_arrive() -> None:
    """Bug: columns counted from the newest change with every candle, and the whole chart flickers."""
    before, after = merged(candles(20), 4, STEP), merged(candles(23), 4, STEP)
    assert after[: len(before) - 1] == before[:-1]


def test_a_view_of_the_past_stands_still_while_candles_arrive() -> None:
    every, width = candles(60), 10
    starts, window = column_starts(every, 1, STEP), ChartWindow()
    for _ in range(14):
        window = window.moved(-1, starts, width)
    held = sight(every, window, width)
    assert sight([*every, *candles(5, first=60)], window, width) == held
    assert window.cursor_ms == held[0].start_ms


def test_a_crosshair_stays_on_its_candle_while_newer_ones_push_it_left() -> None:
    """Bug: the newest candles push the crosshair out of the panel, and `f` then takes another candle."""
    every, width = candles(30), 10
    window = ChartWindow().moved(0, column_starts(every, 1, STEP), width)
    for _ in range(9):
        window = window.moved(-1, column_starts(every, 1, STEP), width)
    cursor = window.cursor_ms
    later = [*every, *candles(7, first=30)]
    assert next(each.start_ms for each in sight(later, window, width)) == cursor


def test_a_narrow_moment_does_not_leave_the_newest_candle() -> None:
    """Bug: after a tmux pane was small for a second the chart no longer follows the market."""
    every = candles(60)
    window = ChartWindow().moved(0, column_starts(every, 1, STEP), 40)
    for _ in range(20):
        window = window.moved(-1, column_starts(every, 1, STEP), 40)
    sight(every, window, 5)
    assert sight(every, window, 40)[-1] == every[-1]
