"""Lower case looks: panels, markets, grouping, dialogs. Nothing here may reach the engine as an order."""

import asyncio
from dataclasses import replace

import pytest

from omega_tui.domain.events import Health
from omega_tui.domain.market import Timeframe
from omega_tui.engine.account_views import Freshness, OrdersView, PositionsView
from omega_tui.engine.intents import SelectSymbol, SelectTimeframe
from omega_tui.engine.views import Panel
from omega_tui.ui.arming import EARLIEST_CONFIRM_SECONDS
from omega_tui.ui.screens.dialogs import HelpDialog, QuitDialog
from tests.ui import sample_views as sample
from tests.ui.driving import Driver, driving


async def test_symbol_is_found_by_its_letters() -> None:
    async with driving() as driver:
        await driver.press("g", "e", "t", "enter")
        assert driver.engine.intents == [SelectSymbol("ETHUSDT")]


async def test_symbol_dialog_can_be_left() -> None:
    async with driving() as driver:
        await driver.press("g", "z", "z", "enter", "escape")
        assert driver.engine.intents == []
        assert driver.app.screen is driver.app.cockpit


async def test_timeframe_goes_to_the_next_length() -> None:
    async with driving() as driver:
        await driver.press("t")
        assert driver.engine.intents == [SelectTimeframe(Timeframe.M30)]


async def test_cursor_is_held_at_its_price_while_the_book_moves() -> None:
    """A cursor that rides on its screen row would place an order at another price than the one aimed at."""
    async with driving() as driver:
        await driver.press("down", "down")
        before = driver.stage.ladder.cursor_order()
        painted = driver.stage.ladder.rows_painted
        driver.engine.views.mid += 3
        driver.engine.views.changed(Panel.LADDER)
        await driver.until(lambda: driver.stage.ladder.rows_painted > painted, "the book did not move")
        assert driver.stage.ladder.cursor_order() == before
        marked = [line for line in driver.stage.ladder.text.splitlines() if line.startswith("▸")]
        assert len(marked) == 1
        assert "64,123.3" in marked[0]


async def test_ladder_recentres_by_itself_when_the_touch_runs_away() -> None:
    async with driving() as driver:
        driver.engine.views.mid += 500
        driver.engine.views.changed(Panel.LADDER)
        await driver.until(lambda: "64,173.4" in driver.stage.ladder.text, "the touch is out of sight")


async def test_recentre_lets_the_cursor_go() -> None:
    async with driving() as driver:
        await driver.press("down", "full_stop")
        assert driver.stage.ladder.cursor_order() is None
        assert "▸" not in driver.stage.ladder.text


async def test_grouping_keeps_the_cursor_price() -> None:
    async with driving() as driver:
        await driver.press("down", "down")
        before = driver.stage.ladder.cursor_order()
        await driver.press("plus", "plus")
        assert driver.stage.ladder.window.group == 10
        assert driver.stage.ladder.cursor_order() == before
        await driver.press("minus", "minus", "minus")
        assert driver.stage.ladder.window.group == 1


async def test_another_symbol_starts_with_a_fresh_window() -> None:
    async with driving() as driver:
        await driver.press("down")
        driver.engine.views.status_view = replace(sample.STATUS, symbol="ETHUSDT")
        driver.engine.views.mid = 31_000
        driver.engine.views.changed()
        await driver.until(lambda: "3,100.0" in driver.stage.ladder.text, "the new book is not shown")
        assert driver.stage.ladder.cursor_order() is None


async def test_help_begins_with_the_focused_panel_scrolls_to_its_end_and_closes() -> None:
    """Bug: the last actions cannot be reached on a small screen."""
    async with driving((80, 24)) as driver:
        await driver.press("question_mark")
        help_dialog = driver.app.screen
        assert isinstance(help_dialog, HelpDialog)
        assert help_dialog.text.splitlines()[1].startswith(" LADDER")
        assert "On the ladder" in help_dialog.text.splitlines()[3]
        await driver.press("down", "pagedown", "pagedown", "pagedown", "pagedown")
        assert "Leave, from anywhere" in help_dialog.text
        await driver.press("k", "home")
        assert "On the ladder" in help_dialog.text
        await driver.press("escape")
        assert driver.app.screen is driver.app.cockpit


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quit_says_what_stays_and_asks(key: str) -> None:
    """ctrl+c is no silent kill: it asks the same question."""
    async with driving() as driver:
        await driver.press(key)
        assert isinstance(driver.app.screen, QuitDialog)
        said = " ".join(driver.app.screen.text.split())
        assert "3 open orders (1 of them UNKNOWN) and 1 position stay on the exchange." in said
        await driver.press("escape")
        assert driver.app.is_running
        await driver.press(key)
        await asyncio.sleep(EARLIEST_CONFIRM_SECONDS)
        await driver.press("enter")
        assert driver.app.return_code == 0


async def test_quit_claims_nothing_that_a_lost_account_stream_hides() -> None:
    """Bug: "nothing stays on the exchange" while nobody could have told."""
    async with driving() as driver:
        lost = Freshness(Health.DOWN, 9.0, "the line is cut")
        views = driver.engine.views
        views.positions_view = PositionsView((), lost)
        views.orders_view = OrdersView((), lost)
        await driver.press("q")
        assert isinstance(driver.app.screen, QuitDialog)
        said = " ".join(driver.app.screen.text.split())
        assert "What stays on the exchange is not known (account DOWN)" in said


async def test_escape_burst_on_quit_leaves_nobody_half_out() -> None:
    """FAULTS S05: ctrl+c pressed twenty times asks once."""
    async with driving() as driver:
        await driver.burst(*["ctrl+c"] * 20)
        assert isinstance(driver.app.screen, QuitDialog)
        await driver.press("escape")
        assert driver.app.screen is driver.app.cockpit


async def test_zoom_shows_one_panel_and_brings_all_back() -> None:
    async with driving() as driver:
        await driver.press("z")
        await driver.until(lambda: driver.stage.ladder.size.width == 120, "the ladder is not alone")
        assert not driver.stage.chart.in_sight
        await driver.press("z")
        await driver.until(lambda: driver.stage.chart.in_sight, "the chart did not come back")


async def test_small_terminal_switches_ladder_and_chart() -> None:
    async with driving((80, 24)) as driver:
        assert driver.stage.ladder.in_sight
        assert not driver.stage.chart.in_sight
        await driver.press("c")
        await driver.until(lambda: driver.stage.chart.in_sight, "no chart")
        assert not driver.stage.ladder.in_sight


async def test_small_terminal_walks_through_its_tables() -> None:
    async with driving((80, 24)) as driver:
        seen = []
        for _ in range(4):
            panels = (driver.stage.positions, driver.stage.orders, driver.stage.fills, driver.stage.log_panel)
            seen.append([panel.id for panel in panels if panel.in_sight])
            await driver.press("o")
        assert seen == [["positions"], ["orders"], ["fills"], ["log"]]


async def test_privacy_hides_every_amount_of_money() -> None:
    async with driving() as driver:
        await driver.press("p")
        texts = [panel.text for panel in driver.stage.view_panels] + [driver.prompt]
        shown = "\n".join(texts)
        for amount in ("10,011.70", "9,947.58", "64.12 ", "practice"):
            assert amount not in shown


async def test_theme_key_repaints_in_the_next_colours() -> None:
    async with driving() as driver:
        await driver.press("v")
        await driver.until(lambda: driver.prompt == "colours: light, green is up", "the choice is not named")
        assert driver.app.theme == "omega-light"


async def test_up_and_down_change_colours_and_stay_so_through_the_themes() -> None:
    async with driving() as driver:
        for keys, words in (
            (["u"], "colours: dark, red is up"),
            (["v", "v", "v"], "colours: colour-blind, orange is up"),
            (["v"], "colours: 16-colours, red is up"),
            (["v", "u"], "colours: dark, green is up"),
        ):
            await driver.press(*keys)
            await driver.until(lambda words=words: driver.prompt == words, words)


async def test_footer_names_only_keys_that_work_here() -> None:
    async with driving() as driver:
        assert "limit" in driver.stage.footer.text
        driver.app.cockpit.set_focus(driver.stage.log_panel)
        await driver.until(
            lambda: "limit" not in driver.stage.footer.text, "a ladder key is offered in the log"
        )
        await driver.press("B")
        await driver.until(lambda: "field" in driver.stage.footer.text, "the ticket's keys are not shown")
        assert "quit" not in driver.stage.footer.text


@pytest.mark.parametrize("size", [(40, 12), (79, 24), (80, 24), (120, 36), (200, 50), (500, 200)])
async def test_every_size_fills_its_lines(size: tuple[int, int]) -> None:
    def ragged(driver: Driver) -> list[str | None]:
        panels = [panel for panel in driver.stage.view_panels if panel.in_sight]
        return [p.id for p in panels if {len(line) for line in p.text.splitlines()} != {p.size.width}]

    async with driving(size) as driver:
        await driver.until(lambda: ragged(driver) == [], "some panels have ragged lines")


async def test_live_resize_through_every_layout() -> None:
    async with driving() as driver:
        for size in ((200, 50), (80, 24), (1, 1), (40, 12), (120, 36)):
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause(0.1)
        await driver.until(lambda: driver.stage.ladder.in_sight, "the ladder did not come back")
