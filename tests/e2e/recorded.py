"""What a recording really says, read without any of our own tape code: every price a book or trade showed."""

import gzip
import json
from decimal import Decimal
from pathlib import Path


def bybit_prices(path: Path, symbol: str) -> set[Decimal]:
    """Every price of a symbol's linear book and trades in a Bybit v5 recording."""
    prices: set[Decimal] = set()
    with gzip.open(path, "rt") as lines:
        for line in lines:
            record = json.loads(line)
            if record["t"] != "recv" or record["conn"] != "BYBIT.ws.2":
                continue
            message = json.loads(record["data"])
            topic = message.get("topic", "")
            if topic == f"orderbook.200.{symbol}":
                prices.update(Decimal(level[0]) for side in "ab" for level in message["data"][side])
            elif topic == f"publicTrade.{symbol}":
                prices.update(Decimal(trade["p"]) for trade in message["data"])
    return prices


def binance_prices(path: Path) -> set[Decimal]:
    """Every price of book, snapshot and trades in a Binance USD-M recording of one symbol."""
    prices: set[Decimal] = set()
    with gzip.open(path, "rt") as lines:
        for line in lines:
            message = json.loads(line.split(" ", 1)[1])
            data = message.get("data", message)
            levels = [*data.get("bids", ()), *data.get("asks", ())]
            if data.get("e") == "depthUpdate":
                levels += [*data["b"], *data["a"]]
            prices.update(Decimal(level[0]) for level in levels)
            if data.get("e") == "trade":
                prices.add(Decimal(data["p"]))
    return prices
