"""The exchange's side of stops and targets over the fake gateway: takes plans, shows and ends them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from omega_tui.domain.events import OrderReported
from omega_tui.domain.order_lifecycle import build_intent_order
from omega_tui.domain.orders import Order, OrderChange, OrderRequest, OrderState, Side
from omega_tui.domain.plans import Plan, PlanKind, TriggerBy
from omega_tui.exchange.port import Accepted, Outcome, Rejected
from tests.engine.fake_gateway import D, FakeGateway, order


def plan_order(
    key: str,
    trigger: str,
    kind: PlanKind = PlanKind.POSITION_STOP_LOSS,
    *,
    size: str = "0",
    side: Side = Side.SELL,
    state: OrderState = OrderState.WORKING,
) -> Order:
    """A plan of the exchange's, of a long position unless `side` says otherwise."""
    plain = order(key, state, size=size, side=side, order_id=f"p-{key}", reduce_only=True)
    return replace(plain, price=None, plan=Plan(kind, D(trigger), TriggerBy.MARK))


class PlanDesk:
    """Keeps the plans that a gateway was sent. `judge` may refuse one; with `shows` off nobody sees them."""

    def __init__(self, gateway: FakeGateway, *, shows: bool = True) -> None:
        self.gateway = gateway
        self.shows = shows
        self.judge: Callable[[OrderRequest], Outcome | None] = lambda request: None
        self.events: list[str] = []
        self._ids = count(7000)
        gateway.on_place = self.place
        gateway.on_amend = self.amend

    def place(self, request: OrderRequest) -> Outcome:
        verdict = self.judge(request)
        if verdict is not None:
            return verdict
        order_id = str(next(self._ids))
        if request.plan is not None:
            self.events.append(f"placed {request.plan.kind} {request.plan.trigger_price}")
            made = replace(build_intent_order(request), order_id=order_id, state=OrderState.WORKING)
            self.gateway.open_orders = (*self.gateway.open_orders, made)
            if self.shows:
                self.gateway.emit(OrderReported(made))
        return Accepted(order_id, request.client_order_id)

    def amend(self, change: OrderChange) -> Outcome:
        """Plans are changed in place and keep their ids."""
        for made in self.gateway.open_orders:
            if made.order_id == change.target.order_id:
                self.events.append(f"amended {made.client_order_id}")
                size = made.size if change.size is None else change.size
                changed = replace(made, plan=change.plan or made.plan, size=size)
                rest = tuple(each for each in self.gateway.open_orders if each is not made)
                self.gateway.open_orders = (*rest, changed)
                self.gateway.emit(OrderReported(changed))
                return Accepted(made.order_id, made.client_order_id)
        return Rejected("43025", "no such plan")

    def show(self, made: Order) -> None:
        """A plan that came to be without us."""
        self.gateway.open_orders = (*self.gateway.open_orders, made)
        self.gateway.emit(OrderReported(made))

    def end(self, made: Order, state: OrderState, reason: str = "") -> None:
        """A plan is no more."""
        rest = tuple(each for each in self.gateway.open_orders if each.order_id != made.order_id)
        self.gateway.open_orders = rest
        self.gateway.emit(OrderReported(replace(made, state=state, reason=reason)))
