"""Reads recordings of Bybit's V5 public streams: orderbook, publicTrade, tickers of linear perpetuals.

Each line is a JSON object `{t, conn, ts, data}` where `data` is the text of one frame. Spot and linear
connections use the same topic names, so frames count by connection and only the linear ones are read.
Tickers are a snapshot and then deltas of the changed members.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, MarketFacts, PublicTrade
from omega_tui.sim.market.tape_lines import TapeLine
from omega_tui.sim.market.tape_records import TapeRecord, plain_levels, plain_or_none
from omega_tui.sim.market.texts import plain


class BybitReader:
    """The reader of one pass over a Bybit V5 recording."""

    format_name = "Bybit v5"

    def __init__(self) -> None:
        self._linear: set[str] = set()
        self._last_update: dict[str, int] = {}

    @staticmethod
    def recognises(first: TapeLine) -> bool:
        """Whether a recording that opens with this line is of this format."""
        return first.text.startswith(b'{"t":') and (b'"BYBIT"' in first.text or b"bybit.com" in first.text)

    def records(self, line: TapeLine) -> Iterable[TapeRecord]:
        entry = line.json(line.text)
        if entry["t"] == "connect" and entry["addr"].endswith("/linear"):
            self._linear.add(entry["conn"])
        if entry["t"] != "recv" or entry["conn"] not in self._linear:
            return ()
        frame = line.json(entry["data"])
        topic = frame.get("topic", "").partition(".")[0]
        if topic == "orderbook":
            return (self._book(line, frame),)
        if topic == "publicTrade":
            return _trades(frame)
        return (_facts(frame),) if topic == "tickers" else ()

    def _book(self, line: TapeLine, frame: dict[str, Any]) -> BookSnapshot | BookDelta:
        """`u` counts up by one from frame to frame; 1 after a restart of Bybit's comes as a snapshot."""
        data = frame["data"]
        symbol, update = data["s"], data["u"]
        is_snapshot = frame["type"] == "snapshot"
        if not is_snapshot and update != self._last_update.get(symbol, update - 1) + 1:
            problem = f"{symbol} book updates before {update} are missing"
            raise line.unreadable(problem, "play the part before this line")
        self._last_update[symbol] = update
        kind = BookSnapshot if is_snapshot else BookDelta
        ts = frame.get("cts", frame["ts"])
        return kind(symbol, ts, plain_levels(data["b"]), plain_levels(data["a"]))


def _trades(frame: dict[str, Any]) -> Iterator[PublicTrade]:
    for row in frame["data"]:
        side = Direction(row["S"].lower())
        yield PublicTrade(row["s"], row["T"], plain(row["p"]), plain(row["v"]), side)


def _facts(frame: dict[str, Any]) -> MarketFacts:
    row = frame["data"]
    funding = row.get("nextFundingTime")
    return MarketFacts(
        row["symbol"],
        frame["ts"],
        mark_price=plain_or_none(row.get("markPrice")),
        index_price=plain_or_none(row.get("indexPrice")),
        funding_rate=plain_or_none(row.get("fundingRate")),
        next_funding_ms=int(funding) if funding else None,
        open_interest=plain_or_none(row.get("openInterest")),
        open_24h=plain_or_none(row.get("prevPrice24h")),
        high_24h=plain_or_none(row.get("highPrice24h")),
        low_24h=plain_or_none(row.get("lowPrice24h")),
        base_volume_24h=plain_or_none(row.get("volume24h")),
        quote_volume_24h=plain_or_none(row.get("turnover24h")),
    )
