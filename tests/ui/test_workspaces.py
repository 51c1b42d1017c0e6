"""Workspaces: what each one shows at three sizes, how the keys lead there, and that no size breaks one."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omega_tui.engine.intents import Halt, PlaceOrder
from omega_tui.engine.views import Panel
from omega_tui.ui.kept import Kept
from omega_tui.ui.screens.workspaces import Workspace
from omega_tui.ui.terminal_meter import TerminalMeter
from tests.ui import sample_past
from tests.ui.driving import Driver, driving
from tests.ui.test_goldens import GOLDEN, REWRITE

SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x50": (200, 50)}


async def to(driver: Driver, workspace: Workspace) -> None:
    await driver.pilot.pause(0.1)
    await driver.press("full_stop", "tab", str(workspace.digit))
    await driver.until(lambda: driver.stage.workspace is workspace, "the workspace did not open")
    await driver.pilot.pause(0.3)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("workspace", Workspace, ids=lambda each: each.title)
async def test_a_workspace_reads_as_agreed(workspace: Workspace, size: str) -> None:
    async with driving(SIZES[size]) as driver:
        await to(driver, workspace)
        text = driver.picture() + "\n"
    file = GOLDEN / f"workspace-{workspace.value.removeprefix('-on-')}-{size}.txt"
    if REWRITE:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


async def test_brackets_walk_through_the_workspaces_from_the_ladder_too() -> None:
    """Digits are sizes there: without another way the ladder would be a trap."""
    async with driving() as driver:
        seen = []
        for _ in range(len(Workspace)):
            await driver.press("right_square_bracket")
            seen.append(driver.stage.workspace)
        assert seen == [*list(Workspace)[1:], Workspace.TRADE]
        assert driver.app.focused is driver.stage.ladder
        await driver.press("left_square_bracket")
        assert driver.stage.workspace is Workspace.LINK


async def test_the_workspace_is_kept_for_the_next_start(tmp_path: Path) -> None:
    async with driving(kept=Kept(tmp_path)) as driver:
        await to(driver, Workspace.RISK)
    async with driving(kept=Kept(tmp_path)) as driver:
        assert driver.stage.workspace is Workspace.RISK
        assert driver.app.focused is driver.stage.positions


async def test_what_stood_in_the_shared_places_is_kept_too(tmp_path: Path) -> None:
    async with driving((80, 24), kept=Kept(tmp_path)) as driver:
        await driver.press("o", "c")
        assert driver.stage.orders.region.area
    async with driving((80, 24), kept=Kept(tmp_path)) as driver:
        await driver.until(lambda: bool(driver.stage.orders.region.area), "the positions came back")
        assert driver.stage.chart.region.area
        assert not driver.stage.ladder.region.area


async def test_a_kept_layout_that_nobody_knows_starts_with_trading() -> None:
    kept = Kept()
    kept.save("layout", {"workspace": ["?"], "table": "x", "chart": 7})
    async with driving(kept=kept) as driver:
        assert driver.stage.workspace is Workspace.TRADE


@pytest.mark.parametrize("workspace", list(Workspace)[2:], ids=lambda each: each.title)
async def test_a_ticket_brings_the_market_along_and_gives_the_place_back(workspace: Workspace) -> None:
    """Bug: B opens a ticket nobody sees, and the keys go into it."""
    async with driving() as driver:
        await to(driver, workspace)
        await driver.press("B")
        await driver.until(lambda: driver.app.focused is driver.stage.ticket, "the ticket did not open")
        assert driver.stage.ticket.region.area
        assert driver.stage.ladder.region.area
        await driver.press("escape", "escape")
        await driver.until(lambda: driver.stage.ladder.region.area == 0, "the workspace did not come back")


async def test_an_order_is_placed_from_any_workspace() -> None:
    async with driving() as driver:
        await to(driver, Workspace.LINK)
        await driver.press("B")
        await driver.until(lambda: driver.app.focused is driver.stage.ticket, "the ticket did not open")
        await driver.press("0", "full_stop", "0", "1", "enter", "enter")
        await driver.until(lambda: len(driver.engine.intents) == 1, "nothing was sent")
        assert isinstance(driver.engine.intents[0], PlaceOrder)


async def test_zoom_ends_when_a_workspace_opens() -> None:
    async with driving() as driver:
        await driver.press("tab", "z", "4")
        assert not driver.stage.zoomed
        assert driver.stage.workspace is Workspace.ORDERS


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sizes=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 120)), min_size=2, max_size=6),
    workspace=st.sampled_from(Workspace),
)
async def test_any_sequence_of_sizes_leaves_a_cockpit_that_halts(
    sizes: list[tuple[int, int]], workspace: Workspace
) -> None:
    """FAULTS S07: a window that is dragged passes through every size; F12 works in each."""
    async with driving() as driver:
        driver.stage.open_workspace(workspace)
        for size in [*sizes, (1, 1), (20, 5)]:
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause()
        await driver.press("f12")
        await driver.until(lambda: driver.engine.intents == [Halt()], "F12 did not halt")


def test_the_terminal_meter_tells_the_rate_of_the_last_seconds_and_nothing_before() -> None:
    meter = TerminalMeter()
    assert meter.rate(0.0) is None
    for second in range(1, 20):
        meter.written += 50_000 if second < 10 else 1_000
        rate = meter.rate(float(second))
    assert rate == 1_000


async def test_the_history_is_walked_row_by_row_and_says_what_is_noted_there() -> None:
    """Bug: a note that was written and can be read nowhere; a cursor that jumps when a position closes."""
    async with driving() as driver:
        await to(driver, Workspace.HISTORY)
        assert driver.app.focused is driver.stage.history
        assert "wide stop" not in driver.picture()
        await driver.press(*["down"] * 5)
        await driver.until(lambda: "wide stop" in driver.picture(), "the note of the sixth row")
        key = driver.stage.history.cursor
        view = sample_past.HISTORY
        driver.engine.views.history_view = replace(view, trades=(*view.trades, sample_past.LATER))
        driver.engine.views.changed(Panel.HISTORY)
        await driver.until(lambda: "HISTORY 9" in driver.picture(), "the new position")
        assert driver.stage.history.cursor == key
        await driver.press("p")
        await driver.until(lambda: "+32.97" not in driver.picture(), "hidden money")


@pytest.mark.parametrize("workspace", Workspace, ids=lambda each: each.title)
async def test_a_panel_is_zoomed_and_put_back_in_every_workspace(workspace: Workspace) -> None:
    """Bug: the key did nothing in four of six, whose own arrangement outweighed it."""
    async with driving() as driver:
        await to(driver, workspace)
        panel = driver.app.focused
        assert panel is not None
        place = panel.region
        await driver.press("z")
        await driver.until(lambda: panel.region.size == (120, 32), "it does not stand alone")
        await driver.press("z")
        await driver.until(lambda: panel.region == place, "it is not back in its place")
