"""Keys about risk: stops, turning round, phrases, profiles, alarms. What each asks, and what each sends."""

from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.orders import HoldSide
from omega_tui.domain.plans import TriggerBy
from omega_tui.engine.intents import (
    AcknowledgeAlarms,
    ArmLive,
    CancelAll,
    CancelScope,
    Halt,
    OrderFamily,
    Protect,
    Reverse,
    SelectProfile,
    SetLeverage,
    UnlockDay,
)
from omega_tui.engine.views import Posture
from omega_tui.ui.screens.dialogs import ChoiceDialog
from omega_tui.ui.screens.risk_dialogs import EntryDialog, ProtectDialog
from tests.ui import sample_views as sample
from tests.ui.driving import Driver, driving


async def protecting(driver: Driver) -> ProtectDialog:
    await driver.press("P")
    await driver.until(lambda: isinstance(driver.app.screen, ProtectDialog), "the dialog did not open")
    dialog = driver.app.screen
    assert isinstance(dialog, ProtectDialog)
    return dialog


async def asked(driver: Driver) -> None:
    await driver.until(lambda: "ENTER:" in driver.prompt, "nothing was asked")


async def sent(driver: Driver) -> None:
    await driver.until(lambda: bool(driver.engine.intents), "nothing was sent")


async def test_a_stop_is_asked_twice_and_says_what_it_loses() -> None:
    async with driving() as driver:
        dialog = await protecting(driver)
        await driver.press("ctrl+u", *"63500")
        await driver.until(lambda: "6.23 USDT" in dialog.text, "the loss is not shown")
        await driver.press("enter")
        assert driver.engine.intents == []
        await asked(driver)
        assert "protect LONG 0.010 BTCUSDT: stop 63500, loses 6.23 at the stop" in driver.prompt
        await driver.press("enter")
        await sent(driver)
        assert driver.engine.intents == [
            Protect("BTCUSDT", HoldSide.LONG, stop_loss=Decimal("63500"), take_profit=None)
        ]


async def test_a_stop_on_the_wrong_side_cannot_be_sent() -> None:
    """FAULTS O20, at the keyboard: ENTER does nothing and the dialog says why."""
    async with driving() as driver:
        dialog = await protecting(driver)
        await driver.press("ctrl+u", *"65000", "enter")
        assert driver.app.screen is dialog
        assert "must be below the price" in dialog.text
        await driver.press("escape")
        assert driver.engine.intents == []


async def test_a_part_of_a_position_can_be_protected_by_the_last_price() -> None:
    async with driving() as driver:
        await protecting(driver)
        await driver.press("ctrl+u", *"63500", "tab", "tab", "ctrl+u", *"50", "tab", "right", "enter")
        await asked(driver)
        await driver.press("enter")
        await sent(driver)
        [intent] = driver.engine.intents
        assert isinstance(intent, Protect)
        assert (intent.share, intent.trigger_by) == (Decimal("0.5"), TriggerBy.LAST)


async def test_what_stays_as_it_is_is_not_sent_again() -> None:
    """The dialog opens with what rests; a new target must not touch the stop."""
    async with driving() as driver:
        await protecting(driver)
        await driver.press("tab", "ctrl+u", *"67000", "enter")
        await asked(driver)
        await driver.press("enter")
        await sent(driver)
        assert driver.engine.intents == [
            Protect("BTCUSDT", HoldSide.LONG, stop_loss=None, take_profit=Decimal("67000"))
        ]


async def test_reversing_names_both_sides_and_asks() -> None:
    async with driving() as driver:
        await driver.press("R")
        assert "reverse BTCUSDT: LONG 0.010 BTC into SHORT 0.010 at market" in driver.prompt
        assert driver.engine.intents == []
        await driver.press("enter")
        assert driver.engine.intents == [Reverse("BTCUSDT", HoldSide.LONG)]


async def test_with_several_positions_the_cursor_says_which() -> None:
    """Turning the wrong one round doubles the wrong risk."""
    async with driving() as driver:
        first = sample.POSITIONS.rows[0]
        other = replace(first, hold_side=HoldSide.SHORT)
        driver.engine.views.positions_view = replace(sample.POSITIONS, rows=(first, other))
        driver.engine.views.changed()
        await driver.press("R")
        assert "several positions" in driver.prompt
        driver.app.cockpit.set_focus(driver.stage.positions)
        await driver.press("down", "R", "enter")
        await sent(driver)
        assert driver.engine.intents == [Reverse("BTCUSDT", HoldSide.SHORT)]


async def test_live_is_unlocked_by_typing_the_phrase_and_not_by_pasting_it() -> None:
    async with driving() as driver:
        phrase = "trade live cdef"
        driver.engine.views.status_view = replace(sample.STATUS, venue="LIVE", live_phrase=phrase)
        driver.engine.views.changed()
        await driver.press("exclamation_mark")
        await driver.until(lambda: isinstance(driver.app.screen, EntryDialog), "the dialog did not open")
        keys = ["space" if letter == " " else letter for letter in phrase]
        await driver.burst(*keys, "enter")
        assert driver.engine.intents == []
        await driver.press("ctrl+u", *keys, "enter")
        await sent(driver)
        assert driver.engine.intents == [ArmLive(phrase)]


async def test_a_locked_day_asks_for_its_own_phrase() -> None:
    async with driving() as driver:
        driver.engine.views.status_view = replace(sample.STATUS, day_phrase="trade on today")
        driver.engine.views.changed()
        await driver.press("exclamation_mark")
        await driver.until(lambda: isinstance(driver.app.screen, EntryDialog), "the dialog did not open")
        await driver.press("x", "enter")
        await sent(driver)
        assert driver.engine.intents == [UnlockDay("x")], "whether it is the phrase is the engine's word"


async def test_halt_halts_the_account_although_one_symbol_is_halted_already() -> None:
    """A trader in a panic must not be asked whether to resume."""
    async with driving() as driver:
        driver.engine.views.status_view = replace(
            sample.STATUS, posture=Posture.HALT, halted_symbols=("BTCUSDT",)
        )
        driver.engine.views.changed()
        await driver.press("exclamation_mark")
        await asked(driver)
        assert "lift the halt of BTCUSDT" in driver.prompt
        await driver.press("H")
        await sent(driver)
        assert driver.engine.intents == [Halt()]


async def test_nothing_locked_says_so() -> None:
    async with driving() as driver:
        await driver.press("exclamation_mark")
        assert driver.prompt == "nothing is locked"


async def test_leverage_says_what_it_does_to_liquidation_before_it_is_asked_for() -> None:
    async with driving() as driver:
        await driver.press("L")
        await driver.until(lambda: isinstance(driver.app.screen, EntryDialog), "the dialog did not open")
        dialog = driver.app.screen
        assert isinstance(dialog, EntryDialog)
        await driver.press("x", "5")
        [effect] = driver.engine.views.leverage(SetLeverage("BTCUSDT", 5))
        await driver.until(lambda: effect.words[:20] in dialog.text, "the effect is not shown")
        await driver.press("enter")
        await asked(driver)
        assert "leverage BTCUSDT 5×" in driver.prompt
        assert driver.engine.intents == []
        await driver.press("enter")
        await sent(driver)
        assert driver.engine.intents == [SetLeverage("BTCUSDT", 5)]


async def test_a_profile_is_chosen_by_its_letters_and_asked_for() -> None:
    async with driving() as driver:
        await driver.press("W")
        await driver.until(lambda: isinstance(driver.app.screen, ChoiceDialog), "the dialog did not open")
        await driver.press("s", "c", "enter")
        await asked(driver)
        await driver.press("enter")
        await sent(driver)
        assert driver.engine.intents == [SelectProfile("scalper")]


async def test_escape_says_that_a_liquidation_was_seen() -> None:
    async with driving() as driver:
        driver.engine.views.status_view = replace(sample.STATUS, alarm="LIQUIDATED: …", alarm_waits=True)
        driver.engine.views.changed()
        await driver.until(lambda: "LIQUIDATED" in driver.stage.alarm.text, "no banner")
        await driver.press("escape")
        assert driver.engine.intents == [AcknowledgeAlarms()]


async def test_the_alarm_has_its_line_only_while_there_is_one() -> None:
    async with driving((80, 24)) as driver:
        assert not driver.stage.alarm.display
        driver.engine.views.status_view = replace(sample.STATUS, alarm="NAKED 40 %: LONG 0.010 BTCUSDT")
        driver.engine.views.changed()
        await driver.until(lambda: "NAKED 40 %" in driver.stage.alarm.text, "no banner")
        driver.engine.views.status_view = sample.STATUS
        driver.engine.views.changed()
        await driver.until(lambda: not driver.stage.alarm.display, "the banner stays")


async def test_cancel_all_reaches_every_family_and_warns_before_stops_go() -> None:
    async with driving() as driver:
        driver.engine.views.orders_view = sample.EVERY_ORDER
        said = []
        for _ in range(7):
            await driver.press("X")
            said.append(driver.prompt)
        assert "3 stops and targets of BTCUSDT: positions stay open without them" in said[4]
        await driver.press("enter")
        [intent] = driver.engine.intents
        assert isinstance(intent, CancelAll)
        assert (intent.scope, intent.family) == (CancelScope.ACCOUNT, OrderFamily.ENTRIES)
