"""Reads from Bitget's REST endpoints: values of the domain, or ReadFailed.

A read may be repeated, because repeating it changes nothing; what is not a whole, sensible answer is never
taken for "there is none". How requests travel is the sender's business.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
import stamina

from omega_tui.domain.account import Balance, Bill, KeyFacts, Position, SymbolSettings
from omega_tui.domain.book import OrderBook
from omega_tui.domain.instruments import Tier
from omega_tui.domain.market import Candle, PublicTrade, Ticker, Timeframe
from omega_tui.domain.orders import Fill, Order, OrderRef
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.actions import Sender
from omega_tui.exchange.bitget.codes import Code
from omega_tui.exchange.bitget.limits import Limits
from omega_tui.exchange.bitget.outcomes import Envelope, Transport, parse_envelope
from omega_tui.exchange.bitget.refusals import Kind, advice, codes_of, kind_of
from omega_tui.exchange.bitget.routes import is_public
from omega_tui.exchange.bitget.translate import TranslationError, parse_time
from omega_tui.exchange.bitget.translate_account import (
    BalanceRow,
    PositionRow,
    SettingsRow,
    TierRow,
    parse_balance,
    parse_lowest_rate,
    parse_positions,
    parse_settings,
)
from omega_tui.exchange.bitget.translate_market import ContractRow, parse_candles
from omega_tui.exchange.bitget.translate_orders import FillRow, OrderRow, parse_order, parse_rest_fill
from omega_tui.exchange.bitget.wire import (
    CANDLE_LIMIT,
    HISTORY_CANDLE_LIMIT,
    MARGIN_COIN,
    PAGE_LIMIT,
    SUCCESS,
    ProductType,
    RestPath,
)
from omega_tui.exchange.port import ReadFailed

_Data = TypeVar("_Data")

_PATIENCE = 10.0
_ATTEMPTS = 3
_SECONDS = 12.0
_MOST_PAGES = 50

# The library would log each repetition, and without a log file that line lands on the trader's screen.
stamina.instrumentation.set_on_retry_hooks([])

_PRODUCT = {"productType": ProductType.USDT_FUTURES.value}
_TRANSIENT_CODES = codes_of(Kind.INTERNAL, Kind.LIMIT)


class _Transient(Exception):
    """A read that may work the next time."""


class _Page(msgspec.Struct, frozen=True, rename="camel"):
    """A page of orders or fills; the list is null when empty."""

    entrusted_list: list[OrderRow] | None = None
    fill_list: list[FillRow] | None = None
    end_id: str | None = None


class _ServerTime(msgspec.Struct, frozen=True, rename="camel"):
    server_time: str


class RestReads:
    """Reads over a `Sender`.

    `clock_refused` is called when a timestamp was not accepted. Without a key (`signed` False) only public
    reads are tried.
    """

    def __init__(
        self, sender: Sender, limits: Limits, clock_refused: Callable[[], None], signed: bool = True
    ) -> None:
        self._sender = sender
        self._limits = limits
        self._clock_refused = clock_refused
        self._signed = signed
        self._lowest_rates: dict[str, Decimal] = {}

    async def server_time(self) -> int:
        """Milliseconds since the epoch by the exchange's clock. Raises ReadFailed, and is tried once."""
        try:
            reply = _decode(await self._ask_once(RestPath.TIME, {}), _ServerTime)
        except _Transient as error:
            raise ReadFailed(str(error)) from None
        milliseconds = _translated(lambda text: parse_time(text, "serverTime"), reply.server_time)
        if milliseconds is None:
            raise ReadFailed("the exchange told no time")
        return milliseconds

    async def contracts(self) -> list[ContractRow]:
        """The contract list as sent. Raises ReadFailed."""
        return await self._read(RestPath.CONTRACTS, _PRODUCT, list[ContractRow])

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        """Candles oldest first: the newest ones, or those that began before `end_ms`. Raises ReadFailed."""
        params = _PRODUCT | {"symbol": symbol, "granularity": timeframe.value}
        if end_ms is None:
            params |= {"limit": str(min(limit, CANDLE_LIMIT))}
            return _translated(parse_candles, await self._read(RestPath.CANDLES, params, list[list[str]]))
        return await self._past_candles(params, limit, end_ms)

    async def _past_candles(self, params: dict[str, str], limit: int, end_ms: int) -> tuple[Candle, ...]:
        found: tuple[Candle, ...] = ()
        while len(found) < limit:
            wanted = min(limit - len(found), HISTORY_CANDLE_LIMIT)
            end = found[0].start_ms if found else end_ms
            asked = params | {"limit": str(wanted), "endTime": str(end - 1)}
            rows = await self._read(RestPath.HISTORY_CANDLES, asked, list[list[str]])
            page = tuple(candle for candle in _translated(parse_candles, rows) if candle.start_ms < end)
            if not page:
                break
            found = page + found
        return found[-limit:]

    async def order(self, ref: OrderRef) -> Order | None:
        """The order, or None when the exchange cleanly says that it knows no such id. Raises ReadFailed."""
        params = _PRODUCT | {"symbol": ref.symbol, "clientOid": ref.client_order_id or ""}
        envelope = await self._ask(RestPath.ORDER_DETAIL, params)
        if kind_of(envelope.code) is Kind.NOT_FOUND:
            return None
        data = _data(envelope)
        if data in {b"[]", b"{}"}:
            return None
        return _translated(parse_order, _decode_raw(data, OrderRow))

    async def open_orders(self) -> tuple[Order, ...]:
        """Every resting order of the account. Raises ReadFailed, also when a page does not add up."""
        rows: dict[str, OrderRow] = {}
        params = _PRODUCT | {"limit": str(PAGE_LIMIT)}
        for _ in range(_MOST_PAGES):
            page = await self._read(RestPath.ORDERS_PENDING, params, _Page)
            fresh = {row.order_id: row for row in page.entrusted_list or []}
            rows |= fresh
            if len(fresh) < PAGE_LIMIT:
                return tuple(_translated(parse_order, row) for row in rows.values())
            params = params | {"idLessThan": _end_of(page)}
        raise ReadFailed(f"more than {_MOST_PAGES} pages of open orders")

    async def past_order(self, ref: OrderRef) -> Order | None:
        """The order as the history of finished ones tells it. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def bills(self, since_ms: int) -> tuple[Bill, ...]:
        """Movements of the margin coin, oldest first. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def tiers(self, symbol: str) -> tuple[Tier, ...]:
        """A symbol's position limits, the lowest step first. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def key(self) -> KeyFacts:
        """What the key in use may do. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def ticker(self, symbol: str) -> Ticker:
        """The newest prices of a symbol. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def book(self, symbol: str, depth: int) -> OrderBook:
        """The best levels of each side. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def trades(self, symbol: str, limit: int) -> tuple[PublicTrade, ...]:
        """The newest public trades, oldest first. Raises ReadFailed."""
        raise ReadFailed("not possible yet")

    async def fills(self, symbol: str | None, since_ms: int | None) -> tuple[Fill, ...]:
        """Executions of a symbol, oldest first: all since `since_ms`, or the newest page."""
        rows: dict[str, FillRow] = {}
        params = _PRODUCT | {"limit": str(PAGE_LIMIT)} | ({"symbol": symbol} if symbol else {})
        if since_ms is not None:
            params["startTime"] = str(since_ms)
        for _ in range(_MOST_PAGES):
            page = await self._read(RestPath.ORDER_FILLS, params, _Page)
            fresh = {row.trade_id: row for row in page.fill_list or []}
            rows |= fresh
            if len(fresh) < PAGE_LIMIT or since_ms is None:
                fills = [_translated(parse_rest_fill, row) for row in rows.values()]
                fills.reverse()
                return tuple(sorted(fills, key=lambda fill: fill.exchange_ms))
            params = params | {"idLessThan": _end_of(page)}
        raise ReadFailed(f"more than {_MOST_PAGES} pages of fills")

    async def positions(self) -> tuple[Position, ...]:
        """Every open position. Raises ReadFailed."""
        params = _PRODUCT | {"marginCoin": MARGIN_COIN}
        rows = await self._read(RestPath.ALL_POSITION, params, list[PositionRow])
        return _translated(parse_positions, rows)

    async def balance(self) -> Balance:
        """The margin coin's balance. Raises ReadFailed."""
        rows = await self._read(RestPath.ACCOUNTS, _PRODUCT, list[BalanceRow])
        return _translated(lambda found: parse_balance(found, None), rows)

    async def settings(self, symbol: str) -> SymbolSettings:
        """Modes, leverages and the lowest maintenance rate of a symbol. Raises ReadFailed.

        Without its tiers, which merely refine a preview, the rate is None.
        """
        params = _PRODUCT | {"symbol": symbol, "marginCoin": MARGIN_COIN}
        row = await self._read(RestPath.ACCOUNT, params, SettingsRow)
        settings = _translated(lambda found: parse_settings(found, symbol), row)
        return replace(settings, maintenance_rate=await self._lowest_rate(symbol))

    async def _lowest_rate(self, symbol: str) -> Decimal | None:
        # Tiers change by announcement, settings are read every half minute: once a run is enough.
        if symbol not in self._lowest_rates:
            params = _PRODUCT | {"symbol": symbol}
            try:
                rows = await self._read(RestPath.POSITION_LEVER, params, list[TierRow])
                self._lowest_rates[symbol] = _translated(parse_lowest_rate, rows)
            except ReadFailed:
                return None
        return self._lowest_rates[symbol]

    async def _read(self, path: RestPath, params: dict[str, str], kind: type[_Data]) -> _Data:
        return _decode(await self._ask(path, params), kind)

    async def _ask(self, path: RestPath, params: dict[str, str]) -> Envelope:
        if not self._signed and not is_public(path):
            raise ReadFailed("no API key")
        attempts = stamina.retry_context(
            on=_Transient, attempts=_ATTEMPTS, timeout=_SECONDS, wait_initial=0.2, wait_max=1.0
        )
        try:
            async for attempt in attempts:
                with attempt:
                    return await self._ask_once(path, params)
        except _Transient as error:
            raise ReadFailed(str(error)) from None
        raise ReadFailed("never tried")

    async def _ask_once(self, path: RestPath, params: dict[str, str]) -> Envelope:
        if not await self._limits.acquire(path, _PATIENCE):
            raise ReadFailed("too many requests are waiting here already")
        evidence = await self._sender.send(path, params)
        if evidence.transport is not Transport.ANSWERED:
            raise _Transient(safe_text(evidence.words))
        envelope = parse_envelope(evidence.body)
        if envelope is None:
            raise _Transient(f"HTTP {evidence.status} with a reply that is not Bitget's")
        if kind_of(envelope.code) is Kind.CLOCK:
            self._clock_refused()
        if envelope.code in _TRANSIENT_CODES:
            if envelope.code == Code.TOO_MANY_REQUESTS:
                self._limits.penalize()
            raise _Transient(f"{envelope.code} {safe_text(envelope.msg or '')}")
        return envelope


def _decode(envelope: Envelope, kind: type[_Data]) -> _Data:
    return _decode_raw(_data(envelope), kind)


def _data(envelope: Envelope) -> bytes:
    if envelope.code != SUCCESS:
        raise ReadFailed(
            ": ".join(filter(None, (envelope.code, safe_text(envelope.msg or ""), advice(envelope.code))))
        )
    if envelope.data is None:
        raise ReadFailed("success without data")
    return envelope.data


def _decode_raw(data: bytes, kind: type[_Data]) -> _Data:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ReadFailed(f"data of another shape: {safe_text(str(error))}") from None


def _translated(parse: Callable[[Any], _Data], payload: object) -> _Data:
    try:
        return parse(payload)
    except TranslationError as error:
        raise ReadFailed(str(error)) from None


def _end_of(page: _Page) -> str:
    if not page.end_id:
        raise ReadFailed("a full page without the id of its end")
    return page.end_id
