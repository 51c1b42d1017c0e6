"""What reaches a trader who looks elsewhere: the title, the bells; and the ways a copied price can go."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.ui.announcing import Bells, set_title, title
from omega_tui.ui.clipboard import Route, into_tmux, route_for
from tests.ui import sample_views as sample
from tests.ui.driving import driving

D = Decimal


def test_the_title_names_environment_symbol_price_and_result() -> None:
    assert title(sample.STATUS, sample.ACCOUNT, private=False) == "SIM BTCUSDT 64,123.4 +11.69"
    assert title(sample.STATUS, sample.ACCOUNT, private=True) == "SIM BTCUSDT 64,123.4"


def test_a_hostile_name_cannot_end_the_title_early() -> None:
    """Bug: what follows a bell byte in a symbol is typed into the terminal as a sequence of its own."""
    status = replace(sample.STATUS, symbol="X\x07\x1b]52;c;aGk=\x07")
    written = set_title(title(status, sample.ACCOUNT, private=False))
    assert written.count("\x07") == 1
    assert written.count("\x1b") == 1


def test_a_bell_rings_once_and_from_either_side() -> None:
    bells = Bells()
    bells.toggle("BTCUSDT", D(110), D(100))
    bells.toggle("BTCUSDT", D(90), D(100))
    assert list(bells.reached("BTCUSDT", D(105))) == []
    assert [bell.price for bell in bells.reached("BTCUSDT", D(111))] == [D(110)]
    assert list(bells.reached("BTCUSDT", D(120))) == []
    assert list(bells.reached("ETHUSDT", D(50))) == []
    assert [bell.price for bell in bells.reached("BTCUSDT", D(90))] == [D(90)]


def test_a_bell_is_taken_away_by_the_same_key() -> None:
    bells = Bells()
    assert "rings when BTCUSDT trades at 110" in bells.toggle("BTCUSDT", D("110.0"), D(100))
    assert "no bell at 110" in bells.toggle("BTCUSDT", D("110.0"), D(100))
    assert bells.prices("BTCUSDT") == ()


def test_executions_from_before_the_start_are_silent() -> None:
    bells = Bells()
    old, new = sample.FILLS.rows
    assert not bells.filled(old)
    assert not bells.filled(old)
    assert bells.filled(new)


async def test_a_bell_at_the_cursor_stands_on_the_ladder_and_says_when_it_rang() -> None:
    async with driving() as driver:
        await driver.press("down", "down", "b")
        assert "bell" in driver.stage.ladder.text
        views = driver.engine.views
        views.status_view = replace(views.status_view, last_price=D("64120"))
        views.changed()
        await driver.until(lambda: "traded at 64123.3" in driver.prompt, "the bell did not ring")
        await driver.until(lambda: "bell" not in driver.stage.ladder.text, "the bell stayed")


@pytest.mark.parametrize(
    ("choice", "environment", "route"),
    [
        ("off", {"TMUX": "x"}, Route.OFF),
        ("osc52", {"TMUX": "x"}, Route.OSC52),
        ("auto", {}, Route.OSC52),
        ("tmux", {}, Route.TMUX),
    ],
)
def test_the_route_is_the_chosen_one(choice: str, environment: dict[str, str], route: Route) -> None:
    assert route_for(choice, environment) is route


async def test_tmux_that_is_not_there_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not await into_tmux("64123.4")


async def test_a_copy_says_which_way_it_went() -> None:
    """Bug: the trader pastes an old price, because the terminal refused in silence."""
    async with driving() as driver:
        await driver.press("down", "y")
        await driver.until(lambda: "copied 64123.4 by OSC 52" in driver.prompt, "nothing was said")
