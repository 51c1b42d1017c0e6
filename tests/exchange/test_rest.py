"""Real sockets, real ccxt: how every fault of the wire ends, what is sent, and that it is sent once."""

import asyncio
import base64
import contextlib
import hmac
import itertools
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import (
    HoldSide,
    MarginMode,
    OrderRef,
    OrderRequest,
    OrderType,
    PositionMode,
    Side,
    TimeInForce,
)
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints, ForbiddenHost
from omega_tui.exchange.bitget.rest.actions import RestActions
from omega_tui.exchange.bitget.rest.client import CcxtClient
from omega_tui.exchange.bitget.rest.outcomes import Transport
from omega_tui.exchange.bitget.rest.reads import RestReads
from omega_tui.exchange.bitget.rest.routes import http_method
from omega_tui.exchange.bitget.wire import RestPath
from omega_tui.exchange.port import Accepted, NotSent, ReadFailed, Rejected, Unknown
from tests.exchange.fake import (
    Answer,
    FakeRest,
    close_silently,
    cut,
    hang,
    one_byte_at_a_time,
    raw,
    refusal,
    reply,
    reset,
)
from tests.exchange.links import dispatch_over
from tests.support.shared import needs_shared, shared_path

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_PLACE = "/api/v2/mix/order/place-order"
_CANCEL = "/api/v2/mix/order/cancel-order"
_KEYS = Credentials("key-canary", "secret-canary", "phrase-canary")
_ORDER = OrderRequest(
    "omega-1",
    "BTCUSDT",
    Side.BUY,
    OrderType.LIMIT,
    Decimal("0.0015"),
    Decimal("60000.1"),
    TimeInForce.GTC,
    False,
    MarginMode.CROSSED,
)
_GOOD = '{"code":"00000","msg":"success","requestTime":1,"data":{"orderId":"7","clientOid":"omega-1"}}'
_NOW_MS = 1700000000000


class Desk:
    """A fake exchange and this program's REST side in front of it."""

    def __init__(self, server: FakeRest, endpoints: Endpoints, keys: Credentials | None = _KEYS) -> None:
        self.server = server
        self.endpoints = endpoints
        self.client = CcxtClient(endpoints, keys, lambda: _NOW_MS, timeout=0.4)
        self.clock_refusals = 0
        dispatch = dispatch_over(self.client, clock_refused=self._clock_refused)
        self.actions = RestActions(dispatch)
        self.reads = RestReads(dispatch, keys is not None)

    def _clock_refused(self) -> None:
        self.clock_refusals += 1


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with FakeRest() as server:
        desk = Desk(server, Endpoints(server.url, "", ""))
        yield desk
        await desk.client.close()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(close_silently, id="closed after the request"),
        pytest.param(reset, id="reset after the request"),
        pytest.param(hang, id="no answer"),
        pytest.param(cut(_GOOD[:40], len(_GOOD)), id="body cut below its length"),
        pytest.param(raw(_GOOD[:40]), id="truncated JSON"),
        pytest.param(raw(""), id="empty 200"),
        pytest.param(raw("<html>wait</html>", kind="text/html"), id="HTML 200"),
        pytest.param(raw('{"code":"00000","msg":"success","data":null}'), id="no data"),
        pytest.param(raw(_GOOD.replace('"7"', "NaN")), id="NaN in JSON"),
        pytest.param(raw("<html>502</html>", 502, kind="text/html"), id="HTML 502"),
        pytest.param(raw("<html>403</html>", 403, kind="text/html"), id="HTML 403"),
        pytest.param(raw("<html>504</html>", 504, kind="text/html"), id="HTML 504"),
        pytest.param(raw("", 307, "Location: /elsewhere\r\n"), id="redirect"),
        pytest.param(refusal("40010", "Request timed out"), id="timed out inside"),
        pytest.param(refusal("45001", "Unknown error", 500), id="unknown error"),
        pytest.param(refusal("40786", "Duplicate clientOid"), id="duplicate id"),
    ],
)
async def test_an_order_whose_fate_is_not_proven_is_unknown_and_was_sent_once(
    desk: Desk, fault: Answer
) -> None:
    desk.server.answers[_PLACE] = fault
    outcome = await desk.actions.place(_ORDER)
    assert isinstance(outcome, Unknown)
    assert len(desk.server.requests) == 1


async def test_an_accepted_order_is_known_by_both_ids(desk: Desk) -> None:
    desk.server.answers[_PLACE] = raw(_GOOD)
    assert await desk.actions.place(_ORDER) == Accepted("7", "omega-1")


async def test_a_reply_in_single_bytes_is_read_whole(desk: Desk) -> None:
    desk.server.answers[_PLACE] = one_byte_at_a_time(_GOOD)
    assert await desk.actions.place(_ORDER) == Accepted("7", "omega-1")


async def test_a_refusal_keeps_the_exchanges_code_and_words(desk: Desk) -> None:
    desk.server.answers[_PLACE] = refusal("40762", "The order amount exceeds the balance")
    outcome = await desk.actions.place(_ORDER)
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.message) == ("40762", "The order amount exceeds the balance")


async def test_a_refused_timestamp_has_the_clock_measured_again(desk: Desk) -> None:
    desk.server.answers[_PLACE] = refusal("40008", "Request timestamp expired")
    assert isinstance(await desk.actions.place(_ORDER), Rejected)
    assert desk.clock_refusals == 1
    assert len(desk.server.requests) == 1


async def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    async with FakeRest() as server:
        pass
    desk = Desk(server, Endpoints(server.url, "", ""))
    assert isinstance(await desk.actions.place(_ORDER), NotSent)
    with pytest.raises(ReadFailed):
        await desk.reads.balance()
    await desk.client.close()


async def test_a_failed_tls_handshake_proves_that_nothing_was_sent() -> None:
    async with FakeRest() as server:
        desk = Desk(server, Endpoints(server.url.replace("http:", "https:"), "", ""))
        assert isinstance(await desk.actions.place(_ORDER), NotSent)
        assert server.requests == []
        await desk.client.close()


async def test_after_closing_nothing_is_sent(desk: Desk) -> None:
    await desk.client.ready()
    await desk.client.close()
    assert isinstance(await desk.actions.place(_ORDER), NotSent)
    assert desk.server.requests == []


async def test_an_order_on_a_connection_that_died_while_idle_is_not_called_unsent(desk: Desk) -> None:
    desk.server.answers[_PLACE] = raw(_GOOD)
    await desk.actions.place(_ORDER)
    desk.server.answers[_PLACE] = close_silently
    assert isinstance(await desk.actions.place(_ORDER), Unknown)
    assert desk.server.connections == 1


async def test_no_request_leaves_for_another_host(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeRest() as trap:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, trap.url)
        desk.server.answers[_PLACE] = raw("", 308, f"Location: {trap.url}{_PLACE}\r\n")
        assert isinstance(await desk.actions.place(_ORDER), Unknown)
        desk.server.answers["/api/v2/mix/account/accounts"] = raw("", 302, f"Location: {trap.url}/\r\n")
        with pytest.raises(ReadFailed):
            await desk.reads.balance()
        await desk.client.ready()
        desk.client._client.urls["api"]["mix"] = trap.url
        assert isinstance(await desk.actions.place(_ORDER), NotSent)
        assert trap.connections == 0


def _signed(secret: str, prehash: str) -> str:
    """As Bitget's API introduction ("Signature") builds it."""
    return base64.b64encode(hmac.digest(secret.encode(), prehash.encode(), "sha256")).decode()


@needs_shared
def test_the_rule_that_requests_are_held_to_is_bitgets() -> None:
    """A wrong rule here would let a wrong signature of ccxt pass below."""
    path = shared_path("bitget", "fixtures", "signature-vectors.jsonl")
    vectors = [json.loads(line) for line in path.read_text().splitlines()]
    assert vectors
    assert all(_signed(vector["secret"], vector["prehash"]) == vector["sign"] for vector in vectors)


async def test_every_request_is_signed_as_bitget_asks_and_stamped_by_the_exchanges_clock(desk: Desk) -> None:
    desk.server.answers[_PLACE] = raw(_GOOD)
    desk.server.answers["/api/v2/mix/position/all-position"] = reply([])
    await desk.actions.place(_ORDER)
    assert await desk.reads.positions() == ()
    for request in desk.server.requests:
        headers = request.headers
        assert headers["access-timestamp"] == str(_NOW_MS)
        assert (headers["access-key"], headers["access-passphrase"]) == (_KEYS.api_key, _KEYS.passphrase)
        prehash = f"{_NOW_MS}{request.method}{request.target}{request.body}"
        assert headers["access-sign"] == _signed(_KEYS.secret, prehash)
        assert "paptrading" not in headers


async def test_a_read_only_client_lets_no_post_leave_by_any_door(desk: Desk) -> None:
    """A live account that only looks: one forgotten check above must not cost money."""
    client = CcxtClient(desk.endpoints, _KEYS, lambda: _NOW_MS, timeout=0.4, read_only=True)
    for path in RestPath:
        if http_method(path) == "POST":
            assert (await client.send(path, {"symbol": "BTCUSDT"})).transport is Transport.NO_BYTE_LEFT
    await client.ready()
    with pytest.raises(ForbiddenHost, match="read-only"):
        await client._client.request("v2/mix/order/place-order", ["private", "mix"], "POST", {})
    await client.send(RestPath.TIME, {})
    assert [request.method for request in desk.server.requests] == ["GET"]
    await client.close()


async def test_demo_trading_sets_its_header_on_every_signed_request(desk: Desk) -> None:
    demo = Desk(desk.server, Endpoints(desk.server.url, "", "", demo_trading=True))
    desk.server.answers[_PLACE] = raw(_GOOD)
    await demo.actions.place(_ORDER)
    assert desk.server.requests[-1].headers["paptrading"] == "1"
    await demo.client.close()


async def test_what_the_headers_say_of_limits_is_heard(desk: Desk) -> None:
    """Dates and nonsense in `Retry-After` are no seconds."""
    headers = "x-mbx-used-remain-limit: 7\r\nRetry-After: 3\r\n"
    desk.server.answers[_PLACE] = raw(_GOOD, headers=headers)
    evidence = await desk.client.send(RestPath.PLACE_ORDER, {})
    assert (evidence.remaining, evidence.retry_after) == (7, 3)
    for odd in ("Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1e9", "٣"):
        desk.server.answers[_PLACE] = raw(_GOOD, headers=f"Retry-After: {odd}\r\n")
        assert (await desk.client.send(RestPath.PLACE_ORDER, {})).retry_after is None


async def test_sizes_and_prices_travel_exactly(desk: Desk) -> None:
    desk.server.answers[_PLACE] = raw(_GOOD)
    await desk.actions.place(_ORDER)
    body = json.loads(desk.server.requests[0].body)
    assert (body["size"], body["price"], body["clientOid"]) == ("0.0015", "60000.1", "omega-1")


async def test_an_idle_order_is_not_delayed_and_a_cancel_never_waits_behind_orders(desk: Desk) -> None:
    desk.server.answers |= {_PLACE: raw(_GOOD), _CANCEL: reply({"orderId": "7", "clientOid": "a"})}
    await desk.actions.place(_ORDER)
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(0.11)
    began = clock()
    await desk.actions.place(_ORDER)
    assert clock() - began < 0.08
    orders = [asyncio.create_task(desk.actions.place(_ORDER)) for _ in range(5)]
    await asyncio.sleep(0)
    began = clock()
    assert await desk.actions.cancel(OrderRef("BTCUSDT", "7", None)) == Accepted("7", "a")
    assert clock() - began < 0.08
    await asyncio.gather(*orders)
    stamps = sorted(request.at for request in desk.server.to(_PLACE)[-5:])
    assert all(later - earlier > 0.08 for earlier, later in itertools.pairwise(stamps))


async def test_an_order_that_would_wait_too_long_here_is_not_sent(desk: Desk) -> None:
    desk.server.answers[_PLACE] = raw(_GOOD)
    outcomes = await asyncio.gather(*(desk.actions.place(_ORDER) for _ in range(16)))
    unsent = [outcome for outcome in outcomes if isinstance(outcome, NotSent)]
    assert unsent
    assert len(desk.server.to(_PLACE)) == len(outcomes) - len(unsent)


async def test_closes_wait_for_their_turn_instead_of_giving_up(desk: Desk) -> None:
    """Flattening many positions at once: a close that is not sent leaves its position open."""
    desk.server.answers[_PLACE] = raw(_GOOD)
    close = replace(_ORDER, reduce_only=True)
    outcomes = await asyncio.gather(*(desk.actions.place(close) for _ in range(16)))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(desk.server.to(_PLACE)) == len(outcomes)


async def test_secrets_reach_neither_words_nor_logs(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[object] = [repr(_KEYS), f"{_KEYS}", str(vars(desk)), str(vars(desk.client))]
    for fault in (reset, hang, raw("<html>"), refusal("40009", "sign signature error")):
        desk.server.answers[_PLACE] = fault
        said.append(await desk.actions.place(_ORDER))
    assert "canary" not in str(said) + caplog.text


@needs_shared
async def test_reads_ask_what_ccxt_would_ask(desk: Desk) -> None:
    """Path and query of our reads against the recorded requests of ccxt 4.5.90, paging limits aside."""
    reads, actions = desk.reads, desk.actions
    calls: list[Any] = [
        (reads.balance, (), "fetch_balance []"),
        (reads.positions, (), "fetch_positions []"),
        (reads.settings, ("BTCUSDT",), 'fetch_leverage ["BTC/USDT:USDT"]'),
        (reads.tiers, ("BTCUSDT",), 'fetch_market_leverage_tiers ["BTC/USDT:USDT"]'),
        (reads.fills, ("BTCUSDT", None), 'fetch_my_trades ["BTC/USDT:USDT"]'),
        (reads.candles, ("BTCUSDT", Timeframe.M1, 1000, None), 'fetch_ohlcv ["BTC/USDT:USDT", "1m"]'),
        (actions.cancel, (OrderRef("BTCUSDT", "111", None),), 'cancel_order ["111", "BTC/USDT:USDT"]'),
        (
            actions.cancel,
            (OrderRef("BTCUSDT", None, "cid"),),
            'cancel_order ["", "BTC/USDT:USDT", {"clientOrderId": "cid"}]',
        ),
        (actions.cancel_all, ("BTCUSDT",), 'cancel_all_orders ["BTC/USDT:USDT"]'),
        (actions.close_position, ("BTCUSDT", HoldSide.LONG), 'close_position ["BTC/USDT:USDT", "long"]'),
        (actions.set_leverage, ("BTCUSDT", 20, None), 'set_leverage [20, "BTC/USDT:USDT"]'),
        (
            actions.set_leverage,
            ("BTCUSDT", 20, HoldSide.LONG),
            'set_leverage [20, "BTC/USDT:USDT", {"holdSide": "long"}]',
        ),
        (actions.set_position_mode, (PositionMode.HEDGE,), 'set_position_mode [true, "BTC/USDT:USDT"]'),
        (
            actions.set_margin_mode,
            ("BTCUSDT", MarginMode.ISOLATED),
            'set_margin_mode ["isolated", "BTC/USDT:USDT"]',
        ),
    ]
    path = shared_path("bitget", "fixtures", "ccxt-4.5.90-rest-requests.jsonl")
    recorded = {line["call"]: line for line in map(json.loads, path.read_text().splitlines())}
    for call, arguments, name in calls:
        desk.server.requests.clear()
        with contextlib.suppress(ReadFailed):
            await call(*arguments)
        request, expected = desk.server.requests[0], recorded[name]
        assert (request.method, request.path) == (expected["method"], expected["path"])
        query = dict(parse_qsl(urlsplit(request.target).query))
        theirs = dict(parse_qsl(expected["query"]))
        assert {n: v for n, v in query.items() if n != "limit" or n in theirs} == theirs
        assert json.loads(request.body or "null") == expected["body"]
