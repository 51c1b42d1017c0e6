"""Faults of what the exchange does with a request: it answers properly, and yet not as it should."""

from enum import StrEnum
from typing import Any, Final

from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.sim.faults.answers import text_of
from omega_tui.sim.faults.fault import Chance, Digits, Fault, NotNegative, Positive
from omega_tui.sim.faults.requests import Call, RequestFault
from omega_tui.sim.payloads.market import Row
from omega_tui.sim.refusals import Refused, refusal
from omega_tui.sim.rest.request import Parameters

_LISTS = ("entrustedList", "fillList", "bills", "list")
_BATCHES = {
    RestPath.BATCH_PLACE_ORDER: "orderList",
    RestPath.BATCH_CANCEL_ORDERS: "orderIdList",
    RestPath.CANCEL_PLAN_ORDER: "orderIdList",
}
_PLANS = frozenset(
    {
        *(RestPath.PLACE_PLAN_ORDER, RestPath.PLACE_TPSL_ORDER, RestPath.PLACE_POS_TPSL),
        *(RestPath.MODIFY_PLAN_ORDER, RestPath.MODIFY_TPSL_ORDER),
    }
)


class RepeatedRequest(RequestFault, frozen=True, kw_only=True):
    """Something on the way sends the request twice: both are carried out, the second one's answer arrives."""

    serves = ("O03", "O04")

    def around(self, call: Call) -> object:
        call.carry_out()
        return call.carry_out()


class DedupeOff(RequestFault, frozen=True, kw_only=True):
    """The exchange accepts a client order id that it has accepted before."""

    serves = ("O05",)

    def around(self, call: Call) -> object:
        quirks = call.exchange.venue.quirks
        quirks.dedupes_client_oids = False
        try:
            return call.carry_out()
        finally:
            quirks.dedupes_client_oids = True


class PlanRefused(RequestFault, frozen=True, kw_only=True):
    """A trigger, take profit or stop loss order is refused."""

    serves = ("O17", "O18", "O21")
    paths = _PLANS

    code: Digits = "40917"

    def around(self, call: Call) -> object:
        raise Refused(self.code, text_of(self.code))


class BatchLegFails(RequestFault, frozen=True, kw_only=True):
    """Some legs of a batch are refused inside a success: those in `legs` (from 0), else each by `share`."""

    serves = ("O35",)
    paths = frozenset(_BATCHES)

    code: Digits = Code.BUSY
    legs: tuple[NotNegative, ...] = ()
    share: Chance = 0.5

    def around(self, call: Call) -> object:
        name = _BATCHES[RestPath(call.path)]
        listed = call.parameters.values.get(name)
        rows: list[Any] = listed if isinstance(listed, list) else []
        failing = [index for index in range(len(rows)) if self._fails(call, index)]
        if not failing:
            return call.carry_out()
        failed = [self._failure(rows[index]) for index in failing]
        kept = [row for index, row in enumerate(rows) if index not in failing]
        if not kept:
            return {"successList": [], "failureList": failed}
        data = call.proceed(Parameters({**call.parameters.values, name: kept}))
        return {**data, "failureList": [*data["failureList"], *failed]} if isinstance(data, dict) else data

    def _fails(self, call: Call, index: int) -> bool:
        return index in self.legs if self.legs else call.dice.hits(self.share)

    def _failure(self, row: object) -> Row:
        named = row if isinstance(row, dict) else {}
        return {
            "orderId": str(named.get("orderId") or ""),
            "clientOid": str(named.get("clientOid") or ""),
            "errorMsg": text_of(self.code),
            "errorCode": self.code,
        }


class LateVisibility(RequestFault, frozen=True, kw_only=True):
    """Queries do not find an order until it is `ms` old (exchange time)."""

    serves = ("O36",)
    paths = frozenset(
        {
            *(RestPath.ORDER_DETAIL, RestPath.ORDERS_PENDING, RestPath.ORDERS_HISTORY),
            *(RestPath.ORDER_FILLS, RestPath.FILL_HISTORY),
        }
    )

    ms: Positive = 3000

    def around(self, call: Call) -> object:
        data = call.carry_out()
        newest = call.exchange.clock.now_ms() - self.ms
        if call.path == RestPath.ORDER_DETAIL:
            if _created(data) > newest:
                raise refusal(Code.ORDER_NOT_FOUND)
            return data
        return _with_rows(data, lambda rows: [row for row in rows if _created(row) <= newest])


class PagingError(StrEnum):
    """What is wrong with a page: its last row is missing, or its first row is there twice."""

    SKIPPED = "skipped"
    REPEATED = "repeated"


class WrongPaging(RequestFault, frozen=True, kw_only=True):
    """A page of a list lacks a row, or has one twice."""

    serves = ("P31",)

    how: PagingError = PagingError.SKIPPED

    def around(self, call: Call) -> object:
        data = call.carry_out()
        if self.how is PagingError.SKIPPED:
            return _with_rows(data, lambda rows: rows[:-1])
        return _with_rows(data, lambda rows: rows[:1] + rows)


def _created(row: object) -> int:
    stamp = row.get("cTime") if isinstance(row, dict) else None
    return int(stamp) if isinstance(stamp, str) and stamp.isdigit() else 0


def _with_rows(data: object, change: Any) -> object:
    """A list's data with its rows changed, whichever member holds them; other data as it is."""
    if isinstance(data, list):
        return change(data)
    if not isinstance(data, dict):
        return data
    name = next((name for name in _LISTS if isinstance(data.get(name), list)), None)
    return data if name is None else {**data, name: change(data[name])}


KINDS: Final[tuple[type[Fault], ...]] = (
    *(RepeatedRequest, DedupeOff, PlanRefused, BatchLegFails, LateVisibility, WrongPaging),
)
"""The faults of this module."""
