"""Faults of requests as a raw client sees them, and what the exchange did meanwhile."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from omega_tui.sim.facts import OrderStatus
from omega_tui.sim.faults.plan import parse_fault
from omega_tui.sim.server import SimServer
from tests.sim.faults.conftest import Harm
from tests.sim.protocol.clients import PRODUCT, RestClient, until

PLACE = "/api/v2/mix/order/place-order"
CANCEL = "/api/v2/mix/order/cancel-order"
BATCH = "/api/v2/mix/order/batch-place-order"
BATCH_CANCEL = "/api/v2/mix/order/batch-cancel-orders"
DETAIL = "/api/v2/mix/order/detail"
PENDING = "/api/v2/mix/order/orders-pending"
HISTORY = "/api/v2/mix/order/orders-history"
TIME = "/api/v2/public/time"
BTC = {"symbol": "BTCUSDT", "productType": PRODUCT}
BID: dict[str, object] = {
    **BTC,
    "marginMode": "crossed",
    "marginCoin": "USDT",
    "side": "buy",
    "orderType": "limit",
    "force": "gtc",
    "price": "59000",
    "size": "0.01",
}
IMPATIENCE = 0.4


class Wire:
    """Signed requests whose answers are taken as bytes, however broken."""

    def __init__(self, rest: RestClient, server: SimServer, http: aiohttp.ClientSession) -> None:
        self._rest = rest
        self._server = server
        self._http = http

    async def post(self, path: str, body: dict[str, object]) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        text = json.dumps(body)
        headers = self._rest.headers("POST", path, text)
        address = self._server.address.rest + path
        async with self._http.post(address, data=text, headers=headers) as response:
            return response.status, response.content_type, await response.read()

    async def place(self, client_oid: str = "one", **changes: object) -> tuple[int, str, bytes]:
        return await self.post(PLACE, {**BID, "clientOid": client_oid, **changes})

    def accepted(self, client_oid: str = "one") -> bool:
        """Whether the exchange knows the order."""
        return self._server.exchange.venue.order("BTCUSDT", None, client_oid) is not None


@pytest.fixture
def wire(rest: RestClient, server: SimServer, http: aiohttp.ClientSession) -> Wire:
    return Wire(rest, server, http)


@pytest.mark.parametrize(("name", "accepted"), [("lost_request", False), ("lost_answer", True)])
@pytest.mark.parametrize("ends", ["close", "reset"])
async def test_no_answer_tells_nothing_of_the_order(
    wire: Wire, harm: Harm, name: str, accepted: bool, ends: str
) -> None:
    """The two cases that a client must not be able to tell apart, and the exchange does."""
    harm(name, route="place-order", ends=ends, count=1)
    with pytest.raises(aiohttp.ServerDisconnectedError if ends == "close" else aiohttp.ClientError):
        await wire.place()
    assert wire.accepted() is accepted
    status, *_ = await wire.place("two")
    assert status == 200


@pytest.mark.parametrize(("name", "accepted"), [("lost_request", False), ("lost_answer", True)])
async def test_silence_lasts_until_the_client_gives_up(
    wire: Wire, harm: Harm, name: str, accepted: bool
) -> None:
    harm(name, route="place-order", ends="silence")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(IMPATIENCE):
            await wire.place()
    assert wire.accepted() is accepted


async def test_a_cut_body_is_shorter_than_announced(wire: Wire, harm: Harm) -> None:
    harm("cut_body", route="place-order", at=20)
    with pytest.raises(aiohttp.ClientPayloadError):
        await wire.place()
    assert wire.accepted()


async def test_every_offset_of_a_cut_body_is_a_broken_answer(wire: Wire, harm: Harm) -> None:
    """The first byte and the last one are the ones that are forgotten."""
    whole = len((await wire.place("whole"))[2])
    for at in (0, 1, whole - 1, whole + 100):
        active = harm("cut_body", route="place-order", at=at, count=1)
        with pytest.raises(aiohttp.ClientPayloadError):
            await wire.place(f"cut-{at}")
        assert active.fired == 1


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ({"name": "empty_answer"}, b""),
        ({"name": "truncated_json", "at": 12}, b'{"code":"000'),
        ({"name": "null_data"}, None),
        ({"name": "nan_json"}, None),
        ({"name": "nan_json", "literal": "1e999"}, None),
    ],
)
async def test_a_false_answer_follows_a_true_acceptance(
    wire: Wire, server: SimServer, fault: dict[str, Any], body: bytes | None
) -> None:
    server.faults.add(parse_fault(fault))
    status, kind, got = await wire.place()
    assert (status, kind) == (200, "application/json")
    assert wire.accepted()
    if body is not None:
        assert got == body
    else:
        literal = fault.get("literal", "NaN" if fault["name"] == "nan_json" else "null")
        assert b'"code":"00000"' in got
        assert got.endswith(b'"data":' + literal.encode() + b"}")


@pytest.mark.parametrize("status", [200, 403, 502, 504])
@pytest.mark.parametrize("carried_out", [False, True])
async def test_a_page_of_html_comes_before_or_after_acceptance(
    wire: Wire, harm: Harm, status: int, carried_out: bool
) -> None:
    harm("html_answer", status=status, carried_out=carried_out)
    got, kind, body = await wire.place()
    assert (got, kind) == (status, "text/html")
    assert body.startswith(b"<!DOCTYPE html>")
    assert wire.accepted() is carried_out


@pytest.mark.parametrize("html", [False, True])
async def test_too_many_requests_comes_with_the_code_or_as_html(wire: Wire, harm: Harm, html: bool) -> None:
    harm("too_many_requests", html=html, count=1)
    status, kind, body = await wire.place()
    assert (status, kind) == (429, "text/html" if html else "application/json")
    assert html or json.loads(body)["code"] == "429"
    assert not wire.accepted()
    assert (await wire.place())[0] == 200


@pytest.mark.parametrize(
    "code", ["40010", "40910", "40015", "40725", "45001", "43059", "25001", "25003", "40786"]
)
@pytest.mark.parametrize("carried_out", [False, True])
async def test_a_code_that_proves_nothing_comes_before_or_after_acceptance(
    wire: Wire, harm: Harm, code: str, carried_out: bool
) -> None:
    harm("error_answer", code=code, carried_out=carried_out)
    status, _, body = await wire.place()
    envelope = json.loads(body)
    assert (status, envelope["code"], envelope["data"]) == (400, code, None)
    assert envelope.keys() == {"code", "msg", "requestTime", "data"}
    assert wire.accepted() is carried_out


async def test_maintenance_refuses_what_it_is_scoped_to(wire: Wire, rest: RestClient, harm: Harm) -> None:
    harm("maintenance", code="41114", symbol="BTCUSDT")
    assert json.loads((await wire.place())[2])["code"] == "41114"
    assert not wire.accepted()
    status, _ = await rest.get(TIME)
    assert status == 200


async def test_the_time_cannot_be_had_while_everything_else_works(
    wire: Wire, server: SimServer, http: aiohttp.ClientSession, harm: Harm
) -> None:
    harm("time_down")
    async with http.get(server.address.rest + TIME) as response:
        assert response.status == 500
    assert (await wire.place())[0] == 200


async def test_a_clock_that_is_off_tells_its_time_and_refuses_ours(
    wire: Wire, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    """Whoever signs with the time that the exchange tells is let in."""
    harm("clock_skew", by_ms=70_000)
    told = int((await rest.data(TIME))["serverTime"])
    assert abs(told - server.exchange.clock.now_ms() - 70_000) < 2_000
    assert json.loads((await wire.place())[2])["code"] == "40008"
    headers = rest.headers("GET", "/api/v2/mix/account/accounts?productType=USDT-FUTURES", stamp=str(told))
    status, _ = await rest.send("GET", "/api/v2/mix/account/accounts?productType=USDT-FUTURES", headers)
    assert status == 200


async def test_a_clock_may_gain(rest: RestClient, server: SimServer, harm: Harm) -> None:
    """A tenth more than real time: after a second it is a hundred milliseconds ahead."""
    harm("clock_skew", drift_ppm=100_000)
    started = server.exchange.clock.now_ms()
    await asyncio.sleep(0.5)
    told = int((await rest.data(TIME))["serverTime"])
    passed = server.exchange.clock.now_ms() - started
    assert passed * 1.05 < told - started < passed * 1.15


async def test_delays_come_before_or_after_acceptance(wire: Wire, harm: Harm) -> None:
    harm("delay_request", ms=300, count=1)
    harm("delay_answer", ms=300, after=1, count=1)
    late = asyncio.create_task(wire.place("late"))
    await asyncio.sleep(0.1)
    assert not wire.accepted("late")
    assert (await late)[0] == 200
    answered_late = asyncio.create_task(wire.place("slow"))
    await asyncio.sleep(0.1)
    assert wire.accepted("slow")
    assert not answered_late.done()
    assert (await answered_late)[0] == 200


async def test_a_bomb_is_small_on_the_wire(wire: Wire, harm: Harm) -> None:
    harm("compression_bomb", size=1 << 20, route="place-order")
    _, _, body = await wire.place()
    assert body == bytes(1 << 20)


async def test_a_repeated_request_is_answered_as_a_duplicate_of_itself(wire: Wire, harm: Harm) -> None:
    """The code says "duplicate", and the order is live: a new id would be a second order."""
    harm("repeated_request", route="place-order")
    assert json.loads((await wire.place())[2])["code"] == "45034"
    assert wire.accepted()


async def test_an_exchange_may_take_an_id_twice(wire: Wire, server: SimServer, harm: Harm) -> None:
    harm("dedupe_off", count=2)
    assert [(await wire.place())[0] for _ in range(2)] == [200, 200]
    assert len(server.exchange.venue.pending()) == 2
    assert json.loads((await wire.place())[2])["code"] == "45034"


async def test_a_cancel_may_be_acknowledged_and_ignored(wire: Wire, rest: RestClient, harm: Harm) -> None:
    placed = json.loads((await wire.place())[2])["data"]
    harm("cancel_ignored", count=3)
    assert await rest.act(CANCEL, symbol="BTCUSDT", orderId=placed["orderId"]) == placed
    batch = await rest.act(BATCH_CANCEL, symbol="BTCUSDT", orderIdList=[{"clientOid": "one"}])
    assert batch == {"successList": [placed], "failureList": []}
    everything = await rest.act("/api/v2/mix/order/cancel-all-orders")
    assert everything["successList"] == [placed]
    detail = await rest.data(DETAIL, **BTC, orderId=placed["orderId"])
    assert detail["state"] == "live"
    await rest.act(CANCEL, symbol="BTCUSDT", orderId=placed["orderId"])


async def test_a_cancel_may_not_find_an_open_order(wire: Wire, rest: RestClient, harm: Harm) -> None:
    await wire.place()
    harm("cancel_not_found")
    status, envelope = await rest.post(CANCEL, {**BTC, "clientOid": "one"})
    assert (status, envelope["code"]) == (400, "40768")
    assert (await rest.data(DETAIL, **BTC, clientOid="one"))["state"] == "live"


@pytest.mark.parametrize(("share", "filled", "code"), [(1.0, "0.01", "45055"), (0.3, "0.003", "00000")])
async def test_an_order_may_trade_just_before_its_cancel(
    wire: Wire, rest: RestClient, harm: Harm, share: float, filled: str, code: str
) -> None:
    await wire.place()
    harm("fill_before_cancel", share=share)
    _, envelope = await rest.post(CANCEL, {**BTC, "clientOid": "one"})
    assert envelope["code"] == code
    detail = await rest.data(DETAIL, **BTC, clientOid="one")
    assert detail["baseVolume"] == filled
    assert detail["state"] == ("filled" if code == "45055" else "canceled")
    (position,) = await rest.data("/api/v2/mix/position/all-position", productType=PRODUCT)
    assert position["total"] == filled


async def test_chosen_legs_of_a_batch_fail_inside_a_success(
    rest: RestClient, server: SimServer, harm: Harm
) -> None:
    orders = [{**BID, "clientOid": f"leg-{number}"} for number in range(3)]
    harm("batch_leg_fails", legs=[1], code="40762", count=1)
    data = await rest.act(BATCH, symbol="BTCUSDT", marginMode="crossed", marginCoin="USDT", orderList=orders)
    assert [row["clientOid"] for row in data["successList"]] == ["leg-0", "leg-2"]
    (failure,) = data["failureList"]
    assert (failure["clientOid"], failure["errorCode"]) == ("leg-1", "40762")
    assert {order.client_oid for order in server.exchange.venue.pending()} == {"leg-0", "leg-2"}
    harm("batch_leg_fails", share=1.0)
    named = [{"clientOid": "leg-0"}, {"clientOid": "leg-2"}]
    data = await rest.act(BATCH_CANCEL, symbol="BTCUSDT", orderIdList=named)
    assert data["successList"] == []
    assert [row["clientOid"] for row in data["failureList"]] == ["leg-0", "leg-2"]
    assert len(server.exchange.venue.pending()) == 2


async def test_an_accepted_order_may_be_cancelled_by_the_exchange(
    wire: Wire, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    harm("system_cancel", reason="stp_cancel")
    assert (await wire.place())[0] == 200
    await until(lambda: not server.exchange.venue.pending())
    detail = await rest.data(DETAIL, **BTC, clientOid="one")
    assert detail["cancelReason"] == "stp_cancel"


async def test_an_order_whose_id_is_withheld_may_be_cancelled_too(
    rest: RestClient, server: SimServer, harm: Harm
) -> None:
    """The reply to an over-size reduce-only order names no id, and the fault looked for one."""
    await rest.order(size="0.01")
    await rest.order(side="sell", price="61000", size="0.01", reduceOnly="YES")
    harm("system_cancel", reason="stp_cancel")
    over = {"side": "sell", "price": "61500", "size": "0.01", "reduceOnly": "YES", "clientOid": "over"}
    assert await rest.order(**over) == {"clientOid": "over"}
    await until(lambda: not server.exchange.venue.pending())
    assert (await rest.data(DETAIL, **BTC, clientOid="over"))["cancelReason"] == "stp_cancel"


async def test_a_new_order_stays_unseen_for_a_while(wire: Wire, rest: RestClient, harm: Harm) -> None:
    """Not found is no proof that an order was never accepted."""
    await wire.place("early")
    await asyncio.sleep(0.3)
    harm("late_visibility", ms=250)
    await wire.place("late")
    status, envelope = await rest.get(DETAIL, **BTC, clientOid="late")
    assert (status, envelope["code"]) == (400, "40109")
    pending = (await rest.data(PENDING, productType=PRODUCT))["entrustedList"]
    assert [row["clientOid"] for row in pending] == ["early"]
    await asyncio.sleep(0.3)
    assert (await rest.data(DETAIL, **BTC, clientOid="late"))["state"] == "live"


async def test_a_page_may_lack_a_row_or_have_it_twice(
    wire: Wire, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    for number in range(3):
        await wire.place(f"p-{number}")
    skipped = harm("wrong_paging", how="skipped", route="orders-pending")
    rows = (await rest.data(PENDING, productType=PRODUCT))["entrustedList"]
    assert [row["clientOid"] for row in rows] == ["p-2", "p-1"]
    server.faults.desk.remove(skipped.number)
    harm("wrong_paging", how="repeated", route="orders-pending")
    rows = (await rest.data(PENDING, productType=PRODUCT))["entrustedList"]
    assert [row["clientOid"] for row in rows] == ["p-2", "p-2", "p-1", "p-0"]


async def test_without_faults_nothing_is_looked_at(wire: Wire, server: SimServer, harm: Harm) -> None:
    active = harm("lost_answer", client_oid_prefix="omega-")
    assert (await wire.place())[0] == 200
    assert (active.seen, active.fired) == (0, 0)
    server.faults.desk.clear()
    assert not server.faults.desk.watches_requests
    order = server.exchange.venue.order("BTCUSDT", None, "one")
    assert order is not None
    assert order.status is OrderStatus.LIVE


MODIFY = "/api/v2/mix/order/modify-order"


async def modify(rest: RestClient) -> Any:
    """Move the order "one" up by ten."""
    return await rest.act(
        MODIFY, symbol="BTCUSDT", clientOid="one", newClientOid="two", newSize="0.01", newPrice="59010"
    )


async def test_a_modify_may_leave_nothing_behind(
    wire: Wire, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    """The old order is gone, the new one refused, and the reply spoke of success."""
    await wire.place()
    harm("modify_leg_refused", code="40762", count=1)
    assert (await modify(rest))["clientOid"] == "two"
    venue = server.exchange.venue
    await until(lambda: venue.agenda.next_ms is None or not venue.quirks.doomed)
    assert venue.pending() == []
    first = venue.order("BTCUSDT", None, "one")
    assert first is not None
    assert first.status is OrderStatus.CANCELED


async def test_a_modified_order_may_live_twice(
    wire: Wire, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    """Until the old one is gone, both count."""
    await wire.place()
    harm("modify_overlap", ms=200, count=1)
    await modify(rest)
    assert {order.client_oid for order in server.exchange.venue.pending()} == {"one", "two"}
    await until(lambda: {order.client_oid for order in server.exchange.venue.pending()} == {"two"})


@pytest.mark.parametrize(("leg", "kept"), [("stop_loss", "pos_profit"), ("take_profit", "pos_loss")])
async def test_a_preset_may_never_come_into_being(
    wire: Wire, rest: RestClient, harm: Harm, leg: str, kept: str
) -> None:
    """The entry is filled, and one of its two guards is missing."""
    harm("preset_ignored", leg=leg)
    market = {"orderType": "market", "force": "", "price": ""}
    status, *_ = await wire.place(presetStopSurplusPrice="66000", presetStopLossPrice="55000", **market)
    assert status == 200
    plans = await rest.data(
        "/api/v2/mix/order/orders-plan-pending", productType=PRODUCT, planType="profit_loss"
    )
    assert [row["planType"] for row in plans["entrustedList"]] == [kept]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("place-pos-tpsl", {"stopLossTriggerPrice": "55000", "holdSide": "buy"}),
        ("place-tpsl-order", {"planType": "loss_plan", "triggerPrice": "55000", "size": "0.01"}),
    ],
)
async def test_a_stop_may_be_refused(
    wire: Wire, rest: RestClient, harm: Harm, path: str, body: dict[str, str]
) -> None:
    await rest.order(size="0.01")
    harm("plan_refused", code="40917")
    whole = {**BTC, "marginCoin": "USDT", "holdSide": "buy", "triggerType": "fill_price", **body}
    _, envelope = await rest.post(f"/api/v2/mix/order/{path}", whole)
    assert envelope["code"] == "40917"
