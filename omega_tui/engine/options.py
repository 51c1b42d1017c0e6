"""What the engine is told once, when it is built. It reads no settings itself."""

from dataclasses import dataclass

from omega_tui.domain.market import Timeframe


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Labels for the mode line, limits of freshness, and how often the account is read.

    `venue` is the word shown first (SIM, DEMO, LIVE). Intervals and limits are seconds. `judge_lag` lets
    exchange time stamps make a surface stale; off for a market that is replayed at another speed.
    """

    venue: str
    account: str
    market_note: str = ""
    read_only: bool = False
    profile: str = ""
    symbol: str = "BTCUSDT"
    timeframe: Timeframe = Timeframe.M1
    history_candles: int = 500
    stale_book_seconds: float = 2.0
    stale_private_seconds: float = 10.0
    stale_candles_seconds: float = 60.0
    position_poll_seconds: float = 4.0
    reconcile_seconds: float = 30.0
    signature_window_seconds: float = 35.0
    judge_lag: bool = True
