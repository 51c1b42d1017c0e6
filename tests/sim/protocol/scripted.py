"""A small market whose every number a test knows: two contracts, a fixed opening, a past of round candles.

After the opening nothing happens by itself; tests apply events to the exchange when they want them.
"""

from collections.abc import Iterator
from decimal import Decimal

from omega_tui.sim.facts import (
    BookDelta,
    BookSnapshot,
    CandleRow,
    Contract,
    Direction,
    Level,
    MarketEvent,
    MarketFacts,
    PublicTrade,
    Tier,
)
from omega_tui.sim.market.granularity import granularity as granularity_of

BTC, ETH = "BTCUSDT", "ETHUSDT"
CANDLES_KEPT = 300

BTC_BIDS: tuple[Level, ...] = tuple((f"{60000 - i / 2:g}", f"{1 + i / 4:g}") for i in range(40))
BTC_ASKS: tuple[Level, ...] = tuple((f"{60000.5 + i / 2:g}", f"{2 + i / 4:g}") for i in range(40))
ETH_BIDS: tuple[Level, ...] = (("3000", "10"), ("2999.99", "20"))
ETH_ASKS: tuple[Level, ...] = (("3000.01", "11"), ("3000.02", "21"))


def _contract(symbol: str, price_place: int, volume_place: int) -> Contract:
    lot = Decimal(1).scaleb(-volume_place)
    return Contract(
        symbol=symbol,
        base_coin=symbol.removesuffix("USDT"),
        quote_coin="USDT",
        price_place=price_place,
        price_end_step=1,
        volume_place=volume_place,
        size_multiplier=lot,
        min_trade_num=lot,
        min_trade_usdt=Decimal(5),
        maker_fee_rate=Decimal("0.0002"),
        taker_fee_rate=Decimal("0.0006"),
        buy_limit_price_ratio=Decimal("0.05"),
        sell_limit_price_ratio=Decimal("0.05"),
        min_lever=1,
        max_lever=125,
        fund_interval=8,
        max_market_order_qty=Decimal(220),
        max_order_qty=Decimal(1200),
        tiers=(
            Tier(1, Decimal(0), Decimal(150_000), 125, Decimal("0.004")),
            Tier(2, Decimal(150_000), Decimal(100_000_000), 100, Decimal("0.005")),
        ),
    )


class ScriptedSource:
    """A `MarketSource` that opens two books and then stands still."""

    label = "scripted"
    contracts = (_contract(BTC, 1, 4), _contract(ETH, 2, 3))

    def __init__(self, start_ms: int, later: tuple[MarketEvent, ...] = ()) -> None:
        self._start_ms = start_ms
        self._later = later

    def events(self) -> Iterator[MarketEvent]:
        ts = self._start_ms
        yield BookSnapshot(BTC, ts, BTC_BIDS, BTC_ASKS)
        yield _facts(BTC, ts, "60001.5", "60002.25", "100")
        yield PublicTrade(BTC, ts, "60000.5", "0.25", Direction.BUY, "9000000000000000001")
        yield PublicTrade(BTC, ts, "60000", "0.75", Direction.SELL, "9000000000000000002")
        yield BookSnapshot(ETH, ts, ETH_BIDS, ETH_ASKS)
        yield _facts(ETH, ts, "3000.5", "3001.25", "1000")
        yield PublicTrade(ETH, ts, "3000", "1.5", Direction.SELL, "9000000000000000003")
        yield from self._later

    def past_candles(self, symbol: str, granularity: str, before_ms: int, limit: int) -> list[CandleRow]:
        """Candle number n before the market opens at base - n, one higher, one lower, closes a half above."""
        grid = granularity_of(granularity)
        base = 60000 if symbol == BTC else 3000
        starts = [grid.back(self._start_ms, n) for n in range(1, CANDLES_KEPT + 1)]
        rows = [
            (
                start,
                f"{base - n}",
                f"{base - n + 1}",
                f"{base - n - 1}",
                f"{base - n + 0.5:g}",
                "2",
                f"{2 * base}",
            )
            for n, start in enumerate(starts, 1)
            if start < before_ms
        ]
        return rows[:limit][::-1]

    def past_funding_rate(self, symbol: str, settled_ms: int) -> str:
        """Number n before the market opens is n millionths."""
        return f"{(self._start_ms - settled_ms) // (8 * 3_600_000) + 1}e-6"


def _facts(symbol: str, ts: int, mark: str, index: str, volume: str) -> MarketFacts:
    return MarketFacts(
        symbol,
        ts,
        mark_price=mark,
        index_price=index,
        funding_rate="0.0001",
        next_funding_ms=ts - ts % 28_800_000 + 28_800_000,
        open_interest="4321.5",
        open_24h=f"{Decimal(index) / 2:f}",
        high_24h=f"{Decimal(index) * 2:f}",
        low_24h=f"{Decimal(index) / 4:f}",
        base_volume_24h=volume,
        quote_volume_24h=f"{Decimal(volume) * 1000:f}",
    )


def trade(
    symbol: str, ts: int, price: str, size: str, number: int, side: Direction = Direction.BUY
) -> PublicTrade:
    """A public trade with a recognisable id."""
    return PublicTrade(symbol, ts, price, size, side, str(9_100_000_000_000_000_000 + number))


def delta(symbol: str, ts: int, bids: tuple[Level, ...] = (), asks: tuple[Level, ...] = ()) -> BookDelta:
    """A change of the book."""
    return BookDelta(symbol, ts, bids, asks)
