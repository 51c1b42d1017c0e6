"""What may be traded and in which steps: tick, lot, minima, fees, leverage range."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Instrument:
    """The trading rules of one USDT-margined perpetual.

    `tick` is in quote units, `lot` and the sizes in base units, `min_notional` in quote units; fee rates are
    fractions (0.0006 is 6 basis points). A limit that the exchange does not state is None. The markups are
    shares that the exchange adds to cost and fee when it asks whether an opening order can be paid for
    (`openCostUpRatio`, `feeRateUpRatio`). The bands are the shares by which a buy limit may lie above the
    mark price and a sell limit below it (`buyLimitPriceRatio`, `sellLimitPriceRatio`).
    """

    symbol: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    min_size: Decimal
    min_notional: Decimal
    maker_fee_rate: Decimal
    taker_fee_rate: Decimal
    min_leverage: int
    max_leverage: int
    max_limit_size: Decimal | None
    max_market_size: Decimal | None
    funding_interval_hours: int | None
    tradable: bool
    open_cost_markup: Decimal = Decimal(0)
    fee_markup: Decimal = Decimal(0)
    buy_band: Decimal | None = None
    sell_band: Decimal | None = None

    @property
    def price_places(self) -> int:
        """Decimals a price is shown with."""
        return _places(self.tick)

    @property
    def size_places(self) -> int:
        """Decimals a size is shown with."""
        return _places(self.lot)


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a symbol's position limits: up to `limit` quote units of notional (None for no end) the
    leverage is at most `max_leverage` and the maintenance margin `maintenance_rate` of the notional."""

    start: Decimal
    limit: Decimal | None
    max_leverage: int
    maintenance_rate: Decimal


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -int(exponent))
