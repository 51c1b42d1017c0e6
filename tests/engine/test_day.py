"""The day's money: opened once, folded from bills that each count once, whatever order they arrive in."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.account import Bill, BillKind
from omega_tui.engine.account.day import DAY_MS, Day, DayOpening, day_start
from tests.engine.fake_gateway import EXCHANGE_MS, D

MIDNIGHT = day_start(EXCHANGE_MS)


def bill(
    bill_id: str,
    amount: str,
    kind: BillKind = BillKind.TRADE,
    *,
    fee: str | None = None,
    at: int = MIDNIGHT + 1,
) -> Bill:
    paid = D(fee) if fee is not None else None
    return Bill(bill_id, "BTCUSDT", kind, kind.value, "USDT", D(amount), paid, None, at)


def test_funding_charged_twice_by_two_answers_counts_once() -> None:
    """O31: the same bill arrives with every overlapping answer."""
    day = Day()
    day.begin(EXCHANGE_MS, D(1000))
    assert day.take(bill("1", "-3", BillKind.FUNDING))
    assert not day.take(bill("1", "-3", BillKind.FUNDING))
    assert (day.funding, day.made) == (D(-3), D(-3))


def test_a_deposit_is_no_profit_and_a_withdrawal_no_loss() -> None:
    day = Day()
    day.begin(EXCHANGE_MS, D(1000))
    day.take(bill("1", "500", BillKind.TRANSFER))
    assert day.profit(D(1500)) == D(0)
    day.take(bill("2", "-700", BillKind.TRANSFER))
    assert day.profit(D(790)) == D(-10)


def test_a_day_that_was_lost_before_the_cockpit_started_is_not_opened_anew() -> None:
    """Restarting after a loss must not give the day's loss limit back."""
    day = Day()
    day.take(bill("1", "-90", fee="-10"))
    opening = day.begin(EXCHANGE_MS, D(900))
    assert opening == DayOpening(MIDNIGHT, D(1000))
    assert day.profit(D(900)) == D(-100)
    restarted = Day()
    restarted.open(DayOpening(MIDNIGHT, D(1000)))
    assert restarted.begin(EXCHANGE_MS, D(900)) is None
    assert restarted.profit(D(900)) == D(-100)


def test_yesterdays_bills_are_not_todays_and_the_next_day_begins_with_what_is_left() -> None:
    day = Day()
    day.begin(EXCHANGE_MS, D(1000))
    day.take(bill("1", "-50", at=MIDNIGHT - 1))
    day.take(bill("2", "-20"))
    assert day.made == D(-20)
    assert day.begin(EXCHANGE_MS + DAY_MS, D(980)) == DayOpening(MIDNIGHT + DAY_MS, D(980))
    assert (day.made, day.profit(D(970))) == (D(0), D(-10))
    assert day.begin(EXCHANGE_MS, D(1)) is None, "the clock does not go back"


def test_nothing_is_known_of_a_day_before_it_is_opened() -> None:
    assert Day().profit(D(1000)) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.decimals(-1000, 1000, places=4)), max_size=12), st.data())
def test_the_sums_do_not_depend_on_order_or_repetition(
    rows: list[tuple[int, Decimal]], data: st.DataObject
) -> None:
    amounts = dict(rows)
    kinds = tuple(BillKind)
    bills = [bill(str(key), str(amount), kinds[key % len(kinds)]) for key, amount in amounts.items()]
    told = data.draw(st.permutations(bills * 2))
    opened_at = data.draw(st.integers(0, len(told)))
    first, second = Day(), Day()
    first.open(DayOpening(MIDNIGHT, D(1000)))
    for each in bills:
        first.take(each)
    for count, each in enumerate(told):
        if count == opened_at:
            second.open(DayOpening(MIDNIGHT, D(1000)))
        second.take(each)
    second.open(DayOpening(MIDNIGHT, D(1000)))
    assert (first.made, first.transfers) == (second.made, second.transfers)
