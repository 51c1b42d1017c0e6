"""Closed positions and scores of an imaginary account, the same in every picture."""

from decimal import Decimal

from omega_tui.analytics.breakdown import break_down
from omega_tui.analytics.harmony import Energy, Harmony, position_balance
from omega_tui.analytics.performance import performance
from omega_tui.analytics.swings import Direction, Swing
from omega_tui.analytics.trades import Trade
from omega_tui.domain.closed import Check, ClosedPosition
from omega_tui.domain.margin import unrealized_profit
from omega_tui.domain.orders import HoldSide
from omega_tui.engine.past_views import HarmonyView, HistoryView

_START_MS = 1_722_470_400_000  # 2024-08-01 00:00 UTC
_HOUR_MS = 3_600_000
_SWING = Swing(58_000.0, 62_000.0, Direction.UP)


def _closed(number: int, hold: HoldSide, entry: str, left: str, size: str, hours: int) -> ClosedPosition:
    opened = _START_MS + number * 7 * _HOUR_MS
    gross = unrealized_profit(hold, Decimal(size), Decimal(entry), Decimal(left))
    return ClosedPosition(
        position_id=f"BTCUSDT-{hold}-{opened}-{number}",
        symbol="ETHUSDT" if number % 5 == 4 else "BTCUSDT",
        hold_side=hold,
        size=Decimal(size),
        peak=Decimal(size),
        entry_price=Decimal(entry),
        exit_price=Decimal(left),
        opened_ms=opened,
        closed_ms=opened + hours * _HOUR_MS,
        gross=gross,
        fees=Decimal("-0.42"),
        funding=Decimal("-0.05") if hours > 3 else None,
        closes=1 + number % 2,
        check=Check.AGREES if number % 4 else Check.UNCHECKED,
    )


def _trade(number: int, hold: HoldSide, entry: str, left: str, size: str, hours: int) -> Trade:
    position = _closed(number, hold, entry, left, size, hours)
    stop = position.entry_price * (Decimal("0.99") if hold is HoldSide.LONG else Decimal("1.01"))
    return Trade(
        position,
        entry_swing=_SWING,
        exit_swing=_SWING,
        stop=stop,
        lowest=min(position.entry_price, position.exit_price) - 40,
        highest=max(position.entry_price, position.exit_price) + 60,
        profile="strategic",
        tags=("breakout",) if number % 3 == 0 else (),
        notes=("wide stop",) if number == 2 else (),
    )


_LONG, _SHORT = HoldSide.LONG, HoldSide.SHORT

TRADES = (
    _trade(0, _LONG, "59528", "60210", "0.02", 2),
    _trade(1, _SHORT, "60400", "60650", "0.01", 1),
    _trade(2, _LONG, "60000", "59710", "0.015", 5),
    _trade(3, _LONG, "59528", "61200", "0.02", 9),
    _trade(4, _SHORT, "61000", "60380", "0.01", 3),
    _trade(5, _LONG, "60472", "60300", "0.02", 1),
    _trade(6, _SHORT, "60900", "60100", "0.03", 4),
    _trade(7, _LONG, "58856", "59900", "0.01", 6),
)
"""From oldest to newest; the prices of the ETHUSDT one are not ETH's, which no picture minds."""

LATER = _trade(9, _SHORT, "60000", "59000", "0.01", 1)
"""One more, closed after all of them."""

HISTORY = HistoryView(True, "", TRADES, performance(TRADES), break_down(TRADES))
EMPTY_HISTORY = HistoryView(True, "", (), performance(()), break_down(()))
UNKNOWN_HISTORY = HistoryView(False, "", (), performance(()), break_down(()))

HARMONY = HarmonyView(
    positions=(),
    resonance=0.782,
    balance=position_balance(Decimal(587), Decimal(1000)),
    harmony=Harmony(0.782, 0.853, 0.624, 0.789),
    energy=Energy(7.8, 8.2, 8.0, 0.92),
    win_rate=Decimal("0.623"),
    win_rate_alignment=0.992,
    profit_factor=Decimal("2.347"),
    profit_factor_alignment=0.896,
    closed=8,
)

NO_HARMONY = HarmonyView((), None, None, None, None, None, 0.5, None, 0.5, 0)
