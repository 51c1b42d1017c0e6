"""Executions into closed positions: partial closes, flips, both sides at once, what is older than all."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.domain.closed import ClosedPosition
from omega_tui.domain.orders import Fill, HoldSide, Side
from omega_tui.history.ledger import PositionLedger, close_positions
from tests.history.fills import fill


def closed(*fills: Fill) -> list[ClosedPosition]:
    return close_positions(fills)[0]


def test_a_round_trip_has_its_averages_its_result_and_its_fees() -> None:
    (one,) = closed(
        fill("buy", "1", "100", 1_000, fee="-0.06"),
        fill("buy", "3", "104", 2_000, fee="-0.2"),
        fill("sell", "4", "110", 5_000, fee="-0.3"),
    )
    assert (one.hold_side, one.size, one.peak) == (HoldSide.LONG, 4, 4)
    assert (one.entry_price, one.exit_price, one.gross) == (103, 110, 28)
    assert (one.fees, one.funding, one.net) == (Decimal("-0.56"), None, Decimal("27.44"))
    assert (one.opened_ms, one.closed_ms, one.held_ms) == (1_000, 5_000, 4_000)


def test_reducing_leaves_the_entry_price_as_it_is_and_every_part_counts() -> None:
    """Bug: an average that moves with every partial close shifts profit between them."""
    (one,) = closed(
        fill("sell", "2", "100", 1),
        fill("buy", "1", "90", 2),
        fill("sell", "1", "80", 3),
        fill("buy", "2", "85", 4),
    )
    # Short 1 @ 100 and 1 @ 80 stand at 90 when the last two are bought back.
    assert (one.gross, one.closes, one.size, one.peak) == (20, 2, 3, 2)
    assert one.hold_side is HoldSide.SHORT


def test_a_flip_closes_one_side_and_opens_the_other_with_its_part_of_the_fee() -> None:
    """Bug: a reversal in one order swallowed as a close, its new position never seen."""
    positions, ledger = close_positions(
        [fill("buy", "1", "100", 1, fee="-1"), fill("sell", "3", "110", 2, fee="-3", profit="10")]
    )
    (one,) = positions
    assert (one.gross, one.fees) == (10, -2)
    left = ledger.open["BTCUSDT", HoldSide.SHORT]
    assert (left.size, left.cost, left.fees, left.opened_ms) == (2, 220, -2, 2)


def test_both_sides_of_a_symbol_live_apart_in_hedge_mode() -> None:
    """Bug: a hedge netted out looks flat while two positions cost funding."""
    positions, ledger = close_positions(
        [
            fill("buy", "1", "100", 1, "long"),
            fill("sell", "2", "101", 2, "short"),
            fill("sell", "1", "105", 3, "long"),
            fill("buy", "1", "99", 4, "short"),
        ]
    )
    (one,) = positions
    assert (one.hold_side, one.gross) == (HoldSide.LONG, 5)
    assert ledger.open["BTCUSDT", HoldSide.SHORT].size == 1


def test_what_closes_an_older_position_opens_no_new_one() -> None:
    """Bug: the first fills in a fresh journal close a position of last week and are read as a new one."""
    positions, ledger = close_positions(
        [
            fill("sell", "1", "100", 1, "long"),
            fill("sell", "1", "100", 2, profit="-3"),
            fill("buy", "1", "100", 3),
            fill("sell", "1", "101", 4, profit="1"),
        ]
    )
    assert [each.gross for each in positions] == [1]
    assert [(each.side, each.size) for each in ledger.orphans] == [(Side.SELL, 1), (Side.SELL, 1)]


def test_a_hedge_close_of_more_than_was_opened_is_not_turned_around() -> None:
    positions, ledger = close_positions(
        [fill("buy", "1", "100", 1, "long"), fill("sell", "3", "110", 2, "long", profit="30")]
    )
    assert len(positions) == 1
    assert not ledger.open
    assert [each.size for each in ledger.orphans] == [2]


@pytest.mark.parametrize("other", [{"fee": None}, {"coin": "BGB", "fee": "-0.01"}])
def test_a_fee_that_is_not_told_in_usdt_makes_the_sum_unknown_not_zero(other: dict[str, Any]) -> None:
    (one,) = closed(fill("buy", "1", "100", 1, fee="-1"), fill("sell", "1", "110", 2, **other))
    assert one.fees is None
    assert one.net == 10


def test_symbols_do_not_mix() -> None:
    assert not closed(fill("buy", "1", "100", 1), fill("sell", "1", "110", 2, symbol="ETHUSDT"))


SIZES = st.integers(1, 50).map(lambda lots: Decimal(lots) / 1000)


def _walks() -> st.SearchStrategy[list[tuple[Side, Decimal, int, HoldSide | None]]]:
    def steps(hedge: bool) -> st.SearchStrategy[list[tuple[Side, Decimal, int, HoldSide | None]]]:
        holds = st.sampled_from(list(HoldSide)) if hedge else st.none()
        step = st.tuples(st.sampled_from(list(Side)), SIZES, st.integers(50, 150), holds)
        return st.lists(step, max_size=60)

    return st.booleans().flatmap(steps)


def _legal(walk: list[tuple[Side, Decimal, int, HoldSide | None]]) -> Iterator[Fill]:
    """The walk as fills; what would close more than is open in hedge mode is left out."""
    held = dict.fromkeys(HoldSide, Decimal(0))
    for at, (side, size, price, hold) in enumerate(walk):
        if hold is not None:
            change = size if side is hold.opening_side else -size
            if held[hold] + change < 0:
                continue
            held[hold] += change
        yield fill(side, str(size), str(price), at, hold, fee="-0.001")


@given(_walks())
def test_money_and_size_are_conserved_whatever_was_traded(
    walk: list[tuple[Side, Decimal, int, HoldSide | None]],
) -> None:
    """Bug: a flip, a partial close or a rounding that makes or loses money."""
    fills = list(_legal(walk))
    positions, ledger = close_positions(fills)
    cash = sum(
        ((each.price * each.size) * (1 if each.side is Side.SELL else -1) for each in fills), Decimal(0)
    )
    open_worth = Decimal(0)
    for held in ledger.open.values():
        sign = 1 if held.hold_side is HoldSide.LONG else -1
        open_worth += held.cost * sign - held.gross
    assert abs(sum(each.gross for each in positions) - (cash + open_worth)) < Decimal("1e-9")
    fees = sum(each.fees or 0 for each in positions) + sum(each.fees or 0 for each in ledger.open.values())
    assert abs(fees - sum(each.fee or 0 for each in fills)) < Decimal("1e-9")
    assert not ledger.orphans
    for position in positions:
        assert position.closes >= 1
        assert position.peak <= position.size
        assert position.opened_ms <= position.closed_ms


@given(_walks(), st.integers(0, 60))
def test_taking_fills_one_by_one_is_the_same_as_taking_them_at_once(
    walk: list[tuple[Side, Decimal, int, HoldSide | None]], cut: int
) -> None:
    fills = list(_legal(walk))
    ledger = PositionLedger()
    found = [ledger.push(each) for each in fills[:cut]] + [ledger.push(each) for each in fills[cut:]]
    assert [each for each in found if each is not None] == closed(*fills)
