"""One symbol of a generated market: its fair price, its two sides, its takers and its ticker facts.

A step is: takers trade at the touch, the fair price moves, quotes follow it (the levels in its way are partly
traded away, partly withdrawn), makers stir their levels, and one delta says what changed.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from omega_tui.sim.facts import (
    BookDelta,
    BookSnapshot,
    Contract,
    Direction,
    Level,
    MarketEvent,
    MarketFacts,
    PublicTrade,
)
from omega_tui.sim.market.bars import BarTexts
from omega_tui.sim.market.day_figures import DayFigures
from omega_tui.sim.market.fair_price import FairPrice
from omega_tui.sim.market.funding_rates import FundingRates
from omega_tui.sim.market.generated_side import LEVELS, GeneratedSide
from omega_tui.sim.market.past import PastCandles
from omega_tui.sim.market.randomness import seeded
from omega_tui.sim.market.shapes import shape_of
from omega_tui.sim.market.taker_flow import TakerFlow
from omega_tui.sim.market.texts import StepText

STEP_MS = 100
"""How often a symbol's market moves as a rule."""

_FACTS_EVERY_MS = 1000
_SWEEP_SHARE = 0.6
_SWEPT_LEVELS = 25
_SWEEP_ORDERS = 12
_WIDE_SHARE = 0.02
_STAY_TICKS = 0.3
_MARK_KEPT = 0.8
_BASIS_KEPT = 0.999
_BASIS_STDEV = 1e-4
_LARGEST_BASIS = 4e-4


class GeneratedMarket:
    """The events of one symbol, which moves every `step_ms`; every time is exchange ms."""

    levels = LEVELS
    """How many levels a side shows, about."""

    def __init__(
        self,
        contract: Contract,
        seed: int,
        start_ms: int,
        past: PastCandles,
        rates: FundingRates,
        step_ms: int = STEP_MS,
    ) -> None:
        shape = shape_of(contract.symbol)
        lot = float(contract.size_multiplier)
        rng = seeded(seed, contract.symbol, "market")
        self._contract, self._shape, self._rng = contract, shape, rng
        self._symbol = contract.symbol
        self._price, self._size = StepText(contract.tick), StepText(contract.size_multiplier)
        texts = BarTexts(contract)
        touch = texts.ticks(shape.price)
        self._seconds = step_ms / 1000
        self._fair = FairPrice(rng, touch + 0.5, shape.second_volatility, self._seconds)
        self._takers = TakerFlow(rng, shape, lot)
        self._bids = GeneratedSide(rng, shape, lot, -1, touch, self.levels)
        self._asks = GeneratedSide(rng, shape, lot, 1, touch + 1, self.levels)
        self._day = DayFigures(texts, past.last_day())
        self._start_ms = self._facts_ms = start_ms
        self._mark = self._fair.ticks
        self._basis = rng.gauss(0, _BASIS_STDEV)
        self._rates = rates
        self._funding_ms = 0

    def opening(self) -> Iterator[MarketEvent]:
        """The first snapshot and the facts beside it."""
        bids, asks = self._levels(self._bids), self._levels(self._asks)
        yield BookSnapshot(self._symbol, self._start_ms, bids, asks)
        yield self._facts(self._start_ms)

    def step(self, since: int, now: int) -> Iterator[MarketEvent]:
        """What happens until `now`; trades are stamped after `since`."""
        prints = []
        for order in self._takers.orders(self._seconds, self._fair.pace):
            side = self._asks if order.sign > 0 else self._bids
            limit = side.best + order.sign * (order.levels - 1) * 3
            prints += [(order.sign, *part) for part in side.take(order.lots, limit, order.levels)]
        self._fair.step()
        prints += self._follow()
        yield from self._trades(prints, since, now)
        visits = min(400, int(self._rng.expovariate(1 / (self._shape.changes_per_update * self._fair.pace))))
        self._bids.stir(visits // 2)
        self._asks.stir(visits - visits // 2)
        yield from self._changes(now)
        if now - self._facts_ms >= _FACTS_EVERY_MS:
            yield self._facts(now)

    def _changes(self, now: int) -> Iterator[MarketEvent]:
        """What changed of the book, if anything did."""
        bids, asks = self._levels(self._bids), self._levels(self._asks)
        if bids or asks:
            yield BookDelta(self._symbol, now, bids, asks)

    def _follow(self) -> list[tuple[int, int, int]]:
        """Moves the quotes to the fair price; returns the trades this took: sign, tick, lots."""
        fair, bid = self._fair.ticks, self._bids.best
        stays = bid - _STAY_TICKS <= fair <= bid + 1 + _STAY_TICKS
        new_bid = bid if stays else math.floor(fair)
        new_ask = new_bid + (2 if self._rng.random() < _WIDE_SHARE else 1)
        prints = self._sweep(1, self._asks, new_bid) if new_bid >= self._asks.best else []
        prints += self._sweep(-1, self._bids, new_ask) if new_ask <= self._bids.best else []
        self._asks.settle(new_ask)
        self._bids.settle(new_bid)
        return prints

    def _sweep(self, sign: int, side: GeneratedSide, limit: int) -> list[tuple[int, int, int]]:
        """An aggressive order into the levels that the price leaves behind, more often than not."""
        if self._rng.random() > _SWEEP_SHARE:
            return []
        lots = sum(self._takers.lots() for _ in range(_SWEEP_ORDERS))
        return [(sign, *part) for part in side.take(lots, limit, _SWEPT_LEVELS)]

    def _trades(self, prints: list[tuple[int, int, int]], since: int, now: int) -> Iterator[PublicTrade]:
        times = sorted(since + 1 + int(self._rng.random() * (now - since)) for _ in prints)
        for ts, (sign, tick, lots) in zip(times, prints, strict=True):
            self._day.add(ts, tick, lots)
            side = Direction.BUY if sign > 0 else Direction.SELL
            for part in self._makers(lots):
                yield PublicTrade(self._symbol, ts, self._price(tick), self._size(part), side)

    def _makers(self, lots: int) -> list[int]:
        """What each maker at one price gives of a trade."""
        return self._takers.parts(lots)

    def _levels(self, side: GeneratedSide) -> tuple[Level, ...]:
        return tuple((self._price(tick), self._size(lots)) for tick, lots in side.drain())

    def _facts(self, now: int) -> MarketFacts:
        """Mark follows the middle within seconds, index strays from it by a few basis points."""
        seconds = (now - self._facts_ms) / 1000
        self._facts_ms = now
        middle = (self._bids.best + self._asks.best) / 2
        self._mark += (1 - _MARK_KEPT**seconds) * (middle - self._mark)
        kept = _BASIS_KEPT**seconds
        noise = self._rng.gauss(0, _BASIS_STDEV * math.sqrt(1 - kept * kept))
        self._basis = max(-_LARGEST_BASIS, min(_LARGEST_BASIS, self._basis * kept + noise))
        facts = self._day.facts(self._symbol, now, self._price(round(self._mark)))
        funding_ms = self._contract.next_funding(now)
        is_new, self._funding_ms = funding_ms != self._funding_ms, funding_ms
        return replace(
            facts,
            index_price=self._price(round(self._mark * (1 + self._basis))),
            funding_rate=self._rates.at(funding_ms),
            open_interest=self._shape.open_interest,
            next_funding_ms=funding_ms if is_new else None,
        )
