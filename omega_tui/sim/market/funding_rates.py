"""Funding rates of a made-up market, for every settlement of the past and the future.

A rate wanders slowly around the symbol's usual one, as recorded rates do: what the next settlements bring is
like what the last ones brought. It depends on the words and the time alone, so that whatever asks gets the
same rate, however time was moved on.
"""

from decimal import Decimal

from omega_tui.sim.facts import Contract
from omega_tui.sim.market.granularity import HOUR_MS
from omega_tui.sim.market.randomness import seeded
from omega_tui.sim.market.texts import plain_decimal

_SPANS = (3, 11, 40)
"""Over how many settlements each of the three parts of a rate changes."""
_STDEV = 0.45
"""Of a rate, as a part of the usual one."""
_STEP = Decimal("0.000001")
LARGEST_RATE = Decimal("0.003")
"""The cap of a settlement's rate, both ways ("Get-Current-Funding-Rate")."""


class FundingRates:
    """The rates of one contract; `seed` says which market, `usual` is the rate they wander around."""

    def __init__(self, seed: str, contract: Contract, usual: str) -> None:
        self._seed = seed
        self._interval_ms = contract.fund_interval * HOUR_MS
        self._usual = Decimal(usual)
        self._known: tuple[int, str] | None = None

    def at(self, settled_ms: int) -> str:
        """The rate of the settlement at `settled_ms` (exchange ms), as plain text."""
        if self._known is None or self._known[0] != settled_ms:
            self._known = settled_ms, plain_decimal(self._rate(settled_ms // self._interval_ms))
        return self._known[1]

    def _rate(self, number: int) -> Decimal:
        parts = sum(self._wandering(number, span) for span in _SPANS)
        factor = 1 + _STDEV * parts / len(_SPANS) ** 0.5
        rate = (self._usual * Decimal(repr(round(factor, 6)))).quantize(_STEP)
        return max(-LARGEST_RATE, min(LARGEST_RATE, rate))

    def _wandering(self, number: int, span: int) -> float:
        """A smooth curve through one random height every `span` settlements."""
        knot, along = divmod(number, span)
        before, after = (seeded(self._seed, "funding", span, at).gauss(0, 1) for at in (knot, knot + 1))
        return before + (after - before) * along / span
