"""What counts as protection: only what the exchange has shown, on the losing side, up to the size held."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.orders import HoldSide, OrderState, Side
from omega_tui.domain.plans import PlanKind
from omega_tui.domain.protection import cover_of, legal_trigger, loss_at, trigger_problems
from tests.engine.fake_gateway import BTC, D, position
from tests.engine.plan_desk import plan_order

LONG, SHORT = HoldSide.LONG, HoldSide.SHORT
STOP, TARGET = PlanKind.STOP_LOSS, PlanKind.TAKE_PROFIT
WHOLE = PlanKind.POSITION_STOP_LOSS


def test_partial_stops_add_up_and_whole_ones_cover_all() -> None:
    held = position("0.5")
    two = [plan_order("a", "59000", STOP, size="0.1"), plan_order("b", "58000", STOP, size="0.2")]
    assert cover_of(held, two).share == D("0.6")
    assert cover_of(held, two).stop_price == D("58000"), "only there has all of it been closed"
    assert cover_of(held, [*two, plan_order("c", "57000", WHOLE)]).share == 1
    near = [plan_order("n", "59500", WHOLE), plan_order("f", "50000", STOP, size="0.5")]
    assert cover_of(held, near).stop_price == D("59500"), "what lies behind it closes nothing any more"
    assert cover_of(held, [plan_order("d", "59000", STOP, size="9")]).share == 1, "capped at the size"


def test_what_the_exchange_has_not_shown_protects_nobody() -> None:
    for state in set(OrderState) - {OrderState.WORKING, OrderState.PARTIALLY_FILLED}:
        assert cover_of(position(), [plan_order("a", "59000", WHOLE, state=state)]).share == 0, state


def test_plans_of_another_position_purpose_or_side_do_not_count() -> None:
    held = position("0.5")
    stop = plan_order("a", "59000", WHOLE)
    for other in (
        replace(stop, symbol="ETHUSDT"),
        replace(stop, side=Side.BUY),
        replace(stop, hold_side=SHORT),
        plan_order("t", "62000", TARGET, size="0.5"),
        plan_order("x", "59000", PlanKind.TRIGGER, size="0.5"),
        replace(stop, plan=None),
    ):
        assert cover_of(held, [other]).share == 0
    assert cover_of(held, [plan_order("t", "62000", TARGET, size="0.5")]).target_price == D("62000")


def test_a_trailing_stop_counts_once_price_has_come_to_where_it_starts() -> None:
    """Before that it lets the position fall without end."""
    trail = plan_order("a", "61000", PlanKind.TRAILING_STOP, size="0.5")
    assert cover_of(position("0.5"), [trail]).share == 0
    assert cover_of(position("0.5"), [trail], {"p-a"}).share == 1


def test_a_trigger_on_the_wrong_side_of_the_price_is_named() -> None:
    """FAULTS O20: the exchange takes either direction for some plans, and closes at once."""
    long, short, mark = position(), position(hold_side=SHORT), D("60000")
    assert not list(trigger_problems(long, WHOLE, D("59999.9"), mark))
    assert not list(trigger_problems(short, WHOLE, D("60000.1"), mark))
    assert not list(trigger_problems(long, TARGET, D("60000.1"), mark))
    for held, kind, price in (
        (long, WHOLE, "60000"),
        (long, WHOLE, "60001"),
        (short, WHOLE, "59999"),
        (long, TARGET, "59999"),
        (short, TARGET, "60001"),
    ):
        [words] = trigger_problems(held, kind, D(price), mark)
        assert "60000 now" in words
    assert "cannot be told" in next(trigger_problems(long, WHOLE, D("59000"), None))


def test_a_stop_behind_the_liquidation_price_is_none() -> None:
    held = replace(position(), liquidation_price=D("55000"))
    [words] = trigger_problems(held, WHOLE, D("54000"), D("60000"))
    assert "liquidation at 55000" in words


@given(
    size=st.decimals("0.001", "10", places=3),
    legs=st.lists(st.tuples(st.decimals("0.001", "10", places=3), st.sampled_from(OrderState))),
)
def test_cover_is_the_confirmed_sum_capped_at_the_size(
    size: Decimal, legs: list[tuple[Decimal, OrderState]]
) -> None:
    orders = [
        plan_order(str(index), "59000", STOP, size=str(leg), state=state)
        for index, (leg, state) in enumerate(legs)
    ]
    sure = {OrderState.WORKING, OrderState.PARTIALLY_FILLED}
    confirmed = sum((leg for leg, state in legs if state in sure), Decimal(0))
    assert cover_of(position(str(size)), orders).share == min(confirmed, size) / size


@given(st.decimals("1", "99999", places=4), st.sampled_from(HoldSide), st.sampled_from((STOP, TARGET)))
def test_a_rounded_trigger_never_risks_more(price: Decimal, side: HoldSide, kind: PlanKind) -> None:
    """A long's stop rounded down loses more than was asked; its target rounded up may not be reached."""
    legal = legal_trigger(price, side, kind, BTC)
    towards = 1 if (side is LONG) is (kind is STOP) else -1
    assert 0 <= (legal - price) * towards < BTC.tick


def test_the_loss_at_the_stop_counts_the_closing_fee() -> None:
    assert loss_at(position("0.5", entry="60000"), D("59000"), Decimal(1), D("0.0006")) == D("517.7")
    short = position("0.5", SHORT, "60000")
    assert loss_at(short, D("59000"), D("0.5"), Decimal(0)) == D("-250"), "a stop in profit"
