"""What a price, a leg or a size comes to by the facts of a moment, on the tick and on the lot."""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.analytics.fibonacci import level_price
from omega_tui.domain.orders import HoldSide, Side
from omega_tui.domain.plans import TriggerBy
from omega_tui.domain.sizing import legal_exit, legal_price
from omega_tui.domain.values import decimal_text, floor_to_step
from omega_tui.language.facts import Facts
from omega_tui.language.mistakes import SwingNotLoaded, Unresolved
from omega_tui.language.terms import Anchor, Distance, Fib, Leg, Measure, Place, Price, Size, Unit

_TWO = Decimal(2)
_HEADROOM = Decimal("0.0002")
"""What the market may move between the look and the order's arrival."""


@dataclass(frozen=True, slots=True)
class ResolvedSize:
    """A size in base units on the lot, or a share of equity at risk that the engine makes a size of."""

    base: Decimal | None
    risk: Decimal | None = None


def resolve_price(price: Price, facts: Facts, side: Side) -> Decimal:
    """The price on the tick, rounded to the passive side. Raises Unresolved."""
    touch = facts.bid if side is Side.BUY else facts.ask
    exact = _shifted(price, facts, _known(touch, "the book") if price.place is None else None)
    legal = legal_price(exact, side, facts.instrument)
    if legal <= 0:
        raise Unresolved(f"the price would be {decimal_text(legal)}: it must be above zero")
    return legal


def resolve_leg(
    leg: Leg, facts: Facts, hold_side: HoldSide, entry: Decimal, *, stops: bool, stop: Decimal | None = None
) -> Decimal:
    """The trigger price of a stop or a target of a position entered at `entry`, on the tick.

    `stop` is where the stop goes, which targets in R are measured by. Raises Unresolved.
    """
    if isinstance(leg, Price):
        exact = _shifted(leg, facts, entry)
    else:
        winning = (hold_side is HoldSide.LONG) is not stops
        reach = _reach(leg, facts, entry, stop)
        exact = entry + reach if winning else entry - reach
    legal = legal_exit(exact, hold_side, facts.instrument, stops=stops)
    if legal <= 0:
        raise Unresolved(f"a {'stop' if stops else 'target'} at {decimal_text(legal)} cannot be reached")
    return legal


def resolve_size(size: Size, facts: Facts, price: Decimal | None) -> ResolvedSize:
    """The size in base units, rounded down to the lot; `price` is what money buys at. Raises Unresolved."""
    instrument = facts.instrument
    match size.unit:
        case Unit.RISK:
            return ResolvedSize(None, size.number)
        case Unit.R:
            return ResolvedSize(None, size.number * _known(facts.risk, "the profile's risk"))
        case Unit.BASE:
            if size.coin not in ("", instrument.base):
                raise Unresolved(f"{size.coin} is not what {instrument.symbol} trades: {instrument.base} is")
            exact = size.number
        case Unit.POSITION:
            exact = size.number * _known(facts.position, f"a position in {instrument.symbol}")
        case Unit.QUOTE:
            exact = size.number / _known(price, "the price")
        case Unit.BALANCE:
            exact = size.number * _known(facts.equity, "the balance") / _known(price, "the price")
    legal = floor_to_step(exact, instrument.lot)
    if not legal:
        lot = f"{decimal_text(instrument.lot)} {instrument.base}"
        raise Unresolved(f"it comes to less than one lot of {lot}")
    return ResolvedSize(legal)


def trailing_start(facts: Facts, side: Side, by: TriggerBy) -> Decimal:
    """Where a trailing order begins that nobody placed: the nearest price that is safely on its side, a sell
    above the price that it watches and a buy below. Raises Unresolved."""
    now = _known(facts.mark if by is TriggerBy.MARK else facts.last, f"the {by.value} price")
    beyond = now * (1 + _HEADROOM) if side is Side.SELL else now * (1 - _HEADROOM)
    return legal_price(beyond, side, facts.instrument)


def _shifted(price: Price, facts: Facts, start: Decimal | None) -> Decimal:
    place = start if price.place is None else _place(price.place, facts)
    exact = _known(place, "the price")
    for shift in price.shifts:
        if shift.measure is Measure.TICKS:
            exact += shift.number * facts.instrument.tick
        elif shift.measure is Measure.SHARE:
            exact *= 1 + shift.number
        else:
            exact += shift.number
    return exact


def _place(place: Place, facts: Facts) -> Decimal:
    if isinstance(place, Fib):
        return _level(place, facts)
    if isinstance(place, Anchor):
        return _anchor(place, facts)
    return place


def _anchor(anchor: Anchor, facts: Facts) -> Decimal:
    match anchor:
        case Anchor.MID:
            return (_known(facts.bid, "the book") + _known(facts.ask, "the book")) / _TWO
        case Anchor.BID:
            return _known(facts.bid, "the book")
        case Anchor.ASK:
            return _known(facts.ask, "the book")
        case Anchor.LAST:
            return _known(facts.last, "the last price")
        case Anchor.MARK:
            return _known(facts.mark, "the mark price")
        case Anchor.ENTRY:
            return _known(facts.entry, f"a position in {facts.instrument.symbol}")
        case Anchor.LIQUIDATION:
            return _known(facts.liquidation, "a liquidation price")


def _level(fib: Fib, facts: Facts) -> Decimal:
    swing = facts.swings.get(fib.timeframe)
    if swing is None:
        if fib.timeframe is not None:
            raise SwingNotLoaded(fib.timeframe)
        raise Unresolved("there is no swing on the chart yet")
    return level_price(swing.low, swing.high, swing.direction, fib.ratio)


def _reach(leg: Distance, facts: Facts, entry: Decimal, stop: Decimal | None) -> Decimal:
    match leg.measure:
        case Measure.SHARE:
            return entry * leg.number
        case Measure.TICKS:
            return leg.number * facts.instrument.tick
        case Measure.RISK:
            return leg.number * abs(entry - _known(stop, "a stop to measure R by"))
        case Measure.AMOUNT:
            return leg.number


def _known(value: Decimal | None, what: str) -> Decimal:
    if value is None:
        raise Unresolved(f"{what} is not known" if what.startswith("the ") else f"there is no {what[2:]}")
    return value
