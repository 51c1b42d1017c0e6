"""Reads of the market, which need no key: contracts, ticker, book, trades, candles, the exchange's time."""

from decimal import Decimal

import msgspec

from omega_tui.domain.book import InvalidLevel, OrderBook
from omega_tui.domain.market import Candle, PublicTrade, Ticker, Timeframe
from omega_tui.exchange.bitget.rest.reader import PRODUCT, Reader, translated
from omega_tui.exchange.bitget.streams.frames import FlatRow
from omega_tui.exchange.bitget.translation.market import (
    ContractRow,
    parse_candles,
    parse_ticker,
    parse_trades,
)
from omega_tui.exchange.bitget.translation.words import TranslationError
from omega_tui.exchange.bitget.wire import CANDLE_LIMIT, HISTORY_CANDLE_LIMIT, MARKET_FILLS_LIMIT, RestPath
from omega_tui.exchange.port import ReadFailed

_DEPTHS = (1, 5, 15, 50, 100)

_Levels = list[tuple[Decimal, Decimal]]


class _Depth(msgspec.Struct, frozen=True):
    """Bitget's page shows JSON numbers as levels, captures show texts: either becomes an exact decimal."""

    asks: _Levels
    bids: _Levels


class MarketReads(Reader):
    """What is traded and at which prices. Every method raises ReadFailed."""

    async def contracts(self) -> list[ContractRow]:
        """The contract list as sent."""
        return await self._read(RestPath.CONTRACTS, PRODUCT, list[ContractRow])

    async def ticker(self, symbol: str) -> Ticker:
        """The newest prices of a symbol."""
        rows = await self._read(RestPath.TICKER, PRODUCT | {"symbol": symbol}, list[FlatRow])
        return translated(lambda found: _the_ticker(found, symbol), rows)

    async def book(self, symbol: str, depth: int) -> OrderBook:
        """The best `depth` levels of each side, at most 100."""
        limit = next((known for known in _DEPTHS if known >= depth), _DEPTHS[-1])
        params = PRODUCT | {"symbol": symbol, "limit": str(limit)}
        reply = await self._read(RestPath.MERGE_DEPTH, params, _Depth)
        book = OrderBook()
        try:
            book.reset(_texts(reply.bids[:depth]), _texts(reply.asks[:depth]))
        except (InvalidLevel, ValueError) as error:
            raise ReadFailed(f"a book that makes no sense: {error}") from None
        if book.crossed:
            raise ReadFailed("the book is crossed")
        return book

    async def trades(self, symbol: str, limit: int) -> tuple[PublicTrade, ...]:
        """The newest public trades, oldest first, at most 100."""
        params = PRODUCT | {"symbol": symbol, "limit": str(min(limit, MARKET_FILLS_LIMIT))}
        return translated(parse_trades, await self._read(RestPath.MARKET_FILLS, params, list[FlatRow]))

    async def candles(
        self, symbol: str, timeframe: Timeframe, limit: int, end_ms: int | None = None
    ) -> tuple[Candle, ...]:
        """Candles oldest first: the newest ones, or those that began before `end_ms`."""
        params = PRODUCT | {"symbol": symbol, "granularity": timeframe.value}
        if end_ms is None:
            params |= {"limit": str(min(limit, CANDLE_LIMIT))}
            return translated(parse_candles, await self._read(RestPath.CANDLES, params, list[list[str]]))
        return await self._past_candles(params, limit, end_ms)

    async def _past_candles(self, params: dict[str, str], limit: int, end_ms: int) -> tuple[Candle, ...]:
        found: tuple[Candle, ...] = ()
        while len(found) < limit:
            wanted = min(limit - len(found), HISTORY_CANDLE_LIMIT)
            end = found[0].start_ms if found else end_ms
            asked = params | {"limit": str(wanted), "endTime": str(end - 1)}
            rows = await self._read(RestPath.HISTORY_CANDLES, asked, list[list[str]])
            page = tuple(candle for candle in translated(parse_candles, rows) if candle.start_ms < end)
            if not page:
                break
            found = page + found
        return found[-limit:]


def _the_ticker(rows: list[FlatRow], symbol: str) -> Ticker:
    if len(rows) != 1:
        raise TranslationError(f"{len(rows)} tickers instead of one")
    ticker = parse_ticker(rows[0], symbol, 0)
    if not ticker.exchange_ms:
        raise TranslationError("a ticker without a time")
    return ticker


def _texts(levels: _Levels) -> list[tuple[str, str]]:
    return [(format(price, "f"), format(size, "f")) for price, size in levels]
