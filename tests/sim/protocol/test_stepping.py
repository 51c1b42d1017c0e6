"""A clock that moves only when told: nothing early, nothing lost, and the same day twice."""

import asyncio
import hashlib
import json
import os
import random
import sys
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from omega_tui.clock import ManualClock, SystemClock
from omega_tui.exchange.bitget.wire import PRIVATE_CHANNELS
from omega_tui.sim.clock import ExchangeClock, SteppedClock
from omega_tui.sim.facts import Direction, Force, HoldSide, MarginMode, MarketEvent, OrderType, TapeEnded
from omega_tui.sim.market.generated import GeneratedSource
from omega_tui.sim.refusals import Refused
from omega_tui.sim.rest.face import ROUTES
from omega_tui.sim.rest.request import parse_body
from omega_tui.sim.server import SimServer
from omega_tui.sim.venue.ledger import OrderSpec
from tests.sim.protocol.clients import Stream, open_stream, topic
from tests.sim.protocol.scripted import BTC, ETH, ScriptedSource, delta, trade
from tests.sim.protocol.stepped import HOUR_MS, START_MS, SteppedExchange

ROOT = Path(__file__).resolve().parents[3]


def scripted(*later: MarketEvent) -> SteppedExchange:
    return SteppedExchange(lambda start_ms: ScriptedSource(start_ms, later))


def order(symbol: str, direction: Direction, size: str, price: Decimal | None = None) -> OrderSpec:
    return OrderSpec(
        symbol=symbol,
        direction=direction,
        order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
        size=Decimal(size),
        price=price,
        force=Force.GTC,
        margin_mode=MarginMode.CROSSED,
        hold_side=HoldSide.LONG,
        closes=False,
        reduce_only=False,
        client_oid=None,
    )


async def test_each_event_happens_at_its_own_time() -> None:
    """A fill stamped with the end of the step would fall into the wrong candle and the wrong funding hour."""
    there = scripted(
        trade(BTC, START_MS + 1000, "59990", "1", 1), trade(BTC, START_MS + 5000, "59980", "1", 2)
    )
    await there.step(0)
    there.venue.place(order(BTC, Direction.BUY, "0.5", Decimal("59990.5")))
    there.venue.place(order(BTC, Direction.BUY, "0.5", Decimal("59980.5")))
    await there.step(10_000)
    assert [fill.ts - START_MS for fill in there.venue.fills()][::-1] == [1000, 5000]
    assert there.clock.now_ms() == START_MS + 10_000


async def test_what_is_planned_runs_between_the_events_and_after_the_tape() -> None:
    """Funding is planned hours ahead; it must fall between the trades around it, tape or no tape."""
    there = scripted(trade(BTC, START_MS + 2000, "60000", "1", 1), TapeEnded(START_MS + 3000, 1, False))
    seen: list[tuple[str, int]] = []
    there.venue.listen_trades(lambda told: seen.append(("trade", there.clock.now_ms() - START_MS)))

    def plan(name: str, after_ms: int, then: int | None = None) -> None:
        def act() -> None:
            seen.append((name, there.clock.now_ms() - START_MS))
            if then is not None:
                plan(f"{name} again", then)

        there.venue.agenda.at(START_MS + after_ms, act)

    await there.step(0)
    seen.clear()
    plan("early", 1999)
    plan("late", 8 * HOUR_MS, 16 * HOUR_MS)
    await there.step(24 * HOUR_MS)
    assert seen == [
        ("early", 1999),
        ("trade", 2000),
        ("late", 8 * HOUR_MS),
        ("late again", 16 * HOUR_MS),
    ]


async def test_a_running_exchange_wakes_for_what_is_planned_while_it_sleeps() -> None:
    """After a tape nothing else wakes the pump; a modified order would never be born."""
    clock = ExchangeClock(SystemClock())
    server = SimServer(ScriptedSource(clock.start_ms, (TapeEnded(clock.start_ms, 1, False),)), clock)
    await server.start()
    try:
        await asyncio.sleep(0.05)
        done = asyncio.Event()
        server.exchange.venue.agenda.at(clock.now_ms() + 20, done.set)
        await asyncio.wait_for(done.wait(), 2)
    finally:
        await server.stop()


async def test_time_does_not_run_back_nor_by_itself() -> None:
    wall = ManualClock(START_MS)
    clock = SteppedClock(wall)
    wall.advance(100)
    assert clock.now_ms() == START_MS
    clock.move_to(START_MS + 5)
    clock.move_to(START_MS + 3)
    assert clock.now_ms() == START_MS + 5
    there = scripted()
    await there.step(1000)
    with pytest.raises(ValueError, match="cannot go back"):
        await there.step(-1)


async def test_after_a_step_a_subscriber_has_everything() -> None:
    """A bot decides on what it was pushed; a change that waits for the next step makes it decide wrongly."""
    there = scripted(
        delta(BTC, START_MS + 100, bids=(("59999", "5"),)),
        delta(BTC, START_MS + 120, bids=(("59998", "6"),)),
        delta(BTC, START_MS + 990, bids=(("59997", "7"),)),
    )
    await there.step(0)
    for channel in ("books", "ticker", "candle1m"):
        there.subscribe(channel, BTC)
    there.listener.frames.clear()
    await there.step(1000)
    pushes = [json.loads(frame) for frame in there.listener.frames]
    books = [push for push in pushes if push["arg"]["channel"] == "books"]
    assert [(push["ts"] - START_MS, push["data"][0]["bids"]) for push in books] == [
        (150, [["59999", "5"], ["59998", "6"]]),
        (1000, [["59997", "7"]]),
    ], "the interval of 150 ms is counted in exchange time, and the step ends with all that is left"
    assert all(after["data"][0]["pseq"] == before["data"][0]["seq"] for before, after in pairwise(books))


async def test_time_is_moved_over_the_control_face(http: aiohttp.ClientSession) -> None:
    """A program in any language steps a market: what was asked for has happened when the answer comes."""
    clock = SteppedClock(SystemClock())
    later = trade(BTC, clock.start_ms + 60_000, "61000", "1", 1)
    server = SimServer(ScriptedSource(clock.start_ms, (later,)), clock)
    await server.start()
    try:
        headers = {"Authorization": f"Bearer {server.control_token}"}
        address = server.address.control + "clock"

        async def post(**body: object) -> tuple[int, Any]:
            async with http.post(address, json=body, headers=headers) as response:
                return response.status, await response.json()

        async with http.get(address, headers=headers) as response:
            assert await response.json() == {"now_ms": clock.start_ms, "stepped": True}
        assert await post(step_ms=59_999) == (200, {"now_ms": clock.start_ms + 59_999, "stepped": True})
        assert str(server.exchange.venue.ticker(BTC).last) == "60000"
        assert (await post(until_ms=clock.start_ms + 60_000))[0] == 200
        assert str(server.exchange.venue.ticker(BTC).last) == "61000"
        for wrong in (
            {},
            {"step_ms": 1, "until_ms": 2},
            {"step_ms": -1},
            {"until_ms": 5},
            {"step_ms": 10**12},
        ):
            assert (await post(**wrong))[0] == 400, wrong
        assert clock.now_ms() == clock.start_ms + 60_000
    finally:
        await server.stop()


async def test_a_running_clock_cannot_be_moved(http: aiohttp.ClientSession, server: SimServer) -> None:
    headers = {"Authorization": f"Bearer {server.control_token}"}
    address = server.address.control + "clock"
    async with http.post(address, json={"step_ms": 1}, headers=headers) as response:
        assert response.status == 400
        assert "--clock stepped" in (await response.json())["error"]


async def test_a_request_in_the_middle_of_a_step_is_answered_at_its_end(http: aiohttp.ClientSession) -> None:
    """An order that a bot sends on a push would else land at whatever moment the machine had got to."""
    clock = SteppedClock(SystemClock())
    until = clock.start_ms + HOUR_MS
    server = SimServer(GeneratedSource(7, clock.start_ms, [BTC], 5_000), clock)
    await server.start()
    try:
        assert server.stepper is not None
        step = asyncio.create_task(server.stepper.step_to(until))
        await asyncio.sleep(0)
        assert clock.start_ms < clock.now_ms() < until
        async with http.get(server.address.rest + "/api/v2/public/time") as response:
            told = await response.json()
        assert int(told["data"]["serverTime"]) == told["requestTime"] == until
        await step
        async with open_stream(server.address.ws_public) as socket:
            stream = Stream(socket)
            step = asyncio.create_task(server.stepper.step_to(until + HOUR_MS))
            await stream.subscribe(topic("ticker"))
            assert (await stream.hear_push("ticker"))["ts"] == until + HOUR_MS
        await step
    finally:
        await server.stop()


async def test_a_client_that_reads_slowly_loses_no_push_of_a_long_step() -> None:
    """At real pace a slow reader is cut off; a step has all the time it needs."""
    clock = SteppedClock(SystemClock())
    moments = range(clock.start_ms + 200, clock.start_ms + 2_000_000, 200)
    later = [delta(BTC, ts, bids=(("59000", str(number)),)) for number, ts in enumerate(moments, 1)]
    server = SimServer(ScriptedSource(clock.start_ms, tuple(later)), clock)
    await server.start()
    try:
        async with open_stream(server.address.ws_public) as socket:
            stream = Stream(socket)
            await stream.subscribe(topic("books"))
            heard = [(await stream.hear_push("books"))["data"][0]]
            assert server.stepper is not None
            step = asyncio.create_task(server.stepper.step_to(clock.start_ms + 2_000_000))
            heard += [(await stream.hear_push("books"))["data"][0] for _ in later]
            await step
        assert heard[-1]["bids"] == [["59000", str(len(later))]]
        assert all(after["pseq"] == before["seq"] for before, after in pairwise(heard))
    finally:
        await server.stop()


def request(there: SteppedExchange, path: str, **body: object) -> str:
    """What the exchange answers to an action, or the code of its refusal."""
    common = {"productType": "USDT-FUTURES", "marginCoin": "USDT", "marginMode": "crossed"}
    text = json.dumps({**common, **body}).encode()
    try:
        return repr(ROUTES[f"/api/v2/mix/{path}"].answer(there.exchange, parse_body(text)))
    except Refused as refused:
        return str(refused.code)


def act(there: SteppedExchange, chance: random.Random) -> str:
    """Something a trader does: orders of every kind, and now and then the account's settings."""
    symbol = chance.choice((BTC, ETH))
    state = there.venue.ticker(symbol)
    assert state.bid is not None
    tick, bid = there.venue.contract(symbol).tick, state.bid
    near = str((bid * Decimal(chance.randint(9950, 10050)) / 10_000).quantize(tick))
    side = chance.choice(("buy", "sell"))
    mine = {"symbol": symbol, "side": side, "size": "0.02"}
    limit = {**mine, "orderType": "limit", "force": "gtc", "price": near}
    trigger = {"triggerPrice": near, "triggerType": chance.choice(("fill_price", "mark_price"))}
    live = there.venue.pending(symbol)
    known = {"symbol": symbol, "orderId": live[0].order_id if live else "1"}
    return chance.choice(
        (
            lambda: request(there, "order/place-order", **mine, orderType="market"),
            lambda: request(there, "order/place-order", **limit),
            lambda: request(there, "order/place-order", **limit, presetStopLossPrice=near),
            lambda: request(
                there, "order/modify-order", **known, newClientOid=near, newSize="0.03", newPrice=near
            ),
            lambda: request(there, "order/cancel-order", **known),
            lambda: request(
                there, "order/place-plan-order", **mine, **trigger, planType="normal_plan", orderType="market"
            ),
            lambda: request(
                there, "account/set-leverage", symbol=symbol, leverage=str(chance.randint(1, 50))
            ),
            lambda: request(there, "account/set-all-leverage", leverage=str(chance.randint(1, 50))),
            lambda: request(there, "order/close-positions"),
        )
    )()


async def a_day(seed: int, hours: int = 24) -> tuple[SteppedExchange, list[str]]:
    """A trader's day on two symbols, and what the exchange answered to each thing done."""
    there = SteppedExchange.generated(seed, 60_000, BTC, ETH)
    await there.step(0)
    for channel, name in (
        *(("books", BTC), ("trade", BTC), ("ticker", ETH), ("candle1H", ETH)),
        *((channel, "default") for channel in sorted(PRIVATE_CHANNELS)),
    ):
        there.subscribe(channel, name)
    chance, answers = random.Random(5), []
    for hour in range(hours):
        answers += [act(there, chance) for _ in range(6)]
        await there.step(HOUR_MS // 2)
        answers += [act(there, chance) for _ in range(3)]
        await there.step(HOUR_MS // 2 + hour)
    return there, answers


def everything(day: tuple[SteppedExchange, list[str]]) -> str:
    """A fingerprint of every push, byte for byte, every ledger event, every answer and all that is kept."""
    there, answers = day
    venue = there.venue
    asked = (venue.finished(), venue.fills(), venue.positions(), venue.account(), venue.pending())
    bills = list(venue.wallet.bills())
    return hashlib.sha256(
        repr((there.listener.frames, there.ledger, answers, asked, bills)).encode()
    ).hexdigest()


@pytest.mark.timeout(240)
async def test_the_same_seed_and_inputs_give_the_same_day() -> None:
    """A bug report that cannot be repeated cannot be fixed: every id, stamp and byte must be the same.

    The second day runs in a process that orders its sets otherwise.
    """
    day = await a_day(7)
    there, answers = day
    assert len(there.listener.frames) > 2_000
    assert len(there.venue.fills()) > 20
    assert len([answer for answer in answers if len(answer) > 10]) > 100, "most of it was accepted"
    program = (
        "import asyncio; from tests.sim.protocol.test_stepping import a_day, everything;"
        "print(everything(asyncio.run(a_day(7))))"
    )
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await ran.communicate()
    assert output.decode().strip() == everything(day)


async def test_another_seed_gives_another_day() -> None:
    assert everything(await a_day(7, 2)) != everything(await a_day(8, 2))
