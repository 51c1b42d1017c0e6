"""Faults of streams as a raw client sees them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from omega_tui.sim.server import SimServer
from tests.sim.faults.conftest import Harm
from tests.sim.protocol.clients import (
    PATIENCE,
    RestClient,
    Stream,
    login_message,
    open_stream,
    private_topic,
    topic,
)
from tests.sim.protocol.scripted import BTC, ETH, delta, trade
from tests.sim.protocol.test_books import PlainBook

Move = Callable[[], None]


@pytest.fixture
def move(server: SimServer) -> Move:
    """Changes one level of BTCUSDT's book, another one every time."""
    moves = iter(range(1, 1000))

    def change() -> None:
        size = f"{next(moves) / 4 + 100:g}"
        server.exchange.apply(delta(BTC, server.exchange.clock.now_ms(), bids=(("59999", size),)))

    return change


async def hear_raw(stream: Stream) -> str | bytes:
    return await asyncio.wait_for(stream.socket.recv(), PATIENCE)


async def subscribed(stream: Stream, channel: str, symbol: str = BTC) -> Any:
    """Subscribe; the snapshot."""
    await stream.subscribe(topic(channel, symbol))
    return await stream.hear_push(channel)


async def trade_push(server: SimServer, stream: Stream, number: int) -> None:
    server.exchange.apply(trade(BTC, server.exchange.clock.now_ms(), "60000", "1", number))


def told(push: Any) -> list[str]:
    return [row["size"] for row in push["data"]]


class Trades:
    """A subscriber of trades, where every frame is one trade whose size is its number."""

    def __init__(self, server: SimServer, stream: Stream) -> None:
        self._server = server
        self.stream = stream

    async def say(self, *sizes: int) -> None:
        for size in sizes:
            now = self._server.exchange.clock.now_ms()
            self._server.exchange.apply(trade(BTC, now, "60000", str(size), size))
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def hear(self) -> int:
        push = await self.stream.hear_push("trade")
        (row,) = push["data"]
        return int(row["size"])


@pytest.fixture
async def trades(server: SimServer, public: Stream) -> Trades:
    await subscribed(public, "trade")
    return Trades(server, public)


async def test_a_dropped_frame_leaves_no_trace(trades: Trades, harm: Harm) -> None:
    harm("drop_frame", channel="trade", after=1, count=1)
    await trades.say(1, 2, 3)
    assert [await trades.hear() for _ in range(2)] == [1, 3]


async def test_a_frame_comes_twice(trades: Trades, harm: Harm) -> None:
    harm("duplicate_frame", channel="trade", count=1, times=2)
    await trades.say(1, 2)
    assert [await trades.hear() for _ in range(4)] == [1, 1, 1, 2]


async def test_frames_swap_places(trades: Trades, harm: Harm) -> None:
    harm("reorder_frame", channel="trade", count=1, behind=2)
    await trades.say(1, 2, 3, 4)
    assert [await trades.hear() for _ in range(4)] == [2, 3, 1, 4]


async def test_a_frame_that_was_overtaken_comes_after_the_fault_is_gone(
    trades: Trades, server: SimServer, harm: Harm
) -> None:
    """A fault that ends must not keep what it held."""
    harm("reorder_frame", channel="trade", count=1)
    await trades.say(1)
    server.faults.desk.clear()
    await trades.say(2, 3)
    assert [await trades.hear() for _ in range(3)] == [2, 1, 3]


async def test_a_delayed_frame_is_overtaken(trades: Trades, harm: Harm) -> None:
    harm("delay_frame", channel="trade", count=1, ms=200)
    await trades.say(1, 2)
    assert [await trades.hear() for _ in range(2)] == [2, 1]


async def test_scopes_keep_other_channels_and_symbols_whole(
    server: SimServer, public: Stream, harm: Harm
) -> None:
    harm("drop_frame", symbol=BTC)
    await public.subscribe(topic("ticker", ETH), topic("ticker", BTC))
    heard = [await public.hear() for _ in range(3)]
    assert [one["arg"]["instId"] for one in heard if "action" in one] == [ETH]
    assert await public.silent()


async def test_a_late_frame_comes_on_the_old_connection_after_the_new_one_s_snapshot(
    trades: Trades, server: SimServer, harm: Harm
) -> None:
    harm("late_frame", channel="trade", count=1)
    await trades.say(1)
    assert await trades.stream.silent()
    async with open_stream(server.address.ws_public) as socket:
        newcomer = Stream(socket)
        await subscribed(newcomer, "trade")
        assert await trades.hear() == 1
        assert await newcomer.silent()


async def test_a_late_frame_of_a_closed_connection_reaches_the_new_one(
    server: SimServer, harm: Harm, move: Move
) -> None:
    """The update of an older epoch after a fresh snapshot is what breaks books."""
    async with open_stream(server.address.ws_public) as socket:
        old = Stream(socket)
        first = await subscribed(old, "books")
        harm("late_frame", channel="books", action="update", count=1)
        move()
        assert await old.silent(0.4)
    server.faults.desk.clear()
    async with open_stream(server.address.ws_public) as socket:
        fresh = Stream(socket)
        snapshot = await subscribed(fresh, "books")
        late = await fresh.hear_push("books")
    assert late["action"] == "update"
    assert late["data"][0]["pseq"] == first["data"][0]["seq"] < snapshot["data"][0]["seq"]


@pytest.mark.parametrize("at", [0, 1, 2, 3, 60])
@pytest.mark.parametrize("ends", ["close", "reset"])
async def test_a_connection_breaks_off_inside_a_frame(trades: Trades, harm: Harm, at: int, ends: str) -> None:
    harm("cut_frame", channel="trade", at=at, ends=ends, after=1)
    await trades.say(1, 2, 3)
    assert await trades.hear() == 1
    with pytest.raises(ConnectionClosed) as broken:
        await trades.hear()
    assert broken.value.rcvd is None, "no close frame: the network failed"


async def test_frames_that_are_no_json(trades: Trades, harm: Harm) -> None:
    harm("malformed_json", channel="trade", count=1)
    await trades.say(1, 2)
    with pytest.raises(json.JSONDecodeError):
        json.loads(await trades.stream.hear_text())
    assert await trades.hear() == 2


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "1e999"])
async def test_numbers_that_nobody_can_hold(trades: Trades, harm: Harm, literal: str) -> None:
    harm("nan_literal", channel="trade", count=1, literal=literal)
    await trades.say(1, 2)
    assert f'"ts":{literal}' in await trades.stream.hear_text()
    assert await trades.hear() == 2


async def test_frames_that_are_too_much(trades: Trades, harm: Harm) -> None:
    harm("huge_frame", channel="trade", count=1, size=3 << 20)
    harm("deep_nesting", channel="trade", after=1, count=1, depth=50_000)
    harm("huge_integer", channel="trade", after=2, count=1, digits=5000)
    await trades.say(1, 2, 3, 4)
    assert len(await trades.stream.hear_text()) > 3 << 20
    assert "[" * 50_000 in await trades.stream.hear_text()
    assert "9" * 5000 in await trades.stream.hear_text()
    assert await trades.hear() == 4


async def test_a_row_may_say_everything_twice(trades: Trades, harm: Harm) -> None:
    harm("duplicate_keys", channel="trade", count=1)
    await trades.say(1)
    pairs: list[str] = []
    json.loads(
        await trades.stream.hear_text(), object_pairs_hook=lambda given: pairs.extend(k for k, _ in given)
    )
    assert pairs.count("size") == pairs.count("price") == 2


async def test_text_may_be_none(trades: Trades, harm: Harm) -> None:
    harm("invalid_utf8", channel="trade")
    await trades.say(1)
    with pytest.raises(ConnectionClosed) as broken:
        await trades.hear()
    assert broken.value.sent is not None
    assert broken.value.sent.code == 1007


async def test_a_frame_may_be_binary(trades: Trades, harm: Harm) -> None:
    harm("binary_frame", channel="trade", count=1)
    await trades.say(1, 2)
    assert isinstance(await hear_raw(trades.stream), bytes)
    assert await trades.hear() == 2


async def test_pushes_and_events_that_nobody_knows(trades: Trades, harm: Harm) -> None:
    harm("unknown_channel", channel="trade", count=1)
    harm("unknown_event", channel="trade", after=1, count=1)
    await trades.say(1, 2)
    assert (await trades.stream.hear())["arg"]["channel"] == "no-such-channel"
    assert await trades.hear() == 1
    assert (await trades.stream.hear())["event"] == "no-such-event"
    assert await trades.hear() == 2


async def test_members_more_and_members_less(trades: Trades, harm: Harm) -> None:
    harm("extra_member", channel="trade", count=1)
    harm("missing_member", channel="trade", after=1, count=1, member="price")
    harm("missing_member", channel="trade", after=2, count=1, member="price", nulled=True)
    await trades.say(1, 2, 3)
    more = await trades.stream.hear()
    assert "undocumented" in more
    assert "undocumented" in more["data"][0]
    assert "price" not in (await trades.stream.hear())["data"][0]
    assert (await trades.stream.hear())["data"][0]["price"] is None


async def test_a_time_may_be_a_day_off(trades: Trades, server: SimServer, harm: Harm) -> None:
    harm("timestamp_off", channel="trade", by_ms=-86_400_000)
    await trades.say(1)
    push = await trades.stream.hear()
    now = server.exchange.clock.now_ms()
    for stamp in (push["ts"], int(push["data"][0]["ts"])):
        assert abs(now - 86_400_000 - stamp) < 5_000


async def test_a_subscription_may_end_with_an_error_of_its_own(
    trades: Trades, server: SimServer, harm: Harm
) -> None:
    """That channel is gone, the other one goes on."""
    await subscribed(trades.stream, "trade", ETH)
    harm("error_event", symbol=BTC, code="30001", count=1)
    await trades.say(1, 2)
    server.exchange.apply(trade(ETH, server.exchange.clock.now_ms(), "3000", "5", 3))
    error = await trades.stream.hear()
    assert (error["event"], error["code"], error["arg"]) == ("error", 30001, topic("trade"))
    assert (await trades.stream.hear())["arg"] == topic("trade", ETH)
    assert (await subscribed(trades.stream, "trade"))["data"]


async def test_a_subscription_may_be_refused_while_the_others_of_its_message_are_not(
    public: Stream, harm: Harm
) -> None:
    harm("subscription_refused", channel="ticker", symbol=BTC, count=1)
    await public.subscribe(topic("ticker", BTC), topic("ticker", ETH))
    error = await public.hear()
    assert (error["event"], error["code"], error["arg"]) == ("error", 30001, topic("ticker", BTC))
    assert (await public.hear_push("ticker"))["arg"] == topic("ticker", ETH)


async def test_an_acknowledgement_may_never_come(public: Stream, harm: Harm) -> None:
    harm("withheld_ack", channel="ticker", count=1)
    await public.subscribe(topic("ticker"))
    assert (await public.hear())["action"] == "snapshot"


async def test_a_ping_may_go_unanswered_while_data_flows(trades: Trades, harm: Harm) -> None:
    harm("withheld_pong", count=1)
    await trades.stream.say("ping")
    await trades.say(1)
    assert await trades.hear() == 1
    await trades.stream.say("ping")
    assert await trades.stream.hear_text() == "pong"


async def test_what_a_client_says_may_be_lost(public: Stream, harm: Harm) -> None:
    harm("unheard_message", operation="subscribe", count=1)
    harm("unheard_message", operation="ping", count=1)
    for nonsense in ("no json", "5", '{"op": "subscribe", "args": 5}', '{"op": 3, "args": [1]}'):
        await public.say(nonsense)
        assert (await public.hear())["event"] == "error"
    await public.say("ping")
    await public.subscribe(topic("ticker"))
    assert await public.silent()
    await public.subscribe(topic("ticker"))
    assert (await public.hear())["event"] == "subscribe"


@pytest.mark.parametrize("status", [429, 403, 503])
async def test_a_stream_may_not_be_opened(server: SimServer, harm: Harm, status: int) -> None:
    harm("handshake_status", address="private", status=status, retry_after_s=7, count=1)
    with pytest.raises(InvalidStatus) as refused:
        async with open_stream(server.address.ws_private):
            pass
    assert refused.value.response.status_code == status
    assert refused.value.response.headers["Retry-After"] == "7"
    async with open_stream(server.address.ws_private):
        pass


@pytest.mark.parametrize("code", ["30005", "30011", "30012", "30015"])
async def test_a_right_login_may_be_refused(server: SimServer, harm: Harm, code: str) -> None:
    harm("login_refused", code=code, count=1)
    async with open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        answer = await stream.login(server.api_key)
        assert (answer["event"], answer["code"]) == ("error", int(code))
        with pytest.raises(ConnectionClosed):
            await stream.hear()
    async with open_stream(server.address.ws_private) as socket:
        assert (await Stream(socket).login(server.api_key))["code"] == 0


async def test_a_login_may_be_too_old_or_only_look_like_success(server: SimServer, harm: Harm) -> None:
    harm("login_expired", count=1)
    harm("login_code", after=1, count=1)
    async with open_stream(server.address.ws_private) as socket:
        assert (await Stream(socket).login(server.api_key))["code"] == 30014
    async with open_stream(server.address.ws_private) as socket:
        stream = Stream(socket)
        answer = await stream.login(server.api_key)
        assert (answer["event"], answer["code"]) == ("login", 30005)
        await stream.subscribe(private_topic("orders"))
        assert (await stream.hear())["code"] == 30004, "nobody is logged in"


async def test_a_login_may_end_and_every_subscription_with_it(
    private: Stream, rest: RestClient, server: SimServer, harm: Harm
) -> None:
    await private.subscribe(private_topic("orders"), private_topic("account"))
    await private.hear_push("account")
    harm("logged_out", channel="orders", count=1)
    await rest.order(price="59000", size="0.01")
    error = await private.hear()
    while "action" in error or error["event"] == "subscribe":
        error = await private.hear()
    assert (error["event"], error["code"]) == ("error", 30004)
    await rest.order(price="59000", size="0.01")
    assert await private.silent()
    await private.say(login_message(server.api_key))
    assert (await private.hear())["event"] == "login"
    await private.subscribe(private_topic("orders"))
    assert (await private.hear())["event"] == "subscribe"


async def test_the_clock_of_logins_is_off_too(server: SimServer, harm: Harm) -> None:
    harm("clock_skew", by_ms=-40_000)
    async with open_stream(server.address.ws_private) as socket:
        assert (await Stream(socket).login(server.api_key))["code"] == 30014


async def order_push(private: Stream, rest: RestClient, **order: object) -> Any:
    """Place an order; the row of its first push."""
    await private.subscribe(private_topic("orders"))
    await private.hear()
    await rest.order(**order)
    return (await private.hear_push("orders"))["data"][0]


async def test_a_push_may_be_another_symbol_s(private: Stream, rest: RestClient, harm: Harm) -> None:
    harm("foreign_row", channel="orders", other="XRPUSDT")
    assert (await order_push(private, rest, price="59000", size="0.01"))["instId"] == "XRPUSDT"


async def test_an_order_may_be_filled_beyond_its_size(private: Stream, rest: RestClient, harm: Harm) -> None:
    harm("overfill")
    row = await order_push(private, rest, size="0.01")
    assert Decimal(row["accBaseVolume"]) == 2 * Decimal(row["size"])


@pytest.mark.parametrize(("coin", "fee"), [("BGB", "-0.5"), ("USDT", "0"), ("USDT", "0.25")])
async def test_a_fee_may_be_in_another_coin_nothing_or_a_rebate(
    private: Stream, rest: RestClient, harm: Harm, coin: str, fee: str
) -> None:
    harm("other_fee", channel="fill", coin=coin, fee=fee)
    await private.subscribe(private_topic("fill"))
    await private.hear()
    await rest.order(size="0.01")
    (detail,) = (await private.hear_push("fill"))["data"][0]["feeDetail"]
    assert (detail["feeCoin"], detail["totalFee"]) == (coin, fee)


Take = Callable[[], Awaitable[Any]]


@pytest.fixture
async def books(public: Stream, move: Move) -> Take:
    """The next update of BTCUSDT's book; its snapshot is taken already."""
    await subscribed(public, "books")

    async def take() -> Any:
        move()
        return await public.hear_push("books")

    return take


async def test_a_gap_a_swap_and_a_bad_checksum_are_noticed_by_the_plain_client(
    public: Stream, move: Move, harm: Harm
) -> None:
    """The client of the book tests, which knows what must hold, finds each of these faults."""
    for name in ("sequence_gap", "bad_checksum", "drop_frame", "reorder_frame", "crossed_book"):
        book = PlainBook()
        book.take(await subscribed(public, "books"))
        active = harm(name, channel="books", action="update", count=1)
        found = False
        for _ in range(3):
            move()
            await asyncio.sleep(0.2)
        for _ in range(2):
            try:
                book.take(await public.hear_push("books"))
            except AssertionError:
                found = True
                break
        assert found, name
        assert active.fired == 1
        await public.say({"op": "unsubscribe", "args": [topic("books")]})
        while (await public.hear()).get("event") != "unsubscribe":
            pass


@pytest.mark.parametrize("locked", [False, True])
async def test_a_crossed_book_proves_itself(public: Stream, move: Move, harm: Harm, locked: bool) -> None:
    """Only looking at the prices tells: sequence and checksum are right."""
    book = PlainBook()
    book.take(await subscribed(public, "books"))
    harm("crossed_book", action="update", count=1, locked=locked)
    move()
    book.take(await public.hear_push("books"))
    best_bid, best_ask = (Decimal(book.ordered(side)[0][0]) for side in ("bids", "asks"))
    assert best_bid == best_ask if locked else best_bid > best_ask


@pytest.mark.parametrize("channel", ["books1", "books5", "books15"])
async def test_the_small_books_cross_too(public: Stream, harm: Harm, channel: str) -> None:
    harm("crossed_book", channel=channel)
    data = (await subscribed(public, channel))["data"][0]
    assert Decimal(data["bids"][0][0]) > Decimal(data["asks"][0][0])


@pytest.mark.parametrize("side", ["bids", "asks"])
@pytest.mark.parametrize("action", ["snapshot", "update"])
async def test_a_side_may_be_empty_and_proved(
    public: Stream, move: Move, harm: Harm, side: str, action: str
) -> None:
    harm("empty_side", side=side, action=action, count=1)
    book = PlainBook()
    book.take(await subscribed(public, "books"))
    if action == "update":
        move()
        book.take(await public.hear_push("books"))
    assert book.sides[side] == {}
    assert book.sides["asks" if side == "bids" else "bids"]


async def test_a_second_snapshot_replaces_what_was_missed(public: Stream, move: Move, harm: Harm) -> None:
    """Who merges it into the old book keeps a level that is gone."""
    book = PlainBook()
    book.take(await subscribed(public, "books"))
    harm("drop_frame", channel="books", action="update", count=2)
    harm("second_snapshot", after=2, count=1)
    for _ in range(3):
        move()
        await asyncio.sleep(0.2)
    push = await public.hear_push("books")
    assert push["action"] == "snapshot"
    book.take(push)
    move()
    book.take(await public.hear_push("books"))


async def test_an_unknown_price_may_be_removed(books: Take, harm: Harm) -> None:
    harm("zero_level", count=1)
    push = await books()
    price, size = push["data"][0]["bids"][-1]
    assert (size, Decimal(price) < 59_000) == ("0", True)


async def test_a_checksum_is_over_the_sizes_as_they_are_spelled(
    public: Stream, move: Move, harm: Harm
) -> None:
    harm("trailing_zeros")
    book = PlainBook()
    snapshot = await subscribed(public, "books")
    assert all(size.endswith("0") for _, size in snapshot["data"][0]["bids"])
    book.take(snapshot)
    for _ in range(3):
        move()
        book.take(await public.hear_push("books"))


async def test_without_faults_frames_are_not_even_read(server: SimServer, public: Stream, harm: Harm) -> None:
    harm("drop_frame", channel="trade")
    server.faults.desk.clear()
    await subscribed(public, "ticker")
    (connection,) = server.streams.connections
    assert connection.tamper is not None
    assert not connection.tamper.watches


async def test_every_kind_of_frame_passes_a_fault_that_is_not_for_it(
    private: Stream, rest: RestClient, harm: Harm
) -> None:
    """Acknowledgements, errors, pongs, pushes and the answers to orders over the stream."""
    harm("drop_frame", channel="ticker")
    await private.subscribe(private_topic("orders"), private_topic("nonsense"))
    heard = [await private.hear() for _ in range(2)]
    await private.say("ping")
    assert await private.hear_text() == "pong"
    await private.say(
        {"op": "trade", "args": [{"id": "1", "instType": "USDT-FUTURES", "channel": "place-order"}]}
    )
    heard.append(await private.hear())
    assert [one["event"] for one in heard] == ["subscribe", "error", "error"]
    await rest.order(price="59000", size="0.01")
    assert (await private.hear_push("orders"))["data"]
