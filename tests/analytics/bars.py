"""Candles for the tests of swings: made up, or read from recorded files beside the checkout."""

import csv
import gzip
import io
from pathlib import Path

from omega_tui.analytics.swings import Bar


def bars(*prices: tuple[float, float, float]) -> list[Bar]:
    """Bars one minute apart from (high, low, close)."""
    return [Bar(index * 60_000, high, low, close) for index, (high, low, close) in enumerate(prices)]


def walk(*closes: float, spread: float = 0.5) -> list[Bar]:
    """Bars that reach `spread` beyond their close on both sides."""
    return bars(*((close + spread, close - spread, close) for close in closes))


def read_bars(path: Path, skip: int, limit: int) -> list[Bar]:
    """Bars of a recorded candle file with high, low and close columns."""
    raw = path.read_bytes()
    text = gzip.decompress(raw).decode() if path.suffix == ".gz" else raw.decode()
    rows = list(
        csv.DictReader(io.StringIO(text[text.index("\n") + 1 :] if text.startswith("Time") else text))
    )
    names = {name.lower().split(".")[-1]: name for name in rows[0] if name}
    return [
        Bar(index, float(row[names["high"]]), float(row[names["low"]]), float(row[names["close"]]))
        for index, row in enumerate(rows[skip : skip + limit])
    ]
