"""Faults of what becomes of single orders: cancels that do nothing, orders that end or change otherwise."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.faults.answers import text_of
from omega_tui.sim.faults.fault import Chance, Digits, Fault, Named, NotNegative, Positive
from omega_tui.sim.faults.requests import Call, RequestFault
from omega_tui.sim.payloads.orders import ids_row
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest.request import Parameters
from omega_tui.sim.venue.desk import NORMAL_CANCEL
from omega_tui.sim.venue.ledger import LedgerOrder
from omega_tui.sim.venue.modifying import successor
from omega_tui.sim.venue.order_store import LIVE, remaining

_CANCELS = frozenset({RestPath.CANCEL_ORDER, RestPath.BATCH_CANCEL_ORDERS, RestPath.CANCEL_ALL_ORDERS})
_PRESET_MEMBERS = {"take_profit": "StopSurplus", "stop_loss": "StopLoss"}
"""What the names of the members that describe a preset have in common."""


class PresetLeg(StrEnum):
    """One of the two presets of an order."""

    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"


class CancelIgnored(RequestFault, frozen=True, kw_only=True):
    """A cancel is acknowledged, and the order stays open."""

    serves = ("O11",)
    paths = _CANCELS

    def around(self, call: Call) -> object:
        orders = list(_named_orders(call))
        if call.path == RestPath.CANCEL_ORDER:
            return ids_row(orders[0]) if orders else call.carry_out()
        return {"successList": [ids_row(order) for order in orders], "failureList": []}


class CancelNotFound(RequestFault, frozen=True, kw_only=True):
    """A cancel is refused as if there were no such order, though it is open."""

    serves = ("O10",)
    paths = _CANCELS

    code: Digits = Code.CANCEL_UNKNOWN_ORDER

    def around(self, call: Call) -> object:
        raise Refused(self.code, text_of(self.code))


class FillBeforeCancel(RequestFault, frozen=True, kw_only=True):
    """The order trades just before its cancel: a `share` of what rests, in whole lots."""

    serves = ("O09", "O10")
    paths = _CANCELS

    share: Chance = 1.0

    def around(self, call: Call) -> object:
        venue = call.exchange.venue
        for order in _named_orders(call):
            lot = venue.contract(order.symbol).size_multiplier
            lots = int(remaining(order) / lot)
            venue.incidents.fill(order, max(1, round(lots * self.share)) * lot)
        return call.carry_out()


class ModifyLegRefused(RequestFault, frozen=True, kw_only=True):
    """A modify cancels the order, and its successor is refused; the request itself is acknowledged."""

    serves = ("O13",)
    paths = frozenset({RestPath.MODIFY_ORDER})

    code: Digits = Code.BALANCE_EXCEEDED

    def around(self, call: Call) -> object:
        data = call.carry_out()
        client_oid = call.parameters.text("newClientOid")
        if client_oid is not None:
            call.exchange.venue.quirks.doomed[client_oid] = Refused(self.code, text_of(self.code))
        return data


class ModifyOverlap(RequestFault, frozen=True, kw_only=True):
    """The new order of a modify is live at once, the old one for `ms` (exchange time) more."""

    serves = ("O14",)
    paths = frozenset({RestPath.MODIFY_ORDER})

    ms: Positive = 1000

    def around(self, call: Call) -> object:
        orders, asked = list(_named_orders(call)), call.parameters
        size, price = asked.decimal("newSize"), asked.decimal("newPrice")
        client_oid = asked.text("newClientOid")
        if not orders or size is None or price is None or client_oid is None:
            return call.carry_out()
        old = orders[0]
        call.exchange.venue.place(successor(old, client_oid, size, price))
        _cancel_later(call, old, self.ms, NORMAL_CANCEL)
        return {"orderId": None, "clientOid": client_oid}


class PresetIgnored(RequestFault, frozen=True, kw_only=True):
    """An order is accepted, its take profit or stop loss (`leg`) never comes into being."""

    serves = ("O17", "O18")
    paths = frozenset({RestPath.PLACE_ORDER, RestPath.MODIFY_ORDER})

    leg: PresetLeg = PresetLeg.STOP_LOSS

    def around(self, call: Call) -> object:
        word = _PRESET_MEMBERS[self.leg]
        kept = {name: one for name, one in call.parameters.values.items() if word not in name}
        return call.proceed(Parameters(kept))


class SystemCancel(RequestFault, frozen=True, kw_only=True):
    """An order is accepted, and the exchange cancels what still rests of it `ms` (exchange time) later."""

    serves = ("O34",)
    paths = frozenset({RestPath.PLACE_ORDER})

    reason: Named = "stp_cancel"
    ms: NotNegative = 0

    def around(self, call: Call) -> object:
        data = call.carry_out()
        if isinstance(data, dict):
            symbol, named = call.parameters.symbol(), (data.get("orderId"), data["clientOid"])
            order = call.exchange.venue.order(symbol, *named)
            if order is not None:
                _cancel_later(call, order, self.ms, self.reason)
        return data


def _named_orders(call: Call) -> Iterator[LedgerOrder]:
    """The open orders that a request names, or without names all that it means."""
    venue, values = call.exchange.venue, call.parameters
    rows = values.elements("orderIdList") or [values]
    named = [row for row in rows if row.text("orderId") or row.text("clientOid")]
    if not named:
        yield from venue.pending(values.optional_symbol())
    for row in named:
        order = venue.order(values.symbol(), row.text("orderId"), row.text("clientOid"))
        if order is not None and order.status in LIVE:
            yield order


def _cancel_later(call: Call, order: LedgerOrder, ms: int, reason: str) -> None:
    venue = call.exchange.venue

    def cancel() -> None:
        standing = venue.order(order.symbol, order.order_id, None)
        if standing is not None and standing.status in LIVE:
            venue.incidents.cancel(standing, reason)

    venue.agenda.at(call.exchange.clock.now_ms() + ms, cancel)


KINDS: Final[tuple[type[Fault], ...]] = (
    *(
        CancelIgnored,
        CancelNotFound,
        FillBeforeCancel,
        ModifyLegRefused,
        ModifyOverlap,
        PresetIgnored,
        SystemCancel,
    ),
)
"""The faults of this module."""
