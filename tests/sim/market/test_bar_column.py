"""Bars kept in columns: the same bars, and never more of them than asked for."""

from hypothesis import given
from hypothesis import strategies as st

from omega_tui.sim.market.bar_column import BarColumn
from omega_tui.sim.market.bars import Bar

MINUTE_MS = 60_000


def bar(number: int) -> Bar:
    return Bar(number * MINUTE_MS, number, number + 2, number - 1, number + 1, 10 * number, 10**20 + number)


@given(st.integers(1, 300), st.integers(16, 64), st.integers(-5, 310), st.integers(0, 310))
def test_a_column_gives_back_what_was_put_in(count: int, kept: int, start: int, length: int) -> None:
    """A candle lost, doubled or altered shows in every chart; volumes may be larger than 64 bits."""
    column, plain = BarColumn(kept), [bar(number) for number in range(count)]
    for each in plain:
        column.append(each)
    begin, end = start * MINUTE_MS, (start + length) * MINUTE_MS
    wanted = [each for each in plain if begin <= each.start < end]
    found = column.between(begin, end)
    assert found == wanted[len(wanted) - len(found) :]
    oldest = column.between(0, 1 << 53)
    assert len(oldest) >= min(count, kept - kept // 16)
    assert len(oldest) <= kept + 1
    assert [each for each in wanted if each.start >= oldest[0].start] == found


def test_the_newest_bar_may_still_change() -> None:
    column = BarColumn(16)
    assert column.newest is None
    assert column.between(0, 1 << 53) == []
    for number in range(3):
        column.append(bar(number))
    assert column.newest == bar(2)
    column.newest = bar(2)._replace(close=99)
    assert [each.close for each in column.between(0, 1 << 53)] == [1, 2, 99]
    column.append(bar(3))
    assert [each.close for each in column.between(0, 1 << 53)] == [1, 2, 99, 4]
