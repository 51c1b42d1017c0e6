"""Closing positions: a share of one, or all of them; and what is left is said.

Every close is reduce-only with a client id of ours, so that it can be found again; what is too small to be an
order, or was refused, is left to the exchange's own close-position. A close whose fate is unknown is never
sent twice. Stops of a position stay: those of the whole position end with it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from omega_tui.domain.account import Position
from omega_tui.domain.events import Surface
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, TimeInForce
from omega_tui.domain.sizing import legal_size
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import ClosePosition, Doors, Flatten, Receipt
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.manager import OrderManager
from omega_tui.engine.orders.settling import Settling, done
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import Accepted, Gateway, ReadFailed, Rejected

_REFUSED = (OrderState.REJECTED, OrderState.NOT_SENT)
_ALL = Decimal(1)
_PATIENCE_SECONDS = 3.0
"""How long a market order may take to its end before what is left is looked at anyway."""

_HEAD_START_SECONDS = 2.0
"""How long a flatten waits for what comes before a close: its orders cancelled, its positions read."""

PositionKey = tuple[str, HoldSide]


class Closer:
    """Closes positions on request. `look_again` asks for a reconciliation soon."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        orders: OrderManager,
        supervisor: Supervisor,
        settling: Settling,
        look_again: Callable[[], None],
    ) -> None:
        self._supervisor = supervisor
        self._state = state
        self._gateway = gateway
        self._orders = orders
        self._settling = settling
        self._look_again = look_again
        self.flattens = 0
        """How often a flatten was asked for: what was begun before one opens nothing after it."""
        self._flattening: set[str | None] = set()
        self._closing: set[PositionKey] = set()

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {Flatten: self.flatten, ClosePosition: self.close}

    def flatten(self, intent: Flatten) -> Receipt:
        """Take up a flatten; a second press while one is under way closes nothing twice."""
        if self._flattening & {intent.symbol, None}:
            return Receipt(False, "a flatten is under way already")
        self._flattening.add(intent.symbol)
        self.flattens += 1
        self._supervisor.once("flattening", partial(self._flatten, intent.symbol), Surface.ACTIONS)
        return Receipt(True, f"flattening {intent.symbol or 'the account'}")

    def close(self, intent: ClosePosition) -> Receipt:
        """Take up the closing of a share of one position; one close of a position at a time."""
        position = self._state.position(intent.symbol, intent.hold_side)
        if self._state.options.read_only:
            return Receipt(False, self._state.options.refusal)
        if position is None:
            return Receipt(False, f"there is no {intent.hold_side} position in {intent.symbol} to close")
        key = (intent.symbol, intent.hold_side)
        if key in self._closing:
            return Receipt(False, "a close of that position is under way already")
        part = self._part_of(position, intent.share)
        if isinstance(part, str):
            return Receipt(False, part)
        sizes = self._sizes(position, part)
        first = self.open_close(position, sizes[0]) if sizes else None
        self._closing.add(key)
        step = partial(self._close_one, position, part, first, sizes)
        self._supervisor.once("closing a position", step, Surface.ACTIONS)
        words = f"closing {position.hold_side} {decimal_text(part)} {position.symbol}"
        if not sizes:
            words += ": too small for an order, the exchange is asked to close it"
        return Receipt(True, words, (first.key,) if first is not None else ())

    def open_close(self, position: Position, size: Decimal) -> Tracked:
        """Start tracking a reduce-only market order for a part of a position."""
        return self._orders.open(self._build_close(position, size))

    async def send_close(self, position: Position, tracked: Tracked) -> None:
        """Send what `open_close` opened."""
        request = self._build_close(position, tracked.order.size, tracked.key)
        why = f"close {position.hold_side} {decimal_text(request.size)} {position.symbol}"
        await self._orders.send(tracked, request, why)

    async def _positions(self) -> tuple[Position, ...] | None:
        """The open positions, else those last known; None when not even those are."""
        found: list[tuple[Position, ...]] = []

        async def read() -> None:
            try:
                found.append(await self._gateway.reads.positions())
            except ReadFailed as error:
                self._state.diary.warn(f"positions could not be read ({error}): taking those last known")

        if not self._state.positions_known:
            await read()
            return found[0] if found else None
        name = "reading positions before closing"
        if not await self._supervisor.begin(name, read, Surface.PRIVATE, _HEAD_START_SECONDS):
            self._state.diary.warn("positions are not answered: taking those last known")
        return found[0] if found else self._state.positions

    def _part_of(self, position: Position, share: Decimal) -> Decimal | str:
        """How much a share is, down to the lot, and all of it when the rest would be dust; else why not."""
        if not (share.is_finite() and 0 < share <= _ALL):
            return "the share must be above zero and at most all of the position"
        instrument = self._state.instruments.get(position.symbol)
        if share == _ALL or instrument is None:
            return position.size if share == _ALL else f"the lot of {position.symbol} is not known yet"
        part = legal_size(position.size * share, instrument)
        if part < instrument.min_size:
            least = f"{decimal_text(instrument.min_size)} {instrument.base}"
            return f"that share is below the least order of {least}: close all of the position"
        return part if position.size - part >= instrument.min_size else position.size

    def _sizes(self, position: Position, part: Decimal) -> tuple[Decimal, ...]:
        instrument, mark = self._state.instruments.get(position.symbol), self._state.mark(position.symbol)
        if part == position.size:
            return tuple(close_sizes(position, instrument, mark))
        return tuple(_split(part, instrument.max_market_size if instrument is not None else None))

    async def _close_one(
        self, position: Position, part: Decimal, first: Tracked | None, sizes: Sequence[Decimal]
    ) -> None:
        try:
            sent = await self._send_closes(position, first, sizes, whole=part == position.size)
            left = await self._left_of(position, sent)
            if left is not None:
                self._tell_left(position, part, left)
        finally:
            self._closing.discard((position.symbol, position.hold_side))
            self._look_again()

    async def _left_of(self, position: Position, sent: Sequence[Tracked]) -> Decimal | None:
        """What is still open of a position once its closes had time to trade; None when nobody can tell."""
        await asyncio.gather(*(self._settling.wait(each.key, _PATIENCE_SECONDS, done) for each in sent))
        try:
            held = await self._gateway.reads.positions()
        except ReadFailed as error:
            self._state.diary.warn(f"what is left of {position.symbol} cannot be told: {error}")
            return None
        return sum((each.size for each in held if is_same_position(each, position)), Decimal(0))

    def _tell_left(self, position: Position, part: Decimal, left: Decimal) -> None:
        diary, what = self._state.diary, f"{position.hold_side} {position.symbol}"
        if not left:
            diary.good(f"closed: {what}")
        elif left <= position.size - part:
            diary.good(f"closed {decimal_text(part)} of {what}, {decimal_text(left)} is left")
        else:
            diary.error(f"not closed: {decimal_text(left)} of {what} is still open")

    async def _flatten(self, symbol: str | None) -> None:
        try:
            # Whatever breaks or hangs while cancelling must not keep the trader in a position.
            sweep, name = partial(self._orders.sweep, symbol), "cancelling before closing"
            await self._supervisor.begin(name, sweep, Surface.ACTIONS, _HEAD_START_SECONDS)
            await self._close_all(symbol)
        finally:
            self._flattening.discard(symbol)
            self._look_again()

    async def _close_all(self, symbol: str | None) -> None:
        what = f"flatten of {symbol or 'the account'}"
        known = await self._positions()
        positions = [each for each in known or () if symbol in (None, each.symbol)]
        sent: list[Tracked] = []
        # Side by side: one that gets no answer must not hold up the others.
        await asyncio.gather(*(self._close_whole(position, sent) for position in positions))
        if positions:
            self._state.diary.good(f"{what}: {len(positions)} position(s) asked to close")
            step = partial(self._tell_leftovers, what, positions, sent)
            self._supervisor.once("looking at what is left", step, Surface.ACTIONS)
        elif known is not None:
            self._state.diary.good(f"{what}: no position was open")
        elif symbol is not None:
            await self._ask_exchange(symbol, None, f"whatever is open of {symbol}")
        else:
            self._state.diary.error(f"{what}: nothing closed, no position is known: flatten each market")

    async def _close_whole(self, position: Position, sent: list[Tracked]) -> None:
        """One close of a flatten; what breaks here is reported and stops no other."""

        async def close() -> None:
            sizes = self._sizes(position, position.size)
            first = self.open_close(position, sizes[0]) if sizes else None
            sent.extend(await self._send_closes(position, first, sizes, whole=True))

        await self._supervisor.attempt(f"closing {position.symbol}", close, Surface.ACTIONS)

    async def _tell_leftovers(
        self, what: str, positions: Sequence[Position], sent: Sequence[Tracked]
    ) -> None:
        left = [(each, await self._left_of(each, sent)) for each in positions]
        if any(size is None for _, size in left):
            return
        open_still = [f"{each.hold_side} {decimal_text(size)} {each.symbol}" for each, size in left if size]
        if open_still:
            self._state.diary.error(f"{what}: still open: {', '.join(open_still)}")
        else:
            self._state.diary.good(f"{what}: all closed")

    async def _send_closes(
        self, position: Position, first: Tracked | None, sizes: Sequence[Decimal], *, whole: bool
    ) -> list[Tracked]:
        """Send the closes one after the other; what was refused of a whole position the exchange closes."""
        sent: list[Tracked] = []
        for size in sizes:
            tracked = first if first is not None and not sent else self.open_close(position, size)
            await self.send_close(position, tracked)
            sent.append(tracked)
            if tracked.order.state in _REFUSED:
                break
        refused = not sent or sent[-1].order.state in _REFUSED
        if refused and whole:
            await self._close_at_exchange(position)
        elif refused:
            self._state.diary.warn(f"closing all of {position.symbol} would be left to the exchange itself")
        return sent

    def _build_close(self, position: Position, size: Decimal, key: str | None = None) -> OrderRequest:
        hedge = position.position_mode is PositionMode.HEDGE
        return OrderRequest(
            client_order_id=key or self._orders.new_client_order_id(),
            symbol=position.symbol,
            side=position.hold_side.opening_side.opposite,
            order_type=OrderType.MARKET,
            size=size,
            price=None,
            time_in_force=TimeInForce.GTC,
            reduce_only=True,
            margin_mode=position.margin_mode,
            hold_side=position.hold_side if hedge else None,
        )

    async def _close_at_exchange(self, position: Position) -> None:
        hedge = position.position_mode is PositionMode.HEDGE
        what = f"{position.hold_side} {decimal_text(position.size)} {position.symbol}"
        await self._ask_exchange(position.symbol, position.hold_side if hedge else None, what)

    async def _ask_exchange(self, symbol: str, hold_side: HoldSide | None, what: str) -> None:
        outcome = await self._gateway.actions.close_position(symbol, hold_side)
        match outcome:
            case Accepted():
                self._state.diary.write(f"exchange asked to close {what}")
            case Rejected(code=code, message=message):
                self._state.diary.error(f"left open: {what}: {message} ({code})")
            case _:
                self._state.diary.warn(f"may be left open: {what}: {outcome.reason}; asking the exchange")


def close_sizes(
    position: Position, instrument: Instrument | None, mark_price: Decimal | None
) -> Iterator[Decimal]:
    """The market orders that close a position, split at the largest allowed; none for dust."""
    if instrument is None:
        return
    left = legal_size(position.size, instrument)
    is_dust = left != position.size or left < instrument.min_size
    if is_dust or (mark_price is not None and left * mark_price < instrument.min_notional):
        return
    yield from _split(left, instrument.max_market_size)


def _split(size: Decimal, most: Decimal | None) -> Iterator[Decimal]:
    while most is not None and size > most:
        yield most
        size -= most
    if size:
        yield size


def is_same_position(one: Position, other: Position) -> bool:
    """Whether two reports are about one position."""
    return (one.symbol, one.hold_side) == (other.symbol, other.hold_side)
