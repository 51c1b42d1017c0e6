"""A crash anywhere leaves nothing behind: after a restart the same is known as without one."""

import asyncio
import tempfile
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.clock import CountingIds, ManualClock
from omega_tui.domain.account import Bill, BillKind
from omega_tui.domain.events import FillReported, OrderReported
from omega_tui.domain.orders import Fill, Order, OrderRef, OrderRequest, OrderState
from omega_tui.exchange.port import Accepted, Outcome, Unknown
from tests.engine.fake_gateway import D, FakeGateway, FakeReads, fill, order
from tests.engine.rig import WALL_MS, Rig, running

S = OrderState
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("place", "place unanswered", "place lost", "fill", "cancel", "foreign", "funding")),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
)
"""What happens, and whether the stream tells of it."""


@dataclass
class Exchange:
    """The truth behind a gateway: orders by their id, executions and bills; it outlives the cockpit."""

    orders: dict[str, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    mode: str = "place"

    def place(self, request: OrderRequest) -> Outcome:
        order_id = str(1000 + len(self.orders))
        if self.mode != "place lost":
            made = order(request.client_order_id, order_id=order_id, size=str(request.size))
            self.orders[order_id] = made
        return Accepted(order_id, None) if self.mode == "place" else Unknown("no answer")

    @property
    def open(self) -> list[Order]:
        return [each for each in self.orders.values() if not each.state.terminal]


class _Reads(FakeReads):
    """Reads of an `Exchange` that hangs on the gateway."""

    @property
    def exchange(self) -> Exchange:
        return self.gateway.exchange  # type: ignore[attr-defined, no-any-return]

    async def open_orders(self) -> tuple[Order, ...]:
        await super().open_orders()
        return tuple(self.exchange.open)

    async def order(self, ref: OrderRef) -> Order | None:
        await super().order(ref)
        known = self.exchange.orders
        by_client = {each.client_order_id: each for each in known.values()}
        return known.get(ref.order_id) if ref.order_id else by_client.get(ref.client_order_id or "")

    async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
        await super().fills(symbol, since_ms)
        return tuple(self.exchange.fills)

    async def bills(self, since_ms: int) -> tuple[Bill, ...]:
        await super().bills(since_ms)
        return tuple(self.exchange.bills)


def _gateway(exchange: Exchange) -> FakeGateway:
    gateway = FakeGateway(reads_type=_Reads, on_place=exchange.place)
    gateway.exchange = exchange  # type: ignore[attr-defined]
    return gateway


async def _step(rig: Rig, exchange: Exchange, what: str, told: bool) -> None:
    """Let one thing happen at the exchange; the stream tells of it when `told`."""
    at = rig.clock.wall_ms()
    if what.startswith("place"):
        # An open question shuts new risk, and a restart may answer it sooner.
        await rig.until_advancing(lambda: not rig.engine._state.ledger.unknown(), 4)
        exchange.mode, before = what, len(rig.gateway.placed)
        assert rig.place().taken
        await rig.until(lambda: len(rig.gateway.placed) > before)
    elif what == "foreign":
        order_id = str(1000 + len(exchange.orders))
        exchange.orders[order_id] = order(f"web{order_id}", order_id=order_id)
        _tell(rig, told, OrderReported(exchange.orders[order_id]))
    elif what == "funding":
        number = str(len(exchange.bills))
        exchange.bills.append(
            Bill(number, "BTCUSDT", BillKind.FUNDING, "contract_settle_fee", "USDT", D("-1"), None, None, at)
        )
    elif exchange.open:
        _end(rig, exchange, what, told, at)
    await rig.settle()


def _end(rig: Rig, exchange: Exchange, what: str, told: bool, at: int) -> None:
    target = exchange.open[0]
    assert target.order_id is not None
    if what == "fill":
        ended = replace(target, state=S.FILLED, filled=target.size, average_price=D(59000))
        trade = fill(f"t{target.order_id}", str(target.size), order_id=target.order_id, at=at)
        exchange.fills.append(trade)
        _tell(rig, told, FillReported(trade))
    else:
        ended = replace(target, state=S.CANCELED)
    exchange.orders[target.order_id] = ended
    _tell(rig, told, OrderReported(ended))


def _tell(rig: Rig, told: bool, event: OrderReported | FillReported) -> None:
    if told:
        rig.gateway.emit(event)


def _picture(rig: Rig) -> tuple[object, ...]:
    """What is known, but for sums of the session and ages."""
    state = rig.engine._state
    orders = {
        each.key: (each.order.state, each.order.filled, each.order.order_id, each.order.foreign)
        for each in state.ledger.unfinished()
    }
    fills = {each.trade_id: each.size for each in state.ledger.fills()}
    return orders, fills, state.day.funding, state.day.opening_equity, state.halted_symbols, state.rival


async def _life(
    folder: Path, steps: list[tuple[str, bool]], crash_after: int | None
) -> tuple[tuple[object, ...], dict[str, tuple[S, Decimal]]]:
    """Live through the steps, in one run or in two; returns what is known at the end and what is true."""
    exchange, ids, clock = Exchange(), CountingIds(), ManualClock(WALL_MS, 1000.0)
    cut = len(steps) if crash_after is None else crash_after
    parts = [steps[:cut]] if crash_after is None else [steps[:cut], steps[cut:]]
    for number, part in enumerate(parts):
        async with running(folder, _gateway(exchange), ids=ids, clock=clock) as rig:
            for what, told in part:
                await _step(rig, exchange, what, told)
            if number == len(parts) - 1:
                for _ in range(30):
                    await rig.advance(4)
                return _picture(rig), {
                    key: (each.state, each.filled) for key, each in exchange.orders.items()
                }
    raise AssertionError("no part was lived through")


@settings(max_examples=15)
@given(STEPS, st.data())
def test_what_is_known_after_a_crash_is_what_would_be_known_without_it(
    steps: list[tuple[str, bool]], data: st.DataObject
) -> None:
    crash_after = data.draw(st.integers(0, len(steps)))

    async def both() -> None:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            whole, true = await _life(Path(one), steps, None)
            cut, same = await _life(Path(two), steps, crash_after)
        assert true == same, "both lives are of the same exchange"
        assert cut == whole

    asyncio.run(both())
