"""The whole gateway on loopback: real sockets, real ccxt, scripted trouble."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from omega_tui.clock import RandomIds, SystemClock
from omega_tui.domain.events import (
    BookChanged,
    Event,
    Health,
    HealthChanged,
    NoticeGiven,
    OrderReported,
    Surface,
)
from omega_tui.domain.market import Timeframe
from omega_tui.domain.orders import MarginMode, OrderRef, OrderRequest, OrderType, Side, TimeInForce
from omega_tui.exchange.bitget.endpoints import Credentials, Endpoints
from omega_tui.exchange.bitget.gateway import BitgetGateway
from omega_tui.exchange.bitget.signing import sign_login
from omega_tui.exchange.port import Accepted, NotSent, ReadFailed
from tests.exchange.fake import FakeRest, FakeStream, reply, until

pytestmark = pytest.mark.usefixtures("ccxt_loaded")

_KEYS = Credentials("key", "secret", "phrase")
_ORDER = OrderRequest(
    "omega-1",
    "BTCUSDT",
    Side.BUY,
    OrderType.MARKET,
    Decimal(1),
    None,
    TimeInForce.GTC,
    False,
    MarginMode.CROSSED,
)
_SURFACES = (Surface.BOOK, Surface.TICKER, Surface.TAPE, Surface.CANDLES)


@dataclass
class Venue:
    """A fake exchange with a gateway on it, and everything the gateway reported."""

    rest: FakeRest
    public: FakeStream
    private: FakeStream
    events: list[Event] = field(default_factory=list)
    gateways: list[BitgetGateway] = field(default_factory=list)

    async def gateway(self, keys: Credentials | None = _KEYS, **options: Any) -> BitgetGateway:
        endpoints = Endpoints.loopback(self.rest.url, self.public.url, self.private.url)
        gateway = BitgetGateway(endpoints, keys, SystemClock(), RandomIds(), **options)
        self.gateways.append(gateway)
        await gateway.start(self.events.append)
        return gateway

    def health(self, surface: Surface) -> Health | None:
        found = [e for e in self.events if isinstance(e, HealthChanged) and e.surface is surface]
        return found[-1].health if found else None

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def logins(self) -> list[dict[str, str]]:
        return [said["args"][0] for said in self.private.said if said != "ping" and said["op"] == "login"]


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    async with (
        FakeRest() as rest,
        FakeStream(on_subscribe=_send_first_push) as public,
        FakeStream() as private,
    ):
        venue = Venue(rest, public, private)
        yield venue
        await asyncio.gather(*(gateway.stop() for gateway in venue.gateways))


def _push(channel: str, rows: Any, action: str = "snapshot", target: str = "BTCUSDT") -> dict[str, Any]:
    arg = {"instType": "USDT-FUTURES", "channel": channel, "instId": target}
    return {"action": action, "arg": arg, "data": rows, "ts": 1700000000000}


def _book(bid: str, ask: str, seq: int, pseq: int = 0) -> list[Any]:
    return [{"asks": [[ask, "1"]], "bids": [[bid, "1"]], "ts": "1700000000000", "seq": seq, "pseq": pseq}]


_FIRST: dict[str, Callable[[str], list[Any]]] = {
    "books": lambda symbol: _book("100", "101", 10),
    "ticker": lambda symbol: [{"instId": symbol, "lastPr": "100.5", "ts": "1700000000000"}],
    "trade": lambda symbol: [
        {"ts": "1700000000000", "price": "100", "size": "1", "side": "buy", "tradeId": "1"}
    ],
    "candle1m": lambda symbol: [["1700000040000", "1", "2", "0.5", "1.5", "9", "1", "1"]],
}


async def _send_first_push(server: FakeStream, connection: ServerConnection, argument: Any) -> None:
    build = _FIRST.get(argument["channel"])
    if build is not None:
        frame = _push(argument["channel"], build(argument["instId"]), target=argument["instId"])
        await connection.send(json.dumps(frame))


async def test_a_market_and_an_account_come_alive(venue: Venue) -> None:
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    surfaces = (*_SURFACES, Surface.PRIVATE, Surface.ACTIONS)
    await until(lambda: all(venue.health(surface) is Health.LIVE for surface in surfaces))
    event = venue.of(BookChanged)[0]
    assert (event.book.best_bid, event.book.best_ask) == (("100", "1"), ("101", "1"))
    login = venue.logins()[0]
    assert login["sign"] == sign_login("secret", int(login["timestamp"]))
    assert abs(int(login["timestamp"]) - time.time()) < 5


async def test_a_cut_connection_is_down_at_once_and_comes_back_with_a_fresh_book(venue: Venue) -> None:
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    await venue.public.tell(_push("books", _book("100.5", "101", 11, 10), "update"))
    await until(lambda: len(venue.of(BookChanged)) == 2)
    venue.public.drop()
    await until(lambda: venue.health(Surface.BOOK) is Health.DOWN, 1.0)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    assert venue.of(BookChanged)[-1].book.best_bid == ("100", "1")
    assert venue.public.opened == 2


async def test_a_lost_push_makes_the_gateway_leave_and_join_the_book(venue: Venue) -> None:
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    await venue.public.tell(_push("books", _book("100.5", "101", 20, 15), "update"))
    await until(lambda: len([e for e in venue.of(HealthChanged) if e.health is Health.RESYNC]) == 1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    books = [said for said in venue.public.said if "books" in str(said)]
    assert [said["op"] for said in books] == ["subscribe", "unsubscribe", "subscribe"]
    assert venue.public.opened == 1


async def test_switching_the_market_swaps_the_topics_on_the_same_connection(venue: Venue) -> None:
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    gateway.watch("ETHUSDT", Timeframe.M1)
    await until(lambda: any(event.symbol == "ETHUSDT" for event in venue.of(BookChanged)))
    left = [said for said in venue.public.said if said != "ping" and said["op"] == "unsubscribe"]
    assert {argument["instId"] for said in left for argument in said["args"]} == {"BTCUSDT"}
    assert venue.public.opened == 1


async def test_malformed_frames_are_survived_and_three_in_a_row_reconnect(venue: Venue) -> None:
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    await venue.public.tell("{bad")
    await venue.public.tell(_push("books", _book("100.5", "101", 11, 10), "update"))
    await until(lambda: len(venue.of(BookChanged)) == 2)
    assert venue.public.opened == 1
    for _ in range(3):
        await venue.public.tell("{bad")
    await until(lambda: venue.public.opened == 2)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)


async def test_an_oversized_frame_ends_the_connection_cleanly(venue: Venue) -> None:
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    await venue.public.tell("x" * (5 * 2**20))
    await until(lambda: venue.public.opened == 2)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)


async def test_private_pushes_arrive_and_a_reconnect_says_live_again(venue: Venue) -> None:
    await venue.gateway()
    await until(lambda: venue.health(Surface.PRIVATE) is Health.LIVE)
    order = {"orderId": "1", "clientOid": "c1", "instId": "BTCUSDT", "size": "1", "price": "5", "side": "buy"}
    order |= {"orderType": "limit", "status": "live", "accBaseVolume": "0", "posMode": "one_way_mode"}
    await venue.private.tell(_push("orders", [order], target="default"))
    await until(lambda: venue.of(OrderReported))
    venue.private.drop()
    await until(lambda: venue.health(Surface.PRIVATE) is Health.DOWN, 1.0)
    await until(lambda: venue.health(Surface.PRIVATE) is Health.LIVE)
    assert len(venue.logins()) == 2


async def test_a_refused_login_gives_one_reason_and_does_not_hammer(venue: Venue) -> None:
    venue.private.login_reply = lambda argument: {
        "event": "error",
        "code": 30011,
        "msg": "Invalid ACCESS_KEY",
    }
    await venue.gateway()
    await until(lambda: venue.health(Surface.PRIVATE) is Health.DOWN)
    await asyncio.sleep(0.7)
    assert len(venue.logins()) == 1
    downs = [e for e in venue.of(HealthChanged) if e.surface is Surface.PRIVATE and e.health is Health.DOWN]
    assert [event.reason for event in downs] == ["login refused: 30011 Invalid ACCESS_KEY"]


async def test_a_clock_that_is_off_is_measured_before_the_login(venue: Venue) -> None:
    venue.rest.offset_ms = 40_000
    await venue.gateway()
    await until(lambda: venue.health(Surface.PRIVATE) is Health.LIVE)
    assert abs(int(venue.logins()[0]["timestamp"]) - time.time() - 40) < 3
    assert "clock" in venue.of(NoticeGiven)[0].text


async def test_an_expired_login_measures_the_clock_and_logs_in_once_more(venue: Venue) -> None:
    refused = [{"event": "error", "code": 30014, "msg": "Request timestamp expired"}]
    venue.private.login_reply = lambda argument: refused.pop() if refused else {"event": "login", "code": 0}
    await venue.gateway()
    await until(lambda: venue.logins())
    measured = len(venue.rest.to("/api/v2/public/time"))
    await until(lambda: venue.health(Surface.PRIVATE) is Health.LIVE)
    assert len(venue.rest.to("/api/v2/public/time")) > measured
    assert len(venue.logins()) == 2


async def test_a_login_whose_timestamp_stays_refused_is_not_hammered(venue: Venue) -> None:
    venue.private.login_reply = lambda argument: {"event": "error", "code": 30014, "msg": "expired"}
    await venue.gateway()
    await until(lambda: len(venue.logins()) == 2)
    await asyncio.sleep(1.2)
    assert len(venue.logins()) == 2


async def test_read_only_sends_no_action_but_reads_and_streams(venue: Venue) -> None:
    venue.rest.answers["/api/v2/mix/position/all-position"] = reply([])
    gateway = await venue.gateway(read_only=True)
    outcome = await gateway.actions.place(_ORDER)
    assert isinstance(outcome, NotSent)
    assert "read-only" in outcome.reason
    for attempt in (
        gateway.actions.place(replace(_ORDER, reduce_only=True)),
        gateway.actions.cancel(OrderRef("BTCUSDT", "1", None)),
        gateway.actions.cancel_all(None),
        gateway.actions.cancel_all("BTCUSDT"),
        gateway.actions.close_position("BTCUSDT", None),
        gateway.actions.set_leverage("BTCUSDT", 5, None),
        gateway.actions.set_margin_mode("BTCUSDT", MarginMode.ISOLATED),
    ):
        assert isinstance(await attempt, NotSent)
    assert await gateway.reads.positions() == ()
    await until(lambda: venue.health(Surface.PRIVATE) is Health.LIVE)
    await until(lambda: venue.health(Surface.ACTIONS) is Health.DOWN)
    assert {request.method for request in venue.rest.requests} == {"GET"}


async def test_without_a_key_there_is_market_data_and_nothing_else(venue: Venue) -> None:
    gateway = await venue.gateway(keys=None)
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.LIVE)
    assert isinstance(await gateway.actions.place(_ORDER), NotSent)
    with pytest.raises(ReadFailed, match="no API key"):
        await gateway.reads.positions()
    assert venue.health(Surface.PRIVATE) is Health.DOWN
    assert venue.private.opened == 0


async def test_an_action_called_before_ccxt_is_loaded_waits_for_it(venue: Venue) -> None:
    venue.rest.answers["/api/v2/mix/order/place-order"] = reply({"orderId": "7", "clientOid": "omega-1"})
    gateway = await venue.gateway()
    assert await gateway.actions.place(_ORDER) == Accepted("7", "omega-1")


async def test_contracts_are_asked_for_once_and_kept(venue: Venue, tmp_path: Path) -> None:
    row = {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "makerFeeRate": "0.0002"}
    row |= {"takerFeeRate": "0.0006", "minTradeNum": "0.001", "priceEndStep": "1", "pricePlace": "1"}
    row |= {
        "sizeMultiplier": "0.001",
        "symbolType": "perpetual",
        "minTradeUSDT": "5",
        "symbolStatus": "normal",
    }
    row |= {"minLever": "1", "maxLever": "125", "fundInterval": "8"}
    path = "/api/v2/mix/market/contracts"
    venue.rest.answers[path] = reply([row, row | {"symbol": "X", "priceEndStep": "0"}])
    first = await (await venue.gateway(cache_dir=tmp_path)).instruments()
    second = await (await venue.gateway(cache_dir=tmp_path)).instruments()
    assert first == second
    assert [instrument.symbol for instrument in first] == ["BTCUSDT"]
    assert len(venue.rest.to(path)) == 1


async def test_an_exchange_that_is_not_there_is_told_and_never_raised() -> None:
    async with FakeRest() as rest, FakeStream() as stream:
        pass
    venue = Venue(rest, stream, stream)
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    surfaces = (*_SURFACES, Surface.ACTIONS)
    await until(lambda: all(venue.health(surface) is Health.DOWN for surface in surfaces))
    assert isinstance(await gateway.actions.place(_ORDER), NotSent)
    await gateway.stop()


async def test_stopping_is_quick_final_and_leaves_no_task_behind(venue: Venue) -> None:
    before = asyncio.all_tasks()
    gateway = await venue.gateway()
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.PRIVATE) is Health.LIVE)
    began = time.monotonic()
    await gateway.stop()
    assert time.monotonic() - began < 2.0
    told = len(venue.events)
    await venue.public.tell(_push("books", _book("100.5", "101", 11, 10), "update"))
    await asyncio.sleep(0.1)
    assert len(venue.events) == told
    ours = {
        task
        for task in asyncio.all_tasks() - before
        if "stream" in task.get_name() or "time" in task.get_name()
    }
    assert not ours


async def test_a_handler_that_fails_is_shown_logged_once_and_survived(
    venue: Venue, caplog: pytest.LogCaptureFixture
) -> None:
    endpoints = Endpoints.loopback(venue.rest.url, venue.public.url, venue.private.url)
    gateway = BitgetGateway(endpoints, None, SystemClock(), RandomIds())
    venue.gateways.append(gateway)

    def sink(event: Event) -> None:
        if isinstance(event, BookChanged):
            raise KeyError("a bug in the engine")
        venue.events.append(event)

    await gateway.start(sink)
    gateway.watch("BTCUSDT", Timeframe.M1)
    await until(lambda: venue.health(Surface.BOOK) is Health.DOWN)
    assert "internal error" in str(venue.events)
    assert len([record for record in caplog.records if "KeyError" in record.message]) == 1
