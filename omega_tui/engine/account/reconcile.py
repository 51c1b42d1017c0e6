"""Venue truth against ours: a pure comparison. What differs comes out as events; a second run is silent.

It asks nobody and changes nothing; `reconciler` fetches the truth and applies what comes out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.domain.account import Balance, Position, SymbolSettings
from omega_tui.domain.events import BalanceReported, Event, OrderReported, PositionsReported, SettingsReported
from omega_tui.domain.evidence import EvidenceSource
from omega_tui.domain.order_lifecycle import merge_report
from omega_tui.domain.orders import Order, OrderState
from omega_tui.engine.account.noise import are_same_positions, is_same_balance
from omega_tui.engine.orders.ledger import OrderLedger, Tracked

CLEAN_MISSES_NEEDED = 2
"""How often the exchange must say that it knows no such order before absence is believed."""

_SENT_PATIENCE_SECONDS = 5.0
_REPORT_PATIENCE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class VenueTruth:
    """What the exchange said in one pass; None where newer news arrived while it was asked."""

    open_orders: tuple[Order, ...]
    positions: tuple[Position, ...] | None
    balance: Balance | None
    settings: tuple[SymbolSettings, ...]


@dataclass(frozen=True, slots=True)
class Ours:
    """What we hold against it; `step` is what money has to move by to differ."""

    ledger: OrderLedger
    positions: tuple[Position, ...]
    balance: Balance | None
    settings: dict[str, SymbolSettings]
    step: Decimal = Decimal(0)


def diff(truth: VenueTruth, ours: Ours) -> Iterator[Event]:
    """The events that make ours agree with the truth; none when it does already."""
    for report in truth.open_orders:
        if differs_from_known(report, ours.ledger):
            yield OrderReported(report, EvidenceSource.OPEN_ORDERS)
    if truth.positions is not None and not are_same_positions(ours.positions, truth.positions, ours.step):
        newest = max((each.updated_ms or 0 for each in truth.positions), default=0)
        yield PositionsReported(truth.positions, newest, asked=True)
    if truth.balance is not None and not is_same_balance(ours.balance, truth.balance, ours.step):
        yield BalanceReported(truth.balance)
    for settings in truth.settings:
        if settings != ours.settings.get(settings.symbol):
            yield SettingsReported(settings)


def differs_from_known(report: Order, ledger: OrderLedger) -> bool:
    """Whether a report on an order tells anything new."""
    tracked = ledger.find(report.client_order_id, report.order_id)
    return tracked is None or merge_report(tracked.order, report) != tracked.order


def questions(open_orders: Iterable[Order], ledger: OrderLedger, now: float) -> list[Tracked]:
    """Our unfinished orders that the list of open ones does not explain, and finished ones whose end leaves
    a question: each has to be asked for."""
    listed = {order.client_order_id for order in open_orders} | {order.order_id for order in open_orders}
    unexplained = [tracked for tracked in ledger.unfinished() if _asks(tracked, listed, now)]
    return unexplained + ledger.unexplained()


def _asks(tracked: Tracked, listed: set[str | None], now: float) -> bool:
    order = tracked.order
    if (order.order_id or order.client_order_id) in listed:
        return False
    age = now - tracked.opened_at if tracked.opened_at is not None else None
    if order.state in (OrderState.INTENT, OrderState.SENT):
        return age is not None and age > _SENT_PATIENCE_SECONDS
    if order.state is OrderState.ACK:
        return age is None or age > _REPORT_PATIENCE_SECONDS
    return True


def is_past_window(tracked: Tracked, now: float, window_seconds: float) -> bool:
    """Whether the exchange can no longer accept the signed request: only then does absence mean anything.

    For an order of an earlier run the window begins anew: the wall clock, by which its age was reckoned, may
    have stepped between the runs.
    """
    if tracked.opened_at is None:
        return True
    began = tracked.opened_at if tracked.restored_at is None else max(tracked.opened_at, tracked.restored_at)
    return now - began > window_seconds


def absent_order(tracked: Tracked) -> Order | None:
    """The order's end once absence is proven; None while it is not.

    One that was never acknowledged was never accepted. One that had been is gone from the exchange's memory:
    it is closed as canceled with the executions that are known.
    """
    if tracked.clean_misses < CLEAN_MISSES_NEEDED:
        return None
    order = tracked.order
    if order.state in (OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN):
        reason = "never accepted: absent from open orders, order detail and fills after its signature expired"
        return replace(order, state=OrderState.NEVER_ACCEPTED, reason=reason)
    return replace(order, state=OrderState.CANCELED, reason="the exchange no longer knows it")
