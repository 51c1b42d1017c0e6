"""Several tickets at once: as few requests as possible, what reduces first, and each leg for itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.domain.orders import MarginMode, OrderRequest, OrderState, OrderType, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.engine.intents import PlaceBatch, PlaceOrder, PlanDraft, Receipt, TicketDraft
from omega_tui.engine.orders.ledger import OrderLedger
from omega_tui.engine.orders.manager import group_legs
from omega_tui.engine.orders.sending import Leg
from omega_tui.exchange.port import BATCH_LIMIT, Accepted, NotSent, Outcome, Rejected, Unknown
from tests.engine.fake_gateway import D, FakeGateway, position
from tests.engine.requests import request
from tests.engine.rig import Rig, running
from tests.engine.test_order_manager import journal_rows

S = OrderState


def _submit(rig: Rig, *drafts: TicketDraft) -> Receipt:
    orders = tuple(PlaceOrder(draft, rig.views.preview(draft)) for draft in drafts)
    return rig.engine.submit(PlaceBatch(orders))


def _close(rig: Rig, size: str = "0.1") -> TicketDraft:
    return rig.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None, size=D(size), closes=True)


async def test_a_batch_leaves_in_one_request_with_every_intent_on_disk(tmp_path: Path) -> None:
    gateway = FakeGateway()
    seen: list[set[str]] = []

    def place(sent: OrderRequest) -> Outcome:
        rows = journal_rows(tmp_path / "j" / "sim.journal", "order.intent")
        seen.append({msgspec.json.decode(body)["request"]["client_order_id"] for body in rows})
        return Accepted(sent.client_order_id, sent.client_order_id)

    gateway.on_place = place
    async with running(tmp_path, gateway) as rig:
        receipt = _submit(rig, *(rig.draft(price=D(59000 + step)) for step in range(4)))
        assert receipt.taken
        await rig.until(lambda: len(gateway.placed) == 4)
        assert gateway.asked.count("place_batch") == 1
        assert "place" not in gateway.asked
        assert seen[0] == set(receipt.keys) == {each.client_order_id for each in gateway.placed}


async def test_what_reduces_leaves_first(tmp_path: Path) -> None:
    """A margin call: the close must not wait behind the entries that it makes room for."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        assert _submit(rig, rig.draft(), _close(rig), rig.draft(price=D("59100"))).taken
        await rig.until(lambda: len(rig.gateway.placed) == 3)
        assert [each.reduce_only for each in rig.gateway.placed] == [True, False, False]


async def test_each_leg_ends_as_the_exchange_said_of_it(tmp_path: Path) -> None:
    outcomes = iter(
        [Accepted("1", None), Rejected("40762", "balance"), Unknown("timed out"), NotSent("limiter")]
    )
    async with running(tmp_path, FakeGateway(on_place=lambda sent: next(outcomes))) as rig:
        keys = _submit(rig, *(rig.draft() for _ in range(4))).keys
        await rig.until(lambda: "limiter" in rig.log_text())
        known = [rig.engine.order(key) for key in keys]
        assert [each.state for each in known if each] == [S.ACK, S.REJECTED, S.UNKNOWN, S.NOT_SENT]


async def test_a_batch_without_an_answer_leaves_every_leg_unknown_and_sends_none_again(
    tmp_path: Path,
) -> None:
    def broken(sent: OrderRequest) -> Outcome:
        raise RuntimeError("cut")

    async with running(tmp_path, FakeGateway(on_place=broken)) as rig:
        _submit(rig, rig.draft(), rig.draft())
        await rig.until(lambda: [row.state for row in rig.views.orders().rows] == [S.UNKNOWN] * 2)
        for _ in range(4):
            await rig.advance(3)
        assert len(rig.gateway.placed) == 2


async def test_one_bad_ticket_holds_up_no_other_and_is_named(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        receipt = _submit(rig, rig.draft(), rig.draft(size=D("0.00001")))
        assert receipt.taken
        assert "sending 1 of 2" in receipt.text
        assert "least size" in receipt.text
        assert not _submit(rig, rig.draft(size=None)).taken


async def test_the_legs_of_a_batch_share_one_balance(tmp_path: Path) -> None:
    """Judged side by side each fits, together they are margin that is not there."""
    async with running(tmp_path) as rig:
        receipt = _submit(rig, rig.draft(size=D("1")), rig.draft(size=D("1")))
        assert "sending 1 of 2" in receipt.text
        assert "available" in receipt.text


async def test_the_same_ticket_twice_in_a_batch_is_one_order(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        draft = rig.draft()
        assert "sent already" in _submit(rig, draft, draft).text
        await rig.until(lambda: rig.gateway.placed)
        await rig.settle()
        assert len(rig.gateway.placed) == 1


async def test_plans_of_a_batch_leave_by_themselves(tmp_path: Path) -> None:
    plan = PlanDraft(PlanKind.TRIGGER, D("58000"))
    async with running(tmp_path) as rig:
        receipt = _submit(
            rig, rig.draft(), rig.draft(plan=plan, price=D("58000")), rig.draft(price=D("59100"))
        )
        if len(receipt.keys) < 3:
            pytest.skip("plans cannot be previewed yet")
        await rig.until(lambda: len(rig.gateway.placed) == 3)
        assert (rig.gateway.asked.count("place"), rig.gateway.asked.count("place_batch")) == (1, 1)


_SYMBOLS = ("BTCUSDT", "ETHUSDT")


def _leg(number: int, symbol: str, mode: MarginMode, reduces: bool, waits: bool) -> Leg:
    base: dict[str, Any] = {"symbol": symbol, "margin_mode": mode, "reduce_only": reduces}
    if waits:
        base["plan"] = Plan(PlanKind.TRIGGER, D(1), TriggerBy.MARK)
    sent = replace(request(f"omg{number}"), **base)
    return Leg(OrderLedger().open(sent, 0.0), sent, "why")


@settings(max_examples=60, deadline=None)
@given(
    kinds=st.lists(
        st.tuples(st.sampled_from(_SYMBOLS), st.sampled_from(list(MarginMode)), st.booleans(), st.booleans()),
        max_size=130,
    )
)
def test_groups_are_legal_whole_and_as_few_as_can_be(
    kinds: list[tuple[str, MarginMode, bool, bool]],
) -> None:
    legs = [_leg(number, *kind) for number, kind in enumerate(kinds)]
    groups = list(group_legs(legs, frozenset()))
    assert sorted(id(leg) for group in groups for leg in group) == sorted(id(leg) for leg in legs)
    assert all(0 < len(group) <= BATCH_LIMIT for group in groups)
    for group in groups:
        assert len({(leg.request.symbol, leg.request.margin_mode) for leg in group}) == 1
        assert len(group) == 1 or all(leg.request.plan is None for leg in group)
        reduces = [leg.request.reduce_only for leg in group]
        assert reduces == sorted(reduces, reverse=True)
    first = [group[0].request.reduce_only for group in groups]
    assert first == sorted(first, reverse=True)
    counts: dict[tuple[str, MarginMode], int] = {}
    for symbol, mode, _, waits in kinds:
        if not waits:
            counts[symbol, mode] = counts.get((symbol, mode), 0) + 1
    plans = sum(waits for *_, waits in kinds)
    assert len(groups) == plans + sum(-(-count // BATCH_LIMIT) for count in counts.values())


async def test_each_order_of_a_batch_has_an_answer_of_its_own_in_its_own_place(tmp_path: Path) -> None:
    """Bug: a script that takes the id of one leg for that of another, because a refusal shifted them."""
    gateway = FakeGateway(positions=(position(),))
    async with running(tmp_path, gateway) as rig:
        drafts = [
            rig.draft(),
            rig.draft(size=D("1000")),
            rig.draft(side=Side.SELL, closes=True, price=D("61000")),
        ]
        receipt = rig.engine.submit(
            PlaceBatch(tuple(PlaceOrder(draft, rig.views.preview(draft)) for draft in drafts))
        )
        assert [leg.taken for leg in receipt.legs] == [True, False, True]
        closing = rig.engine.order(receipt.legs[2].keys[0])
        assert closing is not None
        assert closing.reduce_only
        assert set(receipt.keys) == {receipt.legs[0].keys[0], receipt.legs[2].keys[0]}


@given(st.lists(st.tuples(st.sampled_from(_SYMBOLS), st.booleans()), max_size=12), st.sampled_from(_SYMBOLS))
def test_stops_of_entries_never_move_those_of_a_position_that_is_there(
    kinds: list[tuple[str, bool]], held: str
) -> None:
    """Bug: a ladder of entries with their stops replaces the stop of the open position before one trades;
    Bitget gives the presets of a batch to the position at once."""
    legs = []
    for number, (symbol, brings) in enumerate(kinds):
        leg = _leg(number, symbol, MarginMode.CROSSED, False, False)
        legs.append(replace(leg, request=replace(leg.request, stop_loss=D(50000) if brings else None)))
    for group in group_legs(legs, frozenset({held})):
        assert len(group) == 1 or not any(
            leg.request.symbol == held and leg.request.stop_loss is not None for leg in group
        )


async def test_a_ladder_beside_a_position_leaves_order_by_order(tmp_path: Path) -> None:
    """The same through the engine: the position counts, whatever side it is on."""
    async with running(tmp_path, FakeGateway(positions=(position(),))) as rig:
        drafts = [rig.draft(price=D(59000 + step), stop_loss=D(58000)) for step in range(3)]
        assert _submit(rig, *drafts).taken
        await rig.until(lambda: len(rig.gateway.placed) == 3)
        assert rig.gateway.asked.count("place") == 3
        assert "place_batch" not in rig.gateway.asked
