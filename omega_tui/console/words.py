"""Numbers and orders in the words of an explanation."""

from decimal import Decimal

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import OrderType, TimeInForce
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import OrderRow
from omega_tui.engine.intents import PlaceOrder

_HUNDRED = Decimal(100)


def amount(value: Decimal | None, places: int) -> str:
    """`12,345.60`, or a dash for what is not known."""
    return "—" if value is None else f"{value:,.{places}f}"


def money(value: Decimal | None) -> str:
    """Money to the cent."""
    return amount(value, 2)


def order_words(order: PlaceOrder, instrument: Instrument) -> str:
    """`buy 0.010 BTC limit 64,000.0, stop 63,000.0`: what would be sent."""
    draft, preview = order.draft, order.preview
    size = amount(preview.size, instrument.size_places)
    words = [f"{draft.side.value} {size} {instrument.base} {_priced(order, instrument)}"]
    if preview.reduce_only:
        words.append("only closes")
    for name, leg in (("stop", preview.stop_loss), ("target", preview.take_profit)):
        if leg:
            words.append(f"{name} {amount(leg, instrument.price_places)}")
    return ", ".join(words)


def _priced(order: PlaceOrder, instrument: Instrument) -> str:
    preview, draft = order.preview, order.draft
    price = amount(preview.price, instrument.price_places)
    limit = "market" if draft.order_type is OrderType.MARKET else f"{_time(draft.time_in_force)} {price}"
    if draft.plan is None:
        return f"at {limit}" if draft.order_type is OrderType.MARKET else limit
    plan = preview.plan
    reached = amount(plan.trigger_price if plan is not None else None, instrument.price_places)
    if draft.plan.callback_rate is not None:
        back = decimal_text(draft.plan.callback_rate * _HUNDRED)
        return f"when price turns back {back} % from its best, beginning at {reached}"
    return f"{limit} when {draft.plan.trigger_by.value} reaches {reached}"


def _time(time_in_force: TimeInForce) -> str:
    return "limit" if time_in_force is TimeInForce.GTC else time_in_force.value.replace("_", "-")


def figures(order: PlaceOrder, instrument: Instrument, equity: Decimal | None) -> tuple[str, ...]:
    """Margin, fee, liquidation, loss and reward of one order, then what rounding and caps changed."""
    preview = order.preview
    parts = [
        f"notional {money(preview.notional)}",
        f"margin {money(preview.margin)}",
        f"fee {amount(preview.fee, 4)}",
        f"liquidation {amount(preview.liquidation_price, instrument.price_places)}",
    ]
    if preview.loss_at_stop is not None:
        share = f" ({preview.loss_at_stop / equity * _HUNDRED:.2f} %)" if equity else ""
        parts.append(f"loss at stop {money(preview.loss_at_stop)}{share}")
    if preview.reward_to_risk is not None:
        parts.append(f"reward : risk {preview.reward_to_risk:.2f}")
    return (", ".join(parts), *preview.changes)


def resting_words(row: OrderRow) -> str:
    """`buy 0.010 BTCUSDT 64,000.0`: an order that is there already."""
    at = row.price if row.price is not None else row.plan.trigger_price if row.plan is not None else None
    size = amount(row.size - row.filled, row.size_places)
    return f"{row.side.value} {size} {row.symbol} {amount(at, row.price_places)}"
