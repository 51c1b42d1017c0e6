"""Which orders a cancel-all can mean, from the usual to the drastic, and each choice in words. Pure."""

from collections.abc import Iterable

from omega_tui.domain.orders import Side
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import CancelScope, OrderFamily
from omega_tui.engine.views import StatusView
from omega_tui.ui.rows.account import counted

CANCEL_CHOICES = (
    (CancelScope.SYMBOL, OrderFamily.RESTING),
    (CancelScope.BUYS, OrderFamily.RESTING),
    (CancelScope.SELLS, OrderFamily.RESTING),
    (CancelScope.SYMBOL, OrderFamily.TRIGGERS),
    (CancelScope.SYMBOL, OrderFamily.PROTECTION),
    (CancelScope.ACCOUNT, OrderFamily.RESTING),
    (CancelScope.ACCOUNT, OrderFamily.ENTRIES),
    (CancelScope.ACCOUNT, OrderFamily.ALL),
)
"""In the order in which asking again moves on."""

_NOUNS = {
    OrderFamily.RESTING: "order",
    OrderFamily.TRIGGERS: "trigger order",
    OrderFamily.PROTECTION: "stop or target",
    OrderFamily.ENTRIES: "entry order",
    OrderFamily.ALL: "order",
}
_PLURALS = {OrderFamily.PROTECTION: "stops and targets", OrderFamily.ENTRIES: "entry orders"}


def in_scope(
    rows: Iterable[OrderRow], symbol: str, scope: CancelScope, family: OrderFamily
) -> list[OrderRow]:
    """The shown orders that a choice means."""
    side = {CancelScope.BUYS: Side.BUY, CancelScope.SELLS: Side.SELL}.get(scope)
    return [
        row
        for row in rows
        if (scope is CancelScope.ACCOUNT or row.symbol == symbol)
        and side in (None, row.side)
        and _is_of(row, family)
    ]


def _is_of(row: OrderRow, family: OrderFamily) -> bool:
    of_position = row.plan is not None and row.plan.kind.of_position
    match family:
        case OrderFamily.RESTING:
            return row.plan is None
        case OrderFamily.TRIGGERS:
            return row.plan is not None and not of_position
        case OrderFamily.PROTECTION:
            return of_position
        case OrderFamily.ENTRIES:
            return not row.reduce_only and not of_position
        case _:
            return True


def scope_words(status: StatusView, scope: CancelScope, family: OrderFamily, count: int) -> str:
    """`3 orders of BTCUSDT, buys only`; taking stops away says what it means."""
    plural = _PLURALS.get(family) if count > 1 else None
    what = f"{count} {plural}" if plural else counted(count, _NOUNS[family])
    where = {
        CancelScope.SYMBOL: f"of {status.symbol}",
        CancelScope.BUYS: f"of {status.symbol}, buys only",
        CancelScope.SELLS: f"of {status.symbol}, sells only",
        CancelScope.ACCOUNT: f"of the whole account {status.account}",
    }[scope]
    tail = {
        OrderFamily.PROTECTION: ": positions stay open without them",
        OrderFamily.ALL: ", stops and targets included",
    }.get(family, "")
    return f"{what} {where}{tail}"
