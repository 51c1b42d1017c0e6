"""The ticker of one symbol: the latest facts that the market stated, joined with the shown book.

Unknown is None. Knows nothing of how a ticker is published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.sim.facts import Contract, Direction, MarketFacts, PublicTrade, TriggerType
from omega_tui.sim.market.bars import BarTexts
from omega_tui.sim.market.day_figures import DayFigures
from omega_tui.sim.venue.book import VenueBook

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class TickerState:
    """One symbol's ticker at `ts` (ms); prices in quote currency, sizes in base units.

    `change` is the 24 hour change as a ratio (0.01 = 1 %). Facts that nobody stated are None.
    """

    symbol: str
    ts: int
    last: Decimal | None
    bid: Decimal | None
    bid_size: Decimal | None
    ask: Decimal | None
    ask_size: Decimal | None
    mark: Decimal | None
    index: Decimal | None
    funding_rate: Decimal | None
    next_funding_ms: int | None
    open_interest: Decimal | None
    open_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    base_volume_24h: Decimal | None
    quote_volume_24h: Decimal | None
    change: Decimal | None


class Ticker:
    """Folds market facts and trades of one symbol."""

    def __init__(self, contract: Contract, book: VenueBook) -> None:
        self._symbol = contract.symbol
        self._book = book
        self._texts = BarTexts(contract)
        self._added = DayFigures(self._texts, ())
        self._ts = 0
        self._last: Decimal | None = None
        self._facts: dict[str, Decimal] = {}
        self._settled_ms = 0
        self.next_funding_ms: int | None = None

    def trade(self, trade: PublicTrade, *, counted: bool) -> None:
        """A trade sets the last price; `counted` when the stated figures of the day include it."""
        self._ts = max(self._ts, trade.ts)
        self._last = Decimal(trade.price)
        if not counted:
            self._added.add(trade.ts, self._texts.ticks(trade.price), self._texts.lots(trade.size))

    def facts(self, facts: MarketFacts) -> None:
        """Facts that are stated replace the former ones."""
        self._ts = max(self._ts, facts.ts)
        stated = {
            "mark": facts.mark_price,
            "index": facts.index_price,
            "funding_rate": facts.funding_rate,
            "open_interest": facts.open_interest,
            "open_24h": facts.open_24h,
            "high_24h": facts.high_24h,
            "low_24h": facts.low_24h,
            "base_volume_24h": facts.base_volume_24h,
            "quote_volume_24h": facts.quote_volume_24h,
        }
        self._facts.update((name, Decimal(text)) for name, text in stated.items() if text is not None)
        if facts.next_funding_ms is not None and facts.next_funding_ms > self._settled_ms:
            self.next_funding_ms = facts.next_funding_ms
        if facts.last_price is not None:
            self._last = Decimal(facts.last_price)

    def funding_settled(self, settled_ms: int, next_ms: int) -> None:
        """Funding up to `settled_ms` is done; the next falls at `next_ms` unless the market says other."""
        self._settled_ms, self.next_funding_ms = settled_ms, next_ms

    @property
    def funding_rate(self) -> Decimal | None:
        """The rate of the coming settlement."""
        return self._facts.get("funding_rate")

    def price_by(self, trigger_type: TriggerType) -> Decimal | None:
        """The price that triggers look at: mark, or last; until something traded the mark stands in."""
        if trigger_type is TriggerType.MARK or self._last is None:
            return self.mark
        return self._last

    @property
    def mark(self) -> Decimal | None:
        """The price that values positions: mark, else the middle of the book, else last.

        The trader sets the last price too, and must not value a position by it as long as others quote.
        """
        return self._facts.get("mark") or self._middle() or self._last

    def state(self) -> TickerState:
        """The ticker now; the 24 hour figures include the last price and what the trader added."""
        bid, ask = self._best(Direction.BUY), self._best(Direction.SELL)
        facts, last, opened = self._facts.get, self._last, self._facts.get("open_24h")
        ts = max(self._ts, self._book.ts)
        added = self._added.facts(self._symbol, ts, None)
        return TickerState(
            symbol=self._symbol,
            ts=ts,
            last=last,
            bid=bid[0] if bid else None,
            bid_size=bid[1] if bid else None,
            ask=ask[0] if ask else None,
            ask_size=ask[1] if ask else None,
            mark=facts("mark"),
            index=facts("index"),
            funding_rate=facts("funding_rate"),
            next_funding_ms=self.next_funding_ms,
            open_interest=facts("open_interest"),
            open_24h=opened,
            high_24h=_of_all(max, facts("high_24h"), last, _number(added.high_24h)),
            low_24h=_of_all(min, facts("low_24h"), last, _number(added.low_24h)),
            base_volume_24h=_of_all(sum, facts("base_volume_24h"), _number(added.base_volume_24h)),
            quote_volume_24h=_of_all(sum, facts("quote_volume_24h"), _number(added.quote_volume_24h)),
            change=last / opened - _ONE if last is not None and opened else None,
        )

    def _best(self, side: Direction) -> tuple[Decimal, Decimal] | None:
        levels = self._book.levels(side, 1)
        return (Decimal(levels[0][0]), Decimal(levels[0][1])) if levels else None

    def _middle(self) -> Decimal | None:
        bid, ask = self._best(Direction.BUY), self._best(Direction.SELL)
        return (bid[0] + ask[0]) / 2 if bid and ask else None


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _of_all(
    fold: Callable[[list[Decimal]], Decimal | int], stated: Decimal | None, *others: Decimal | None
) -> Decimal | None:
    """A stated figure together with those of the others that are known; None stays unknown."""
    if stated is None:
        return None
    return Decimal(fold([stated, *(other for other in others if other is not None)]))
