"""What is held and what could still be added to it, taken at its worst: the ground that every cap stands on.

An order that may open counts whole until its end is proven, whatever state it is in: written down, sent,
unanswered, resting, asked to go. So does what executed and is not in the reported position yet. Nothing here
judges; the worst of a symbol is told for each side by itself.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from omega_tui.domain.account import Position
from omega_tui.domain.margin import direction_sign, notional_value, position_margin, unrealized_profit
from omega_tui.domain.orders import HoldSide, MarginMode, Order, OrderState, PositionMode, Side
from omega_tui.domain.plans import Plan
from omega_tui.domain.risk import position_risk, unit_risk
from omega_tui.domain.sizing import unit_cost
from omega_tui.engine.state import State

_ZERO = Decimal(0)
_ON_THEIR_WAY = frozenset({OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN, OrderState.ACK})
_AT_THE_EXCHANGE = frozenset({OrderState.ACK, OrderState.WORKING, OrderState.PARTIALLY_FILLED})
_USUAL_TAKER_FEE = Decimal("0.0006")
"""Stands in for the fee of a contract that is not listed any more."""

_Side = tuple[str, HoldSide]


class Claim(NamedTuple):
    """A size that may yet come to a position: what is left of an order, or executed and not told of yet."""

    key: str
    symbol: str
    hold_side: HoldSide
    size: Decimal
    price: Decimal
    stop: Decimal | None


def equity(state: State) -> Decimal | None:
    """What the account is worth at our newest marks; None while the balance is not known."""
    balance = state.balance
    if balance is None or balance.unrealized is None:
        return balance.equity if balance is not None else None
    total = _ZERO
    for position in state.positions:
        profit = position_profit(state, position)
        if profit is None:
            return balance.equity
        total += profit
    return balance.equity - balance.unrealized + total


def position_profit(state: State, position: Position) -> Decimal | None:
    """Unrealized profit at our newest mark; what the exchange said when we have none."""
    mark = state.mark(position.symbol)
    if mark is None:
        return position.unrealized
    return unrealized_profit(position.hold_side, position.size, position.entry_price, mark)


def opened_side(order: Order) -> HoldSide:
    """The side of the position that an order which is not reduce-only adds to."""
    if order.hold_side is not None:
        return order.hold_side
    return HoldSide.LONG if order.side is Side.BUY else HoldSide.SHORT


def claims(state: State, without: str | None = None) -> Iterator[Claim]:
    """Everything that may yet open or add, of all symbols; `without` leaves out the order of a row key."""
    for tracked in state.ledger.unfinished():
        order = tracked.order
        if order.may_add and (left := order.remaining) > 0 and tracked.key != without:
            yield _claim(state, order, tracked.key, left)
    for tracked, size in state.unsettled.executions():
        if size > 0:
            yield _claim(state, tracked.order, tracked.key, size)


def _claim(state: State, order: Order, key: str, size: Decimal) -> Claim:
    price = order.price or (order.plan.trigger_price if order.plan is not None else state.mark(order.symbol))
    worth = price if price is not None else order.average_price or _ZERO
    return Claim(key, order.symbol, opened_side(order), size, worth, order.stop_loss)


def position_name(state: State, symbol: str, hold_side: HoldSide) -> tuple[str, HoldSide | None]:
    """What a position goes by: in one-way mode a symbol has one, whichever its side, in hedge mode two."""
    settings = state.settings.get(symbol)
    one_way = settings is not None and settings.position_mode is PositionMode.ONE_WAY
    return symbol, None if one_way else hold_side


def taker_fee(state: State, symbol: str) -> Decimal:
    """The rate that getting out at market costs."""
    instrument = state.instruments.get(symbol)
    return instrument.taker_fee_rate if instrument is not None else _USUAL_TAKER_FEE


class Exposure:
    """What a state comes to at its worst, worked out once for a judgement of one moment. `without` is the row
    key of an order that is being replaced, which then does not count."""

    def __init__(self, state: State, without: str | None = None) -> None:
        self.state = state
        self.without = without
        self._notionals: dict[_Side, Decimal] = {}

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Everything that may yet open or add, of all symbols."""
        return tuple(claims(self.state, self.without))

    @cached_property
    def _towards(self) -> dict[_Side, list[Claim]]:
        sides: dict[_Side, list[Claim]] = {}
        for claim in self.claims:
            sides.setdefault((claim.symbol, claim.hold_side), []).append(claim)
        return sides

    def opening_part(self, symbol: str, hold_side: HoldSide, size: Decimal) -> Decimal:
        """How much of an order towards `hold_side` would add to a position rather than net one out.

        In one-way mode what other orders of the same direction close is not there to be closed once more.
        """
        against = _to_net_out(self.state, symbol, hold_side)
        if not against:
            return size
        spoken_for = sum((each.size for each in self._towards.get((symbol, hold_side), ())), _ZERO)
        return max(_ZERO, size - max(_ZERO, against - spoken_for))

    def side_notional(self, symbol: str, hold_side: HoldSide) -> Decimal:
        """The greatest value that the position of one side can come to without another order."""
        side = (symbol, hold_side)
        known = self._notionals.get(side)
        if known is None:
            known = self._notionals[side] = self._side_notional(symbol, hold_side)
        return known

    def _side_notional(self, symbol: str, hold_side: HoldSide) -> Decimal:
        held = self.state.position(symbol, hold_side)
        total = _position_value(self.state, held) if held is not None else _ZERO
        netted = _to_net_out(self.state, symbol, hold_side)
        for claim in self._towards.get((symbol, hold_side), ()):
            opens = claim.size
            if netted:
                opens = max(_ZERO, claim.size - netted)
                netted -= claim.size - opens
            total += notional_value(opens, claim.price)
        return total

    @cached_property
    def positions_to_be(self) -> frozenset[tuple[str, HoldSide | None]]:
        """Every position that is open or could be once all orders had executed."""
        held = {(each.symbol, each.hold_side) for each in self.state.positions}
        # One that only nets a position out bears the name of that position.
        return frozenset(position_name(self.state, *side) for side in held | self._towards.keys())

    @cached_property
    def total_notional(self) -> Decimal:
        """What all positions together can come to: in one-way mode the worse side of a symbol, else both."""
        total = _ZERO
        for symbol, side in self.positions_to_be:
            if side is not None:
                total += self.side_notional(symbol, side)
            else:
                total += max(self.side_notional(symbol, each) for each in HoldSide)
        return total

    @cached_property
    def open_risk(self) -> Decimal | None:
        """What the account would lose, as money, if every entry executed and every stop was reached.

        A position or entry without a stop counts down to its liquidation: at the exchange's liquidation
        price, else its whole margin when isolated, its whole value (at most the equity) when crossed. None
        while equity is not known.
        """
        worth, state = equity(self.state), self.state
        if worth is None:
            return None
        total = sum((_position_risk(state, each, worth) for each in state.positions), _ZERO)
        return total + sum((self._entry_risk(*side, worth) for side in self._towards), _ZERO)

    def _entry_risk(self, symbol: str, hold_side: HoldSide, worth: Decimal) -> Decimal:
        """What the claims towards one side would lose that open at least in part: what one of them nets out
        of a position no other does."""
        state, total = self.state, _ZERO
        against, fee = _to_net_out(state, symbol, hold_side), taker_fee(state, symbol)
        for claim in self._towards[symbol, hold_side]:
            if claim.size > against:
                total += _claim_risk(state, claim, worth, fee)
            against = max(_ZERO, against - claim.size) if against else against
        return total

    @cached_property
    def reserved_margin(self) -> Decimal:
        """What orders on their way may bind although the reported balance does not show it yet.

        An order whose fate is unknown counts: two tickets must not spend the same balance.
        """
        total, state = _ZERO, self.state
        for tracked in state.ledger.unfinished():
            order = tracked.order
            if order.state not in _ON_THEIR_WAY or order.reduce_only or tracked.key == self.without:
                continue
            price, instrument = order.price or state.mark(order.symbol), state.instruments.get(order.symbol)
            settings = state.settings.get(order.symbol)
            if settings is None or price is None or instrument is None:
                continue
            direction = HoldSide.LONG if order.side is Side.BUY else HoldSide.SHORT
            total += order.remaining * unit_cost(price, settings.leverage(direction), instrument)
        return total


def _to_net_out(state: State, symbol: str, hold_side: HoldSide) -> Decimal:
    """What of an order towards `hold_side` would close the other side first: nothing in hedge mode."""
    settings = state.settings.get(symbol)
    if settings is None or settings.position_mode is PositionMode.HEDGE:
        return _ZERO
    opposite = state.position(symbol, hold_side.opposite)
    return opposite.size if opposite is not None else _ZERO


def _position_value(state: State, position: Position) -> Decimal:
    return notional_value(position.size, state.mark(position.symbol) or position.entry_price)


def _position_risk(state: State, position: Position, worth: Decimal) -> Decimal:
    """Stops are taken in the order of their loss, the dearest first, until the position is covered."""
    fee, left, total = taker_fee(state, position.symbol), position.size, _ZERO
    losses = sorted(
        (
            (position_risk(position.hold_side, Decimal(1), position.entry_price, price, fee), size)
            for price, size in _stops(state, position)
        ),
        reverse=True,
    )
    for loss, size in losses:
        covered = min(left, size)
        total += loss * covered
        left -= covered
    return total + (_bare_risk(position, worth, fee) * left / position.size if left else _ZERO)


def _stops(state: State, position: Position) -> Iterator[tuple[Decimal, Decimal]]:
    """Price and size of the stops that rest at the exchange for a position.

    The stop that came with an entry counts for a moment before it is told of as an order of its own.
    """
    for tracked in state.ledger.unfinished():
        order, plan = tracked.order, tracked.order.plan
        if plan is None or not plan.kind.limits_loss or order.symbol != position.symbol:
            continue
        if order.state not in _AT_THE_EXCHANGE or tracked.cancel_requested:
            continue
        if order.hold_side not in (None, position.hold_side) or order.side is position.hold_side.opening_side:
            continue
        price = _trailed_price(state, position, order, plan) if plan.kind.trails else plan.trigger_price
        if price is not None:
            yield price, position.size if plan.kind.whole_position else order.remaining
    for tracked, size in state.unsettled.fresh():
        entry = tracked.order
        if entry.symbol == position.symbol and opened_side(entry) is position.hold_side and entry.stop_loss:
            yield entry.stop_loss, size


def _trailed_price(state: State, position: Position, order: Order, plan: Plan) -> Decimal | None:
    """The worst price that a trailing stop lets come; None before it has begun, and while its callback is
    not known: it limits no loss then."""
    if plan.callback_rate is None or order.order_id not in state.started_trails:
        return None
    return plan.trigger_price * (1 - direction_sign(position.hold_side) * plan.callback_rate)


def _bare_risk(position: Position, worth: Decimal, fee: Decimal) -> Decimal:
    """What a position without any stop can lose."""
    if position.liquidation_price is not None and position.liquidation_price > 0:
        price = position.liquidation_price
        return position_risk(position.hold_side, position.size, position.entry_price, price, fee)
    if position.margin_mode is MarginMode.ISOLATED:
        return position_margin(position)
    return max(_ZERO, min(worth, notional_value(position.size, position.entry_price)))


def _claim_risk(state: State, claim: Claim, worth: Decimal, fee: Decimal) -> Decimal:
    if claim.stop is not None and claim.stop > 0:
        return unit_risk(claim.price, claim.stop, fee, fee) * claim.size
    value, settings = notional_value(claim.size, claim.price), state.settings.get(claim.symbol)
    if settings is not None and settings.margin_mode is MarginMode.ISOLATED:
        return value / settings.leverage(claim.hold_side)
    return max(_ZERO, min(worth, value))
