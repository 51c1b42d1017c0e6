"""The routes that show conditional orders: those that wait, those that are decided, the orders they placed.

Lists come newest first, at most a page at a time; `endId` of a page is what `idLessThan` of the next takes.
"""

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.wire import ProductType, RestPath
from omega_tui.sim.exchange import SimulatedExchange
from omega_tui.sim.facts import PlanStatus, PlanType
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.payloads.plans import decided_row, plan_row, sub_order_rows
from omega_tui.sim.rest.market import require_traded, symbol_if_named
from omega_tui.sim.rest.paging import DAY_MS, named_or_page, page_reply, time_span
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.rest.route import Route, read
from omega_tui.sim.venue.ledger import LedgerPlan
from omega_tui.sim.venue.plans import PROFIT_LOSS

_KEPT_DAYS = 90
"""How long decided plans are shown, and the longest time span ("Orders-Plan-History")."""


class _Opener(StrEnum):
    NORMAL = PlanType.NORMAL
    TRACK = PlanType.TRACK


class _Group(StrEnum):
    """What the lists are asked for: one kind of opener, or all take profits and stop losses."""

    NORMAL = PlanType.NORMAL
    TRACK = PlanType.TRACK
    PROFIT_LOSS = "profit_loss"

    @property
    def types(self) -> Collection[PlanType]:
        """The plan types of the group."""
        return PROFIT_LOSS if self is _Group.PROFIT_LOSS else {PlanType(self)}


class _Decision(StrEnum):
    EXECUTED = PlanStatus.EXECUTED
    FAILED = PlanStatus.FAILED
    CANCELLED = PlanStatus.CANCELLED


def orders_plan_pending(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-plan-pending`: the plans of one group that wait."""
    types = parameters.required_word("planType", _Group).types
    waiting = exchange.venue.plans.pending(symbol_if_named(exchange, parameters), types)
    return _page(exchange, parameters, waiting, plan_row)


def orders_plan_history(exchange: SimulatedExchange, parameters: Parameters) -> Row:
    """`orders-plan-history`: the plans of one group that were executed, failed or cancelled in 90 days."""
    types = parameters.required_word("planType", _Group).types
    status = parameters.word("planStatus", _Decision)
    plans = exchange.venue.plans
    oldest = exchange.clock.now_ms() - _KEPT_DAYS * DAY_MS
    decided = [
        plan
        for plan in plans.decided(symbol_if_named(exchange, parameters), types)
        if plan.created_ms >= oldest and (status is None or str(plan.status) == str(status))
    ]
    return _page(exchange, parameters, decided, lambda plan: decided_row(plan, plans.executed_order(plan)))


def plan_sub_order(exchange: SimulatedExchange, parameters: Parameters) -> list[Row]:
    """`plan-sub-order`: the orders that a trigger or trailing order placed."""
    require_traded(parameters)
    plan_type = PlanType(parameters.required_word("planType", _Opener))
    plans = exchange.venue.plans
    plan = plans.find(parameters.required("planOrderId"), None, {plan_type})
    return sub_order_rows(plan, plans.executed_order(plan))


def _page(
    exchange: SimulatedExchange,
    parameters: Parameters,
    plans: Iterable[LedgerPlan],
    spell: Callable[[LedgerPlan], Row],
) -> Row:
    """One page of plans; a name wins over the time span, that over `idLessThan`."""
    span = time_span(parameters, _KEPT_DAYS)
    names = parameters.identity("orderId"), parameters.text("clientOid")
    rows: list[LedgerPlan] = []
    if parameters.product_type() is ProductType.USDT_FUTURES:
        rows = named_or_page(plans, parameters, names, span, _stamp)
    return page_reply(exchange, "entrustedList", rows, spell, _stamp)


def _stamp(plan: LedgerPlan) -> tuple[str, int]:
    return plan.plan_id, plan.created_ms


ROUTES: Final[dict[str, Route]] = {
    RestPath.ORDERS_PLAN_PENDING: read(orders_plan_pending),
    RestPath.ORDERS_PLAN_HISTORY: read(orders_plan_history),
    RestPath.PLAN_SUB_ORDER: read(plan_sub_order),
}
"""The routes of this module by their paths."""
