"""What another leverage would do to what is held: margin and liquidation, before it is asked for. Pure.

Bitget: a lower leverage takes the missing margin from the free balance, a higher one gives none back to an
isolated position ("Change-Leverage", and the help page on adjusting leverage). A crossed position is
liquidated by the whole account, which the figure does not change.
"""

from decimal import Decimal

from omega_tui.domain.account import Position, SymbolSettings
from omega_tui.domain.margin import initial_margin, isolated_liquidation_price, position_margin
from omega_tui.domain.orders import HoldSide, MarginMode
from omega_tui.domain.values import decimal_text
from omega_tui.engine.account_views import LeverageEffect
from omega_tui.engine.risk.liquidation import maintenance_of
from omega_tui.engine.state import State

_ZERO = Decimal(0)


def leverage_effect(
    state: State, symbol: str, leverage: int, hold_side: HoldSide | None = None
) -> tuple[LeverageEffect, ...]:
    """What `leverage` would do to each position of a symbol, of one side when that alone is meant; empty when
    nothing is held, or nothing is known of the symbol."""
    settings = state.settings.get(symbol)
    if settings is None or leverage < 1:
        return ()
    chosen = [each for each in state.positions_of(symbol) if hold_side in (None, each.hold_side)]
    return tuple(_effect(state, settings, position, leverage) for position in chosen)


def extra_margin(position: Position, leverage: int) -> Decimal:
    """What a lower leverage takes from the free balance for a position; negative for what a higher one frees
    of a crossed one."""
    asked = initial_margin(position.size * position.entry_price, leverage)
    held = position_margin(position)
    if position.margin_mode is MarginMode.ISOLATED:
        return max(_ZERO, asked - held)
    return asked - initial_margin(position.size * position.entry_price, position.leverage)


def _effect(state: State, settings: SymbolSettings, position: Position, leverage: int) -> LeverageEffect:
    extra, before = extra_margin(position, leverage), position.liquidation_price
    margin, after = position_margin(position), before
    if position.margin_mode is MarginMode.ISOLATED:
        before = before or _isolated(state, settings, position, margin)
        after = _isolated(state, settings, position, margin + extra) if extra else before
    return LeverageEffect(
        hold_side=position.hold_side,
        size=position.size,
        leverage_before=position.leverage,
        leverage_after=leverage,
        extra_margin=extra,
        liquidation_before=before,
        liquidation_after=after,
        words=_words(state, position, leverage, extra, before, after),
    )


def _isolated(state: State, settings: SymbolSettings, position: Position, margin: Decimal) -> Decimal | None:
    known = maintenance_of(state, settings, position.size * position.entry_price)
    instrument = state.instruments.get(settings.symbol)
    if known is None or instrument is None:
        return None
    rate, saving = known
    fee = instrument.taker_fee_rate
    return isolated_liquidation_price(
        position.hold_side, position.size, position.entry_price, margin, rate, fee, saving
    )


def _words(
    state: State,
    position: Position,
    leverage: int,
    extra: Decimal,
    before: Decimal | None,
    after: Decimal | None,
) -> str:
    what = f"{position.hold_side} {decimal_text(position.size)}: {position.leverage}x becomes {leverage}x"
    if extra > 0:
        what += f", {extra:.2f} more margin is bound"
    elif extra < 0:
        what += f", {-extra:.2f} of margin is freed"
    if position.margin_mode is MarginMode.CROSSED:
        return f"{what}; where the account is liquidated does not change"
    instrument = state.instruments.get(position.symbol)
    places = instrument.price_places if instrument is not None else 2
    if before == after:
        return f"{what}; liquidation stays{_at(after, places)}"
    return f"{what}; liquidation moves{_at(before, places, 'from')}{_at(after, places, 'to')}"


def _at(price: Decimal | None, places: int, word: str = "at") -> str:
    return f" {word} {price:.{places}f}" if price is not None else f" {word} a price not known"
