"""The command palette: every action by words, nothing done that its key would not do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from omega_tui.domain.events import Health
from omega_tui.engine.account_views import Freshness, OrdersView, PositionsView
from omega_tui.engine.intents import Flatten, Halt, SelectSwing, SelectTimeframe
from omega_tui.ui.actions import ACTIONS, READ_ONLY
from omega_tui.ui.palette import find, offers
from omega_tui.ui.screens.dialogs import HelpDialog
from omega_tui.ui.screens.palette import PaletteDialog
from tests.ui.driving import Driver, driving
from tests.ui.fake_engine import FakeEngine
from tests.ui.test_goldens import SITUATION

OFFERS = tuple(offers(ACTIONS, SITUATION))


def palette(driver: Driver) -> PaletteDialog:
    assert isinstance(driver.app.screen, PaletteDialog)
    return driver.app.screen


@pytest.mark.parametrize(
    ("query", "action_id"),
    [
        ("flat", "flatten"),
        ("cancel all", "cancel.all"),
        ("cncl curs", "cancel.cursor"),
        ("stop target", "protect"),
        ("theme", "theme"),
        ("colours swap", "theme.swap"),
        ("candle", "timeframe"),
        ("hide money", "privacy"),
        ("zoom", "zoom"),
        ("f12", "halt.now"),
        ("leave", "quit"),
        ("LEVERAGE", "leverage"),
    ],
)
def test_an_action_is_found_by_the_words_that_describe_it(query: str, action_id: str) -> None:
    assert find(query, OFFERS)[0].id == action_id


def test_every_action_is_offered_with_its_keys_and_every_reason_is_said() -> None:
    """Bug: an action that only its key can reach, or one that does nothing and does not say why."""
    assert {offer.id for offer in OFFERS} == {action.id for action in ACTIONS} - {"palette"}
    quiet = replace(SITUATION, focus="log", has_orders=False, has_positions=False, order_at_cursor=False)
    by_id = {offer.id: offer for offer in offers(ACTIONS, quiet)}
    for action in ACTIONS:
        if action.id in by_id:
            assert by_id[action.id].words.strip()
            assert by_id[action.id].keys == action.shown
            works = action.enabled(quiet) and bool(action.keys)
            assert bool(by_id[action.id].reason) is not works
    assert by_id["flatten"].reason == "no open position to close"
    assert by_id["order.here"].reason == "only on the ladder: TAB gets there"
    assert by_id["ticket.send"].reason == "a key of the open ticket"


def test_a_read_only_session_says_so_at_every_action_that_trades() -> None:
    for offer in offers(ACTIONS, replace(SITUATION, read_only=True)):
        if offer.id in ("ticket.buy", "flatten", "order.here"):
            assert offer.reason == READ_ONLY


@given(st.text(max_size=20))
def test_no_query_invents_or_repeats_an_action(query: str) -> None:
    found = find(query, OFFERS)
    assert len({offer.id for offer in found}) == len(found)
    assert set(found) <= set(OFFERS)


async def test_an_action_runs_by_its_words() -> None:
    async with driving() as driver:
        await driver.press("ctrl+p", *"candle", "enter")
        assert [type(intent) for intent in driver.engine.intents] == [SelectTimeframe]
        assert driver.app.screen is driver.app.cockpit


async def test_what_trades_still_asks() -> None:
    """Bug: the palette as a way round the question."""
    async with driving() as driver:
        await driver.press("ctrl+p", *"flatten", "enter")
        assert driver.engine.intents == []
        assert "ENTER: flatten BTCUSDT" in driver.prompt
        await driver.press("enter")
        assert [type(intent) for intent in driver.engine.intents] == [Flatten]


async def test_a_burst_through_the_palette_trades_nothing() -> None:
    """A paste of the keys that would find and run an action comes faster than a person types."""
    async with driving() as driver:
        await driver.burst("ctrl+p", *"flatten", "enter", "enter", "enter")
        assert {type(intent) for intent in driver.engine.intents} <= {SelectTimeframe, SelectSwing}


async def test_opening_it_withdraws_a_question() -> None:
    async with driving() as driver:
        await driver.press("F", "ctrl+p", *"confirm", "enter")
        assert driver.engine.intents == []


async def test_what_cannot_be_done_says_why_and_stays() -> None:
    engine = FakeEngine()
    live = Freshness(Health.LIVE, 0.1, "")
    engine.views.positions_view = PositionsView((), live)
    engine.views.orders_view = OrdersView((), live)
    async with driving(engine=engine) as driver:
        await driver.press("ctrl+p", *"flatten")
        assert "no open position to close" in palette(driver).text.splitlines()[2]
        await driver.press("enter")
        assert palette(driver).text.splitlines()[-1].strip() == "no open position to close"
        await driver.press("escape")
        assert driver.engine.intents == []


async def test_the_last_choices_stand_first_next_time() -> None:
    async with driving() as driver:
        await driver.press("ctrl+p", *"help", "enter")
        assert isinstance(driver.app.screen, HelpDialog)
        await driver.press("escape", "ctrl+p", *"hide", "enter", "ctrl+p")
        lines = palette(driver).text.splitlines()
        assert "Hide or show money" in lines[2]
        assert "Help: the panel's keys first" in lines[3]
        await driver.press("down", "enter")
        assert isinstance(driver.app.screen, HelpDialog)


async def test_halt_works_from_inside_the_palette() -> None:
    async with driving() as driver:
        await driver.press("ctrl+p", "f12")
        assert driver.engine.intents == [Halt()]


async def test_a_paste_is_only_a_query() -> None:
    async with driving() as driver:
        await driver.press("ctrl+p")
        driver.app.screen.post_message(events.Paste("flatten\nenter\n"))
        await driver.pilot.pause()
        assert palette(driver).text.splitlines()[1].startswith(" flatten enter ")
        assert driver.engine.intents == []
