"""Which limits are in force, whether the day is closed by its loss, and how wild each market is."""

from decimal import Decimal

from omega_tui.domain.profiles import Profile
from omega_tui.engine.account.day import DAY_MS

UNLOCK_PHRASE = "trade on today"
"""What has to be typed out in full to take new entries again after the daily loss limit."""


class RiskState:
    """Changed by the risk desk alone. `profile` is None while no limits of one are enforced; `locked_day`
    and `unlocked_day` are first milliseconds of UTC days. `volatility` is each symbol's newest 1-minute
    volatility over its median of a day. `earlier_entries` are those of earlier runs: client id and time on
    this run's monotonic clock."""

    def __init__(self, profile: Profile | None) -> None:
        self.profile = profile
        self.locked_day: int | None = None
        self.unlocked_day: int | None = None
        self.lock_words = ""
        self.volatility: dict[str, Decimal] = {}
        self.earlier_entries: dict[str, float] = {}

    def is_locked(self, day_ms: int) -> bool:
        """Whether the day that began at `day_ms` takes no new entries."""
        return self.locked_day == day_ms != self.unlocked_day

    def is_judged(self, day_ms: int) -> bool:
        """Whether the day was closed already, whether or not it was opened again."""
        return day_ms in (self.locked_day, self.unlocked_day)

    def locked(self, day_ms: int, now_ms: int) -> str:
        """Why the day takes no new entries and what ends that, in plain words; empty when it takes them."""
        if not self.is_locked(day_ms):
            return ""
        minutes = max(0, day_ms + DAY_MS - now_ms) // 60_000
        return (
            f"daily loss limit reached ({self.lock_words}): no new entries until 00:00 UTC in "
            f'{minutes // 60} h {minutes % 60} min, or until "{UNLOCK_PHRASE}" is typed out'
        )
