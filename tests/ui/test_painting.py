"""What one tick paints: only what changed, within the budget, and nothing while the terminal is behind."""

import os
import pty
import tty
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.market import Candle
from omega_tui.engine.views import Panel
from omega_tui.ui.paint_clock import LOCAL_RATE, PaintClock, TerminalGate, over_ssh
from omega_tui.ui.rows.bars import bar_to_left, bar_to_right
from omega_tui.ui.rows.candles import PriceScale, candle_column
from omega_tui.ui.rows.spans import Line, fit, line_width, spread_out, width_of
from omega_tui.ui.widgets.line_panel import LinePanel, changed_cells
from tests.ui.driving import driving

CELLS = st.lists(
    st.tuples(st.sampled_from("ab 1▏"), st.sampled_from(["bid", "ask"])), min_size=1, max_size=12
)


@given(CELLS, CELLS)
def test_changed_cells_cover_every_difference(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    """A cell that differs outside the repainted region would stay stale on the screen."""
    width = min(len(old), len(new))
    before: Line = tuple(old[:width])
    after: Line = tuple(new[:width])
    start, end = changed_cells(before, after)
    different = [x for x in range(width) if before[x] != after[x]]
    assert all(start <= x < end for x in different)
    if different:
        assert (start, end) == (different[0], different[-1] + 1)


def test_wide_characters_repaint_the_whole_line() -> None:
    assert changed_cells((("漢a ", "ink"),), (("漢b ", "ink"),)) == (0, 4)


@given(st.text(max_size=40), st.integers(0, 30), st.sampled_from("<>^"))
def test_fitted_text_has_exactly_its_width(text: str, width: int, align: str) -> None:
    """FAULTS I16: wide, combining and joined characters may not shift a price column."""
    assert width_of(fit(text, width, align)) == width


@given(st.text(max_size=20), st.text(max_size=20), st.integers(1, 60))
def test_spread_lines_never_spill(left: str, right: str, width: int) -> None:
    assert line_width(spread_out([(left, "ink")], [(right, "ink")], width)) == width


@given(st.floats(-1, 2), st.text(alphabet="0123456789. ", min_size=1, max_size=12))
def test_bars_keep_every_digit(share: float, text: str) -> None:
    """A bar that swallowed a digit would show another size."""
    for bar in (bar_to_left, bar_to_right):
        drawn = "".join(part for part, _ in bar(text, share, "bid", "bid-bar"))
        assert len(drawn) == len(text)
        assert [c for c in drawn if c in "0123456789."] == [c for c in text if c in "0123456789."]


@given(st.lists(st.floats(1, 100), min_size=4, max_size=4), st.integers(1, 12))
def test_a_candle_is_one_unbroken_column(prices: list[float], rows: int) -> None:
    low, high = min(prices), max(prices)
    column = candle_column(Candle(0, prices[0], high, low, prices[1], 1), PriceScale(0, 101, rows))
    assert len(column) == rows
    assert column.strip()
    assert " " not in column.strip()


async def test_a_tick_of_three_rows_repaints_three_rows() -> None:
    async with driving() as driver:
        ladder, views = driver.stage.ladder, driver.engine.views
        book = views.ladder

        def moved(group: int, depth: int) -> object:
            view = book(group, depth)
            bids = ((view.bids[0][0], 2.5), (view.bids[1][0], 0.9), *view.bids[2:])
            asks = ((view.asks[0][0], 0.7), *view.asks[1:])
            return type(view)(**{f: getattr(view, f) for f in view.__slots__} | {"bids": bids, "asks": asks})

        views.ladder = moved  # type: ignore[method-assign,assignment]
        before = ladder.rows_painted
        views.changed(Panel.LADDER)
        await driver.until(lambda: ladder.rows_painted > before, "the tick was not drawn")
        assert ladder.rows_painted - before == 3


async def test_an_unchanged_picture_is_not_rebuilt() -> None:
    async with driving() as driver:
        driver.app.cockpit.paint_now()
        clock = PaintClock(LOCAL_RATE)
        assert clock.paint(driver.stage.view_panels, driver.engine.views) == 0


async def test_slow_panels_wait_their_turn() -> None:
    """The chart at 4 Hz on a 20 Hz clock is drawn on the first change and then every fifth frame."""
    async with driving() as driver:
        clock = PaintClock(20.0)
        drawn = []
        for _ in range(11):
            driver.engine.views.changed(Panel.CHART)
            drawn.append(clock.paint([driver.stage.chart], driver.engine.views))
        assert drawn == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("environment", "far"),
    [({}, False), ({"SSH_CONNECTION": "1 2 3 4"}, True), ({"SSH_TTY": "/dev/pts/1"}, True)],
)
def test_an_ssh_session_is_noticed(environment: dict[str, str], far: bool) -> None:
    """Bug: twenty frames a second through a line that carries five."""
    assert over_ssh(environment) is far


def test_a_terminal_that_does_not_read_closes_the_gate() -> None:
    """Frames written to a stuck terminal only make it later: they are skipped until it reads again."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(slave, False)
    gate = TerminalGate(slave)
    assert gate.ready
    while gate.ready:
        with suppress(BlockingIOError):
            os.write(slave, b"x" * 4096)
    while not gate.ready:
        os.read(master, 65536)
    os.close(master)
    assert not gate.ready
    assert gate.gone
    os.close(slave)


def test_foreign_control_characters_never_reach_a_strip() -> None:
    """The last gate: even a text that nobody sanitised at the border is drawn in visible characters."""
    panel = LinePanel()
    panel.show([(("a\x1b[31m\x9b\u202e\u200b\x07b", "ink"),)])
    assert panel.render_line(0).text.isprintable()
    assert panel.render_line(0).text.startswith("a␛[31m")
