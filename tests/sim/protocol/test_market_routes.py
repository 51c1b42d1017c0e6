"""The public routes: mark and index candles, past funding and trades, spans, pages, tables."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from omega_tui.sim.facts import MarketFacts
from omega_tui.sim.rest.face import ROUTES
from omega_tui.sim.rest.request import parse_query
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient
from tests.sim.protocol.scripted import BTC, trade
from tests.sim.protocol.stepped import HOUR_MS, SteppedExchange

MARKET = "/api/v2/mix/market/"
DAY_MS = 24 * HOUR_MS
ONE = {"symbol": BTC, "productType": PRODUCT}


def ask(there: SteppedExchange, route: str, **query: object) -> Any:
    """What a public route answers, without a socket."""
    text = "&".join(f"{name}={value}" for name, value in {**ONE, **query}.items())
    return ROUTES[MARKET + route].answer(there.exchange, parse_query(text))


async def refused(rest: RestClient, route: str, **query: object) -> tuple[int, str]:
    status, envelope = await rest.get(MARKET + route, **{**ONE, **query})
    return status, envelope["code"]


async def test_mark_and_index_have_candles_of_their_own(server: SimServer, rest: RestClient) -> None:
    """A bot that stops out on the mark price tests against its candles; the last price's would lie to it."""
    now = server.exchange.clock.now_ms()
    server.exchange.apply(trade(BTC, now, "66000", "1", 1))
    server.exchange.apply(MarketFacts(BTC, now, mark_price="60100.5", index_price="60090"))
    server.exchange.apply(MarketFacts(BTC, now + 1, mark_price="60050", index_price="60095.5"))
    query = {**ONE, "granularity": "1m", "limit": 3}
    last, mark, index = [
        await rest.data(f"{MARKET}candles", **query, kLineType=kind) for kind in ("market", "mark", "index")
    ]
    assert last[-1][2] == "66000"
    assert (mark[-1][2], mark[-1][4], index[-1][2], index[-1][4]) == (
        "60100.5",
        "60050",
        "60095.5",
        "60095.5",
    )
    assert {(row[5], row[6]) for row in (*mark, *index)} == {("0", "0")}
    assert [row[0] for row in mark] == [row[0] for row in index] == [row[0] for row in last]
    for kind, rows in (("mark", mark), ("index", index)):
        history = await rest.data(f"{MARKET}history-{kind}-candles", **query)
        assert history[-2:] == rows[:2], "the same candles, without the one that still forms"


async def test_candles_before_the_start_keep_the_marks_distance(rest: RestClient) -> None:
    """A jump where the recorded past meets the live series would look like a crash on a chart."""
    query = {**ONE, "granularity": "5m", "limit": 50}
    last = await rest.data(f"{MARKET}history-candles", **query)
    mark = await rest.data(f"{MARKET}history-mark-candles", **query)
    ratios = {
        (Decimal(of_mark[at]) / Decimal(of_last[at])).quantize(Decimal("0.00001"))
        for of_last, of_mark in zip(last, mark, strict=True)
        for at in range(1, 5)
    }
    assert ratios == {(Decimal("60001.5") / Decimal("59999.5")).quantize(Decimal("0.00001"))}


async def test_every_granularity_of_the_mark_agrees() -> None:
    """An hour that peaks above all its minutes triggers an order that never triggered."""
    there = SteppedExchange.generated(7, 5_000, BTC)
    await there.step(3 * HOUR_MS)
    minutes = ask(there, "candles", granularity="1m", limit=1000, kLineType="mark")
    hours = ask(there, "candles", granularity="1H", limit=20, kLineType="mark")
    checked = 0
    for hour in hours:
        inside = [row for row in minutes if int(hour[0]) <= int(row[0]) < int(hour[0]) + HOUR_MS]
        if len(inside) < 60:
            continue
        checked += 1
        assert (hour[1], hour[4]) == (inside[0][1], inside[-1][4])
        assert Decimal(hour[2]) == max(Decimal(row[2]) for row in inside)
        assert Decimal(hour[3]) == min(Decimal(row[3]) for row in inside)
    assert checked > 10, "hours before the start, after it, and the one it falls into"


async def test_a_day_of_settlements_joins_the_past() -> None:
    """Whoever backtests funding reads one series; a hole or a doubled settlement counts twice."""
    there = SteppedExchange.generated(7, 60_000, BTC)
    await there.step(DAY_MS)
    settled = [(settlement.ts, str(settlement.rate)) for settlement in there.venue.funding.history(BTC)]
    assert len(settled) == 3
    pages = [ask(there, "history-fund-rate", pageSize=100, pageNo=page) for page in (1, 2, 3)]
    rows = [row for page in pages for row in page]
    assert [(int(row["fundingTime"]), row["fundingRate"]) for row in rows[:3]] == settled
    times = [int(row["fundingTime"]) for row in rows]
    assert {before - after for before, after in pairwise(times)} == {8 * HOUR_MS}
    assert len(ask(there, "history-fund-rate")) == 20
    assert len({row["fundingRate"] for row in rows}) > 50, "rates wander"
    assert all(abs(Decimal(row["fundingRate"])) < Decimal("0.001") for row in rows)
    current = ask(there, "current-fund-rate")[0]
    assert Decimal(current["nextUpdate"]) == times[0] + 8 * HOUR_MS
    beyond = ask(there, "history-fund-rate", pageSize=100, pageNo=100)
    assert beyond == []


async def test_trades_are_paged_backwards_without_gap_or_double(server: SimServer, rest: RestClient) -> None:
    for number in range(250):
        server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000", str(number + 1), number))
    seen: list[str] = []
    while True:
        more = {"idLessThan": seen[-1]} if seen else {}
        page = await rest.data(f"{MARKET}fills-history", **ONE, limit=100, **more)
        if not page:
            break
        seen += [row["tradeId"] for row in page]
    assert seen == [each.trade_id for each in server.exchange.recent_trades(BTC)]
    assert len(seen) == len(set(seen)) == 252


@pytest.mark.parametrize(
    ("route", "query", "code"),
    [
        ("fills-history", {"startTime": 1, "endTime": 7 * DAY_MS + 2}, "00001"),
        ("fills-history", {"startTime": 2, "endTime": 1}, "40707"),
        ("candles", {"granularity": "1m", "startTime": 1, "endTime": 90 * DAY_MS + 2}, "40705"),
        ("history-mark-candles", {"granularity": "1m", "startTime": 2, "endTime": 1}, "40707"),
        ("candles", {"granularity": "7m"}, "40020"),
        ("candles", {"granularity": "1m", "kLineType": "FAIR"}, "40020"),
        ("candles", {}, "40019"),
        ("history-fund-rate", {"pageNo": 0}, "40020"),
        ("history-fund-rate", {"symbol": "NOPEUSDT"}, "40034"),
        ("oi-limit", {"symbol": "NOPEUSDT"}, "40034"),
        ("union-interest-rate-history", {"coin": "NOPE"}, "40034"),
        ("union-interest-rate-history", {}, "40019"),
        ("merge-depth", {"precision": "scale9x"}, "40020"),
    ],
)
async def test_a_wrong_question_is_refused(
    rest: RestClient, route: str, query: dict[str, object], code: str
) -> None:
    assert await refused(rest, route, **query) == (400, code)


async def test_candles_reach_back_as_far_as_bitget_keeps_them() -> None:
    """`candles` ends where Bitget's does; a bot that needs more must use the history route."""
    there = SteppedExchange.generated(7, 60_000, BTC)
    await there.step(0)
    now = there.clock.now_ms()
    old = {"granularity": "30m", "startTime": now - 70 * DAY_MS, "endTime": now - 61 * DAY_MS, "limit": 1000}
    rows = ask(there, "candles", **old)
    assert rows
    assert min(int(row[0]) for row in rows) >= now - 62 * DAY_MS
    assert len(ask(there, "history-candles", **{**old, "endTime": now - 65 * DAY_MS})) == 200


@pytest.mark.parametrize("route", ["contracts", "tickers", "current-fund-rate", "oi-limit"])
@pytest.mark.parametrize("product", ["COIN-FUTURES", "usdc-futures", "SUSDT-FUTURES"])
async def test_products_that_are_not_traded_here_have_no_rows(
    rest: RestClient, route: str, product: str
) -> None:
    """Clients load all six product types at their start; an error would keep them from starting."""
    assert await rest.data(MARKET + route, productType=product) == []


async def test_depth_levels_merge_to_the_scale(rest: RestClient) -> None:
    """Sizes of merged levels add up; asks round up and bids down, or the merged book would cross."""
    plain = await rest.data(f"{MARKET}merge-depth", **ONE, limit="max")
    merged = await rest.data(f"{MARKET}merge-depth", **ONE, limit="max", precision="scale1")
    assert (merged["scale"], merged["precision"], merged["isMaxPrecision"]) == ("1", "scale1", "NO")
    for side in ("asks", "bids"):
        assert sum(size for _, size in merged[side]) == sum(size for _, size in plain[side])
        assert all(float(price).is_integer() for price, _ in merged[side])
    assert merged["asks"][0][0] > merged["bids"][0][0]
    largest = await rest.data(f"{MARKET}merge-depth", **ONE, precision="scale9")
    assert (largest["precision"], largest["isMaxPrecision"]) == ("scale3", "YES")
