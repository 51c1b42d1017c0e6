"""A book that is called valid is whole, in sequence, uncrossed, checksummed; every drill must condemn it."""

import random
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.domain.book import OrderBook
from omega_tui.domain.orders import Side
from omega_tui.exchange.bitget.streams.book_feed import BookFeed, Verdict
from omega_tui.exchange.bitget.streams.frames import BookRow


def _row(
    bids: Any = (),
    asks: Any = (),
    seq: int | None = None,
    pseq: int | None = None,
    checksum: int | None = None,
) -> BookRow:
    return BookRow(asks=list(asks), bids=list(bids), ts=1, seq=seq, pseq=pseq, checksum=checksum)


def _live(seq: int | None = 100) -> BookFeed:
    feed = BookFeed()
    snapshot = _row([("10", "1"), ("9", "1")], [("11", "1"), ("12", "1")], seq, 0 if seq else None)
    assert feed.push("snapshot", snapshot) is Verdict.CHANGED
    return feed


def _best(feed: BookFeed) -> tuple[Any, Any]:
    return feed.book.best_bid, feed.book.best_ask


def test_updates_before_the_first_snapshot_are_ignored() -> None:
    feed = BookFeed()
    assert feed.push("update", _row([("10", "1")], seq=5, pseq=4)) is Verdict.IGNORED
    assert not feed.valid


def test_a_chain_of_updates_is_followed() -> None:
    feed = _live(100)
    assert feed.push("update", _row([("10.5", "1")], seq=110, pseq=100)) is Verdict.CHANGED
    assert feed.push("update", _row([("10.5", "0")], seq=130, pseq=110)) is Verdict.CHANGED
    assert _best(feed) == (("10", "1"), ("11", "1"))


@pytest.mark.parametrize("pseq", [101, 109, 111])
def test_a_lost_push_condemns_the_book_at_once(pseq: int) -> None:
    feed = _live(100)
    feed.push("update", _row(seq=110, pseq=100))
    assert feed.push("update", _row([("10.5", "1")], seq=120, pseq=pseq)) is Verdict.GAP
    assert not feed.valid
    assert feed.push("update", _row(seq=130, pseq=120)) is Verdict.IGNORED


def test_two_swapped_updates_condemn_the_book() -> None:
    feed = _live(100)
    assert feed.push("update", _row(seq=120, pseq=110)) is Verdict.GAP


def test_the_first_update_may_straddle_the_snapshot() -> None:
    feed = _live(100)
    assert feed.push("update", _row([("10.5", "1")], seq=105, pseq=95)) is Verdict.CHANGED
    assert feed.push("update", _row(seq=108, pseq=104)) is Verdict.GAP


def test_an_update_older_than_the_snapshot_or_sent_twice_changes_nothing() -> None:
    feed = _live(100)
    assert feed.push("update", _row([("10", "0")], seq=99, pseq=90)) is Verdict.IGNORED
    feed.push("update", _row([("10.5", "1")], seq=110, pseq=100))
    assert feed.push("update", _row([("10.5", "9")], seq=110, pseq=100)) is Verdict.IGNORED
    assert _best(feed)[0] == ("10.5", "1")
    assert feed.valid


def test_a_restart_of_the_count_condemns_the_book() -> None:
    feed = _live(100)
    assert feed.push("update", _row(seq=3, pseq=0)) is Verdict.GAP


def test_a_snapshot_replaces_the_book_whatever_came_before() -> None:
    feed = _live(100)
    shifted = _row([("110", "1")], [("111", "1")], seq=5, pseq=0)
    assert feed.push("snapshot", shifted) is Verdict.CHANGED
    assert _best(feed) == (("110", "1"), ("111", "1"))
    assert len(feed.book.levels(Side.BUY, 99)) == 1


@pytest.mark.parametrize("ask", ["10", "9.5"])
def test_a_locked_or_crossed_book_is_never_valid(ask: str) -> None:
    feed = _live(100)
    assert feed.push("update", _row(asks=[(ask, "1")], seq=110, pseq=100)) is Verdict.CROSSED
    assert not feed.valid


def test_a_wrong_checksum_condemns_and_zero_or_none_is_not_one() -> None:
    text = b"10:1:11:1:9:1:12:1"
    right = zlib.crc32(text)
    signed = right - 2**32 if right >= 2**31 else right
    for checksum, verdict in (
        (signed, Verdict.CHANGED),
        (signed ^ 1, Verdict.WRONG_CHECKSUM),
        (0, Verdict.CHANGED),
    ):
        feed = _live(None)
        assert feed.push("update", _row(checksum=checksum)) is verdict
        assert feed.valid is (verdict is Verdict.CHANGED)
    bad_snapshot = _row([("10", "1")], [("11", "1")], checksum=123)
    assert BookFeed().push("snapshot", bad_snapshot) is Verdict.WRONG_CHECKSUM


@pytest.mark.parametrize("level", [("x", "1"), ("NaN", "1"), ("1", "-1")])
def test_a_level_that_makes_no_sense_condemns_the_half_changed_book(level: tuple[str, str]) -> None:
    feed = _live(100)
    assert feed.push("update", _row([("10.5", "1"), level], seq=110, pseq=100)) is Verdict.MALFORMED
    assert not feed.valid
    assert feed.push("snapshot", _row([level])) is Verdict.MALFORMED


def _tape(generator: random.Random, length: int) -> tuple[list[BookRow], dict[int, list[Any]]]:
    """A right stream of updates, and the right book after each sequence number."""
    book, seq, rows, truth = OrderBook(), 1000, [], {}
    for number in range(length):
        bids = [(f"{generator.randint(50, 99)}", generator.choice(["0", "1", "2.50"])) for _ in range(3)]
        asks = [(f"{generator.randint(101, 150)}", generator.choice(["0", "1", "2.50"])) for _ in range(3)]
        previous, seq = seq, seq + generator.randint(1, 9)
        if number == 0:
            book.reset(bids, asks)
            rows.append(_row(bids, asks, seq, 0, book.checksum()))
        else:
            book.apply(bids, asks)
            rows.append(_row(bids, asks, seq, previous, book.checksum()))
        truth[seq] = [book.levels(Side.BUY, 99), book.levels(Side.SELL, 99)]
    return rows, truth


@settings(max_examples=150)
@given(st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 29), st.sampled_from("dsr")), max_size=5))
def test_whatever_is_lost_swapped_or_repeated_a_valid_book_is_the_right_one(
    seed: int, faults: list[tuple[int, str]]
) -> None:
    rows, truth = _tape(random.Random(seed), 30)
    stream = list(rows)
    for index, kind in faults:
        place = min(index, len(stream) - 2)
        if kind == "d":
            del stream[place]
        elif kind == "s":
            stream[place], stream[place + 1] = stream[place + 1], stream[place]
        else:
            stream.insert(place, stream[place])
    feed = BookFeed()
    seq = 0
    for row in stream:
        action = "snapshot" if row.pseq == 0 else "update"
        if feed.push(action, row) is Verdict.CHANGED:
            seq = row.seq or 0
        if feed.valid:
            assert [feed.book.levels(Side.BUY, 99), feed.book.levels(Side.SELL, 99)] == truth[seq]
