"""The book channels: an independent client rebuilds the book from the pushes and proves every checksum."""

import binascii
import json
import random
from decimal import Decimal
from typing import Any

import pytest

from omega_tui.sim.facts import Direction
from omega_tui.sim.server import SimServer
from omega_tui.sim.streams.market import checksum
from tests.sim.protocol.clients import RestClient, Stream, open_stream, topic
from tests.sim.protocol.scripted import BTC, BTC_ASKS, BTC_BIDS, delta
from tests.support.shared import needs_shared, shared_path


class PlainBook:
    """A book as a dictionary of received texts, checked the slow and obvious way."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[str, str]] = {"bids": {}, "asks": {}}
        self.seq = 0

    def take(self, push: dict[str, Any]) -> None:
        data = push["data"][0]
        if push["action"] == "snapshot":
            assert data["pseq"] == 0
            self.sides = {"bids": {}, "asks": {}}
        else:
            assert data["pseq"] == self.seq, "a push was lost or told twice"
            assert data["seq"] > self.seq
            assert data["bids"] or data["asks"]
        self.seq = data["seq"]
        for side, levels in self.sides.items():
            for price, size in data[side]:
                if size == "0":
                    assert levels.pop(price, None) is not None, "a level deleted that was never shown"
                else:
                    levels[price] = size
        assert self.signed_crc() == data["checksum"]

    def ordered(self, side: str) -> list[tuple[str, str]]:
        return sorted(self.sides[side].items(), key=lambda level: Decimal(level[0]), reverse=side == "bids")

    def signed_crc(self) -> int:
        bids, asks = self.ordered("bids")[:25], self.ordered("asks")[:25]
        words: list[str] = []
        for row in range(25):
            for side in (bids, asks):
                if row < len(side):
                    words += side[row]
        value = binascii.crc32(":".join(words).encode())
        return value if value < 2**31 else value - 2**32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("43231.1:4:43232.8:9:43231:6:43232.9:8", -1504501796),
        ("3366.1:7:3366.8:9:3368:8:3372:8", 831078360),
    ],
)
def test_documented_checksums(text: str, expected: int) -> None:
    """Two examples of Bitget's page: two levels each side, then one bid against three asks."""
    words = text.split(":")
    levels = list(zip(words[::2], words[1::2], strict=True))
    bids, asks = (levels[::2], levels[1::2]) if expected < 0 else (levels[:1], levels[1:])
    assert checksum(bids, asks) == expected


@needs_shared
def test_recorded_checksums() -> None:
    """Captured snapshots carry what Bitget computed."""
    lines = shared_path("bitget", "fixtures", "ws", "books-checksum-vectors.jsonl").read_text().splitlines()
    snapshots = [json.loads(line)["payload"] for line in lines]
    checked = 0
    for push in snapshots:
        if push["action"] == "snapshot":
            data = push["data"][0]
            assert checksum(data["bids"], data["asks"]) == data["checksum"]
            checked += 1
    assert checked


async def test_every_push_continues_the_last_and_proves_the_book(
    server: SimServer, public: Stream, rest: RestClient
) -> None:
    """Hundreds of random changes and own orders in between; a second client joins midway."""
    random_source = random.Random(7)
    book, exchange = PlainBook(), server.exchange
    await public.subscribe(topic("books"))
    book.take(await public.hear_push("books"))
    assert book.ordered("bids") == list(BTC_BIDS)
    late_book = PlainBook()
    async with open_stream(server.address.ws_public) as socket:
        late = Stream(socket)
        for turn in range(60):
            _shuffle(server, random_source)
            if turn == 20:
                await rest.order(price="59000", size="0.25")
                await rest.order(size="3.5")
            if turn == 30:
                await late.subscribe(topic("books"))
                late_book.take(await late.hear_push("books"))
                book.take(await public.hear_push("books"))
                continue
            server.streams.feeds.publish_due(exchange.clock.monotonic() + 10 + turn)
            book.take(await public.hear_push("books"))
            if turn > 30:
                late_book.take(await late.hear_push("books"))
        venue_book = exchange.venue.book(BTC)
        newest = exchange.clock.start_ms + venue_book.seq
        for stream, followed in ((public, book), (late, late_book)):
            while followed.seq < newest:
                followed.take(await stream.hear_push("books"))
    for side, direction in (("bids", Direction.BUY), ("asks", Direction.SELL)):
        assert book.ordered(side) == late_book.ordered(side) == venue_book.levels(direction, 10_000)
    assert book.sides["bids"]["59000"], "our own resting order is part of the book"


def _shuffle(server: SimServer, random_source: random.Random) -> None:
    """Change some levels, delete some, add some."""

    def changes(levels: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        chosen = random_source.sample(levels[5:], 6)
        return tuple((price, random_source.choice(("0", "1.5", "2.0001", "7"))) for price, _ in chosen)

    now = server.exchange.clock.now_ms()
    server.exchange.apply(delta(BTC, now, changes(BTC_BIDS), changes(BTC_ASKS)))
    marker = f"{random_source.randint(1, 9999)}"
    server.exchange.apply(delta(BTC, now, (("100", marker),)))


async def test_nothing_is_pushed_when_nothing_changed(server: SimServer, public: Stream) -> None:
    await public.subscribe(topic("books"), topic("books5"), topic("ticker"), topic("candle1D"))
    for _ in range(8):
        await public.hear()
    server.streams.feeds.publish_due(server.exchange.clock.monotonic() + 10)
    assert await public.silent()


@pytest.mark.parametrize(("channel", "depth"), [("books1", 1), ("books5", 5), ("books15", 15)])
async def test_shallow_books_repeat_the_best_levels(
    server: SimServer, public: Stream, channel: str, depth: int
) -> None:
    await public.subscribe(topic(channel))
    push = await public.hear_push(channel)
    assert push["data"][0]["bids"] == [list(level) for level in BTC_BIDS[:depth]]
    now = server.exchange.clock.now_ms()
    server.exchange.apply(delta(BTC, now, bids=((BTC_BIDS[30][0], "99"),)))
    assert await public.silent(), "a change below what is shown is no news"
    server.exchange.apply(delta(BTC, now, bids=((BTC_BIDS[0][0], "0"),)))
    push = await public.hear_push(channel)
    data = push["data"][0]
    assert (push["action"], data["pseq"]) == ("snapshot", 0)
    assert data["bids"] == [list(level) for level in BTC_BIDS[1 : depth + 1]]
    assert "checksum" not in data
    assert isinstance(data["seq"], int)


async def test_changes_without_listeners_do_not_pile_up(server: SimServer) -> None:
    """A simulator that runs for a week with the books closed must not grow."""
    book = server.exchange.venue.book(BTC)
    for number in range(1, 2_501):
        server.exchange.apply(delta(BTC, server.exchange.clock.now_ms(), bids=((str(number), "1"),)))
    assert book.bids.changed_count > 2_000
    server.streams.feeds.publish_due(0.0)
    assert book.bids.changed_count == 0
