"""The contracts the simulated exchange can list, with the trading rules Bitget gives them.

BTCUSDT, ETHUSDT and XRPUSDT are as Bitget's V2 contracts endpoint stated them in September 2026, and
BTCUSDT's tiers as its query-position-lever endpoint did. The other rows follow the same pattern at the
size of their market. A recorded market may be finer grained than our row; then the row is refined, since a
book on prices its own contract forbids could not be traded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from omega_tui.sim.facts import Contract, Tier
from omega_tui.sim.market.listings import LISTINGS
from omega_tui.sim.market.texts import decimals

_QUOTE = "USDT"


@dataclass(frozen=True, slots=True)
class _Row:
    """What differs between two contracts; quantities as texts in base units, `cap` is tier one's notional."""

    price_place: int
    volume_place: int
    price_ratio: str
    max_lever: int
    max_market: str
    max_order: str
    cap: int


_ROWS = {
    "BTCUSDT": _Row(1, 4, "0.05", 150, "220", "1200", 200_000),
    "ETHUSDT": _Row(2, 2, "0.05", 150, "1900", "9900", 150_000),
    "SOLUSDT": _Row(2, 1, "0.07", 100, "22000", "120000", 50_000),
    "XRPUSDT": _Row(4, 0, "0.07", 125, "460000", "3700000", 50_000),
    "DOGEUSDT": _Row(5, 0, "0.07", 75, "4000000", "30000000", 50_000),
    "DASHUSDT": _Row(2, 2, "0.1", 50, "2500", "12000", 20_000),
    "UNIUSDT": _Row(3, 0, "0.1", 75, "30000", "150000", 20_000),
}
_UNLISTED = _Row(2, 0, "0.1", 50, "100000", "500000", 20_000)

_BTC_LADDER = (
    (200_000, 150, "0.004"),
    (1_000_000, 100, "0.005"),
    (5_000_000, 75, "0.007"),
    (15_000_000, 50, "0.01"),
    (50_000_000, 25, "0.02"),
    (100_000_000, 20, "0.03"),
    (150_000_000, 10, "0.06"),
    (300_000_000, 5, "0.12"),
    (500_000_000, 4, "0.15"),
    (700_000_000, 3, "0.2"),
    (900_000_000, 2, "0.3"),
    (1_200_000_000, 1, "0.6"),
)
"""Upper notional, highest leverage and maintenance margin rate of BTCUSDT's twelve tiers."""


def _tiers(cap: int, max_lever: int) -> tuple[Tier, ...]:
    """BTCUSDT's ladder scaled to the market's size, from the tier whose leverage it may use."""
    scale = Decimal(cap) / _BTC_LADDER[0][0]
    rungs = [(int(end * scale), lever, rate) for end, lever, rate in _BTC_LADDER if lever <= max_lever]
    if rungs[0][1] != max_lever:
        rungs.insert(0, (cap, max_lever, format(Decimal("0.5") / max_lever, ".4f").rstrip("0")))
    starts = [0, *(end for end, _, _ in rungs[:-1])]
    return tuple(
        Tier(level, Decimal(start), Decimal(end), lever, Decimal(rate))
        for level, (start, (end, lever, rate)) in enumerate(zip(starts, rungs, strict=True), 1)
    )


def _row_of(symbol: str) -> _Row:
    listing = LISTINGS.get(symbol)
    if symbol in _ROWS or listing is None:
        return _ROWS.get(symbol, _UNLISTED)
    hour = Decimal(repr(listing.hourly_millions)) * 1_000_000 / Decimal(listing.price)
    return _Row(
        listing.price_place,
        listing.volume_place,
        "0.07" if listing.max_lever > 50 else "0.1",
        listing.max_lever,
        _two_digits(hour / 40),
        _two_digits(hour / 5),
        50_000 if listing.max_lever > 50 else 20_000,
    )


def _two_digits(quantity: Decimal) -> str:
    """A round number of about that many, as exchanges set their limits."""
    rounded = quantity.quantize(Decimal(1).scaleb(quantity.adjusted() - 1))
    return format(rounded, "f")


def contract_for(symbol: str) -> Contract:
    """The rules of `symbol` (Bitget's spelling, BTCUSDT); cautious ones when it is not in the table."""
    row = _row_of(symbol)
    lot = Decimal(1).scaleb(-row.volume_place)
    return Contract(
        symbol=symbol,
        base_coin=symbol.removesuffix(_QUOTE),
        quote_coin=_QUOTE,
        price_place=row.price_place,
        price_end_step=1,
        volume_place=row.volume_place,
        size_multiplier=lot,
        min_trade_num=lot,
        min_trade_usdt=Decimal(5),
        maker_fee_rate=Decimal("0.0002"),
        taker_fee_rate=Decimal("0.0006"),
        buy_limit_price_ratio=Decimal(row.price_ratio),
        sell_limit_price_ratio=Decimal(row.price_ratio),
        min_lever=1,
        max_lever=row.max_lever,
        fund_interval=8,
        max_market_order_qty=Decimal(row.max_market),
        max_order_qty=Decimal(row.max_order),
        tiers=_tiers(row.cap, row.max_lever),
        open_cost_up_ratio=Decimal("0.01"),
        fee_rate_up_ratio=Decimal("0.005"),
    )


def refined(contract: Contract, prices: Iterable[str], sizes: Iterable[str]) -> Contract:
    """The contract with a tick and a lot fine enough for these plain texts."""
    price_place = max((contract.price_place, *map(decimals, prices)))
    volume_place = max((contract.volume_place, *map(decimals, sizes)))
    lot = Decimal(1).scaleb(-volume_place)
    if volume_place == contract.volume_place:
        lot = contract.size_multiplier
    return replace(
        contract,
        price_place=price_place,
        volume_place=volume_place,
        size_multiplier=lot,
        min_trade_num=min(lot, contract.min_trade_num),
    )


def listed(symbols: Sequence[str]) -> tuple[Contract, ...]:
    """The contracts of several symbols, in the order asked for."""
    return tuple(contract_for(symbol) for symbol in symbols)
