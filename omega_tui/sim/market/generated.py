"""A market from nowhere: seeded, endless, with the habits of recorded ones.

Ten times a second each symbol's takers trade, its makers follow the fair price and stir their levels. Trades
happen at the touch and take what is shown; the book is never crossed. The same seed and start give the
same events, whenever and wherever they are asked for. What one symbol does is the business of
`generated_market`, how its figures were chosen that of `shapes`.
"""

from collections.abc import Iterator, Sequence

from omega_tui.sim.facts import CandleRow, Contract, MarketEvent
from omega_tui.sim.market.coarse_market import COARSE_FROM_MS, CoarseMarket
from omega_tui.sim.market.contracts import contract_for
from omega_tui.sim.market.funding_rates import FundingRates
from omega_tui.sim.market.generated_market import STEP_MS, GeneratedMarket
from omega_tui.sim.market.past import PastCandles
from omega_tui.sim.market.shapes import DEFAULT_SYMBOLS, GENERATED_SYMBOLS, shape_of


class GeneratedSource:
    """A `MarketSource` made up from `seed`; `symbols` chooses among `GENERATED_SYMBOLS`.

    `step_ms` is how often each symbol moves, at most a minute; from a second on the market is a coarse one.
    Raises ValueError for a symbol it cannot make up.
    """

    def __init__(
        self, seed: int, start_ms: int, symbols: Sequence[str] | None = None, step_ms: int = STEP_MS
    ) -> None:
        unknown = [symbol for symbol in symbols or () if symbol not in GENERATED_SYMBOLS]
        if unknown:
            known = ", ".join(GENERATED_SYMBOLS)
            raise ValueError(f"no generated market for {', '.join(unknown)}; there are {known}")
        self._seed = seed
        self._start_ms = start_ms
        self._step_ms = step_ms
        self._contracts = tuple(contract_for(symbol) for symbol in symbols or DEFAULT_SYMBOLS)
        self._past = {contract.symbol: self._past_of(contract) for contract in self._contracts}
        self._rates = {
            contract.symbol: FundingRates(
                f"{seed}|{contract.symbol}", contract, shape_of(contract.symbol).funding_rate
            )
            for contract in self._contracts
        }

    def _past_of(self, contract: Contract) -> PastCandles:
        shape = shape_of(contract.symbol)
        past = shape.past(float(contract.size_multiplier))
        return PastCandles(contract, f"{self._seed}|{contract.symbol}", past, self._start_ms, shape.price)

    @property
    def label(self) -> str:
        return f"synthetic, seed {self._seed}"

    @property
    def contracts(self) -> tuple[Contract, ...]:
        return self._contracts

    def past_candles(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """As `MarketSource` says; KeyError for a symbol this market does not have."""
        return self._past[symbol].rows(granularity, before_ms, limit)

    def past_funding_rate(self, symbol: str, settled_ms: int) -> str:
        """As `MarketSource` says; KeyError for a symbol this market does not have."""
        return self._rates[symbol].at(settled_ms)

    def events(self) -> Iterator[MarketEvent]:
        """Symbols take turns within each step, so that events come in order of time."""
        kind = CoarseMarket if self._step_ms >= COARSE_FROM_MS else GeneratedMarket
        markets = [
            kind(
                contract,
                self._seed,
                self._start_ms,
                self._past[contract.symbol],
                self._rates[contract.symbol],
                self._step_ms,
            )
            for contract in self._contracts
        ]
        for market in markets:
            yield from market.opening()
        begins = self._start_ms
        ends = [self._step_ms * index // len(markets) for index in range(len(markets) + 1)]
        while True:
            begins += self._step_ms
            since = begins - self._step_ms + ends[-2]
            for end, market in zip(ends, markets, strict=False):
                yield from market.step(since, begins + end)
                since = begins + end
