"""The routes and channels of money and risk: what they answer, in Bitget's members and words."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.sim.facts import HoldSide, MarketFacts, PositionMode
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient, Stream, private_topic
from tests.sim.protocol.conftest import running
from tests.sim.protocol.scripted import BTC, ETH
from tests.sim.protocol.shapes import differences, shape_of
from tests.sim.protocol.test_shapes import theirs
from tests.support.shared import needs_shared

ACCOUNT, POSITION = "/api/v2/mix/account", "/api/v2/mix/position"
DAY_MS = 86_400_000
PAIR = {"symbol": BTC, "productType": PRODUCT, "marginCoin": "USDT"}


@pytest.fixture
async def server() -> AsyncIterator[SimServer]:
    async with running(PositionMode.HEDGE) as server:
        yield server


async def trade(rest: RestClient, hold: str = "buy", intent: str = "open", **order: object) -> None:
    await rest.order(**{"side": hold, "tradeSide": intent, "size": "0.1", "marginMode": "isolated", **order})


async def code(rest: RestClient, path: str, body: dict[str, object] | None = None, **query: object) -> str:
    _, envelope = await (rest.post(path, body) if body is not None else rest.get(path, **query))
    return str(envelope["code"])


async def set_margin(rest: RestClient, amount: str, side: str = "long") -> str:
    return await code(rest, f"{ACCOUNT}/set-margin", {**PAIR, "holdSide": side, "amount": amount})


async def test_margin_goes_in_and_out(rest: RestClient) -> None:
    await trade(rest)
    (before,) = await rest.data(f"{POSITION}/single-position", **PAIR)
    assert await rest.act(f"{ACCOUNT}/set-margin", **PAIR, holdSide="long", amount="50") == ""
    (after,) = await rest.data(f"{POSITION}/single-position", **PAIR)
    assert Decimal(after["marginSize"]) == Decimal(before["marginSize"]) + 50
    assert await set_margin(rest, "-20") == "00000"
    assert await set_margin(rest, "-50") == "40800"
    assert await set_margin(rest, "1", "short") == "40802"
    assert await set_margin(rest, "0") == "40020"
    kinds = [
        bill["businessType"] for bill in (await rest.data(f"{ACCOUNT}/bill", productType=PRODUCT))["bills"]
    ]
    assert kinds[:2] == ["reduce_margin", "append_margin"]


async def test_automatic_margin_shows_in_the_position(rest: RestClient) -> None:
    body = {"symbol": BTC, "marginCoin": "USDT", "autoMargin": "on", "holdSide": "long"}
    assert await code(rest, f"{ACCOUNT}/set-auto-margin", body) == "22011"
    await trade(rest)
    assert await code(rest, f"{ACCOUNT}/set-auto-margin", {**body, "holdSide": "short"}) == "40838"
    assert await rest.act(f"{ACCOUNT}/set-auto-margin", **body) == "success"
    (position,) = await rest.data(f"{POSITION}/single-position", **PAIR)
    assert position["autoMargin"] == "on"


async def test_all_leverages_of_what_is_held(server: SimServer, rest: RestClient) -> None:
    await trade(rest)
    assert await rest.act(f"{ACCOUNT}/set-all-leverage", leverage="5") == "success"
    assert server.exchange.venue.leverage(BTC).long_leverage == 5
    assert server.exchange.venue.leverage(ETH).long_leverage == 10
    assert await code(rest, f"{ACCOUNT}/set-all-leverage", {"productType": PRODUCT}) == "40019"
    assert (
        await code(rest, f"{ACCOUNT}/set-all-leverage", {"productType": PRODUCT, "leverage": "126"})
        == "45045"
    )


async def test_the_asset_mode_stays_single(rest: RestClient) -> None:
    assert await rest.act(f"{ACCOUNT}/set-asset-mode", assetMode="single") == "success"
    body = {"productType": PRODUCT, "assetMode": "union"}
    assert await code(rest, f"{ACCOUNT}/set-asset-mode", body) == "40919"
    assert await code(rest, f"{ACCOUNT}/set-asset-mode", {**body, "productType": "COIN-FUTURES"}) == "40020"


async def test_closed_positions_are_listed_by_page_and_symbol(server: SimServer, rest: RestClient) -> None:
    for symbol in (BTC, ETH, BTC):
        await trade(rest, symbol=symbol)
        await trade(rest, intent="close", symbol=symbol)
    path, now = f"{POSITION}/history-position", server.exchange.clock.now_ms()
    every = await rest.data(path)
    assert [row["symbol"] for row in every["list"]] == [BTC, ETH, BTC]
    first = await rest.data(path, limit=2)
    rest_of_them = await rest.data(path, limit=2, idLessThan=first["endId"])
    assert first["list"] + rest_of_them["list"] == every["list"]
    assert [row["symbol"] for row in (await rest.data(path, symbol=ETH.lower()))["list"]] == [ETH]
    assert await rest.data(path, productType="COIN-FUTURES") == {"list": None, "endId": None}
    assert len((await rest.data(path, productType="COIN-FUTURES", symbol=BTC))["list"]) == 2
    assert await rest.data(path, startTime=now - 9 * DAY_MS, endTime=now - 8 * DAY_MS) == {
        "list": None,
        "endId": None,
    }
    assert await code(rest, path, startTime=now - 91 * DAY_MS, endTime=now) == "00001"
    row = every["list"][0]
    money = [Decimal(row[name]) for name in ("pnl", "totalFunding", "openFee", "closeFee")]
    assert sum(money) == Decimal(row["netProfit"])


async def test_forecasts(server: SimServer, rest: RestClient) -> None:
    query = {**PAIR, "posSide": "long", "orderType": "limit", "openPrice": "60000"}
    counted = await rest.data(f"{ACCOUNT}/open-count", **PAIR, openAmount="600", openPrice="60000")
    assert counted == {"size": "0.1976"}
    largest = Decimal((await rest.data(f"{ACCOUNT}/max-open", **query))["maxOpen"])
    assert largest == server.exchange.venue.forecasts.largest_order(BTC, HoldSide.LONG, Decimal(60000))
    point = Decimal((await rest.data(f"{ACCOUNT}/liq-price", **query, openAmount="1"))["liqPrice"])
    assert point < 0
    at_market = {**PAIR, "posSide": "short", "orderType": "market"}
    assert (
        Decimal((await rest.data(f"{ACCOUNT}/liq-price", **at_market, openAmount="50"))["liqPrice"]) > 60000
    )
    assert await code(rest, f"{ACCOUNT}/max-open", **{**query, "openPrice": ""}) == "40019"
    assert await code(rest, f"{ACCOUNT}/liq-price", **query, openAmount="-1") == "40020"


async def test_what_a_single_asset_account_does_not_have(rest: RestClient) -> None:
    assert await rest.data(f"{ACCOUNT}/sub-account-assets", productType=PRODUCT) == []
    assert await rest.data(f"{ACCOUNT}/isolated-symbols", productType=PRODUCT) == []
    assert await rest.data(f"{ACCOUNT}/transfer-limits", coin="btc") == {"coin": "BTC", "maxTransferIn": "0"}
    assert await rest.data(f"{ACCOUNT}/switch-union-usdt") == {"usdtAmount": "0"}
    assert (await rest.data(f"{ACCOUNT}/union-config"))["mmr"] == "0.05"
    span = {"startTime": "1725330167000", "endTime": "1725848567893"}
    interest = await rest.data(f"{ACCOUNT}/interest-history", productType=PRODUCT, **span)
    assert (interest["borrowAmount"], interest["interestList"]) == ("0", None)
    assert await code(rest, f"{ACCOUNT}/interest-history", productType=PRODUCT) == "40019"
    assert await code(rest, f"{ACCOUNT}/union-convert", {"coin": "BTC", "amount": "1"}) == "40805"


SHAPES: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    "history-position": ("GET.mix.position.history-position", f"{POSITION}/history-position", {}, {}),
    "adlRank": (
        "GET.mix.position.adlRank",
        f"{POSITION}/adlRank",
        {"productType": PRODUCT},
        {},
    ),
    "open-count": (
        "GET.mix.account.open-count",
        f"{ACCOUNT}/open-count",
        {**PAIR, "openAmount": "600", "openPrice": "60000"},
        {},
    ),
    "max-open": (
        "GET.mix.account.max-open",
        f"{ACCOUNT}/max-open",
        {**PAIR, "posSide": "long", "orderType": "market"},
        {},
    ),
    "liq-price": (
        "GET.mix.account.liq-price",
        f"{ACCOUNT}/liq-price",
        {**PAIR, "posSide": "long", "orderType": "market", "openAmount": "1"},
        {},
    ),
    "transfer-limits": (
        "GET.mix.account.transfer-limits",
        f"{ACCOUNT}/transfer-limits",
        {"coin": "BTC"},
        {},
    ),
    "union-config": ("GET.mix.account.union-config", f"{ACCOUNT}/union-config", {}, {}),
    "switch-union-usdt": ("GET.mix.account.switch-union-usdt", f"{ACCOUNT}/switch-union-usdt", {}, {}),
    "interest-history": (
        "GET.mix.account.interest-history",
        f"{ACCOUNT}/interest-history",
        {"productType": PRODUCT, "startTime": "1725330167000", "endTime": "1725848567893"},
        {
            "data.interestList": "nothing was ever borrowed",
            "data.endId": "no page without rows",
        },
    ),
}


@needs_shared
@pytest.mark.parametrize("surface", SHAPES)
async def test_reply_has_bitgets_shape(surface: str, rest: RestClient) -> None:
    fixture, path, query, allowed = SHAPES[surface]
    await trade(rest)
    await trade(rest, intent="close", size="0.1")
    await trade(rest)
    status, envelope = await rest.get(path, **query)
    assert status == 200, envelope
    every, _ = theirs("rest", fixture)
    assert differences(shape_of([envelope]), shape_of(every), shape_of(every[:1]), allowed) == []


CHANGES: dict[str, dict[str, object]] = {
    "set-all-leverage": {"leverage": "7"},
    "set-margin": {**PAIR, "holdSide": "long", "amount": "5"},
    "set-auto-margin": {**PAIR, "holdSide": "long", "autoMargin": "off"},
    "set-asset-mode": {"assetMode": "single"},
}


@needs_shared
@pytest.mark.parametrize("surface", CHANGES)
async def test_change_is_answered_in_bitgets_shape(surface: str, rest: RestClient) -> None:
    await trade(rest)
    body = {"productType": PRODUCT, **CHANGES[surface]}
    status, envelope = await rest.post(f"{ACCOUNT}/{surface}", body)
    assert status == 200, envelope
    every, _ = theirs("rest", f"POST.mix.account.{surface}")
    assert differences(shape_of([envelope]), shape_of(every), shape_of(every), {}) == []


async def hear_after(stream: Stream, server: SimServer, rest: RestClient, channel: str) -> list[Any]:
    """What a channel tells of a position that is opened, deleveraged and closed."""
    await trade(rest, size="0.2")
    venue = server.exchange.venue
    venue.risk.deleverage(BTC, HoldSide.LONG, Decimal("0.1"))
    await trade(rest, intent="close")
    return [await stream.hear_push(channel)]


@needs_shared
@pytest.mark.parametrize("channel", ["positions-history", "adl-noti", "equity"])
async def test_push_has_bitgets_shape(
    channel: str, server: SimServer, rest: RestClient, private: Stream
) -> None:
    argument = {"instType": PRODUCT, "channel": channel}
    await private.subscribe(argument if channel == "equity" else private_topic(channel))
    await private.hear()
    pushes = await hear_after(private, server, rest, channel)
    every, _ = theirs("ws", channel)
    assert differences(shape_of(pushes), shape_of(every), shape_of(every), {}) == []


async def test_the_equity_is_asked_for_without_a_name_and_acknowledged_with_one(private: Stream) -> None:
    argument = {"instType": PRODUCT, "channel": "equity"}
    await private.subscribe(argument)
    assert await private.hear() == {"event": "subscribe", "arg": {**argument, "instId": "default"}}
    first = await private.hear()
    assert (first["action"], first["arg"]) == ("snapshot", argument)
    assert first["data"][0]["usdtEquity"] == "1000000"


async def test_a_deleveraging_is_told_before_the_new_positions(
    server: SimServer, rest: RestClient, private: Stream
) -> None:
    await trade(rest, size="0.2")
    await private.subscribe(private_topic("adl-noti"), private_topic("positions"))
    for _ in range(3):
        await private.hear()
    server.exchange.venue.risk.deleverage(BTC, HoldSide.LONG, Decimal("0.05"))
    notice, positions = await private.hear(), await private.hear()
    assert (notice["action"], notice["data"][0]["side"], notice["data"][0]["amount"]) == (
        "update",
        "sell",
        "0.05",
    )
    assert positions["data"][0]["total"] == "0.15"


async def test_a_liquidation_reaches_every_channel(
    server: SimServer, rest: RestClient, private: Stream
) -> None:
    """A client that only listens must learn that its position is gone and why."""
    await trade(rest)
    names = ("orders", "fill", "positions", "account", "positions-history")
    await private.subscribe(*map(private_topic, names))
    for _ in range(7):
        await private.hear()
    now = server.exchange.clock.now_ms()
    server.exchange.apply(MarketFacts(BTC, now, mark_price="50000"))
    heard = {
        name: await private.hear_push(name) for name in ("orders", "fill", "positions-history", "positions")
    }
    order, fill = heard["orders"]["data"][0], heard["fill"]["data"][0]
    assert (order["tradeSide"], order["enterPointSource"]) == ("burst_close_long", "SYS")
    assert (order["side"], order["posSide"], order["reduceOnly"]) == ("buy", "long", "yes")
    assert (fill["tradeSide"], fill["side"]) == ("burst_close_long", "sell")
    assert heard["positions-history"]["data"][0]["closeSize"] == "0.1"
    assert heard["positions"]["data"] == []
    detail = await rest.data(
        "/api/v2/mix/order/detail", symbol=BTC, productType=PRODUCT, orderId=order["orderId"]
    )
    assert (detail["orderSource"], detail["state"]) == ("liquidation", "filled")


ABSURD = ("1" + "0" * 40, "0." + "0" * 40 + "1", "-1", "0", "1e9", "NaN")


@pytest.mark.parametrize("number", ABSURD)
async def test_absurd_numbers_are_refused_and_nothing_breaks(rest: RestClient, number: str) -> None:
    """A number too long for exact arithmetic once would have ended in HTTP 500."""
    await trade(rest)
    wrong = {"40020", "40800"}
    assert await set_margin(rest, number) in wrong | ({"00000"} if number == "-1" else set())
    counted = {**PAIR, "openAmount": number, "openPrice": "60000"}
    assert await code(rest, f"{ACCOUNT}/open-count", **counted) == "40020"
    assert await code(rest, f"{ACCOUNT}/open-count", **{**counted, "openPrice": number}) == "40020"
    opening = {**PAIR, "posSide": "long", "orderType": "limit", "openPrice": number, "openAmount": "1"}
    assert await code(rest, f"{ACCOUNT}/max-open", **opening) == "40020"
    assert await code(rest, f"{ACCOUNT}/liq-price", **opening) == "40020"
    assert await code(rest, f"{ACCOUNT}/set-all-leverage", {"productType": PRODUCT, "leverage": number}) in (
        *("40020", "45045"),
    )
