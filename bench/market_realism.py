"""How the generated market compares with recorded ones, figure by figure.

Both sides go through the same measurement of market events. Recordings are looked for in `OMEGA_SHARED` or in
`shared` beside the checkout; without them only the generated side is printed. The recordings differ among
themselves far more than one of them from the generated market: Bybit's is a calm Sunday night, Binance's of
2024 a fall.
"""

import math
import os
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile
from pathlib import Path

from omega_tui.sim.facts import BookDelta, BookSnapshot, MarketEvent, MarketSource, PublicTrade
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.market.tape import TapeSource

START_MS = 1_795_000_000_000
SEED = 7
SECONDS = 600
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT")
TAPES = {
    "Binance 2023": ("binance_usdm_BTCUSDT_20230404_part1.gz", "binance_usdm_BTCUSDT_20230405_part2.gz"),
    "Binance 2024": ("binance_usdm_BTCUSDT_20240808.gz",),
    "Binance 2024 ": ("binance_usdm_ETHUSDT_20240718_part1.gz", "binance_usdm_ETHUSDT_20240719_part2.gz"),
    "Bybit 2026": ("bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz",),
}
_SAMPLE_EVERY = 10
_TAIL_SHARE = 0.05
_FEWEST_FOR_TAIL = 200


class SymbolMeasure:
    """What one symbol's events amount to; sizes in base units."""

    def __init__(self, tick: float) -> None:
        self._tick = tick
        self._bids: dict[float, float] = {}
        self._asks: dict[float, float] = {}
        self._middles: dict[int, float] = {}
        self._span = [math.inf, 0.0]
        self.spreads: list[int] = []
        self.depths: dict[int, list[float]] = {5: [], 20: []}
        self.changes: list[int] = []
        self.sizes: list[float] = []
        self.per_second: Counter[int] = Counter()

    def add(self, event: BookSnapshot | BookDelta | PublicTrade) -> None:
        self._span = [min(self._span[0], event.ts), max(self._span[1], event.ts)]
        if isinstance(event, PublicTrade):
            self.sizes.append(float(event.size))
            self.per_second[event.ts // 1000] += 1
            return
        for side, levels in ((self._bids, event.bids), (self._asks, event.asks)):
            for price, size in levels:
                side[float(price)] = float(size)
                if size == "0":
                    del side[float(price)]
        self.changes.append(len(event.bids) + len(event.asks))
        if len(self.changes) % _SAMPLE_EVERY == 0:
            self._sample(event.ts)

    def _sample(self, ts: int) -> None:
        bids, ask = sorted(self._bids, reverse=True), min(self._asks)
        self.spreads.append(round((ask - bids[0]) / self._tick))
        self._middles[ts // 1000] = (ask + bids[0]) / 2
        for levels, sums in self.depths.items():
            sums.append(sum(self._bids[price] for price in bids[:levels]))

    @property
    def seconds(self) -> float:
        return max(1.0, (self._span[1] - self._span[0]) / 1000)

    def returns(self) -> list[float]:
        """Returns of the middle from second to second, in basis points."""
        return [1e4 * math.log(after / before) for before, after in pairwise(self._middles.values())]

    def tail_exponent(self) -> float | None:
        """Hill's estimate over the largest twentieth of the trade sizes; None for too few trades."""
        if len(self.sizes) < _FEWEST_FOR_TAIL:
            return None
        largest = sorted(self.sizes)[-int(len(self.sizes) * _TAIL_SHARE) :]
        return 1 / statistics.fmean(math.log(size / largest[0]) for size in largest[1:])

    def figures(self) -> dict[str, str]:
        """Every figure as text."""
        returns = self.returns()
        stdev = statistics.pstdev(returns)
        tail = self.tail_exponent()
        kurtosis = statistics.fmean((one / stdev) ** 4 for one in returns) if stdev else None
        first, last = (int(ms // 1000) for ms in self._span)
        counts = [self.per_second[second] for second in range(first, last)]
        clustering = statistics.pvariance(counts) / statistics.fmean(counts)
        return {
            "spread of one tick": f"{100 * self.spreads.count(1) / len(self.spreads):.0f} %",
            "size in the best 5 levels": f"{statistics.median(self.depths[5]):.4g}",
            "size in the best 20 levels": f"{statistics.median(self.depths[20]):.4g}",
            "book updates a second": f"{len(self.changes) / self.seconds:.1f}",
            "levels an update, 50 % / 90 %": _quantiles(self.changes, 0.5, 0.9),
            "trades a second": f"{len(self.sizes) / self.seconds:.1f}",
            "  their variance over their mean": f"{clustering:.0f}",
            "trade size, 50 % / 99 %": _quantiles(self.sizes, 0.5, 0.99),
            "  tail exponent": "few trades" if tail is None else f"{tail:.2f}",
            "return of a second, stdev": f"{stdev:.2f} bp",
            "  kurtosis": "no moves" if kurtosis is None else f"{kurtosis:.0f}",
        }


def _quantiles(values: Sequence[float], *parts: float) -> str:
    ordered = sorted(values)
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(part * len(ordered)))]:.4g}" for part in parts)


def measure(source: MarketSource, events: Iterable[MarketEvent]) -> dict[str, dict[str, str]]:
    """Figures by symbol."""
    measures = {contract.symbol: SymbolMeasure(float(contract.tick)) for contract in source.contracts}
    for event in events:
        if isinstance(event, BookSnapshot | BookDelta | PublicTrade):
            measures[event.symbol].add(event)
    return {symbol: one.figures() for symbol, one in measures.items()}


def _recorded() -> dict[str, dict[str, dict[str, str]]]:
    """Figures of every recording that is there, by its name."""
    beside = Path(__file__).resolve().parents[1].parent / "shared"
    folder = Path(os.environ.get("OMEGA_SHARED", beside)) / "tapes" / "ws"
    found = {}
    for name, files in TAPES.items():
        paths = [folder / file for file in files]
        if all(path.exists() for path in paths):
            source = TapeSource(paths, START_MS)
            found[name] = measure(source, source.events())
    return found


def rows() -> list[tuple[str, str, str]]:
    """One row a figure: generated, and beside it every recording of that symbol."""
    source = GeneratedSource(SEED, START_MS, SYMBOLS)
    end = START_MS + SECONDS * 1000
    generated = measure(source, takewhile(lambda event: event.ts < end, source.events()))
    recorded = _recorded()
    table = []
    for symbol, figures in generated.items():
        for what, figure in figures.items():
            tapes = [f"{name.strip()} {of[symbol][what]}" for name, of in recorded.items() if symbol in of]
            table.append((f"{symbol} {what}", figure, ", ".join(tapes) or "no recordings here"))
    return table


def main() -> int:
    for what, figure, beside in rows():
        print(f"{what:<46} {figure:>22}  {beside}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
