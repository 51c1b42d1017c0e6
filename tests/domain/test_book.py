"""The book must stay what a slow, obviously right book would be, and hash the received texts."""

import zlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.book import InvalidLevel, Level, OrderBook
from omega_tui.domain.orders import Side


def _book(bids: list[Level], asks: list[Level]) -> OrderBook:
    book = OrderBook()
    book.reset(bids, asks)
    return book


@pytest.mark.parametrize(
    ("bids", "asks", "checksum"),
    [
        # Bitget's Order-Book-Channel prints these two strings.
        ([("43231.1", "4"), ("43231", "6")], [("43232.8", "9"), ("43232.9", "8")], -1504501796),
        ([("3366.1", "7")], [("3366.8", "9"), ("3368", "8"), ("3372", "8")], 831078360),
    ],
)
def test_the_checksum_interleaves_and_goes_on_with_the_longer_side(
    bids: list[Level], asks: list[Level], checksum: int
) -> None:
    assert _book(bids, asks).checksum() == checksum


def test_trailing_zeros_are_hashed_as_received() -> None:
    text = "1.50:0.5000:1.6:2"
    expected = zlib.crc32(text.encode())
    assert _book([("1.50", "0.5000")], [("1.6", "2")]).checksum() & 0xFFFFFFFF == expected


def test_only_the_best_25_levels_count() -> None:
    bids = [(str(100 - index), "1") for index in range(40)]
    asks = [(str(101 + index), "1") for index in range(40)]
    assert _book(bids, asks).checksum() == _book(bids[:25], asks[:25]).checksum()
    assert _book(bids, asks).checksum() != _book(bids[:24], asks[:24]).checksum()


def test_a_second_snapshot_replaces_and_does_not_merge() -> None:
    book = _book([("110", "1")], [("111", "1")])
    book.reset([("100", "2")], [("101", "2")])
    assert book.levels(Side.BUY, 9) == [("100", "2")]
    assert book.levels(Side.SELL, 9) == [("101", "2")]
    assert not book.crossed


def test_size_zero_removes_in_every_spelling_and_an_unknown_removal_is_ignored() -> None:
    book = _book([("10", "1"), ("9", "1"), ("8", "1")], [("11", "1")])
    book.apply([("10", "0"), ("9", "0.000"), ("7", "0")], [])
    assert book.levels(Side.BUY, 9) == [("8", "1")]


def test_a_level_is_the_same_level_in_another_spelling() -> None:
    book = _book([("10.50", "1")], [])
    book.apply([("10.5", "2")], [])
    assert book.levels(Side.BUY, 9) == [("10.5", "2")]


def test_an_empty_side_has_no_best_price_and_does_not_cross() -> None:
    book = _book([], [("11", "1")])
    assert (book.best_bid, book.best_ask, book.crossed) == (None, ("11", "1"), False)
    book = _book([("10", "1")], [])
    assert (book.best_bid, book.best_ask, book.crossed) == (("10", "1"), None, False)


@pytest.mark.parametrize(("bid", "crossed"), [("99", False), ("100", True), ("101", True)])
def test_a_locked_or_crossed_book_is_recognised(bid: str, crossed: bool) -> None:
    assert _book([(bid, "1")], [("100", "1")]).crossed is crossed


@pytest.mark.parametrize(
    "level",
    [
        ("NaN", "1"),
        ("inf", "1"),
        ("1e999", "1"),
        ("inf", "0"),
        ("-1", "1"),
        ("0", "1"),
        ("1", "NaN"),
        ("1", "-2"),
    ],
)
def test_a_level_that_is_no_number_is_refused(level: Level) -> None:
    with pytest.raises(InvalidLevel):
        OrderBook().apply([level], [])


def test_every_change_is_a_new_version() -> None:
    book = OrderBook()
    versions = [book.version]
    book.reset([], [])
    versions.append(book.version)
    book.apply([("1", "1")], [])
    versions.append(book.version)
    assert len(set(versions)) == 3


_prices = st.integers(1, 60).map(lambda cents: f"{cents / 10:.1f}")
_sizes = st.sampled_from(["0", "1", "2.50", "0.001"])
_changes = st.lists(st.tuples(_prices, _sizes), max_size=12)


@given(st.lists(st.tuples(_changes, _changes), max_size=8))
def test_any_run_of_updates_equals_a_plain_dictionary(updates: list[tuple[list[Level], list[Level]]]) -> None:
    book, bids, asks = OrderBook(), {}, {}
    for bid_changes, ask_changes in updates:
        book.apply(bid_changes, ask_changes)
        for side, changes in ((bids, bid_changes), (asks, ask_changes)):
            for price, size in changes:
                side.pop(Decimal(price), None)
                if Decimal(size):
                    side[Decimal(price)] = (price, size)
    assert book.levels(Side.BUY, 99) == [bids[price] for price in sorted(bids, reverse=True)]
    assert book.levels(Side.SELL, 99) == [asks[price] for price in sorted(asks)]
    assert book.crossed == bool(bids and asks and max(bids) >= min(asks))
