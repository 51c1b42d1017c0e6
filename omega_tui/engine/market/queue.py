"""How much rests in front of an own order at its price: an upper bound, since the book names no queue.

A new order joins the end of its level, so all that rested there when it was first seen may be ahead of it.
From then on prints at that price take from the front, and what is left at the level besides the order itself
is never less than what is ahead. Cancellations ahead of the order show only by that second rule.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.domain.market import PublicTrade
from omega_tui.domain.orders import Order, Side

_NOTHING = Decimal(0)


@dataclass(slots=True)
class _Place:
    side: Side
    price: Decimal
    ahead: Decimal

    def passed(self, trade: PublicTrade) -> None:
        """A print: at this price it took from the front, beyond it nothing is ahead any more."""
        if trade.side is self.side:
            return
        beyond = trade.price < self.price if self.side is Side.BUY else trade.price > self.price
        if beyond:
            self.ahead = _NOTHING
        elif trade.price == self.price:
            self.ahead = max(_NOTHING, self.ahead - trade.size)


class Queue:
    """The places of own limit orders in the watched market, by the key of the order."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def printed(self, trades: Iterable[PublicTrade]) -> None:
        """Take new prints of the market."""
        if self._places:
            for trade in trades:
                for place in self._places.values():
                    place.passed(trade)

    def keep(self, keys: Collection[str]) -> None:
        """Forget every order but these."""
        for key in self._places.keys() - set(keys):
            del self._places[key]

    def ahead(self, key: str, order: Order, level: Decimal | None) -> Decimal | None:
        """At most so much, in base units, fills before `order` does; `level` is all that rests at its price,
        None when the book does not reach there. None while nothing is known."""
        if order.price is None:
            return None
        place = self._places.get(key)
        if place is None or place.price != order.price:
            if level is None:
                return None
            place = self._places[key] = _Place(order.side, order.price, level)
        elif level is not None:
            place.ahead = min(place.ahead, max(_NOTHING, level - order.remaining))
        return place.ahead
