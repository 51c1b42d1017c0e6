"""Which changes of an order's state are legal, whatever order the news arrives in.

Every state has a rank and knowledge only climbs: a report, a fill or an outcome that comes late, twice or in
the wrong order changes nothing that is known better. What we concluded ourselves (rejected, not sent, never
accepted) ranks below what the exchange states, so that an order that demonstrably lives is never hidden.
An order never fills beyond its size: who claims that it did is wrong about something, and the ledger says so.
Times, sending and evidence are the engine's business.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.orders import Fill, Order, OrderRequest, OrderState
from omega_tui.domain.plans import Plan

_ZERO = Decimal(0)

_RANKS = {
    OrderState.INTENT: 0,
    OrderState.SENT: 1,
    OrderState.UNKNOWN: 2,
    OrderState.NOT_SENT: 3,
    OrderState.NEVER_ACCEPTED: 4,
    OrderState.REJECTED: 5,
    OrderState.ACK: 6,
    OrderState.WORKING: 7,
    OrderState.PENDING_CANCEL: 7,
    OrderState.PARTIALLY_FILLED: 8,
    OrderState.CANCELED: 9,
    OrderState.FILLED: 10,
    OrderState.TRIGGERED: 10,
}

CONCLUDED_HERE = frozenset({OrderState.NOT_SENT, OrderState.REJECTED, OrderState.NEVER_ACCEPTED})
"""Ends that we concluded; a statement of the exchange about the order overrules them."""


def build_intent_order(request: OrderRequest) -> Order:
    """The order as it is known before anything was sent."""
    return Order(
        client_order_id=request.client_order_id,
        order_id=None,
        symbol=request.symbol,
        side=request.side,
        order_type=request.order_type,
        time_in_force=request.time_in_force,
        size=request.size,
        price=request.price,
        reduce_only=request.reduce_only,
        hold_side=request.hold_side,
        state=OrderState.INTENT,
        filled=_ZERO,
        average_price=None,
        fee=None,
        created_ms=None,
        updated_ms=None,
        plan=request.plan,
        take_profit=request.take_profit,
        stop_loss=request.stop_loss,
    )


def advance(state: OrderState, to: OrderState) -> OrderState:
    """The better known of the two states; of two equally well known ones the first."""
    return to if _RANKS[to] > _RANKS[state] else state


def conclude(order: Order, state: OrderState, reason: str = "") -> Order:
    """`order` after our own step or its outcome; a late outcome changes nothing that is known better."""
    reached = advance(order.state, state)
    if reached is order.state:
        return order
    return replace(order, state=reached, reason=reason or order.reason)


def leave_unknown(before: Order, order: Order) -> Order:
    """Why the order's fate was unknown says nothing any more once it is known."""
    settled = order.state is not before.state and order.reason == before.reason
    return replace(order, reason="") if settled else order


def merge_report(ours: Order, report: Order) -> Order:
    """Our knowledge after the exchange's `report` on an order. Idempotent; what is filled stays so.

    Of the terms that an amendment can change, an older statement tells nothing.
    """
    terms = report if not _is_older(report, ours) else ours
    size = terms.size if terms.size > _ZERO else ours.size
    filled = max(ours.filled, fillable(report.filled, size))
    reached = _reached(advance(ours.state, report.state), filled, size)
    newer = report.filled >= ours.filled
    overruled = ours.state in CONCLUDED_HERE and reached is not ours.state
    return replace(
        ours,
        order_id=ours.order_id or report.order_id,
        size=size,
        price=terms.price if terms.price is not None else ours.price,
        state=reached,
        filled=filled,
        average_price=_prefer(newer, report.average_price, ours.average_price),
        fee=_prefer(newer, report.fee, ours.fee),
        created_ms=_earliest(ours.created_ms, report.created_ms),
        updated_ms=_latest(ours.updated_ms, report.updated_ms),
        reason=report.reason or ("" if overruled else ours.reason),
        forced=ours.forced or report.forced,
        plan=_merge_plan(ours.plan, terms.plan),
        take_profit=terms.take_profit if terms.take_profit is not None else ours.take_profit,
        stop_loss=terms.stop_loss if terms.stop_loss is not None else ours.stop_loss,
        child_order_id=ours.child_order_id or report.child_order_id,
    )


def fillable(claimed: Decimal, size: Decimal) -> Decimal:
    """What of a claimed execution an order of `size` can have had; a size of 0 bounds nothing."""
    return min(claimed, size) if size > _ZERO else claimed


def _is_older(report: Order, ours: Order) -> bool:
    return (
        report.updated_ms is not None and ours.updated_ms is not None and report.updated_ms < ours.updated_ms
    )


def merge_fills(ours: Order, fills: Iterable[Fill]) -> Order:
    """Our knowledge after all distinct `fills` of the order known so far."""
    known = tuple(fills)
    total = sum((fill.size for fill in known), _ZERO)
    filled = fillable(total, ours.size)
    if not total or filled < ours.filled:
        return ours
    fees = [fill.fee for fill in known if fill.fee is not None]
    # One figure cannot say what was paid in two coins.
    mixed = len({fill.fee_coin for fill in known}) > 1
    paid = sum(fees, _ZERO) if len(fees) == len(known) else ours.fee
    return replace(
        ours,
        order_id=ours.order_id or known[0].order_id,
        filled=filled,
        state=_reached(ours.state, filled, ours.size),
        average_price=sum((fill.size * fill.price for fill in known), _ZERO) / total,
        fee=None if mixed else paid,
        updated_ms=_latest(ours.updated_ms, max(fill.exchange_ms for fill in known)),
    )


def merge_fill(known: Fill, again: Fill) -> Fill:
    """The same execution told twice: what the first telling left open is filled in, nothing counts twice."""
    return replace(
        known,
        client_order_id=known.client_order_id or again.client_order_id,
        fee=again.fee if known.fee is None else known.fee,
        fee_coin=known.fee_coin or again.fee_coin,
        profit=again.profit if known.profit is None else known.profit,
        maker=again.maker if known.maker is None else known.maker,
        forced=known.forced or again.forced,
        hold_side=known.hold_side or again.hold_side,
    )


def _merge_plan(ours: Plan | None, terms: Plan | None) -> Plan | None:
    # The stream does not tell a trailing plan's callback.
    if ours is None or terms is None or terms.callback_rate is not None:
        return terms or ours
    return replace(terms, callback_rate=ours.callback_rate)


def _reached(state: OrderState, filled: Decimal, size: Decimal) -> OrderState:
    if size > _ZERO and filled >= size:
        return OrderState.FILLED
    return advance(state, OrderState.PARTIALLY_FILLED) if filled else state


def _prefer(newer: bool, theirs: Decimal | None, ours: Decimal | None) -> Decimal | None:
    return theirs if theirs is not None and (newer or ours is None) else ours


def _earliest(first: int | None, second: int | None) -> int | None:
    known = [value for value in (first, second) if value is not None]
    return min(known, default=None)


def _latest(first: int | None, second: int | None) -> int | None:
    known = [value for value in (first, second) if value is not None]
    return max(known, default=None)
