"""Margin mode, leverage and position mode: what may change, and when it may not (`Refused`)."""

from dataclasses import dataclass, replace

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.facts import Contract, HoldSide, MarginMode, PositionMode
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account, SymbolSettings
from omega_tui.sim.venue.order_store import OrderStore
from omega_tui.sim.venue.orders_rules import check_leverage
from omega_tui.sim.venue.statements import Statements


@dataclass(frozen=True, slots=True)
class LeverageRequest:
    """What Bitget's set-leverage carries; None where the caller was silent."""

    leverage: int | None = None
    hold_side: HoldSide | None = None
    long_leverage: int | None = None
    short_leverage: int | None = None


class SettingsOffice:
    """Changes the settings of one account."""

    def __init__(self, account: Account, statements: Statements, orders: OrderStore) -> None:
        self._account = account
        self._statements = statements
        self._orders = orders

    def set_leverage(self, contract: Contract, request: LeverageRequest) -> None:
        """Put leverages in force; Refused 40893 when the positions held would need more than there is."""
        before = self._account.settings(contract.symbol)
        after = self._wanted(before, request)
        for leverage in (after.crossed_leverage, after.long_leverage, after.short_leverage):
            check_leverage(leverage, contract)
        self._account.change_settings(contract.symbol, after)
        held = self._account.positions.of(contract.symbol)
        if held and after != before and self._overdrawn():
            self._account.change_settings(contract.symbol, before)
            raise refusal(Code.LEVERAGE_WITHOUT_MARGIN)

    def set_margin_mode(self, symbol: str, mode: MarginMode) -> None:
        """Only while the symbol has neither position nor order; the present mode is always fine."""
        settings = self._account.settings(symbol)
        if mode is settings.margin_mode:
            return
        if self._account.positions.of(symbol) or self._orders.live(symbol):
            raise refusal(Code.MARGIN_MODE_FROZEN)
        self._account.change_settings(symbol, replace(settings, margin_mode=mode))

    def set_position_mode(self, mode: PositionMode) -> None:
        """Only while there is neither position nor order at all; the present mode is always fine."""
        if mode is self._account.position_mode:
            return
        if self._account.positions or self._orders.live():
            raise refusal(Code.POSITION_MODE_FROZEN)
        self._account.position_mode = mode

    def _wanted(self, before: SymbolSettings, request: LeverageRequest) -> SymbolSettings:
        both = request.leverage
        long, short = request.long_leverage or both, request.short_leverage or both
        if long is None and short is None:
            raise refusal(Code.PARAMETER_EMPTY, "leverage")
        if before.margin_mode is MarginMode.CROSSED:
            return replace(before, crossed_leverage=long or short or before.crossed_leverage)
        hedge = self._account.position_mode is PositionMode.HEDGE
        named = request.long_leverage or request.short_leverage
        if hedge and not named:
            if request.hold_side is None:
                raise refusal(Code.PARAMETER_EXCEPTION, "double fixed, hold side is null")
            long = both if request.hold_side is HoldSide.LONG else None
            short = both if request.hold_side is HoldSide.SHORT else None
        if not hedge:
            long = short = both or long or short
        return replace(
            before,
            long_leverage=long or before.long_leverage,
            short_leverage=short or before.short_leverage,
        )

    def _overdrawn(self) -> bool:
        account = self._statements.account()
        bound = account.crossed_margin + account.isolated_margin + account.locked
        return bound > account.balance + account.crossed_unrealized
