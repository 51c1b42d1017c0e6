"""Leverage, margin mode, position mode, asset mode: what may change, and when it may not (`Refused`).

Codes and texts are those of Bitget's "RestAPI error codes"; the rules those of the pages "Change-Leverage",
"Change-All-Leverage", "Change-Margin-Mode", "Change-Hold-Mode" and "Set-Asset-Mode".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from omega_tui.exchange.bitget.codes import Code
from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Contract, HoldSide, MarginMode, PositionMode
from omega_tui.sim.refusals import refusal
from omega_tui.sim.venue.accounts import Account, SymbolSettings, traded_side
from omega_tui.sim.venue.commitments import Commitments
from omega_tui.sim.venue.desk import Desk
from omega_tui.sim.venue.margin import largest_notional
from omega_tui.sim.venue.order_rules import check_leverage
from omega_tui.sim.venue.order_store import OrderStore
from omega_tui.sim.venue.statements import Statements


class AssetMode(StrEnum):
    """Whether other coins than USDT count as margin."""

    SINGLE = "single"
    UNION = "union"


@dataclass(frozen=True, slots=True)
class LeverageRequest:
    """What Bitget's set-leverage carries; None where the caller was silent."""

    leverage: int | None = None
    hold_side: HoldSide | None = None
    long_leverage: int | None = None
    short_leverage: int | None = None


class SettingsOffice:
    """Changes the settings of one account; `announce` is called when that moved money or positions."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        account: Account,
        statements: Statements,
        orders: OrderStore,
        commitments: Commitments,
        desk: Desk,
        plans_wait: Callable[[], bool],
        choices: Choices,
        announce: Callable[[], None],
    ) -> None:
        self._contracts = contracts
        self._account = account
        self._statements = statements
        self._orders = orders
        self._commitments = commitments
        self._desk = desk
        self._plans_wait = plans_wait
        self._choices = choices
        self._announce = announce

    def set_leverage(self, symbol: str, request: LeverageRequest) -> None:
        """Put leverages of a listed symbol in force; `long` and `short` win over `leverage`.

        Refused 40808 for hedge isolated without a side, 45045 and 45044 out of range or when what is held
        or ordered is too large for it, 45097 under isolated orders, 40893 when there is not enough margin.
        """
        contract, before = self._contracts[symbol], self._account.settings(symbol)
        after = self._wanted(before, request)
        for leverage in (after.crossed_leverage, after.long_leverage, after.short_leverage):
            check_leverage(leverage, contract)
        if after == before:
            if self._choices.unchanged_leverage_refused:
                raise refusal(Code.LEVERAGE_UNCHANGED)
            return
        self._check_held({symbol: after})
        self._change(symbol, after)
        if self._account.positions.of(symbol) or self._orders.live(symbol):
            self._announce()

    def set_all_leverage(self, leverage: int) -> None:
        """The same leverage for both sides of every symbol with a position; none changes when one may not."""
        symbols = dict.fromkeys(position.symbol for position in self._account.positions)
        wanted = {symbol: self._both_sides(symbol, leverage) for symbol in symbols}
        for symbol in wanted:
            check_leverage(leverage, self._contracts[symbol])
        self._check_held(wanted)
        for symbol, settings in wanted.items():
            self._change(symbol, settings)
        if wanted:
            self._announce()

    def set_margin_mode(self, symbol: str, mode: MarginMode) -> None:
        """Refused 45117 while the symbol has positions or orders; the present mode is always fine."""
        settings = self._account.settings(symbol)
        if mode is settings.margin_mode:
            return
        if self._account.positions.of(symbol) or self._orders.live(symbol):
            raise refusal(Code.MARGIN_MODE_FROZEN)
        self._account.change_settings(symbol, replace(settings, margin_mode=mode))

    def set_position_mode(self, mode: PositionMode) -> None:
        """Refused 40920 while there are positions or orders, conditional ones included, at all.

        The present mode is always fine.
        """
        if mode is self._account.position_mode:
            return
        if self._account.positions or self._orders.live() or self._plans_wait():
            raise refusal(Code.POSITION_MODE_FROZEN)
        self._account.position_mode = mode

    def set_asset_mode(self, mode: AssetMode) -> None:
        """This account has one asset: refused 40919 for any other mode."""
        if mode is not AssetMode.SINGLE:
            raise refusal(Code.NOT_OPEN_YET)

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

    def _both_sides(self, symbol: str, leverage: int) -> SymbolSettings:
        settings = self._account.settings(symbol)
        if settings.margin_mode is MarginMode.CROSSED:
            return replace(settings, crossed_leverage=leverage)
        return replace(settings, long_leverage=leverage, short_leverage=leverage)

    def _change(self, symbol: str, settings: SymbolSettings) -> None:
        """Open orders follow, so that they bind what their fills will."""
        self._account.change_settings(symbol, settings)
        for order in self._orders.live(symbol):
            leverage = settings.leverage(traded_side(order))
            if order.leverage != leverage:
                self._desk.amend(replace(order, leverage=leverage))

    def _check_held(self, wanted: Mapping[str, SymbolSettings]) -> None:
        """Whether what is held and ordered can live with new leverages, and the money suffices for them."""
        missing = {mode: Decimal(0) for mode in MarginMode}
        for symbol, settings in wanted.items():
            mode = settings.margin_mode
            frozen = self._choices.orders_freeze_leverage and mode is MarginMode.ISOLATED
            if frozen and self._orders.live(symbol):
                raise refusal(Code.LEVERAGE_FROZEN)
            for side in HoldSide:
                self._check_tier(symbol, side, settings.leverage(side))
            for position in self._account.positions.of(symbol):
                missing[mode] += self._statements.margin_missing(position, settings.leverage(position.side))
            missing[mode] += self._missing_for_orders(symbol, settings)
        money = self._statements.account()
        isolated, total = missing[MarginMode.ISOLATED], sum(missing.values())
        if isolated > money.isolated_available or total > money.crossed_available:
            raise refusal(Code.LEVERAGE_WITHOUT_MARGIN)

    def _check_tier(self, symbol: str, side: HoldSide, leverage: int) -> None:
        """Refused 45045 when a leverage carries less than what is held and ordered on a side."""
        held = self._account.positions.get(symbol, side)
        value = self._commitments.value_to_open(symbol, side) + (held.entry_quote if held else 0)
        if value > largest_notional(self._contracts[symbol].tiers, leverage):
            raise refusal(Code.LEVERAGE_TOO_HIGH)

    def _missing_for_orders(self, symbol: str, settings: SymbolSettings) -> Decimal:
        """What open orders would bind more; negative when less."""
        missing = Decimal(0)
        for order, part in self._commitments.opening(symbol):
            after = replace(order, leverage=settings.leverage(traded_side(order)))
            bound = [self._commitments.order_margin(each, part) for each in (order, after)]
            missing += bound[1] - bound[0]
        return missing
