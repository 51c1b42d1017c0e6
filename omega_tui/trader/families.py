"""Which orders a cancellation by kind means: the engine's `OrderFamily`, read from what is shown."""

from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import OrderFamily
from omega_tui.trader.results import OrderResult


def belongs(row: OrderRow | OrderResult, family: OrderFamily) -> bool:
    """Whether the order is one of `family`."""
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
        case OrderFamily.ALL:
            return True
