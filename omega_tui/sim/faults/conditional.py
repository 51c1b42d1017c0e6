"""Faults of conditional orders: they come into force before their cancel does."""

from typing import Final

from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.faults.fault import Fault
from omega_tui.sim.faults.requests import Call, RequestFault


class TriggerBeforeCancel(RequestFault, frozen=True, kw_only=True):
    """The trigger, take profit or stop loss order triggers just before its cancel."""

    serves = ("O22",)
    paths = frozenset({RestPath.CANCEL_PLAN_ORDER})

    def around(self, call: Call) -> object:
        plans, values = call.exchange.venue.plans, call.parameters
        rows = values.elements("orderIdList") or []
        named = {row.text("orderId") or row.text("clientOid") for row in rows}
        for plan in plans.pending(values.optional_symbol()):
            if {plan.plan_id, plan.client_oid} & named:
                plans.trigger(plan)
        return call.carry_out()


KINDS: Final[tuple[type[Fault], ...]] = (TriggerBeforeCancel,)
"""The faults of this module."""
