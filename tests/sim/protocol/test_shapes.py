"""Every reply and push has the member names and kinds of values that Bitget's own payloads have.

The captured and documented payloads are compared path by path; what differs on purpose is listed here with
its reason, and an exception that is not needed any more fails too.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import aiohttp
import pytest

from omega_tui.sim.facts import PositionMode
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, open_stream, private_topic, topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, delta, trade
from tests.sim.protocol.shapes import differences, shape_of
from tests.support.shared import needs_shared, shared_path

NOTHING_FAILS = {"data.failureList[]": "nothing fails here; batch-place-order shows the element"}
NULL_WHEN_EMPTY = "null in the one capture, of an account without money; the list route documents text"


class Scene(NamedTuple):
    """A running exchange with one resting order, one partial position and its history."""

    server: SimServer
    rest: RestClient
    mode: PositionMode


Fetch = Callable[[Scene], Awaitable[Any]]


class Reply(NamedTuple):
    """One REST surface: its fixture, how to get ours, what may differ and why."""

    fixture: str
    fetch: Fetch
    allowed: dict[str, str]


def get(path: str, **query: str) -> Fetch:
    async def fetch(scene: Scene) -> Any:
        status, envelope = await scene.rest.get(f"/api/v2/{path}", **query)
        assert status == 200, envelope
        return envelope

    return fetch


def post(path: str, **body: object) -> Fetch:
    async def fetch(scene: Scene) -> Any:
        status, envelope = await scene.rest.post(f"/api/v2/{path}", {"productType": PRODUCT, **body})
        assert status == 200, envelope
        return envelope

    return fetch


async def same_position_mode(scene: Scene) -> Any:
    return await post("mix/account/set-position-mode", posMode=str(scene.mode))(scene)


async def detail(scene: Scene) -> Any:
    order = scene.server.exchange.venue.pending()[0]
    return await get("mix/order/detail", **ONE, orderId=order.order_id)(scene)


def order_body(scene: Scene, **changes: object) -> dict[str, object]:
    hedge = {"tradeSide": "open"} if scene.mode is PositionMode.HEDGE else {}
    standard = {"marginMode": "crossed", "marginCoin": "USDT", "side": "buy", "orderType": "limit"}
    return {"symbol": BTC, **standard, "price": "58000", "size": "0.01", **hedge, **changes}


async def place(scene: Scene) -> Any:
    return await post("mix/order/place-order", **order_body(scene))(scene)


async def batch_place(scene: Scene) -> Any:
    element = order_body(scene)
    orders = [element, {**element, "size": "0.00001"}]
    return await post("mix/order/batch-place-order", symbol=BTC, orderList=orders)(scene)


async def cancel(scene: Scene) -> Any:
    placed = (await place(scene))["data"]
    return await post("mix/order/cancel-order", symbol=BTC, orderId=placed["orderId"])(scene)


async def modify(scene: Scene) -> Any:
    placed = (await place(scene))["data"]
    change = {"newClientOid": "new-1", "newSize": "0.02", "newPrice": "57000"}
    return await post("mix/order/modify-order", symbol=BTC, orderId=placed["orderId"], **change)(scene)


async def reverse(scene: Scene) -> Any:
    side = "buy" if scene.mode is PositionMode.HEDGE else "sell"
    return await post("mix/order/click-backhand", symbol=BTC, marginCoin="USDT", side=side)(scene)


async def batch_cancel(scene: Scene) -> Any:
    placed = (await place(scene))["data"]
    wanted = [{"orderId": placed["orderId"]}, {"orderId": "7"}]
    return await post("mix/order/batch-cancel-orders", symbol=BTC, orderIdList=wanted)(scene)


ONE = {"symbol": BTC, "productType": PRODUCT}
ALL = {"productType": PRODUCT}
OWN = {**ONE, "marginCoin": "USDT"}
SETTING = {"symbol": BTC, "marginCoin": "USDT"}
MIX = "GET.mix"

REPLIES = {
    "time": Reply("GET.public.time", get("public/time"), {}),
    "contracts": Reply(f"{MIX}.market.contracts", get("mix/market/contracts", **ALL), {}),
    "ticker": Reply(f"{MIX}.market.ticker", get("mix/market/ticker", **ONE), {}),
    "tickers": Reply(
        f"{MIX}.market.tickers", get("mix/market/tickers", **ALL), {"data[].open": "one capture of 2023 only"}
    ),
    "merge-depth": Reply(f"{MIX}.market.merge-depth", get("mix/market/merge-depth", **ONE), {}),
    "candles": Reply(f"{MIX}.market.candles", get("mix/market/candles", **ONE, granularity="1m"), {}),
    "history-candles": Reply(
        f"{MIX}.market.history-candles", get("mix/market/history-candles", **ONE, granularity="1m"), {}
    ),
    "market fills": Reply(f"{MIX}.market.fills", get("mix/market/fills", **ONE), {}),
    "market fills-history": Reply(f"{MIX}.market.fills-history", get("mix/market/fills-history", **ONE), {}),
    "symbol-price": Reply(f"{MIX}.market.symbol-price", get("mix/market/symbol-price", **ONE), {}),
    "current-fund-rate": Reply(
        f"{MIX}.market.current-fund-rate", get("mix/market/current-fund-rate", **ONE), {}
    ),
    "funding-time": Reply(f"{MIX}.market.funding-time", get("mix/market/funding-time", **ONE), {}),
    "history-mark-candles": Reply(
        f"{MIX}.market.history-mark-candles",
        get("mix/market/history-mark-candles", **ONE, granularity="1m"),
        {},
    ),
    "history-index-candles": Reply(
        f"{MIX}.market.history-index-candles",
        get("mix/market/history-index-candles", **ONE, granularity="1m"),
        {},
    ),
    "history-fund-rate": Reply(
        f"{MIX}.market.history-fund-rate", get("mix/market/history-fund-rate", **ONE), {}
    ),
    "oi-limit": Reply(f"{MIX}.market.oi-limit", get("mix/market/oi-limit", **ALL), {}),
    "vip-fee-rate": Reply(f"{MIX}.market.vip-fee-rate", get("mix/market/vip-fee-rate"), {}),
    "discount-rate": Reply(f"{MIX}.market.discount-rate", get("mix/market/discount-rate"), {}),
    "exchange-rate": Reply(f"{MIX}.market.exchange-rate", get("mix/market/exchange-rate"), {}),
    "union-interest-rate-history": Reply(
        f"{MIX}.market.union-interest-rate-history",
        get("mix/market/union-interest-rate-history", coin="USDT"),
        {},
    ),
    "open-interest": Reply(f"{MIX}.market.open-interest", get("mix/market/open-interest", **ONE), {}),
    "tiers": Reply(f"{MIX}.market.query-position-lever", get("mix/market/query-position-lever", **ONE), {}),
    "trade-rate": Reply(
        "GET.common.trade-rate", get("common/trade-rate", symbol=BTC, businessType="mix"), {}
    ),
    "account": Reply(
        f"{MIX}.account.account",
        get("mix/account/account", **OWN),
        {"data.isolatedMargin": NULL_WHEN_EMPTY, "data.crossedMargin": NULL_WHEN_EMPTY},
    ),
    "accounts": Reply(
        f"{MIX}.account.accounts",
        get("mix/account/accounts", **ALL),
        {"data[].unionTotalMargin": "the page's table; its sample misspells it"},
    ),
    "set-leverage": Reply(
        "POST.mix.account.set-leverage", post("mix/account/set-leverage", **SETTING, leverage="9"), {}
    ),
    "set-margin-mode": Reply(
        "POST.mix.account.set-margin-mode",
        post("mix/account/set-margin-mode", **SETTING, marginMode="crossed"),
        {},
    ),
    "set-position-mode": Reply("POST.mix.account.set-position-mode", same_position_mode, {}),
    "single-position": Reply(
        f"{MIX}.position.single-position", get("mix/position/single-position", **OWN), {}
    ),
    "all-position": Reply(f"{MIX}.position.all-position", get("mix/position/all-position", **ALL), {}),
    "place-order": Reply("POST.mix.order.place-order", place, {}),
    "batch-place-order": Reply("POST.mix.order.batch-place-order", batch_place, {}),
    "cancel-order": Reply("POST.mix.order.cancel-order", cancel, {}),
    "batch-cancel-orders": Reply(
        "POST.mix.order.batch-cancel-orders",
        batch_cancel,
        {"data.failureList[].errorCode": "in every other list of failures"},
    ),
    "cancel-all-orders": Reply(
        "POST.mix.order.cancel-all-orders", post("mix/order/cancel-all-orders"), NOTHING_FAILS
    ),
    "modify-order": Reply("POST.mix.order.modify-order", modify, {}),
    "click-backhand": Reply("POST.mix.order.click-backhand", reverse, {}),
    "close-positions": Reply("POST.mix.order.close-positions", post("mix/order/close-positions"), {}),
    "detail": Reply(
        f"{MIX}.order.detail", detail, {"data.status": "the page's name of what samples call state"}
    ),
    "orders-pending": Reply(f"{MIX}.order.orders-pending", get("mix/order/orders-pending", **ALL), {}),
    "orders-history": Reply(
        f"{MIX}.order.orders-history",
        get("mix/order/orders-history", **ALL),
        {"data.entrustedList[].liqPrice": "newer than the samples"},
    ),
    "fills": Reply(f"{MIX}.order.fills", get("mix/order/fills", **ALL), {}),
    "fill-history": Reply(
        f"{MIX}.order.fill-history",
        get("mix/order/fill-history", **ALL),
        {"data.fillList[].feeDetail[].totalDeductionFee": "null in captures of fills, whose rows these are"},
    ),
}


@pytest.fixture
async def scene(mode: PositionMode) -> AsyncIterator[Scene]:
    async with running(mode) as server, aiohttp.ClientSession() as session:
        scene = Scene(server, RestClient(server, session), mode)
        await scene.rest.act(
            "/api/v2/mix/order/place-order", **order_body(scene, orderType="market", size="2.5")
        )
        await place(scene)
        yield scene


def theirs(folder: str, name: str) -> tuple[list[Any], list[Any]]:
    """All payloads of a fixture, and those of them that were captured from real traffic."""
    lines = shared_path("bitget", "fixtures", folder, f"{name}.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    told = [record for record in records if record["kind"] in ("response", "response_data_element", "push")]
    for record in told:
        if record["kind"] == "response_data_element":
            record["payload"] = {"data": [record["payload"]]}
    return [each["payload"] for each in told], [each["payload"] for each in told if each["captured"]]


@needs_shared
@pytest.mark.parametrize("surface", REPLIES)
async def test_reply_has_bitgets_shape(surface: str, scene: Scene) -> None:
    reply = REPLIES[surface]
    every, captured = theirs("rest", reply.fixture)
    ours = shape_of([await reply.fetch(scene)])
    problems = differences(ours, shape_of(every), shape_of(captured or every), reply.allowed)
    assert problems == []


PRIVATE = ("account", "positions", "orders", "fill")


async def _public_pushes(scene: Scene, channel: str) -> list[Any]:
    exchange = scene.server.exchange
    wanted = [topic("candle1m" if channel == "candle" else channel)]
    if channel == "books":
        wanted += [topic("books1"), topic("books5"), topic("books15")]
    async with open_stream(scene.server.address.ws_public) as socket:
        stream = Stream(socket)
        await stream.subscribe(*wanted)
        pushes = [await stream.hear_push(each["channel"]) for each in wanted]
        now = exchange.clock.now_ms()
        exchange.apply(trade(BTC, now, "60500", "1", 3))
        exchange.apply(delta(BTC, now, bids=(("59000", "77"),)))
        scene.server.streams.feeds.publish_due(exchange.clock.monotonic() + 10)
        return [*pushes, await stream.hear_push(wanted[0]["channel"])]


async def _private_pushes(scene: Scene, channel: str) -> list[Any]:
    async with open_stream(scene.server.address.ws_private) as socket:
        stream = Stream(socket)
        await stream.login(scene.server.api_key)
        await stream.subscribe(private_topic(channel))
        await stream.hear()
        await scene.rest.act(
            "/api/v2/mix/order/place-order", **order_body(scene, orderType="market", size="1")
        )
        pushes = [await stream.hear_push(channel)]
        if channel == "orders":
            pushes.append(await stream.hear_push(channel))
        return pushes


@needs_shared
@pytest.mark.parametrize("channel", ["ticker", "trade", "candle", "books", *PRIVATE])
async def test_push_has_bitgets_shape(channel: str, scene: Scene) -> None:
    pushes = await (_private_pushes if channel in PRIVATE else _public_pushes)(scene, channel)
    every, captured = theirs("ws", channel)
    problems = differences(shape_of(pushes), shape_of(every), shape_of(captured or every), {})
    assert problems == []


@needs_shared
async def test_refusals_have_bitgets_shape(scene: Scene) -> None:
    lines = shared_path("bitget", "fixtures", "error-bodies-captured.jsonl").read_text().splitlines()
    bodies = [json.loads(line)["payload"] for line in lines]
    status, refused = await scene.rest.get("/api/v2/mix/market/ticker", symbol="NOPE", productType=PRODUCT)
    assert status == 400
    assert differences(shape_of([refused]), shape_of(bodies), shape_of(bodies), {}) == []
