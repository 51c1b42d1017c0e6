"""Perpetuals that a generated market can list beside those it has measured figures for.

Names, coins and digits follow Bitget's USDT-M listing as it is commonly known; prices, volumes and leverages
are made up at the size of each market. None of it was measured.
"""

from typing import NamedTuple


class Listing(NamedTuple):
    """One perpetual: its price, the digits of price and size, an hour's turnover in million USDT."""

    price: str
    price_place: int
    volume_place: int
    hourly_millions: float
    max_lever: int


LISTINGS: dict[str, Listing] = {
    "BNBUSDT": Listing("611.4", 2, 2, 14, 75),
    "ADAUSDT": Listing("0.3122", 4, 0, 9, 75),
    "LINKUSDT": Listing("8.914", 3, 0, 8, 75),
    "SUIUSDT": Listing("1.2087", 4, 1, 12, 75),
    "AVAXUSDT": Listing("11.284", 3, 1, 7, 75),
    "LTCUSDT": Listing("64.31", 2, 1, 6, 75),
    "BCHUSDT": Listing("441.85", 2, 2, 5, 75),
    "DOTUSDT": Listing("1.9214", 4, 1, 5, 75),
    "TRXUSDT": Listing("0.28431", 5, 0, 5, 75),
    "TONUSDT": Listing("1.4126", 4, 1, 4, 50),
    "XLMUSDT": Listing("0.18354", 5, 0, 5, 75),
    "HBARUSDT": Listing("0.10472", 5, 0, 6, 75),
    "NEARUSDT": Listing("1.3047", 4, 0, 5, 50),
    "APTUSDT": Listing("1.7836", 4, 1, 4, 50),
    "ARBUSDT": Listing("0.17825", 5, 0, 4, 50),
    "OPUSDT": Listing("0.27419", 5, 0, 3, 50),
    "FILUSDT": Listing("1.2563", 4, 1, 3, 50),
    "ATOMUSDT": Listing("2.1174", 4, 1, 2.5, 50),
    "ETCUSDT": Listing("11.873", 3, 1, 2.5, 50),
    "UNIUSDT": Listing("4.836", 3, 0, 4, 75),
    "AAVEUSDT": Listing("151.37", 2, 1, 5, 50),
    "INJUSDT": Listing("4.7182", 4, 1, 2, 50),
    "LDOUSDT": Listing("0.58214", 5, 0, 2, 50),
    "CRVUSDT": Listing("0.34876", 5, 0, 2, 50),
    "ICPUSDT": Listing("3.0284", 4, 1, 2, 50),
    "ALGOUSDT": Listing("0.11462", 5, 0, 1.5, 50),
    "VETUSDT": Listing("0.011837", 6, 0, 1.2, 50),
    "SANDUSDT": Listing("0.14183", 5, 0, 1.2, 50),
    "GALAUSDT": Listing("0.006247", 6, 0, 1.5, 50),
    "AXSUSDT": Listing("0.9318", 4, 1, 1, 50),
    "SEIUSDT": Listing("0.12038", 5, 0, 2.5, 50),
    "TIAUSDT": Listing("0.5237", 4, 0, 2.5, 50),
    "JUPUSDT": Listing("0.21463", 5, 0, 2, 50),
    "PYTHUSDT": Listing("0.06381", 5, 0, 1.2, 50),
    "ENAUSDT": Listing("0.23716", 5, 0, 5, 50),
    "WLDUSDT": Listing("0.5842", 4, 0, 4, 50),
    "ORDIUSDT": Listing("4.127", 3, 1, 1.5, 50),
    "STXUSDT": Listing("0.27853", 5, 0, 1.2, 50),
    "IMXUSDT": Listing("0.26347", 5, 0, 1, 50),
    "PEPEUSDT": Listing("0.0000041873", 10, 0, 9, 75),
    "SHIBUSDT": Listing("0.000007642", 9, 0, 4, 75),
    "WIFUSDT": Listing("0.3481", 4, 0, 3, 50),
    "ZECUSDT": Listing("318.46", 2, 2, 8, 50),
    "XMRUSDT": Listing("327.91", 2, 2, 2, 50),
    "HYPEUSDT": Listing("28.714", 3, 1, 12, 75),
}
