"""Reads recordings of Bitget's V1 futures stream (2022): books, trade, ticker, candle1m.

The recorder writes `URL <-> epoch` on connecting, `URL <- epoch: json` for what it sent and `epoch: json`
for what the server sent. The trades of the first `trade` frame happened before the recording began and are
left out, and so are frames of the spot market; of the `candle1m` frames only the first is of use, since later
candles follow from the trades.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, MarketFacts, PublicTrade
from omega_tui.sim.market.tape_lines import TapeLine
from omega_tui.sim.market.tape_records import TapeCandles, TapeRecord, plain_levels, plain_or_none
from omega_tui.sim.market.texts import plain, plain_decimal

_CONNECTED = re.compile(rb"^wss://\S*bitget\S* <-> \d+(\.\d+)?$")
_FUTURES = "mc"
_RECEIVED = re.compile(rb"^\d{9,11}(\.\d+)?: ")


class BitgetV1Reader:
    """The reader of one pass over a Bitget V1 recording."""

    format_name = "Bitget v1"

    @staticmethod
    def recognises(first: TapeLine) -> bool:
        """Whether a recording that opens with this line is of this format."""
        return bool(_CONNECTED.match(first.text) or _RECEIVED.match(first.text))

    def records(self, line: TapeLine) -> Iterable[TapeRecord]:
        if not _RECEIVED.match(line.text):
            return ()
        frame = line.json(line.text.partition(b": ")[2])
        if "data" not in frame or frame["arg"]["instType"].lower() != _FUTURES:
            return ()
        symbol, channel = frame["arg"]["instId"], frame["arg"]["channel"]
        is_snapshot = frame["action"] == "snapshot"
        if channel == "books":
            return (_book(symbol, is_snapshot, row) for row in frame["data"])
        if channel == "ticker":
            return (_facts(symbol, row) for row in frame["data"])
        if channel == "trade" and not is_snapshot:
            return _trades(symbol, frame["data"])
        if channel == "candle1m" and is_snapshot:
            return (_candles(symbol, frame["data"]),)
        return ()


def _book(symbol: str, is_snapshot: bool, row: dict[str, Any]) -> BookSnapshot | BookDelta:
    kind = BookSnapshot if is_snapshot else BookDelta
    return kind(symbol, int(row["ts"]), plain_levels(row["bids"]), plain_levels(row["asks"]))


def _trades(symbol: str, rows: list[Any]) -> Iterator[PublicTrade]:
    """Rows are `[ts, price, size, side]`, newest first; the tape plays them oldest first."""
    for ts, price, size, side in reversed(rows):
        yield PublicTrade(symbol, int(ts), plain(price), plain(size), Direction(side))


def _facts(symbol: str, row: dict[str, Any]) -> MarketFacts:
    """The ticker's facts; the open of 24 hours ago follows from the last price and the change."""
    last, change = Decimal(row["last"]), Decimal(row["priceChangePercent"])
    opened = (last / (1 + change)).quantize(last)
    return MarketFacts(
        symbol,
        int(row["systemTime"]),
        mark_price=plain_or_none(row["markPrice"]),
        index_price=plain_or_none(row["indexPrice"]),
        funding_rate=plain_or_none(row["capitalRate"]),
        next_funding_ms=int(row["nextSettleTime"]),
        open_interest=plain_or_none(row["holding"]),
        open_24h=plain_decimal(opened),
        high_24h=plain_or_none(row["high24h"]),
        low_24h=plain_or_none(row["low24h"]),
        base_volume_24h=plain_or_none(row["baseVolume"]),
        quote_volume_24h=plain_or_none(row["quoteVolume"]),
    )


def _candles(symbol: str, rows: list[Any]) -> TapeCandles:
    """All rows but the last, which still forms; V1 rows lack the quote volume, the mean price gives it."""
    finished = []
    for start, opened, high, low, close, base in rows[:-1]:
        mean = (Decimal(opened) + Decimal(high) + Decimal(low) + Decimal(close)) / 4
        quote = plain_decimal((mean * Decimal(base)).quantize(Decimal("1e-8")))
        prices = (plain(opened), plain(high), plain(low), plain(close))
        finished.append((int(start), *prices, plain(base), quote))
    return TapeCandles(symbol, tuple(finished))
