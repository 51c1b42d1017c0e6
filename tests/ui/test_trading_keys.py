"""Upper case trades: what each key sends, and the many ways in which nothing is sent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind
from omega_tui.engine.intents import (
    CancelAll,
    CancelOrder,
    CancelScope,
    Flatten,
    Halt,
    PlaceOrder,
    Resume,
)
from omega_tui.engine.views import Panel
from omega_tui.ui.ticket_form import TicketType
from tests.ui import sample_views as sample
from tests.ui.driving import Driver, driving


async def open_ticket(driver: Driver, key: str = "B", size: str = "0.010") -> None:
    await driver.press(key)
    await driver.until(lambda: driver.app.focused is driver.stage.ticket, "the ticket did not open")
    await driver.press(*["full_stop" if character == "." else character for character in size])


async def test_two_deliberate_enters_send_exactly_the_previewed_order() -> None:
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter")
        assert driver.engine.intents == []
        assert "ENTER: SIM buy 0.010 BTCUSDT limit 64,123.4" in driver.prompt
        await driver.press("enter")
        await driver.until(lambda: len(driver.engine.intents) == 1, "nothing was sent")
        order = driver.engine.intents[0]
        assert isinstance(order, PlaceOrder)
        assert order.draft.side is Side.BUY
        assert (order.draft.size, order.draft.price) == (Decimal("0.010"), Decimal("64123.4"))
        assert order.preview == sample.preview(order.draft)
        assert driver.stage.ticket.form is None, "a sent ticket must close"


async def test_a_confirmation_within_150_ms_is_not_an_answer() -> None:
    """A double tap on ENTER must not arm and send in one go."""
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter")
        await driver.press("enter", after=0.1)
        assert driver.engine.intents == []


async def test_an_armed_order_expires_after_three_seconds() -> None:
    """ENTER pressed when coming back from coffee arms anew instead of sending."""
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter")
        await driver.press("enter", after=3.1)
        assert driver.engine.intents == []


async def test_held_enter_never_sends() -> None:
    """Key repeat: the first repeat comes 0.2 to 0.7 s after the press, as late as a person's second press."""
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter")
        driver.clock.advance(0.5)
        await driver.hold("enter", 12)
        assert driver.engine.intents == []


@pytest.mark.parametrize(
    "keys",
    [
        ("B", "0", "full_stop", "0", "1", "enter", "enter"),
        ("X", "enter"),
        ("F", "enter", "enter"),
        ("H", "H"),
        ("q", "enter", "H"),
    ],
)
async def test_a_pasted_burst_trades_nothing(keys: tuple[str, ...]) -> None:
    """FAULTS I09: text pasted into a terminal without bracketed paste arrives as keys."""
    async with driving() as driver:
        await driver.burst(*keys)
        await driver.pilot.pause(0.2)
        assert driver.engine.intents == []
        assert driver.stage.ticket.form is None


async def test_a_burst_ending_in_enter_does_not_confirm_what_is_armed() -> None:
    async with driving() as driver:
        await driver.press("F")
        driver.clock.advance(0.5)
        await driver.burst("j", "enter")
        assert driver.engine.intents == []


async def test_the_key_that_opened_the_ticket_never_sends_it() -> None:
    """ENTER on a ladder row opens a ticket; the same key held on must neither arm nor send."""
    async with driving() as driver:
        await driver.press("down", "enter")
        await driver.until(lambda: driver.app.focused is driver.stage.ticket, "the ticket did not open")
        await driver.hold("enter", 8)
        assert driver.engine.intents == []


async def test_enter_on_a_ladder_row_prices_the_ticket_there() -> None:
    async with driving() as driver:
        await driver.press("up", "up", "up", "enter")
        await driver.until(lambda: driver.stage.ticket.form is not None, "the ticket did not open")
        form = driver.stage.ticket.form
        assert form is not None
        assert (form.side, form.price) == (Side.SELL, "64123.6")


async def test_ticket_keys_edit_the_order() -> None:
    async with driving() as driver:
        await open_ticket(driver, "S", "0.02")
        await driver.press("tab", "space", "tab", "right", "tab", "up", "up")
        read = driver.stage.ticket.read
        assert read is not None
        draft = read.draft
        assert draft.side is Side.SELL
        assert draft.closes
        assert (draft.order_type, draft.time_in_force) == (OrderType.LIMIT, TimeInForce.POST_ONLY)
        assert draft.price == Decimal("64123.7"), "two ticks above the best ask"


@pytest.mark.parametrize(
    ("letter", "kind"),
    [
        ("l", TicketType.LIMIT),
        ("p", TicketType.POST_ONLY),
        ("m", TicketType.MARKET),
        ("f", TicketType.FOK),
        ("i", TicketType.IOC),
        ("t", TicketType.TRIGGER),
        ("a", TicketType.TRAILING),
    ],
)
async def test_a_letter_on_a_choice_is_its_type(letter: str, kind: TicketType) -> None:
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("tab", letter, "r")
        form = driver.stage.ticket.form
        assert form is not None
        assert (form.kind, form.size, form.closes) == (kind, "0.010", True)


async def test_a_size_in_money_and_a_stop_in_percent_are_sent_as_they_were_shown() -> None:
    """Bug: the ticket shows one size and another one leaves."""
    async with driving() as driver:
        await open_ticket(driver, "B", "640$")
        await driver.press("tab", "tab", *"1%")
        assert "= 0.009 BTC" in driver.stage.ticket.text
        await driver.press("enter", "enter")
        await driver.until(lambda: len(driver.engine.intents) == 1, "nothing was sent")
        [order] = driver.engine.intents
        assert isinstance(order, PlaceOrder)
        assert (order.draft.size, order.draft.stop_loss) == (Decimal("0.009"), Decimal("63482.2"))


async def test_what_cannot_be_read_is_not_sent_and_says_why() -> None:
    """FAULTS I01 to I05, I12: the word that is wrong, in its field."""
    async with driving() as driver:
        await open_ticket(driver, "B", "5eth")
        await driver.press("enter")
        assert "size: ETH is not what BTCUSDT trades" in driver.prompt
        assert driver.engine.intents == []


async def test_a_trailing_order_is_placed_from_the_ticket() -> None:
    """Bug: the one type that a terminal without a mouse cannot place."""
    async with driving() as driver:
        await open_ticket(driver, "S", "0.01")
        await driver.press("tab", "a", "r", "shift+tab", "shift+tab", *"0.8")
        await driver.press("enter", "enter")
        await driver.until(lambda: len(driver.engine.intents) == 1, "nothing was sent")
        [order] = driver.engine.intents
        assert isinstance(order, PlaceOrder)
        plan = order.draft.plan
        assert plan is not None
        assert (plan.kind, plan.callback_rate) == (PlanKind.TRAILING_STOP, Decimal("0.008"))
        assert order.draft.closes


async def test_editing_an_armed_order_withdraws_the_question() -> None:
    """Otherwise the ENTER that confirms would send a size the question never named."""
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter", "5")
        assert "ENTER:" not in driver.prompt
        assert driver.engine.intents == []


async def test_a_stop_that_the_profile_chose_is_fixed_by_arming() -> None:
    """It follows the market: left open, it would differ at every tick and nothing could be sent."""
    async with driving() as driver:
        driver.engine.views.profile_stop = Decimal("61500.1")
        await open_ticket(driver)
        await driver.until(lambda: driver.stage.ticket.preview is not None, "no preview")
        await driver.press("enter")
        assert "stop 61,500.1" in driver.prompt
        driver.engine.views.profile_stop = Decimal("61500.7")
        driver.engine.views.changed(Panel.STATUS)
        await driver.press("enter")
        await driver.until(lambda: len(driver.engine.intents) == 1, "nothing was sent")
        [order] = driver.engine.intents
        assert isinstance(order, PlaceOrder)
        assert order.draft.stop_loss == order.preview.stop_loss == Decimal("61500.1")


async def test_an_order_that_changed_while_armed_is_asked_again() -> None:
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter")
        driver.engine.views.problems = ("not enough margin",)
        driver.engine.views.changed(Panel.STATUS)
        await driver.press("enter")
        assert driver.engine.intents == []
        assert "changed" in driver.prompt


async def test_a_refused_order_keeps_its_ticket() -> None:
    async with driving() as driver:
        await open_ticket(driver)
        driver.engine.refusal = "book is STALE: refusing new risk"
        await driver.press("enter", "enter")
        await driver.until(lambda: "STALE" in driver.prompt, "the refusal was not shown")
        assert driver.stage.ticket.form is not None


async def test_an_unsendable_ticket_does_not_arm() -> None:
    async with driving() as driver:
        await open_ticket(driver, size="")
        await driver.until(lambda: driver.stage.ticket.preview is not None, "no preview")
        await driver.press("enter")
        assert driver.prompt == "size is missing"


async def test_escape_withdraws_first_and_closes_second() -> None:
    async with driving() as driver:
        await open_ticket(driver)
        await driver.press("enter", "escape")
        assert driver.stage.ticket.form is not None
        await driver.press("escape")
        assert driver.stage.ticket.form is None
        assert driver.app.focused is driver.stage.ladder


async def test_cancel_at_the_cursor_needs_no_question() -> None:
    async with driving() as driver:
        driver.app.cockpit.set_focus(driver.stage.orders)
        await driver.press("down", "C")
        assert driver.engine.intents == [CancelOrder("c1")]


async def test_cancel_on_the_ladder_takes_the_orders_of_the_row() -> None:
    async with driving() as driver:
        await driver.press("down", "down", "down", "down", "down", "C")
        assert driver.engine.intents == [CancelOrder("c1")]


async def test_cancel_without_an_order_there_says_so() -> None:
    async with driving() as driver:
        await driver.press("C")
        assert driver.prompt == "no order of yours at the cursor"
        assert driver.engine.intents == []


async def test_cancel_all_names_its_scope_and_cycles_through_scopes() -> None:
    async with driving() as driver:
        await driver.press("X")
        assert "cancel 3 orders of BTCUSDT" in driver.prompt
        await driver.press("X")
        assert "cancel 2 orders of BTCUSDT, buys only" in driver.prompt
        await driver.press("enter")
        assert driver.engine.intents == [CancelAll(CancelScope.BUYS)]


async def test_flatten_says_what_it_will_close_before_it_does() -> None:
    async with driving() as driver:
        await driver.press("F")
        assert "flatten BTCUSDT: cancel 3 orders, then close LONG 0.010 BTC at market" in driver.prompt
        assert driver.engine.intents == []
        await driver.press("enter")
        assert driver.engine.intents == [Flatten("BTCUSDT")]


async def test_flatten_without_position_says_so() -> None:
    async with driving() as driver:
        driver.engine.views.positions_view = replace(sample.POSITIONS, rows=())
        await driver.press("F")
        assert driver.prompt == "no open position to close"


async def test_halt_is_immediate_and_resume_is_asked() -> None:
    async with driving() as driver:
        await driver.press("H")
        assert driver.engine.intents == [Halt()]
        await driver.press("H")
        assert driver.engine.intents == [Halt()]
        await driver.press("enter")
        assert driver.engine.intents == [Halt(), Resume()]


@pytest.mark.parametrize("before", ["B", "question_mark", "g", "q"])
async def test_f12_halts_from_the_ticket_and_from_every_dialog(before: str) -> None:
    async with driving() as driver:
        await driver.press(before, "f12")
        assert driver.engine.intents == [Halt()]


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 40), (200, 11)])
async def test_a_terminal_too_small_says_so_and_still_halts(size: tuple[int, int]) -> None:
    """FAULTS S07."""
    async with driving(size) as driver:
        assert driver.stage.too_small.display
        assert not driver.stage.ladder.in_sight
        await driver.press("f12")
        assert driver.engine.intents == [Halt()]


async def test_a_read_only_session_looks_and_never_trades() -> None:
    async with driving() as driver:
        driver.engine.views.status_view = replace(sample.STATUS, read_only=True, venue="LIVE")
        driver.engine.views.changed()
        await driver.press("B", "S", "X", "F", "down", "enter")
        assert driver.stage.ticket.form is None
        assert driver.engine.intents == []
        await driver.press("B")
        assert "read-only" in driver.prompt
