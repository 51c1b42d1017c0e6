"""Closed positions held against the exchange's own history, and funding given to whom it belongs."""

from dataclasses import replace
from decimal import Decimal

from omega_tui.domain.account import Bill, BillKind
from omega_tui.domain.closed import Check, ClosedPosition, Origin, ReportedPosition
from omega_tui.domain.orders import HoldSide
from omega_tui.history.funding import with_funding
from omega_tui.history.ledger import close_positions
from omega_tui.history.matching import reconcile
from tests.history.fills import fill


def trip(start: int = 1_000, end: int = 9_000, hold: str = "long") -> ClosedPosition:
    first, last = ("buy", "sell") if hold == "long" else ("sell", "buy")
    fills = [
        fill(first, "2", "100", start, hold, fee="-0.12"),
        fill(last, "2", "103", end, hold, profit="6", fee="-0.12"),
    ]
    (position,) = close_positions(fills)[0]
    return position


TOLD = ReportedPosition(
    position_id="BTCUSDT-long-990-9010",
    symbol="BTCUSDT",
    hold_side=HoldSide.LONG,
    entry_price=Decimal(100),
    exit_price=Decimal(103),
    opened_size=Decimal(2),
    closed_size=Decimal(2),
    gross=Decimal(6),
    net=Decimal("5.66"),
    funding=Decimal("-0.1"),
    fees=Decimal("-0.24"),
    opened_ms=990,
    closed_ms=9_010,
)


def test_a_position_that_the_exchange_tells_alike_agrees_and_gets_its_funding() -> None:
    (one,) = reconcile([trip()], [TOLD])
    assert (one.check, one.difference, one.origin) == (Check.AGREES, "", Origin.FILLS)
    assert (one.funding, one.net) == (Decimal("-0.1"), Decimal("5.66"))


def test_a_difference_is_said_in_words_and_the_wallets_figures_win() -> None:
    """Bug: a result that looks better here than in the wallet."""
    (one,) = reconcile([trip()], [replace(TOLD, gross=Decimal("5.5"), closed_size=Decimal("2.1"))])
    assert one.check is Check.DIFFERS
    assert one.difference == "size 2.1 there, 2 by its fills, result 5.5 there, 6 by its fills"
    assert one.gross == Decimal("5.5")


def test_what_only_the_exchange_knows_is_kept_once() -> None:
    older = replace(TOLD, position_id="older", opened_ms=1, closed_ms=500)
    found = reconcile([trip()], [TOLD, older])
    assert [(each.origin, each.closed_ms) for each in found] == [
        (Origin.EXCHANGE, 500),
        (Origin.FILLS, 9_000),
    ]
    assert found[0].position_id == "older"


def test_a_position_that_the_exchange_has_not_told_yet_stays_unchecked() -> None:
    (one,) = reconcile([trip()], [replace(TOLD, hold_side=HoldSide.SHORT, closed_ms=1)])[1:]
    assert (one.check, one.funding) == (Check.UNCHECKED, None)


def test_two_positions_closed_in_one_second_are_told_apart_by_their_size() -> None:
    """Bug: a scalper's two round trips a second swapped, so that both look wrong."""
    big, small = trip(1_000, 2_000), replace(trip(2_100, 2_500), size=Decimal(1))
    told_small = replace(TOLD, closed_ms=2_490, opened_ms=2_100, closed_size=Decimal(1))
    found = reconcile([big, small], [told_small, replace(TOLD, closed_ms=2_010)])
    assert [(each.size, each.check) for each in found] == [(2, Check.AGREES), (1, Check.AGREES)]


def bill(at: int, amount: str, kind: BillKind = BillKind.FUNDING, symbol: str = "BTCUSDT") -> Bill:
    return Bill(str(at), symbol, kind, "contract_settle_fee", "USDT", Decimal(amount), None, None, at)


def test_funding_goes_to_the_position_that_was_open() -> None:
    first, second = trip(1_000, 2_000), trip(3_000, 9_000)
    bills = [
        bill(1_500, "-0.5"),
        bill(2_500, "-7"),
        bill(4_000, "0.2"),
        bill(8_000, "0.1"),
        bill(1_600, "3", BillKind.TRADE),
        bill(1_700, "9", symbol="ETHUSDT"),
    ]
    found = with_funding([first, second], bills)
    assert [each.funding for each in found] == [Decimal("-0.5"), Decimal("0.3")]


def test_funding_of_two_open_sides_is_not_guessed() -> None:
    """Bug: a hedge whose long is charged what its short received."""
    long, short, later = trip(1_000, 5_000), trip(2_000, 3_000, "short"), trip(6_000, 9_000)
    found = with_funding([short, long, later], [bill(2_500, "-0.5"), bill(7_000, "-0.5")])
    assert [each.funding for each in found] == [None, None, Decimal("-0.5")]
