"""Where the exchange would liquidate after an order filled: an estimate from the tiers of what is held then.

Until a symbol's tiers are known the rate that the exchange states for the position stands in, or its lowest.
None whenever a needed figure is not known; the exchange's own figure replaces it once the position exists.
"""

from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.account import Position, SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.margin import (
    average_entry,
    crossed_liquidation_price,
    direction_sign,
    initial_margin,
    isolated_liquidation_price,
    maintenance,
    position_margin,
)
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode, Side
from omega_tui.engine.state import State

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """An order taken as filled whole at `price`; `hold_side` is the position that it opens or closes."""

    side: Side
    size: Decimal
    price: Decimal
    closes: bool
    hold_side: HoldSide


@dataclass(frozen=True, slots=True)
class _Holding:
    hold_side: HoldSide
    size: Decimal
    entry_price: Decimal
    margin: Decimal


def estimate_liquidation(
    state: State, instrument: Instrument, settings: SymbolSettings, change: Change
) -> Decimal | None:
    """The liquidation price of the position that the order leaves; None when none is left or known."""
    after = _holding_after(state, settings, change)
    if after is None:
        return None
    known = maintenance_of(state, settings, after.size * after.entry_price)
    if known is None:
        return None
    rate, saving = known
    fee = instrument.taker_fee_rate
    if settings.margin_mode is MarginMode.ISOLATED:
        return isolated_liquidation_price(
            after.hold_side, after.size, after.entry_price, after.margin, rate, fee, saving
        )
    return _crossed(state, settings, change, after, rate + fee, saving)


def maintenance_of(
    state: State, settings: SymbolSettings, notional: Decimal
) -> tuple[Decimal, Decimal] | None:
    """Rate and saving of a position worth `notional`, see `domain.margin.maintenance`; None while unknown."""
    tiers = state.tiers.get(settings.symbol)
    if tiers:
        return maintenance(tiers, notional)
    for position in state.positions_of(settings.symbol):
        if position.maintenance_rate is not None:
            return position.maintenance_rate, _ZERO
    return (settings.maintenance_rate, _ZERO) if settings.maintenance_rate is not None else None


def _holding_after(state: State, settings: SymbolSettings, change: Change) -> _Holding | None:
    one_way = settings.position_mode is PositionMode.ONE_WAY
    held = state.position(settings.symbol, change.hold_side)
    if change.closes:
        return _reduced(held, change.size)
    against = HoldSide.SHORT if change.hold_side is HoldSide.LONG else HoldSide.LONG
    opposite = state.position(settings.symbol, against) if one_way else None
    if opposite is not None and change.size <= opposite.size:
        return _reduced(opposite, change.size)
    added = change.size - (opposite.size if opposite is not None else _ZERO)
    margin = initial_margin(added * change.price, settings.leverage(change.hold_side))
    if held is None:
        return _Holding(change.hold_side, added, change.price, margin)
    entry = average_entry(held.size, held.entry_price, added, change.price)
    return _Holding(change.hold_side, held.size + added, entry, margin + position_margin(held))


def _reduced(position: Position | None, size: Decimal) -> _Holding | None:
    if position is None or size >= position.size:
        return None
    left = position.size - size
    margin = position_margin(position) * left / position.size
    return _Holding(position.hold_side, left, position.entry_price, margin)


def _crossed(
    state: State,
    settings: SymbolSettings,
    change: Change,
    after: _Holding,
    rate: Decimal,
    saving: Decimal,
) -> Decimal | None:
    balance, mark = state.balance, state.mark(settings.symbol)
    if balance is None or mark is None:
        return None
    size, sign = after.size, direction_sign(after.hold_side)
    spare = balance.equity - rate * size * mark + saving
    net = sign * size
    for position in state.positions:
        is_other_side = position.symbol == settings.symbol and position.hold_side is not after.hold_side
        if is_other_side and settings.position_mode is PositionMode.HEDGE:
            net += direction_sign(position.hold_side) * position.size
            spare -= rate * position.size * mark
        elif position.symbol != settings.symbol:
            other = state.mark(position.symbol) or position.entry_price
            spare -= (position.maintenance_rate or rate) * position.size * other
    slip = (mark - change.price) * change.size * (1 if change.side is Side.BUY else -1)
    return crossed_liquidation_price(mark, net, spare + slip)
