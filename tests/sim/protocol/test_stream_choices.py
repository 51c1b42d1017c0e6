"""What the pages leave open of the public pushes: how much is shown at first, and with which proof."""

import json
import random
from functools import partial
from typing import Any

from omega_tui.sim.choices import Choices
from omega_tui.sim.facts import Direction, MarketEvent
from omega_tui.sim.venue.venue import VenueSettings
from tests.sim.protocol.scripted import BTC, ScriptedSource, delta, trade
from tests.sim.protocol.stepped import START_MS, SteppedExchange
from tests.sim.protocol.test_books import PlainBook


def chosen(choices: Choices, *later: MarketEvent) -> SteppedExchange:
    return SteppedExchange(partial(ScriptedSource, later=later), VenueSettings(choices=choices))


def pushes(there: SteppedExchange, channel: str) -> list[dict[str, Any]]:
    frames = [json.loads(frame) for frame in there.listener.frames if frame]
    return [push for push in frames if push["arg"]["channel"] == channel]


async def test_a_book_cut_at_its_levels_stays_whole() -> None:
    """A level that moves among the best thirty must be told, one that leaves them deleted.

    Else a client's copy lacks levels or keeps dead ones, and its checksum fails from then on.
    """
    chance = random.Random(3)
    changes = []
    for turn in range(1, 400):
        price = f"{60000 - chance.randint(0, 60) / 2:g}"
        size = "0" if chance.random() < 0.5 else f"{chance.randint(1, 900) / 100:g}"
        changes.append(delta(BTC, START_MS + turn * 200, bids=((price, size),)))
    there = chosen(Choices(books_levels=30), *changes)
    await there.step(0)
    there.subscribe("books", BTC)
    client, shallow = PlainBook(), 0
    for _ in changes:
        await there.step(200)
        for push in pushes(there, "books"):
            client.take(push)
        there.listener.frames.clear()
        for side, direction in (("bids", Direction.BUY), ("asks", Direction.SELL)):
            assert client.ordered(side) == there.venue.book(BTC).levels(direction, 30)
        shallow += len(there.venue.book(BTC).bids.keys) < 30
    assert len(client.ordered("asks")) == 30
    assert shallow, "the book has been shallower than what is shown, and deeper again"


async def test_a_level_that_came_and_went_unseen_is_not_deleted() -> None:
    """Strict clients take the deletion of a level that they never had for a lost push."""
    there = chosen(
        Choices(),
        delta(BTC, START_MS + 10, bids=(("59999.7", "3"),)),
        delta(BTC, START_MS + 20, bids=(("59999.7", "0"), ("59999.5", "2"))),
    )
    await there.step(0)
    there.subscribe("books", BTC)
    there.listener.frames.clear()
    await there.step(1000)
    (push,) = pushes(there, "books")
    assert push["data"][0]["bids"] == [["59999.5", "2"]]


async def test_the_checksum_can_be_left_out() -> None:
    """Captures of 2026 carry none; a client that demands one must be seen to fail here first."""
    change = delta(BTC, START_MS + 10, bids=(("59999.7", "3"),))
    for proves in (True, False):
        there = chosen(Choices(books_checksum=proves), change)
        await there.step(0)
        there.subscribe("books", BTC)
        await there.step(1000)
        told = pushes(there, "books")
        assert len(told) == 2
        assert all(("checksum" in push["data"][0]) is proves for push in told)


async def test_first_pushes_have_as_many_rows_as_chosen() -> None:
    trades = [trade(BTC, START_MS + number, "60000", "1", number) for number in range(1, 40)]
    there = chosen(Choices(candle_snapshot_rows=7, trade_snapshot_rows=30), *trades)
    await there.step(1000)
    for channel, rows in (("candle5m", 7), ("trade", 30)):
        there.subscribe(channel, BTC)
        assert len(pushes(there, channel)[0]["data"]) == rows
