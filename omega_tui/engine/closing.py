"""Closing positions: a share of one, all of them, or turning one round; and what is left is said.

Every close is reduce-only with a client id of ours, so that it can be found again; what is too small to be an
order, or was refused, is left to the exchange's own close-position. A close whose fate is unknown is never
sent twice.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from omega_tui.domain.account import Position
from omega_tui.domain.events import Surface
from omega_tui.domain.instruments import Instrument
from omega_tui.domain.orders import HoldSide, OrderRequest, OrderState, OrderType, PositionMode, TimeInForce
from omega_tui.domain.sizing import legal_size
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import ClosePosition, Doors, Flatten, Receipt, Reverse
from omega_tui.engine.orders import OrderManager
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import Accepted, Gateway, ReadFailed, Rejected

_REFUSED = (OrderState.REJECTED, OrderState.NOT_SENT)


class Closer:
    """Closes positions on request. `look_again` asks for a reconciliation soon."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        orders: OrderManager,
        supervisor: Supervisor,
        look_again: Callable[[], None],
    ) -> None:
        self._supervisor = supervisor
        self._state = state
        self._gateway = gateway
        self._orders = orders
        self._look_again = look_again
        self._busy = False

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {Flatten: self.flatten, ClosePosition: self.close, Reverse: self.reverse}

    def flatten(self, intent: Flatten) -> Receipt:
        """Take up a flatten; a second press while one is under way closes nothing twice."""
        if self._state.options.read_only:
            return Receipt(False, "read-only: this venue only looks")
        if self._busy:
            return Receipt(False, "a flatten is under way already")
        self._busy = True
        self._supervisor.once("flattening", partial(self._run, intent.symbol), Surface.ACTIONS)
        return Receipt(True, f"flattening {intent.symbol or 'the account'}")

    def close(self, intent: ClosePosition) -> Receipt:
        """Take up the closing of a share of one position."""
        return Receipt(False, "closing a share is not possible yet")

    def reverse(self, intent: Reverse) -> Receipt:
        """Take up the turning of a position."""
        return Receipt(False, "reversing is not possible yet")

    async def _run(self, symbol: str | None) -> None:
        try:
            await self._orders.sweep(symbol)
            await self._close_all(symbol)
        finally:
            self._busy = False
            self._look_again()

    async def _close_all(self, symbol: str | None) -> None:
        what = f"flatten of {symbol or 'the account'}"
        known = await self._positions()
        positions = [each for each in known or () if symbol in (None, each.symbol)]
        for position in positions:
            await self._close(position)
        if positions:
            self._state.diary.good(f"{what}: {len(positions)} position(s) asked to close")
        elif known is not None:
            self._state.diary.good(f"{what}: no position was open")
        elif symbol is not None:
            await self._ask_exchange(symbol, None, f"whatever is open of {symbol}")
        else:
            self._state.diary.error(f"{what}: nothing closed, no position is known: flatten each market")

    async def _positions(self) -> tuple[Position, ...] | None:
        """The open positions, else those last known; None when not even those are."""
        try:
            return await self._gateway.reads.positions()
        except ReadFailed as error:
            self._state.diary.warn(f"positions could not be read ({error}): closing those last known")
            return self._state.positions if self._state.positions_known else None

    async def _close(self, position: Position) -> None:
        instrument = self._state.instruments.get(position.symbol)
        sizes = tuple(close_sizes(position, instrument, self._state.mark(position.symbol)))
        if not sizes:
            await self._close_at_exchange(position)
            return
        for size in sizes:
            request = self._build_close(position, size)
            tracked = self._orders.open(request)
            await self._orders.send(tracked, request, f"close {position.hold_side} {decimal_text(size)}")
            if tracked.order.state in _REFUSED:
                await self._close_at_exchange(position)
                return

    def _build_close(self, position: Position, size: Decimal) -> OrderRequest:
        hedge = position.position_mode is PositionMode.HEDGE
        return OrderRequest(
            client_order_id=self._orders.new_client_order_id(),
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
    most = instrument.max_market_size
    while most is not None and left > most:
        yield most
        left -= most
    if left:
        yield left
