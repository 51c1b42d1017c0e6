"""What a trader object answers of the account: balance, positions, settings, posture.

Units and forms are those of `results`.
"""

from dataclasses import dataclass, fields
from decimal import Decimal

from omega_tui.domain.account import Balance, SymbolSettings
from omega_tui.domain.orders import HoldSide, MarginMode, PositionMode
from omega_tui.engine.account_views import AccountView, LeverageEffect, ProtectPreview
from omega_tui.engine.intents import Protect
from omega_tui.engine.views import Posture, StatusView
from omega_tui.trader.results import OrderResult, Result


@dataclass(frozen=True, slots=True)
class BalanceResult(Result):
    """The margin coin's balance; `equity` includes unrealized profit at mark."""

    coin: str
    equity: Decimal
    available: Decimal
    locked: Decimal | None
    unrealized: Decimal | None

    @classmethod
    def of(cls, balance: Balance) -> "BalanceResult":
        """The answer for a balance."""
        return cls(balance.coin, balance.equity, balance.available, balance.locked, balance.unrealized)


@dataclass(frozen=True, slots=True)
class PositionResult(Result):
    """One open position. `protected` is the share of it that confirmed stops at the exchange cover."""

    symbol: str
    hold_side: HoldSide
    size: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    unrealized: Decimal | None
    realized: Decimal | None
    leverage: int
    margin: Decimal | None
    margin_mode: MarginMode
    liquidation_price: Decimal | None
    break_even_price: Decimal | None
    protected: Decimal | None
    stop_price: Decimal | None
    target_price: Decimal | None


@dataclass(frozen=True, slots=True)
class RiskResult(Result):
    """What an open position puts at stake.

    `liquidation_distance` is the share of mark price to the liquidation price; `maintenance_margin` what it
    must keep; `loss_at_stop` the money lost from mark to the nearest stop, None without one; the `of_equity`
    figures are shares of equity.
    """

    symbol: str
    hold_side: HoldSide
    size: Decimal
    notional: Decimal | None
    notional_of_equity: Decimal | None
    leverage: int
    margin_mode: MarginMode
    margin: Decimal | None
    maintenance_margin: Decimal | None
    unrealized: Decimal | None
    liquidation_price: Decimal | None
    liquidation_distance: Decimal | None
    protected: Decimal | None
    stop_price: Decimal | None
    loss_at_stop: Decimal | None
    loss_of_equity: Decimal | None


@dataclass(frozen=True, slots=True)
class CloseResult(Result):
    """What closing a position led to; `left` is what is still open of it, None when not known."""

    symbol: str
    hold_side: HoldSide
    left: Decimal | None
    orders: tuple[OrderResult, ...]


@dataclass(frozen=True, slots=True)
class SettingsResult(Result):
    """How the account trades a market."""

    symbol: str
    position_mode: PositionMode
    margin_mode: MarginMode
    crossed_leverage: int
    isolated_long_leverage: int
    isolated_short_leverage: int

    @classmethod
    def of(cls, settings: SymbolSettings) -> "SettingsResult":
        """The answer for a market's settings."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class LeverageResult(Result):
    """What another leverage would do to one position: `extra_margin` is taken from the free balance, below
    zero when freed."""

    hold_side: HoldSide
    size: Decimal
    leverage_before: int
    leverage_after: int
    extra_margin: Decimal
    liquidation_before: Decimal | None
    liquidation_after: Decimal | None
    words: str

    @classmethod
    def of(cls, effect: LeverageEffect) -> "LeverageResult":
        """The answer for an effect that the engine works out."""
        return cls(**{field.name: getattr(effect, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class StatusResult(Result):
    """What the engine lets through and why not more; `only_looks` says why nothing can be changed at all."""

    venue: str
    market_note: str
    symbol: str
    profile: str
    posture: Posture
    posture_reason: str
    alarm: str
    only_looks: str
    open_risk: Decimal | None
    open_risk_cap: Decimal | None
    day_profit: Decimal | None
    day_loss_limit: Decimal | None

    @classmethod
    def of(cls, status: StatusView, account: AccountView, only_looks: str) -> "StatusResult":
        """The answer for the engine's pictures."""
        return cls(
            venue=status.venue,
            market_note=status.market_note,
            symbol=status.symbol,
            profile=status.profile,
            posture=status.posture,
            posture_reason=status.posture_reason,
            alarm=status.alarm,
            only_looks=only_looks,
            open_risk=account.open_risk,
            open_risk_cap=account.open_risk_cap,
            day_profit=account.day_profit,
            day_loss_limit=account.day_loss_limit,
        )


@dataclass(frozen=True, slots=True)
class ProtectionResult(Result):
    """What protecting a position would do now: the legal triggers, 0 for a leg that would go, None for one
    that stays. `problems` forbid it."""

    symbol: str
    hold_side: HoldSide
    effect: str
    stop_loss: Decimal | None
    take_profit: Decimal | None
    loss_at_stop: Decimal | None
    loss_share: Decimal | None
    profit_at_target: Decimal | None
    problems: tuple[str, ...]

    @classmethod
    def of(cls, intent: Protect, shown: ProtectPreview) -> "ProtectionResult":
        """The answer for a preview of the engine."""
        names = [field.name for field in fields(cls)][2:]
        return cls(intent.symbol, intent.hold_side, **{name: getattr(shown, name) for name in names})
