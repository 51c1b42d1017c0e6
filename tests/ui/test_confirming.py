"""Which orders ask for a second key."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.engine.intents import PlaceOrder, TicketDraft
from omega_tui.ui.confirming import asks_first
from omega_tui.ui.screens.dialogs import ChoiceDialog
from tests.ui import sample_views as sample
from tests.ui.driving import driving

D = Decimal
PREVIEW = sample.preview(
    TicketDraft("t", "BTCUSDT", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, D("0.01"), D(63000))
)


@pytest.mark.parametrize(
    ("loss", "equity", "unasked", "asks"),
    [
        (D(99), D(10000), D("0.01"), False),
        (D(100), D(10000), D("0.01"), False),
        (D("100.01"), D(10000), D("0.01"), True),
        (D(0), D(10000), D(0), True),
        (None, D(10000), D("0.01"), True),
        (D(1), None, D("0.01"), True),
        (D(0), D(0), D("0.01"), True),
    ],
)
def test_risk_decides_and_what_is_not_known_asks(
    loss: Decimal | None, equity: Decimal | None, unasked: Decimal, asks: bool
) -> None:
    """Bug: an order whose loss nobody knows leaves on one key."""
    assert asks_first(replace(PREVIEW, loss_at_stop=loss), equity, unasked) is asks


@pytest.mark.parametrize("unasked", [D(0), D("0.01")])
def test_a_close_passes_only_where_the_profile_lets_anything_pass(unasked: Decimal) -> None:
    """Bug: a beginner's position is closed by one slip of a finger."""
    assert asks_first(replace(PREVIEW, reduce_only=True), D(10000), unasked) is (unasked == 0)


@pytest.mark.parametrize(("unasked", "sent"), [(D(0), 0), (D("0.5"), 1)])
async def test_one_enter_sends_only_what_the_profile_lets_pass(unasked: Decimal, sent: int) -> None:
    """Bug: the profile's choice is shown and not obeyed."""
    async with driving() as driver:
        views = driver.engine.views
        views.status_view, views.profile_stop = replace(views.status_view, unasked=unasked), D(63000)
        await driver.press("B", *"0.01")
        does = "ENTER sends at once" if sent else "ENTER asks first"
        await driver.until(
            lambda: does in driver.stage.ticket.text, "the ticket does not say what ENTER does"
        )
        await driver.press("enter")
        orders = [intent for intent in driver.engine.intents if isinstance(intent, PlaceOrder)]
        assert len(orders) == sent
        assert (driver.app.cockpit.desk.armed is None) is bool(sent)


@pytest.mark.parametrize(
    ("unasked", "words"),
    [
        (D(0), "every order asks"),
        (D("0.01"), "orders that risk over 1% ask"),
        (D("0.0025"), "over 0.25% ask"),
    ],
)
async def test_the_footer_says_which_orders_ask(unasked: Decimal, words: str) -> None:
    """Bug: one finds out with an order whether ENTER asks. What leaves unasked is said at any size."""
    async with driving((80, 24) if unasked else (120, 36)) as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, unasked=unasked)
        await driver.until(lambda: words in driver.stage.footer.text, "the policy is not shown")


async def test_a_session_that_only_looks_has_no_policy() -> None:
    async with driving() as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, read_only=True)
        await driver.until(lambda: "order" not in driver.stage.footer.text, "a policy without orders")


async def test_the_profile_dialog_says_what_each_profile_asks() -> None:
    async with driving() as driver:
        await driver.press("W")
        dialog = driver.app.screen
        assert isinstance(dialog, ChoiceDialog)
        rows = {line.split()[0]: line for line in dialog.text.splitlines() if " · " in line}
        assert "every order asks" in dialog.text
        assert "orders that risk over 1% ask · seconds to minutes" in rows["scalper"]


async def test_the_command_line_says_whether_enter_asks() -> None:
    async with driving() as driver:
        await driver.press("colon", *"flatten")
        await driver.until(lambda: "ENTER asks first" in driver.stage.command.text, "not said")
        await driver.press("ctrl+u", *"undo")
        await driver.until(lambda: "ENTER asks first" not in driver.stage.command.text, "still said")
