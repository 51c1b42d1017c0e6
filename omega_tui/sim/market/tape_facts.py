"""A recorded symbol's ticker facts, brought to the form and the time of the simulated exchange.

Mark and index prices are rounded to the contract's price place. The next funding falls on the exchange's
own eight-hour boundary, not the recorded one, so that a countdown makes sense today. When the recording has
no mark price, both mark and index are the middle of the book, and the day's figures are counted from its
trades and the candles before it. A funding rate and an open interest that it lacks are the symbol's usual.
"""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from omega_tui.sim.facts import Contract, MarketFacts, PublicTrade
from omega_tui.sim.market.bars import Bar, BarTexts
from omega_tui.sim.market.day_figures import DayFigures
from omega_tui.sim.market.published_book import PublishedBook
from omega_tui.sim.market.shapes import shape_of
from omega_tui.sim.market.texts import plain_decimal

_DERIVED_EVERY_MS = 1000


class TapeFacts:
    """The ticker of one recorded symbol; `recorded` is what the recording first says of it, if anything."""

    def __init__(self, contract: Contract, recorded: MarketFacts | None, last_day: list[Bar]) -> None:
        self._contract = contract
        self._recorded = recorded
        self._texts = BarTexts(contract)
        derives_mark = recorded is None or recorded.mark_price is None
        self._derives_mark = derives_mark
        derives_day = recorded is None or recorded.open_24h is None
        self._day = DayFigures(self._texts, last_day) if derives_day else None
        self._derived_ms = 0
        self._funding_ms = 0

    def opening(self, ts: int, book: PublishedBook) -> MarketFacts:
        """The facts that stand beside the first snapshot."""
        self._derived_ms, self._funding_ms = ts, 0
        shape = shape_of(self._contract.symbol)
        facts = MarketFacts(
            self._contract.symbol, ts, funding_rate=shape.funding_rate, open_interest=shape.open_interest
        )
        if self._day is not None or self._derives_mark:
            facts = _joined(facts, self._derived(ts, book))
        if self._recorded is None:
            return self._with_funding(facts)
        return _joined(facts, self.stated(self._recorded, ts))

    def stated(self, facts: MarketFacts, ts: int) -> MarketFacts:
        """Recorded facts as of `ts`, exchange time."""
        rounded = replace(
            facts, ts=ts, mark_price=self._place(facts.mark_price), index_price=self._place(facts.index_price)
        )
        return self._with_funding(rounded)

    def on_trade(self, trade: PublicTrade) -> None:
        """Counts a trade towards the day's figures when nobody else does."""
        if self._day is not None:
            self._day.add(trade.ts, self._texts.ticks(trade.price), self._texts.lots(trade.size))

    def due(self, ts: int, book: PublishedBook) -> MarketFacts | None:
        """Derived facts, once a second, for a recording that lacks them."""
        if ts - self._derived_ms < _DERIVED_EVERY_MS or (self._day is None and not self._derives_mark):
            return None
        self._derived_ms = ts
        return self._with_funding(self._derived(ts, book))

    def _derived(self, ts: int, book: PublishedBook) -> MarketFacts:
        mark = self._middle(book) if self._derives_mark else None
        if self._day is None:
            return MarketFacts(self._contract.symbol, ts, mark_price=mark, index_price=mark)
        return self._day.facts(self._contract.symbol, ts, mark)

    def _middle(self, book: PublishedBook) -> str | None:
        bid, ask = book.bids.best, book.asks.best
        if bid is None or ask is None:
            return None
        return self._place(str((Decimal(bid) + Decimal(ask)) / 2))

    def _place(self, price: str | None) -> str | None:
        if price is None:
            return None
        place = Decimal(1).scaleb(-self._contract.price_place)
        return plain_decimal(Decimal(price).quantize(place, ROUND_HALF_EVEN))

    def _with_funding(self, facts: MarketFacts) -> MarketFacts:
        """States the next funding time only when it is another than before."""
        due = self._contract.next_funding(facts.ts)
        if due == self._funding_ms:
            return replace(facts, next_funding_ms=None)
        self._funding_ms = due
        return replace(facts, next_funding_ms=due)


_MEMBERS = tuple(name for name in MarketFacts.__slots__ if name not in {"symbol", "ts"})


def _joined(facts: MarketFacts, over: MarketFacts) -> MarketFacts:
    """`facts` with every member that `over` states."""
    stated = {name: getattr(over, name) for name in _MEMBERS}
    return replace(facts, **{name: value for name, value in stated.items() if value is not None})


def first_stated(facts: MarketFacts | None, later: MarketFacts) -> MarketFacts:
    """Facts in which what was stated first stays and what was unknown comes from `later`."""
    return later if facts is None else _joined(later, facts)
