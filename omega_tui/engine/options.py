"""What the engine is told once, when it is built. It reads no settings itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from omega_tui.domain.market import Timeframe
from omega_tui.domain.profiles import BUILT_IN, Profile


class StopAnswer(StrEnum):
    """What to do when the stop that was asked for is not at the exchange."""

    ALARM = "alarm"
    RETRY = "retry"
    RETRY_THEN_CLOSE = "retry_then_close"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Labels for the mode line, limits of freshness, and how often the account is read.

    `venue` is the word shown first (SIM, DEMO, LIVE). Intervals and limits are seconds. `judge_lag` lets
    exchange time stamps make a surface stale; off for a market that is replayed at another speed.

    `profile` names the one of `profiles` whose limits are in force at the start; empty for none.
    `price_distance` is how far from the mark a limit price may lie, as a share, and `entries_a_minute` how
    many orders that may add risk leave within a minute; None for no such limit. The
    `poll_…` intervals are for when a stream is in doubt and requests stand in for it. A program that stands
    still for `stall_seconds` (None to leave it unmeasured) says so. `balance_step` is what the account's
    money has to move by to be news, in the margin coin.
    """

    venue: str
    account: str
    market_note: str = ""
    read_only: bool = False
    read_only_reason: str = "this venue only looks"
    rehearses: bool = False
    """Judges as if it could send, and does nothing: not even what an earlier run left to be done."""
    profile: str = ""
    profiles: Mapping[str, Profile] = field(default_factory=lambda: BUILT_IN)
    price_distance: Decimal | None = None
    entries_a_minute: int | None = None
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
    stop_answer: StopAnswer = StopAnswer.RETRY
    stop_retries: int = 3
    broker_code: str = ""
    """Stands in every client order id behind our prefix: at most 23 letters, digits, `_` or `-`."""
    keeps_history: bool = False
    """Whether closed positions are read, compared with the exchange and kept up to date: for faces that show
    them."""
    live_phrase: str = ""
    """What has to be typed before new risk is possible in this session; empty asks for nothing."""
    stall_seconds: float | None = 0.25
    balance_step: Decimal = Decimal("0.01")
    poll_price_seconds: float = 1.0
    poll_positions_seconds: float = 2.0
    poll_orders_seconds: float = 5.0
    poll_account_seconds: float = 10.0

    @property
    def hands_off(self) -> bool:
        """Whether nothing is done of the engine's own accord, and nothing written down."""
        return self.read_only or self.rehearses

    @property
    def refusal(self) -> str:
        """The answer to whatever would send something while `read_only`."""
        return f"read-only: {self.read_only_reason}"
