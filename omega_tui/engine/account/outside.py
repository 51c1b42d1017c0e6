"""What somebody else changed on the account: said in words, and halted where orders would be misread.

Nothing is ever switched back from here. Which orders are ours is the ledger's knowledge.
"""

from collections.abc import Iterable
from dataclasses import replace

from omega_tui.domain.account import Position, SymbolSettings
from omega_tui.domain.orders import HoldSide, PositionMode
from omega_tui.domain.values import decimal_text
from omega_tui.engine.alarms import Alarm
from omega_tui.engine.state import State
from omega_tui.engine.views import Panel

_SWITCHED = "position mode switched elsewhere"
_MODE_WORDS = {PositionMode.ONE_WAY: "one-way", PositionMode.HEDGE: "hedge"}
_FLIP_WINDOW_MS = 60_000


def take_settings(state: State, settings: SymbolSettings) -> bool:
    """Take how a symbol is traded now, telling what is another than before; True when anything is."""
    before = state.settings.get(settings.symbol)
    if before == settings:
        return False
    state.settings[settings.symbol] = settings
    state.touch(Panel.STATUS)
    if before is not None:
        _judge_mode(state, settings.symbol, before.position_mode, settings.position_mode)
        _tell_terms(state, before, settings)
    return True


def judge_modes(state: State, positions: Iterable[Position]) -> bool:
    """Compare the position mode that positions tell with the known one: it is the whole account's, so every
    known symbol has it. True when it changed."""
    told = next((each.position_mode for each in positions), None)
    if told is None:
        return False
    stale = [each for each in state.settings.values() if each.position_mode is not told]
    for settings in stale:
        take_settings(state, replace(settings, position_mode=told))
    return bool(stale)


def _judge_mode(state: State, symbol: str, was: PositionMode, now: PositionMode) -> None:
    if was is now:
        return
    halted = state.halted_symbols.get(symbol, "")
    if halted.startswith(_SWITCHED) and state.modes_before.get(symbol) is now:
        state.release_symbol(symbol)
        return
    if now is state.mode_asked:
        state.diary.write(f"{symbol}: position mode is now {_MODE_WORDS[now]}")
        return
    state.modes_before[symbol] = was
    state.halt_symbol(
        symbol,
        f"{_SWITCHED}: it is {_MODE_WORDS[now]} now and was {_MODE_WORDS[was]}; "
        f"switch it back at the exchange, or resume to go on in {_MODE_WORDS[now]} mode",
    )


def _tell_terms(state: State, before: SymbolSettings, after: SymbolSettings) -> None:
    symbol = after.symbol
    if after.margin_mode is not before.margin_mode:
        state.diary.warn(f"{symbol}: margin mode is now {after.margin_mode}, it was {before.margin_mode}")
    changed = [
        f"{side} {before.leverage(side)}x to {after.leverage(side)}x"
        for side in HoldSide
        if after.leverage(side) != before.leverage(side)
    ]
    if changed:
        state.diary.warn(f"{symbol}: leverage changed, {', '.join(changed)}; sizes are worked out anew")
        state.touch(Panel.POSITIONS, Panel.ACCOUNT)


def note_flips(state: State, before: Iterable[Position], after: Iterable[Position]) -> bool:
    """Remember positions that turned from one side to the other until their executions are read; True when
    there is one."""
    sides = {each.symbol: each.hold_side for each in after if each.position_mode is PositionMode.ONE_WAY}
    turned = [each for each in before if sides.get(each.symbol, each.hold_side) is not each.hold_side]
    for position in turned:
        state.flips.setdefault(position.symbol, position)
    return bool(turned)


def have_other_terms(before: Iterable[Position], after: Iterable[Position]) -> bool:
    """Whether a position that stayed open has another leverage or margin mode: its symbol's changed."""
    known = {(each.symbol, each.hold_side): (each.leverage, each.margin_mode) for each in before}
    return any(
        known.get((each.symbol, each.hold_side), (each.leverage, each.margin_mode))
        != (each.leverage, each.margin_mode)
        for each in after
    )


def judge_flips(state: State) -> None:
    """Say which turned positions no order of this cockpit explains; call after executions were read."""
    for symbol, before in tuple(state.flips.items()):
        del state.flips[symbol]
        now = next(state.positions_of(symbol), None)
        if now is None or now.hold_side is before.hold_side or _is_explained(state, now):
            continue
        text = (
            f"{symbol} turned from {before.hold_side} {decimal_text(before.size)} to {now.hold_side} "
            f"{decimal_text(now.size)} by an order that was not sent from here"
        )
        state.alarms.set(f"flip {symbol}", Alarm(text, until_seen=True))
        state.diary.error(text)
        state.touch(*Panel)


def _is_explained(state: State, position: Position) -> bool:
    """Whether an order of ours traded in the position's direction lately."""
    since = (position.updated_ms or state.feeds.exchange_now_ms()) - _FLIP_WINDOW_MS
    for fill in state.ledger.fills():
        if fill.symbol != position.symbol or fill.side is not position.hold_side.opening_side:
            continue
        tracked = state.ledger.find(fill.client_order_id, fill.order_id)
        if fill.exchange_ms >= since and tracked is not None and not tracked.order.foreign:
            return True
    return False
