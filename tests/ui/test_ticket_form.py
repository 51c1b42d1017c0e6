"""Number entry of the ticket: only a plain ASCII decimal ever becomes a size or a price."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.orders import OrderType, Side
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.ui.ticket_form import Field, TicketForm, TicketType, materially_different
from tests.ui import sample_views as sample

FORM = TicketForm("t", "BTCUSDT", Side.BUY, price="64000", size="")


def typed(text: str) -> TicketForm:
    form = FORM
    for character in text:
        form = form.typed(character)
    return form


@pytest.mark.parametrize(
    "text",
    [
        "1e5",
        "-1",
        "+1",
        "1,000",
        "1_0",
        "NaN",
        "Infinity",
        "١",
        "１",
        "0x1",
        "1.2.3",
        "0\u200b1",
        "$5",
        "1" * 21,
    ],
)
def test_hostile_number_is_refused_with_a_hint(text: str) -> None:
    """FAULTS I01 to I05: Decimal() would take most of these."""
    form = FORM.pasted(text)
    assert form.hint
    assert form.draft().size is None


@pytest.mark.parametrize(("text", "size"), [("0.010", "0.010"), (".5", "0.5"), ("12", "12"), ("1.", "1")])
def test_plain_number_is_taken_exactly(text: str, size: str) -> None:
    assert typed(text).draft().size == Decimal(size)


@given(st.text(max_size=30))
def test_no_text_becomes_anything_but_its_plain_value(text: str) -> None:
    """Whatever is typed, the draft holds either nothing or exactly the ASCII digits shown."""
    form = typed(text)
    size = form.draft().size
    assert set(form.size) <= set("0123456789.")
    if size is not None:
        assert size.is_finite()
        assert size >= 0
        assert Decimal(form.size) == size


def test_a_wrong_character_leaves_what_was_typed() -> None:
    form = typed("0.01").typed("e")
    assert (form.size, bool(form.hint)) == ("0.01", True)
    assert form.typed("5").hint == ""


def test_a_market_order_has_no_price_field() -> None:
    form = replace(FORM, kind=TicketType.MARKET)
    assert Field.PRICE not in form.fields
    assert form.draft().price is None


def test_the_price_never_goes_to_zero() -> None:
    form = replace(FORM, field=Field.PRICE, price="0.1")
    assert form.nudged(-1, Decimal("0.1")).price == "0.1"
    assert form.nudged(3, Decimal("0.1")).price == "0.4"


def test_a_market_price_may_drift_a_little_but_not_far() -> None:
    """An armed market order must not go stale with every tick, nor be sent after a jump."""
    draft = replace(FORM, kind=TicketType.MARKET, size="0.01").draft()
    armed = sample.preview(draft)
    assert armed.price_used is not None
    assert not materially_different(armed, replace(armed, price_used=armed.price_used + 1))
    assert materially_different(armed, replace(armed, price_used=armed.price_used * Decimal("1.002")))
    assert materially_different(armed, replace(armed, size=Decimal("0.02")))
    assert materially_different(armed, replace(armed, problems=("halted",)))


def test_legs_go_with_an_opening_order_and_not_with_a_close() -> None:
    """A close that carries a stop would be refused by the exchange, or worse, taken."""
    form = replace(FORM, size="0.01", stop="63000", target="66000")
    assert (form.draft().stop_loss, form.draft().take_profit) == (Decimal(63000), Decimal(66000))
    closing = replace(form, field=Field.STOP).closing(True)
    assert (closing.draft().stop_loss, closing.draft().take_profit) == (None, None)
    assert closing.field is Field.SIZE, "the field is gone"


def test_no_stop_is_said_with_a_zero_and_an_empty_field_leaves_it_to_the_profile() -> None:
    assert replace(FORM, stop="0").draft().stop_loss == 0
    assert FORM.draft().stop_loss is None


def test_a_trigger_waits_for_its_price_at_market_or_as_a_limit() -> None:
    form = replace(FORM, trigger="65000").of_kind(TicketType.TRIGGER)
    plan = form.draft().plan
    assert plan is not None
    assert (plan.kind, plan.trigger_price, plan.trigger_by) == (
        PlanKind.TRIGGER,
        Decimal(65000),
        TriggerBy.MARK,
    )
    assert (form.draft().order_type, form.draft().price) == (OrderType.MARKET, None)
    limit = form.of_kind(TicketType.TRIGGER_LIMIT).draft()
    assert (limit.order_type, limit.price) == (OrderType.LIMIT, Decimal(FORM.price))
    assert form.of_kind(TicketType.LIMIT).draft().plan is None


def test_every_price_moves_by_a_tick_in_its_own_field() -> None:
    form = replace(FORM, stop="63000", field=Field.STOP)
    assert form.nudged(-2, Decimal("0.1")).stop == "62999.8"
    assert replace(form, field=Field.SIZE).nudged(1, Decimal("0.1")) == replace(form, field=Field.SIZE)
