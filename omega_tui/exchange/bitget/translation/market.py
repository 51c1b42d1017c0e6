"""Public market payloads, from the streams and from REST, as domain facts. Pure.

Sources: Bitget's Tickers-Channel, New-Trades-Channel, Candlesticks-Channel, Get-Candle-Data and
Get-All-Symbols-Contracts.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from omega_tui.domain.instruments import Instrument
from omega_tui.domain.market import Candle, PublicTrade, Ticker
from omega_tui.domain.text import safe_text
from omega_tui.exchange.bitget.streams.frames import FlatRow
from omega_tui.exchange.bitget.translation.words import (
    TranslationError,
    parse_integer,
    parse_number,
    parse_optional,
    parse_positive,
    parse_side,
    parse_symbol_name,
    parse_time,
)

_CANDLE_COLUMNS = 6


class ContractRow(msgspec.Struct, frozen=True, rename="camel"):
    """A row of the contract list; members that are not needed are ignored."""

    symbol: str
    base_coin: str
    quote_coin: str
    maker_fee_rate: str
    taker_fee_rate: str
    min_trade_num: str
    price_end_step: str
    price_place: str
    size_multiplier: str
    symbol_type: str
    symbol_status: str
    min_lever: str
    max_lever: str
    min_trade_usdt: str = msgspec.field(name="minTradeUSDT")
    fund_interval: str | None = None
    max_order_qty: str | None = None
    max_market_order_qty: str | None = None
    open_cost_up_ratio: str | None = None
    fee_rate_up_ratio: str | None = None
    buy_limit_price_ratio: str | None = None
    sell_limit_price_ratio: str | None = None


def parse_ticker(row: FlatRow, symbol: str, pushed_ms: int) -> Ticker:
    """A ticker row about `symbol`; `pushed_ms` stamps it when the row's own time is missing.

    Raises `TranslationError` when the row is about another symbol.
    """
    named = row.get("instId") or row.get("symbol")
    if named != symbol:
        raise TranslationError(f"a ticker of {safe_text(str(named), 40)!r} in the channel of {symbol}")
    return Ticker(
        symbol=symbol,
        exchange_ms=parse_time(row.get("ts"), "ts") or pushed_ms,
        last_price=parse_positive(row.get("lastPr"), "lastPr"),
        bid_price=parse_positive(row.get("bidPr"), "bidPr"),
        ask_price=parse_positive(row.get("askPr"), "askPr"),
        mark_price=parse_positive(row.get("markPrice"), "markPrice"),
        index_price=parse_positive(row.get("indexPrice"), "indexPrice"),
        funding_rate=parse_optional(row.get("fundingRate"), "fundingRate"),
        next_funding_ms=parse_time(row.get("nextFundingTime"), "nextFundingTime"),
        open_interest=parse_optional(row.get("holdingAmount"), "holdingAmount"),
        high_24h=parse_positive(row.get("high24h"), "high24h"),
        low_24h=parse_positive(row.get("low24h"), "low24h"),
        open_24h=parse_positive(row.get("open24h"), "open24h"),
        change_24h=parse_optional(row.get("change24h"), "change24h"),
        base_volume_24h=parse_optional(row.get("baseVolume"), "baseVolume"),
        quote_volume_24h=parse_optional(row.get("quoteVolume"), "quoteVolume"),
    )


def parse_trades(rows: Sequence[FlatRow]) -> tuple[PublicTrade, ...]:
    """Trade rows, which arrive newest first, oldest first."""
    trades = [_parse_trade(row) for row in reversed(rows)]
    if len(trades) > 1:
        trades.sort(key=lambda trade: trade.exchange_ms)
    return tuple(trades)


def _parse_trade(row: FlatRow) -> PublicTrade:
    side, stamp = row.get("side"), parse_time(row.get("ts"), "ts")
    if stamp is None:
        raise TranslationError("a trade without a time")
    return PublicTrade(
        trade_id=safe_text(str(row.get("tradeId") or ""), 40),
        exchange_ms=stamp,
        price=parse_number(row.get("price"), "price"),
        size=parse_number(row.get("size"), "size"),
        side=parse_side(side if isinstance(side, str) else None),
    )


def parse_candles(rows: Iterable[Sequence[str]]) -> tuple[Candle, ...]:
    """Candle rows `[start, open, high, low, close, base volume, …]`, oldest first."""
    candles = [_parse_candle(row) for row in rows]
    candles.sort(key=lambda candle: candle.start_ms)
    return tuple(candles)


def _parse_candle(row: Sequence[str]) -> Candle:
    start = parse_time(row[0], "candle start") if len(row) >= _CANDLE_COLUMNS else None
    if start is None:
        raise TranslationError("a candle without a start")
    # Candles are drawn and measured, never paid: floats by the domain's own choice.
    prices = [float(parse_number(text, "candle")) for text in row[1:_CANDLE_COLUMNS]]
    return Candle(start, *prices)


def parse_instruments(rows: Iterable[ContractRow]) -> tuple[Instrument, ...]:
    """The USDT perpetuals of a contract list; rows that make no sense are left out."""
    instruments: list[Instrument] = []
    for row in rows:
        if row.symbol_type != "perpetual" or row.quote_coin != "USDT":
            continue
        try:
            instruments.append(parse_instrument(row))
        except TranslationError:
            continue
    return tuple(instruments)


def parse_instrument(row: ContractRow) -> Instrument:
    """One contract. The tick is `priceEndStep` units of the last of `pricePlace` decimals."""
    places = parse_integer(row.price_place, "pricePlace")
    return Instrument(
        symbol=parse_symbol_name(row.symbol),
        base=safe_text(row.base_coin, 20),
        quote=safe_text(row.quote_coin, 20),
        tick=_step(parse_number(row.price_end_step, "priceEndStep").scaleb(-places), "priceEndStep"),
        lot=_step(parse_number(row.size_multiplier, "sizeMultiplier"), "sizeMultiplier"),
        min_size=parse_number(row.min_trade_num, "minTradeNum"),
        min_notional=parse_number(row.min_trade_usdt, "minTradeUSDT"),
        maker_fee_rate=parse_number(row.maker_fee_rate, "makerFeeRate"),
        taker_fee_rate=parse_number(row.taker_fee_rate, "takerFeeRate"),
        min_leverage=parse_integer(row.min_lever, "minLever"),
        max_leverage=parse_integer(row.max_lever, "maxLever"),
        max_limit_size=parse_positive(row.max_order_qty, "maxOrderQty"),
        max_market_size=parse_positive(row.max_market_order_qty, "maxMarketOrderQty"),
        funding_interval_hours=parse_integer(row.fund_interval, "fundInterval")
        if row.fund_interval
        else None,
        tradable=row.symbol_status == "normal",
        open_cost_markup=parse_optional(row.open_cost_up_ratio, "openCostUpRatio") or Decimal(0),
        fee_markup=parse_optional(row.fee_rate_up_ratio, "feeRateUpRatio") or Decimal(0),
        buy_band=parse_positive(row.buy_limit_price_ratio, "buyLimitPriceRatio"),
        sell_band=parse_positive(row.sell_limit_price_ratio, "sellLimitPriceRatio"),
    )


def _step(step: Decimal, member: str) -> Decimal:
    if step <= 0:
        raise TranslationError(f"{member} is not a step")
    return step
