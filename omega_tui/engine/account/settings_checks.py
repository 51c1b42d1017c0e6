"""What forbids a change of leverage, margin mode or position mode, said before it is sent. Pure.

The exchange's own rules, with its codes, from "Change-Leverage", "Change-Margin-Mode", "Change-Hold-Mode" and
"RestAPI error codes"; and the profile's maximum, which is ours.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.domain.account import SymbolSettings
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode
from omega_tui.domain.sizing import largest_notional
from omega_tui.engine.intents import SetLeverage
from omega_tui.engine.risk.caps import most_leverage
from omega_tui.engine.risk.exposure import Exposure
from omega_tui.engine.risk.leverage_effect import extra_margin
from omega_tui.engine.state import State


def leverage_problems(state: State, intent: SetLeverage) -> Iterator[str]:
    """Why a symbol's leverage cannot be set so."""
    symbol, leverage = intent.symbol, intent.leverage
    instrument, settings = state.instruments.get(symbol), state.settings.get(symbol)
    if instrument is None or settings is None:
        yield f"position mode and leverage of {symbol} are not known yet"
        return
    yield from _range_problems(state, instrument, leverage)
    isolated = settings.margin_mode is MarginMode.ISOLATED
    hedged = settings.position_mode is PositionMode.HEDGE
    if isolated and hedged and intent.hold_side is None:
        yield "isolated in hedge mode each side has its own leverage: say which"
    if isolated and _plain_orders(state, symbol):
        yield f"orders rest in {symbol}, which freeze an isolated leverage (45097): cancel them first"
    yield from _held_problems(state, settings, intent)


def margin_mode_problems(state: State, symbol: str) -> Iterator[str]:
    """Why a symbol's margin mode cannot change."""
    if symbol not in state.settings:
        yield f"position mode and leverage of {symbol} are not known yet"
    elif not state.positions_known:
        yield "it is not known yet what is held"
    elif any(state.positions_of(symbol)) or _plain_orders(state, symbol):
        yield f"{symbol} has positions or orders, which freeze its margin mode (45117): end them first"


def position_mode_problems(state: State) -> Iterator[str]:
    """Why the account's position mode cannot change."""
    if not state.positions_known or not state.settings:
        yield "it is not known yet what is held"
    elif state.positions or state.ledger.unfinished():
        yield (
            "the account has positions, orders or plans, which freeze its position mode (40920): "
            "close and cancel everything first"
        )


def _range_problems(state: State, instrument: Instrument, leverage: int) -> Iterator[str]:
    least, most, profile = instrument.min_leverage, instrument.max_leverage, state.risk.profile
    if not least <= leverage <= most:
        yield f"{instrument.symbol} takes {least}x to {most}x"
    elif profile is not None and leverage > most_leverage(state, profile, instrument.symbol):
        allowed = most_leverage(state, profile, instrument.symbol)
        yield f"{profile.name} allows {allowed}x at most: choose less, or another profile"


def _held_problems(state: State, settings: SymbolSettings, intent: SetLeverage) -> Iterator[str]:
    """What is held and ordered must fit the tier, and the free balance must bear the margin."""
    symbol, tiers = settings.symbol, state.tiers.get(settings.symbol, ())
    most = largest_notional(tiers, intent.leverage) if tiers else None
    sides = [side for side in HoldSide if intent.hold_side in (None, side)]
    exposure = Exposure(state)
    worst = max(exposure.side_notional(symbol, side) for side in sides)
    if most is not None and worst > most:
        yield (
            f"{intent.leverage}x carries {most:.0f} in {symbol}, "
            f"{worst:.0f} is held and ordered (45045): reduce first"
        )
    held = [each for each in state.positions_of(symbol) if each.hold_side in sides]
    extra = sum((extra_margin(each, intent.leverage) for each in held), Decimal(0))
    if extra > 0 and state.balance is not None and extra > state.balance.available:
        yield (
            f"it takes {extra:.2f} more margin, {state.balance.available:.2f} is available (40893): "
            "reduce first"
        )


def _plain_orders(state: State, symbol: str) -> bool:
    return any(each.order.plan is None and each.order.symbol == symbol for each in state.ledger.unfinished())
