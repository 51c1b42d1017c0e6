"""REST and the stream tell of the same in any order, twice and late: what is known at the end is the same."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from omega_tui.clock import ManualClock
from omega_tui.domain.events import Event, FillReported, OrderReported
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import OrderState
from omega_tui.engine.apply import apply_event
from omega_tui.engine.options import EngineOptions
from omega_tui.engine.state import State
from tests.engine.fake_gateway import EXCHANGE_MS, D, FakeGateway, fill, order
from tests.engine.requests import request
from tests.engine.rig import running

S = OrderState
REST = EvidenceSource.ORDER_DETAIL
FIRST = FillReported(fill("1", "0.004", profit="1"))
SECOND = FillReported(fill("2", "0.006", profit="2", price="58000"))

FILLED: tuple[Event, ...] = (
    OrderReported(order("order0")),
    OrderReported(order("order0", S.PARTIALLY_FILLED, filled="0.004")),
    OrderReported(order("order0", S.PARTIALLY_FILLED, filled="0.004"), REST),
    OrderReported(order("order0", S.FILLED, filled="0.01")),
    FIRST,
    SECOND,
)
CANCELED: tuple[Event, ...] = (
    OrderReported(order("order0")),
    OrderReported(order("order0"), REST),
    OrderReported(order("order0", S.PARTIALLY_FILLED, filled="0.004")),
    OrderReported(order("order0", S.CANCELED, filled="0.004"), REST),
    FIRST,
    FIRST,
)


def _state(believed: OrderState) -> State:
    state = State(ManualClock(EXCHANGE_MS, 1000.0), EngineOptions(venue="SIM", account="test"))
    tracked = state.ledger.open(request("order0"), 1000.0)
    state.ledger.conclude(tracked, believed, order_id="9001" if believed is S.ACK else None)
    return state


@pytest.mark.parametrize("believed", [S.SENT, S.UNKNOWN, S.ACK])
@pytest.mark.parametrize(
    ("events", "end", "filled", "sums"),
    [
        (FILLED, S.FILLED, D("0.01"), (D(3), D("-0.28"))),
        (CANCELED, S.CANCELED, D("0.004"), (D(1), D("-0.14"))),
    ],
    ids=["filled", "canceled"],
)
def test_n08_every_order_of_reports_and_fills_ends_the_same(
    believed: OrderState,
    events: tuple[Event, ...],
    end: OrderState,
    filled: object,
    sums: tuple[object, object],
) -> None:
    """A fill before its acknowledgement, the end before WORKING, an older answer after a newer push."""
    for told in permutations(events):
        state = _state(believed)
        known, ended = D(0), False
        for event in told:
            apply_event(state, event)
            tracked = state.ledger.get("order0")
            assert tracked is not None
            assert tracked.order.filled >= known, "what executed is never taken back"
            assert tracked.order.state.terminal or not ended, "an end is an end"
            known, ended = tracked.order.filled, tracked.order.state.terminal
        assert (tracked.order.state, tracked.order.filled) == (end, filled)
        assert (state.ledger.realized, state.ledger.fees("USDT")) == sums
        assert state.ledger.unfinished() == []


async def test_o32_an_execution_of_an_order_that_nobody_knows_yet_is_kept_for_it(tmp_path: Path) -> None:
    """Another client's order fills at once: the fill arrives before the order, or without it."""
    async with running(tmp_path) as rig:
        at = rig.clock.wall_ms()
        rig.gateway.emit(FillReported(fill("1", "0.004", order_id="31", at=at)))
        assert len(rig.views.fills(5).rows) == 1
        rig.gateway.open_orders = (order("web31", order_id="31"),)
        rig.gateway.emit(OrderReported(rig.gateway.open_orders[0]))
        [row] = rig.views.orders().rows
        assert (row.foreign, row.filled, row.state) == (True, D("0.004"), S.PARTIALLY_FILLED)
        rig.gateway.emit(FillReported(fill("2", "0.006", order_id="31", at=at)))
        assert "filled (order from elsewhere): buy 0.006 BTCUSDT at 59000" in rig.log_text()


async def test_o30_fees_in_other_coins_rebates_and_no_fee_at_all_are_summed_by_coin(tmp_path: Path) -> None:
    """A fee of 0.001 BGB is not a fee of 0.001 USDT."""
    async with running(tmp_path, FakeGateway()) as rig:
        at = rig.clock.wall_ms()
        for number, (fee, coin) in enumerate(
            (("-0.5", "USDT"), ("0.2", "USDT"), ("0", "USDT"), ("-0.001", "BGB"), (None, None))
        ):
            told = fill(str(number), fee=fee, order_id="8", at=at)
            rig.gateway.emit(FillReported(replace(told, fee_coin=coin)))
        account = rig.views.account()
        assert (account.fees_session, account.fees_elsewhere) == (D("-0.3"), (("BGB", D("-0.001")),))


async def test_o30_an_order_that_paid_in_two_coins_claims_no_single_fee(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.gateway.emit(OrderReported(order("web")))
        rig.gateway.emit(FillReported(fill("1", fee="-0.14")))
        tracked = rig.engine._state.ledger.get("web")
        assert tracked is not None
        assert tracked.order.fee == D("-0.14")
        rig.gateway.emit(FillReported(replace(fill("2", fee="-0.001"), fee_coin="BGB")))
        assert tracked.order.fee is None
