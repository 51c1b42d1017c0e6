"""Reads of orders, plan orders and executions: one by its id, all that rest, all since a time.

That something does not exist is only said when the exchange says so for exactly this id, or when a list was
seen to its end.
"""

import asyncio
from collections.abc import Callable

import msgspec

from omega_tui.domain.orders import Fill, Order, OrderRef
from omega_tui.domain.plans import PlanKind
from omega_tui.exchange.bitget.rest.reader import (
    PRODUCT,
    Page,
    Reader,
    Row,
    data_of,
    decode,
    is_older,
    require_empty,
    translated,
)
from omega_tui.exchange.bitget.rest.refusals import Kind, kind_of
from omega_tui.exchange.bitget.translation.orders import (
    FillRow,
    OrderRow,
    build_name,
    parse_order,
    parse_rest_fill,
)
from omega_tui.exchange.bitget.translation.plans import PLAN_GROUPS, PlanRow, parse_plan, plan_group
from omega_tui.exchange.bitget.wire import PAGE_LIMIT, RestPath
from omega_tui.exchange.port import ReadFailed

_WITH_FILLS = {"status": "partially_filled"}


class _OrderPage(msgspec.Struct, frozen=True):
    rows: list[OrderRow] | None = msgspec.field(name="entrustedList")
    end_id: str | None = msgspec.field(name="endId", default=None)


class _PlanPage(msgspec.Struct, frozen=True):
    rows: list[PlanRow] | None = msgspec.field(name="entrustedList")
    end_id: str | None = msgspec.field(name="endId", default=None)


class _FillPage(msgspec.Struct, frozen=True):
    rows: list[FillRow] | None = msgspec.field(name="fillList")
    end_id: str | None = msgspec.field(name="endId", default=None)


class OrderReads(Reader):
    """What the account ordered and what was traded. Every method raises ReadFailed."""

    async def order(self, ref: OrderRef) -> Order | None:
        """The order, or None when the exchange cleanly says that it knows no such id.

        A plan is looked for among those that wait, then among those that are decided.
        """
        if ref.plan is not None:
            waiting = await self._plan(RestPath.ORDERS_PLAN_PENDING, ref, ref.plan)
            return waiting or await self.past_order(ref)
        envelope = await self._ask(RestPath.ORDER_DETAIL, _named(ref))
        if kind_of(envelope.code) is Kind.NOT_FOUND:
            return None
        data = data_of(envelope)
        if data in {b"[]", b"{}"}:
            return None
        return _asked_for([translated(parse_order, decode(data, OrderRow))], ref)

    async def past_order(self, ref: OrderRef) -> Order | None:
        """The order as the history of finished ones tells it, None when that has no such id."""
        if ref.plan is not None:
            return await self._plan(RestPath.ORDERS_PLAN_HISTORY, ref, ref.plan)
        return await self._listed(RestPath.ORDERS_HISTORY, {}, ref, _OrderPage, parse_order)

    async def _plan(self, path: RestPath, ref: OrderRef, kind: PlanKind) -> Order | None:
        return await self._listed(path, {"planType": plan_group(kind)}, ref, _PlanPage, parse_plan)

    async def _listed(
        self,
        path: RestPath,
        params: dict[str, str],
        ref: OrderRef,
        kind: type[Page[Row]],
        parse: Callable[[Row], Order],
    ) -> Order | None:
        """The order in a list that is asked for it alone."""
        envelope = await self._ask(path, _named(ref) | params)
        if kind_of(envelope.code) is Kind.NOT_FOUND:
            return None
        page = decode(data_of(envelope), kind)
        if page.rows:
            return _asked_for([translated(parse, row) for row in page.rows], ref)
        require_empty(page)
        return None

    async def open_orders(self) -> tuple[Order, ...]:
        """Every resting order of the account, plans included.

        Plans come first and orders with fills last: one that triggers or is filled in part meanwhile is seen
        as what it was, as what it is or as both, and never not at all.
        """
        groups = await asyncio.gather(*(self._pending_plans(group) for group in PLAN_GROUPS))
        plans = [plan for group in groups for plan in group]
        # Unless a status is asked for, its page says, only orders without a fill are listed.
        found = {row.order_id: row for status in ({}, _WITH_FILLS) for row in await self._pending(status)}
        return (*(translated(parse_order, row) for row in found.values()), *plans)

    async def _pending(self, status: dict[str, str]) -> list[OrderRow]:
        return await self._walk(
            *(RestPath.ORDERS_PENDING, PRODUCT | status, _OrderPage, lambda row: row.order_id)
        )

    async def _pending_plans(self, group: str) -> list[Order]:
        params = PRODUCT | {"planType": group}
        rows = await self._walk(RestPath.ORDERS_PLAN_PENDING, params, _PlanPage, lambda row: row.order_id)
        return [translated(parse_plan, row) for row in rows]

    async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
        """Executions of a symbol or of all, oldest first: all since `since_ms`, or the newest page."""
        params = PRODUCT | ({"symbol": symbol} if symbol else {})
        if since_ms is None:
            page = await self._read(RestPath.ORDER_FILLS, params | {"limit": str(PAGE_LIMIT)}, _FillPage)
            rows = list({row.trade_id: row for row in page.rows or []}.values())
        else:
            # Walked back by id instead of asked for by time: a whole time span makes Bitget ignore the id.
            rows = await self._walk(
                *(RestPath.ORDER_FILLS, params, _FillPage, lambda row: row.trade_id),
                lambda row: is_older(row.c_time, since_ms),
            )
        fills = [translated(parse_rest_fill, row) for row in reversed(rows)]
        recent = [fill for fill in fills if since_ms is None or fill.exchange_ms >= since_ms]
        return tuple(sorted(recent, key=lambda fill: fill.exchange_ms))


def _named(ref: OrderRef) -> dict[str, str]:
    return translated(lambda asked: PRODUCT | {"symbol": ref.symbol} | build_name(asked), ref)


def _asked_for(orders: list[Order], ref: OrderRef) -> Order:
    """The order among the answers; an answer about others proves nothing about it. Raises ReadFailed."""
    for order in orders:
        if (order.order_id == ref.order_id) if ref.order_id else order.client_order_id == ref.client_order_id:
            return order
    raise ReadFailed("the answer is about other orders")
