"""Where candles begin: Bitget's granularities and their boundaries.

Lengths of six hours and more begin on the days of UTC+8, and their `utc` forms on those of UTC (Bitget V2
Get-Candle-Data, Candlestick-Channel). Weeks begin on Monday, months on the first; three-day candles are
counted from the epoch's first day. It knows nothing of prices.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_HONG_KONG_MS = 8 * HOUR_MS
_THURSDAY_TO_MONDAY_MS = 3 * DAY_MS


@dataclass(frozen=True, slots=True)
class Granularity:
    """One length of candle; `length_ms` is 0 for months; `zone_ms` is what its days are ahead of UTC."""

    name: str
    length_ms: int
    zone_ms: int

    def start_of(self, ms: int) -> int:
        """Start of the candle that `ms` (exchange ms) falls in."""
        local = ms + self.zone_ms
        if self.length_ms == 0:
            return _month_start(local, 0) - self.zone_ms
        week = _THURSDAY_TO_MONDAY_MS if self.length_ms == 7 * DAY_MS else 0
        return local - (local + week) % self.length_ms - self.zone_ms

    def end_of(self, ms: int) -> int:
        """Start of the candle after the one that `ms` falls in."""
        if self.length_ms == 0:
            return _month_start(ms + self.zone_ms, 1) - self.zone_ms
        return self.start_of(ms) + self.length_ms

    def back(self, ms: int, count: int) -> int:
        """Start of the candle `count` candles before the one that `ms` falls in."""
        if self.length_ms == 0:
            return _month_start(ms + self.zone_ms, -count) - self.zone_ms
        return self.start_of(ms) - count * self.length_ms


def _month_start(local_ms: int, months: int) -> int:
    """First of the month of `local_ms`, or of a month so many later (negative: earlier)."""
    day = datetime.fromtimestamp(local_ms // 1000, UTC)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) * 1000


def _all() -> dict[str, Granularity]:
    minutes = {"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1H": 60, "2H": 120, "4H": 240}
    short = [Granularity(name, count * MINUTE_MS, 0) for name, count in minutes.items()]
    days = {"6H": DAY_MS // 4, "12H": DAY_MS // 2, "1D": DAY_MS, "3D": 3 * DAY_MS, "1W": 7 * DAY_MS, "1M": 0}
    long = [Granularity(name, length, _HONG_KONG_MS) for name, length in days.items()]
    utc = [Granularity(name + "utc", length, 0) for name, length in days.items()]
    return {one.name: one for one in (*short, *long, *utc)}


GRANULARITIES: dict[str, Granularity] = _all()
"""Every granularity by Bitget's REST spelling."""


def granularity(name: str) -> Granularity:
    """The granularity of that name; raises ValueError for a name Bitget does not have."""
    found = GRANULARITIES.get(name)
    if found is None:
        raise ValueError(f"no granularity {name!r}; there are {', '.join(GRANULARITIES)}")
    return found
