"""Ticker, trade and candle channels as raw text: what a subscriber is told and what it is not."""

from decimal import Decimal

from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, open_stream, topic
from tests.sim.protocol.scripted import BTC, trade


def later(server: SimServer) -> float:
    """A moment when every publisher is due."""
    return server.exchange.clock.monotonic() + 10


async def test_trades_snapshot_then_updates_newest_first(server: SimServer, public: Stream) -> None:
    await public.subscribe(topic("trade"))
    snapshot = await public.hear_push("trade")
    assert [row["size"] for row in snapshot["data"]] == ["0.75", "0.25"]
    now = server.exchange.clock.now_ms()
    server.exchange.apply(trade(BTC, now, "60000", "1", 1))
    server.exchange.apply(trade(BTC, now, "60000.5", "2", 2))
    update = await public.hear_push("trade")
    assert update["action"] == "update"
    assert [row["size"] for row in update["data"]] == ["2", "1"]


async def test_a_newcomer_hears_each_trade_once(server: SimServer, public: Stream) -> None:
    """A trade in the snapshot and again in an update would be counted twice."""
    await public.subscribe(topic("trade"))
    await public.hear_push("trade")
    async with open_stream(server.address.ws_public) as socket:
        second = Stream(socket)
        server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000", "1", 1))
        await second.subscribe(topic("trade"))
        heard = [row["tradeId"] for row in (await second.hear_push("trade"))["data"]]
        server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000", "2", 2))
        heard += [row["tradeId"] for row in (await second.hear_push("trade"))["data"]]
    assert len(heard) == len(set(heard)) == 4
    for size in ("1", "2"):
        assert [row["size"] for row in (await public.hear_push("trade"))["data"]] == [size]


async def test_trade_snapshot_is_bounded(server: SimServer, public: Stream) -> None:
    for number in range(120):
        server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000", "1", number))
    await public.subscribe(topic("trade"))
    assert len((await public.hear_push("trade"))["data"]) == 50


async def test_ticker_repeats_the_whole_row_when_it_changed(server: SimServer, public: Stream) -> None:
    await public.subscribe(topic("ticker"))
    first = (await public.hear_push("ticker"))["data"][0]
    assert (first["lastPr"], first["bidPr"], first["askSz"], first["markPrice"]) == (
        "60000",
        "60000",
        "2",
        "60001.5",
    )
    assert first["change24h"] == "0.99993", "(60000 - 30001.125) / 30001.125, a ratio and not percent"
    server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000.5", "1", 1))
    server.streams.feeds.publish_due(later(server))
    push = await public.hear_push("ticker")
    assert (push["action"], push["data"][0]["lastPr"]) == ("snapshot", "60000.5")


async def test_candles_snapshot_ascending_then_the_forming_one(server: SimServer, public: Stream) -> None:
    await public.subscribe(topic("candle1H"))
    snapshot = await public.hear_push("candle1H")
    starts = [int(row[0]) for row in snapshot["data"]]
    assert starts == sorted(starts)
    assert {len(row) for row in snapshot["data"]} == {8}
    server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60777.5", "1", 1))
    server.streams.feeds.publish_due(later(server))
    update = await public.hear_push("candle1H")
    assert (update["action"], len(update["data"])) == ("update", 1)
    row = update["data"][0]
    assert (int(row[0]), row[2], row[4], row[6]) == (starts[-1], "60777.5", "60777.5", row[7])


async def test_a_finished_candle_is_told_in_its_last_state(server: SimServer, public: Stream) -> None:
    """A trade in the last second of a minute must not be lost when the next minute begins."""
    await public.subscribe(topic("candle1m"))
    snapshot = await public.hear_push("candle1m")
    start = int(snapshot["data"][-1][0])
    server.exchange.apply(trade(BTC, start + 59_999, "61000", "1", 1))
    server.exchange.apply(trade(BTC, start + 120_000, "62000", "1", 2))
    server.streams.feeds.publish_due(later(server))
    told = [(await public.hear_push("candle1m"))["data"][0] for _ in range(3)]
    assert [int(row[0]) - start for row in told] == [0, 60_000, 120_000]
    assert [(row[4], row[5] != "0") for row in told] == [("61000", True), ("61000", False), ("62000", True)]


async def test_the_traders_own_executions_reach_the_public(
    rest: RestClient, public: Stream, server: SimServer
) -> None:
    """On Bitget every execution is on the tape: last price, ticker, candles and trades move with it."""
    await public.subscribe(topic("trade"))
    await public.hear_push("trade")
    before = (await rest.data("/api/v2/mix/market/ticker", symbol=BTC, productType=PRODUCT))[0]
    await rest.order(size="2.5")
    told = (await public.hear_push("trade"))["data"]
    ids = [fill.trade_id for fill in server.exchange.venue.fills(BTC)]
    assert [row["tradeId"] for row in told] == ids
    assert [(row["price"], row["size"], row["side"]) for row in told] == [
        ("60001", "0.5", "buy"),
        ("60000.5", "2", "buy"),
    ]
    ticker = (await rest.data("/api/v2/mix/market/ticker", symbol=BTC, productType=PRODUCT))[0]
    assert ticker["lastPr"] == "60001"
    assert Decimal(ticker["baseVolume"]) == Decimal(before["baseVolume"]) + Decimal("2.5")
    query = {"symbol": BTC, "productType": PRODUCT, "granularity": "1m", "limit": 1}
    candle = (await rest.data("/api/v2/mix/market/candles", **query))[0]
    assert candle[4] == "60001"
    fills = await rest.data("/api/v2/mix/market/fills", symbol=BTC, productType=PRODUCT, limit=2)
    assert [row["tradeId"] for row in fills] == ids
