"""Recordings of three exchanges as Bitget V2 `books` frames, and a slow book that is obviously right.

Written apart from the simulator's own readers, so that one mistake cannot hide in both.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.shared import shared_path

CHECK_EVERY = 40
"""Every how many updates a frame carries a checksum, and the book is compared level by level."""

Levels = list[list[str]]


class SlowBook:
    """Two plain dictionaries keyed by exact Decimal, sorted anew at every question."""

    def __init__(self) -> None:
        self.sides: tuple[dict[Decimal, tuple[str, str]], dict[Decimal, tuple[str, str]]] = ({}, {})

    def apply(self, bids: Levels, asks: Levels) -> None:
        """Set or remove each level."""
        for side, levels in zip(self.sides, (bids, asks), strict=True):
            for price, size in levels:
                side.pop(Decimal(price), None)
                if Decimal(size):
                    side[Decimal(price)] = (price, size)

    def levels(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """All bids and all asks, best first."""
        bids, asks = self.sides
        return [bids[key] for key in sorted(bids, reverse=True)], [asks[key] for key in sorted(asks)]

    def checksum(self) -> int:
        """Bitget's checksum, straight from its description."""
        texts: list[str] = []
        bids, asks = self.levels()
        for index in range(25):
            for side in (bids, asks):
                if index < len(side):
                    texts.append(":".join(side[index]))
        value = zlib.crc32(":".join(texts).encode())
        return value - 2**32 if value >= 2**31 else value


class Converter:
    """Turns one symbol's snapshots and deltas into V2 frames; every 40th carries the slow book's checksum."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.truth = SlowBook()
        self._seq = 0
        self._count = 0

    def snapshot(self, bids: Levels, asks: Levels, seq: int, ts: int) -> bytes:
        """A frame that starts the book over."""
        self.truth = SlowBook()
        self.truth.apply(bids, asks)
        self._seq = seq
        return self._frame("snapshot", bids, asks, 0, ts, self.truth.checksum())

    def delta(self, bids: Levels, asks: Levels, seq: int, ts: int) -> bytes:
        """A frame that continues the book."""
        self.truth.apply(bids, asks)
        previous, self._seq = self._seq, seq
        self._count += 1
        checked = self._count % CHECK_EVERY == 0
        return self._frame("update", bids, asks, previous, ts, self.truth.checksum() if checked else None)

    @property
    def checked(self) -> bool:
        """Whether the last frame is one of those to compare in full."""
        return self._count % CHECK_EVERY == 0

    def _frame(
        self, action: str, bids: Levels, asks: Levels, pseq: int, ts: int, checksum: int | None
    ) -> bytes:
        row: dict[str, Any] = {"asks": _zeroes(asks), "bids": _zeroes(bids), "ts": str(ts)}
        row |= {"seq": self._seq, "pseq": pseq}
        if checksum is not None:
            row["checksum"] = checksum
        arg = {"instType": "USDT-FUTURES", "channel": "books", "instId": self.symbol}
        frame = {"action": action, "arg": arg, "data": [row], "ts": ts}
        return json.dumps(frame, separators=(",", ":")).encode()


def _zeroes(levels: Levels) -> Levels:
    # Bitget deletes with "0", Binance with as many zeros as the lot has.
    return [[price, size if Decimal(size) else "0"] for price, size in levels]


def bitget_v1_frames() -> Iterator[tuple[str, bytes]]:
    """(symbol, frame) of the real Bitget recording's books, as they came."""
    path = shared_path("tapes", "ws", "bitget_mix_v1_20220407_DASH_UNI_perp.ws.gz")
    for line in _lines([path]):
        stamp, _, text = line.partition(": ")
        if stamp[:1].isdigit() and '"action"' in text and '"channel":"books"' in text:
            yield json.loads(text)["arg"]["instId"], text.strip().encode()


def binance_frames(
    names: Iterable[str], converter: Converter
) -> Iterator[tuple[bytes, dict[str, Any] | None]]:
    """V2 frames of a Binance recording, with the exchange's own best prices at that point when it sent them.

    The best prices are Binance's `bookTicker` of the same update id: a truth that no book of ours made.
    """
    paths = [shared_path("tapes", "ws", f"binance_usdm_{name}.gz") for name in names]
    tickers = {ticker["u"]: ticker for ticker in _binance(paths, '"e":"bookTicker"')}
    waiting, started = [], False
    for event in _binance(paths, '"e":"depthUpdate"', '"lastUpdateId"'):
        if "lastUpdateId" in event:
            yield converter.snapshot(event["bids"], event["asks"], event["lastUpdateId"], event["E"]), None
            started = True
            late = [depth for depth in waiting if depth["u"] > event["lastUpdateId"]]
        else:
            late = [event]
            waiting.append(event)
        for depth in late if started else ():
            yield converter.delta(depth["b"], depth["a"], depth["u"], depth["E"]), tickers.get(depth["u"])


def bybit_frames(converters: dict[str, Converter]) -> Iterator[tuple[str, bytes]]:
    """(symbol, V2 frame) of the Bybit recording's linear books."""
    path = shared_path("tapes", "ws", "bybit_v5_20260809_BTC_ETH_SOL_DOGE.jsonl.gz")
    linear = ""
    for line in _lines([path]):
        if "orderbook." not in line:
            continue
        record = json.loads(line)
        if record["t"] == "send" and record["addr"].endswith("/linear"):
            linear = record["conn"]
        elif record["t"] == "recv" and record["conn"] == linear and '"topic":"orderbook' in record["data"]:
            event = json.loads(record["data"])
            data, symbol = event["data"], event["data"]["s"]
            turn = converters[symbol].snapshot if event["type"] == "snapshot" else converters[symbol].delta
            yield symbol, turn(data["b"], data["a"], data["u"], event["ts"])


def _binance(paths: list[Path], *marks: str) -> Iterator[dict[str, Any]]:
    for line in _lines(paths):
        if any(mark in line for mark in marks):
            event = json.loads(line.split(" ", 1)[1])
            yield event.get("data", event)


def _lines(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        with gzip.open(path, "rt") as stream:
            yield from stream
