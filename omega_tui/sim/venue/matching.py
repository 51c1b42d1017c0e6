"""Price-time matching of the trader's orders against the public book of one symbol, in exact Decimal.

How the trader meets a market that does not know him:
- a taker consumes the size shown, level by level, each at its price;
- a maker queues behind the size shown at his price when he joined; public trades at that price eat the
  queue first, a trade through the price fills him up to the trade's size, and a book that moves through
  the price fills him up to the size it shows there, always at his own price;
- the size ahead of a maker never exceeds what the book shows;
- a taker that reaches an own resting order has first had the public size queued before it; then the taker's
  `SelfTrade` decides: both trade with each other, the taker stops there, the maker leaves, or both.

Knows neither margin nor positions: every execution is reported at once through `on_fill`, which may take
orders out of the book before the next execution is considered; `on_leave` is told which maker must go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, PublicTrade, SelfTrade
from omega_tui.sim.venue.book import VenueBook
from omega_tui.sim.venue.resting import Resting, RestingOrders

_ZERO = Decimal(0)
_STOPS_TAKER = (SelfTrade.CANCEL_TAKER, SelfTrade.CANCEL_BOTH)


@dataclass(frozen=True, slots=True)
class Taker:
    """An order as it looks for something to take, at any price when `limit` is None."""

    order_id: str
    direction: Direction
    size: Decimal
    limit: Decimal | None
    self_trade: SelfTrade


@dataclass(frozen=True, slots=True)
class Execution:
    """`size` of an order traded at `price`.

    `reported` when it is part of a trade that the market itself told, `echo` for the maker's half of a trade
    of the trader with himself: the taker's half tells the public of both.
    """

    order_id: str
    price: Decimal
    size: Decimal
    maker: bool
    reported: bool = False
    echo: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """What a taker would get now: `size` for `quote`, and whether an own order stands in the way."""

    size: Decimal
    quote: Decimal
    blocked: bool


OnFill = Callable[[Execution], None]
OnLeave = Callable[[str], None]


class Matcher:
    """The matching of one symbol: its public book and the trader's orders in it."""

    def __init__(self, on_fill: OnFill, on_leave: OnLeave) -> None:
        self.book = VenueBook()
        self._on_fill = on_fill
        self._on_leave = on_leave
        self._resting = RestingOrders()

    def reach(self, taker: Taker) -> Reach:
        """How far a taker would get, without doing it."""
        side = self.book.side(taker.direction.opposite)
        left, quote = taker.size, _ZERO
        for key in side.offers(None if taker.limit is None else side.key_of(taker.limit)):
            offered, blocked = self._offer(taker, key)
            taken = min(left, offered)
            left -= taken
            quote += taken * side.price_of(key)
            if not left or blocked:
                return Reach(taker.size - left, quote, bool(left))
        return Reach(taker.size - left, quote, False)

    def best(self, side: Direction) -> Decimal | None:
        """The best price shown on a side of the book, None when it is empty."""
        shown = self.book.side(side)
        return shown.price_of(shown.keys[0]) if shown.keys else None

    def crosses(self, direction: Direction, limit: Decimal) -> bool:
        """Whether an order at `limit` would meet anything shown, own orders included."""
        side = self.book.side(direction.opposite)
        return bool(side.keys) and side.keys[0] <= side.key_of(limit)

    def take(self, taker: Taker, ts: int) -> bool:
        """Execute as a taker up to its size; True when an own resting order stopped it."""
        side = self.book.side(taker.direction.opposite)
        left = taker.size
        for key in side.offers(None if taker.limit is None else side.key_of(taker.limit)):
            left, blocked = self._take_level(taker, key, left, ts)
            if blocked or not left:
                return blocked
        return False

    def rest(self, order_id: str, direction: Direction, size: Decimal, price: Decimal, ts: int) -> None:
        """Queue the rest of an order at its price."""
        side = self.book.side(direction)
        key = side.key_of(price)
        self._resting.join(order_id, direction, price, key, size, ahead=side.available(key))
        side.add_own(key, size)
        self.book.stamp(ts)

    def withdraw(self, order_id: str, ts: int) -> None:
        """Take an order out of the book; nothing happens when it does not rest."""
        order = self._resting.find(order_id)
        if order is not None:
            self._resting.leave(order)
            self.book.side(order.direction).add_own(order.key, -order.remaining)
            self.book.stamp(ts)

    def serve(self, order_id: str, size: Decimal) -> None:
        """Fill up to `size` of a resting order out of turn; nothing happens when it does not rest."""
        order = self._resting.find(order_id)
        if order is not None:
            self._fill(order, min(size, order.remaining), reported=False)

    def apply_book(self, event: BookSnapshot | BookDelta) -> None:
        """Take over the source's book and fill the orders that it moved through."""
        self.book.apply(event)
        if self._resting:
            self._shorten_queues()
            for direction in Direction:
                self._fill_crossed(direction)

    def apply_trade(self, trade: PublicTrade) -> Decimal:
        """Let a public trade eat queues and fill the orders it reached; how much of it went to those."""
        filled = _ZERO
        if not self._resting:
            return filled
        price, size = Decimal(trade.price), Decimal(trade.size)
        for direction in Direction:
            best = self._resting.best(direction)
            key = self.book.side(direction).key_of(price)
            if best is not None and best.key <= key:
                left = self._trade_through(direction, key, size)
                if trade.side is not direction:
                    left -= self._trade_at(direction, key, left)
                filled += size - left
                self.book.stamp(trade.ts)
        return filled

    def _offer(self, taker: Taker, key: int) -> tuple[Decimal, bool]:
        """What a taker may have at a level, and whether an own order ends his way there."""
        standing = taker.direction.opposite
        public = self.book.side(standing).available(key)
        own = self._resting.at(standing, key)
        if not own or taker.self_trade is SelfTrade.CANCEL_MAKER:
            return public, False
        if taker.self_trade is SelfTrade.NONE:
            return public + sum((order.remaining for order in own), _ZERO), False
        return min(public, own[0].ahead), True

    def _take_level(self, taker: Taker, key: int, left: Decimal, ts: int) -> tuple[Decimal, bool]:
        """Take what stands at a level in its order; what is left, and whether an own order ended the way."""
        standing = taker.direction.opposite
        side = self.book.side(standing)
        while left:
            own = self._resting.first_at(standing, key)
            public = min(side.available(key), left)
            taken = public if own is None else min(public, own.ahead)
            if taken:
                left -= taken
                self._consume(standing, key, taken)
                self.book.stamp(ts)
                self._on_fill(Execution(taker.order_id, side.price_of(key), taken, maker=False))
            if own is None:
                return left, False
            if left and own.live:
                left -= self._meet(taker, own, left, ts)
                if taker.self_trade in _STOPS_TAKER:
                    return left, True
        return left, False

    def _meet(self, taker: Taker, own: Resting, left: Decimal, ts: int) -> Decimal:
        """A taker has come to an own resting order; how much the two trade."""
        if taker.self_trade is SelfTrade.NONE:
            size = min(left, own.remaining)
            self._shrink(own, size)
            self.book.stamp(ts)
            self._on_fill(Execution(taker.order_id, own.price, size, maker=False))
            self._on_fill(Execution(own.order_id, own.price, size, maker=True, echo=True))
            return size
        if taker.self_trade is not SelfTrade.CANCEL_TAKER:
            self._on_leave(own.order_id)
        return _ZERO

    def _consume(self, standing: Direction, key: int, size: Decimal) -> None:
        self.book.side(standing).consume(key, size)
        for order in self._resting.at(standing, key):
            order.wait_less(size)

    def _shorten_queues(self) -> None:
        for direction in Direction:
            side = self.book.side(direction)
            for key in side.restated:
                shown = side.available(key)
                for order in self._resting.at(direction, key):
                    order.ahead = min(order.ahead, shown)
            side.restated.clear()

    def _fill_crossed(self, direction: Direction) -> None:
        """The opposite side of the source moved onto or through our prices."""
        for order in self._resting.queue(direction):
            side = self.book.side(direction.opposite)
            worst = side.key_of(order.price)
            if not side.keys or side.keys[0] > worst:
                return
            for key in side.offers(worst):
                size = min(order.remaining, side.available(key)) if order.live else _ZERO
                if size:
                    self._consume(direction.opposite, key, size)
                    self._fill(order, size, reported=False)

    def _trade_through(self, direction: Direction, key: int, size: Decimal) -> Decimal:
        """A trade beyond our price would have met us first; returns what of it is left."""
        left = size
        for order in self._resting.queue(direction):
            if order.key >= key or not left:
                break
            if order.live:
                order.ahead = _ZERO
                filled = min(left, order.remaining)
                left -= filled
                self._fill(order, filled, reported=True)
        return left

    def _trade_at(self, direction: Direction, key: int, size: Decimal) -> Decimal:
        """A trade at our price serves the public queue ahead, then our orders in time; what those got."""
        left = size
        for order in self._resting.at(direction, key):
            filled = min(max(left - order.ahead, _ZERO), order.remaining) if order.live else _ZERO
            order.wait_less(left)
            if filled:
                left -= filled
                self._fill(order, filled, reported=True)
        return size - left

    def _fill(self, order: Resting, size: Decimal, *, reported: bool) -> None:
        self._shrink(order, size)
        self._on_fill(Execution(order.order_id, order.price, size, maker=True, reported=reported))

    def _shrink(self, order: Resting, size: Decimal) -> None:
        """`size` of a resting order is gone from the book."""
        order.remaining -= size
        self.book.side(order.direction).add_own(order.key, -size)
        if not order.remaining:
            self._resting.leave(order)
