"""Positions for a script: what is open, what it puts at stake, closing and protecting it."""

import asyncio
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal

from omega_tui.domain.account import Position
from omega_tui.domain.margin import direction_sign
from omega_tui.domain.orders import HoldSide, Order, OrderState
from omega_tui.engine.account_views import PositionRow
from omega_tui.engine.intents import ClosePosition, Protect
from omega_tui.trader.account_results import CloseResult, PositionResult, RiskResult
from omega_tui.trader.errors import ExchangeUnavailable, NotProven, OrderRefused
from omega_tui.trader.placing import OPEN_FATE, Placing
from omega_tui.trader.results import OrderResult
from omega_tui.trader.session import Session

_SEEN_SECONDS = 3.0
_SHARE_PLACES = 6
_ZERO = Decimal(0)


class Holdings:
    """Positions of one session."""

    def __init__(self, session: Session, placing: Placing) -> None:
        self._session = session
        self._placing = placing

    async def positions(self, symbol: str | None) -> tuple[PositionResult, ...]:
        """Every open position, asked of the exchange. Raises ExchangeUnavailable."""
        found = await self._session.ask(self._session.reads.positions())
        return tuple(self._result(each) for each in found if symbol in (None, each.symbol))

    async def risks(self, symbol: str | None) -> tuple[RiskResult, ...]:
        """What every open position puts at stake. Raises ExchangeUnavailable."""
        session = self._session
        found, balance = await asyncio.gather(
            session.ask(session.reads.positions()), session.ask(session.reads.balance())
        )
        chosen = (each for each in found if symbol in (None, each.symbol))
        return tuple(_risk(each, self._row(each.symbol, each.hold_side), balance.equity) for each in chosen)

    async def close(self, symbol: str, hold_side: HoldSide, share: Decimal, seconds: float) -> CloseResult:
        """Close a share of a position at market and tell what is left of it."""
        session = self._session
        session.require_writable()
        size = await self._open_size(symbol, hold_side)
        receipt = session.submit(ClosePosition(symbol, hold_side, share))
        known = await self._ended(receipt.keys, seconds)
        target = size - size * share
        # What one order cannot close the engine sends in parts, or leaves to the exchange's own close.
        filled = bool(known) and all(each.state is OrderState.FILLED for each in known)

        def shown() -> bool:
            left = self._left(symbol, hold_side)
            return left <= target or (filled and left < size)

        await session.wait(shown, _SEEN_SECONDS if filled else seconds)
        left = await self._ask_left(symbol, hold_side)
        for order in known if left is None or left > target else ():
            self._placing.judged(order, order.client_order_id, ())
        return CloseResult(symbol, hold_side, left, tuple(map(OrderResult.of, known)))

    async def _ask_left(self, symbol: str, hold_side: HoldSide) -> Decimal | None:
        """What the exchange says is open of a position, None when it says nothing."""
        try:
            found = await self.positions(symbol)
        except ExchangeUnavailable:
            return None
        return next((each.size for each in found if each.hold_side is hold_side), _ZERO)

    async def _ended(self, keys: Iterable[str], seconds: float) -> tuple[Order, ...]:
        """Each order at its end. Raises OrderUnknown for one whose fate stays open."""
        engine, chosen = self._session.engine, tuple(keys)
        ended = (engine.settled(key, seconds, lambda order: order.state.terminal) for key in chosen)
        known = await asyncio.gather(*ended)
        for key, order in zip(chosen, known, strict=True):
            if order is None or order.state in OPEN_FATE:
                self._placing.judged(order, key, ())
        return tuple(each for each in known if each is not None)

    async def protect(self, intent: Protect, seconds: float) -> PositionResult:
        """Have stops or targets at the exchange and wait until they are confirmed."""
        session = self._session
        session.require_writable()
        await self._open_size(intent.symbol, intent.hold_side)
        receipt = session.submit(intent)
        for key in receipt.keys:
            order = await session.engine.settled(key, seconds)
            self._placing.judged(order, key, ())
        shown = await session.wait(lambda: self._shows(intent), seconds)
        if not shown:
            raise NotProven(f"the exchange did not confirm it{session.last_warning()}")
        row = self._row(intent.symbol, intent.hold_side)
        if row is None:
            raise OrderRefused(f"the {intent.hold_side} position in {intent.symbol} closed meanwhile")
        # What the exchange confirmed stands in the engine's picture: another question could only fail.
        names = [field.name for field in fields(PositionResult)]
        return PositionResult(**{name: getattr(row, name) for name in names})

    def _shows(self, intent: Protect) -> bool:
        row = self._row(intent.symbol, intent.hold_side)
        if row is None:
            return True
        legs = ((intent.stop_loss, row.stop_price), (intent.take_profit, row.target_price))
        return all(asked is None or (asked or None) == price for asked, price in legs)

    async def _open_size(self, symbol: str, hold_side: HoldSide) -> Decimal:
        """The size of a position by the exchange's word, once the engine sees the same: a fill is told of
        sooner. By the engine's while the exchange says nothing. Raises OrderRefused when there is none."""
        said = await self._ask_left(symbol, hold_side)
        if said:
            await self._session.wait(lambda: self._left(symbol, hold_side) == said, _SEEN_SECONDS)
        size = self._left(symbol, hold_side) if said is None else said
        if not size:
            raise OrderRefused(f"there is no {hold_side} position in {symbol}")
        return size

    def _row(self, symbol: str, hold_side: HoldSide) -> PositionRow | None:
        rows = self._session.views.positions().rows
        return next((row for row in rows if row.symbol == symbol and row.hold_side is hold_side), None)

    def _left(self, symbol: str, hold_side: HoldSide) -> Decimal:
        row = self._row(symbol, hold_side)
        return row.size if row is not None else _ZERO

    def _result(self, position: Position) -> PositionResult:
        row = self._row(position.symbol, position.hold_side)
        return PositionResult(
            symbol=position.symbol,
            hold_side=position.hold_side,
            size=position.size,
            entry_price=position.entry_price,
            mark_price=position.mark_price,
            unrealized=position.unrealized,
            realized=position.realized,
            leverage=position.leverage,
            margin=position.margin,
            margin_mode=position.margin_mode,
            liquidation_price=position.liquidation_price,
            break_even_price=position.break_even_price,
            protected=row.protected if row is not None else None,
            stop_price=row.stop_price if row is not None else None,
            target_price=row.target_price if row is not None else None,
        )


def _risk(position: Position, row: PositionRow | None, equity: Decimal) -> RiskResult:
    mark, size, rate = position.mark_price, position.size, position.maintenance_rate
    notional = size * mark if mark is not None else None
    liquidation = position.liquidation_price or (row.liquidation_price if row is not None else None)
    stop = row.stop_price if row is not None else None
    loss = None
    if mark is not None and stop is not None:
        loss = max(_ZERO, direction_sign(position.hold_side) * (mark - stop) * size)
    return RiskResult(
        symbol=position.symbol,
        hold_side=position.hold_side,
        size=size,
        notional=notional,
        notional_of_equity=_part(notional, equity),
        leverage=position.leverage,
        margin_mode=position.margin_mode,
        margin=position.margin,
        maintenance_margin=notional * rate if notional is not None and rate is not None else None,
        unrealized=position.unrealized,
        liquidation_price=liquidation,
        liquidation_distance=_part(abs(mark - liquidation), mark)
        if mark and liquidation is not None
        else None,
        protected=row.protected if row is not None else None,
        stop_price=stop,
        loss_at_stop=loss,
        loss_of_equity=_part(loss, equity),
    )


def _part(amount: Decimal | None, whole: Decimal) -> Decimal | None:
    return round(amount / whole, _SHARE_PLACES) if amount is not None and whole > 0 else None
