"""The tutor ticks off what really happened, and nothing else."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from omega_tui.engine.account_views import OrdersView, PositionsView
from omega_tui.engine.views import Posture
from omega_tui.ui.kept import Kept
from omega_tui.ui.keymaps import ARROWS
from omega_tui.ui.tutor import LESSONS, Tutor
from tests.ui import sample_views as sample
from tests.ui.driving import driving
from tests.ui.fake_engine import FakeViews


def start() -> tuple[FakeViews, Tutor]:
    views = FakeViews()
    views.positions_view = PositionsView((), sample.LIVE)
    views.orders_view = OrdersView((), sample.LIVE)
    return views, Tutor(views, ARROWS.shown)


def test_every_task_in_turn_is_done_by_what_it_asks_for() -> None:
    """Bug: a task that is ticked off by a key, or one that can never be done."""
    views, tutor = start()
    position = replace(sample.POSITIONS.rows[0], protected=Decimal(0), stop_price=None)
    stopped = replace(position, protected=Decimal(1), stop_price=Decimal(63_000))
    moved = replace(stopped, stop_price=Decimal(63_500))
    resting = OrdersView(sample.ORDERS.rows[1:2], sample.LIVE)
    deeds = (
        lambda: setattr(views, "status_view", replace(views.status_view, symbol="ETHUSDT")),
        lambda: setattr(views, "positions_view", PositionsView((position,), sample.LIVE)),
        lambda: setattr(views, "positions_view", PositionsView((stopped,), sample.LIVE)),
        lambda: setattr(views, "positions_view", PositionsView((moved,), sample.LIVE)),
        lambda: setattr(views, "orders_view", resting),
        lambda: setattr(views, "orders_view", OrdersView((), sample.LIVE)),
        lambda: setattr(views, "positions_view", PositionsView((), sample.LIVE)),
        lambda: setattr(views, "status_view", replace(views.status_view, posture=Posture.HALT)),
        lambda: setattr(views, "status_view", replace(views.status_view, posture=Posture.NORMAL)),
    )
    assert len(deeds) == len(LESSONS)
    for number, deed in enumerate(deeds, 1):
        assert tutor.words.startswith(f"{number} of {len(LESSONS)}")
        assert not tutor.tick()
        deed()
        assert tutor.tick(), tutor.words
    assert tutor.finished
    assert "That is all it takes" in tutor.words
    assert not tutor.tick()


def test_the_stop_has_to_move_from_where_it_was() -> None:
    views, tutor = start()
    views.status_view = replace(views.status_view, symbol="ETHUSDT")
    views.positions_view = sample.POSITIONS
    assert [tutor.tick(), tutor.tick(), tutor.tick(), tutor.tick()] == [True, True, True, False]


async def test_the_first_start_has_a_tour_that_is_turned_by_hand_and_never_comes_again(
    tmp_path: Path,
) -> None:
    """Bug: a greeting that takes the keys, or one that greets every morning."""
    async with driving(kept=Kept(tmp_path)) as driver:
        await driver.until(lambda: "TOUR  1 of 5" in driver.picture(), "no tour")
        await driver.press("down")
        assert driver.stage.ladder.cursor_order() is not None
        await driver.press(*["escape"] * 5)
        await driver.until(lambda: "TOUR" not in driver.picture(), "the tour stayed")
    async with driving(kept=Kept(tmp_path)) as driver:
        await driver.pilot.pause(0.3)
        assert "TOUR" not in driver.picture()


async def test_the_task_stands_over_the_screen_in_the_keymap_s_words() -> None:
    async with driving(tutor=True) as driver:
        await driver.until(lambda: "TUTOR" in driver.picture(), "no task")
        assert "1 of 9 Another market: g, type eth, ENTER." in driver.stage.tutor.text
        views = driver.engine.views
        views.status_view = replace(views.status_view, symbol="ETHUSDT")
        views.changed()
        await driver.until(lambda: "2 of 9" in driver.stage.tutor.text, "the task was not ticked off")
