"""Seeded candles of the past, made when asked for, ending at a given price and minute.

Hours are a chain walked backwards from the end: heavy-tailed returns (Student t, 4 degrees of freedom)
under a log volatility that reverts slowly (daily volatility clusters), with the day's rhythm of trading.
Minutes are a bridge inside their hour: they open, close, peak and bottom where the hour does and their
volumes add up to its own. So a chart of days never makes minutes, and every granularity still agrees.
The distribution of a bridge's maximum is P(max > m) = exp(-2 (m - a)(m - b) / s^2) for a walk from a to b.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from omega_tui.sim.market.bars import Bar
from omega_tui.sim.market.granularity import HOUR_MS, MINUTE_MS
from omega_tui.sim.market.randomness import seeded

_REVERSION = 0.985
_LOG_VOLATILITY_STDEV = 0.45
_LARGEST_RETURN = 0.12
_LOWEST_TICKS = 500
_MINUTES = 60
_KEPT_HOURS = 400
_DEPTH_HOURS = 366 * 24
_RANGE_PER_STDEV = 1.6


@dataclass(frozen=True, slots=True)
class PastShape:
    """How a market moved: stdev of an hour's return (a fraction), mean volume of an hour in lots."""

    hourly_volatility: float
    hourly_lots: float


class SyntheticPast:
    """Hours and minutes before `end_ms` (a whole minute) whose last close is `end_ticks`; a year of them."""

    def __init__(self, seed: str, shape: PastShape, end_ms: int, end_ticks: int) -> None:
        self._seed = seed
        self._shape = shape
        self._end_ms = end_ms
        self.begins_ms = end_ms - end_ms % HOUR_MS - _DEPTH_HOURS * HOUR_MS
        self._last_hour = end_ms - 1 - (end_ms - 1) % HOUR_MS
        self._end_ticks = end_ticks
        self._hours: list[Bar] = []
        self._log_volatility = seeded(seed, "volatility").gauss(0, _LOG_VOLATILITY_STDEV)
        self._minutes: OrderedDict[int, list[Bar]] = OrderedDict()

    def bars(self, unit_ms: int, start: int, end: int) -> Iterator[Bar]:
        """Hours or minutes (`unit_ms` says which) that start in [start, end), ascending."""
        first = max(start, self.begins_ms)
        hour = first - first % HOUR_MS
        while hour < min(end, self._end_ms):
            bars = [self._hour(hour)] if unit_ms == HOUR_MS else self._minutes_of(hour)
            yield from (bar for bar in bars if first <= bar.start < end)
            hour += HOUR_MS

    def _hour(self, start: int) -> Bar:
        """The hour that begins at `start`, walking the chain back to it when nobody has yet."""
        index = (self._last_hour - start) // HOUR_MS
        while len(self._hours) <= index:
            self._hours.append(self._earlier_hour(self._last_hour - len(self._hours) * HOUR_MS))
        return self._hours[index]

    def _earlier_hour(self, start: int) -> Bar:
        rng = seeded(self._seed, start // HOUR_MS)
        noise = _LOG_VOLATILITY_STDEV * math.sqrt(1 - _REVERSION**2)
        self._log_volatility = _REVERSION * self._log_volatility + rng.gauss(0, noise)
        rhythm = 1 + 0.35 * math.cos((start / HOUR_MS % 24 - 15) / 24 * 2 * math.pi)
        pace = rhythm * math.exp(self._log_volatility)
        part = min(1.0, (self._end_ms - start) / HOUR_MS)
        stdev = self._shape.hourly_volatility * pace * math.sqrt(part)
        student = rng.gauss(0, 1) / math.sqrt(rng.gammavariate(2, 2) / 2)
        change = max(-_LARGEST_RETURN, min(_LARGEST_RETURN, stdev * student))
        close = self._hours[-1].open if self._hours else self._end_ticks
        opened = max(_LOWEST_TICKS, round(close * math.exp(-change)))
        reach = max(stdev, abs(change) / 2) * close
        high = math.ceil(_bridge_peak(rng, opened, close, reach))
        low = math.floor(-_bridge_peak(rng, -opened, -close, reach))
        activity = pace * (0.6 + abs(student)) / 1.4 * math.exp(rng.gauss(-0.08, 0.4))
        base = max(_MINUTES, round(self._shape.hourly_lots * part * activity))
        return Bar(start, opened, high, max(1, low), close, base, base * (opened + high + low + close) // 4)

    def _minutes_of(self, hour: int) -> list[Bar]:
        """The minutes of an hour; the last hour may have fewer than sixty."""
        found = self._minutes.get(hour)
        if found is None:
            if len(self._minutes) >= _KEPT_HOURS:
                self._minutes.popitem(last=False)
            count = min(_MINUTES, (self._end_ms - hour) // MINUTE_MS)
            found = split_hour(seeded(self._seed, hour // HOUR_MS, "minutes"), self._hour(hour), count)
            self._minutes[hour] = found
        return found


def _bridge_peak(rng: Random, start: float, end: float, stdev: float) -> float:
    """The highest point of a walk from `start` to `end` whose free end would have `stdev`."""
    change = end - start
    peak = start + (change + math.sqrt(change * change - 2 * stdev * stdev * math.log(1 - rng.random()))) / 2
    return max(peak, start, end)


def split_hour(rng: Random, hour: Bar, count: int) -> list[Bar]:
    """`count` minutes that fold exactly into `hour`."""
    path = _minute_path(rng, hour, count)
    prices = _fitted(hour, path)
    means = [sum(price) / 4 for price in prices]
    weights = [rng.gammavariate(1.2, 1) * (1 + high - low) for _, high, low, _ in prices]
    lots = _shared_out(hour.base, _tilted(weights, means, hour.quote / hour.base))
    quotes = _quotes(hour.quote, prices, lots)
    starts = (hour.start + index * MINUTE_MS for index in range(count))
    return [
        Bar(start, *price, base, quote)
        for start, price, base, quote in zip(starts, prices, lots, quotes, strict=True)
    ]


_Prices = tuple[int, int, int, int]


def _minute_path(rng: Random, hour: Bar, count: int) -> list[tuple[float, float, float]]:
    """High, low and close of each minute of a bridge from the hour's open to its close, not yet fitted."""
    stdev = max(1.0, (hour.high - hour.low) / _RANGE_PER_STDEV) / math.sqrt(count)
    stdevs = [stdev * math.exp(rng.gauss(-0.12, 0.5)) for _ in range(count)]
    steps = [rng.gauss(0, one) for one in stdevs]
    drift = (hour.close - hour.open - sum(steps)) / count
    path, here = [], float(hour.open)
    for step, one in zip(steps, stdevs, strict=True):
        there = here + step + drift
        path.append((_bridge_peak(rng, here, there, one), -_bridge_peak(rng, -here, -there, one), there))
        here = there
    return path


def _fitted(hour: Bar, path: list[tuple[float, float, float]]) -> list[_Prices]:
    """The path stretched above and below the hour's body so that its extremes are the hour's own."""
    upper, lower = max(hour.open, hour.close), min(hour.open, hour.close)
    peak, bottom = max(high for high, _, _ in path), min(low for _, low, _ in path)
    rise = (hour.high - upper) / (peak - upper) if peak > upper else 0.0
    fall = (lower - hour.low) / (lower - bottom) if bottom < lower else 0.0

    def fit(value: float) -> int:
        if value > upper:
            return min(hour.high, round(upper + (value - upper) * rise))
        return max(hour.low, round(lower - (lower - value) * fall)) if value < lower else round(value)

    fitted, opened = [], hour.open
    for index, (high, low, close) in enumerate(path):
        closed = hour.close if index == len(path) - 1 else fit(close)
        top = hour.high if high == peak else max(fit(high), opened, closed)
        floor = hour.low if low == bottom else min(fit(low), opened, closed)
        fitted.append((opened, top, floor, closed))
        opened = closed
    return fitted


def _tilted(weights: list[float], means: list[float], target: float) -> list[float]:
    """Weights leaned towards high or low prices until their mean price is about `target` (Newton)."""
    reach = max(means) - min(means)
    if reach <= 0:
        return weights
    offsets = [(mean - target) / reach for mean in means]
    tilt = 0.0
    leaned = weights
    for _ in range(8):
        leaned = [weight * math.exp(tilt * offset) for weight, offset in zip(weights, offsets, strict=True)]
        total = sum(leaned)
        mean = sum(weight * offset for weight, offset in zip(leaned, offsets, strict=True)) / total
        spread = sum(w * offset * offset for w, offset in zip(leaned, offsets, strict=True)) / total - mean**2
        if abs(mean) < 1e-6 or spread < 1e-9:
            break
        tilt = max(-40.0, min(40.0, tilt - max(-4.0, min(4.0, mean / spread))))
    return leaned


def _shared_out(total: int, weights: list[float]) -> list[int]:
    """`total` in whole parts proportional to the weights, each at least one."""
    spare, whole = total - len(weights), sum(weights)
    parts, given, reached = [], 0, 0.0
    for weight in weights[:-1]:
        reached += weight
        upto = min(spare, round(spare * reached / whole))
        parts.append(1 + upto - given)
        given = upto
    return [*parts, 1 + spare - given]


def _quotes(total: int, prices: list[_Prices], lots: list[int]) -> list[int]:
    """Quote volumes that add up to `total`, each between its minute's low and high as far as that goes."""
    quotes = [base * sum(price) // 4 for price, base in zip(prices, lots, strict=True)]
    rest = total - sum(quotes)
    for index, ((_, high, low, _), base) in enumerate(zip(prices, lots, strict=True)):
        room = (high if rest > 0 else low) * base - quotes[index]
        part = min(rest, room) if rest > 0 else max(rest, room)
        quotes[index] += part
        rest -= part
    quotes[lots.index(max(lots))] += rest
    return quotes
