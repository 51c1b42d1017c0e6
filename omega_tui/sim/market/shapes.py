"""How each symbol's market behaves, in figures measured on recordings, and how it looked in the past.

Spread, depth, update and trade rates were measured on Binance USD-M recordings of 2023 and 2024 (BTC, ETH)
and a Bybit V5 recording of August 2026 (BTC, ETH, SOL, DOGE); `bench/market_realism.py` prints both sides.
Sizes are scaled to Bitget's lots; XRP, which no recording shows, lies between SOL and DOGE.
"""

from dataclasses import dataclass

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
        "65114.2", 6e-5, 4, 0.15, 1.8, 0.5, 16, 4, 0.012, 1.35, 3000, "0.000078", "48211.3"
    ),
    "ETHUSDT": MarketShape(
        "1922.42", 7e-5, 70, 3, 1.7, 0.75, 14, 3, 0.15, 1.35, 21e3, "0.000061", "812345.1"
    ),
    "SOLUSDT": MarketShape("77.31", 9e-5, 1100, 1400, 0.9, 1, 9, 2.5, 5, 1.3, 380e3, "0.0001", "5210044"),
    "XRPUSDT": MarketShape("1.2148", 9e-5, 26e3, 32e3, 1, 1, 9, 2.5, 150, 1.3, 17e6, "0.0001", "166120340"),
    "DOGEUSDT": MarketShape(
        "0.07054", 11e-5, 23e4, 48e4, 1, 1, 8, 2, 1800, 1.3, 15e7, "0.00012", "1802334412"
    ),
}
"""Symbols of the generated market in its order."""

UNMEASURED = MarketShape("100", 8e-5, 20, 20, 1, 0.9, 8, 1, 1, 1.3, 5000, "0.0001", "100000")
"""For recorded symbols that the table does not have."""


def shape_of(symbol: str) -> MarketShape:
    """The symbol's shape, or an unremarkable one."""
    return SHAPES.get(symbol, UNMEASURED)
