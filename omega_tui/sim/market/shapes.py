"""How each symbol's market behaves, in figures measured on recordings, and how it looked in the past.

Spread, depth, update and trade rates were measured on Binance USD-M recordings of 2023 and 2024 (BTC, ETH)
and a Bybit V5 recording of August 2026 (BTC, ETH, SOL, DOGE); `bench/market_realism.py` prints both sides.
Sizes are scaled to Bitget's lots; XRP, which no recording shows, lies between SOL and DOGE.
"""

from dataclasses import dataclass

from omega_tui.sim.market.listings import LISTINGS, Listing
from omega_tui.sim.market.synthetic_past import PastShape


@dataclass(frozen=True, slots=True)
class MarketShape:
    """One symbol's behaviour; sizes in base units, rates per second, volatility as a fraction.

    `second_volatility` is the stdev of one second's return. `touch_size` is the median size at the best
    price, `level_size` that of the levels behind it, `level_spread` the log stdev of both. `fill_ratio` is
    the share of ticks that carry a level. `order_rate` counts taker orders; `order_size` is their median
    and `order_tail` the exponent of the tail above it.
    """

    price: str
    second_volatility: float
    touch_size: float
    level_size: float
    level_spread: float
    fill_ratio: float
    changes_per_update: float
    order_rate: float
    order_size: float
    order_tail: float
    hourly_volume: float
    funding_rate: str
    open_interest: str

    def past(self, lot: float) -> PastShape:
        """The shape of the candles before; hours move a little less than sixty minutes of noise would."""
        return PastShape(self.second_volatility * 60 * 0.9, self.hourly_volume / lot)


SHAPES: dict[str, MarketShape] = {
    "BTCUSDT": MarketShape(
        price="65114.2",
        second_volatility=6e-5,
        touch_size=4,
        level_size=0.15,
        level_spread=1.8,
        fill_ratio=0.5,
        changes_per_update=16,
        order_rate=4,
        order_size=0.03,
        order_tail=1.6,
        hourly_volume=5e3,
        funding_rate="0.000078",
        open_interest="48211.3",
    ),
    "ETHUSDT": MarketShape(
        price="1922.42",
        second_volatility=7e-5,
        touch_size=70,
        level_size=2,
        level_spread=1.6,
        fill_ratio=0.75,
        changes_per_update=14,
        order_rate=3,
        order_size=0.25,
        order_tail=1.6,
        hourly_volume=35e3,
        funding_rate="0.000061",
        open_interest="812345.1",
    ),
    "SOLUSDT": MarketShape(
        price="77.31",
        second_volatility=9e-5,
        touch_size=1100,
        level_size=1400,
        level_spread=0.9,
        fill_ratio=1,
        changes_per_update=9,
        order_rate=2.5,
        order_size=9,
        order_tail=1.6,
        hourly_volume=400e3,
        funding_rate="0.0001",
        open_interest="5210044",
    ),
    "XRPUSDT": MarketShape(
        price="1.2148",
        second_volatility=9e-5,
        touch_size=26e3,
        level_size=32e3,
        level_spread=1,
        fill_ratio=1,
        changes_per_update=9,
        order_rate=2.5,
        order_size=250,
        order_tail=1.6,
        hourly_volume=20e6,
        funding_rate="0.0001",
        open_interest="166120340",
    ),
    "DOGEUSDT": MarketShape(
        price="0.07054",
        second_volatility=9e-5,
        touch_size=230e3,
        level_size=480e3,
        level_spread=1,
        fill_ratio=1,
        changes_per_update=8,
        order_rate=2,
        order_size=2500,
        order_tail=1.6,
        hourly_volume=200e6,
        funding_rate="0.00012",
        open_interest="1802334412",
    ),
}
"""The measured symbols."""

DEFAULT_SYMBOLS = tuple(SHAPES)
"""What a generated market lists unless told."""

GENERATED_SYMBOLS = (*SHAPES, *LISTINGS)
"""What a generated market can list."""

UNMEASURED = MarketShape(
    price="100",
    second_volatility=8e-5,
    touch_size=20,
    level_size=20,
    level_spread=1,
    fill_ratio=0.9,
    changes_per_update=8,
    order_rate=1,
    order_size=1,
    order_tail=1.6,
    hourly_volume=5e3,
    funding_rate="0.0001",
    open_interest="100000",
)
"""For recorded symbols that the table does not have."""


def shape_of(symbol: str) -> MarketShape:
    """The symbol's shape: measured, made up for its listing, or an unremarkable one."""
    listing = LISTINGS.get(symbol)
    if symbol in SHAPES or listing is None:
        return SHAPES.get(symbol, UNMEASURED)
    return _shape_like_measured(listing)


def _shape_like_measured(listing: Listing) -> MarketShape:
    """What SOL, XRP and DOGE have in common, by the turnover of an hour."""
    dollars, price = listing.hourly_millions * 1e6, float(listing.price)
    return MarketShape(
        price=listing.price,
        second_volatility=1e-4,
        touch_size=1.2e-3 * dollars / price,
        level_size=2.2e-3 * dollars / price,
        level_spread=1,
        fill_ratio=1,
        changes_per_update=7,
        order_rate=max(0.4, 2.5 * (listing.hourly_millions / 24) ** 0.5),
        order_size=1.3e-5 * dollars / price,
        order_tail=1.6,
        hourly_volume=dollars / price,
        funding_rate="0.0001",
        open_interest=str(round(9 * dollars / price)),
    )
