"""`AsyncBitGetTrader`: the engine, its guards and its journal as an object that a script awaits.

It adds no way of trading to the engine's: every order passes the same guards and stands in the same journal
as one from the screen. `BitGetTrader` is the same object for scripts without an event loop.
"""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext, suppress

from omega_tui.domain.orders import HoldSide, MarginMode, Side
from omega_tui.domain.plans import TriggerBy
from omega_tui.engine.intents import (
    AmendOrder,
    CancelAll,
    CancelScope,
    Halt,
    OrderFamily,
    Protect,
    Resume,
    SetLeverage,
    SetMarginMode,
)
from omega_tui.trader.account_results import CloseResult, PositionResult, ProtectionResult
from omega_tui.trader.errors import InvalidInput, OrderRefused
from omega_tui.trader.families import belongs
from omega_tui.trader.inputs import Wanted, read_hold_side, read_leg, read_order, read_symbol, read_word
from omega_tui.trader.numbers import (
    Number,
    read_optional,
    read_optional_or_zero,
    read_share,
    read_whole,
)
from omega_tui.trader.reading import AsyncReader
from omega_tui.trader.results import (
    CancelResult,
    DoneResult,
    HaltResult,
    LegResult,
    OrderResult,
    PreviewResult,
)

WAIT_SECONDS = 15.0
"""How long a method waits for what becomes of an order unless it is told."""


class AsyncBitGetTrader(AsyncReader):
    """One account on one venue, from `open` to `close`; use it as `async with AsyncBitGetTrader(...)`.

    `venue` is "sim" (the simulated exchange, started and ended with the trader), "testnet" or "mainnet";
    without it `use_testnet` decides. Keys that are not given come from where the cockpit takes them. Real
    money moves only with `live_phrase`. `initial_capital` is what a simulator's account starts with when it
    is started here, and means nothing elsewhere. `sim` is a simulator that serves already: its address, its
    first line, or the file that holds it. `settings` are options by dotted name, as in the TOML file. Data
    may take `patience` seconds to come. Raises InvalidInput.

    Numbers may be Decimal, int, float or text; a float means what it prints as. Sizes are in base units, or
    texts with a unit: "500$", "10%bal", "50%pos". Errors are those of `omega_tui.trader.errors`.
    """

    async def place_order(
        self,
        symbol: str,
        side: str,
        order_type: str = "MARKET",
        quantity: Number | None = None,
        price: Number | None = None,
        leverage: str | int | None = None,
        margin_mode: str | None = None,
        time_in_force: str = "normal",
        reduce_only: bool = False,
        post_only: bool = False,
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        trigger_price: Number | None = None,
        trigger_by: str = "mark",
        callback_rate: Number | None = None,
        risk: Number | None = None,
        seconds: float = WAIT_SECONDS,
    ) -> OrderResult:
        """Send one order and tell what became of it.

        A market, IOC or FOK order is waited for until its end, any other until the exchange has it; after
        `seconds` the order is told as it is known then. `leverage` and `margin_mode` are brought about first
        when they are given and no position is open, and left alone when not. `trigger_price` makes it wait at
        the exchange for that price (`trigger_by` "mark" or "last"); with `callback_rate` it trails from it.
        `risk` asks for a size instead of giving one: the share of equity lost at `stop_loss`.

        Raises InvalidInput, OrderRefused, ReadOnly, ExchangeUnavailable: nothing was sent; OrderRejected,
        NotSent: the exchange has nothing of it; OrderUnknown: its fate is open, never send it again.
        """
        wanted = read_order(
            symbol, side, order_type, quantity, price, leverage, margin_mode, time_in_force, reduce_only,
            post_only, stop_loss, take_profit, trigger_price, trigger_by, callback_rate, risk,
        )  # fmt: skip
        return await self._placing.place(wanted, seconds)

    async def preview_order(self, /, **order: object) -> PreviewResult:
        """What `place_order` with the same arguments would do now; nothing is sent and nothing changed.

        Raises InvalidInput, ExchangeUnavailable; what a guard forbids stands in `problems`.
        """
        return await self._placing.preview(read_leg(order, 0))

    async def execute_orders(
        self, orders: Iterable[Mapping[str, object] | Wanted], seconds: float = WAIT_SECONDS
    ) -> tuple[LegResult, ...]:
        """Send several orders, each a mapping with the names of `place_order`; each ends by itself.

        Those of one market travel together, reducing ones first. The answers stand in the order of `orders`.
        Raises InvalidInput before anything is sent when one of them cannot be read.
        """
        wanted = [read_leg(order, index) for index, order in enumerate(orders)]
        return await self._placing.place_many(wanted, seconds)

    async def amend_order(
        self,
        order_id: str,
        quantity: Number | None = None,
        price: Number | None = None,
        trigger_price: Number | None = None,
        take_profit: Number | None = None,
        stop_loss: Number | None = None,
        seconds: float = WAIT_SECONDS,
    ) -> OrderResult:
        """Give an order other terms; None leaves one as it is, 0 removes a leg.

        The exchange makes of it a cancellation and a new order with an id of its own, unless the order waits
        for a price. Raises as `place_order` does.
        """
        intent = AmendOrder(
            key=order_id,
            size=read_optional(quantity, "quantity"),
            price=read_optional(price, "price"),
            trigger_price=read_optional(trigger_price, "trigger_price"),
            take_profit=read_optional_or_zero(take_profit, "take_profit"),
            stop_loss=read_optional_or_zero(stop_loss, "stop_loss"),
        )
        return await self._placing.amend(intent, seconds)

    async def cancel_order(self, order_id: str, seconds: float = WAIT_SECONDS) -> CancelResult:
        """Cancel one order and wait for the proof. Raises OrderNotFound, OrderRefused when it has ended."""
        [result] = await self._placing.cancel([order_id], seconds)
        if result.error is not None:
            raise result.error
        return result

    async def execute_cancellations(
        self,
        order_ids: Iterable[str] | None = None,
        symbol: str | None = None,
        side: str | None = None,
        kind: str = "resting",
        seconds: float = WAIT_SECONDS,
    ) -> tuple[CancelResult, ...]:
        """Cancel the named orders, or without ids every one of a market, a side and a kind.

        `kind` is "resting" (plain orders), "triggers", "protection" (stops and targets of positions),
        "entries" (whatever could add to a position) or "all". Each answer says whether it is proven.
        """
        if order_ids is not None:
            return await self._placing.cancel(list(order_ids), seconds)
        market = read_symbol(symbol) if symbol is not None else None
        way = read_word(side, Side, "side") if side is not None else None
        return await self._cancel_all(market, way, read_word(kind, OrderFamily, "kind"), seconds)

    async def _cancel_all(
        self, market: str | None, side: Side | None, family: OrderFamily, seconds: float
    ) -> tuple[CancelResult, ...]:
        session = self._session
        session.require_writable()
        await session.compared()
        rows = [
            row
            for row in session.views.orders().rows
            if market in (None, row.symbol) and side in (None, row.side) and belongs(row, family)
        ]
        if side is not None:
            scope = CancelScope.BUYS if side is Side.BUY else CancelScope.SELLS
            for symbol in dict.fromkeys(row.symbol for row in rows):
                session.submit(CancelAll(scope, family, symbol))
        else:
            scope = CancelScope.SYMBOL if market is not None else CancelScope.ACCOUNT
            # Also without a row: the exchange may hold what has not been seen here yet.
            with suppress(OrderRefused) if not rows else nullcontext():
                session.submit(CancelAll(scope, family, market))
        return await self._placing.canceled([row.key for row in rows], seconds)

    async def close_position(
        self, symbol: str, side: str = "LONG", share: Number = 1, seconds: float = WAIT_SECONDS
    ) -> CloseResult:
        """Close a position at market, or a share of it (0.5 or "50%"). Raises as `place_order` does."""
        return await self._holdings.close(
            read_symbol(symbol), read_hold_side(side), read_share(share, "share"), seconds
        )

    async def set_stop_loss(
        self,
        symbol: str,
        price: Number,
        side: str = "LONG",
        trigger_by: str = "mark",
        share: Number = 1,
        seconds: float = WAIT_SECONDS,
    ) -> PositionResult:
        """Give a position a stop that rests at the exchange; 0 removes it. Waits until it is confirmed."""
        return await self.protect(symbol, side, price, None, trigger_by, share, seconds)

    async def set_take_profit(
        self,
        symbol: str,
        price: Number,
        side: str = "LONG",
        trigger_by: str = "mark",
        share: Number = 1,
        seconds: float = WAIT_SECONDS,
    ) -> PositionResult:
        """Give a position a target that rests at the exchange; 0 removes it. Waits until it is confirmed."""
        return await self.protect(symbol, side, None, price, trigger_by, share, seconds)

    async def protect(
        self,
        symbol: str,
        side: str = "LONG",
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        trigger_by: str = "mark",
        share: Number = 1,
        seconds: float = WAIT_SECONDS,
    ) -> PositionResult:
        """Both legs at once; None leaves one as it is, 0 removes it. Raises as `place_order` does, and
        NotProven when the exchange does not confirm it in time."""
        intent = _protection(symbol, side, stop_loss, take_profit, trigger_by, share)
        return await self._holdings.protect(intent, seconds)

    async def preview_protection(
        self,
        symbol: str,
        side: str = "LONG",
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        trigger_by: str = "mark",
        share: Number = 1,
    ) -> ProtectionResult:
        """What `protect` with the same arguments would do now; nothing is sent."""
        intent = _protection(symbol, side, stop_loss, take_profit, trigger_by, share)
        async with self._session.market(intent.symbol, adds_risk=False):
            return ProtectionResult.of(intent, self._session.views.protection(intent))

    async def set_leverage(self, symbol: str, leverage: str | int, side: str | None = None) -> DoneResult:
        """Change a market's leverage; `side` matters in isolated hedge mode only.

        Raises OrderRefused when a guard forbids it, NotProven when the exchange does not say that it is so.
        """
        name, wanted = read_symbol(symbol), read_whole(leverage, "leverage")
        hold_side = read_hold_side(side) if side is not None else None
        async with self._session.market(name, adds_risk=False):
            await self._session.change(
                SetLeverage(name, wanted, hold_side),
                lambda now: now.leverage(hold_side or HoldSide.LONG) == wanted,
            )
        return DoneResult(f"leverage of {name} is {wanted}")

    async def set_margin_mode(self, symbol: str, margin_mode: str) -> DoneResult:
        """Change a market's margin mode. Raises as `set_leverage` does."""
        name, mode = read_symbol(symbol), read_word(margin_mode, MarginMode, "margin_mode")
        async with self._session.market(name, adds_risk=False):
            await self._session.change(SetMarginMode(name, mode), lambda now: now.margin_mode is mode)
        return DoneResult(f"margin mode of {name} is {mode}")

    async def halt(self, seconds: float = WAIT_SECONDS) -> HaltResult:
        """No new risk from now on: entries are cancelled, stops and closes stay possible."""
        session = self._session
        session.require_key()
        # It halts before anything is waited for; what turns out to be live later is cancelled by HALT itself.
        rows = self._entries()
        receipt = session.submit(Halt())
        await session.compared()
        keys = tuple(dict.fromkeys((*rows, *self._entries())))
        return HaltResult(receipt.text, await self._placing.canceled(keys, seconds))

    def _entries(self) -> tuple[str, ...]:
        rows = self._session.views.orders().rows
        return tuple(row.key for row in rows if belongs(row, OrderFamily.ENTRIES))

    async def resume(self) -> DoneResult:
        """Leave HALT. Raises OrderRefused when it is not halted."""
        return DoneResult(self._session.submit(Resume()).text)


def _protection(
    symbol: str,
    side: str,
    stop_loss: Number | None,
    take_profit: Number | None,
    trigger_by: str,
    share: Number,
) -> Protect:
    if stop_loss is None and take_profit is None:
        raise InvalidInput("stop_loss", "neither a stop nor a target is given", "give one of them")
    return Protect(
        symbol=read_symbol(symbol),
        hold_side=read_hold_side(side),
        stop_loss=read_optional_or_zero(stop_loss, "stop_loss"),
        take_profit=read_optional_or_zero(take_profit, "take_profit"),
        trigger_by=read_word(trigger_by, TriggerBy, "trigger_by"),
        share=read_share(share, "share"),
    )
