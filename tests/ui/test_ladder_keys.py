"""Trading at the cursor of the price ladder: what a digit chooses, and what each key then sends."""

from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.orders import OrderType, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import AmendOrder, PlaceOrder, Protect
from omega_tui.engine.views import Panel
from tests.ui import sample_views as sample
from tests.ui.driving import Driver, driving

HUNDRED_DOLLARS, NO_SIZE = "3", "0"
"""Digits of the sizes that CockpitSettings brings."""


async def sent(driver: Driver, count: int = 1) -> None:
    await driver.until(lambda: len(driver.engine.intents) == count, "nothing was sent")


async def cursor_on_own_order(driver: Driver) -> OrderRow:
    """The cursor on the bid that rests at 64,123.0."""
    await driver.press(*["down"] * 5)
    [key] = driver.stage.ladder.orders_at_cursor()
    order = driver.engine.views.order(key)
    assert order is not None
    return order


async def test_enter_orders_the_chosen_size_at_the_cursor() -> None:
    """Bug: the order goes to the row that moved under the cursor, or with another size than the title's."""
    async with driving() as driver:
        await driver.press(HUNDRED_DOLLARS, "down")
        assert "ENTER 100$" in driver.stage.ladder.text
        await driver.press("enter")
        assert driver.engine.intents == []
        assert "buy 0.001 BTC " in driver.prompt
        driver.engine.views.mid += 3
        driver.engine.views.changed(Panel.LADDER)
        await driver.press("enter")
        await sent(driver)
        [order] = driver.engine.intents
        assert isinstance(order, PlaceOrder)
        assert (order.draft.side, order.draft.price) == (Side.BUY, Decimal("64123.4"))
        assert (order.draft.order_type, order.draft.size) == (OrderType.LIMIT, Decimal("0.001"))


async def test_an_order_that_changed_sides_is_asked_about_even_when_small_ones_pass() -> None:
    """Bug: the market falls through the cursor, and the ENTER that was a bid sells at once."""
    async with driving() as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, unasked=Decimal("0.5"))
        await driver.press(HUNDRED_DOLLARS, "down", "down")
        views.mid -= 10
        views.changed(Panel.LADDER)
        await driver.pilot.pause(0.2)
        await driver.press("enter")
        assert "the market passed the cursor, now SIM sell" in driver.prompt
        assert driver.engine.intents == []


async def test_a_small_risk_is_ordered_by_one_key_where_the_profile_says_so() -> None:
    async with driving() as driver:
        views = driver.engine.views
        views.status_view = replace(views.status_view, unasked=Decimal("0.5"))
        views.profile_stop = Decimal("64000")
        await driver.press(HUNDRED_DOLLARS, "down", "enter")
        await sent(driver)


async def test_a_digit_alone_sends_nothing_and_nought_gives_the_ticket_back() -> None:
    async with driving() as driver:
        await driver.press(HUNDRED_DOLLARS, NO_SIZE, "down", "enter")
        await driver.until(lambda: driver.stage.ticket.form is not None, "the ticket did not open")
        assert driver.engine.intents == []


async def test_a_digit_without_a_size_says_how_many_there_are() -> None:
    async with driving() as driver:
        await driver.press("9")
        assert "no size on 9" in driver.prompt
        assert driver.stage.ladder.size_preset == ""


async def test_digits_are_sizes_on_the_ladder_only() -> None:
    """Bug: a digit typed into the ticket changes what ENTER orders later."""
    async with driving() as driver:
        await driver.press("B", "3")
        assert driver.stage.ladder.size_preset == ""


async def test_a_trigger_at_the_cursor_enters_with_the_market() -> None:
    """Above the market a stop entry buys: the other side than a limit order there would be."""
    async with driving() as driver:
        await driver.press(HUNDRED_DOLLARS, "up", "up", "T", "enter")
        await sent(driver)
        [order] = driver.engine.intents
        assert isinstance(order, PlaceOrder)
        plan = order.draft.plan
        assert plan is not None
        assert (order.draft.side, plan.kind, plan.trigger_price) == (
            Side.BUY,
            PlanKind.TRIGGER,
            Decimal("64123.5"),
        )


async def test_a_trigger_without_a_size_asks_for_one() -> None:
    async with driving() as driver:
        await driver.press("up", "T", "enter")
        assert "choose a size first" in driver.prompt
        assert driver.engine.intents == []


async def test_the_stop_goes_to_the_cursor_and_says_what_it_loses() -> None:
    """The target stays as it is: only the stop is asked for."""
    async with driving() as driver:
        await driver.press("down", "pagedown", "pagedown", "G")
        assert "stop" in driver.prompt
        await driver.press("enter")
        await sent(driver)
        [intent] = driver.engine.intents
        assert isinstance(intent, Protect)
        assert (intent.stop_loss, intent.take_profit) == (Decimal("64121.4"), None)


async def test_an_order_moves_a_row_at_a_time_and_is_sent_once() -> None:
    """Bug: each row of the way is an amendment of its own, and the exchange sees all of them."""
    async with driving() as driver:
        order = await cursor_on_own_order(driver)
        await driver.press("K", "K")
        assert driver.engine.intents == []
        await driver.press("enter")
        await sent(driver)
        assert order.price is not None
        assert driver.engine.intents == [AmendOrder(order.key, price=order.price + Decimal("0.2"))]


async def test_down_takes_an_order_down() -> None:
    async with driving() as driver:
        order = await cursor_on_own_order(driver)
        await driver.press("J", "enter")
        await sent(driver)
        assert order.price is not None
        assert driver.engine.intents == [AmendOrder(order.key, price=order.price - Decimal("0.1"))]


async def test_a_row_without_an_order_moves_nothing() -> None:
    async with driving() as driver:
        driver.engine.views.orders_view = replace(sample.ORDERS, rows=())
        driver.engine.views.changed()
        await driver.press("down", "K", "enter")
        assert [intent for intent in driver.engine.intents if isinstance(intent, AmendOrder)] == []
