"""The trader's conditional orders as they stand now, and the arithmetic of what they wait for.

Knows no rules, no orders and no market; it finds, remembers, and says whether a price reaches a plan.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal

from omega_tui.sim.facts import Direction, HoldSide, OrderType, PlanStatus, PlanType
from omega_tui.sim.venue.ledger import LedgerPlan

_REMEMBERED = 20_000
_PERCENT = Decimal("0.01")

ALL = frozenset(PlanType)
OPENERS = frozenset({PlanType.NORMAL, PlanType.TRACK})
"""Trigger and trailing orders, which belong to no position."""
PROFIT_LOSS = ALL - OPENERS
"""Take profit and stop loss of positions: the group that Bitget's queries call `profit_loss`."""
WHOLE_POSITION = frozenset({PlanType.POSITION_PROFIT, PlanType.POSITION_LOSS})
TAKES_PROFIT = frozenset({PlanType.PROFIT, PlanType.POSITION_PROFIT})
PENDING = frozenset({PlanStatus.LIVE, PlanStatus.EXECUTING})
"""The states of a plan that is not decided yet."""


_SOURCES = {
    PlanType.NORMAL: "plan",
    PlanType.TRACK: "tracking",
    PlanType.PROFIT: "profit",
    PlanType.LOSS: "loss",
    PlanType.POSITION_PROFIT: "pos_profit",
    PlanType.POSITION_LOSS: "pos_loss",
    PlanType.MOVING: "move",
}


def order_source(plan_type: PlanType, order_type: OrderType) -> str:
    """What Bitget calls the source of an order that such a plan placed (orderSource)."""
    return f"{_SOURCES[plan_type]}_{order_type}"


def closed_side(plan: LedgerPlan) -> HoldSide:
    """The side of the position that a take profit or stop loss closes."""
    return HoldSide.LONG if plan.order.direction is Direction.SELL else HoldSide.SHORT


def looked_at(plan: LedgerPlan, price: Decimal) -> tuple[LedgerPlan, bool]:
    """The plan after it saw `price`, and whether that triggers it.

    A trailing plan is armed at its trigger price and triggers at extreme * (1 -+ callback / 100).
    """
    if plan.callback is None:
        return plan, _reached(plan, price)
    if plan.extreme is None and not _reached(plan, price):
        return plan, False
    known = price if plan.extreme is None else plan.extreme
    extreme = max(known, price) if plan.rises else min(known, price)
    turn = extreme * plan.callback * _PERCENT
    turned = price <= extreme - turn if plan.rises else price >= extreme + turn
    return (plan if extreme == plan.extreme else replace(plan, extreme=extreme)), turned


def _reached(plan: LedgerPlan, price: Decimal) -> bool:
    return price >= plan.trigger_price if plan.rises else price <= plan.trigger_price


class PlanStore:
    """Plans in the order of their creation; `announce` is called with every change the trader hears of.

    `touched` names the contracts whose plans changed since somebody last cleared it. The 20 000 plans that
    were decided last are kept; pending ones always.
    """

    def __init__(self, announce: Callable[[LedgerPlan], None]) -> None:
        self._announce = announce
        self._plans: dict[str, LedgerPlan] = {}
        self._pending: dict[str, dict[str, LedgerPlan]] = {}
        self._by_client_oid: dict[str, str] = {}
        self._decided: deque[str] = deque()
        self.touched: set[str] = set()

    def put(self, plan: LedgerPlan) -> None:
        """Remember a new plan or a new state of a pending one, and tell of it."""
        symbol = plan.order.symbol
        self.touched.add(symbol)
        self._plans[plan.plan_id] = plan
        self._by_client_oid[plan.client_oid] = plan.plan_id
        if plan.status in PENDING:
            self._pending.setdefault(symbol, {})[plan.plan_id] = plan
        else:
            self._settle(symbol, plan.plan_id)
        self._announce(plan)

    def follow(self, plan: LedgerPlan) -> None:
        """Remember how far a pending trailing plan has come; nobody is told."""
        self._plans[plan.plan_id] = self._pending[plan.order.symbol][plan.plan_id] = plan

    def __getitem__(self, plan_id: str) -> LedgerPlan:
        return self._plans[plan_id]

    @property
    def symbols(self) -> Collection[str]:
        """The contracts in which plans wait."""
        return self._pending.keys()

    def knows_client_oid(self, client_oid: str) -> bool:
        """Whether a plan with this client id was ever accepted."""
        return client_oid in self._by_client_oid

    def find(self, plan_id: str | None, client_oid: str | None) -> LedgerPlan | None:
        """A plan by id, or by client id when no id is given."""
        key = plan_id or self._by_client_oid.get(client_oid or "")
        return self._plans.get(key) if key else None

    def pending(self, symbol: str | None = None, types: Collection[PlanType] = ALL) -> list[LedgerPlan]:
        """Plans of these types that still wait, oldest first."""
        wanted = self._pending if symbol is None else {symbol: self._pending.get(symbol, {})}
        plans = [plan for held in wanted.values() for plan in held.values() if plan.plan_type in types]
        return plans if symbol is not None else sorted(plans, key=lambda plan: int(plan.plan_id))

    def decided(self, symbol: str | None, types: Collection[PlanType]) -> list[LedgerPlan]:
        """Executed, failed and cancelled plans of these types, newest first."""
        return [
            plan
            for plan in reversed(self._plans.values())
            if plan.status not in PENDING and symbol in (None, plan.order.symbol) and plan.plan_type in types
        ]

    def of_position(
        self, symbol: str, position_id: str, types: Collection[PlanType] = PROFIT_LOSS
    ) -> list[LedgerPlan]:
        """Pending take profits and stop losses of a position, oldest first."""
        return [plan for plan in self.pending(symbol, types) if plan.position_id == position_id]

    def _settle(self, symbol: str, plan_id: str) -> None:
        """A plan is decided: it waits no longer, and the oldest decided one may be forgotten."""
        waiting = self._pending[symbol]
        del waiting[plan_id]
        if not waiting:
            del self._pending[symbol]
        self._decided.append(plan_id)
        if len(self._decided) > _REMEMBERED:
            oldest = self._plans.pop(self._decided.popleft())
            del self._by_client_oid[oldest.client_oid]
