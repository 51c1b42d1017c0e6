"""Tables that Bitget publishes for everybody: fees by level, what coins count as margin, interest.

The shapes are the pages'. The figures are of the order that Bitget has published and are nobody's present
ones; nothing in the exchange depends on them.
"""

from typing import Final, NamedTuple

from omega_tui.sim.payloads.market import Row

_DAY_MS: Final = 86_400_000
_INTEREST_DAYS: Final = 30


class _Level(NamedTuple):
    deal: int
    asset: int
    taker: str
    maker: str
    bitcoins: int
    dollars: int


_LEVELS: Final = (
    _Level(12_500_000, 50_000, "0.0004", "0.00016", 300, 3_000_000),
    _Level(25_000_000, 200_000, "0.000375", "0.00014", 400, 5_000_000),
    _Level(62_500_000, 500_000, "0.00035", "0.00012", 500, 6_000_000),
    _Level(250_000_000, 1_000_000, "0.00032", "0.0001", 600, 8_000_000),
    _Level(750_000_000, 2_000_000, "0.00031", "0.00008", 800, 10_000_000),
    _Level(2_500_000_000, 5_000_000, "0.0003", "0.00006", 1000, 15_000_000),
    _Level(5_000_000_000, 10_000_000, "0.00028", "0.00004", 1200, 20_000_000),
)

_Steps = tuple[tuple[str, str, str], ...]
"""From an amount, to an amount (-1 is no end), a rate."""

_DISCOUNTS: Final[dict[str, tuple[str, str, _Steps]]] = {
    "BTC": (
        "100",
        "1500",
        (("0", "10", "0.98"), ("10", "50", "0.95"), ("50", "100", "0.9"), ("100", "-1", "0")),
    ),
    "ETH": (
        "2000",
        "30000",
        (("0", "200", "0.97"), ("200", "1000", "0.93"), ("1000", "2000", "0.88"), ("2000", "-1", "0")),
    ),
    "USDC": ("1000000", "20000000", (("0", "1000000", "0.99"), ("1000000", "-1", "0"))),
}
"""By coin: what one account may count, what all may, and how much of it counts."""

_EXCHANGE: Final[dict[str, _Steps]] = {
    "BTC": (("0", "10", "0.995"), ("10", "50", "0.99"), ("50", "-1", "0.98")),
    "ETH": (("0", "200", "0.995"), ("200", "1000", "0.99"), ("1000", "-1", "0.98")),
    "USDC": (("0", "1000000", "0.999"), ("1000000", "-1", "0.998")),
}
"""By coin: which part of its value an amount brings when it is turned into USDT."""

_INTEREST: Final = {
    "USDT": ("0.0365", "0.0001"),
    "USDC": ("0.0365", "0.0001"),
    "BTC": ("0.01095", "0.00003"),
    "ETH": ("0.0219", "0.00006"),
}
"""By coin: interest of a year and of a day."""

INTEREST_COINS: Final = frozenset(_INTEREST)
"""Coins that can be borrowed."""


def vip_rows() -> list[Row]:
    """`vip-fee-rate` ("Get-VIP-Fee-Rate"): fees and withdrawals of each level."""
    return [
        {
            "level": str(number),
            "dealAmount": str(level.deal),
            "assetAmount": str(level.asset),
            "takerFeeRate": level.taker,
            "makerFeeRate": level.maker,
            "btcWithdrawAmount": str(level.bitcoins),
            "usdtWithdrawAmount": str(level.dollars),
        }
        for number, level in enumerate(_LEVELS, 1)
    ]


def discount_rows() -> list[Row]:
    """`discount-rate` ("Get-Discount-Rate"): how much of a coin counts as margin."""
    return [
        {
            "coin": coin,
            "userLimit": own,
            "totalLimit": every,
            "discountRateList": _steps(steps, "discountRate"),
        }
        for coin, (own, every, steps) in _DISCOUNTS.items()
    ]


def exchange_rows() -> list[Row]:
    """`exchange-rate` ("Get-Exchange-Rate"): what a coin brings when it is turned into USDT."""
    return [
        {"coin": coin, "exchangeRateList": _steps(steps, "exchangeRate")} for coin, steps in _EXCHANGE.items()
    ]


def interest_row(coin: str, now_ms: int) -> Row:
    """`union-interest-rate-history` ("Get-Interest-Rate"): a month of daily rates of a coin, newest first."""
    year, day = _INTEREST[coin]
    midnight = now_ms - now_ms % _DAY_MS
    return {
        "coin": coin,
        "historyInterestRateList": [
            {"ts": str(midnight - number * _DAY_MS), "annualInterestRate": year, "dailyInterestRate": day}
            for number in range(_INTEREST_DAYS)
        ],
    }


def _steps(steps: _Steps, name: str) -> list[Row]:
    return [
        {"tier": str(number), "minAmount": lowest, "maxAmount": highest, name: rate}
        for number, (lowest, highest, rate) in enumerate(steps, 1)
    ]
