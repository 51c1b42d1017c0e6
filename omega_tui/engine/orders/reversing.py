"""Turning a position round: the exchange's own reversal, or a close and an opening where that will not do.

The half that opens is new risk and passes every gate; the half that closes is never undone. A reversal whose
fate is unknown is not tried in another way.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from omega_tui.domain.account import Position
from omega_tui.domain.events import BalanceReported, Event, PositionsReported, Surface
from omega_tui.domain.orders import OrderRequest, OrderState, OrderType, PositionMode, TimeInForce
from omega_tui.domain.values import decimal_text
from omega_tui.engine.intents import Doors, Receipt, Reverse, TicketDraft
from omega_tui.engine.orders.closing import Closer, is_same_position
from omega_tui.engine.orders.ledger import Tracked
from omega_tui.engine.orders.manager import OrderManager
from omega_tui.engine.orders.requests import build_request
from omega_tui.engine.orders.settling import Settling, done
from omega_tui.engine.risk.preview import build_preview
from omega_tui.engine.state import State
from omega_tui.engine.supervise import Supervisor
from omega_tui.exchange.port import Gateway, ReadFailed

_PATIENCE_SECONDS = 5.0
"""How long a market order may take to its end before the reversal stops half way."""


class Reverser:
    """Turns positions on request; `receive` takes what was read of the account."""

    def __init__(
        self,
        state: State,
        gateway: Gateway,
        orders: OrderManager,
        closer: Closer,
        supervisor: Supervisor,
        settling: Settling,
        receive: Callable[[Event], None],
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._orders = orders
        self._closer = closer
        self._supervisor = supervisor
        self._settling = settling
        self._receive = receive
        self._turning: set[str] = set()

    @property
    def doors(self) -> Doors:
        """The intents taken here."""
        return {Reverse: self.reverse}

    def reverse(self, intent: Reverse) -> Receipt:
        """Take up the turning of a position; refuse it with whatever forbids the opening half."""
        position = self._state.position(intent.symbol, intent.hold_side)
        if position is None:
            return Receipt(False, f"there is no {intent.hold_side} position in {intent.symbol} to turn")
        if intent.symbol in self._turning:
            return Receipt(False, "a reversal is under way already")
        hedge = position.position_mode is PositionMode.HEDGE
        # In one-way mode one order does both: half of it nets the position out.
        draft = self._draft(position, position.size if hedge else 2 * position.size)
        preview = build_preview(self._state, draft)
        if preview.problems:
            return Receipt(False, "; ".join(preview.problems))
        self._turning.add(intent.symbol)
        why = f"turn {position.hold_side} {decimal_text(position.size)} {position.symbol} round"
        if preview.stop_loss is not None or preview.take_profit is not None:
            # The exchange's reversal takes no legs along: the new position would stand without its stop.
            close = self._closer.open_close(position, position.size)
            step = partial(self._guarded, position.symbol, partial(self._close_and_open, position, close))
            self._supervisor.once("reversing", step, Surface.ACTIONS)
            return Receipt(True, f"{why}: close, then open with its stop", (close.key,))
        tracked = self._orders.open(self._build(position, draft.size or position.size))
        turn = partial(self._turn, position, tracked, why)
        self._supervisor.once("reversing", partial(self._guarded, position.symbol, turn), Surface.ACTIONS)
        return Receipt(True, why, (tracked.key,))

    async def _guarded(self, symbol: str, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        finally:
            self._turning.discard(symbol)

    async def _turn(self, position: Position, tracked: Tracked, why: str) -> None:
        """Have the exchange do it in one request; close and open by ourselves when it refuses to."""
        asked = self._build(position, position.size, tracked.key)
        action = partial(self._gateway.actions.reverse, asked)
        await self._orders.send(tracked, replace(asked, size=tracked.order.size), why, action)
        if tracked.order.state is not OrderState.REJECTED:
            return
        held = await self._read()
        if held is None:
            self._state.diary.error(f"not turned: {tracked.order.reason}; look at the position first")
        elif not _holds(held, position):
            self._state.diary.error(f"closed and nothing opened: {tracked.order.reason}")
        else:
            self._state.diary.warn(f"reversal refused: {tracked.order.reason}; closing and opening instead")
            await self._close_and_open(position, self._closer.open_close(position, position.size))

    async def _close_and_open(self, position: Position, close: Tracked) -> None:
        flattens = self._closer.flattens
        await self._closer.send_close(position, close)
        await self._settling.wait(close.key, _PATIENCE_SECONDS, done)
        diary, state = self._state.diary, close.order.state
        if state is not OrderState.FILLED:
            diary.error(f"not turned: the close is {state}, so nothing was opened")
            return
        held = await self._read()
        if held is None or _holds(held, position):
            diary.error("not turned: the position is not proven closed, so nothing was opened")
            return
        if self._closer.flattens != flattens:
            diary.warn("closed and nothing opened: a flatten was asked for meanwhile")
            return
        draft = self._draft(position, position.size)
        preview = build_preview(self._state, draft)
        if preview.problems:
            diary.error(f"closed and nothing opened: {'; '.join(preview.problems)}")
            return
        request = build_request(self._state, draft, preview, self._orders.new_client_order_id())
        await self._orders.send(self._orders.open(request), request, preview.effect)

    async def _read(self) -> tuple[Position, ...] | None:
        """Positions and balance as they are now, taken in; None when they cannot be read."""
        reads = self._gateway.reads
        try:
            positions, balance = await reads.positions(), await reads.balance()
        except ReadFailed as error:
            self._state.diary.warn(f"the account cannot be read: {error}")
            return None
        newest = max((each.updated_ms or 0 for each in positions), default=0)
        self._receive(PositionsReported(positions, newest))
        self._receive(BalanceReported(balance))
        return positions

    def _draft(self, position: Position, size: Decimal) -> TicketDraft:
        return TicketDraft(
            ticket_id="",
            symbol=position.symbol,
            side=position.hold_side.opening_side.opposite,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.GTC,
            size=size,
            price=None,
        )

    def _build(self, position: Position, size: Decimal, key: str | None = None) -> OrderRequest:
        hedge = position.position_mode is PositionMode.HEDGE
        return OrderRequest(
            client_order_id=key or self._orders.new_client_order_id(),
            symbol=position.symbol,
            side=position.hold_side.opening_side.opposite,
            order_type=OrderType.MARKET,
            size=size,
            price=None,
            time_in_force=TimeInForce.GTC,
            reduce_only=False,
            margin_mode=position.margin_mode,
            hold_side=position.hold_side.opposite if hedge else None,
        )


def _holds(positions: Iterable[Position], position: Position) -> bool:
    return any(is_same_position(each, position) for each in positions)
