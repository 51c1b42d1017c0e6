"""Depth, candles and the paged lists: the parts of REST whose arithmetic ccxt does not check."""

from typing import Any

from omega_tui.sim.facts import Direction
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient
from tests.sim.protocol.scripted import BTC, BTC_ASKS, BTC_BIDS, CANDLES_KEPT, trade

MARKET = {"symbol": BTC, "productType": PRODUCT}


async def test_depth_is_the_book_with_its_digits(rest: RestClient, server: SimServer) -> None:
    data = await rest.data("/api/v2/mix/market/merge-depth", **MARKET, limit="5")
    assert data["bids"] == [[float(price), float(size)] for price, size in BTC_BIDS[:5]]
    assert data["asks"] == [[float(price), float(size)] for price, size in BTC_ASKS[:5]]
    assert (data["scale"], data["precision"], data["isMaxPrecision"]) == ("0.1", "scale0", "NO")
    assert data["ts"] == str(server.exchange.venue.book(BTC).ts)
    whole = await rest.data("/api/v2/mix/market/merge-depth", **MARKET, limit="max")
    assert len(whole["bids"]) == len(BTC_BIDS)


async def test_depth_merges_away_from_the_spread(rest: RestClient) -> None:
    """A bid may never be shown higher, an ask never lower than it is."""
    data = await rest.data("/api/v2/mix/market/merge-depth", **MARKET, precision="scale1", limit=3)
    # bids 60000 x1 | 59999.5 x1.25, 59999 x1.5 | ...; asks 60000.5 x2, 60001 x2.25 | ...
    assert data["bids"] == [[60000, 1], [59999, 2.75], [59998, 3.75]]
    assert data["asks"] == [[60001, 4.25], [60002, 5.25], [60003, 6.25]]
    assert data["scale"] == "1"
    coarse = await rest.data("/api/v2/mix/market/merge-depth", **MARKET, precision="scale9")
    assert (coarse["precision"], coarse["isMaxPrecision"]) == ("scale3", "YES")


async def test_candles_page_backwards_without_gap_or_overlap(rest: RestClient) -> None:
    """A chart that scrolls back asks with the oldest start it has."""
    path, minute = "/api/v2/mix/market/candles", 60_000
    rows = await rest.data(path, **MARKET, granularity="1m", limit=10)
    seen = list(rows)
    while len(seen) < 35:
        older = await rest.data(path, **MARKET, granularity="1m", limit=10, endTime=seen[0][0])
        seen = [*older, *seen]
    starts = [int(row[0]) for row in seen]
    assert starts == list(range(starts[0], starts[0] + minute * len(starts), minute))
    span = await rest.data(path, **MARKET, granularity="1m", startTime=starts[3], endTime=starts[9])
    assert span == seen[3:9]
    assert await rest.data(path, **MARKET, granularity="1m", startTime=0, endTime=1) == []


async def test_the_newest_candle_forms_as_trades_come(rest: RestClient, server: SimServer) -> None:
    path = "/api/v2/mix/market/candles"
    forming = (await rest.data(path, **MARKET, granularity="1m", limit=1))[0]
    now = server.exchange.clock.now_ms()
    server.exchange.apply(trade(BTC, now, "60100.5", "0.5", 1))
    server.exchange.apply(trade(BTC, now, "59900", "0.25", 2))
    newest = (await rest.data(path, **MARKET, granularity="1m", limit=1))[0]
    assert newest[4] == "59900"
    if newest[0] == forming[0]:
        assert (newest[2], newest[3]) == ("60100.5", "59900")
        assert float(newest[5]) == float(forming[5]) + 0.75
    finished = await rest.data("/api/v2/mix/market/history-candles", **MARKET, granularity="1m", limit=5)
    assert int(finished[-1][0]) < int(newest[0])
    mark = await rest.data(path, **MARKET, granularity="1m", limit=2, kLineType="mark")
    assert [row[5:] for row in mark] == [["0", "0"]] * 2


async def test_candles_end_with_the_past(rest: RestClient) -> None:
    rows = await rest.data("/api/v2/mix/market/candles", **MARKET, granularity="1W", limit=1000)
    assert len(rows) == CANDLES_KEPT + 1


async def test_market_trades_newest_first(rest: RestClient, server: SimServer) -> None:
    now = server.exchange.clock.now_ms()
    for number in range(1, 131):
        server.exchange.apply(trade(BTC, now + number, "60000", f"0.{number:03d}", number, Direction.SELL))
    latest = await rest.data("/api/v2/mix/market/fills", **MARKET)
    assert len(latest) == 100
    assert (latest[0]["size"], latest[0]["side"], latest[99]["size"]) == ("0.130", "sell", "0.031")
    history = "/api/v2/mix/market/fills-history"
    older = await rest.data(history, **MARKET, idLessThan=latest[99]["tradeId"], limit=5)
    assert {row["side"] for row in older} == {"Sell"}, "the history alone begins its sides with a capital"
    assert [row["size"] for row in older] == ["0.030", "0.029", "0.028", "0.027", "0.026"]
    span = await rest.data(history, **MARKET, startTime=now + 10, endTime=now + 12)
    assert [row["size"] for row in span] == ["0.012", "0.011", "0.010"]


async def _all_pages(rest: RestClient, path: str, member: str, **query: object) -> list[Any]:
    rows: list[Any] = []
    before: dict[str, object] = {}
    while True:
        page = await rest.data(path, productType=PRODUCT, **query, **before)
        if not page[member]:
            assert page["endId"] is None
            return rows
        rows += page[member]
        before = {"idLessThan": page["endId"]}


async def test_pages_hold_every_order_once(rest: RestClient, server: SimServer) -> None:
    """An off-by-one in idLessThan shows an order twice or never."""
    ids = [(await rest.order(price=str(59000 + n), size="0.001"))["orderId"] for n in range(7)]
    rows = await _all_pages(rest, "/api/v2/mix/order/orders-pending", "entrustedList", limit=3)
    assert [row["orderId"] for row in rows] == ids[::-1]
    await rest.act("/api/v2/mix/order/cancel-all-orders")
    rows = await _all_pages(rest, "/api/v2/mix/order/orders-history", "entrustedList", limit=2)
    assert {row["orderId"] for row in rows} == set(ids)
    assert len(rows) == len(ids)


async def test_fills_page_by_trade_id(rest: RestClient, server: SimServer) -> None:
    order = await rest.order(size="10")
    rows = await _all_pages(rest, "/api/v2/mix/order/fills", "fillList", limit=2)
    ledger = server.exchange.venue.fills()
    assert len(rows) > 2
    assert [row["tradeId"] for row in rows] == [fill.trade_id for fill in ledger]
    assert await _all_pages(rest, "/api/v2/mix/order/fills", "fillList", orderId=order["orderId"]) == rows
    assert await _all_pages(rest, "/api/v2/mix/order/fills", "fillList", symbol="ETHUSDT") == []


async def test_order_lists_filter(rest: RestClient, server: SimServer) -> None:
    first = await rest.order(price="59000", size="0.001", clientOid="first-1")
    await rest.order(symbol="ETHUSDT", price="2900", size="0.1")
    path = "/api/v2/mix/order/orders-pending"
    for query in ({"symbol": BTC}, {"orderId": first["orderId"]}, {"clientOid": "first-1"}):
        page = await rest.data(path, productType=PRODUCT, **query)
        assert [row["clientOid"] for row in page["entrustedList"]] == ["first-1"]
    none = await rest.data(path, productType=PRODUCT, status="partially_filled")
    assert none == {"entrustedList": None, "endId": None}
    created = server.exchange.venue.pending()[0].created_ms
    early = await rest.data(path, productType=PRODUCT, startTime=created - 60_000, endTime=created - 30_000)
    assert early["entrustedList"] is None


async def test_cancelling_twice_and_what_is_not_there(rest: RestClient) -> None:
    placed = await rest.order(price="59000", size="0.001")
    cancel = {"symbol": BTC, "productType": PRODUCT, "orderId": placed["orderId"]}
    path = "/api/v2/mix/order/cancel-order"
    assert (await rest.post(path, cancel))[1]["data"] == placed
    assert (await rest.post(path, cancel))[1]["code"] == "45129"
    assert (await rest.post(path, {**cancel, "orderId": "1"}))[1]["code"] == "40768"
    assert (await rest.post(path, {"symbol": BTC, "productType": PRODUCT}))[1]["code"] == "40924"
    assert (await rest.get("/api/v2/mix/order/detail", **MARKET, orderId="1"))[1]["code"] == "40109"
    filled = await rest.order(size="0.001")
    assert (await rest.post(path, {**cancel, "orderId": filled["orderId"]}))[1]["code"] == "45055"
    nothing = await rest.post("/api/v2/mix/order/cancel-all-orders", {"productType": PRODUCT})
    assert nothing[1]["code"] == "22001"


async def test_a_cancel_all_that_comes_too_late_is_refused(rest: RestClient, server: SimServer) -> None:
    path, now = "/api/v2/mix/order/cancel-all-orders", server.exchange.clock.now_ms()
    await rest.order(price="59000", size="0.001")
    late = {"productType": PRODUCT, "requestTime": str(now - 5_000), "receiveWindow": "1000"}
    assert (await rest.post(path, late))[1]["code"] == "40078"
    assert (await rest.post(path, {**late, "receiveWindow": "60001"}))[1]["code"] == "40079"
    assert (await rest.post(path, {**late, "receiveWindow": "60000"}))[1]["code"] == "00000"


async def test_batches_refuse_one_by_one(rest: RestClient, server: SimServer) -> None:
    """One bad order of a batch must not take the good ones with it."""
    shared = {"symbol": BTC, "marginMode": "crossed", "marginCoin": "USDT"}
    good = {"side": "buy", "orderType": "limit", "price": "59000", "size": "0.001", "clientOid": "good"}
    orders = [good, {**good, "size": "0.00001", "clientOid": "odd"}, {**good, "clientOid": "good"}]
    data = await rest.act("/api/v2/mix/order/batch-place-order", **shared, orderList=orders)
    assert [row["clientOid"] for row in data["successList"]] == ["good"]
    assert [(row["clientOid"], row["orderId"], row["errorCode"]) for row in data["failureList"]] == [
        ("odd", "", "40808"),
        ("good", "", "45034"),
    ]
    wanted = [{"clientOid": "good"}, {"orderId": "7"}]
    data = await rest.act("/api/v2/mix/order/batch-cancel-orders", symbol=BTC, orderIdList=wanted)
    assert [row["clientOid"] for row in data["successList"]] == ["good"]
    assert [(row["orderId"], row["errorCode"]) for row in data["failureList"]] == [("7", "40768")]
    assert server.exchange.venue.pending() == []
    too_many = {"productType": PRODUCT, **shared, "orderList": [good] * 51}
    assert (await rest.post("/api/v2/mix/order/batch-place-order", too_many))[1]["code"] == "40020"
