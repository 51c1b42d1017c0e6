"""The market as Bitget's payloads spell it, and the text forms that all payloads share.

Pure functions from the sim's records to JSON-ready members; numbers become texts without trailing zeros, as
in Bitget's captures of 2026. Which channel or route sends a payload, and when, is decided elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import orjson

from omega_tui.domain.values import ceil_to_step, decimal_text, floor_to_step
from omega_tui.sim.facts import CandleRow, Contract, Level, PublicTrade, SymbolStatus
from omega_tui.sim.venue.tickers import TickerState

Row = dict[str, object]
"""One JSON object of a payload."""

UNKNOWN = ""
"""How Bitget writes a value it does not have."""

_MONEY_STEP = Decimal("0.00000001")
_AVERAGE_STEP = Decimal("0.000000000001")
_CHANGE_STEP = Decimal("0.00001")
_NOT_SCHEDULED = "-1"
_FUNDING_CAP = "0.003"
_MERGE_SCALES = 4


def exact(value: Decimal | None) -> str:
    """A price, size or rate with all its digits."""
    return UNKNOWN if value is None else decimal_text(value)


def money(value: Decimal) -> str:
    """An amount to eight places."""
    return decimal_text(value.quantize(_MONEY_STEP))


def average(value: Decimal | None) -> str:
    """An average or a ratio to twelve places."""
    return UNKNOWN if value is None else decimal_text(value.quantize(_AVERAGE_STEP))


def contract_row(contract: Contract, status: SymbolStatus) -> Row:
    """One row of `contracts` ("Get-All-Symbols-Contracts")."""
    return {
        "symbol": contract.symbol,
        "baseCoin": contract.base_coin,
        "quoteCoin": contract.quote_coin,
        "buyLimitPriceRatio": exact(contract.buy_limit_price_ratio),
        "sellLimitPriceRatio": exact(contract.sell_limit_price_ratio),
        "feeRateUpRatio": exact(contract.fee_rate_up_ratio),
        "makerFeeRate": exact(contract.maker_fee_rate),
        "takerFeeRate": exact(contract.taker_fee_rate),
        "openCostUpRatio": exact(contract.open_cost_up_ratio),
        "supportMarginCoins": [contract.quote_coin],
        "minTradeNum": exact(contract.min_trade_num),
        "priceEndStep": str(contract.price_end_step),
        "volumePlace": str(contract.volume_place),
        "pricePlace": str(contract.price_place),
        "sizeMultiplier": exact(contract.size_multiplier),
        "symbolType": "perpetual",
        "minTradeUSDT": exact(contract.min_trade_usdt),
        "maxSymbolOrderNum": str(contract.max_symbol_orders),
        "maxProductOrderNum": str(contract.max_product_orders),
        "maxPositionNum": "150",
        "symbolStatus": str(status),
        "offTime": _NOT_SCHEDULED,
        "limitOpenTime": _NOT_SCHEDULED,
        "deliveryTime": UNKNOWN,
        "deliveryStartTime": UNKNOWN,
        "deliveryPeriod": UNKNOWN,
        "launchTime": UNKNOWN,
        "fundInterval": str(contract.fund_interval),
        "minLever": str(contract.min_lever),
        "maxLever": str(contract.max_lever),
        "posLimit": "0.05",
        "maintainTime": UNKNOWN,
        "maxMarketOrderQty": exact(contract.max_market_order_qty),
        "maxOrderQty": exact(contract.max_order_qty),
        "isRwa": "NO",
    }


def tier_rows(contract: Contract) -> list[Row]:
    """The position tiers ("Get-Query-Position-Lever")."""
    return [
        {
            "symbol": contract.symbol,
            "level": str(tier.level),
            "startUnit": exact(tier.start_unit),
            "endUnit": exact(tier.end_unit),
            "leverage": str(tier.leverage),
            "keepMarginRate": exact(tier.keep_margin_rate),
        }
        for tier in contract.tiers
    ]


def ticker_row(state: TickerState, day_open: Decimal | None) -> Row:
    """One row of `ticker` and `tickers` ("Get-Ticker"); `day_open` is the open of the UTC day."""
    return {
        "symbol": state.symbol,
        "lastPr": exact(state.last),
        "askPr": exact(state.ask),
        "bidPr": exact(state.bid),
        "bidSz": exact(state.bid_size),
        "askSz": exact(state.ask_size),
        "high24h": exact(state.high_24h),
        "low24h": exact(state.low_24h),
        "ts": str(state.ts),
        "change24h": _change(state.last, state.open_24h),
        "baseVolume": exact(state.base_volume_24h),
        "quoteVolume": exact(state.quote_volume_24h),
        "usdtVolume": exact(state.quote_volume_24h),
        "openUtc": exact(day_open),
        "changeUtc24h": _change(state.last, day_open),
        "indexPrice": exact(state.index),
        "fundingRate": exact(state.funding_rate),
        "holdingAmount": exact(state.open_interest),
        "deliveryStartTime": None,
        "deliveryTime": None,
        "deliveryStatus": UNKNOWN,
        "open24h": exact(state.open_24h),
        "markPrice": exact(state.mark),
    }


def ticker_push(state: TickerState, day_open: Decimal | None) -> Row:
    """One row of the channel `ticker` ("Tickers-Channel")."""
    return {
        "instId": state.symbol,
        "lastPr": exact(state.last),
        "bidPr": exact(state.bid),
        "askPr": exact(state.ask),
        "bidSz": exact(state.bid_size),
        "askSz": exact(state.ask_size),
        "open24h": exact(state.open_24h),
        "high24h": exact(state.high_24h),
        "low24h": exact(state.low_24h),
        "change24h": _change(state.last, state.open_24h),
        "fundingRate": exact(state.funding_rate),
        "nextFundingTime": stamp(state.next_funding_ms),
        "markPrice": exact(state.mark),
        "indexPrice": exact(state.index),
        "holdingAmount": exact(state.open_interest),
        "baseVolume": exact(state.base_volume_24h),
        "quoteVolume": exact(state.quote_volume_24h),
        "openUtc": exact(day_open),
        "symbolType": "1",
        "symbol": state.symbol,
        "ts": str(state.ts),
    }


def symbol_price_row(state: TickerState) -> Row:
    """One row of `symbol-price` ("Get-Symbol-Price")."""
    return {
        "symbol": state.symbol,
        "price": exact(state.last),
        "indexPrice": exact(state.index),
        "markPrice": exact(state.mark),
        "ts": str(state.ts),
    }


def fund_rate_row(state: TickerState, contract: Contract) -> Row:
    """One row of `current-fund-rate` ("Get-Current-Funding-Rate")."""
    return {
        "symbol": state.symbol,
        "fundingRate": exact(state.funding_rate),
        "fundingRateInterval": str(contract.fund_interval),
        "nextUpdate": stamp(state.next_funding_ms),
        "minFundingRate": f"-{_FUNDING_CAP}",
        "maxFundingRate": _FUNDING_CAP,
    }


def funding_time_row(state: TickerState, contract: Contract) -> Row:
    """One row of `funding-time` ("Get-Symbol-Next-Funding-Time")."""
    return {
        "symbol": state.symbol,
        "nextFundingTime": stamp(state.next_funding_ms),
        "ratePeriod": str(contract.fund_interval),
    }


def settled_row(symbol: str, rate: str, settled_ms: int) -> Row:
    """One row of `history-fund-rate` ("Get-History-Funding-Rate")."""
    return {"symbol": symbol, "fundingRate": rate, "fundingTime": str(settled_ms)}


def oi_limit_row(contract: Contract) -> Row:
    """One row of `oi-limit` ("Get-Contracts-Oi"): an account may hold what the last tier ends with.

    All accounts together may hold twice as much; the page has no formula.
    """
    largest = contract.tiers[-1].end_unit
    return {
        "symbol": contract.symbol,
        "notionalValue": exact(largest),
        "totalNotionalValue": exact(2 * largest),
    }


def stamp(moment_ms: int | None) -> str:
    """A moment inside a payload: milliseconds as text."""
    return UNKNOWN if moment_ms is None else str(moment_ms)


def trade_row(trade: PublicTrade) -> Row:
    """One row of the channel `trade` ("New-Trades-Channel")."""
    return {
        "ts": str(trade.ts),
        "price": trade.price,
        "size": trade.size,
        "side": str(trade.side),
        "tradeId": trade.trade_id,
    }


def market_fill_row(trade: PublicTrade) -> Row:
    """One row of the market's `fills` ("Get-Recent-Fills")."""
    return {
        "tradeId": trade.trade_id,
        "price": trade.price,
        "size": trade.size,
        "side": str(trade.side),
        "ts": str(trade.ts),
        "symbol": trade.symbol,
    }


def market_fill_history_row(trade: PublicTrade) -> Row:
    """One row of the market's `fills-history`, which alone begins its sides with a capital."""
    return {**market_fill_row(trade), "side": str(trade.side).capitalize()}


def candle_row(row: CandleRow) -> list[str]:
    """One candle of the REST routes: seven texts ("Get-Candle-Data")."""
    return [str(row[0]), *row[1:]]


def candle_push(row: CandleRow) -> list[str]:
    """One candle of the channel: eight texts, the last being the volume in USDT ("Candlesticks-Channel")."""
    return [str(row[0]), *row[1:], row[6]]


@dataclass(frozen=True, slots=True)
class Precision:
    """How far a depth reply merges prices: `scale` is the width of its levels."""

    name: str
    scale: Decimal
    largest: bool


def precision(contract: Contract, name: str | None) -> Precision | None:
    """The precision `scale0` … `scale3` names; absent means unmerged, None that the name is none."""
    number = (name or "scale0").lower().removeprefix("scale")
    if name is not None and not (number.isascii() and number.isdigit() and len(number) == 1):
        return None
    power = min(int(number), _MERGE_SCALES - 1)
    return Precision(f"scale{power}", contract.tick.scaleb(power), power == _MERGE_SCALES - 1)


def merged_levels(levels: Iterable[Level], merge: Precision, rounding: str, limit: int) -> list[Level]:
    """Up to `limit` levels with sizes summed at prices `rounding` takes them to (ROUND_FLOOR for bids)."""
    if merge.name == "scale0":
        return list(levels)[:limit]
    sums: dict[Decimal, Decimal] = {}
    to_step = floor_to_step if rounding == ROUND_FLOOR else ceil_to_step
    for price, size in levels:
        merged = to_step(Decimal(price), merge.scale)
        if merged not in sums and len(sums) == limit:
            break
        sums[merged] = sums.get(merged, Decimal(0)) + Decimal(size)
    return [(exact(price), exact(size)) for price, size in sums.items()]


def depth(bids: Sequence[Level], asks: Sequence[Level], merge: Precision, ts: int, limit: int) -> Row:
    """The data of `merge-depth` ("Get-Merge-Depth"): levels are pairs of JSON numbers there."""
    return {
        "asks": [_numbers(level) for level in merged_levels(asks, merge, ROUND_CEILING, limit)],
        "bids": [_numbers(level) for level in merged_levels(bids, merge, ROUND_FLOOR, limit)],
        "ts": str(ts),
        "scale": exact(merge.scale),
        "precision": merge.name,
        "isMaxPrecision": "YES" if merge.largest else "NO",
    }


def _numbers(level: Level) -> orjson.Fragment:
    """A level as JSON numbers with exactly the digits of its texts."""
    return orjson.Fragment(f"[{level[0]},{level[1]}]")


def _change(last: Decimal | None, opened: Decimal | None) -> str:
    if last is None or not opened:
        return UNKNOWN
    return decimal_text((last / opened - 1).quantize(_CHANGE_STEP))
