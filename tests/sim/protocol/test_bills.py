"""The bill route: what a book-keeping client pages through, filters and sums."""

from decimal import Decimal
from typing import Any

from omega_tui.sim.facts import MarketFacts
from omega_tui.sim.server import SimServer
from tests.sim.protocol.clients import PRODUCT, RestClient
from tests.sim.protocol.scripted import BTC
from tests.sim.protocol.shapes import differences, shape_of
from tests.sim.protocol.test_shapes import theirs
from tests.support.shared import needs_shared

BILL = "/api/v2/mix/account/bill"
DAY_MS = 86_400_000


async def bills(rest: RestClient, **query: object) -> list[Any]:
    data = await rest.data(BILL, productType=PRODUCT, **query)
    return data["bills"] or []


async def refused(rest: RestClient, **query: object) -> tuple[str, str]:
    status, envelope = await rest.get(BILL, productType=PRODUCT, **query)
    assert status == 400
    return envelope["code"], envelope["msg"]


async def trade_often(rest: RestClient, times: int) -> None:
    for number in range(times):
        await rest.order(size="0.01", side="sell" if number % 2 else "buy")


def settle_funding(server: SimServer) -> None:
    venue = server.exchange.venue
    due = venue.ticker(BTC).next_funding_ms
    assert due is not None
    venue.on_market(MarketFacts(BTC, server.exchange.clock.now_ms(), funding_rate="0.0001"))
    venue.on_time(due)


async def test_bills_add_up_to_the_balance(server: SimServer, rest: RestClient) -> None:
    await trade_often(rest, 3)
    settle_funding(server)
    rows = await bills(rest)
    assert [row["businessType"] for row in rows] == [
        *("contract_settle_fee", "buy", "sell", "buy"),
        "trans_from_exchange",
    ]
    total = sum(Decimal(row["amount"]) + Decimal(row["fee"]) for row in rows)
    assert total == Decimal(rows[0]["balance"]) == server.exchange.venue.account().balance
    assert Decimal(rows[0]["amount"]) == Decimal("-0.0600015")
    assert rows[0]["symbol"] == BTC
    assert rows[-1]["symbol"] == ""


async def test_pages_follow_each_other(rest: RestClient) -> None:
    """Twenty rows unless told, a hundred at most, and the end of one page is the start of the next."""
    await trade_often(rest, 24)
    first = await rest.data(BILL, productType=PRODUCT)
    assert len(first["bills"]) == 20
    assert first["endId"] == first["bills"][-1]["billId"]
    rest_of_them = await bills(rest, idLessThan=first["endId"])
    assert len(rest_of_them) == 5
    every = [row["billId"] for row in [*first["bills"], *rest_of_them]]
    assert every == sorted(every, key=int, reverse=True)
    assert every == [row["billId"] for row in await bills(rest, limit=1000)]


async def test_filters(server: SimServer, rest: RestClient) -> None:
    await trade_often(rest, 2)
    assert [row["businessType"] for row in await bills(rest, businessType="sell")] == ["sell"]
    assert await bills(rest, businessType="burst_buy") == []
    assert len(await bills(rest, businessType="trans_from_exchange", coin="USDT")) == 1
    assert await bills(rest, businessType="trans_from_exchange", coin="BTC") == []
    assert len(await bills(rest, coin="BTC")) == 3
    server.exchange.venue.wallet.book(BTC, "append_margin", Decimal(5))
    assert len(await bills(rest)) == 4
    assert len(await bills(rest, onlyFunding="yes")) == 3
    assert await rest.data(BILL, productType="COIN-FUTURES") == {"bills": None, "endId": None}


async def test_a_span_of_time(server: SimServer, rest: RestClient) -> None:
    await trade_often(rest, 1)
    now = server.exchange.clock.now_ms()
    assert len(await bills(rest, startTime=now - 30 * DAY_MS, endTime=now)) == 2
    assert await bills(rest, startTime=now - 2 * DAY_MS, endTime=now - DAY_MS) == []
    assert await refused(rest, startTime=now - 31 * DAY_MS, endTime=now) == (
        "00001",
        "startTime and endTime interval cannot be greater than 30 days",
    )
    assert (await refused(rest, startTime=now, endTime=now - 1))[0] == "40707"
    assert (await refused(rest, limit="0"))[0] == "40020"


@needs_shared
async def test_a_bill_has_bitgets_members(rest: RestClient) -> None:
    await trade_often(rest, 1)
    status, envelope = await rest.get(BILL, productType=PRODUCT)
    assert status == 200
    every, _ = theirs("rest", "GET.mix.account.bill")
    assert differences(shape_of([envelope]), shape_of(every), shape_of(every), {}) == []
