"""The half of a trader object that only looks: opening and closing, the market, the account."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from decimal import Decimal
from types import TracebackType
from typing import Self

from omega_tui.domain.orders import Order, OrderRef, Side
from omega_tui.engine.intents import ArmLive, OrderFamily, SetLeverage
from omega_tui.settings import Settings, Venue
from omega_tui.trader.account_results import (
    BalanceResult,
    LeverageResult,
    PositionResult,
    RiskResult,
    SettingsResult,
    StatusResult,
)
from omega_tui.trader.configuring import configure, read_running
from omega_tui.trader.errors import InvalidInput, NotProven, OrderNotFound
from omega_tui.trader.families import belongs
from omega_tui.trader.inputs import read_hold_side, read_symbol, read_word
from omega_tui.trader.numbers import Number, read_whole
from omega_tui.trader.placing import Placing
from omega_tui.trader.positions import Holdings
from omega_tui.trader.results import BookLevel, BookResult, FillResult, OrderResult, Quote, TradeResult
from omega_tui.trader.session import PATIENCE, Session

_MOST = 100


class AsyncReader:
    """Opens an engine and asks; see `AsyncBitGetTrader`, which it is the looking half of."""

    def __init__(
        self,
        profile_type: str = "strategic",
        api_key: str | None = None,
        secret_key: str | None = None,
        passphrase: str | None = None,
        use_testnet: bool = True,
        initial_capital: Number = 10000.0,
        *,
        venue: str | None = None,
        symbol: str | None = None,
        live_phrase: str | None = None,
        sim: str | None = None,
        settings: Mapping[str, object] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        chosen = configure(
            venue=venue if venue is not None else ("testnet" if use_testnet else "mainnet"),
            keys=(api_key, secret_key, passphrase),
            profile=profile_type,
            capital=initial_capital,
            symbol=symbol,
            overrides=settings or {},
        )
        self._set_up(Session(chosen, read_running(sim, chosen.venue), patience), live_phrase)

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        sim: str | None = None,
        live_phrase: str | None = None,
        sends: bool = True,
    ) -> Self:
        """A trader on settings that were loaded already, for a program of its own: its log goes to our file.

        Unless it `sends`, nothing that changes something leaves. Raises InvalidInput.
        """
        trader = cls.__new__(cls)
        running = read_running(sim, settings.venue)
        trader._set_up(Session(settings, running, PATIENCE, logs=True, sends=sends), live_phrase)
        return trader

    def _set_up(self, session: Session, live_phrase: str | None) -> None:
        self._live_phrase = live_phrase
        self._session = session
        self._placing = Placing(session)
        self._holdings = Holdings(session, self._placing)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._session.settings.venue_word}>"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Start the engine. Raises ExchangeUnavailable, and OrderRefused for a wrong `live_phrase`."""
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._session.close)
            await self._session.open()
            if self._session.settings.venue is Venue.MAINNET and self._live_phrase is not None:
                self._session.submit(ArmLive(self._live_phrase))
            undo.pop_all()

    async def close(self) -> None:
        """Stop the engine and what was started with it; what is on the exchange stays. Safe to call twice."""
        await self._session.close()

    async def get_status(self, symbol: str | None = None) -> StatusResult:
        """What the engine lets through in a market, and why not more. Raises as `get_positions` does."""
        name = self._market(symbol)
        async with self._session.market(name, adds_risk=False):
            status, account = self._session.views.status(), self._session.views.account()
        return StatusResult.of(status, account, self._session.desk.only_looks)

    async def get_market_settings(self, symbol: str | None = None) -> SettingsResult:
        """How the account trades a market: modes and leverages. Raises ExchangeUnavailable."""
        self._session.require_key()
        return SettingsResult.of(await self._session.ask(self._session.reads.settings(self._market(symbol))))

    async def symbols(self) -> tuple[str, ...]:
        """Every contract that can be traded. Raises ExchangeUnavailable."""
        await self._session.until(self._session.views.symbols, "the list of contracts")
        return self._session.views.symbols()

    async def get_market_ticker(self, symbol: str | None = None) -> Quote:
        """The newest prices of a market. Raises ExchangeUnavailable."""
        return Quote.of(await self._session.ask(self._session.reads.ticker(self._market(symbol))))

    async def get_orderbook(self, limit: int = 100, symbol: str | None = None) -> BookResult:
        """The best `limit` levels (at most 100) of each side of the book. Raises ExchangeUnavailable."""
        name, depth = self._market(symbol), _limit(limit)
        book = await self._session.ask(self._session.reads.book(name, depth))
        bids, asks = (
            tuple(BookLevel(Decimal(price), Decimal(size)) for price, size in book.levels(side, depth))
            for side in (Side.BUY, Side.SELL)
        )
        return BookResult(name, bids, asks)

    async def get_recent_trades(self, limit: int = 100, symbol: str | None = None) -> tuple[TradeResult, ...]:
        """The newest `limit` public trades (at most 100), oldest first. Raises ExchangeUnavailable."""
        trades = await self._session.ask(self._session.reads.trades(self._market(symbol), _limit(limit)))
        return tuple(map(TradeResult.of, trades))

    async def get_account_balance(self) -> BalanceResult:
        """The margin coin's balance. Raises ExchangeUnavailable."""
        self._session.require_key()
        return BalanceResult.of(await self._session.ask(self._session.reads.balance()))

    async def get_positions(self, symbol: str | None = None) -> tuple[PositionResult, ...]:
        """Every open position, or those in one market. Raises ExchangeUnavailable."""
        self._session.require_key()
        return await self._holdings.positions(_optional(symbol))

    async def get_position_risk(self, symbol: str | None = None) -> tuple[RiskResult, ...]:
        """What every open position puts at stake. Raises ExchangeUnavailable."""
        self._session.require_key()
        return await self._holdings.risks(_optional(symbol))

    async def get_open_orders(self, symbol: str | None = None) -> tuple[OrderResult, ...]:
        """Every unfinished order, plans and those of an unknown fate included, or those in one market.

        Raises ExchangeUnavailable.
        """
        session, wanted = self._session, _optional(symbol)
        session.require_key()
        await session.compared()
        resting = await session.ask(session.reads.open_orders())
        known = [session.describe(row.key) for row in session.views.orders().rows]
        ids = {each.client_order_id for each in known} | {each.order_id for each in known}
        found = [OrderResult.of(each) for each in resting if not {each.client_order_id, each.order_id} & ids]
        return tuple(each for each in (*known, *found) if wanted in (None, each.symbol))

    async def find_orders(
        self, symbol: str | None = None, side: str | None = None, kind: str = "resting"
    ) -> tuple[OrderResult, ...]:
        """The unfinished orders that `execute_cancellations` with the same words would cancel."""
        way = read_word(side, Side, "side") if side is not None else None
        family = read_word(kind, OrderFamily, "kind")
        found = await self.get_open_orders(symbol)
        return tuple(each for each in found if way in (None, each.side) and belongs(each, family))

    async def get_order(self, order_id: str, symbol: str | None = None) -> OrderResult:
        """The newest knowledge of an order, by our id or the exchange's: of one whose fate is not known also
        the evidence so far. One that this trader never saw is asked for at the exchange, in `symbol`.

        Raises OrderNotFound, ExchangeUnavailable.
        """
        session = self._session
        session.require_key()
        await session.compared()
        if session.engine.order(order_id) is not None:
            return session.describe(order_id)
        order = await self._ask_for(order_id, self._market(symbol))
        if order is None:
            raise OrderNotFound(f"neither we nor the exchange know an order as {order_id!r}")
        return OrderResult.of(order)

    async def get_fills(self, limit: int = 100, symbol: str | None = None) -> tuple[FillResult, ...]:
        """The account's newest `limit` executions (at most 100), oldest first. Raises ExchangeUnavailable."""
        self._session.require_key()
        most = _limit(limit)
        found = await self._session.ask(self._session.reads.fills(_optional(symbol), None))
        return tuple(map(FillResult.of, found[-most:]))

    async def preview_leverage(
        self, symbol: str, leverage: str | int, side: str | None = None
    ) -> tuple[LeverageResult, ...]:
        """What another leverage would do to each open position of a market; nothing is changed."""
        name, wanted = read_symbol(symbol), read_whole(leverage, "leverage")
        intent = SetLeverage(name, wanted, read_hold_side(side) if side is not None else None)
        self._session.require_key()
        async with self._session.market(name, adds_risk=False):
            return tuple(map(LeverageResult.of, self._session.views.leverage(intent)))

    async def _ask_for(self, order_id: str, symbol: str) -> Order | None:
        reads, exchanges = self._session.reads, order_id.isascii() and order_id.isdecimal()
        ref = OrderRef(symbol, order_id, None) if exchanges else OrderRef(symbol, None, order_id)
        found = await self._session.ask(reads.order(ref))
        return found if found is not None else await self._session.ask(reads.past_order(ref))

    async def wait_for_order(self, order_id: str, seconds: float = 60.0) -> OrderResult:
        """The order once it is at its end. Raises NotProven when it is not after `seconds`."""
        known = self._session.engine.order(order_id)
        key = (known.client_order_id or known.order_id or order_id) if known is not None else order_id
        order = await self._session.engine.settled(key, seconds, lambda known: known.state.terminal)
        if order is not None and not order.state.terminal:
            raise NotProven(f"order {order_id} is still {order.state} after {seconds:g} s")
        return self._session.describe(key)

    def _market(self, symbol: str | None) -> str:
        return read_symbol(symbol) if symbol is not None else self._session.settings.market.symbol.name


def _optional(symbol: str | None) -> str | None:
    return None if symbol is None else read_symbol(symbol)


def _limit(limit: int) -> int:
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= _MOST:
        raise InvalidInput("limit", f"{limit!r} is out of range", f"give a whole number from 1 to {_MOST}")
    return limit
