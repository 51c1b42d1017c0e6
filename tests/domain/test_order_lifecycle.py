"""The state machine of an order: news in any order, twice or late, ends in the same knowledge."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.order_lifecycle import advance, conclude, merge_fill, merge_report
from omega_tui.domain.orders import Order, OrderState
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.orders.ledger import OrderLedger, Tracked
from tests.engine.fake_gateway import D, fill, order
from tests.engine.requests import request

S = OrderState


class Script:
    """Plays named news about one order of 0.010 into a ledger."""

    def __init__(self) -> None:
        self.ledger = OrderLedger()
        self.tracked: Tracked = self.ledger.open(request("omg1"), 0.0)
        self.ledger.conclude(self.tracked, S.SENT)

    def play(self, news: str) -> Order:
        match news.split():
            case ["ack"]:
                self.ledger.evidence(self.tracked, EvidenceSource.ANSWER, S.ACK, "", "9001")
            case ["unknown"]:
                self.ledger.conclude(self.tracked, S.UNKNOWN, "answer lost")
            case ["refused"]:
                self.ledger.evidence(self.tracked, EvidenceSource.ANSWER, S.REJECTED, "no")
            case ["gone"]:
                self.ledger.evidence(self.tracked, EvidenceSource.NOT_FOUND, S.NEVER_ACCEPTED, "absent")
            case ["report", word, filled]:
                self.ledger.report(order("omg1", S(word), filled=filled))
            case ["asked", word, filled]:
                self.ledger.report(order("omg1", S(word), filled=filled), EvidenceSource.ORDER_DETAIL)
            case ["fill", trade_id, size]:
                self.ledger.fill(fill(trade_id, size))
        return self.tracked.order


FULL_FILL = ["ack", "report working 0", "report partially_filled 0.004", "fill 1 0.004", "fill 2 0.006"]
CANCELED = ["ack", "report working 0", "fill 1 0.004", "report canceled 0.004", "fill 1 0.004"]
RACE = ["ack", "report canceled 0.004", "fill 1 0.004", "fill 2 0.006", "report partially_filled 0.004"]
LOST_ANSWER = [
    "unknown",
    "report working 0",
    "report filled 0.010",
    "fill 1 0.010",
    "report partially_filled 0.004",
]
SIX = ["ack", "unknown", "report working 0", "fill 1 0.004", "fill 2 0.006", "report filled 0.010"]
NEVER_LIVED = ["unknown", "gone", "refused", "gone", "refused", "unknown"]
NOT_FOUND_BUT_LIVE = ["unknown", "gone", "refused", "report working 0", "report working 0", "ack"]
CANCEL_TWICE = [
    "ack",
    "fill 1 0.004",
    "report canceled 0.004",
    "asked canceled 0.004",
    "fill 1 0.004",
    "gone",
]
OVERLAP = [
    "unknown",
    "asked partially_filled 0.004",
    "fill 1 0.004",
    "fill 2 0.006",
    "asked filled 0.010",
    "report filled 0.010",
]
NEWS = tuple(sorted({*FULL_FILL, *CANCELED, *RACE, *SIX, *NOT_FOUND_BUT_LIVE, *CANCEL_TWICE, *OVERLAP}))


@pytest.mark.parametrize(
    ("script", "ends", "filled"),
    [
        (FULL_FILL, S.FILLED, "0.010"),
        (CANCELED, S.CANCELED, "0.004"),
        (RACE, S.FILLED, "0.010"),
        (LOST_ANSWER, S.FILLED, "0.010"),
        (SIX, S.FILLED, "0.010"),
        (NEVER_LIVED, S.REJECTED, "0"),
        (NOT_FOUND_BUT_LIVE, S.WORKING, "0"),
        (CANCEL_TWICE, S.CANCELED, "0.004"),
        (OVERLAP, S.FILLED, "0.010"),
    ],
    ids=[
        "fills",
        "partly filled, then canceled",
        "cancel races the fill",
        "answer lost",
        "six events",
        "refused and not found",
        "not found although it lives",
        "cancel told by stream and query",
        "stream and query overlap",
    ],
)
def test_every_order_of_the_same_news_ends_in_the_same_knowledge(
    script: list[str], ends: OrderState, filled: str
) -> None:
    """A fill before its ack, an end before the beginning: streams and queries overlap in every way."""
    for news in permutations(script):
        played = Script()
        for item in news:
            last = played.play(item)
        assert (last.state, last.filled) == (ends, D(filled)), news


@pytest.mark.parametrize("script", [FULL_FILL, CANCELED, RACE, SIX, NOT_FOUND_BUT_LIVE, OVERLAP])
def test_knowledge_never_falls_back_on_the_way(script: list[str]) -> None:
    for news in permutations(script):
        played = Script()
        before = played.tracked.order
        for item in news:
            after = played.play(item)
            assert advance(before.state, after.state) is after.state, (news, item)
            assert after.filled >= before.filled
            before = after


@settings(max_examples=150, deadline=None)
@given(news=st.lists(st.sampled_from(NEWS), max_size=6), seed=st.randoms())
def test_whatever_is_told_in_whatever_order_ends_alike(news: list[str], seed: object) -> None:
    """Contradictions included: two cockpits that heard the same must not show different orders."""

    def end(these: list[str]) -> tuple[OrderState, object, object]:
        played = Script()
        for item in these:
            played.play(item)
        return played.tracked.order.state, played.tracked.order.filled, played.tracked.overfilled

    shuffled = list(news)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert end(shuffled) == end(news)


def _plan(state: OrderState = S.WORKING, child: str | None = None) -> Order:
    waits = Plan(PlanKind.STOP_LOSS, D("58000"), TriggerBy.MARK)
    return replace(order("omg1", state, order_id="77"), plan=waits, child_order_id=child)


@pytest.mark.parametrize("foreign", [False, True])
def test_a_plan_and_its_child_find_each_other_in_every_order_of_the_news(foreign: bool) -> None:
    """The market order of a stop was shown as somebody else's: who fired it is what a trader asks first."""
    news: list[Order] = [
        _plan(),
        _plan(S.TRIGGERED, "9001"),
        _plan(S.TRIGGERED, "9001"),
        order("exchange-made", S.WORKING),
        order("exchange-made", S.FILLED, filled="0.01"),
        _plan(S.CANCELED),
    ]
    for told in permutations(news):
        ledger = OrderLedger()
        if not foreign:
            ledger.open(replace(request("omg1"), plan=_plan().plan), 0.0)
        for report in told:
            ledger.report(report)
        plan, child = ledger.find("omg1", None), ledger.find(None, "9001")
        assert plan is not None
        assert child is not None
        assert (plan.order.state, plan.order.child_order_id) == (S.TRIGGERED, "9001")
        assert (child.parent, child.order.foreign, child.order.state) == ("omg1", foreign, S.FILLED)


@pytest.mark.parametrize("claim", ["report", "fills"])
def test_more_executed_than_ordered_is_noticed_and_never_counted(claim: str) -> None:
    """A filled size beyond the order's made the remaining one negative, and exposure shrank by it."""
    ledger = OrderLedger()
    tracked = ledger.open(request("omg1", size="0.01"), 0.0)
    if claim == "report":
        ledger.report(order("omg1", S.FILLED, filled="0.02"))
    else:
        ledger.fill(fill("1", "0.01", client_order_id="omg1"))
        assert tracked.overfilled is None
        ledger.fill(fill("2", "0.01", client_order_id="omg1"))
    assert (tracked.order.filled, tracked.order.remaining) == (D("0.01"), 0)
    assert tracked.overfilled == D("0.02")
    assert ledger.overfilled("BTCUSDT") == [tracked]
    ledger.report(order("omg1", S.FILLED, filled="0.01"))
    assert ledger.overfilled(), "a push does not take it back"
    ledger.report(order("omg1", S.FILLED, filled="0.01"), EvidenceSource.ORDER_DETAIL)
    assert (tracked.overfilled is None) is (claim == "report"), "an answer does, executions stay executions"


def test_a_second_order_under_our_id_is_another_order() -> None:
    """The copy of a repeated request lives under the same client id, and was merged into the first."""
    ledger = OrderLedger()
    ours = ledger.open(request("omg1"), 0.0)
    ledger.evidence(ours, EvidenceSource.ANSWER, S.ACK, "", "1")
    other, _ = ledger.report(order("omg1", order_id="2"))
    assert other is not ours
    assert (other.key, other.order.foreign, ours.order.state) == ("2", True, S.ACK)
    assert ledger.report(order("omg1", S.CANCELED, order_id="2"))[0] is other
    assert ledger.report(order("omg1", order_id="1"))[0] is ours
    ledger.fill(fill("7", "0.01", order_id="2", client_order_id="omg1"))
    assert ours.order.filled == 0


def test_an_older_statement_does_not_undo_an_amended_price() -> None:
    """The list of open orders was asked for before the amendment and answered after it."""
    known = replace(order("a", price="59000"), updated_ms=2_000)
    late = replace(order("a", price="58000"), updated_ms=1_000)
    assert merge_report(known, late).price == D("59000")
    assert merge_report(late, known).price == D("59000")


def test_a_late_lost_answer_does_not_make_a_live_order_unknown() -> None:
    played = Script()
    played.play("report working 0")
    assert played.play("unknown").state is S.WORKING


def test_an_order_that_lives_is_shown_although_we_believed_it_refused() -> None:
    """Hiding a live order because of our own earlier conclusion would hide exposure."""
    played = Script()
    assert played.play("refused").state is S.REJECTED
    revived = played.play("report working 0")
    assert (revived.state, revived.reason) == (S.WORKING, "")


@pytest.mark.parametrize("end", [S.FILLED, S.CANCELED])
def test_what_the_exchange_ended_stays_ended(end: OrderState) -> None:
    ended = order("a", end, filled="0.010" if end is S.FILLED else "0")
    for state in S:
        if state not in (S.FILLED, S.TRIGGERED):
            assert conclude(ended, state).state is end
    assert merge_report(ended, order("a", S.WORKING)).state is end


_reports = st.builds(
    lambda state, filled: order("a", state, filled=filled),
    st.sampled_from([S.WORKING, S.PARTIALLY_FILLED, S.CANCELED]),
    st.sampled_from(["0", "0.002", "0.004", "0.010"]),
)


@settings(max_examples=80, deadline=None)
@given(reports=st.lists(_reports, min_size=1, max_size=8), seed=st.randoms())
def test_merging_is_idempotent_and_blind_to_order(reports: list[Order], seed: object) -> None:
    def fold(these: list[Order]) -> Order:
        known = replace(order("a", S.SENT), order_id=None)
        for report in these:
            known = merge_report(known, report)
        return known

    shuffled = [*reports, *reports]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(reports)


def test_a_fill_told_twice_fills_its_gaps_and_counts_once() -> None:
    """The stream may name the fee only in its second telling."""
    ledger = OrderLedger()
    ledger.fill(fill("1", "0.004", fee=None, profit=None))
    assert not ledger.fill(fill("1", "0.004", fee="-0.14", profit="2"))
    assert not ledger.fill(fill("1", "0.004", fee="-0.14", profit="2"))
    assert (ledger.fees("USDT"), ledger.realized) == (D("-0.14"), D("2"))
    assert len(list(ledger.fills())) == 1
    assert merge_fill(fill("1", fee="-1"), fill("1", fee=None)).fee == D("-1")


def test_two_own_orders_in_one_trade_are_two_fills() -> None:
    ledger = OrderLedger()
    ledger.fill(fill("1", order_id="9001"))
    assert ledger.fill(fill("1", order_id="9002"))


@settings(max_examples=50, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=6),
    repeats=st.lists(st.integers(0, 5), max_size=12),
    seed=st.randoms(),
)
def test_the_filled_size_is_the_sum_of_distinct_fills(
    sizes: list[int], repeats: list[int], seed: object
) -> None:
    """Duplicates, shuffling and an ack in the middle: each execution counts once."""
    total = sum(sizes)
    told = [*range(len(sizes)), *(index % len(sizes) for index in repeats)]
    seed.shuffle(told)  # type: ignore[attr-defined]
    ledger = OrderLedger()
    tracked = ledger.open(request("omg1", size=str(D(total + 1) / 1000)), 0.0)
    for number, index in enumerate(told):
        if number == len(told) // 2:
            ledger.conclude(tracked, S.ACK, "", "9001")
        ledger.fill(fill(str(index), str(D(sizes[index]) / 1000)))
    assert tracked.order.filled == D(total) / 1000
    assert ledger.fees("USDT") == D("-0.14") * len(sizes)


def test_a_client_id_is_never_used_twice() -> None:
    ledger = OrderLedger()
    ledger.open(request("omg1"), 0.0)
    with pytest.raises(ValueError, match="used before"):
        ledger.open(request("omg1"), 0.0)


def test_a_trailing_plan_keeps_the_callback_that_the_stream_does_not_tell() -> None:
    """Without it the plan could not be amended any more: Bitget wants the callback with every change."""
    placed = Plan(PlanKind.TRAILING, D("60000"), TriggerBy.MARK, D("0.015"))
    told = replace(placed, trigger_price=D("60100"), callback_rate=None)
    ours, report = (replace(order("omg1"), plan=plan) for plan in (placed, told))
    assert merge_report(ours, report).plan == replace(placed, trigger_price=D("60100"))
    assert merge_report(report, ours).plan == placed
    assert merge_report(replace(ours, plan=None), report).plan == told
