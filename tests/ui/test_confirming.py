"""Which orders ask for a second key."""

from dataclasses import replace
from decimal import Decimal

import pytest

from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.engine.intents import PlaceOrder, TicketDraft
from omega_tui.ui.confirming import asks_first
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
        await driver.press("B", *"0.01", "enter")
        orders = [intent for intent in driver.engine.intents if isinstance(intent, PlaceOrder)]
        assert len(orders) == sent
        assert (driver.app.cockpit.desk.armed is None) is bool(sent)
