"""How much of a position is protected: the share that confirmed stops at the exchange would close.

Pure arithmetic over what is known of orders. A stop counts when the exchange has shown it as a resting plan;
one that is on its way, unanswered or being cancelled protects nobody. Why a stop is missing, and what to do
about it, is the engine's business.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.margin import direction_sign
from omega_tui.domain.orders import HoldSide, Order, OrderState
from omega_tui.domain.plans import PlanKind
from omega_tui.domain.values import ceil_to_step, decimal_text, floor_to_step

_ZERO, _ONE = Decimal(0), Decimal(1)

_CONFIRMED = frozenset({OrderState.WORKING, OrderState.PARTIALLY_FILLED})


@dataclass(frozen=True, slots=True)
class Cover:
    """What confirmed stops cover: `share` of the size from 0 to 1.

    `stop_price` is the trigger by which all that is covered has been closed, the worst of those needed;
    `target_price` is the nearest target.
    """

    share: Decimal
    stop_price: Decimal | None
    target_price: Decimal | None


def belongs_to(order: Order, position: Position) -> bool:
    """Whether a plan is one of this position's own and closes it."""
    return (
        order.plan is not None
        and order.plan.kind.of_position
        and order.symbol == position.symbol
        and order.side is position.hold_side.opening_side.opposite
        and order.hold_side in (None, position.hold_side)
    )


def is_confirmed(order: Order) -> bool:
    """Whether the exchange has shown the order as resting."""
    return order.state in _CONFIRMED


def is_reached(position: Position, price: Decimal, mark_price: Decimal | None) -> bool:
    """Whether the mark has come as far in the position's favour as `price`: there a trailing stop starts."""
    return mark_price is not None and direction_sign(position.hold_side) * (mark_price - price) >= _ZERO


def cover_of(position: Position, orders: Iterable[Order], started: Container[str] = ()) -> Cover:
    """What the confirmed ones among `orders` cover of `position`; whole-position stops cover all of it.

    A trailing stop limits no loss before price has come to where it starts: it counts when `started` has its
    exchange id.
    """
    covered, stops, targets = _ZERO, list[tuple[Decimal, Decimal]](), list[Decimal]()
    for order in orders:
        if order.plan is None or not is_confirmed(order) or not belongs_to(order, position):
            continue
        kind = order.plan.kind
        if kind.takes_profit:
            targets.append(order.plan.trigger_price)
        elif kind.trails and order.order_id not in started:
            continue
        elif kind.limits_loss:
            closes = position.size if kind.whole_position else order.remaining
            covered += closes
            stops += [] if kind.trails else [(order.plan.trigger_price, closes)]
    share = min(covered, position.size) / position.size if position.size > _ZERO else _ONE
    target = _nearest(position.hold_side.opposite, targets)
    return Cover(share, _price_of_cover(position, stops), target)


def _price_of_cover(position: Position, stops: list[tuple[Decimal, Decimal]]) -> Decimal | None:
    """The trigger at which stops of (price, size) have closed what they can, the nearest fired first."""
    left, reached = position.size, None
    for price, size in sorted(stops, reverse=position.hold_side is HoldSide.LONG):
        if left <= _ZERO:
            break
        reached, left = price, left - size
    return reached


def _nearest(side: HoldSide, prices: list[Decimal]) -> Decimal | None:
    """Of prices below a long the highest, of prices above it the lowest."""
    if not prices:
        return None
    return max(prices) if side is HoldSide.LONG else min(prices)


def legal_trigger(price: Decimal, hold_side: HoldSide, kind: PlanKind, instrument: Instrument) -> Decimal:
    """`price` on the tick grid, rounded towards the market: a stop never risks more than was asked, a target
    is never further away."""
    up = (hold_side is HoldSide.LONG) is kind.limits_loss
    return (ceil_to_step if up else floor_to_step)(price, instrument.tick)


def trigger_problems(
    position: Position, kind: PlanKind, trigger_price: Decimal, reference: Decimal | None
) -> Iterator[str]:
    """Why a stop or target of `position` must not be sent; `reference` is the price that it watches.

    On the wrong side of that price the exchange would refuse it, or fire it at once.
    """
    what, side = "stop" if kind.limits_loss else "target", position.hold_side
    if not trigger_price.is_finite() or trigger_price <= _ZERO:
        yield f"the {what} must be above zero"
        return
    if reference is None:
        yield f"no price of {position.symbol} is known: on which side of it the {what} lies cannot be told"
        return
    below = (side is HoldSide.LONG) is kind.limits_loss
    if trigger_price == reference or (trigger_price < reference) is not below:
        yield (
            f"the {what} of a {side} must be {'below' if below else 'above'} the price, "
            f"{decimal_text(reference)} now: at {decimal_text(trigger_price)} it would close at once"
        )
    liquidation = position.liquidation_price
    if kind.limits_loss and liquidation is not None:
        beyond = direction_sign(side) * (trigger_price - liquidation) <= _ZERO
        if beyond:
            yield (
                f"the stop at {decimal_text(trigger_price)} is not before the liquidation at "
                f"{decimal_text(liquidation)}: it would never close anything"
            )


def loss_at(position: Position, trigger_price: Decimal, share: Decimal, taker_fee_rate: Decimal) -> Decimal:
    """What closing a share of the position at `trigger_price` loses against its entry, closing fee included;
    below zero it wins."""
    size = position.size * share
    moved = direction_sign(position.hold_side) * (position.entry_price - trigger_price) * size
    return moved + size * trigger_price * taker_fee_rate


def naked_words(covered: Decimal) -> str:
    """`NAKED 40 %`: how much of a position no confirmed stop covers, never rounded down to nothing."""
    whole = ((_ONE - covered) * 100).to_integral_value()
    return f"NAKED {whole if whole else 1} %"
