"""The command line on the screen: typed, explained, asked for by its risk, done, remembered."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from omega_tui.engine.intents import (
    CancelAll,
    Halt,
    PlaceOrder,
    SelectSymbol,
)
from omega_tui.ui.history import History
from omega_tui.ui.kept import Kept
from omega_tui.ui.line_editor import LineEditor
from tests.ui.driving import Driver, driving

D = Decimal
ORDER = "buy 0.01btc at 64000 sl 63000"


async def typed(driver: Driver, text: str) -> None:
    """Open the command line and type."""
    await driver.press("colon")
    for character in text:
        driver.app.post_message(events.Key(character, character))
        driver.clock.advance(0.05)
    await driver.pilot.pause(0.05)


def orders(driver: Driver) -> list[PlaceOrder]:
    return [intent for intent in driver.engine.intents if isinstance(intent, PlaceOrder)]


async def test_a_line_is_explained_while_it_is_typed() -> None:
    async with driving() as driver:
        await typed(driver, ORDER)
        text = driver.stage.command.text
        assert "buy 0.010 BTC limit 64,000.0, stop 63,000.0" in text
        assert "loss at stop" in text
        assert driver.engine.intents == []


async def test_enter_asks_and_a_second_enter_sends_what_was_shown() -> None:
    """Bug: one ENTER at the end of a typed line is an order."""
    async with driving() as driver:
        await typed(driver, ORDER)
        await driver.press("enter")
        assert orders(driver) == []
        assert "ENTER: buy 0.010 BTC limit 64,000.0" in driver.prompt
        await driver.press("enter")
        (order,) = orders(driver)
        assert (order.draft.size, order.draft.price, order.draft.stop_loss) == (D("0.01"), D(64000), D(63000))
        assert not driver.stage.command.is_open


async def test_the_profile_lets_small_risks_pass_with_one_enter() -> None:
    async with driving() as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, unasked=D("0.5"))
        await typed(driver, ORDER)
        await driver.press("enter")
        assert len(orders(driver)) == 1


async def test_typing_on_withdraws_the_question() -> None:
    async with driving() as driver:
        await typed(driver, ORDER)
        await driver.press("enter", "space")
        assert driver.app.cockpit.desk.armed is None
        await driver.press("enter")
        assert orders(driver) == []


async def test_a_paste_fills_the_line_and_sends_nothing() -> None:
    """FAULTS I08 to I10: a pasted line feed is no ENTER, whatever comes behind it."""
    async with driving() as driver:
        await driver.press("colon")
        driver.app.post_message(events.Paste(f"{ORDER}\n\nflatten\n"))
        await driver.pilot.pause(0.1)
        assert driver.stage.command.typed == f"{ORDER}  flatten "
        assert driver.engine.intents == []


async def test_a_burst_ending_in_enter_sends_nothing() -> None:
    """FAULTS I09: bytes written into the terminal without a bracket."""
    async with driving() as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, unasked=D("0.5"))
        for key in (":", *ORDER):
            driver.app.post_message(events.Key("colon" if key == ":" else key, key))
        driver.app.post_message(events.Key("enter", None))
        await driver.pilot.pause(0.2)
        assert orders(driver) == []


async def test_looking_and_cancelling_ask_nothing() -> None:
    async with driving() as driver:
        await typed(driver, "ethusdt")
        await driver.press("enter")
        await typed(driver, "cancel buys")
        await driver.press("enter")
        assert SelectSymbol("ETHUSDT") in driver.engine.intents
        assert any(isinstance(intent, CancelAll) for intent in driver.engine.intents)


async def test_letters_in_the_line_trade_nothing_and_f12_still_halts() -> None:
    async with driving() as driver:
        await typed(driver, "BSXFRHq")
        assert driver.stage.command.typed == "BSXFRHq"
        assert driver.engine.intents == []
        await driver.press("f12")
        assert driver.engine.intents == [Halt()]


async def test_a_mistake_is_named_and_nothing_is_lost() -> None:
    async with driving() as driver:
        await typed(driver, "byu 500$")
        await driver.press("enter")
        assert "'byu' is no command; did you mean buy?" in driver.prompt
        assert driver.stage.command.typed == "byu 500$"


async def test_tab_walks_through_what_could_stand_there() -> None:
    async with driving() as driver:
        await typed(driver, "fl")
        await driver.press("tab")
        assert driver.stage.command.typed == "flatten"
        await driver.press("escape")
        assert driver.stage.command.typed == "fl"
        assert driver.stage.command.is_open


async def test_earlier_lines_come_back_by_what_they_hold() -> None:
    async with driving() as driver:
        for line in ("ethusdt", "cancel buys"):
            await typed(driver, line)
            await driver.press("enter")
        await driver.press("colon", "up")
        assert driver.stage.command.typed == "cancel buys"
        await driver.press("up")
        assert driver.stage.command.typed == "ethusdt"
        await driver.press("down", "down")
        assert driver.stage.command.typed == ""
        await typed(driver, "")
        await driver.press("escape")


async def test_an_enter_right_behind_a_command_opens_no_ticket() -> None:
    """Bug: the second ENTER of a habit, when the line asked nothing, lands on the ladder."""
    async with driving() as driver:
        await driver.press("down", "down")
        await typed(driver, "cancel buys")
        await driver.press("enter", "enter")
        assert driver.stage.ticket.form is None


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 50)])
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    async with driving(size) as driver:
        await typed(driver, ORDER)
        assert ORDER in driver.stage.command.text


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "left",
                    "right",
                    "home",
                    "end",
                    "ctrl+a",
                    "ctrl+e",
                    "ctrl+u",
                    "ctrl+k",
                    "ctrl+w",
                    "ctrl+left",
                ]
            ),
            st.sampled_from(["ctrl+right", "backspace", "delete", "ctrl+d"]),
            st.text(max_size=5).map(lambda text: f"type {text}"),
        ),
        max_size=40,
    )
)
def test_no_key_takes_the_cursor_out_of_the_line(keys: list[str]) -> None:
    editor = LineEditor()
    for key in keys:
        edited = editor.inserted(key[5:]) if key.startswith("type ") else editor.key(key)
        assert edited is not None
        editor = edited
        assert 0 <= editor.cursor <= len(editor.text) <= 1000
        assert editor.text.isprintable()


def test_word_keys_do_what_a_shell_does() -> None:
    line = LineEditor.holding("buy 500$ at  bid")
    back = line.key("ctrl+left")
    assert back is not None
    assert (back.cursor, back.text) == (13, "buy 500$ at  bid")
    cut = back.key("ctrl+w")
    assert cut is not None
    assert cut.text == "buy 500$ bid"
    assert LineEditor("buy 500$", 0).key("ctrl+right") == LineEditor("buy 500$", 3)
    assert line.key("f5") is None


def test_history_is_kept_and_holds_each_line_once() -> None:
    kept = Kept()
    first = History(kept)
    for line in ("a", "b", "a"):
        first.add(line)
    assert kept.load("history") == {"lines": ["b", "a"]}
    assert History(kept).recall("", 1) == "a"
    kept.save("history", {"lines": ["x", 5, None, "y" * 5000]})
    assert History(kept).recall("", 2) is None
