"""How far each surface can be trusted: what the gateway says of it, and how old its newest word is.

Age is measured twice: since arrival on our monotonic clock, and by the exchange's own stamp against the best
delay seen in the last hour, so that neither a silent line nor a long queue of old news passes for live. While
a stream is in doubt and answers by REST stand in for it, the surface is POLLING: good for looking and for
getting out. What follows from staleness is decided by the guards.
"""

from collections import deque
from dataclasses import dataclass

from omega_tui.clock import Clock
from omega_tui.domain.events import Health, Surface
from omega_tui.engine.account_views import Freshness
from omega_tui.engine.options import EngineOptions

MARKET_SURFACES = (Surface.BOOK, Surface.TICKER, Surface.TAPE, Surface.CANDLES)
"""Surfaces that start anew when another market is watched."""

_LEAST_POLLED_SECONDS, _POLLS_MISSED = 5.0, 2.5
_STALLED = "the program stood still"
_BUCKET_SECONDS = 300.0
_BUCKETS = 12
_LAG_SAMPLES = 63


@dataclass(slots=True)
class _Feed:
    health: Health = Health.CONNECTING
    reason: str = ""
    arrived: float | None = None
    exchange_ms: int | None = None
    polled: float | None = None
    stalled: str = ""


class DelayFloor:
    """The least (our clock - exchange stamp) of the last hour, in milliseconds.

    The difference of two unrelated clocks means nothing by itself; its excess over the floor is delay. One
    stamp from the future must not age everything else, so a sample counts once the next one bears it out.
    """

    __slots__ = ("_buckets", "_previous")

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, float]] = deque(maxlen=_BUCKETS)
        self._previous: float | None = None

    def add(self, now: float, sample: float) -> None:
        """Take one sample at monotonic time `now`."""
        difference = sample if self._previous is None else max(sample, self._previous)
        self._previous = sample
        bucket = int(now // _BUCKET_SECONDS)
        if self._buckets and self._buckets[-1][0] == bucket:
            least = min(self._buckets[-1][1], difference)
            self._buckets[-1] = (bucket, least)
        else:
            self._buckets.append((bucket, difference))

    @property
    def value(self) -> float | None:
        """The floor, or None before the first sample."""
        return min((least for _, least in self._buckets), default=None)


class Feeds:
    """Health and age of every surface."""

    def __init__(self, clock: Clock, options: EngineOptions) -> None:
        self._clock = clock
        self._judge_lag = options.judge_lag
        self._limits = {
            Surface.BOOK: options.stale_book_seconds,
            Surface.TICKER: options.stale_book_seconds,
            Surface.PRIVATE: options.stale_private_seconds,
            Surface.CANDLES: options.stale_candles_seconds,
        }
        self._polled = {
            Surface.BOOK: _polled_seconds(options.poll_price_seconds),
            Surface.TICKER: _polled_seconds(options.poll_price_seconds),
            Surface.PRIVATE: _polled_seconds(options.poll_positions_seconds),
        }
        self._feeds = {surface: _Feed() for surface in Surface}
        self._faults: dict[str, tuple[Surface, str]] = {}
        self._floor = DelayFloor()
        self._lags: deque[int] = deque(maxlen=_LAG_SAMPLES)

    def restart(self, *surfaces: Surface) -> None:
        """Forget `surfaces` (every market surface when none is named): something else is being watched."""
        for surface in surfaces or MARKET_SURFACES:
            self._feeds[surface] = _Feed(reason="waiting for the first data")

    def touch(self, surface: Surface, exchange_ms: int | None = None) -> None:
        """News arrived; market data lifts CONNECTING, never a doubt that the gateway stated."""
        feed = self._feeds[surface]
        now = self._clock.monotonic()
        feed.arrived, feed.stalled = now, ""
        if exchange_ms:
            feed.exchange_ms = exchange_ms
            self._floor.add(now, now * 1000 - exchange_ms)
            self._lags.append(self._clock.wall_ms() - exchange_ms)
        if feed.health is Health.CONNECTING and surface in MARKET_SURFACES:
            feed.health, feed.reason = Health.LIVE, ""

    def answer(self, surface: Surface) -> None:
        """A question about `surface` was answered: proof for a stream that is up, a substitute for one that
        is not."""
        feed = self._feeds[surface]
        feed.polled = self._clock.monotonic()
        if feed.health is Health.LIVE and surface not in MARKET_SURFACES:
            feed.arrived = feed.polled

    def stall(self, seconds: float) -> None:
        """The program stood still for `seconds`: what it shows of a market is old until newer news."""
        for surface in MARKET_SURFACES:
            self._feeds[surface].stalled = f"{_STALLED} {seconds:.1f} s"

    def needs_answers(self, surface: Surface) -> bool:
        """Whether the stream of `surface` is in doubt, so that questions have to stand in for it."""
        return self._judge(surface).health is not Health.LIVE

    def state(self, surface: Surface, health: Health, reason: str) -> bool:
        """The gateway's word on a surface; True when the surface has just become live."""
        feed = self._feeds[surface]
        became_live = health is Health.LIVE and feed.health is not Health.LIVE
        feed.health, feed.reason = health, reason
        if health is Health.LIVE:
            feed.arrived = self._clock.monotonic()
            feed.exchange_ms, feed.polled = None, None
        return became_live

    def stated(self, surface: Surface) -> Health:
        """The gateway's last word, age left aside."""
        return self._feeds[surface].health

    def fault(self, task: str, surface: Surface, reason: str) -> None:
        """A background task that serves `surface` broke: shown as DOWN until it works again."""
        self._faults[task] = (surface, reason)

    def heal(self, task: str) -> bool:
        """The task works again; True when it had been broken."""
        return self._faults.pop(task, None) is not None

    def freshness(self, surface: Surface) -> Freshness:
        """What may be said of `surface` now."""
        verdict, polled = self._judge(surface), self._feeds[surface].polled
        if verdict.health is Health.LIVE or polled is None or self._is_broken(surface):
            return verdict
        age = self._clock.monotonic() - polled
        if age > self._polled.get(surface, 0.0):
            return verdict
        because = f": {verdict.reason}" if verdict.reason else ""
        return Freshness(Health.POLLING, age, f"read by request, its stream is {verdict.health}{because}")

    def _is_broken(self, surface: Surface) -> bool:
        return any(broken is surface for broken, _ in self._faults.values())

    def _judge(self, surface: Surface) -> Freshness:
        """What may be said of the stream alone, answers to questions left aside."""
        feed = self._feeds[surface]
        for broken, reason in self._faults.values():
            if broken is surface:
                return Freshness(Health.DOWN, None, reason)
        age = self._age(feed)
        limit = self._limits.get(surface)
        if feed.health is not Health.LIVE or limit is None:
            return Freshness(feed.health, age, feed.reason)
        if age is None or age > limit:
            return Freshness(Health.STALE, age, "no news for longer than its limit")
        if feed.stalled:
            return Freshness(Health.STALE, age, feed.stalled)
        return Freshness(Health.LIVE, age, feed.reason)

    def market_freshness(self) -> Freshness:
        """Book and mark together: the worse of the two, named."""
        book, ticker = self.freshness(Surface.BOOK), self.freshness(Surface.TICKER)
        if book.health is not Health.LIVE or ticker.health is Health.LIVE:
            return book
        return Freshness(ticker.health, ticker.age_seconds, f"mark price: {ticker.reason}")

    def exchange_now_ms(self) -> int:
        """The exchange's time as far as is known: its stamps moved on, our own clock before any."""
        floor = self._floor.value
        if floor is None or not self._judge_lag:
            newest = max((feed.exchange_ms or 0 for feed in self._feeds.values()), default=0)
            return newest or self._clock.wall_ms()
        return round(self._clock.monotonic() * 1000 - floor)

    def lag_ms(self) -> int | None:
        """Median delay of recent market data by this machine's clock; None before data, never below zero."""
        if not self._lags:
            return None
        return max(0, sorted(self._lags)[len(self._lags) // 2])

    def _age(self, feed: _Feed) -> float | None:
        if feed.arrived is None:
            return None
        now = self._clock.monotonic()
        age = now - feed.arrived
        floor = self._floor.value
        if not self._judge_lag or feed.exchange_ms is None or floor is None:
            return age
        return max(age, (now * 1000 - feed.exchange_ms - floor) / 1000)


def _polled_seconds(interval: float) -> float:
    """How long an answer keeps a surface POLLING: two may be missed."""
    return max(_LEAST_POLLED_SECONDS, _POLLS_MISSED * interval)
