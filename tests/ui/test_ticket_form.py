"""Number entry of the ticket: only a plain ASCII decimal ever becomes a size or a price."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.console.facts import facts_of
from omega_tui.domain.orders import OrderType, Side, TimeInForce
from omega_tui.domain.plans import PlanKind, TriggerBy
from omega_tui.engine.intents import PlanDraft, TicketDraft
from omega_tui.ui.ticket_form import Field, TicketForm, TicketType, materially_different
from omega_tui.ui.ticket_reading import read_ticket
from tests.ui import sample_views as sample
from tests.ui.fake_engine import FakeEngine

FORM = TicketForm("t", "BTCUSDT", Side.BUY, price="64000", size="")


FACTS = facts_of(FakeEngine().views)


def typed(text: str) -> TicketForm:
    form = FORM
    for character in text:
        form = form.typed(character)
    return form


def draft(form: TicketForm) -> TicketDraft:
    return read_ticket(form, FACTS).draft


@pytest.mark.parametrize(
    "text",
    [
        "1e5",
        "-1",
        "+1",
        "1,00",
        "1_0",
        "NaN",
        "Infinity",
        "1.2.3",
        "0x1",
        "5eth",
        "10%",
        "1" * 21,
    ],
)
def test_hostile_number_is_refused_with_its_field(text: str) -> None:
    """FAULTS I01 to I05, I12: Decimal() would take most of these."""
    read = read_ticket(FORM.pasted(text), FACTS)
    assert read.draft.size is None
    assert read.trouble.startswith("size: ")


@pytest.mark.parametrize("text", ["١", "１", "0\u200b1", "5\n", "9" * 41, "5\u00a0"])
def test_what_no_field_can_hold_is_refused_whole(text: str) -> None:
    """FAULTS I04, I08: digits of other scripts, invisible characters, line feeds."""
    form = FORM.pasted(text)
    assert form.hint
    assert form.size == ""


@pytest.mark.parametrize(
    ("text", "size"),
    [("0.010", "0.010"), (".5", "0.5"), ("12", "12"), ("1.", "1"), ("500$", "0.007"), ("0.0109btc", "0.010")],
)
def test_a_size_is_taken_in_any_unit(text: str, size: str) -> None:
    assert draft(typed(text)).size == Decimal(size)


def test_a_share_of_equity_at_risk_is_left_to_the_engine() -> None:
    found = draft(typed("risk 1%"))
    assert (found.size, found.risk) == (None, Decimal("0.01"))


@given(st.text(max_size=30))
def test_no_text_becomes_a_size_that_is_not_one(text: str) -> None:
    """Whatever is typed, the draft holds nothing or a finite size, and a text that is none says why."""
    form = typed(text)
    read = read_ticket(form, FACTS)
    assert read.draft.size is None or (read.draft.size.is_finite() and read.draft.size >= 0)
    if form.size.strip() and read.draft.size is None and read.draft.risk is None:
        assert read.trouble


@given(st.sampled_from(list(Field)), st.text(st.characters(codec="ascii"), max_size=30))
def test_any_text_in_any_field_is_read_or_told(field: Field, text: str) -> None:
    """Bug: a slip of the keyboard in a price field ends the cockpit."""
    for kind in TicketType:
        form = replace(FORM, field=field).of_kind(kind)
        for character in text:
            form = form.typed(character)
        found = read_ticket(form, FACTS).draft
        for price in (found.price, found.stop_loss, found.take_profit):
            assert price is None or price >= 0


def test_a_wrong_character_leaves_what_was_typed() -> None:
    form = typed("0.01").typed("é")
    assert (form.size, bool(form.hint)) == ("0.01", True)
    assert form.typed("5").hint == ""


def test_without_the_markets_rules_only_plain_numbers_are_read() -> None:
    read = read_ticket(replace(FORM, price="bid", size="0.01"), None)
    assert (read.draft.price, read.draft.size) == (None, Decimal("0.01"))
    assert "have not arrived" in read.trouble


@pytest.mark.parametrize(
    ("field", "text", "price"),
    [
        ("price", "bid-2t", "64123.2"),
        ("price", "63,900", "63900"),
        ("stop", "1%", "63360.0"),
        ("stop", "fib:1", "63480.0"),
        ("target", "66000", "66000"),
    ],
)
def test_prices_are_written_in_the_order_language(field: str, text: str, price: str) -> None:
    form = replace(FORM, **{field: text})  # type: ignore[arg-type]
    found = draft(form)
    values = {"price": found.price, "stop": found.stop_loss, "target": found.take_profit}
    assert values[field] == Decimal(price)


def test_a_target_in_r_counts_the_stop_that_the_profile_chose() -> None:
    form = replace(FORM, target="2r", size="0.01")
    assert "no stop to measure R by" in read_ticket(form, FACTS).trouble
    assert read_ticket(form, FACTS, Decimal(63000)).draft.take_profit == Decimal(66000)


@pytest.mark.parametrize(("closes", "kind"), [(False, PlanKind.TRAILING), (True, PlanKind.TRAILING_STOP)])
def test_a_trailing_order_follows_from_its_price_and_turns_by_a_share(closes: bool, kind: PlanKind) -> None:
    """Bug: the callback leaves as percent where a share is meant, or a close is no stop of its position."""
    form = replace(FORM, callback="0.8", size="0.01", closes=closes, trigger="64000")
    form = form.of_kind(TicketType.TRAILING)
    plan = draft(form).plan
    assert plan == PlanDraft(kind, Decimal(64000), TriggerBy.MARK, Decimal("0.008"))
    assert draft(replace(form, callback="0.8%")).plan == plan
    assert draft(form).order_type is OrderType.MARKET


@pytest.mark.parametrize("side", list(Side))
def test_a_trailing_order_without_a_price_begins_just_beyond_the_market(side: Side) -> None:
    """Bug: the exchange refuses it, because the market has moved a tick past its beginning."""
    form = replace(FORM, side=side, callback="1").of_kind(TicketType.TRAILING)
    plan = draft(form).plan
    assert plan is not None
    assert plan.trigger_price is not None
    assert FACTS.mark is not None
    beyond = (plan.trigger_price - FACTS.mark) / FACTS.mark
    assert Decimal("0.0001") < (beyond if side is Side.SELL else -beyond) < Decimal("0.0003")


@pytest.mark.parametrize(
    ("kind", "time_in_force"), [(TicketType.FOK, TimeInForce.FOK), (TicketType.IOC, TimeInForce.IOC)]
)
def test_every_time_in_force_is_a_type(kind: TicketType, time_in_force: TimeInForce) -> None:
    found = draft(FORM.of_kind(kind))
    assert (found.order_type, found.time_in_force, found.price) == (
        OrderType.LIMIT,
        time_in_force,
        Decimal(64000),
    )


def test_a_market_order_has_no_price_field() -> None:
    form = replace(FORM, kind=TicketType.MARKET)
    assert Field.PRICE not in form.fields
    assert draft(form).price is None


def test_the_price_never_goes_to_zero() -> None:
    form = replace(FORM, field=Field.PRICE, price="0.1")
    assert form.nudged(-1, Decimal("0.1")).price == "0.1"
    assert form.nudged(3, Decimal("0.1")).price == "0.4"


def test_a_market_price_may_drift_a_little_but_not_far() -> None:
    """An armed market order must not go stale with every tick, nor be sent after a jump."""
    armed = sample.preview(draft(replace(FORM, kind=TicketType.MARKET, size="0.01")))
    assert armed.price_used is not None
    assert not materially_different(armed, replace(armed, price_used=armed.price_used + 1))
    assert materially_different(armed, replace(armed, price_used=armed.price_used * Decimal("1.002")))
    assert materially_different(armed, replace(armed, size=Decimal("0.02")))
    assert materially_different(armed, replace(armed, problems=("halted",)))


def test_legs_go_with_an_opening_order_and_not_with_a_close() -> None:
    """A close that carries a stop would be refused by the exchange, or worse, taken."""
    form = replace(FORM, size="0.01", stop="63000", target="66000")
    assert (draft(form).stop_loss, draft(form).take_profit) == (Decimal(63000), Decimal(66000))
    closing = replace(form, field=Field.STOP).closing(True)
    assert (draft(closing).stop_loss, draft(closing).take_profit) == (None, None)
    assert closing.field is Field.SIZE, "the field is gone"


def test_no_stop_is_said_with_a_zero_and_an_empty_field_leaves_it_to_the_profile() -> None:
    assert draft(replace(FORM, stop="0")).stop_loss == 0
    assert draft(FORM).stop_loss is None


def test_a_trigger_waits_for_its_price_at_market_or_as_a_limit() -> None:
    form = replace(FORM, trigger="65000").of_kind(TicketType.TRIGGER)
    plan = draft(form).plan
    assert plan is not None
    assert (plan.kind, plan.trigger_price, plan.trigger_by) == (
        PlanKind.TRIGGER,
        Decimal(65000),
        TriggerBy.MARK,
    )
    assert (draft(form).order_type, draft(form).price) == (OrderType.MARKET, None)
    limit = draft(form.of_kind(TicketType.TRIGGER_LIMIT))
    assert (limit.order_type, limit.price) == (OrderType.LIMIT, Decimal(FORM.price))
    assert draft(form.of_kind(TicketType.LIMIT)).plan is None


def test_every_price_moves_by_a_tick_in_its_own_field() -> None:
    form = replace(FORM, stop="63000", field=Field.STOP)
    assert form.nudged(-2, Decimal("0.1")).stop == "62999.8"
    assert replace(form, field=Field.SIZE).nudged(1, Decimal("0.1")) == replace(form, field=Field.SIZE)
