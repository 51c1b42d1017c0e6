"""What forbids sending an order, in plain words with the way out. Pure; an empty answer means nothing does.

The guards sit in the engine, so every face obeys them. Orders that can only reduce a position pass every
gate but a read-only venue: being unable to get out is the greater risk. Not even a failing journal holds them
(see `orders`), nor an empty book or a price that moved (see `preview`).
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.events import Health
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import OrderType, Side
from omega_tui.domain.plans import Plan
from omega_tui.domain.values import decimal_text
from omega_tui.engine.state import State
from omega_tui.engine.views import Posture


def gate_problems(state: State, symbol: str, *, adds_risk: bool) -> Iterator[str]:
    """What the venue, the posture and the freshness of data forbid for any order on `symbol`."""
    if state.options.read_only:
        yield f"{state.options.refusal}: no order can be sent"
    if not adds_risk or state.options.read_only:
        return
    posture, reason = state.posture(symbol)
    if posture is not Posture.NORMAL:
        yield f"{posture}: {reason}; only reducing, cancelling and flattening are possible"
    if state.changing:
        yield f"setting the {state.changing} is under way: no new risk until it is known how that ended"
    yield from _market_problems(state)
    if state.ledger.unknown(symbol):
        yield f"an order on {symbol} has an unknown fate: no new risk here until it is settled"


def _market_problems(state: State) -> Iterator[str]:
    market = state.feeds.market_freshness()
    if market.health is Health.LIVE:
        return
    age = f" {market.age_seconds:.0f} s" if market.age_seconds is not None else ""
    because = f" ({market.reason})" if market.reason else ""
    yield f"the market is {market.health.upper()}{age}{because}: no new risk until it is live again"


def rule_problems(
    instrument: Instrument, order_type: OrderType, size: Decimal, price: Decimal | None, *, closes: bool
) -> Iterator[str]:
    """What the instrument's rules forbid for a legal size; `price` values it, None when unknown.

    Whether a close is worth enough is left to the exchange: a book in doubt must not price it away here.
    """
    base, dust = instrument.base, "; flatten closes it whole" if closes else ""
    if not instrument.tradable and not closes:
        yield f"{instrument.symbol} takes no new orders at present"
    if size < instrument.min_size:
        yield f"the least size is {decimal_text(instrument.min_size)} {base}{dust}"
    elif not closes and price is not None and size * price < instrument.min_notional:
        yield (
            f"worth {decimal_text(size * price)} {instrument.quote}, "
            f"the least is {decimal_text(instrument.min_notional)}"
        )
    most = instrument.max_market_size if order_type is OrderType.MARKET else instrument.max_limit_size
    if most is not None and size > most:
        yield f"the most a {order_type} order takes is {decimal_text(most)} {base}: split it"


def price_problems(
    state: State, instrument: Instrument, side: Side, price: Decimal | None, plan: Plan | None
) -> Iterator[str]:
    """Whether a limit price of an order that may open lies where somebody can have meant it.

    Measured from the mark price; for an order that waits for a trigger, from there. The exchange's own band
    holds the side that takes only (`buyLimitPriceRatio`, `sellLimitPriceRatio`).
    """
    mark = state.mark(instrument.symbol)
    reference = plan.trigger_price if plan is not None else mark
    if price is None or reference is None:
        return
    most, distance = state.options.price_distance, abs(price - reference) / reference
    if most is not None and distance > most:
        yield (
            f"{decimal_text(price)} is {distance * 100:.1f} % away from {decimal_text(reference)}: "
            f"{decimal_text(most * 100)} % is the most, see limits.price_distance_percent"
        )
        return
    if plan is not None or mark is None:
        return
    band = instrument.buy_band if side is Side.BUY else instrument.sell_band
    edge = mark * (1 + band if side is Side.BUY else 1 - band) if band is not None else None
    if edge is not None and (price > edge if side is Side.BUY else price < edge):
        yield f"the exchange takes no {side} limit beyond {edge:.{instrument.price_places}f} now"
