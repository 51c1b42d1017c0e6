"""Invariant 9 of the risk caps: whatever happens in whatever order, nothing that may execute exceeds one.

A model exchange knows the truth; the engine's state learns of it late, twice, or in another order. At every
step the worst that all live orders could still do to the true position is within the cap that let them in.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from omega_tui.domain.account import Position
from omega_tui.domain.events import FillReported, OrderReported, PositionsReported
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.orders import Fill, HoldSide, Order, OrderRequest, OrderState, Side
from omega_tui.engine.apply import apply_event
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.risk.caps import entry_problems
from tests.engine.fake_gateway import EXCHANGE_MS, D, position
from tests.engine.requests import request
from tests.engine.test_preview import a_state

NONE, PRICE = D(0), D(60000)
CAP = D("0.25")  # 30 % of 10,000 at 5x, at 60,000
SIZES = st.sampled_from([D("0.03"), D("0.05"), D("0.07"), D("0.08")])
STATES = st.sampled_from([OrderState.SENT, OrderState.UNKNOWN, OrderState.ACK])


@dataclass
class Live:
    """An order as the exchange knows it."""

    tracked: Tracked
    request: OrderRequest
    filled: Decimal = NONE
    gone: bool = False
    told: Decimal = NONE
    trades: int = 0

    @property
    def left(self) -> Decimal:
        return D(0) if self.gone else self.request.size - self.filled


class CapMachine(RuleBasedStateMachine):
    """Tickets are let in by the caps alone; the gate that an UNKNOWN order shuts is left open on purpose."""

    @initialize()
    def begin(self) -> None:
        self.state = a_state(profile="strategic")
        self.state.risk.profile = replace(self.state.risk.profile, most_entries_an_hour=1000)  # type: ignore[type-var]
        self.orders: list[Live] = []
        self.truth = D(0)
        self.now = EXCHANGE_MS
        self.snapshot: tuple[int, Decimal] | None = None
        self.count = 0

    def tick(self) -> int:
        self.now += 1
        return self.now

    def pick(self, number: int) -> Live | None:
        living = [each for each in self.orders if each.left]
        return living[number % len(living)] if living else None

    @rule(size=SIZES, side=st.sampled_from(Side), state=STATES)
    def enter(self, size: Decimal, side: Side, state: OrderState) -> None:
        stop = PRICE * (D("0.97") if side is Side.BUY else D("1.03"))
        if any(entry_problems(self.state, "BTCUSDT", side, size, PRICE, stop)):
            return
        self.count += 1
        asked = replace(request(f"omg{self.count}", size=str(size), price="60000"), side=side, stop_loss=stop)
        tracked = self.state.ledger.open(asked, self.state.clock.monotonic())
        self.state.ledger.conclude(tracked, state)
        self.orders.append(Live(tracked, asked))

    @rule(number=st.integers(0, 99), part=st.sampled_from([D("0.01"), D("0.03"), D(1)]))
    def execute(self, number: int, part: Decimal) -> None:
        """The market trades with an order; nobody is told yet."""
        live = self.pick(number)
        if live is None:
            return
        size = min(part, live.left)
        live.filled += size
        self.truth += size if live.request.side is Side.BUY else -size
        self.tick()

    @rule(number=st.integers(0, 99))
    def cancel(self, number: int) -> None:
        live = self.pick(number)
        if live is not None:
            live.gone = True
            self.tick()

    @rule(number=st.integers(0, 99))
    def report(self, number: int) -> None:
        """The order channel tells how an order stands."""
        if self.orders:
            live = self.orders[number % len(self.orders)]
            apply_event(self.state, OrderReported(self.told_of(live)))
            live.told = max(live.told, live.filled)

    @rule(number=st.integers(0, 99))
    def tell_fill(self, number: int) -> None:
        """The fill channel tells what executed since it last told."""
        untold = [each for each in self.orders if each.filled > each.told]
        if not untold:
            return
        live = untold[number % len(untold)]
        live.trades += 1
        key = live.request.client_order_id
        fill = Fill(
            trade_id=f"{key}-{live.trades}",
            order_id=f"x{key}",
            client_order_id=key,
            symbol="BTCUSDT",
            side=live.request.side,
            price=PRICE,
            size=live.filled - live.told,
            fee=D(0),
            fee_coin="USDT",
            profit=D(0),
            maker=True,
            exchange_ms=self.tick(),
        )
        live.told = live.filled
        apply_event(self.state, FillReported(fill))

    @rule()
    def look_at_positions(self) -> None:
        """The exchange makes a picture of the position that will arrive later."""
        self.snapshot = (self.tick(), self.truth)

    @rule()
    def tell_positions(self) -> None:
        if self.snapshot is not None:
            at, size = self.snapshot
            apply_event(self.state, PositionsReported(self.held(size), at))
            self.snapshot = None

    @rule()
    def prove_absence(self) -> None:
        """A cancelled or never accepted order is settled by evidence."""
        for live in self.orders:
            if live.gone and not live.filled:
                self.state.ledger.evidence(
                    live.tracked, EvidenceSource.ORDER_DETAIL, OrderState.NEVER_ACCEPTED, "absent"
                )

    def told_of(self, live: Live) -> Order:
        asked = live.request
        done = OrderState.FILLED if live.filled == asked.size else OrderState.CANCELED
        working = OrderState.PARTIALLY_FILLED if live.filled else OrderState.WORKING
        return replace(
            live.tracked.order,
            order_id=f"x{asked.client_order_id}",
            state=working if live.left else done,
            filled=live.filled,
            average_price=PRICE if live.filled else None,
            updated_ms=self.tick(),
            reason="",
        )

    def held(self, size: Decimal) -> tuple[Position, ...]:
        side = HoldSide.LONG if size > 0 else HoldSide.SHORT
        # The liquidation price lies at the entry, so that only the size is capped here, not the open risk.
        return (replace(position(str(abs(size)), side), liquidation_price=PRICE),) if size else ()

    @invariant()
    def no_subset_of_live_orders_breaks_the_cap(self) -> None:
        if not hasattr(self, "orders"):
            return
        for side, sign in ((Side.BUY, 1), (Side.SELL, -1)):
            coming = sum((each.left for each in self.orders if each.request.side is side), D(0))
            assert sign * self.truth + coming <= CAP, (side, self.truth, coming)


CapMachine.TestCase.settings = profile(stateful_step_count=40, deadline=None)
TestCaps = CapMachine.TestCase
