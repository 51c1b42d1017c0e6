"""Whoever follows the drained changes has the shown book, whatever source and trader do to it."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.facts import BookDelta, BookSnapshot, Direction, Level
from omega_tui.sim.venue.book import BookSide, VenueBook, price_key

prices = st.integers(1, 12).map(lambda tick: str(Decimal(tick) / 2))
sizes = st.sampled_from(["0", "1", "2.5", "0.001"])
levels = st.lists(st.tuples(prices, sizes), max_size=6, unique_by=lambda level: level[0]).map(tuple)
amounts = st.sampled_from([Decimal("0.4"), Decimal(1)])
actions = st.lists(
    st.one_of(
        st.tuples(st.just("delta"), levels, levels),
        st.tuples(st.just("snapshot"), levels, levels),
        st.tuples(st.just("consume"), st.sampled_from(Direction), amounts),
        st.tuples(st.just("own"), st.sampled_from(Direction), prices),
        st.tuples(st.just("drain")),
    ),
    max_size=25,
)


class Follower:
    """A client that keeps its book from drained changes only."""

    def __init__(self) -> None:
        self.sides: dict[Direction, dict[str, str]] = {side: {} for side in Direction}

    def read(self, book: VenueBook) -> None:
        for side, changes in zip((Direction.BUY, Direction.SELL), book.drain_changes(), strict=True):
            for price, size in changes:
                self.sides[side].pop(price, None)
                if size != "0":
                    self.sides[side][price] = size

    def best_first(self, side: Direction) -> list[Level]:
        return sorted(
            self.sides[side].items(),
            key=lambda level: Decimal(level[0]),
            reverse=side is Direction.BUY,
        )


@given(actions)
@settings(max_examples=150, deadline=None)
def test_changes_and_levels_tell_the_same_story(script: list[tuple[object, ...]]) -> None:
    book, follower = VenueBook(), Follower()
    for step in script:
        match step:
            case ("delta", bids, asks):
                book.apply(BookDelta("X", 1, bids, asks))  # type: ignore[arg-type]
            case ("snapshot", bids, asks):
                book.apply(BookSnapshot("X", 1, bids, asks))  # type: ignore[arg-type]
            case ("consume", Direction() as direction, Decimal() as size):
                consume_best(book.side(direction), size)
            case ("own", Direction() as direction, str() as price):
                side = book.side(direction)
                side.add_own(side.key_of(Decimal(price)), Decimal("0.5"))
            case _:
                follower.read(book)
        assert all(Decimal(size) > 0 for side in Direction for _, size in book.levels(side, 99))
    follower.read(book)
    for side in Direction:
        assert follower.best_first(side) == book.levels(side, 99)


def consume_best(side: BookSide, size: Decimal) -> None:
    if side.keys:
        key = side.keys[0]
        side.consume(key, min(size, side.available(key)))


def test_untouched_levels_keep_the_text_of_the_source() -> None:
    book = VenueBook()
    book.apply(BookSnapshot("X", 1, (("100.50", "1.000"),), ()))
    assert book.levels(Direction.BUY, 5) == [("100.50", "1.000")]


def test_a_level_that_did_not_change_is_no_change() -> None:
    book = VenueBook()
    book.apply(BookSnapshot("X", 1, (("100", "1"),), ()))
    book.drain_changes()
    book.apply(BookSnapshot("X", 2, (("100", "1"),), ()))
    assert book.drain_changes() == ([], [])


def test_sequence_and_time_move_with_every_change() -> None:
    book = VenueBook()
    book.apply(BookSnapshot("X", 10, (("100", "1"),), ()))
    first = book.seq
    book.apply(BookDelta("X", 20, (("100", "2"),), ()))
    assert (book.seq > first, book.ts) == (True, 20)


def test_equal_prices_have_one_key() -> None:
    assert price_key("100") == price_key("100.0") == price_key("100.") == price_key("0100")
    assert price_key("0.000000001") < price_key("0.00000001") < price_key("1")
