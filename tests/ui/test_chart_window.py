"""The chart's window: it never leaves the candles, and the crosshair never leaves the window."""

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.market import Candle
from omega_tui.ui.chart_window import MERGES, ChartWindow, merged

STEP = 60_000


def candles(count: int, first: int = 0) -> list[Candle]:
    return [Candle((first + i) * STEP, 100 + i, 103 + i, 98 + i, 101 + i, 2.0 + i % 3) for i in range(count)]


def sight(every: list[Candle], window: ChartWindow, width: int) -> tuple[list[Candle], bool]:
    """What a chart of `width` columns shows of them, and whether the newest is in sight."""
    span = STEP * window.merge
    known = [each for each in every if window.until_ms is None or each.start_ms <= window.until_ms + span - 1]
    shown = merged(known[-width * window.merge :], window.merge, STEP)[-width:]
    return shown, len(known) == len(every)


@given(
    count=st.integers(2, 120),
    width=st.integers(2, 40),
    moves=st.lists(st.tuples(st.sampled_from("mpz"), st.integers(-60, 60)), max_size=25),
)
def test_whatever_is_pressed_the_crosshair_is_on_a_column_in_sight(
    count: int, width: int, moves: list[tuple[str, int]]
) -> None:
    """Bug: a crosshair in the void, whose price an order or a swing would then take."""
    every, window = candles(count), ChartWindow()
    for kind, by in moves:
        shown, newest = sight(every, window, width)
        if kind == "z":
            window = window.zoomed(1 if by > 0 else -1)
        elif shown:
            window = window.moved(by, shown, newest=newest)
        shown, _ = sight(every, window, width)
        if shown and window.cursor_ms is not None:
            inside = [each for each in shown if each.start_ms <= window.cursor_ms]
            assert inside or window.cursor_ms < shown[0].start_ms


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
    window = ChartWindow()
    for _ in range(14):
        shown, newest = sight(every, window, width)
        window = window.moved(-1, shown, newest=newest)
    held, _ = sight(every, window, width)
    assert sight([*every, *candles(5, first=60)], window, width)[0] == held
    assert window.cursor_ms == held[0].start_ms
